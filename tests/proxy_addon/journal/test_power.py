"""A node that loses its power: what was synced is there, the rest is gone, and that is what the docs say."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from gatewright.metering.record import Settlement, UsageRecord
from proxy_addon.journal.cursor import Cursor, CursorStore
from proxy_addon.journal.journal import Bounds, Journal
from proxy_addon.journal.recovery import recover
from proxy_addon.journal.settled import SettledReader

BEGIN = {"version": 1, "usage_source": "missing", "settlement": "crashed"}


class Platter:
    """What of each file is on stable storage."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sizes: dict[int, int] = {}
        monkeypatch.setattr(os, "fdatasync", self.sync)

    def sync(self, descriptor: int) -> None:
        found = os.fstat(descriptor)
        self.sizes[found.st_ino] = max(found.st_size, self.sizes.get(found.st_ino, 0))

    def after_the_cut(self, folder: Path, target: Path) -> Path:
        """The folder as the next start finds it."""
        inodes = {path.name: path.stat().st_ino for path in folder.glob("*.seg")}
        shutil.copytree(folder, target)
        for name, inode in inodes.items():
            os.truncate(target / name, self.sizes.get(inode, 0))
        return target


class Run:
    """A journal under work, with a sink that reads it and segments that go."""

    def __init__(self, folder: Path, dice: random.Random, *, durable: bool) -> None:
        folder.mkdir()
        self.journal = Journal(folder, bounds=Bounds(segment_bytes=3000))
        self.reader = SettledReader(folder, lambda: self.journal.durable)
        self.cursors = CursorStore(folder)
        self.dice = dice
        self.durable = durable
        self.forwarded: set[str] = set()
        self.delivered: set[str] = set()

    async def attempt(self, name: str) -> None:
        assert self.journal.begin(name, json.dumps(BEGIN | {"record_id": name}))
        if self.durable:
            assert await self.journal.begun()
        self.forwarded.add(name)
        if self.dice.random() < 0.8:
            for _ in range(self.dice.randrange(40)):
                await asyncio.sleep(0)
            settled = {"record_id": name, "settlement": "complete", "request_id": "x" * 80}
            self.journal.end(name, json.dumps(BEGIN | settled))

    async def keep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self.journal.sync(lambda work: loop.run_in_executor(None, work))
            place = self.cursors.load("sink")
            lines, place = self.reader.read(place, 20, 100_000)
            self.delivered |= {UsageRecord.read(line).record_id for line in lines}
            self.cursors.save("sink", place)
            self.journal.sweep(["sink"])
            await asyncio.sleep(0)


@pytest.mark.parametrize("seed", range(12))
async def test_an_attempt_that_was_forwarded_behind_a_durable_begin_has_a_record_after_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    dice, platter = random.Random(seed), Platter(monkeypatch)
    run = Run(tmp_path / "a", dice, durable=True)
    keeper = asyncio.create_task(run.keep())
    tasks = []
    for number in range(dice.randrange(20, 200)):
        tasks.append(asyncio.create_task(run.attempt(f"r{number}")))
        for _ in range(dice.randrange(6)):
            await asyncio.sleep(0)
    forwarded = set(run.forwarded)
    after = platter.after_the_cut(tmp_path / "a", tmp_path / "after")
    recover(after)
    lines, _ = SettledReader(after).read(Cursor(), 100_000, 1 << 30)
    found = Counter(record.record_id for record in map(UsageRecord.read, lines))
    assert forwarded - run.delivered - set(found) == set()
    assert max(found.values(), default=1) == 1
    for task in (keeper, *tasks):
        task.cancel()
    await asyncio.gather(keeper, *tasks, return_exceptions=True)


async def test_without_durable_begins_a_power_cut_takes_what_was_not_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    platter = Platter(monkeypatch)
    run = Run(tmp_path / "a", random.Random(0), durable=False)
    run.journal.begin("r0", json.dumps(BEGIN | {"record_id": "r0"}))
    await run.journal.sync(lambda work: asyncio.get_running_loop().run_in_executor(None, work))
    run.journal.begin("r1", json.dumps(BEGIN | {"record_id": "r1"}))
    run.journal.end("r0", json.dumps(BEGIN | {"record_id": "r0", "settlement": "complete"}))
    after = platter.after_the_cut(tmp_path / "a", tmp_path / "after")
    recover(after)
    lines, _ = SettledReader(after).read(Cursor(), 100, 1 << 20)
    found = {record.record_id: record.settlement for record in map(UsageRecord.read, lines)}
    assert found == {"r0": Settlement.CRASHED}
    run.journal.close()
