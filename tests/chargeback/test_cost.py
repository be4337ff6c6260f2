from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.chargeback.cost import Priced, Unpriced, cost
from gatewright.metering.record import Settlement, UsageSource
from tests.chargeback.builders import METERS, cards, record


def priced(folder: Path, **tokens: Any) -> Decimal:
    found = cost(record(**tokens), METERS, cards(folder))
    assert isinstance(found, Priced)
    return found.amount


def test_cached_input_is_priced_apart(tmp_path: Path) -> None:
    amount = priced(tmp_path, input_tokens=1_000_000, cache_read_input_tokens=400_000, output_tokens=100_000)
    assert amount == Decimal("0.6") * 2 + Decimal("0.4") * Decimal("0.5") + Decimal("0.1") * 8


def test_reasoning_is_part_of_the_output(tmp_path: Path) -> None:
    whole = priced(tmp_path, input_tokens=0, output_tokens=500)
    assert priced(tmp_path, input_tokens=0, output_tokens=500, reasoning_output_tokens=300) == whole


def test_rate_of_the_request_time_holds(tmp_path: Path) -> None:
    old = record(time=datetime(2026, 10, 1, tzinfo=UTC), input_tokens=1_000_000)
    found = cost(old, METERS, cards(tmp_path))
    assert isinstance(found, Priced)
    assert found.amount == Decimal(3)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        pytest.param({"backend": "gw-x"}, "backend gw-x is not in the configuration", id="unknown backend"),
        pytest.param({"cache_creation_input_tokens": 1}, "no cache write rate", id="quantity without a rate"),
        pytest.param({"audio_output_tokens": 1}, "no audio output rate", id="audio without a rate"),
        pytest.param(
            {"time": datetime(2020, 1, 1, tzinfo=UTC)}, "no rate for gpt-4.1", id="no rate that day"
        ),
        pytest.param({"time": None}, "time of the request is not known", id="no time"),
    ],
)
def test_what_has_no_rate_is_unpriced_never_zero(
    tmp_path: Path, wrong: dict[str, object], reason: str
) -> None:
    values: dict[str, Any] = {"input_tokens": 5, "output_tokens": 5, **wrong}
    found = cost(record(**values), METERS, cards(tmp_path))
    assert isinstance(found, Unpriced)
    assert reason in found.reason


def test_served_attempt_without_usage_is_unpriced(tmp_path: Path) -> None:
    found = cost(record(source=UsageSource.MISSING), METERS, cards(tmp_path))
    assert found == Unpriced("usage is missing")


def test_an_estimate_of_all_parts_has_a_price_and_one_of_some_has_none(tmp_path: Path) -> None:
    whole: Any = {"source": UsageSource.ESTIMATED, "settlement": Settlement.ABORTED_BY_CLIENT}
    rates = cards(tmp_path)
    found = cost(record(**whole, input_tokens=10, output_tokens=5, total_tokens=15), METERS, rates)
    assert isinstance(found, Priced)
    assert found.amount == Decimal("0.00006")
    found = cost(record(**whole, input_tokens=10), METERS, rates)
    assert found == Unpriced("only a part of the usage could be estimated")


@pytest.mark.parametrize("detail", ["counted_apart", "already_counted", "not_a_generation"])
def test_an_attempt_that_used_nothing_itself_costs_nothing(tmp_path: Path, detail: str) -> None:
    one = replace(record(source=UsageSource.MISSING), usage_detail=detail)
    assert cost(one, METERS, cards(tmp_path)) == Priced(())
    assert not one.lacks_usage


def test_what_another_model_did_has_no_rate(tmp_path: Path) -> None:
    one = replace(record(input_tokens=14), usage_detail="other_model", response_model="whisper-1")
    assert cost(one, METERS, cards(tmp_path)) == Unpriced("no rate for what whisper-1 did beside it")


def test_what_is_counted_in_other_units_is_unpriced_never_free(tmp_path: Path) -> None:
    found = cost(record(source=UsageSource.ESTIMATED, characters=40), METERS, cards(tmp_path))
    assert found == Unpriced("no rate for characters")


@pytest.mark.parametrize("settlement", [Settlement.REFUSED, Settlement.FAILED])
def test_refused_attempt_costs_nothing(tmp_path: Path, settlement: Settlement) -> None:
    found = cost(record(source=UsageSource.MISSING, settlement=settlement), METERS, cards(tmp_path))
    assert found == Priced(())


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), min_size=1, max_size=6), st.randoms()
)
def test_sum_does_not_depend_on_the_order(
    tmp_path_factory: pytest.TempPathFactory, counts: list[tuple[int, int]], random: Random
) -> None:
    rates = cards(tmp_path_factory.mktemp("rates"))
    amounts = []
    for read, written in counts:
        found = cost(record(input_tokens=read, output_tokens=written), METERS, rates)
        assert isinstance(found, Priced)
        amounts.append(found.amount)
    shuffled = list(amounts)
    random.shuffle(shuffled)
    assert sum(amounts, Decimal(0)) == sum(shuffled, Decimal(0))
    assert sum(amounts, Decimal(0)) == sum(
        (Decimal(i) * 2 + Decimal(o) * 8 for i, o in counts), Decimal(0)
    ) / Decimal(10**6)
