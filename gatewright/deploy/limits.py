"""Token limits of a policy that somebody else wrote, as far as they can be carried over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gatewright.apim.document import Element, read
from gatewright.diagnostics import Rejected

_LIMITS = ("llm-token-limit", "azure-openai-token-limit")
_PERIODS = {"Hourly": "hour", "Daily": "day", "Weekly": "week", "Monthly": "month", "Yearly": "year"}
_PLAIN = {"policies", "inbound", "backend", "outbound", "on-error", "base", "forward-request", *_LIMITS}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a policy limits.

    Attributes:
        tokens_per_minute: of the one limit, or None.
        token_quota: tokens in a period, or None.
        period: `hour` … `year`, or None.
        elements: names of everything that the policy does besides, in order, each once.
        reasons: why something of it is not carried over.
    """

    tokens_per_minute: int | None = None
    token_quota: int | None = None
    period: str | None = None
    elements: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        """Whether a limit was carried over."""
        return bool(self.tokens_per_minute or self.token_quota)


def limits(text: str, name: str) -> Limits:
    """The limits of a policy; nothing for an empty text.

    Args:
        text: of the policy.
        name: how it is called in faults.
    """
    if not text.strip():
        return Limits()
    try:
        root = read(text, name).root
    except Rejected as rejected:
        return Limits(reasons=(f"it cannot be read: {rejected.diagnostics[0].message}",))
    every = list(_walk(root))
    mine = [item for item in every if item.name in _LIMITS]
    outer = [item for part in _children(root) for item in _children(part) if item.name in _LIMITS]
    others = tuple(dict.fromkeys(item.name for item in _acts(root)))
    reasons = [f"it does {', '.join(others)}, which an estate does not say"] if others else []
    if len(mine) != 1 or mine != outer:
        reasons += ["its token limits depend on conditions"] if mine else []
        return Limits(elements=others, reasons=tuple(reasons))
    rate, quota = _number(mine[0], "tokens-per-minute"), _number(mine[0], "token-quota")
    period = _PERIODS.get(_attribute(mine[0], "token-quota-period"))
    expressions = [
        name for name in ("tokens-per-minute", "token-quota") if _attribute(mine[0], name)[:1] == "@"
    ]
    reasons += [f"{name} is an expression" for name in expressions]
    return Limits(rate, quota, period, others, tuple(reasons))


def _children(element: Element) -> list[Element]:
    return [item for item in element.children if isinstance(item, Element)]


def _walk(element: Element) -> Iterator[Element]:
    for item in _children(element):
        yield item
        yield from _walk(item)


def _acts(root: Element) -> Iterator[Element]:
    """The statements of the sections, each with its name alone."""
    return (item for part in _children(root) for item in _children(part) if item.name not in _PLAIN)


def _attribute(element: Element, name: str) -> str:
    found = element.attributes.get(name)
    return found.value if found else ""


def _number(element: Element, name: str) -> int | None:
    text = _attribute(element, name)
    return int(text) if text.isdecimal() else None
