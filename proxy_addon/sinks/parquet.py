"""Parquet files in a folder: `usage-<day>-<replica>-<hash>.parquet`, each whole or not there.

A file is written beside its place and renamed. Its name holds a hash of its record ids, so that a batch which
is sent again replaces its own file. Columns have the names of the record's fields, as in JSON.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from gatewright.metering.record import VERSION, UsageRecord
from gatewright.metering.usage import QUANTITIES
from proxy_addon.sinks import packages
from proxy_addon.sinks.address import Address, Options
from proxy_addon.sinks.context import Built, SinkContext
from proxy_addon.sinks.folders import by_day, day_of, sync_folder
from proxy_addon.sinks.sink import Answer, Delivered, Entry, Pace, Parcel, Refused, TryAgain, Unfit, whole

if TYPE_CHECKING:
    import pyarrow  # type: ignore[import-untyped]  # it carries none

GATHER_SECONDS = 300.0
RECORDS = 50_000
_NESTED = ("usage_raw", "usage_bounds", "source")
_KINDS = {"time": "timestamp", "stream": "bool", "status": "int32", "version": "int32"}
_FLOATS = frozenset({"seconds", "duration_ms", "time_to_first_token_ms"})


def kinds() -> Mapping[str, str]:
    """The columns in order and their kind: string, int32, int64, double, bool or timestamp (UTC, ms).

    What is nested in JSON is a string of JSON here.
    """
    names = ["version", *(field.name for field in fields(UsageRecord) if field.name != "usage"), *QUANTITIES]
    return {name: _kind(name) for name in names}


def _kind(name: str) -> str:
    if name in _KINDS:
        return _KINDS[name]
    if name in _FLOATS:
        return "double"
    return "int64" if name in QUANTITIES else "string"


class ParquetFolder:
    """A folder of Parquet files.

    Args:
        folder: it exists.
        replica: part of each name.
    """

    def __init__(self, folder: Path, replica: str) -> None:
        self._folder = folder
        self._replica = replica
        self._kinds = kinds()

    def pack(self, entries: Iterable[Entry]) -> Iterator[Parcel | Unfit]:
        """Parcels of one day each; a parcel becomes a file."""
        good: list[Entry] = []
        for entry in whole(entries):
            if isinstance(entry, Unfit):
                yield entry
            else:
                good.append(entry)
        for same in by_day(good).values():
            yield Parcel(tuple(same))

    def send(self, parcel: Parcel) -> Answer:
        """Writes a file, and waits until it and its name are on stable storage."""
        try:
            table = self._table(parcel.entries)
        except (ValueError, OverflowError):
            return Refused("a number beyond 64 bits")
        try:
            self._write(table, self._folder / self._name(parcel.entries))
        except OSError as fault:
            return TryAgain(f"the file: {fault.strerror or type(fault).__name__}")
        return Delivered()

    def close(self) -> None:
        """Nothing stays open."""

    def _name(self, entries: tuple[Entry, ...]) -> str:
        ids = "\n".join(entry.record_id for entry in entries)
        digest = hashlib.sha256(ids.encode()).hexdigest()[:16]
        return f"usage-{day_of(entries[0])}-{self._replica}-{digest}.parquet"

    def _table(self, entries: tuple[Entry, ...]) -> pyarrow.Table:
        import pyarrow as pa

        types = {
            "string": pa.string(),
            "int32": pa.int32(),
            "int64": pa.int64(),
            "double": pa.float64(),
            "bool": pa.bool_(),
            "timestamp": pa.timestamp("ms", tz="UTC"),
        }
        schema = pa.schema([pa.field(name, types[kind]) for name, kind in self._kinds.items()])
        columns = {
            name: pa.array(self._values(name, entries), schema.field(name).type) for name in self._kinds
        }
        return pa.table(columns, schema=schema)

    def _values(self, name: str, entries: tuple[Entry, ...]) -> list[object]:
        if name == "version":
            return [VERSION] * len(entries)
        if name in QUANTITIES:
            return [getattr(entry.record.usage, name) for entry in entries]
        if name in _NESTED:
            return [_nested(entry, name) for entry in entries]
        return [_plain(getattr(entry.record, name)) for entry in entries]

    def _write(self, table: pyarrow.Table, path: Path) -> None:
        import pyarrow.parquet as pq  # type: ignore[import-untyped]  # it carries none

        beside = path.with_suffix(".part")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            pq.write_table(table, stream, compression="zstd")
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, path)
        sync_folder(self._folder)


def _plain(value: object) -> object:
    return str(value) if isinstance(value, str) else value


def _nested(entry: Entry, name: str) -> str | None:
    value = entry.fields.get(name)
    return None if value is None else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def build(address: Address, context: SinkContext) -> Built:
    """The sink of `parquet:/folder[?gather=300]`.

    Raises:
        Rejected: PRX650, PRX652, PRX654 or PRX655.
    """
    options = Options(address)
    folder = options.folder()
    gather = options.seconds("gather", GATHER_SECONDS)
    options.refuse()
    packages.need(address.scheme, {"pyarrow": "pyarrow", "pyarrow.parquet": "pyarrow"})
    pace = Pace(records=RECORDS, size_bytes=32 * 1024 * 1024, gather_seconds=gather)
    return Built(address.name, ParquetFolder(folder, context.replica), pace)
