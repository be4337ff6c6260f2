from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.estate.quantities import (
    MAX_TOKENS,
    PERIODS,
    read_money,
    read_percent,
    read_period,
    read_seconds,
    read_tokens,
    shown,
)

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers()))


@given(st.integers(1, MAX_TOKENS))
def test_tokens_written_out_are_read(tokens: int) -> None:
    assert read_tokens(tokens) == tokens
    assert read_tokens(str(tokens)) == tokens


@given(st.integers(0, 10**6), st.integers(0, 999), st.sampled_from([("k", 1_000), ("M", 1_000_000)]))
def test_a_fraction_is_read_exactly(whole: int, thousandths: int, unit: tuple[str, int]) -> None:
    exact = Decimal(whole * 1000 + thousandths) * unit[1] / 1000
    text = f"{whole}.{thousandths:03}{unit[0]}"

    if exact:
        assert read_tokens(text) == exact
    else:
        with pytest.raises(ValueError, match="out of range"):
            read_tokens(text)


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("60K", "write 60k: k is 1,000 and M is 1,000,000"),
        ("4m", "write 4M: k is 1,000 and M is 1,000,000"),
        ("60 k", "write a whole number such as 60000, or 60k (1,000) or 400M (1,000,000)"),
        ("1G", "write a whole number such as 60000, or 60k (1,000) or 400M (1,000,000)"),
        ("007", "write a whole number such as 60000, or 60k (1,000) or 400M (1,000,000)"),
        ("٣k", "write a whole number such as 60000, or 60k (1,000) or 400M (1,000,000)"),
        ("1.0005k", "write a whole number such as 60000, or 60k (1,000) or 400M (1,000,000)"),
        ("60k\n", "write a whole number such as 60000, or 60k (1,000) or 400M (1,000,000)"),
        (True, "write a whole number such as 60000, or 60k (1,000) or 400M (1,000,000)"),
        (1e6, "write a whole number such as 60000, or 60k (1,000) or 400M (1,000,000)"),
        (0, "between 1 and 1,000,000,000M"),
        (-1, "write a whole number such as 60000, or 60k (1,000) or 400M (1,000,000)"),
    ],
)
def test_what_is_no_number_of_tokens_says_the_way_out(value: object, hint: str) -> None:
    if value == 1e6:
        assert read_tokens(value) == 1_000_000  # a float without fraction is written 1000000.0
        return
    with pytest.raises(ValueError, match=r".") as refusal:
        read_tokens(value)
    assert refusal.value.args[1] == hint


@given(st.integers(0, 10**6), st.sampled_from([("s", 1), ("m", 60), ("h", 3600), ("d", 86400)]))
def test_durations_are_seconds(number: int, unit: tuple[str, int]) -> None:
    assert read_seconds(f"{number}{unit[0]}") == number * unit[1]


@pytest.mark.parametrize("value", [30, "30", "1h30m", "1.5h", "-1s", "1 s", "PT30S", True, None])
def test_what_is_no_duration_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        read_seconds(value)


@given(st.integers(1, 100))
def test_percentages_are_whole(percent: int) -> None:
    assert read_percent(f"{percent}%") == percent


@pytest.mark.parametrize("value", ["0%", "101%", "50", 50, 0.5, "12.5%", "-1%"])
def test_what_is_no_percentage_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="is not a percentage"):
        read_percent(value)


def test_periods_are_those_of_the_calendar() -> None:
    assert [read_period(period) for period in PERIODS] == list(PERIODS)


@pytest.mark.parametrize("value", ["30d", "1h"])
def test_a_rolling_period_says_why_it_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="rolling period; API Management counts in calendar periods"):
        read_period(value)


@pytest.mark.parametrize(("value", "amount"), [(900, "900"), (49.5, "49.5"), ("0.01", "0.01")])
def test_money_is_exact(value: object, amount: str) -> None:
    assert read_money(value) == Decimal(amount)


@pytest.mark.parametrize("value", [0, -1, "1,000", 0.001, "NaN", "1e3", True, None])
def test_what_is_no_amount_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="is not an amount of US dollars above zero"):
        read_money(value)


@given(SCALARS, st.sampled_from([read_tokens, read_seconds, read_percent, read_period, read_money]))
def test_any_scalar_is_read_or_refused_with_a_message_and_a_hint(
    value: object, read: Callable[[object], object]
) -> None:
    try:
        read(value)
    except ValueError as refusal:
        message, hint = refusal.args
        assert message.isprintable()
        assert hint


@pytest.mark.parametrize(
    ("value", "text"),
    [("a\x07b", '"a\\u0007b"'), (None, "null"), (True, "true"), ({}, "a mapping"), ((), "a list"), (1, "1")],
)
def test_values_are_shown_as_yaml_says_them(value: object, text: str) -> None:
    assert shown(value) == text
