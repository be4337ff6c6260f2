"""The table of usage records in Log Analytics: `columns.json` is the one list of its columns and their types.

Bicep reads the same file for the table and the data collection rule. The first seven columns are those of the
table's first version; they keep name, type and meaning.

Source: https://learn.microsoft.com/azure/azure-monitor/logs/create-custom-table, and
https://learn.microsoft.com/azure/azure-monitor/essentials/data-collection-rule-structure (2024-10).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from gatewright.diagnostics import Diagnostic, nearest
from gatewright.metering.json_text import Json, JsonObject, list_at, read_object, text_at
from gatewright.metering.record import write_time
from proxy_addon.sinks import codes
from proxy_addon.sinks.sink import Entry

FIELD_BYTES = 64 * 1024
"""Azure Monitor cuts longer values without a word; we cut them ourselves and count it."""
CUT = "…(cut)"
_FILE = Path(__file__).with_name("columns.json")
UNKNOWN_CONSUMER = "Unknown Consumer"


class NoRow(ValueError):
    """A record that does not fit into the table. The message says which column is at fault."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: its name in the table.
        type: string, int, long, real, boolean, datetime or dynamic, as data collection rules spell it.
        source: the field of the record, or the name of a value that is derived from several.
        description: one sentence.
    """

    name: str
    type: str
    source: str
    description: str


@dataclass(frozen=True, slots=True)
class Table:
    """The table, the stream of the data collection rule that leads to it, and the columns in order."""

    name: str
    stream: str
    columns: tuple[Column, ...]


def load() -> Table:
    """The table as `columns.json` describes it."""
    plain = read_object(_FILE.read_bytes())
    columns = tuple(_column(item) for item in list_at(plain, "columns") or [])
    return Table(text_at(plain, "table") or "", text_at(plain, "stream") or "", columns)


def _column(item: Json) -> Column:
    name, kind, source = (text_at(item, key) or "" for key in ("name", "type", "from"))
    return Column(name, kind, source, text_at(item, "description") or "")


@dataclass(frozen=True, slots=True)
class Row:
    """A record as the ingestion API takes it, and the columns whose values had to be cut."""

    values: JsonObject
    cut: tuple[str, ...]


class Rows:
    """Makes rows of records.

    Args:
        table: the table.
    """

    def __init__(self, table: Table) -> None:
        self._direct: dict[str, list[tuple[str, Fit]]] = {}
        self._derived: list[tuple[str, Fit, Derive]] = []
        for column in table.columns:
            fit, derive = _FIT[column.type], DERIVED.get(column.source)
            if derive is None:
                self._direct.setdefault(column.source, []).append((column.name, fit))
            else:
                self._derived.append((column.name, fit, derive))

    def row(self, entry: Entry) -> Row:
        """The row of a record; what is not known has no key.

        Raises:
            NoRow: the record has no time, or a value that is not of its column's type.
        """
        if entry.time is None:
            raise NoRow("TimeGenerated: the record has no time")
        values: JsonObject = {}
        cut: list[str] = []
        for name, fit, value in self._values(entry):
            fitted = fit(value, name)
            if fitted is not value:
                cut.append(name)
            values[name] = fitted
        return Row(values, tuple(cut))

    def _values(self, entry: Entry) -> Iterator[tuple[str, Fit, Json]]:
        for source, value in entry.fields.items():
            if value is not None:
                for name, fit in self._direct.get(source, ()):
                    yield name, fit, value
        for name, fit, derive in self._derived:
            found = derive(entry)
            if found is not None:
                yield name, fit, found


def _consumer(entry: Entry) -> Json:
    fields = entry.fields
    return fields.get("tenant") or fields.get("subscription") or UNKNOWN_CONSUMER


def _model(entry: Entry) -> Json:
    fields = entry.fields
    return fields.get("response_model") or fields.get("deployment") or fields.get("request_model")


def _object_type(entry: Entry) -> Json:
    """The `object` of the answer, which records do not keep: it follows from operation and streaming."""
    operation = entry.fields.get("operation_name")
    if operation == "chat" and entry.fields.get("stream"):
        return "chat.completion.chunk"
    return _OBJECTS.get(operation, operation) if isinstance(operation, str) else operation


_OBJECTS = {"chat": "chat.completion", "embeddings": "list"}


def _sum(entry: Entry) -> Json:
    fields = entry.fields
    total = fields.get("total_tokens")
    if total is not None:
        return total
    parts = [part for name in ("input_tokens", "output_tokens") if isinstance(part := fields.get(name), int)]
    return sum(parts) if parts else None


def _time(entry: Entry) -> Json:
    return None if entry.time is None else write_time(entry.time)


Derive: TypeAlias = "Callable[[Entry], Json]"

DERIVED: Mapping[str, Derive] = {
    "consumer": _consumer,
    "model": _model,
    "object_type": _object_type,
    "sum_of_tokens": _sum,
    "time": _time,
}
"""Values that are not simply a field of the record, by the name that `columns.json` uses."""


def _text(value: Json, name: str) -> Json:
    if not isinstance(value, str):
        raise NoRow(f"{name}: no text")
    if len(value) * 4 <= FIELD_BYTES:
        return value
    data = value.encode("utf-8", "replace")
    if len(data) <= FIELD_BYTES:
        return value
    return data[: FIELD_BYTES - len(CUT.encode())].decode("utf-8", "ignore") + CUT


def _whole(bits: int) -> Callable[[Json, str], Json]:
    most = 2 ** (bits - 1)

    def fit(value: Json, name: str) -> Json:
        if isinstance(value, bool) or not isinstance(value, int):
            raise NoRow(f"{name}: no whole number")
        if not -most <= value < most:
            raise NoRow(f"{name}: beyond {bits} bits")
        return value

    return fit


def _real(value: Json, name: str) -> Json:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NoRow(f"{name}: no number")
    return value


def _boolean(value: Json, name: str) -> Json:
    if not isinstance(value, bool):
        raise NoRow(f"{name}: neither true nor false")
    return value


def _dynamic(value: Json, name: str) -> Json:
    if not isinstance(value, dict | list):
        raise NoRow(f"{name}: no object")
    size = len(json.dumps(value))
    return value if size <= FIELD_BYTES else {"cut": size}


Fit: TypeAlias = "Callable[[Json, str], Json]"

_FIT: Mapping[str, Fit] = {
    "string": _text,
    "datetime": _text,
    "int": _whole(32),
    "long": _whole(64),
    "real": _real,
    "boolean": _boolean,
    "dynamic": _dynamic,
}


def differences(declared: Mapping[str, str], table: Table) -> Iterator[Diagnostic]:
    """Columns of a declared stream or table that are missing, of another type, or filled by nothing.

    Args:
        declared: type by column name, in the spelling of rules (`datetime`) or of tables (`dateTime`).
        table: what usage records fill.
    """
    ours = {column.name: column for column in table.columns}
    for column in table.columns:
        kind = declared.get(column.name)
        if kind is None:
            hint = f"declare it as {column.type}; what is not declared is dropped silently"
            yield codes.COLUMN_MISSING.at(None, f"{column.name} is not declared", hint=hint)
        elif kind.lower() != column.type:
            hint = "take the columns from proxy_addon/sinks/columns.json"
            yield codes.COLUMN_TYPE.at(None, f"{column.name} is {kind}, not {column.type}", hint=hint)
    for name in declared:
        if name not in ours:
            close = nearest(name, ours)
            hint = f"did you mean {close}?" if close else "remove it, or fill it by a transformation"
            yield codes.COLUMN_UNKNOWN.at(None, f"{name} is filled by no record", hint=hint)
