"""Waiting that a stop ends at once; the only way in which a shipper waits."""

from __future__ import annotations

import threading
import time
from typing import Protocol

_BREATH_SECONDS = 0.0001


class Pause(Protocol):
    """How a shipper waits, and learns that it should end."""

    @property
    def stopped(self) -> bool:
        """Whether the shipper should end: send what is there, as long as there is time."""

    @property
    def expired(self) -> bool:
        """Whether the time for that is over."""

    def wait(self, seconds: float) -> bool:
        """Waits, less long when a stop comes or its time is over; whether there is time to go on."""

    def breathe(self) -> None:
        """Lets the thread of the exchanges run."""


class ThreadPause:
    """Waiting of a thread that another thread stops."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._end = float("inf")

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stop.is_set()

    @property
    def expired(self) -> bool:
        """Whether the time given to `stop` is over."""
        return time.monotonic() >= self._end

    def left(self) -> float:
        """Seconds that `stop` has left."""
        return self._end - time.monotonic()

    def wait(self, seconds: float) -> bool:
        """Waits for the time, or for `stop`; after `stop`, no longer than it has left."""
        if self.stopped:
            time.sleep(max(0.0, min(seconds, self.left())))
        else:
            self._stop.wait(seconds)
        return not self.expired

    def breathe(self) -> None:
        """Gives up the interpreter for a moment.

        A thread that waits for the interpreter asks for it only after 5 ms (`sys.getswitchinterval`), and
        that long an event on a stream would wait too. Sleeping for nothing does not help: the interpreter is
        taken back before the other thread has woken up.
        """
        time.sleep(_BREATH_SECONDS)

    def stop(self, seconds: float) -> None:
        """Ends what is waited for; the shipper may go on sending and trying for so many seconds."""
        self._end = time.monotonic() + seconds
        self._stop.set()
