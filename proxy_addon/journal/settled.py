"""Settled records out of a journal folder, in the order in which they were written.

```
store = CursorStore(folder)
cursor = store.load("my-sink")
lines, after = SettledReader(folder).read(cursor, limit_records=500, limit_bytes=900_000)
...                      # deliver; each line is the JSON of one usage record, without line end
store.save("my-sink", after)
```
At least once: a sink that dies between delivering and saving sees the same records again, with the same
`record_id`. All of it blocks: call it off the event loop.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from proxy_addon.journal import frames
from proxy_addon.journal.cursor import Cursor, CursorStore

SUFFIX = ".seg"
_DIGITS = 20
_BLOCK = 1024 * 1024
_SMALL_BLOCK = 8 * 1024

__all__ = ["Cursor", "CursorStore", "SettledReader", "Source", "segment_path", "segments"]


def segment_path(folder: Path, number: int) -> Path:
    """The file of a segment, by its number from 1."""
    return folder / f"{number:0{_DIGITS}d}{SUFFIX}"


def segments(folder: Path) -> list[int]:
    """The numbers of the segments that exist, ascending; none for a folder that does not. Raises OSError."""
    try:
        files = os.listdir(folder)
    except FileNotFoundError:
        return []
    names = (name.removesuffix(SUFFIX) for name in files if name.endswith(SUFFIX))
    return sorted(int(name) for name in names if len(name) == _DIGITS and name.isdigit())


@dataclass(frozen=True, slots=True)
class Placed:
    """A frame, or None for a damaged line, and the place behind it."""

    frame: frames.Frame | None
    after: Cursor


class SettledReader:
    """Reads the settled records of one folder.

    Args:
        folder: the folder of the replica.
        until: how far may be read: what is on stable storage of a journal that is being written; None reads
            to the end, for a folder that nobody writes.
    """

    def __init__(self, folder: Path, until: Callable[[], Cursor] | None = None) -> None:
        self.folder = folder
        self.damaged = 0
        self._until = until

    def read(self, cursor: Cursor, limit_records: int, limit_bytes: int) -> tuple[list[bytes], Cursor]:
        """The next records behind a cursor, and the cursor behind them.

        Args:
            cursor: where to begin.
            limit_records: at most so many records.
            limit_bytes: at most so many bytes of JSON in all; one record larger than that comes alone.

        Returns:
            The JSON of each record, without line end; none at the end. The cursor may move without a record.

        Raises:
            OSError: a segment cannot be read.
        """
        lines: list[bytes] = []
        size = 0
        for placed in self.frames(cursor):
            frame = placed.frame
            if frame is None:
                self.damaged += 1
            elif frame.kind == frames.END:
                if lines and size + len(frame.payload) > limit_bytes:
                    break
                lines.append(frame.payload)
                size += len(frame.payload)
            cursor = placed.after
            if len(lines) >= limit_records:
                break
        return lines, cursor

    def frames(self, cursor: Cursor) -> Iterator[Placed]:
        """Every frame behind a cursor, begins too; a damaged line has none. Raises OSError."""
        end = self._until() if self._until is not None else None
        for number in segments(self.folder):
            if number < cursor.segment or (end is not None and number > end.segment):
                continue
            at = cursor.offset if number == cursor.segment else 0
            stop = end.offset if end is not None and number == end.segment else None
            yield from _lines(segment_path(self.folder, number), number, at, stop)

    def backlog_bytes(self, cursor: Cursor) -> int:
        """How many bytes stand behind a cursor, begins included. Raises OSError."""
        end = self._until() if self._until is not None else None
        total = 0
        for number in segments(self.folder):
            if number < cursor.segment or (end is not None and number > end.segment):
                continue
            size = segment_path(self.folder, number).stat().st_size
            if end is not None and number == end.segment:
                size = end.offset
            total += max(0, size - (cursor.offset if number == cursor.segment else 0))
        return total


def _lines(path: Path, number: int, at: int, stop: int | None) -> Iterator[Placed]:
    if stop is not None and at >= stop:
        return
    block = _BLOCK if stop is None else min(_BLOCK, max(_SMALL_BLOCK, stop - at))
    with path.open("rb", buffering=block) as stream:
        stream.seek(at)
        while stop is None or at < stop:
            line = stream.readline()
            if not line:
                return
            at += len(line)
            # An empty line closes what a failed write left half-written; it stands for nothing itself.
            if line != b"\n":
                yield Placed(frames.decode(line), Cursor(number, at))


@dataclass(frozen=True, slots=True)
class Source:
    """A folder that sinks read: this replica's own, or one that it has adopted.

    Attributes:
        name: the replica whose folder it is; unique among the sources of a process.
        reader: its settled records.
        cursors: where each sink keeps its place in this folder.
        live: whether it is still written to.
    """

    name: str
    reader: SettledReader
    cursors: CursorStore
    live: bool
