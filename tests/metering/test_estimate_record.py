"""Records that take an estimate."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gatewright.metering.estimate import (
    can_be_estimated,
    estimate,
    estimated,
    names_of,
    with_estimate,
)
from gatewright.metering.estimates.answer import VisibleAnswer
from gatewright.metering.exchange_meter import Ending, ExchangeMeter
from gatewright.metering.record import Bound, NotARecord, Settlement, UsageRecord, UsageSource
from gatewright.metering.usage import TokenUsage
from tests.metering.asking import AZURE, asked, told

STREAM = b'data: {"model":"gpt-4o-2024-08-06","choices":[{"index":0,"delta":{"content":"Hello there!"}}]}\n\n'


def broken_off() -> tuple[UsageRecord, VisibleAnswer | None]:
    meter = ExchangeMeter("r1", watch_answer=True)
    meter.begin(asked(stream=True), datetime(2026, 11, 1, tzinfo=UTC))
    meter.response(200, ())
    meter.feed(STREAM)
    return meter.finish(Ending.CLIENT_LEFT), meter.visible_answer()


def test_a_record_takes_an_estimate_with_reason_and_bounds() -> None:
    record, answer = broken_off()
    record = estimated(record, asked(stream=True), answer)
    assert record.usage == TokenUsage(10, 3, 13)
    assert record.usage_source is UsageSource.ESTIMATED
    assert record.usage_detail == "no_usage_in_stream,tokenizer:o200k_base,output:answer_unfinished"
    assert '"usage_bounds":{"input_tokens":[10,10],"output_tokens":[2,4]}' in record.to_json()
    assert UsageRecord.read(record.to_json()) == record


def test_a_record_of_what_cannot_be_estimated_stays_missing_and_says_why() -> None:
    record, answer = broken_off()
    record = with_estimate(record, estimate(asked(), replace(answer or VisibleAnswer(), model="kimi-k2")))
    assert (record.usage_source, record.usage) == (UsageSource.MISSING, TokenUsage())
    assert record.usage_detail == "no_usage_in_stream,cannot_be_estimated,model_not_known"
    assert "usage_bounds" not in record.to_json()


def test_bounds_stay_where_only_a_least_is_known() -> None:
    record, _ = broken_off()
    record = with_estimate(record, estimate(asked(model="gpt-5"), told("Hello there!", model="gpt-5")))
    assert record.usage.output_tokens is None
    assert record.usage_bounds[1] == Bound("output_tokens", 3, None)
    assert UsageRecord.read(record.to_json()) == record


def test_a_reported_record_stays_as_it_is() -> None:
    record = UsageRecord("r", None, TokenUsage(1, 2, 3), UsageSource.REPORTED)
    assert with_estimate(record, estimate(asked(), told("x"))) is record
    assert can_be_estimated(record, None) is False
    refused = UsageRecord("r", None, settlement=Settlement.REFUSED, status=429)
    assert estimated(refused, asked(), None, models=["gpt-4o"]) is refused


def test_a_crashed_attempt_is_estimated_by_its_request_and_a_name_from_the_routes() -> None:
    crashed = UsageRecord("r", None, settlement=Settlement.CRASHED, request_model="chat")
    record = estimated(crashed, asked(AZURE, model="chat", max_tokens=9), None, models=["gpt-4.1"])
    assert record.usage == TokenUsage(input_tokens=10)
    assert record.usage_bounds == (Bound("input_tokens", 10, 10), Bound("output_tokens", 0, 9))


@pytest.mark.parametrize(
    ("settlement", "status", "detail", "answer", "expected"),
    [
        (Settlement.COMPLETE, 200, "no_usage_in_stream", told("x"), True),
        (Settlement.COMPLETE, 200, "already_counted", None, False),
        (Settlement.COMPLETE, 200, "background_not_finished", told(), False),
        (Settlement.CRASHED, None, None, None, True),
        (Settlement.ABORTED_BY_CLIENT, None, "no_answer", None, True),
        (Settlement.ABORTED_BY_CLIENT, None, "no_answer,not_forwarded", None, False),
        (Settlement.ABORTED_BY_UPSTREAM, 200, "no_usage_in_stream", told("x"), True),
        (Settlement.FAILED, 502, "error_status", None, False),
        (Settlement.FAILED, 200, "error_in_body", told("x"), True),
        (Settlement.FAILED, 200, "error_in_body", VisibleAnswer(begun=True), False),
        (Settlement.REFUSED, 429, "error_status", None, False),
    ],
)
def test_only_what_may_have_been_billed_is_estimated(
    settlement: Settlement,
    status: int | None,
    detail: str | None,
    answer: VisibleAnswer | None,
    expected: bool,
) -> None:
    record = UsageRecord("r", None, settlement=settlement, status=status, usage_detail=detail)
    assert can_be_estimated(record, answer) is expected


def test_names_come_with_the_most_trusted_first() -> None:
    record = UsageRecord("r", None, response_model="gpt-4o-2024-08-06", deployment="d", request_model="chat")
    assert names_of(record, "gpt-4o", None) == ("gpt-4o-2024-08-06", "gpt-4o", "d", "chat")


@pytest.mark.parametrize(
    "bounds",
    ["[]", '{"money":[1,2]}', '{"input_tokens":[1]}', '{"input_tokens":[null,2]}', '{"input_tokens":[1,-2]}'],
)
def test_bounds_of_the_wrong_kind_are_no_record(bounds: str) -> None:
    line = UsageRecord("r", None).to_json()[:-1] + f',"usage_bounds":{bounds}}}'
    with pytest.raises(NotARecord, match="usage_bounds"):
        UsageRecord.read(line)
