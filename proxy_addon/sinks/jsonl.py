r"""A file of JSON lines: append-only, one `write` per batch, readable by the owner alone.

A line that a full disk cut short is completed by the next call, so the file never holds half a record
while this process lives. What a killed process left half-written is moved aside when the file is opened.
A file that was removed or renamed meanwhile, as tools do that rotate logs, is begun anew under its name.
Two processes must not share a file: the lock says so where the file system has locks.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from pathlib import Path

from gatewright.diagnostics import Rejected, Span
from proxy_addon import codes

_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})
_BLOCK = 65536
_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC


class JsonLines:
    """An open file of JSON lines.

    Attributes:
        torn_bytes: length of a half-written line that an earlier process left; it was moved to `<file>.torn`.
        locked: False where the file system has no locks.
    """

    def __init__(self, path: Path) -> None:
        """Opens or creates the file.

        Raises:
            Rejected: PRX609 when it cannot be opened for appending or another process holds it.
        """
        self._path = path
        self._descriptor = -1
        self._rest = b""
        try:
            self._descriptor = os.open(path, _FLAGS, 0o600)
            self.locked = _lock(self._descriptor)
            self.torn_bytes = _move_torn(self._descriptor, path)
        except OSError as fault:
            self.close()
            message = f"the ledger cannot be opened: {os.strerror(fault.errno or 0)}"
            hint = "one proxy per file; the folder must exist and be writable"
            raise Rejected([codes.LEDGER_UNUSABLE.at(Span(str(path)), message, hint=hint)]) from fault

    def append(self, line: bytes) -> None:
        r"""Appends whole lines, the last ending with `\n`; after a failure it may be called with them again.

        Raises:
            OSError: the lines are not in the file, or only their beginning.
        """
        if self._is_elsewhere():
            self._begin_anew()
        rest = self._rest or line
        while rest:
            self._rest = b"" if len(rest) == len(line) else rest
            written = os.write(self._descriptor, rest)
            rest = rest[written:]
        self._rest = b""

    def _is_elsewhere(self) -> bool:
        ours = os.fstat(self._descriptor)
        try:
            there = os.stat(self._path)
        except FileNotFoundError:
            return stat.S_ISREG(ours.st_mode)
        return stat.S_ISREG(ours.st_mode) and (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino)

    def _begin_anew(self) -> None:
        """Opens what has the name now. A line that is half in the other file is written whole."""
        os.fdatasync(self._descriptor)
        descriptor = os.open(self._path, _FLAGS, 0o600)
        try:
            self.locked = _lock(descriptor)
            self.torn_bytes += _move_torn(descriptor, self._path)
        except OSError:
            os.close(descriptor)
            raise
        self.close()
        self._descriptor, self._rest = descriptor, b""

    def tail(self, limit: int) -> list[bytes]:
        """The last whole lines without their ends, at most so many bytes of them. Raises OSError."""
        if not stat.S_ISREG(os.fstat(self._descriptor).st_mode):
            return []
        size = os.fstat(self._descriptor).st_size
        data = os.pread(self._descriptor, limit, max(0, size - limit))
        if size > limit:
            data = data.partition(b"\n")[2]
        return data.splitlines()

    def sync(self) -> None:
        """Waits until everything appended so far is on stable storage. Raises OSError."""
        if stat.S_ISREG(os.fstat(self._descriptor).st_mode):
            os.fdatasync(self._descriptor)

    def close(self) -> None:
        """Closes the file; a second call does nothing."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        if fault.errno in _NO_LOCKS:
            return False
        raise
    return True


def _move_torn(descriptor: int, path: Path) -> int:
    """Cuts what stands behind the last line end and keeps it in `<path>.torn`; its length."""
    size = os.fstat(descriptor).st_size
    tail = b""
    at = size
    while at and b"\n" not in tail:
        step = min(_BLOCK, at)
        at -= step
        tail = os.pread(descriptor, step, at) + tail
    torn = tail[tail.rfind(b"\n") + 1 :]
    if torn:
        aside = os.open(f"{path}.torn", os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.write(aside, torn + b"\n")
        finally:
            os.close(aside)
        os.ftruncate(descriptor, size - len(torn))
    return len(torn)
