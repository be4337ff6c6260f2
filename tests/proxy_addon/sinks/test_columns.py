"""The usage table: the first version's columns stay what they were; every field of a record has a place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from gatewright.metering.record import Bound, UsageRecord, UsageSource, write_time
from gatewright.metering.usage import TokenUsage
from proxy_addon.sinks import columns
from proxy_addon.sinks.sink import KNOWN_FIELDS, read_entry

TABLE = columns.load()

# Source: Azure Monitor, service limits and custom tables (2024-10).
RESERVED = {
    "id", "BilledSize", "IsBillable", "InvalidTimeGenerated", "TenantId", "Title", "Type", "UniqueId",
    "_ItemId", "_ResourceGroup", "_ResourceId", "_SubscriptionId", "_TimeReceived",
}  # fmt: skip

# Source: Azure/enterprise-azureai 1.2.0, infra/modules/monitor/loganatylicscustomtable.bicep.
FIRST = {
    "TimeGenerated": "datetime",
    "Consumer": "string",
    "Model": "string",
    "ObjectType": "string",
    "InputTokens": "int",
    "OutputTokens": "int",
    "TotalTokens": "int",
}


def values(record: UsageRecord) -> dict[str, Any]:
    return dict(row(record).values)


def row(record: UsageRecord) -> columns.Row:
    return columns.Rows(TABLE).row(read_entry(record.to_json().encode()))


def test_the_columns_of_the_first_version_keep_name_and_type() -> None:
    assert {column.name: column.type for column in TABLE.columns[:7]} == FIRST
    assert (TABLE.name, TABLE.stream) == ("OpenAIChargeback_CL", "Custom-OpenAIChargeback_CL")


def test_names_and_types_are_those_that_azure_takes() -> None:
    names = [column.name for column in TABLE.columns]
    assert len(set(map(str.lower, names))) == len(names) <= 500
    assert [name for name in names if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{1,44}", name)] == []
    assert {name.lower() for name in names} & {name.lower() for name in RESERVED} == set()
    kinds = {"string", "int", "long", "real", "boolean", "dynamic", "datetime"}
    assert {column.type for column in TABLE.columns} <= kinds
    assert [column.name for column in TABLE.columns if not column.description.endswith(".")] == []


def test_every_field_of_a_record_has_a_column_or_a_reason(root: Path) -> None:
    plain = json.loads((root / "proxy_addon/sinks/columns.json").read_text("utf-8"))
    derived = {"consumer": "tenant", "sum_of_tokens": "total_tokens"}
    filled = {derived.get(column.source, column.source) for column in TABLE.columns}
    assert filled - {"model", "object_type"} | set(plain["without"]) == KNOWN_FIELDS


def test_a_row_has_the_first_version_s_meaning(record: Callable[..., UsageRecord]) -> None:
    found = values(record(3))
    assert {name: found[name] for name in FIRST} == {
        "TimeGenerated": "2026-11-25T12:00:03.000Z",
        "Consumer": "retail-search",
        "Model": "gpt-4.1-2025-04-14",
        "ObjectType": "chat.completion",
        "InputTokens": 103,
        "OutputTokens": 10,
        "TotalTokens": 113,
    }
    assert found["RecordId"] == "record-3"
    assert found["RequestTime"] == found["TimeGenerated"]
    assert found["UsageSource"] == "reported"
    assert type(found["UsageSource"]) is str


@pytest.mark.parametrize(
    ("fields", "column", "value"),
    [
        ({"tenant": None}, "Consumer", "gw-retail-search"),
        ({"tenant": None, "subscription": None}, "Consumer", "Unknown Consumer"),
        ({"response_model": None}, "Model", "gpt-41-ptu"),
        ({"response_model": None, "deployment": None}, "Model", "chat"),
        ({"stream": True}, "ObjectType", "chat.completion.chunk"),
        ({"operation_name": "embeddings"}, "ObjectType", "list"),
        ({"operation_name": "text_completion"}, "ObjectType", "text_completion"),
        ({"operation_name": None}, "ObjectType", None),
        ({"usage": TokenUsage(input_tokens=3, output_tokens=4)}, "TotalTokens", 7),
        ({"usage": TokenUsage(input_tokens=3)}, "TotalTokens", 3),
        ({"usage": TokenUsage(input_tokens=3, output_tokens=4, total_tokens=9)}, "TotalTokens", 9),
        ({"usage": TokenUsage()}, "TotalTokens", None),
        ({"usage": TokenUsage()}, "InputTokens", None),
        ({"usage": TokenUsage(input_tokens=0)}, "InputTokens", 0),
        ({"usage_source": UsageSource.MISSING}, "UsageSource", "missing"),
        ({"usage_raw": (("prompt_tokens", 3),)}, "UsageRaw", {"prompt_tokens": 3}),
        ({"usage_bounds": (Bound("input_tokens", 1, None),)}, "UsageBounds", {"input_tokens": [1, None]}),
        ({"usage": TokenUsage(seconds=1.5)}, "Seconds", 1.5),
    ],
)
def test_a_column_says(
    record: Callable[..., UsageRecord], fields: dict[str, Any], column: str, value: object
) -> None:
    assert values(record(**fields)).get(column) == value


def test_times_are_written_in_utc(record: Callable[..., UsageRecord]) -> None:
    time = record().time
    assert time is not None
    moved = time.astimezone(timezone(timedelta(hours=5)))
    assert values(record())["TimeGenerated"] == write_time(moved)


@pytest.mark.parametrize(
    ("fields", "column"),
    [
        ({"usage": TokenUsage(input_tokens=2**31)}, "InputTokens: beyond 32 bits"),
        ({"usage": TokenUsage(images=2**63)}, "Images: beyond 64 bits"),
    ],
)
def test_a_number_beyond_its_column_is_no_row(
    record: Callable[..., UsageRecord], fields: dict[str, Any], column: str
) -> None:
    with pytest.raises(columns.NoRow, match=column):
        values(record(**fields))


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("tenant", 3, "Consumer: no text"),
        ("input_tokens", "3", "InputTokens: no whole number"),
        ("input_tokens", True, "InputTokens: no whole number"),
        ("status", 200.5, "Status: no whole number"),
        ("duration_ms", "1", "DurationMs: no number"),
        ("duration_ms", float("inf"), "DurationMs: no number"),
        ("stream", "yes", "Stream: neither true nor false"),
        ("usage_raw", "x", "UsageRaw: no object"),
        ("operation_name", [1], "OperationName: no text"),
    ],
)
def test_a_value_of_another_type_is_no_row(
    record: Callable[..., UsageRecord], field: str, value: object, reason: str
) -> None:
    line = json.dumps({**json.loads(record().to_json()), field: value}).encode()
    with pytest.raises(columns.NoRow, match=reason):
        columns.Rows(TABLE).row(read_entry(line))


def test_a_record_without_a_time_is_no_row() -> None:
    with pytest.raises(columns.NoRow, match="TimeGenerated"):
        values(UsageRecord("r", None))


@pytest.mark.parametrize("letter", ["x", "é", "😀"])
def test_a_text_above_64_kb_is_cut_and_reported(record: Callable[..., UsageRecord], letter: str) -> None:
    fits = letter * (65536 // len(letter.encode()))
    found = row(record(usage_detail=fits))
    assert (found.values["UsageDetail"], found.cut) == (fits, ())
    found = row(record(usage_detail=fits + letter))
    text = found.values["UsageDetail"]
    assert isinstance(text, str)
    assert text.endswith("…(cut)")
    assert 65536 - 8 < len(text.encode()) <= 65536
    assert found.cut == ("UsageDetail",)


def test_nested_numbers_above_64_kb_are_replaced_and_reported(record: Callable[..., UsageRecord]) -> None:
    raw = tuple((f"number.{n}", n) for n in range(5000))
    found = row(record(usage_raw=raw))
    assert found.cut == ("UsageRaw",)
    assert found.values["UsageRaw"] == {"cut": len(json.dumps(dict(raw)))}


def test_a_declaration_is_compared() -> None:
    declared = {column.name: column.type for column in TABLE.columns}
    assert list(columns.differences(declared, TABLE)) == []
    assert list(columns.differences({**declared, "TimeGenerated": "dateTime"}, TABLE)) == []
    del declared["RecordId"]
    wrong = {**declared, "InputTokens": "long", "RecordID": "string"}
    found = list(columns.differences(wrong, TABLE))
    assert [fault.code for fault in found] == ["PRX657", "PRX656", "PRX658"]
    assert found[2].hint == "did you mean RecordId?"


def test_the_first_version_s_table_lacks_what_we_add() -> None:
    found = list(columns.differences(FIRST, TABLE))
    assert {fault.code for fault in found} == {"PRX656"}
    assert len(found) == len(TABLE.columns) - 7
