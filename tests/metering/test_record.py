"""Usage records: one line of JSON, read back as written; absent is not 0."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.metering.record import NotARecord, RecordSource, Settlement, UsageRecord, UsageSource
from gatewright.metering.usage import QUANTITIES, TokenUsage

COUNTS = st.none() | st.integers(0, 2**53)
TEXTS = st.none() | st.text(max_size=8)
TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)).map(
    lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000, tzinfo=UTC)
)
USAGES = st.builds(
    TokenUsage,
    seconds=st.none() | st.integers(0, 99) | st.floats(0, 1e6),
    **{name: COUNTS for name in QUANTITIES if name != "seconds"},
)
RECORDS = st.builds(
    UsageRecord,
    record_id=st.text(min_size=1, max_size=8),
    time=st.none() | TIMES,
    usage=USAGES,
    usage_source=st.sampled_from(UsageSource),
    settlement=st.sampled_from(Settlement),
    tenant=TEXTS,
    subscription=TEXTS,
    user=TEXTS,
    backend=TEXTS,
    region=TEXTS,
    provider_name=TEXTS,
    operation_name=TEXTS,
    request_model=TEXTS,
    deployment=TEXTS,
    response_model=TEXTS,
    response_id=TEXTS,
    request_id=TEXTS,
    stream=st.booleans(),
    status=st.none() | st.integers(100, 599),
    error_type=TEXTS,
    duration_ms=st.none() | st.floats(0, 1e6),
    time_to_first_token_ms=st.none() | st.floats(0, 1e6),
    usage_detail=TEXTS,
    usage_raw=st.dictionaries(st.text(min_size=1, max_size=4), st.integers(0, 9), max_size=3).map(
        lambda raw: tuple(raw.items())
    ),
    source=st.none() | st.builds(RecordSource, st.text(max_size=5), st.integers(0, 9)),
)


@settings(max_examples=100, deadline=None)
@given(RECORDS)
def test_a_record_is_read_back_as_written_in_one_line(record: UsageRecord) -> None:
    text = record.to_json()
    assert "\n" not in text
    assert UsageRecord.read(text) == record
    assert UsageRecord.read(text.encode("utf-8")) == record


def test_names_and_order_are_those_of_the_design() -> None:
    record = UsageRecord(
        "r1",
        datetime(2026, 11, 1, 13, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1))),
        TokenUsage(input_tokens=0, cache_read_input_tokens=3),
        UsageSource.REPORTED,
        tenant="retail-search",
        status=200,
    )
    assert json.loads(record.to_json()) == {
        "version": 1,
        "record_id": "r1",
        "time": "2026-11-01T12:00:00.123Z",
        "usage_source": "reported",
        "settlement": "complete",
        "tenant": "retail-search",
        "input_tokens": 0,
        "cache_read_input_tokens": 3,
        "stream": False,
        "status": 200,
    }


def test_no_field_holds_money_prompt_or_answer() -> None:
    names = {field.name for field in fields(UsageRecord)} | set(QUANTITIES)
    assert not [
        name for name in names if any(word in name for word in ("cost", "price", "usd", "prompt", "text"))
    ]


def test_keys_of_later_versions_are_ignored() -> None:
    text = (
        '{"version":1,"record_id":"r","usage_source":"missing","settlement":"failed","stream":true,"new":{}}'
    )
    assert UsageRecord.read(text).stream is True


@pytest.mark.parametrize(
    ("change", "about"),
    [
        ({"version": 2}, "version"),
        ({"record_id": None}, "record_id"),
        ({"record_id": 1}, "record_id"),
        ({"usage_source": "guessed"}, "usage_source"),
        ({"settlement": None}, "settlement"),
        ({"time": "yesterday"}, "time"),
        ({"time": "2026-11-01T00:00:00"}, "time"),
        ({"input_tokens": "3"}, "input_tokens"),
        ({"input_tokens": 3.5}, "input_tokens"),
        ({"input_tokens": -1}, "input_tokens"),
        ({"input_tokens": True}, "input_tokens"),
        ({"stream": "yes"}, "stream"),
        ({"status": 200.5}, "status"),
        ({"tenant": ["a"]}, "tenant"),
        ({"usage_raw": []}, "usage_raw"),
        ({"usage_raw": {"a": "1"}}, "a"),
        ({"source": {"file": "a"}}, "source"),
    ],
)
def test_a_field_of_the_wrong_kind_is_named(change: dict[str, object], about: str) -> None:
    plain = json.loads(UsageRecord("r", None).to_json()) | change
    with pytest.raises(NotARecord, match=about):
        UsageRecord.read(json.dumps(plain))


@pytest.mark.parametrize("text", ["", "[]", "{", '{"version":NaN}', b"\xff", "{}"])
def test_what_is_no_record_is_refused(text: str | bytes) -> None:
    with pytest.raises(NotARecord):
        UsageRecord.read(text)
