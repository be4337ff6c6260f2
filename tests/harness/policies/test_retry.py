from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from gatewright.harness.policies.retry import wait_seconds


@given(
    number=st.integers(1, 50),
    interval=st.floats(0, 100),
    delta=st.floats(0, 100),
    longest=st.floats(0, 1000),
    seed=st.integers(),
)
def test_exponential_waits_stay_in_the_documented_range(
    number: int, interval: float, delta: float, longest: float, seed: int
) -> None:
    """Source: retry-policy (2025-09-11): min(max, interval + 2^(n-1) * random(0.8 delta, 1.2 delta))."""
    wait = wait_seconds(number, interval, delta, longest, random.Random(seed))
    low, high = (min(longest, interval + 2.0 ** (number - 1) * factor * delta) for factor in (0.8, 1.2))
    assert low * (1 - 1e-9) <= wait <= high * (1 + 1e-9)
