"""JSON lines in a folder, the ledger's own form: `usage-<day>-<replica>-<number>.jsonl`, by day and size.

Records are appended and synced before they count as delivered. A record that is sent twice stands twice, with
one `record_id`; readers of ledgers know that.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from gatewright.diagnostics import Rejected
from proxy_addon.sinks.address import Address, Options
from proxy_addon.sinks.batches import batches
from proxy_addon.sinks.context import Built, SinkContext
from proxy_addon.sinks.folders import by_day, day_of, sync_folder
from proxy_addon.sinks.jsonl import JsonLines
from proxy_addon.sinks.sink import Answer, Delivered, Entry, Pace, Parcel, TryAgain, Unfit

PARCEL_BYTES = 1_000_000
GATHER_SECONDS = 1.0
_MOST_BYTES = 1024 * 1024 * 1024


class LineFolder:
    """A folder of JSON lines that one replica writes; one file is open at a time.

    Args:
        folder: it exists.
        replica: part of each name.
        file_bytes: a new file is begun once one has reached this size.
    """

    def __init__(self, folder: Path, replica: str, file_bytes: int) -> None:
        self._folder = folder
        self._replica = replica
        self._file_bytes = file_bytes
        self._path: Path | None = None
        self._file: JsonLines | None = None

    def pack(self, entries: Iterable[Entry]) -> Iterator[Parcel | Unfit]:
        """Parcels of one day each."""
        for same in by_day(entries).values():
            yield from batches(
                same, _line, b"".join, limit_bytes=PARCEL_BYTES, extra_bytes=0, limit_entries=10_000
            )

    def send(self, parcel: Parcel) -> Answer:
        """Appends a parcel and waits for stable storage."""
        try:
            file = self._open(day_of(parcel.entries[0]))
            for entry in parcel.entries:
                file.append(entry.line + b"\n")
            file.sync()
        except OSError as fault:
            self.close()
            return TryAgain(f"the file: {fault.strerror or type(fault).__name__}")
        except Rejected as rejected:
            return TryAgain(rejected.diagnostics[0].message)
        return Delivered()

    def close(self) -> None:
        """Closes the file."""
        file, self._file, self._path = self._file, None, None
        if file is not None:
            file.close()

    def _open(self, day: str) -> JsonLines:
        path = self._current(day)
        if self._file is not None and path == self._path:
            return self._file
        self.close()
        new = not path.exists()
        self._file, self._path = JsonLines(path), path
        if new:
            sync_folder(self._folder)
        return self._file

    def _current(self, day: str) -> Path:
        """The newest file of a day that has room, or the next one."""
        path = self._path
        if path is None or not path.name.startswith(f"usage-{day}-"):
            path = self._name(day, max(self._numbers(day), default=1))
        if path.exists() and path.stat().st_size >= self._file_bytes:
            path = self._name(day, max(self._numbers(day), default=0) + 1)
        return path

    def _numbers(self, day: str) -> Iterator[int]:
        name = re.compile(rf"usage-{day}-{re.escape(self._replica)}-(\d{{4,9}})\.jsonl")
        return (int(match[1]) for found in os.listdir(self._folder) if (match := name.fullmatch(found)))

    def _name(self, day: str, number: int) -> Path:
        return self._folder / f"usage-{day}-{self._replica}-{number:04d}.jsonl"


def _line(entry: Entry) -> bytes:
    return entry.line + b"\n"


def build(address: Address, context: SinkContext) -> Built:
    """The sink of `jsonl:/folder[?file-size=64m]`.

    Raises:
        Rejected: PRX650, PRX652 or PRX655.
    """
    options = Options(address, frozenset({"file-size"}))
    folder = options.folder()
    file_bytes = options.size("file-size", "64m", _MOST_BYTES)
    gather = options.seconds("gather", GATHER_SECONDS)
    options.refuse()
    return Built(address.name, LineFolder(folder, context.replica, file_bytes), Pace(gather_seconds=gather))
