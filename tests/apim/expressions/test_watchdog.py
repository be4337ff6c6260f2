"""An evaluation ends at its deadline, also where its first exception got lost."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest

from gatewright.apim.expressions.watchdog import TimeUp, Watchdog


@dataclass(frozen=True, eq=False)
class Overdue:
    deadline: float = 0.0


def stubborn(watchdog: Watchdog, swallows: int) -> None:
    """Never ends by itself, and swallows so many exceptions."""
    run = Overdue()
    try:
        watchdog.enter(run)
        while True:
            try:
                while True:
                    pass
            except TimeUp:
                if swallows == 0:
                    raise
                swallows -= 1
    finally:
        watchdog.leave(run)


@pytest.mark.parametrize("swallows", [0, 2])
def test_an_exception_that_was_swallowed_comes_again(swallows: int) -> None:
    """Python drops what is raised while it collects garbage; here, a handler does."""
    with pytest.raises(TimeUp):
        stubborn(Watchdog(), swallows)


def test_nothing_is_raised_behind_the_end() -> None:
    watchdog = Watchdog()
    for _ in range(2000):
        run = Overdue(time.monotonic())
        try:
            watchdog.enter(run)
        except TimeUp:
            pass
        finally:
            watchdog.leave(run)
    end = time.monotonic() + 0.3
    while time.monotonic() < end:
        pass
