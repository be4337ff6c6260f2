"""What runs beside the exchanges: keeping the ledger on stable storage, and draining at the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from proxy_addon.ledger import Ledger

SYNC_SECONDS = 0.1
RETRY_SECONDS = 1.0
_LOOK_SECONDS = 0.02

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


async def keep(ledger: Ledger) -> None:
    """Syncs what was written, in batches and off the event loop; tries again what could not be written."""
    loop = asyncio.get_running_loop()
    was: str | None = None
    while True:
        await asyncio.sleep(SYNC_SECONDS if ledger.writable else RETRY_SECONDS)
        if ledger.waiting:
            ledger.retry()
        if ledger.unsynced:
            await loop.run_in_executor(None, ledger.sync)
        if ledger.failure != was:
            was = ledger.failure
            if was is None:
                log.info("ledger: writing again, %d records lost so far", ledger.lost)
            else:
                log.error("ledger: cannot record (%s), %d records wait", was, ledger.waiting)


async def drain(proxy: Drainable, unsent: Callable[[], int], seconds: float) -> None:
    """Refuses new exchanges, waits for the open ones, and settles those that outlast the deadline.

    Args:
        proxy: the exchanges.
        unsent: bytes of finished answers that clients have not taken yet.
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
