"""The ledger: settled records out of the journal, as JSON lines in one file, each once.

Its cursor is saved less often than lines are written. So at the start the end of the file is read, and what
stands there is not written again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from gatewright.metering.json_text import NotJson, read_object
from proxy_addon.clock import Clock
from proxy_addon.journal.settled import Cursor, Source

NAME = "ledger"
LIMIT_RECORDS = 2000
LIMIT_BYTES = 1024 * 1024
SAVE_SECONDS = 1.0
SAVE_BYTES = 2 * LIMIT_BYTES
TAIL_BYTES = 2 * SAVE_BYTES


class Lines(Protocol):
    """A file of lines; see `sinks.jsonl.JsonLines`."""

    def append(self, line: bytes) -> None:
        """Appends whole lines; after a failure it is called again with the same ones. Raises OSError."""

    def sync(self) -> None:
        """Waits for stable storage. Raises OSError."""

    def tail(self, limit: int) -> list[bytes]:
        """The last whole lines, at most so many bytes. Raises OSError."""

    def close(self) -> None:
        """Closes the file."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """Lines that go into the file together, and the cursor behind them."""

    source: Source
    block: bytes
    records: int
    after: Cursor


class Ledger:
    """Moves settled records from the journal's folders into the file. One thread at a time may pump.

    Attributes:
        written: records written, since the start.
        failure: why the last attempt failed, or None.
    """

    def __init__(self, lines: Lines, sources: Callable[[], Sequence[Source]], clock: Clock) -> None:
        """Reads the end of the file. Raises OSError."""
        self.written = 0
        self.failure: str | None = None
        self._lines = lines
        self._sources = sources
        self._clock = clock
        self._cursors: dict[str, Cursor] = {}
        self._unsaved: dict[str, Source] = {}
        self._unsaved_bytes = 0
        self._saved_at = clock.steady()
        self._seen = frozenset(_record_id(line) for line in lines.tail(TAIL_BYTES))
        self._caught_up: set[str] = set()
        self._half_written: _Batch | None = None

    def pump(self) -> None:
        """Writes every record that is there. Blocks: call it off the event loop. Never raises."""
        try:
            for source in self._sources():
                while self._move(source):
                    self._save_when_due()
            self._save_when_due()
        except OSError as fault:
            self.failure = fault.strerror or type(fault).__name__
        else:
            self.failure = None

    def lag_bytes(self) -> int:
        """Bytes of the journal that are not in the file yet, begins included. Raises OSError."""
        return sum(source.reader.backlog_bytes(self._cursor(source)) for source in self._sources())

    def close(self) -> None:
        """Writes what is there, saves the cursors and closes the file."""
        self.pump()
        try:
            self._save()
        except OSError as fault:
            self.failure = fault.strerror or type(fault).__name__
        self._lines.close()

    def _move(self, source: Source) -> bool:
        """Writes one batch of a folder; whether there may be more."""
        batch = self._half_written or self._next(source)
        if batch is None:
            self._caught_up.add(source.name)
            return False
        if batch.records:
            self._half_written = batch
            self._lines.append(batch.block)
            self._half_written = None
            self.written += batch.records
            self._unsaved_bytes += len(batch.block)
        self._cursors[batch.source.name] = batch.after
        self._unsaved[batch.source.name] = batch.source
        return True

    def _next(self, source: Source) -> _Batch | None:
        cursor = self._cursor(source)
        records, after = source.reader.read(cursor, LIMIT_RECORDS, LIMIT_BYTES)
        if after == cursor:
            return None
        if source.name not in self._caught_up:
            records = [record for record in records if _record_id(record) not in self._seen]
        return _Batch(source, b"".join(record + b"\n" for record in records), len(records), after)

    def _cursor(self, source: Source) -> Cursor:
        known = self._cursors.get(source.name)
        return source.cursors.load(NAME) if known is None else known

    def _save_when_due(self) -> None:
        due = self._clock.steady() - self._saved_at >= SAVE_SECONDS
        if self._unsaved and (due or self._unsaved_bytes >= SAVE_BYTES):
            self._save()

    def _save(self) -> None:
        if not self._unsaved:
            return
        self._lines.sync()
        for name, source in list(self._unsaved.items()):
            source.cursors.save(NAME, self._cursors[name])
            del self._unsaved[name]
        self._unsaved_bytes = 0
        self._saved_at = self._clock.steady()


def _record_id(line: bytes) -> str | None:
    try:
        found = read_object(line).get("record_id")
    except NotJson:
        return None
    return found if isinstance(found, str) else None
