"""Draining, and keeping the ledger on stable storage."""

from __future__ import annotations

import asyncio
import errno

import pytest

from proxy_addon import lifecycle
from proxy_addon.ledger import Ledger


class Open:
    def __init__(self, count: int) -> None:
        self.open_count = count
        self.draining = False

    def begin_draining(self) -> None:
        self.draining = True

    def settle_open(self) -> int:
        cut, self.open_count = self.open_count, 0
        return cut


async def test_draining_waits_for_exchanges_and_for_slow_readers() -> None:
    proxy = Open(1)
    unsent = [100]
    task = asyncio.create_task(lifecycle.drain(proxy, lambda: unsent[0], 30))
    await asyncio.sleep(0.05)
    proxy.open_count = 0
    await asyncio.sleep(0.05)
    assert proxy.draining
    assert not task.done()
    unsent[0] = 0
    await asyncio.wait_for(task, 5)


async def test_the_deadline_cuts_what_is_open() -> None:
    proxy = Open(3)
    await asyncio.wait_for(lifecycle.drain(proxy, lambda: 0, 0.05), 5)
    assert proxy.open_count == 0


async def test_what_waits_is_written_and_synced_beside_the_traffic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "SYNC_SECONDS", 0.001)
    monkeypatch.setattr(lifecycle, "RETRY_SECONDS", 0.001)

    class Sink:
        broken = True
        lines: tuple[bytes, ...] = ()
        syncs = 0

        def append(self, line: bytes) -> None:
            if self.broken:
                raise OSError(errno.ENOSPC, "No space left on device")
            self.lines += (line,)

        def sync(self) -> None:
            self.syncs += 1

        def close(self) -> None:
            """Nothing to close."""

    sink = Sink()
    ledger = Ledger(sink)
    ledger.append("1")
    keeper = asyncio.create_task(lifecycle.keep(ledger))
    await asyncio.sleep(0.02)
    assert not ledger.writable
    sink.broken = False
    async with asyncio.timeout(5):
        while ledger.unsynced or not ledger.writable:
            await asyncio.sleep(0.001)
    assert sink.lines == (b"1\n",)
    assert sink.syncs > 0
    keeper.cancel()
