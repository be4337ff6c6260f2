"""What became of many requests, in numbers: refusals by limit, service by backend, tokens from the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gatewright.harness.outcome import Outcome
from gatewright.metering.record import NotARecord, UsageRecord


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """A kind of refusal: whose request, for which model, by what, with which status and reason."""

    tenant: str
    model: str
    refused_by: str
    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class Served:
    """What one backend did.

    Attributes:
        answered: client requests whose answer came from it.
        attempts: calls of it, by status (`none` where no answer came).
        input_tokens: tokens of the ledger; input includes cached.
        output_tokens: tokens of the ledger; output includes reasoning.
        cached_tokens: cached input tokens.
    """

    answered: int
    attempts: Mapping[str, int]
    input_tokens: int
    output_tokens: int
    cached_tokens: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Many requests in numbers.

    Attributes:
        requests: requests that reached the gateway.
        statuses: how many got each status.
        refused: how often each kind of refusal occurred.
        served: what each backend did, by id.
        failovers: requests that a backend answered after another one had been tried.
        cache_hits: answers from the gateway's cache; they reach no backend and are in no ledger.
        aborted: requests whose client left early.
        records: usage records in the ledger.
        unreported: records of successful answers without a count from the service (estimated or missing).
    """

    requests: int
    statuses: Mapping[int, int]
    refused: Mapping[Refusal, int]
    served: Mapping[str, Served]
    failovers: int
    cache_hits: int
    aborted: int
    records: int
    unreported: int

    def to_json(self) -> dict[str, object]:
        """The summary as JSON values."""
        return {
            "requests": self.requests,
            "statuses": {str(status): count for status, count in self.statuses.items()},
            "refused": [
                {
                    "tenant": kind.tenant or None,
                    "model": kind.model or None,
                    "refused_by": kind.refused_by,
                    "status": kind.status,
                    "reason": kind.reason or None,
                    "count": count,
                }
                for kind, count in self.refused.items()
            ],
            "served": {
                backend: {
                    "answered": item.answered,
                    "attempts": dict(item.attempts),
                    "input_tokens": item.input_tokens,
                    "output_tokens": item.output_tokens,
                    "cache_read_input_tokens": item.cached_tokens,
                }
                for backend, item in self.served.items()
            },
            "failovers": self.failovers,
            "cache_hits": self.cache_hits,
            "aborted": self.aborted,
            "records": self.records,
            "unreported": self.unreported,
        }

    def lines(self) -> Iterator[str]:
        """The summary as plain text."""
        statuses = ", ".join(f"{count} x {status}" for status, count in self.statuses.items())
        yield f"{self.requests} requests: {statuses or 'none'}"
        if self.refused:
            yield "refused:"
        for kind, count in self.refused.items():
            whose = kind.tenant or "unknown caller"
            what = f" for {kind.model}" if kind.model else ""
            why = f" ({kind.reason})" if kind.reason else ""
            yield f"  {count:>5} x {whose}{what}: {kind.status} by {kind.refused_by}{why}"
        if self.served:
            yield "served:"
        for backend, item in self.served.items():
            tried = ", ".join(f"{count} x {status}" for status, count in item.attempts.items())
            tokens = f"{item.input_tokens} input and {item.output_tokens} output tokens"
            yield f"  {item.answered:>5} x {backend}: {tokens}; calls {tried or 'none'}"
        yield f"failovers: {self.failovers}, cache hits: {self.cache_hits}, aborted: {self.aborted}"
        yield f"ledger: {self.records} records, {self.unreported} answers without a count from the service"


def summarise(outcomes: Iterable[Outcome], records: Iterable[UsageRecord]) -> Summary:
    """The summary of outcomes and of the usage records that the proxy wrote meanwhile."""
    seen, ledger = tuple(outcomes), tuple(records)
    return Summary(
        requests=len(seen),
        statuses=dict(sorted(Counter(item.status for item in seen).items())),
        refused=dict(sorted(Counter(_refusal(item) for item in seen if item.refused_by).items())),
        served=_served(seen, ledger),
        failovers=sum(1 for item in seen if _failed_over(item)),
        cache_hits=sum(1 for item in seen if item.cache == "hit"),
        aborted=sum(1 for item in seen if item.aborted),
        records=len(ledger),
        unreported=sum(1 for item in ledger if _is_success(item) and item.usage_source.value != "reported"),
    )


def read_ledger(path: Path) -> tuple[UsageRecord, ...]:
    """The usage records of a ledger; a line that is still being written is left out.

    Raises:
        ValueError: a line that is no usage record, with its number.
    """
    if not path.exists():
        return ()
    out: list[UsageRecord] = []
    whole = path.read_bytes().rpartition(b"\n")[0]
    for number, line in enumerate(whole.split(b"\n") if whole else (), start=1):
        try:
            out.append(UsageRecord.read(line))
        except NotARecord as fault:
            raise ValueError(f"{path}:{number}: {fault}") from fault
    return tuple(out)


def _refusal(outcome: Outcome) -> Refusal:
    return Refusal(
        tenant=outcome.tenant or "",
        model=outcome.model or "",
        refused_by=outcome.refused_by or "",
        status=outcome.status,
        reason=outcome.reason or "",
    )


def _is_success(record: UsageRecord) -> bool:
    return record.status is not None and 200 <= record.status < 300


def _failed_over(outcome: Outcome) -> bool:
    return outcome.refused_by is None and any(a.backend != outcome.backend for a in outcome.attempts)


def _served(outcomes: tuple[Outcome, ...], ledger: tuple[UsageRecord, ...]) -> dict[str, Served]:
    names = {attempt.backend for outcome in outcomes for attempt in outcome.attempts}
    names |= {record.backend for record in ledger if record.backend}
    return {name: _of_backend(name, outcomes, ledger) for name in sorted(names)}


def _of_backend(name: str, outcomes: tuple[Outcome, ...], ledger: tuple[UsageRecord, ...]) -> Served:
    calls = Counter(
        "none" if attempt.status is None else str(attempt.status)
        for outcome in outcomes
        for attempt in outcome.attempts
        if attempt.backend == name
    )
    mine = [record.usage for record in ledger if record.backend == name]
    return Served(
        answered=sum(1 for outcome in outcomes if outcome.refused_by is None and outcome.backend == name),
        attempts=dict(sorted(calls.items())),
        input_tokens=sum(usage.input_tokens or 0 for usage in mine),
        output_tokens=sum(usage.output_tokens or 0 for usage in mine),
        cached_tokens=sum(usage.cache_read_input_tokens or 0 for usage in mine),
    )
