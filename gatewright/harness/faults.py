"""Faults that a simulated upstream is asked to show: throttling, outages, cut and slow answers.

A specification reads `TARGET:ACTION[:option…]`:

- TARGET is a deployment name, a backend id, or `*` for every deployment.
- ACTION is an HTTP status from 400 to 599, `reset` (the connection ends before an answer), `cut=N` (the
  connection ends after N parts of the body) or `slow=MS` (each part comes MS milliseconds late).
- Options: `retry-after=SECONDS` (a status only), `after=N` (the first N requests pass), `times=N` (N requests
  are hit, later ones pass).

The header `x-simulate-fault` carries the same for one request, without a target and with `;` between the
parts: `429;retry-after=2`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gatewright.diagnostics import Code, Diagnostic, Rejected, Severity

HEADER = "x-simulate-fault"

BAD_FAULT = Code(
    "EMU550",
    "fault-not-readable",
    Severity.ERROR,
    "A fault to simulate is not written as TARGET:ACTION[:option…].",
    unreadable=True,
)
UNKNOWN_TARGET = Code(
    "EMU551",
    "fault-without-target",
    Severity.ERROR,
    "A fault to simulate names a deployment or backend that the bundle does not have.",
    unreadable=True,
)

_HINT = "write for example gpt-41-ptu:429:retry-after=20:times=3, gpt-41:reset, gpt-41:cut=4 or '*:slow=50'"
_LIMITS = {"retry-after": 86_400, "after": 1_000_000, "times": 1_000_000, "cut": 100_000, "slow": 60_000}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault to show.

    Attributes:
        target: a deployment name, a backend id, or `*`.
        status: the status to answer, or None.
        reset: end the connection before an answer.
        cut_after: end the connection after so many parts of the body, or None.
        slow_ms: milliseconds before each part of the body.
        retry_after_seconds: what Retry-After says beside the status, or None.
        after: so many requests pass before the first one is hit.
        times: so many requests are hit, or None for all of them.
    """

    target: str
    status: int | None = None
    reset: bool = False
    cut_after: int | None = None
    slow_ms: int = 0
    retry_after_seconds: int | None = None
    after: int = 0
    times: int | None = None


def read(text: str) -> Fault:
    """A specification as a fault.

    >>> read("gpt-41-ptu:429:retry-after=20:times=3").retry_after_seconds
    20

    Raises:
        Rejected: EMU550.
    """
    target, *parts = text.split(":")
    if not target or not parts:
        raise Rejected([_fault(text, "it has no action")])
    return _read(text, target, parts)


def read_header(value: str) -> Fault:
    """The value of `x-simulate-fault` as a fault of that one request.

    Raises:
        Rejected: EMU550.
    """
    return _read(value, "*", [part.strip() for part in value.split(";")])


def _read(text: str, target: str, parts: Sequence[str]) -> Fault:
    action, *options = parts
    status, reset, numbers = None, False, {}
    if action == "reset":
        reset = True
    elif action.isascii() and action.isdigit():
        status = _status(text, action)
    else:
        numbers["action"] = _named(text, action, ("cut", "slow"))
    given: dict[str, int] = {}
    allowed = ("retry-after", "after", "times") if status is not None else ("after", "times")
    for option in options:
        name, number = _named(text, option, allowed)
        if name in given:
            raise Rejected([_fault(text, f"{name} stands twice")])
        given[name] = number
    name, number = numbers.get("action", ("", 0))
    return Fault(
        target=target,
        status=status,
        reset=reset,
        cut_after=number if name == "cut" else None,
        slow_ms=number if name == "slow" else 0,
        retry_after_seconds=given.get("retry-after"),
        after=given.get("after", 0),
        times=given.get("times"),
    )


def _status(text: str, action: str) -> int:
    if len(action) == 3 and 400 <= int(action) <= 599:
        return int(action)
    raise Rejected([_fault(text, f"{action} is no status from 400 to 599")])


def _named(text: str, part: str, allowed: Sequence[str]) -> tuple[str, int]:
    name, sign, number = part.partition("=")
    if name not in allowed or not sign:
        raise Rejected([_fault(text, f'"{part}" is none of {", ".join(f"{a}=…" for a in allowed)}')])
    if not (number.isascii() and number.isdigit()) or len(number) > 7 or int(number) > _LIMITS[name]:
        raise Rejected([_fault(text, f"{name} wants a whole number from 0 to {_LIMITS[name]}")])
    return name, int(number)


def _fault(text: str, why: str) -> Diagnostic:
    return BAD_FAULT.at(None, f'the fault "{text}" cannot be read: {why}', hint=_HINT)


def check_targets(faults: Iterable[Fault], known: Iterable[str]) -> None:
    """Refuses faults whose target no deployment and no backend bears.

    Raises:
        Rejected: EMU551, one for each such fault.
    """
    names = sorted(set(known))
    unknown = [fault for fault in faults if fault.target != "*" and fault.target not in names]
    if unknown:
        hint = f"known are {', '.join(names)}" if names else "this upstream has no deployments"
        raise Rejected(
            UNKNOWN_TARGET.at(None, f'no deployment or backend is called "{fault.target}"', hint=hint)
            for fault in unknown
        )


@dataclass(slots=True)
class FaultPlan:
    """Which fault the next request meets; counts requests per fault."""

    faults: tuple[Fault, ...] = ()
    _seen: dict[int, int] = field(default_factory=dict)

    def next(self, names: Iterable[str]) -> Fault | None:
        """The fault of a request that goes to a deployment known under these names; counts the request.

        The first fault in the order given that is due wins; each fault whose target fits counts the request.
        """
        wanted = {*names, "*"}
        hit: Fault | None = None
        for index, fault in enumerate(self.faults):
            if fault.target not in wanted:
                continue
            seen = self._seen.get(index, 0)
            self._seen[index] = seen + 1
            due = seen >= fault.after and (fault.times is None or seen < fault.after + fault.times)
            if due and hit is None:
                hit = fault
        return hit
