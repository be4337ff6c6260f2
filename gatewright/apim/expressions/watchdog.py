"""Ends an evaluation at its deadline, wherever it is: a thread raises TimeUp in the one that evaluates.

Steps and sizes are counted where they are spent; what is slow without spending any (a search through a long
list in a loop, a regular expression in a loop) is ended here.
"""

from __future__ import annotations

import ctypes
import threading
import time
from typing import Protocol

from gatewright.apim.expressions.faults import Exceeded

_POLL_SECONDS = 0.05
_AGAIN_SECONDS = 0.2


class TimeUp(Exceeded):
    """The time of an evaluation was up."""

    def __init__(self) -> None:
        super().__init__("TimeLimitExceeded", "no result in time")


class Watched(Protocol):
    """An evaluation."""

    @property
    def deadline(self) -> float:
        """When it has to end, a time of the monotonic clock."""


class Watchdog:
    """The thread that looks at the deadlines; it sleeps between evaluations.

    It raises again until the evaluation has left: Python drops an exception that comes up while it collects
    garbage.
    """

    def __init__(self) -> None:
        self._running: dict[Watched, int] = {}
        self._raised: dict[Watched, float] = {}
        self._idle = True
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def enter(self, run: Watched) -> None:
        """Watches this thread until `leave`."""
        self._running[run] = threading.get_ident()
        if self._idle:
            self._start()

    def leave(self, run: Watched) -> None:
        """Watches no more; an exception that is on its way is called back."""
        self._running.pop(run, None)
        if run in self._raised:
            with self._lock:
                self._raised.pop(run, None)
                _raise(threading.get_ident(), None)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._watch, name="expression-deadlines", daemon=True)
                self._thread.start()
        self._wake.set()

    def _watch(self) -> None:
        while True:
            if not self._running:
                self._idle = True
                if not self._running:  # one that came before `idle` was seen
                    self._wake.wait()
                self._idle = False
            self._wake.clear()
            self._wake.wait(_POLL_SECONDS)
            self._end_overdue(time.monotonic())

    def _end_overdue(self, now: float) -> None:
        for run in [run for run in list(self._running) if run.deadline <= now]:
            with self._lock:
                if now < self._raised.get(run, 0.0) + _AGAIN_SECONDS:
                    continue
                self._raised[run] = now  # before the look at who runs: `leave` looks in the other order
                thread = self._running.get(run)
                if thread is None:
                    del self._raised[run]
                else:
                    _raise(thread, TimeUp)


def _raise(thread: int, kind: type[BaseException] | None) -> None:
    """Raises an exception in a thread; None calls back one that was not raised yet."""
    given = ctypes.py_object(kind) if kind is not None else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), given)


WATCHDOG = Watchdog()
