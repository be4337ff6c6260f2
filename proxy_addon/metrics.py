"""What `/metrics` shows, in Prometheus' text format. Totals since the start; no tenant is named.

Source: Prometheus exposition formats, https://prometheus.io/docs/instrumenting/exposition_formats/ (2026-11).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from gatewright.metering.record import Settlement, UsageRecord
from proxy_addon.faults import Fault

PREFIX = "gatewright_proxy_"
_SETTLEMENTS = frozenset(kind.value for kind in Settlement)


class Counted(Protocol):
    """What is counted elsewhere: the proxy."""

    counts: Counter[str]

    @property
    def open_count(self) -> int:
        """Exchanges that are open."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One line: labels and a number."""

    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Family:
    """Samples of one name.

    Attributes:
        name: without prefix; a counter's ends in `_total`.
        kind: `counter` or `gauge`.
        text: one sentence.
        samples: the samples.
    """

    name: str
    kind: str
    text: str
    samples: tuple[Sample, ...]


def number(name: str, kind: str, text: str, value: float) -> Family:
    """A family of one sample without labels."""
    return Family(name, kind, text, (Sample({}, value),))


class Metrics:
    """Counts records as they are settled, and asks others when it is read.

    Attributes:
        more: what else is shown; each is asked at every reading and must not block.
        refused: refusals that reach no exchange, by slug.
    """

    def __init__(self) -> None:
        self.more: list[Callable[[], Iterator[Family]]] = []
        self.refused: Counter[str] = Counter()
        self._exchanges: Counter[tuple[str, int]] = Counter()
        self._usage: Counter[str] = Counter()
        self._tokens: Counter[tuple[str, str]] = Counter()

    def observe(self, record: UsageRecord) -> None:
        """Counts a settled record."""
        self._exchanges[record.settlement.value, record.status or 0] += 1
        source = record.usage_source.value
        self._usage[source] += 1
        usage = record.usage
        if usage.input_tokens:
            self._tokens[source, "input"] += usage.input_tokens
        if usage.output_tokens:
            self._tokens[source, "output"] += usage.output_tokens

    def refuse(self, fault: Fault) -> None:
        """Counts a refusal that reaches no exchange."""
        self.refused[fault.slug] += 1

    def render(self, counted: Counted) -> str:
        """The text, with a line end behind its last line."""
        families = [*self._own(counted), *(family for ask in self.more for family in ask())]
        return "".join(_lines(family) for family in families)

    def _own(self, counted: Counted) -> Iterator[Family]:
        exchanges = tuple(
            Sample({"settlement": kind, "status": str(status) if status else "none"}, count)
            for (kind, status), count in sorted(self._exchanges.items())
        )
        yield Family("exchanges_total", "counter", "Attempts that were settled.", exchanges)
        usage = tuple(Sample({"usage_source": source}, n) for source, n in sorted(self._usage.items()))
        yield Family("records_total", "counter", "Records by how their usage is known.", usage)
        tokens = tuple(
            Sample({"usage_source": source, "type": kind}, count)
            for (source, kind), count in sorted(self._tokens.items())
        )
        yield Family("tokens_total", "counter", "Tokens by how they are known.", tokens)
        refusals = Counter({slug: n for slug, n in counted.counts.items() if slug not in _SETTLEMENTS})
        refusals.update(self.refused)
        faults = tuple(Sample({"fault": slug}, count) for slug, count in sorted(refusals.items()))
        yield Family("refusals_total", "counter", "Answers of the proxy's own, by fault.", faults)
        yield number("open_exchanges", "gauge", "Attempts that are open.", counted.open_count)


def _lines(family: Family) -> str:
    name = PREFIX + family.name
    head = f"# HELP {name} {family.text}\n# TYPE {name} {family.kind}\n"
    return head + "".join(f"{name}{_labels(item.labels)} {_value(item.value)}\n" for item in family.samples)


def _labels(labels: Mapping[str, str]) -> str:
    pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _value(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.6g}"
