"""Delays double up to a bound, are random by half, and never undercut what the receiver asks for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_addon.sinks.backoff import MOST_ASKED_SECONDS, Backoff, retry_after

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def test_delays_double_until_the_longest() -> None:
    backoff = Backoff(lambda: 1.0)
    assert [backoff.delay(n) for n in (1, 2, 3, 7, 8, 500)] == [1.0, 2.0, 4.0, 64.0, 120.0, 120.0]


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True), st.none() | st.floats(-10, 1e9))
def test_a_delay_lies_between_its_bounds(failures: int, random: float, asked: float | None) -> None:
    delay = Backoff(lambda: random).delay(failures, asked)
    top = min(120.0, 2.0 ** min(failures - 1, 20))
    wanted = min(max(asked or 0.0, 0.0), MOST_ASKED_SECONDS)
    assert max(top / 2, wanted) <= delay <= max(top, wanted * 1.1)


@pytest.mark.parametrize(
    ("milliseconds", "value", "seconds"),
    [
        (None, None, None),
        ("250", "9", 0.25),
        ("soon", "9", 9.0),
        (None, "0", 0.0),
        (None, "1.5", 1.5),
        (None, "Wed, 25 Nov 2026 12:00:30 GMT", 30.0),
        (None, "Wed, 25 Nov 2026 11:00:00 GMT", 0.0),
        (None, "-5", None),
        (None, "later", None),
        (None, "٣", None),
        (None, "9" * 40, None),
    ],
)
def test_retry_after_is_read_in_each_of_its_forms(
    milliseconds: str | None, value: str | None, seconds: float | None
) -> None:
    assert retry_after(milliseconds, value, NOW) == seconds
