"""The journal as the exchanges see it: an attempt begins, an attempt ends, and whether that can be recorded.

What could not be written waits in memory and is tried again; meanwhile new traffic is refused, or served and
counted where that was chosen. What a failed sync leaves in doubt is written again, into a new segment.
"""

from __future__ import annotations

import asyncio
import errno
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from proxy_addon.journal import frames
from proxy_addon.journal.cursor import Cursor, CursorStore
from proxy_addon.journal.recovery import next_number
from proxy_addon.journal.settled import segment_path, segments
from proxy_addon.journal.writer import SegmentWriter

MAX_WAITING = 20_000


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a journal may become.

    Attributes:
        total_bytes: all segments that some sink has not read; above it nothing new is admitted.
        segment_bytes: a segment is closed once it is larger.
        waiting: records that are kept in memory while nothing can be written.
    """

    total_bytes: int = 1024 * 1024 * 1024
    segment_bytes: int = 16 * 1024 * 1024
    waiting: int = MAX_WAITING


class Journal:
    """The journal of one folder, whose lease the caller holds and which has been recovered.

    Attributes:
        written: settled records that are in the journal, since the start.
        lost: settled records that were dropped, since the start.
        unbegun: attempts that were forwarded without a begin, since the start.
        serving: whether new traffic is admitted although it cannot be recorded.
        durable: how far the journal is on stable storage.
    """

    def __init__(self, folder: Path, *, bounds: Bounds | None = None, serving: bool = False) -> None:
        """Begins a new segment. Raises OSError."""
        self.folder = folder
        self.serving = serving
        self.written = self.lost = self.unbegun = 0
        self._bounds = bounds or Bounds()
        self._writer = SegmentWriter(folder, next_number(folder))
        self.durable = self._writer.position
        self._older_bytes = _size(folder, self.durable.segment)
        self._open: dict[str, bytes] = {}
        self._waiting: deque[bytes] = deque()
        self._unsynced: list[bytes] = []
        self._doubtful: list[bytes] = []
        self._carry_due = False
        self._carried = self.durable
        self._waiters: list[asyncio.Future[bool]] = []
        self._write_failure: str | None = None
        self._sync_failure: str | None = None
        self._lease_lost = False
        self.changed: Callable[[], None] = _nothing

    @property
    def failure(self) -> str | None:
        """Why records cannot be made safe at the moment, or None."""
        if self._lease_lost:
            return "another replica has taken the folder"
        full = "the journal is full" if self.size_bytes >= self._bounds.total_bytes else None
        return self._write_failure or self._sync_failure or full

    @property
    def writable(self) -> bool:
        """Whether new traffic may be admitted."""
        return self.serving or self.failure is None

    @property
    def waiting(self) -> int:
        """How many records wait in memory."""
        return len(self._waiting)

    @property
    def open_count(self) -> int:
        """Begins without an end."""
        return len(self._open)

    @property
    def unsynced(self) -> bool:
        """Whether something was written since the last sync, or somebody waits for one."""
        return bool(self._unsynced or self._waiters)

    @property
    def size_bytes(self) -> int:
        """Bytes in all segments of this folder."""
        return self._older_bytes + self._writer.position.offset

    def begin(self, record_id: str, text: str) -> bool:
        """Records that an attempt is about to be forwarded; whether it may be. Never raises.

        Args:
            record_id: the record's id.
            text: JSON of the record that is true if nothing more is heard of the attempt.
        """
        if self.failure is None:
            line = frames.encode(frames.BEGIN, record_id.encode(), text.encode())
            try:
                self._append(line)
            except OSError as fault:
                self._write_failure = _reason(fault)
            else:
                self._open[record_id] = line
                return True
        self.unbegun += self.serving
        return self.serving

    def end(self, record_id: str, text: str) -> None:
        """Records a settled attempt, the JSON of its usage record. Never raises."""
        self._open.pop(record_id, None)
        full = self.serving and self.size_bytes >= self._bounds.total_bytes
        if full or self._lease_lost or len(self._waiting) >= self._bounds.waiting:
            self.lost += 1
            return
        self._waiting.append(frames.encode(frames.END, record_id.encode(), text.encode()))
        self.retry()

    def retry(self) -> None:
        """Writes what waits, oldest first, until it fails. Never raises."""
        try:
            if self._doubtful:
                self._append(b"".join(self._doubtful))
                self._doubtful.clear()
            while self._waiting:
                self._append(self._waiting[0])
                self._waiting.popleft()
                self.written += 1
        except OSError as fault:
            self._write_failure = _reason(fault)
            return
        self._write_failure = None

    def probe(self) -> None:
        """After a failure: tries what waits, or where nothing waits an empty line, which readers skip."""
        if self._write_failure is None:
            return
        try:
            self._append(b"\n")
        except OSError as fault:
            self._write_failure = _reason(fault)
            return
        self.retry()

    async def begun(self) -> bool:
        """Waits until every begin so far is on stable storage; whether that came true.

        False at once while nothing can be made safe: whoever serves all the same must not be slowed down.
        """
        if self.failure is not None:
            return False
        waiter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        self.changed()
        return await waiter

    async def sync(self, run: Callable[[Callable[[], Cursor]], asyncio.Future[Cursor]]) -> None:
        """Brings what was written to stable storage, by a thread. Never raises.

        Args:
            run: runs a blocking call off the event loop.
        """
        kept, self._unsynced = self._unsynced, []
        waiters, self._waiters = self._waiters, []
        try:
            self.durable = await run(self._writer.sync)
        except OSError as fault:
            self._doubt(kept, fault)
        else:
            self._sync_failure = None
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(self._sync_failure is None)

    def sweep(self, sinks: Sequence[str]) -> None:
        """Removes the segments that every sink has read. Blocks for as long as that takes. Raises OSError."""
        if self._waiting or self._doubtful or self._carry_due or not sinks:
            return
        if self.durable < self._carried:  # the begins that were carried on stand only in what may be lost
            return
        store = CursorStore(self.folder)
        floor = min([*(store.load(sink) for sink in sinks), self.durable])
        for number in segments(self.folder):
            if number < floor.segment:
                segment_path(self.folder, number).unlink(missing_ok=True)
        self._older_bytes = _size(self.folder, self._writer.position.segment)

    def lose_lease(self) -> None:
        """The folder is another's now: nothing more can be recorded here."""
        self._lease_lost = True

    def close(self) -> None:
        """Writes what waits, syncs and closes.

        Raises:
            OSError: the sync fails, or the last one did and the folder is another's, or nobody's, by now.
        """
        self.retry()
        try:
            if not self._lease_lost:
                self.durable = self._writer.sync()
            elif self._sync_failure is not None:
                raise OSError(errno.EIO, self._sync_failure)
        finally:
            self._unsynced.clear()
            self._writer.close()

    def _append(self, lines: bytes) -> None:
        if self._writer.position.offset >= self._bounds.segment_bytes:
            self._rotate()
        if self._carry_due:
            self._carry()
        self._writer.append(lines)
        if not self._unsynced:
            self.changed()
        self._unsynced.append(lines)

    def _rotate(self) -> None:
        before = self._writer.position.offset
        self._writer.rotate()
        self._older_bytes += before
        self._carry_due = True

    def _carry(self) -> None:
        """Begins a segment with the begins that are open, so that older segments can go."""
        if self._open:
            carried = b"".join(self._open.values())
            self._writer.append(carried)
            self._unsynced.append(carried)
        self._carry_due = False
        self._carried = self._writer.position

    def _doubt(self, kept: list[bytes], fault: OSError) -> None:
        """After a failed sync the pages may be gone, and the next sync would say that all is well."""
        self._sync_failure = _reason(fault)
        self._doubtful += [*kept, *self._unsynced]
        self._unsynced = []
        try:
            self._rotate()
        except OSError as failure:
            self._write_failure = _reason(failure)
        self.retry()


def _size(folder: Path, before: int) -> int:
    return sum(segment_path(folder, n).stat().st_size for n in segments(folder) if n < before)


def _reason(fault: OSError) -> str:
    return fault.strerror or type(fault).__name__


def _nothing() -> None:
    """Nobody waits for changes yet."""
