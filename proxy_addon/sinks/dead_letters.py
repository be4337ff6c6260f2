"""Records that a sink refuses for good, one file per sink, with the reason: nothing is thrown away.

Each line is `{"time", "sink", "reason", "record"}`; what is no record at all stands as text in `"line"`.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from pathlib import Path

from gatewright.metering.json_text import JsonObject, NotJson, read_object
from gatewright.metering.record import write_time
from proxy_addon.clock import Clock

SUFFIX = ".dead.jsonl"


class DeadLetters:
    """The dead-letter file of one sink. It appears with the first record, readable by the owner alone.

    Args:
        folder: where it stands; made when it is needed.
        sink: the sink's name, which is the file's name.
        clock: the time of each refusal.
    """

    def __init__(self, folder: Path, sink: str, clock: Clock) -> None:
        self.path = folder / f"{sink}{SUFFIX}"
        self._sink = sink
        self._clock = clock

    def add(self, line: bytes, reason: str) -> None:
        """Appends a record and waits for stable storage.

        Args:
            line: the record's JSON, without line end.
            reason: why it was refused.

        Raises:
            OSError: it is not in the file, or only its beginning.
        """
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = json.dumps(self._plain(line, reason), separators=(",", ":"), ensure_ascii=False)
        descriptor = self._open()
        try:
            _write(descriptor, _line_end(descriptor) + text.encode("utf-8", "replace") + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _open(self) -> int:
        """The file, locked; one that `resend` has moved aside meanwhile is another's."""
        while True:
            descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            with contextlib.suppress(OSError):  # some file systems have no locks
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            with contextlib.suppress(FileNotFoundError):
                if os.stat(self.path).st_ino == os.fstat(descriptor).st_ino:
                    return descriptor
            os.close(descriptor)

    def _plain(self, line: bytes, reason: str) -> JsonObject:
        plain: JsonObject = {"time": write_time(self._clock.now()), "sink": self._sink, "reason": reason}
        try:
            plain["record"] = read_object(line)
        except NotJson:
            plain["line"] = line.decode("utf-8", "replace")
        return plain


def _line_end(descriptor: int) -> bytes:
    """A line end where an earlier write was cut short, so that it spoils no other line."""
    size = os.fstat(descriptor).st_size
    return b"\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else b""


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
