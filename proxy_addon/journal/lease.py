"""Who writes a folder: a lock on its lease file where the file system has locks, and a heartbeat on its time.

A replica that was killed neither holds the lock nor beats. The folder of one that has been silent for long
enough is adopted by another: a rename into the adopter's own folder, which one of several adopters wins.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path

LEASE = "lease"
ADOPTED = "adopted"
BEAT_SECONDS = 5.0
LEASE_SECONDS = 60.0
_TAKE_SECONDS = 3.0
_MARK = "~"
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})


class Held(Exception):
    """Another process writes this folder."""


class Lease:
    """The right to write a folder.

    Attributes:
        locked: False where the file system has no locks; then the heartbeat alone tells.
    """

    def __init__(self, folder: Path) -> None:
        """Takes the folder, and creates it where there is none.

        Raises:
            Held: another process holds it.
            OSError: it cannot be created or written.
        """
        self.folder = folder
        self._path = folder / LEASE
        end = time.monotonic() + _TAKE_SECONDS
        while True:
            if self._try():
                return
            # An adopter may hold it for the moment in which it takes what a killed process left.
            if time.monotonic() > end:
                raise Held
            time.sleep(0.05)

    def _try(self) -> bool:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except FileNotFoundError:  # it was adopted in this moment
            return False
        found = _lock(self._descriptor)
        self.locked = found is True
        if found is not False and self.beat():
            return True
        os.close(self._descriptor)
        return False

    def beat(self) -> bool:
        """Says that the holder lives; False when the folder has been taken from it."""
        try:
            if os.stat(self._path).st_ino != os.fstat(self._descriptor).st_ino:
                return False
            os.utime(self._path)
        except FileNotFoundError:
            return False
        return True

    def release(self) -> None:
        """Gives the folder up; anyone may adopt it at once."""
        with contextlib.suppress(OSError):
            os.utime(self._descriptor, (0, 0))
        os.close(self._descriptor)


def adopt(own: Path, seconds: float, skip: Callable[[Path], bool] = lambda _: False) -> list[Path]:
    """Takes over the folders beside one's own whose replicas are gone.

    Args:
        own: one's own folder, whose lease has just been renewed.
        seconds: how long a replica must have been silent, by the file system's own clock.
        skip: folders that are not looked at.

    Returns:
        Where the folders stand now, below one's own.

    Raises:
        OSError: the folders cannot be listed.
    """
    now = (own / LEASE).stat().st_mtime
    taken: list[Path] = []
    for folder in sorted(own.parent.iterdir()):
        if folder == own or skip(folder) or not _silent(folder / LEASE, now - seconds):
            continue
        taken += _take(folder, own)
    return taken


def lift(own: Path) -> None:
    """Moves out what stands inside adopted folders, where a kill cut an adoption short. Raises OSError."""
    for outer in adopted(own):
        for inner in _inside(outer):
            _move(inner, own)


def adopted(own: Path) -> list[Path]:
    """The folders that were adopted into one's own. Raises OSError."""
    inside = own / ADOPTED
    return sorted(path for path in inside.iterdir() if path.is_dir()) if inside.is_dir() else []


def _silent(lease: Path, before: float) -> bool:
    try:
        return lease.stat().st_mtime < before
    except OSError:
        return False


def _take(folder: Path, own: Path) -> list[Path]:
    """Moves an orphan below one's own folder; nothing when it lives after all, or another was faster.

    What it had adopted goes first: killed in between, it is still an orphan, with what is left.
    """
    taken: list[Path] = []
    try:
        descriptor = os.open(folder / LEASE, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return taken
    try:
        if _lock(descriptor) is not False:
            for each in (*_inside(folder), folder):
                taken.append(_move(each, own))
    except OSError:
        pass
    finally:
        os.close(descriptor)
    return taken


def _inside(folder: Path) -> list[Path]:
    """The folders that one has adopted, and those inside them, which come first. Raises OSError."""
    return [each for inner in adopted(folder) for each in (*_inside(inner), inner)]


def _move(folder: Path, own: Path) -> Path:
    (own / ADOPTED).mkdir(mode=0o700, exist_ok=True)
    # Never a name that was there before: sinks remember by it how far they have read.
    name = f"{folder.name.partition(_MARK)[0]}{_MARK}{uuid.uuid4().hex[:12]}"
    return folder.rename(own / ADOPTED / name)


def _lock(descriptor: int) -> bool | None:
    """True when the lock was got, False when another has it, None where there are no locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as fault:
        if fault.errno in _NO_LOCKS:
            return None
        raise
    return True
