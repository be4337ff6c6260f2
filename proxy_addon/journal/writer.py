"""Appends frames to numbered segments. The event loop appends, one thread beside it syncs.

Each frame is one `write` into the page cache, so a process that is killed loses none of those that were
appended. A line that a full disk cut short is closed by a line end before the next frame, so that readers
lose that line alone.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

from proxy_addon.journal.cursor import Cursor
from proxy_addon.journal.settled import segment_path

_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


class SegmentWriter:
    """The segment that is written now, and those before it that still wait for a sync.

    Args:
        folder: the folder of the replica.
        number: the first segment's number; no such file exists yet.
    """

    def __init__(self, folder: Path, number: int) -> None:
        """Creates the first segment. Raises OSError."""
        self._folder = folder
        self._lock = threading.Lock()
        self._retired: list[int] = []
        self._torn = False
        self._new = True
        self._number, self._offset = number, 0
        self._descriptor = os.open(segment_path(folder, number), _FLAGS, 0o600)

    @property
    def position(self) -> Cursor:
        """Behind the last whole frame."""
        return Cursor(self._number, self._offset)

    def append(self, lines: bytes) -> None:
        """Appends whole lines.

        Raises:
            OSError: they are not in the segment, or only a part that readers will skip.
        """
        data = b"\n" + lines if self._torn else lines
        written = 0
        try:
            while written < len(data):
                written += os.write(self._descriptor, data[written:])
        except OSError:
            self._torn = self._torn or written > 0
            self._offset += written
            raise
        self._torn = False
        self._offset += written

    def rotate(self) -> None:
        """Begins the next segment. Raises OSError, and then goes on with the present one."""
        number = self._number + 1
        descriptor = os.open(segment_path(self._folder, number), _FLAGS, 0o600)
        with self._lock:
            self._retired.append(self._descriptor)
            self._descriptor, self._number, self._offset = descriptor, number, 0
            self._torn, self._new = False, True

    def sync(self) -> Cursor:
        """Brings what was appended so far to stable storage; how far that is.

        Raises:
            OSError: that failed, or the segment has gone, with whatever was written to it.
        """
        with self._lock:
            done, descriptor, new = self._retired, os.dup(self._descriptor), self._new
            path = segment_path(self._folder, self._number)
            position, self._retired, self._new = self.position, [], False
        try:
            for old in done:
                os.fdatasync(old)
            os.fdatasync(descriptor)
            path.stat()
            if new:
                _sync_folder(self._folder)
        except OSError:
            self._new = self._new or new
            raise
        finally:
            for one in (*done, descriptor):
                os.close(one)
        return position

    def close(self) -> None:
        """Closes the segment, and removes it where nothing stands in it. Raises OSError."""
        with self._lock:
            waiting, self._retired = [*self._retired, self._descriptor], []
            for descriptor in waiting:
                os.close(descriptor)
        if self._offset == 0:
            segment_path(self._folder, self._number).unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
