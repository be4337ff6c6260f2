from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.harness.limits import (
    PERIODS,
    WINDOW_SECONDS,
    Quotas,
    SlidingWindows,
    TokenBuckets,
    counters_for,
    period_end,
    period_start,
)

CALLS = st.lists(st.tuples(st.floats(0, 40, allow_nan=False), st.integers(1, 60)), min_size=1, max_size=60)


@given(limit=st.integers(1, 200), calls=CALLS)
def test_sliding_window_never_admits_more_than_its_limit_in_any_window(
    limit: int, calls: list[tuple[float, int]]
) -> None:
    counters, now, admitted = SlidingWindows(), 0.0, []
    for pause, tokens in calls:
        now += pause
        if counters.wait("k", limit, tokens, now) == 0:
            counters.charge("k", tokens, limit, now)
            admitted.append((now, tokens))
    for start, _ in admitted:
        assert sum(t for at, t in admitted if start <= at < start + WINDOW_SECONDS) <= limit


@given(limit=st.integers(1, 200), calls=CALLS)
def test_token_bucket_never_admits_more_than_capacity_and_refill(
    limit: int, calls: list[tuple[float, int]]
) -> None:
    counters, now, admitted = TokenBuckets(), 0.0, []
    for pause, tokens in calls:
        now += pause
        if counters.wait("k", limit, tokens, now) == 0:
            counters.charge("k", tokens, limit, now)
            admitted.append((now, tokens))
    for index, (start, _) in enumerate(admitted):
        for end, _ in admitted[index:]:
            used = sum(t for at, t in admitted if start <= at <= end)
            assert used <= limit + (end - start) * limit / WINDOW_SECONDS + 1e-6


@pytest.mark.parametrize("engine", [SlidingWindows, TokenBuckets])
@given(limit=st.integers(1, 200), calls=CALLS, tokens=st.integers(0, 200))
def test_after_the_wait_the_call_passes_and_a_moment_earlier_it_does_not(
    engine: type[SlidingWindows | TokenBuckets], limit: int, calls: list[tuple[float, int]], tokens: int
) -> None:
    counters, now = engine(), 0.0
    for pause, used in calls:
        now += pause
        counters.charge("k", used, limit, now)
    wait = counters.wait("k", limit, tokens, now)
    if max(tokens, 1) > limit:
        assert wait is None
        return
    assert wait is not None
    if wait > 0.01:
        assert counters.wait("k", limit, tokens, now + wait * 0.99) != 0
    assert counters.wait("k", limit, tokens, now + wait + 1e-6) == 0


def test_classic_counts_what_the_documented_trace_shows() -> None:
    """Limit 100: consumed 59 leaves 41, consumed 55 leaves 0, then refused (observed trace, semantics 10)."""
    counters = counters_for("Developer")
    assert counters.wait("k", 100, 0, 0) == 0
    counters.charge("k", 59, 100, 0)
    assert counters.remaining("k", 100, 0) == 41
    assert counters.wait("k", 100, 0, 20) == 0
    counters.charge("k", 55, 100, 20)
    assert counters.remaining("k", 100, 20) == 0
    assert counters.wait("k", 100, 0, 31) == 29
    assert counters.wait("k", 100, 0, 60) == 0


def test_v2_bucket_goes_into_debt_and_waits_longer_than_a_minute() -> None:
    """Limit 10 a minute, a call of 39 tokens: the next waits 180 s (observed Retry-After, semantics 10)."""
    counters = counters_for("StandardV2")
    counters.charge("k", 39, 10, 0)
    assert counters.remaining("k", 10, 0) == 0
    assert counters.wait("k", 10, 0, 0) == pytest.approx(180)


@pytest.mark.parametrize("engine", [SlidingWindows, TokenBuckets])
def test_settling_replaces_the_estimate(engine: type[SlidingWindows | TokenBuckets]) -> None:
    counters = engine()
    charge = counters.charge("k", 50, 100, 0)
    counters.settle("k", charge, 20)
    assert counters.remaining("k", 100, 0) == 80


def test_a_charge_that_left_the_window_settles_without_effect() -> None:
    counters = SlidingWindows()
    charge = counters.charge("k", 50, 100, 0)
    assert counters.remaining("k", 100, 60) == 100
    counters.settle("k", charge, 90)
    assert counters.remaining("k", 100, 60) == 100


def test_keys_do_not_share_a_counter() -> None:
    counters = TokenBuckets()
    counters.charge("a", 10, 10, 0)
    assert counters.wait("a", 10, 0, 0) != 0
    assert counters.wait("b", 10, 0, 0) == 0


@given(
    moment=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    period=st.sampled_from(PERIODS),
)
def test_each_moment_lies_in_its_half_open_period(moment: datetime, period: str) -> None:
    start, end = period_start(moment, period), period_end(moment, period)
    assert start <= moment < end
    assert period_start(end, period) == end
    assert period_start(end - timedelta(microseconds=1), period) == start


def test_quota_ends_with_its_calendar_month() -> None:
    quotas, late = Quotas(), datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
    quotas.charge("k", "Monthly", 100, late)
    assert not quotas.admits("k", "Monthly", 100, 0, late)
    assert quotas.admits("k", "Monthly", 100, 0, late + timedelta(seconds=1))


def test_quota_charge_of_an_ended_period_settles_without_effect() -> None:
    quotas, late = Quotas(), datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
    charge = quotas.charge("k", "Daily", 10, late)
    assert quotas.remaining("k", "Daily", 100, late + timedelta(seconds=1)) == 100
    quotas.settle("k", "Daily", charge, 90)
    assert quotas.remaining("k", "Daily", 100, late + timedelta(seconds=1)) == 100
