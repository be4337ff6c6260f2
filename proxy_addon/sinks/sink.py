"""What a sink is: it packs usage records into parcels and sends one parcel at a time.

Whether a parcel is tried again, narrowed down or given up is the shipper's business, not the sink's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Protocol, TypeAlias

from gatewright.metering.json_text import JsonObject
from gatewright.metering.record import VERSION, NotARecord, UsageRecord, read_time
from gatewright.metering.usage import QUANTITIES

KNOWN_FIELDS = frozenset(
    {"version", *(field.name for field in fields(UsageRecord) if field.name != "usage"), *QUANTITIES}
)
"""The keys of a record's JSON that this version knows."""


class Entry:
    """A usage record on its way out. What a sink does not need is not parsed.

    Attributes:
        fields: the record's JSON as a value.
        line: its JSON as it stands in the journal, without line end.
        record_id: its id.
        time: when its request began, or None.
    """

    __slots__ = ("_record", "fields", "line", "record_id", "time")

    def __init__(self, fields: JsonObject, line: bytes, record_id: str, time: datetime | None) -> None:
        self.fields = fields
        self.line = line
        self.record_id = record_id
        self.time = time
        self._record: UsageRecord | None = None

    @property
    def record(self) -> UsageRecord:
        """The record, parsed once.

        Raises:
            NotARecord: a field has a wrong kind.
        """
        if self._record is None:
            self._record = UsageRecord.read(self.line)
        return self._record

    @property
    def unknown(self) -> AbstractSet[str]:
        """Keys of the JSON that this version does not know."""
        return self.fields.keys() - KNOWN_FIELDS


def read_entry(line: bytes) -> Entry:
    """The entry of a line of the journal.

    Raises:
        NotARecord: it is no usage record of a known version.
    """
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as fault:
        raise NotARecord("not JSON") from fault
    if not isinstance(fields, dict) or fields.get("version") != VERSION:
        raise NotARecord(f"version is not {VERSION}")
    record_id, time = fields.get("record_id"), fields.get("time")
    if not isinstance(record_id, str) or not record_id:
        raise NotARecord("record_id is missing")
    try:
        return Entry(fields, line, record_id, None if time is None else read_time(time))
    except (TypeError, ValueError) as fault:
        raise NotARecord("time is not ISO 8601 with a zone") from fault


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one call sends: the records, and their wire form where the sink made one while packing."""

    entries: tuple[Entry, ...]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Unfit:
    """A record that cannot be sent at all, and why."""

    entry: Entry
    reason: str


def whole(entries: Iterable[Entry]) -> Iterator[Entry | Unfit]:
    """The entries whose record can be parsed, for sinks that need it; the others are unfit."""
    for entry in entries:
        try:
            entry.record  # noqa: B018 - parses
        except NotARecord as fault:
            yield Unfit(entry, f"no usage record: {fault}")
        else:
            yield entry


@dataclass(frozen=True, slots=True)
class Delivered:
    """The parcel has arrived."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The receiver will never take this parcel as it is. One of its records may be at fault, or its size.

    Attributes:
        reason: status and error code of the receiver; never its text, which may quote what was sent.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class TryAgain:
    """The parcel may have arrived, or may be taken later.

    Attributes:
        reason: why it is not known to have arrived.
        after_seconds: how long the receiver wants to be left alone, None where it says nothing.
    """

    reason: str
    after_seconds: float | None = None


Answer: TypeAlias = Delivered | Refused | TryAgain


@dataclass(frozen=True, slots=True)
class Pace:
    """How much a shipper reads at once, and how long it lets records gather.

    Attributes:
        records: at most so many records.
        size_bytes: at most so many bytes of their JSON.
        gather_seconds: pause after everything was sent.
    """

    records: int = 1000
    size_bytes: int = 1_000_000
    gather_seconds: float = 10.0


class Sink(Protocol):
    """A place that usage records are sent to. All of it blocks and runs in the shipper's thread."""

    def pack(self, entries: Iterable[Entry]) -> Iterator[Parcel | Unfit]:
        """Parcels within the receiver's limits, in order; every entry is in one parcel or is unfit."""

    def send(self, parcel: Parcel) -> Answer:
        """Sends one parcel. Returns once the receiver has it, or has answered otherwise; does not retry."""

    def close(self) -> None:
        """Closes connections and files."""


__all__ = [
    "KNOWN_FIELDS",
    "Answer",
    "Delivered",
    "Entry",
    "NotARecord",
    "Pace",
    "Parcel",
    "Refused",
    "Sink",
    "TryAgain",
    "Unfit",
    "read_entry",
    "whole",
]
