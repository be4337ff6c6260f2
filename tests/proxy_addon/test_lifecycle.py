"""Draining, and keeping the journal and the ledger beside the traffic."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from proxy_addon import lifecycle
from proxy_addon.clock import SystemClock
from proxy_addon.journal import lease
from proxy_addon.journal.replica import Replica
from proxy_addon.ledger import Ledger
from proxy_addon.lifecycle import Keeper, LoopLag
from proxy_addon.sinks.jsonl import JsonLines


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


class Kept:
    """A journal and a ledger with their keeper running."""

    def __init__(self, folder: Path, lost: Callable[[], None]) -> None:
        self.replica = Replica(folder / "journal" / "a")
        self.file = folder / "ledger"
        self.ledger = Ledger(JsonLines(self.file), self.replica.sources, SystemClock())
        self.keeper = Keeper(self.replica, self.ledger, ("ledger",), lost)
        self.task = asyncio.create_task(self.keeper.run())

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                await asyncio.sleep(0.002)

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        self.keeper.close()
        self.replica.journal.close()
        self.ledger.close()
        self.replica.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(lifecycle, "BEAT_SECONDS", 0.02)


async def test_a_record_is_synced_and_moves_into_the_ledger(tmp_path: Path) -> None:
    kept = Kept(tmp_path, lambda: None)
    await kept.until(lambda: kept.replica.journal.failure is None)
    kept.replica.journal.end("r1", '{"record_id":"r1"}')
    await kept.until(lambda: kept.file.read_bytes() == b'{"record_id":"r1"}\n')
    assert not kept.replica.journal.unsynced
    await kept.close()


async def test_a_disk_that_heals_is_noticed_without_traffic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kept = Kept(tmp_path, lambda: None)

    def fail(*_: object) -> int:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", fail)
        kept.replica.journal.end("r1", '{"record_id":"r1"}')
        await kept.until(lambda: kept.replica.journal.failure is not None)
        assert kept.file.read_bytes() == b""
        await kept.until(lambda: "cannot record (Input/output error)" in caplog.text)
    await kept.until(lambda: kept.replica.journal.failure is None)
    await kept.until(lambda: kept.file.read_bytes().startswith(b'{"record_id":"r1"}\n'))
    await kept.close()


async def test_a_folder_that_was_taken_ends_the_process(tmp_path: Path) -> None:
    called: list[bool] = []
    kept = Kept(tmp_path, lambda: called.append(True))
    (tmp_path / "journal" / "a").rename(tmp_path / "elsewhere")
    await kept.until(lambda: bool(called))
    assert kept.replica.journal.failure == "another replica has taken the folder"
    await kept.close()


async def test_a_gone_replica_s_records_move_into_the_ledger(tmp_path: Path) -> None:
    gone = Replica(tmp_path / "journal" / "z")
    gone.journal.end("r9", '{"record_id":"r9"}')
    os.close(gone._lease._descriptor)
    os.utime(tmp_path / "journal" / "z" / lease.LEASE, (1, 1))
    kept = Kept(tmp_path, lambda: None)
    await kept.until(lambda: kept.file.read_bytes() == b'{"record_id":"r9"}\n')
    await kept.until(lambda: len(kept.replica.sources()) == 1)
    await kept.until(lambda: not list((tmp_path / "journal" / "a" / lease.ADOPTED).iterdir()))
    await kept.close()


async def test_a_busy_loop_is_seen() -> None:
    lag = LoopLag()
    task = asyncio.create_task(lag.run())
    await asyncio.sleep(lifecycle.LAG_SECONDS - 0.1)
    end = asyncio.get_running_loop().time() + 0.2
    while asyncio.get_running_loop().time() < end:
        pass
    await asyncio.sleep(0.01)
    task.cancel()
    assert 0.05 < lag.worst < 5
