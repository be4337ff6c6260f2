"""Ends an evaluation at its deadline, wherever it is: a thread raises TimeUp in the one that evaluates.

Steps and sizes are counted where they are spent; what is slow without spending any (a search through a long
list in a loop, a regular expression in a loop) is ended here.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, Protocol, TypeVar

from gatewright.apim.expressions.faults import Exceeded
from gatewright.apim.expressions.limits import Run

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


A = TypeVar("A")
V = TypeVar("V")
W = TypeVar("W", bound=Watched)


class Watchdog(Generic[W]):
    """The thread that looks at the deadlines; it sleeps between evaluations.

    It raises again until the evaluation has left: Python drops an exception that comes up while it collects
    garbage. And an exception may come up at any call in the thread that evaluates: so that wakes this by a
    single call into C, which is never cut in two, and leaves a second time where the first was cut off.

    Args:
        poll_seconds: the time between two looks.
    """

    def __init__(self, poll_seconds: float = 0.05) -> None:
        self._poll_seconds = poll_seconds
        self._running: dict[W, int] = {}
        self._raised: dict[W, float] = {}
        self._idle = True
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def call(self, run: W, code: Callable[[A], V], argument: A) -> V:
        """What the code gives for the argument, if it does so before the deadline.

        Raises:
            TimeUp: the deadline came first.
        """
        try:
            try:
                self._enter(run)
                return code(argument)
            finally:
                self._leave(run)
        except TimeUp:
            self._leave(run)
            raise

    def here(self) -> W | None:
        """The innermost evaluation that this thread is in, for what is not told by whom it is called."""
        mine = threading.get_ident()
        return next((run for run, thread in reversed([*self._running.items()]) if thread == mine), None)

    def _enter(self, run: W) -> None:
        """Watches this thread until it leaves."""
        if self._idle:
            self._start()  # before it can be raised in here
        self._running[run] = threading.get_ident()
        if self._idle:
            self._idle = False
            self._wake.put(None)

    def _leave(self, run: W) -> None:
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

    def _watch(self) -> None:
        while True:
            if not self._running:
                self._idle = True
                if not self._running:  # one that came before `idle` was seen
                    self._wake.get()
                self._idle = False
            time.sleep(self._poll_seconds)
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


WATCHDOG: Watchdog[Run] = Watchdog()
