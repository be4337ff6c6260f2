"""The ledger as the exchanges see it: append a record, know whether recording works.

Appending is one `write` into the page cache, done at once, so that a record stands in the file before the
answer is complete at the client. Syncing to stable storage happens in batches, off the event loop.
A record that could not be written waits in memory and is tried again; meanwhile `writable` is False and
new traffic is refused.
"""

from __future__ import annotations

from collections import deque
from typing import Protocol

MAX_WAITING = 20_000


class Sink(Protocol):
    """Takes whole lines; see `sinks.jsonl.JsonLines`."""

    def append(self, line: bytes) -> None:
        """Appends one line or raises OSError."""

    def sync(self) -> None:
        """Waits for stable storage or raises OSError."""

    def close(self) -> None:
        """Closes the sink."""


class Ledger:
    """Counts and keeps what could not be written.

    Attributes:
        written: records in the file.
        lost: records that were dropped because too many were waiting.
    """

    def __init__(self, sink: Sink, *, max_waiting: int = MAX_WAITING) -> None:
        self._sink = sink
        self._max_waiting = max_waiting
        self._waiting: deque[bytes] = deque()
        self._unsynced = False
        self.written = 0
        self.lost = 0
        self._write_failure: str | None = None
        self._sync_failure: str | None = None

    @property
    def failure(self) -> str | None:
        """Why the last write or sync failed, or None while recording works."""
        return self._write_failure or self._sync_failure

    @property
    def writable(self) -> bool:
        """Whether new traffic may be admitted."""
        return self.failure is None

    @property
    def waiting(self) -> int:
        """How many records wait to be written."""
        return len(self._waiting)

    @property
    def unsynced(self) -> bool:
        """Whether something was written since the last sync."""
        return self._unsynced

    def append(self, text: str) -> None:
        """Records one JSON object, given without a line end. Never raises."""
        if len(self._waiting) >= self._max_waiting:
            self.lost += 1
            return
        self._waiting.append(text.encode() + b"\n")
        self.retry()

    def retry(self) -> None:
        """Writes what waits, oldest first, until it fails. Never raises."""
        try:
            while self._waiting:
                self._sink.append(self._waiting[0])
                self._waiting.popleft()
                self.written += 1
                self._unsynced = True
        except OSError as fault:
            self._write_failure = _reason(fault)
            return
        self._write_failure = None

    def sync(self) -> None:
        """Brings what was written to stable storage; blocks, so call it off the event loop. Never raises."""
        self._unsynced = False
        try:
            self._sink.sync()
        except OSError as fault:
            self._unsynced = True
            self._sync_failure = _reason(fault)
            return
        self._sync_failure = None

    def close(self) -> None:
        """Writes, syncs and closes."""
        self.retry()
        self.sync()
        self._sink.close()


def _reason(fault: OSError) -> str:
    return fault.strerror or type(fault).__name__
