"""What a killed process left: each begin without an end becomes a `crashed` record, behind all that is there.

Its usage stays missing: what could be counted, prompt and answer, never stands in the journal. Doing it again
changes nothing: what has its end stays as it is, and a record keeps its id.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from gatewright.metering.record import NotARecord, UsageRecord
from proxy_addon.journal import frames
from proxy_addon.journal.cursor import FOLDER, Cursor, CursorStore
from proxy_addon.journal.settled import SettledReader, segment_path, segments
from proxy_addon.journal.writer import SegmentWriter


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was found in a folder.

    Attributes:
        crashed: begins without an end, now settled.
        damaged: lines that were torn or whose checksum is wrong.
        unreadable: begins whose checksum is right and whose JSON is no record of this version; they stay.
    """

    crashed: int
    damaged: int
    unreadable: int


def next_number(folder: Path) -> int:
    """The number of the next segment: behind every segment and every cursor. Raises OSError."""
    store = CursorStore(folder)
    names = [path.stem for path in (folder / FOLDER).glob("*.json")]
    return max([0, *segments(folder), *(store.load(name).segment for name in names)]) + 1


def recover(folder: Path) -> Recovered:
    """Settles what has no end. The folder must be nobody else's.

    Raises:
        OSError: a segment cannot be read, or nothing can be written.
    """
    begun: dict[bytes, bytes] = {}
    damaged = 0
    for placed in SettledReader(folder).frames(Cursor()):
        frame = placed.frame
        if frame is None:
            damaged += 1
        elif frame.kind == frames.BEGIN:
            begun[frame.record_id] = frame.payload
        else:
            begun.pop(frame.record_id, None)
    for number in segments(folder):
        _sync(segment_path(folder, number))
    lines = [line for key, payload in begun.items() if (line := _crashed(key, payload))]
    if lines:
        writer = SegmentWriter(folder, next_number(folder))
        try:
            writer.append(b"".join(lines))
            writer.sync()
        finally:
            writer.close()
    return Recovered(len(lines), damaged, len(begun) - len(lines))


def _crashed(record_id: bytes, payload: bytes) -> bytes | None:
    try:
        record = UsageRecord.read(payload)
    except NotARecord:
        return None
    return frames.encode(frames.END, record_id, record.to_json().encode())


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)
