"""Backends: single ones with their circuit breaker, and pools that balance over them.

Source: https://learn.microsoft.com/azure/api-management/backends (2025-11-20): a lower priority group is used
only while every member of the groups above is open; a tripped circuit closes fully after its time; state is
per gateway.
"""

from __future__ import annotations

import math
import random
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import groupby

from gatewright.apim.bundle import Backend, CircuitBreaker, PoolBackend, SingleBackend
from gatewright.diagnostics import Diagnostic, Rejected, Span
from gatewright.harness.codes import BACKEND_NOT_EMULATED

REASONS = frozenset({"BackendConnectionFailure", "Timeout"})

_ISO_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?\Z")


def iso_seconds(text: str) -> int:
    """Seconds of an ISO 8601 duration of days, hours, minutes and seconds.

    >>> iso_seconds("PT1M30S")
    90
    """
    found = _ISO_DURATION.match(text)
    if found is None:
        raise ValueError(f"not a duration of days, hours, minutes and seconds: {text}")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def retry_after_seconds(text: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, from a number or an HTTP date; None where it says neither.

    Source: RFC 9110, 10.2.3.

    >>> retry_after_seconds("30", datetime(2026, 1, 1, tzinfo=UTC))
    30.0
    """
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


class Breaker:
    """Opens after enough failures within its interval, for its trip duration or the backend's Retry-After."""

    def __init__(self, rule: CircuitBreaker) -> None:
        condition = rule.failure_condition
        self._count = condition.count
        self._interval = iso_seconds(condition.interval)
        self._ranges = tuple((item.min, item.max) for item in condition.status_code_ranges)
        self._reasons = frozenset(condition.error_reasons)
        self._trip_seconds = iso_seconds(rule.trip_duration) if rule.trip_duration else 0
        self._accepts_retry_after = rule.accept_retry_after
        self._failures: deque[float] = deque()
        self._open_until = -math.inf

    def open_for(self, now: float) -> float:
        """Seconds until the circuit closes; 0 when it is closed."""
        return max(0.0, self._open_until - now)

    def answered(self, status: int, retry_after: float | None, now: float) -> None:
        """Counts an answer; `retry_after` in seconds where it carried one."""
        if any(low <= status <= high for low, high in self._ranges):
            self._failed(retry_after if self._accepts_retry_after else None, now)

    def broke(self, reason: str, now: float) -> None:
        """Counts a call without answer: `BackendConnectionFailure` or `Timeout`."""
        if reason in self._reasons:
            self._failed(None, now)

    def _failed(self, retry_after: float | None, now: float) -> None:
        if self.open_for(now):
            return
        self._failures.append(now)
        while self._failures[0] <= now - self._interval:
            self._failures.popleft()
        if len(self._failures) >= self._count:
            self._failures.clear()
            self._open_until = now + (self._trip_seconds if retry_after is None else retry_after)


@dataclass(frozen=True, slots=True)
class Single:
    """A backend with a URL.

    Attributes:
        id: of the entity; for a bare URL its authority.
        url: base URL without trailing slash.
        breaker: its circuit breaker.
    """

    id: str
    url: str
    breaker: Breaker | None

    def open_for(self, now: float) -> float:
        """Seconds until the circuit closes; 0 when it is closed or there is none."""
        return self.breaker.open_for(now) if self.breaker else 0.0


@dataclass(frozen=True, slots=True)
class _Member:
    backend: Single
    weight: int


class Pool:
    """Members in groups of one priority each, lowest number first.

    Members of one weight take turns; different weights are drawn at random in proportion. A member of weight
    0 is used only when its group has nothing else.
    """

    def __init__(
        self, name: str, groups: Sequence[Sequence[tuple[Single, int]]], chance: random.Random
    ) -> None:
        self.id = name
        self._groups = [[_Member(*member) for member in group] for group in groups]
        self._chance = chance
        self._turns = [0] * len(groups)

    def choose(self, now: float) -> Single | None:
        """The member that takes the next call, or None when every circuit is open."""
        for index, group in enumerate(self._groups):
            closed = [member for member in group if not member.backend.open_for(now)]
            if closed:
                return self._pick(index, closed).backend
        return None

    def _pick(self, index: int, closed: list[_Member]) -> _Member:
        if len(closed) == 1:
            return closed[0]
        weights = [member.weight for member in closed]
        if len(set(weights)) == 1:
            self._turns[index] += 1
            return closed[(self._turns[index] - 1) % len(closed)]
        return self._chance.choices(closed, weights)[0]

    def open_for(self, now: float) -> float:
        """Seconds until the first circuit closes."""
        return min(member.backend.open_for(now) for group in self._groups for member in group)


class Backends:
    """Every backend of the bundle by id."""

    def __init__(self, singles: Iterable[Single], pools: Iterable[Pool]) -> None:
        self._singles = {item.id: item for item in singles}
        self._pools = {item.id: item for item in pools}
        self._by_url = {item.url: item for item in self._singles.values()}

    def get(self, name: str) -> Single | Pool | None:
        """The backend or pool of an id."""
        return self._singles.get(name) or self._pools.get(name)

    def at_url(self, url: str) -> Single:
        """The backend entity whose URL it is; else one without breaker, named by its authority."""
        base = url.rstrip("/")
        return self._by_url.get(base) or Single(base.partition("://")[2].partition("/")[0], base, None)


def load(entities: Sequence[Backend], chance: random.Random, file: str) -> Backends:
    """The backends of a bundle whose placeholders are filled.

    Args:
        entities: single backends and pools.
        chance: decides weighted draws.
        file: how the bundle is called in diagnostics.

    Raises:
        Rejected: EMU520 for what is not emulated.
    """
    faults = list(_faults(entities, file))
    if faults:
        raise Rejected(faults)
    singles = {item.id: _single(item) for item in entities if isinstance(item, SingleBackend)}
    pools = [_pool(item, singles, chance) for item in entities if isinstance(item, PoolBackend)]
    return Backends(singles.values(), pools)


def _faults(entities: Sequence[Backend], file: str) -> Iterator[Diagnostic]:
    for item in entities:
        if not isinstance(item, SingleBackend):
            continue
        if item.protocol != "http":
            yield BACKEND_NOT_EMULATED.at(Span(file), f"backend {item.id}: protocol {item.protocol}")
        if not re.match(r"https?://[^/?#]+", item.url):
            yield BACKEND_NOT_EMULATED.at(
                Span(file), f"backend {item.id}: its URL is not http:// or https://"
            )
        reasons = item.circuit_breaker.failure_condition.error_reasons if item.circuit_breaker else ()
        for reason in sorted(set(reasons) - REASONS):
            hint = f"emulated are {' and '.join(sorted(REASONS))}; statuses belong in statusCodeRanges"
            yield BACKEND_NOT_EMULATED.at(
                Span(file), f"backend {item.id}: error reason {reason!r}", hint=hint
            )


def _single(item: SingleBackend) -> Single:
    breaker = Breaker(item.circuit_breaker) if item.circuit_breaker else None
    return Single(item.id, item.url.rstrip("/"), breaker)


def _pool(item: PoolBackend, singles: dict[str, Single], chance: random.Random) -> Pool:
    members = sorted(item.pool.services, key=lambda member: member.priority)
    groups = [
        [(singles[member.id], member.weight) for member in group]
        for _, group in groupby(members, key=lambda member: member.priority)
    ]
    return Pool(item.id, groups, chance)
