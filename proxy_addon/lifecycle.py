"""What runs beside the exchanges: keeping the journal, moving records into the ledger; and draining."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from proxy_addon.journal.lease import BEAT_SECONDS
from proxy_addon.journal.replica import Replica
from proxy_addon.ledger import Ledger

SYNC_SECONDS = 0.05
"""What a node that fails may lose. A hundred syncs a second were a tenth of what a small request costs."""
RETRY_SECONDS = 1.0
COMPLAIN_SECONDS = 30.0
LAG_SECONDS = 0.5
_LOOK_SECONDS = 0.02
_T = TypeVar("_T")

log = logging.getLogger("gatewright.proxy")


class Drainable(Protocol):
    """What draining needs to know of the proxy."""

    @property
    def open_count(self) -> int:
        """Exchanges that are open."""

    def begin_draining(self) -> None:
        """From now on new exchanges are refused."""

    def settle_open(self) -> int:
        """Settles what is still open; how many these were."""


class Keeper:
    """Keeps the journal on stable storage, the ledger behind it, the lease alive and the folders small.

    Args:
        replica: the journal.
        ledger: the ledger, or None.
        sinks: names of all sinks; a segment goes once each has read it.
        lost: called when another replica has taken the folder.
        pause: seconds between two syncs; 0 where requests wait for them.

    Attributes:
        lag_bytes: how far the ledger was behind at the last look.
        lost_lease: whether another replica has taken the folder.
    """

    def __init__(
        self,
        replica: Replica,
        ledger: Ledger | None,
        sinks: Sequence[str],
        lost: Callable[[], None],
        *,
        pause: float = SYNC_SECONDS,
    ) -> None:
        self.replica = replica
        self.ledger = ledger
        self.sinks = sinks
        self.lag_bytes = 0
        self.lost_lease = False
        self._lost = lost
        self._pause = pause
        self._changed = asyncio.Event()
        self._settled = asyncio.Event()
        self._syncer = ThreadPoolExecutor(1, "journal-sync")
        self._mover = ThreadPoolExecutor(1, "journal-read")
        replica.journal.changed = self._changed.set

    async def run(self) -> None:
        """Runs until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._sync())
            group.create_task(self._move())
            group.create_task(self._tend())
            group.create_task(self._complain())

    def close(self) -> None:
        """Waits for what runs in the threads; no other call may follow."""
        self._syncer.shutdown()
        self._mover.shutdown()

    async def _sync(self) -> None:
        journal, loop = self.replica.journal, asyncio.get_running_loop()
        while True:
            if journal.failure is None:
                await _within(self._changed.wait(), RETRY_SECONDS)
            else:
                await asyncio.sleep(RETRY_SECONDS)
                journal.probe()
            self._changed.clear()
            if journal.unsynced or journal.failure is not None:
                await journal.sync(lambda work: loop.run_in_executor(self._syncer, work))
                self._settled.set()
            await asyncio.sleep(self._pause)

    async def _move(self) -> None:
        ledger, loop = self.ledger, asyncio.get_running_loop()
        while ledger is not None:
            await _within(self._settled.wait(), RETRY_SECONDS)
            self._settled.clear()
            await loop.run_in_executor(self._mover, ledger.pump)
            if ledger.failure is not None:
                await asyncio.sleep(RETRY_SECONDS)

    async def _tend(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await loop.run_in_executor(self._mover, self._look_after)
            if self.lost_lease:
                self.replica.journal.lose_lease()
                self._lost()
                return
            await asyncio.sleep(BEAT_SECONDS)

    def _look_after(self) -> None:
        try:
            if not self.replica.beat():
                log.error("journal: another replica has taken this one's folder; stopping")
                self.lost_lease = True
                return
            self.replica.adopt()
            self.replica.sweep(self.sinks)
            if self.ledger is not None:
                self.lag_bytes = self.ledger.lag_bytes()
        except OSError as fault:
            log.error("journal: its folder cannot be looked after (%s)", fault.strerror)

    async def _complain(self) -> None:
        journal, was = self.replica.journal, ""
        said = 0.0
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(RETRY_SECONDS)
            now = journal.failure or ""
            behind = self.ledger.failure or "" if self.ledger is not None else ""
            if now + behind == was and (not was or loop.time() - said < COMPLAIN_SECONDS):
                continue
            was, said = now + behind, loop.time()
            if now:
                log.error(
                    "journal: cannot record (%s); %d wait, %d lost, %d without a begin",
                    now,
                    journal.waiting,
                    journal.lost,
                    journal.unbegun,
                )
            elif not behind:
                log.info(
                    "journal: recording again; so far %d lost, %d without a begin",
                    journal.lost,
                    journal.unbegun,
                )
            if behind:
                log.error("ledger: cannot be written (%s); records wait in the journal", behind)


class LoopLag:
    """How late the event loop is: the last look and the worst since the start, in seconds."""

    def __init__(self) -> None:
        self.last = self.worst = 0.0

    async def run(self) -> None:
        """Looks twice a second until it is cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_SECONDS
            await asyncio.sleep(LAG_SECONDS)
            self.last = max(0.0, loop.time() - due)
            self.worst = max(self.worst, self.last)


async def drain(proxy: Drainable, unsent: Callable[[], int], seconds: float) -> None:
    """Refuses new exchanges, waits for the open ones, and settles those that outlast the deadline.

    Args:
        proxy: the exchanges.
        unsent: what is not done yet of exchanges that have ended, such as bytes that clients have not taken.
        seconds: the deadline, from now.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    proxy.begin_draining()
    while (proxy.open_count or unsent()) and loop.time() < end:
        await asyncio.sleep(_LOOK_SECONDS)
    await asyncio.sleep(_LOOK_SECONDS)
    cut = proxy.settle_open()
    log.info("drained: %d exchanges were cut", cut)


async def _within(what: Awaitable[_T], seconds: float) -> None:
    """Waits for something, but not for longer."""
    try:
        async with asyncio.timeout(seconds):  # `wait_for` may lose a cancellation (Python 3.11)
            await what
    except TimeoutError:
        return
