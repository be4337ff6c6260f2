"""How far a sink has read a journal folder, kept beside the segments, one small file per sink."""

from __future__ import annotations

import contextlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = "cursors"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A place between two frames: the number of a segment, and bytes from its begin.

    `Cursor()` stands before everything.
    """

    segment: int = 0
    offset: int = 0


class CursorStore:
    """The cursors of one journal folder. Saving replaces the file whole, so a reader never sees half of one.

    Args:
        folder: the folder of the replica, with its segments.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER

    def load(self, sink: str) -> Cursor:
        """The cursor of a sink, by its name; one that was never saved, or cannot be read, is `Cursor()`.

        Reading again from the begin repeats records; their `record_id` says so.
        """
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            plain = json.loads(self._path(sink).read_bytes())
            segment, offset = plain["segment"], plain["offset"]
            if isinstance(segment, int) and isinstance(offset, int) and segment >= 0 and offset >= 0:
                return Cursor(segment, offset)
        return Cursor()

    def save(self, sink: str, cursor: Cursor) -> None:
        """Keeps the cursor of a sink. Blocks: call it off the event loop. Raises OSError."""
        path = self._path(sink)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        beside = path.with_suffix(".tmp")
        text = json.dumps({"segment": cursor.segment, "offset": cursor.offset}).encode() + b"\n"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, text)
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(beside, path)

    def _path(self, sink: str) -> Path:
        if not _NAME.match(sink):
            raise ValueError("the name of a sink is lower-case letters, digits and dashes")
        return self._folder / f"{sink}.json"
