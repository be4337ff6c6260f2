"""An evaluation ends at its deadline, also where its first exception got lost."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from gatewright.apim.expressions.watchdog import TimeUp, Watchdog


@dataclass(frozen=True, eq=False)
class Overdue:
    deadline: float = 0.0


def stubborn(swallows: int) -> None:
    """Never ends by itself, and swallows so many exceptions."""
    while True:
        try:
            while True:
                pass
        except TimeUp:
            if swallows == 0:
                raise
            swallows -= 1


@pytest.mark.parametrize("swallows", [0, 2])
def test_an_exception_that_was_swallowed_comes_again(swallows: int) -> None:
    with pytest.raises(TimeUp):
        Watchdog().call(Overdue(), stubborn, swallows)


def test_what_the_garbage_collector_drops_comes_again() -> None:
    """It drops what comes up in its callbacks; hypothesis has one, which it may hit in any test."""
    armed: list[int] = []

    def busy(phase: str, _: object) -> None:
        """Holds up that one collection: others come whenever they like, in any thread."""
        if armed == [threading.get_ident()]:
            armed.clear()
            while True:
                pass

    def collect(_: int) -> None:
        armed.append(threading.get_ident())
        gc.collect()
        while True:
            pass

    gc.callbacks.append(busy)
    try:
        with pytest.raises(TimeUp):
            Watchdog().call(Overdue(time.monotonic() + 0.3), collect, 0)
    finally:
        gc.callbacks.remove(busy)
    assert not armed


def test_each_thread_sees_its_innermost_evaluation_and_none_outside() -> None:
    watchdog: Watchdog[Overdue] = Watchdog()
    outer, inner = Overdue(time.monotonic() + 60), Overdue(time.monotonic() + 60)
    seen: list[Overdue | None] = []

    def elsewhere(_: int) -> None:
        other = threading.Thread(target=lambda: seen.append(watchdog.here()))
        other.start()
        other.join()

    def within(_: int) -> None:
        seen.append(watchdog.here())
        watchdog.call(inner, lambda _: seen.append(watchdog.here()), 0)
        seen.append(watchdog.here())

    watchdog.call(outer, within, 0)
    watchdog.call(outer, elsewhere, 0)
    assert seen == [outer, inner, outer, None]
    assert watchdog.here() is None


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads take turns at every step."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty")
def test_nothing_is_raised_behind_the_end_and_nothing_is_left_locked() -> None:
    """Wherever the exception comes up: while the watch begins, in the code, while the watch ends."""
    watchdog, raised = Watchdog(poll_seconds=0), 0
    while raised < 10:  # on a busy machine the other thread has its turn late
        try:
            watchdog.call(Overdue(time.monotonic()), str, 0)
        except TimeUp:
            raised += 1
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        pass
    with pytest.raises(TimeUp):
        watchdog.call(Overdue(), stubborn, 0)
