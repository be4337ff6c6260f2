"""All sinks of a process at work: one thread each, off the event loop, started and stopped together."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from proxy_addon.clock import Clock
from proxy_addon.journal.settled import Source
from proxy_addon.sinks.backoff import Backoff
from proxy_addon.sinks.context import Built
from proxy_addon.sinks.dead_letters import DeadLetters
from proxy_addon.sinks.pause import ThreadPause
from proxy_addon.sinks.shipper import Shipper, Status

_SLACK_SECONDS = 0.5
"""What a thread gets to end after its time is over."""


class Shipping:
    """The shippers of a process.

    Args:
        sinks: from `registry.build`.
        sources: the journal folders to read; called from every shipper's thread.
        dead_letters: folder of the dead-letter files.
        clock: the time.

    Attributes:
        names: the sinks' names, under which the journal keeps how far each has read.
    """

    def __init__(
        self,
        sinks: Sequence[Built],
        sources: Callable[[], Sequence[Source]],
        dead_letters: Path,
        clock: Clock,
    ) -> None:
        self.names = tuple(built.name for built in sinks)
        self._pause = ThreadPause()
        self._shippers = tuple(
            Shipper(
                built.name,
                built.sink,
                sources,
                DeadLetters(dead_letters, built.name, clock),
                self._pause,
                Backoff(random.Random().random),
                built.pace,
            )
            for built in sinks
        )
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Starts the threads. They end with the process even if a receiver holds one."""
        for shipper in self._shippers:
            thread = threading.Thread(target=shipper.run, name="gatewright-sink", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self, seconds: float) -> bool:
        """Sends what is still there for so many seconds, and ends; blocks, so call it off the event loop.

        Returns:
            Whether every shipper has ended. What was not sent stays in the journal in any case.
        """
        self._pause.stop(seconds)
        for thread in self._threads:
            thread.join(max(0.0, self._pause.left()) + _SLACK_SECONDS)
        return not any(thread.is_alive() for thread in self._threads)

    def statuses(self) -> tuple[Status, ...]:
        """What each shipper has done so far."""
        return tuple(shipper.status() for shipper in self._shippers)
