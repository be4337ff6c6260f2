"""Token counters: rates by a sliding window or a token bucket, quotas by calendar periods in UTC.

Classic tiers sum the last sixty seconds; v2 tiers keep a bucket that refills evenly and may go into debt
(https://learn.microsoft.com/azure/api-management/llm-token-limit-policy, 2026-04-01; the bucket's constants
are our reading: capacity and refill per minute are both `tokens-per-minute`).
A counter belongs to its key, across scopes; the limit comes with each question.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

WINDOW_SECONDS = 60.0
PERIODS = ("Hourly", "Daily", "Weekly", "Monthly", "Yearly")

_V2 = frozenset({"BasicV2", "StandardV2", "PremiumV2"})


@dataclass(slots=True)
class Charge:
    """Tokens counted at a moment; `settle` corrects them.

    Attributes:
        moment: seconds of the monotonic clock.
        tokens: how many are counted now.
        live: whether a counter still holds it.
    """

    moment: float
    tokens: int
    live: bool = True


class RateCounters(Protocol):
    """Counters of tokens per minute, by counter key."""

    def wait(self, key: str, limit: int, tokens: int, now: float) -> float | None:
        """Seconds until a call of so many tokens passes: 0 now, None never.

        A call whose tokens are not known yet (0) passes as long as the limit is not used up.
        """
        ...

    def charge(self, key: str, tokens: int, limit: int, now: float) -> Charge:
        """Counts tokens."""
        ...

    def settle(self, key: str, charge: Charge, tokens: int) -> None:
        """Replaces what was counted by what was used."""
        ...

    def remaining(self, key: str, limit: int, now: float) -> int:
        """Tokens left, never below 0."""
        ...


def counters_for(tier: str) -> RateCounters:
    """The engine of a service tier: token bucket on v2, sliding window elsewhere."""
    return TokenBuckets() if tier in _V2 else SlidingWindows()


@dataclass(slots=True)
class _Minute:
    total: int
    charges: deque[Charge]


class SlidingWindows:
    """The sum of the last sixty seconds."""

    def __init__(self) -> None:
        self._minutes: dict[str, _Minute] = {}

    def _at(self, key: str, now: float) -> _Minute:
        minute = self._minutes.get(key)
        if minute is None:
            minute = self._minutes[key] = _Minute(0, deque())
        charges = minute.charges
        while charges and charges[0].moment + WINDOW_SECONDS <= now:
            gone = charges.popleft()
            gone.live = False
            minute.total -= gone.tokens
        return minute

    def wait(self, key: str, limit: int, tokens: int, now: float) -> float | None:
        """Seconds until enough of the window has passed."""
        needed = max(tokens, 1)
        if needed > limit:
            return None
        minute = self._at(key, now)
        excess = minute.total + needed - limit
        if excess <= 0:
            return 0.0
        for charge in minute.charges:
            excess -= charge.tokens
            if excess <= 0:
                return charge.moment + WINDOW_SECONDS - now
        return None

    def charge(self, key: str, tokens: int, limit: int, now: float) -> Charge:
        """Counts tokens from now on for sixty seconds."""
        minute = self._at(key, now)
        charge = Charge(now, tokens)
        minute.charges.append(charge)
        minute.total += tokens
        return charge

    def settle(self, key: str, charge: Charge, tokens: int) -> None:
        """Corrects the charge where it stands in the window; one that left it changes nothing."""
        if charge.live:
            self._minutes[key].total += tokens - charge.tokens
            charge.tokens = tokens

    def remaining(self, key: str, limit: int, now: float) -> int:
        """The limit less the window's sum."""
        return max(0, limit - self._at(key, now).total)


@dataclass(slots=True)
class _Bucket:
    used: float
    moment: float


