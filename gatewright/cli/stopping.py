"""Ctrl-C and SIGTERM for long work: the first asks it to stop, the second leaves at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from gatewright.cli.output import say

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def told_to_stop(leaving: str) -> Iterator[threading.Event]:
    """While the body runs, a signal sets the event that is yielded; a second one ends the process.

    Args:
        leaving: what is said when the process leaves at once.
    """
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            say(leaving)
            os._exit(128 + number)
        stop.set()
        say("stopping: what was begun is finished, nothing new is begun; once more to leave at once")

    before = {number: signal.signal(number, on_signal) for number in SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