class TokenBuckets:
    """A bucket of `limit` tokens that refills at `limit` a minute and may go into debt."""

    def __init__(self) -> None:
        self._buckets: dict[str, _Bucket] = {}

    def _at(self, key: str, limit: int, now: float) -> _Bucket:
        bucket = self._buckets.setdefault(key, _Bucket(0.0, now))
        refill = (now - bucket.moment) * limit / WINDOW_SECONDS
        bucket.used = max(0.0, bucket.used - refill)
        bucket.moment = now
        return bucket

    def wait(self, key: str, limit: int, tokens: int, now: float) -> float | None:
        """Seconds until the bucket holds enough."""
        needed = max(tokens, 1)
        if needed > limit:
            return None
        missing = self._at(key, limit, now).used + needed - limit
        return max(0.0, missing * WINDOW_SECONDS / limit) if missing > 1e-9 else 0.0

    def charge(self, key: str, tokens: int, limit: int, now: float) -> Charge:
        """Takes tokens out, below zero if need be."""
        self._at(key, limit, now).used += tokens
        return Charge(now, tokens)

    def settle(self, key: str, charge: Charge, tokens: int) -> None:
        """Takes the difference out, or puts it back."""
        bucket = self._buckets[key]
        bucket.used = max(0.0, bucket.used + tokens - charge.tokens)
        charge.tokens = tokens

    def remaining(self, key: str, limit: int, now: float) -> int:
        """What the bucket holds, rounded down."""
        return max(0, math.floor(limit - self._at(key, limit, now).used + 1e-9))


def period_start(moment: datetime, period: str) -> datetime:
    """The moment, truncated to its hour, day, week (from Monday, our reading), month or year in UTC.

    >>> period_start(datetime(2026, 3, 18, 9, 30, tzinfo=UTC), "Weekly").isoformat()
    '2026-03-16T00:00:00+00:00'
    """
    hour = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    day = hour.replace(hour=0)
    match period:
        case "Hourly":
            return hour
        case "Daily":
            return day
        case "Weekly":
            return day - timedelta(days=day.weekday())
        case "Monthly":
            return day.replace(day=1)
        case "Yearly":
            return day.replace(month=1, day=1)
        case _:
            raise ValueError(f"no such period: {period}")


def period_end(moment: datetime, period: str) -> datetime:
    """The first moment that is no longer in the period."""
    start = period_start(moment, period)
    match period:
        case "Hourly":
            return start + timedelta(hours=1)
        case "Daily":
            return start + timedelta(days=1)
        case "Weekly":
            return start + timedelta(days=7)
        case "Monthly":
            return (start + timedelta(days=32)).replace(day=1)
        case _:
            return start.replace(year=start.year + 1)


@dataclass(slots=True)
class _Window:
    start: datetime
    used: int


@dataclass(slots=True)
class QuotaCharge:
    """Tokens counted in the period that began at `start`."""

    start: datetime
    tokens: int


class Quotas:
    """Token sums of fixed calendar periods, by counter key and period."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str], _Window] = {}

    def _at(self, key: str, period: str, now: datetime) -> _Window:
        start = period_start(now, period)
        window = self._windows.get((key, period))
        if window is None or window.start != start:
            window = self._windows[key, period] = _Window(start, 0)
        return window

    def admits(self, key: str, period: str, quota: int, tokens: int, now: datetime) -> bool:
        """Whether so many more tokens fit; a call of unknown size (0) passes until the quota is used up."""
        return self._at(key, period, now).used + max(tokens, 1) <= quota

    def charge(self, key: str, period: str, tokens: int, now: datetime) -> QuotaCharge:
        """Counts tokens in the period of the moment."""
        window = self._at(key, period, now)
        window.used += tokens
        return QuotaCharge(window.start, tokens)

    def settle(self, key: str, period: str, charge: QuotaCharge, tokens: int) -> None:
        """Replaces what was counted by what was used, as long as the period lasts."""
        window = self._windows.get((key, period))
        if window is not None and window.start == charge.start:
            window.used = max(0, window.used + tokens - charge.tokens)
        charge.tokens = tokens

    def remaining(self, key: str, period: str, quota: int, now: datetime) -> int:
        """Tokens left in the period, never below 0."""
        return max(0, quota - self._at(key, period, now).used)
