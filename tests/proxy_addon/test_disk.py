"""A real file system that is full, and a journal that reaches its bound: refused, kept, gone on with."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gatewright.metering.record import Settlement, UsageSource
from tests.proxy_addon.gate import Gate, Start

pytestmark = pytest.mark.e2e


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB. `test_main` has the same with a limit on file sizes, which needs no rights."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "gatewright-test", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a file system needs root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Takes all the room that is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as stream:
        try:
            while stream.write(b"\0" * 4096):
                pass
        except OSError:
            pass
    return filler


async def ready(gate: Gate) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((await gate.send("/ready", b"", method="GET")).body)
    return value


async def until_ready(gate: Gate) -> None:
    async with asyncio.timeout(15):
        while (await ready(gate))["status"] != "ok":
            await asyncio.sleep(0.05)


async def refused(gate: Gate) -> None:
    """Sends until the room that a page still had is used up."""
    for _ in range(50):
        got = await gate.send()
        if got.status == 530:
            assert got.error["code"] == "ledger-unwritable"
            return
    raise AssertionError("nothing was refused")


@pytest.mark.parametrize("flag", ["--reload-seconds=5", "--begin-durable"])
async def test_on_a_full_disk_new_traffic_is_refused_and_open_attempts_are_kept(
    start: Start, disk: Path, flag: str
) -> None:
    gate = start("--journal", str(disk / "journal"), flag, ledger=disk / "ledger.jsonl")
    before, during, after = (str(uuid.uuid4()) for _ in range(3))
    assert (await gate.send(request=before)).status == 200
    await gate.record(before)
    script = {"do": "chunked", "n": 7, "step": 20, "pause": 0.05}
    stream = asyncio.create_task(gate.send(request=during, stream=True, script=script))
    async with asyncio.timeout(15):
        while b"journal_open_begins 1\n" not in (await gate.send("/metrics", b"", method="GET")).body:
            await asyncio.sleep(0.02)
    filler = fill(disk)
    await refused(gate)
    got = await stream
    assert (got.status, got.whole) == (200, True)
    state = await ready(gate)
    assert (state["status"], state["reason"]) == ("ledger-unwritable", "No space left on device")
    assert (state["waiting"] > 0, state["lost"]) == (True, 0)
    filler.unlink()
    await until_ready(gate)
    assert (await gate.send(request=after)).status == 200
    kept = await gate.record(during)
    assert (kept.settlement, kept.usage.input_tokens) == (Settlement.COMPLETE, 107)
    await gate.record(after)
    assert gate.stop() == 0


async def test_killed_on_a_full_disk_what_waited_becomes_crashed_and_nothing_is_without_a_record(
    start: Start, disk: Path
) -> None:
    flags = ("--journal", str(disk / "journal"), "--replica", "one")
    gate = start(*flags, ledger=disk / "ledger.jsonl")
    request = str(uuid.uuid4())
    script = {"do": "chunked", "n": 7, "step": 20, "pause": 0.05}
    stream = asyncio.create_task(gate.send(request=request, stream=True, script=script))
    async with asyncio.timeout(15):
        while b"journal_open_begins 1\n" not in (await gate.send("/metrics", b"", method="GET")).body:
            await asyncio.sleep(0.02)
    filler = fill(disk)
    await refused(gate)
    assert (await stream).whole
    gate.process.kill()
    gate.process.wait(10)
    filler.unlink()
    again = start(*flags, ledger=disk / "ledger.jsonl")
    record = await again.record(request)
    assert (record.settlement, record.usage_source is UsageSource.REPORTED) == (Settlement.CRASHED, False)
    assert again.stop() == 0


async def test_serving_on_a_full_disk_says_what_has_no_begin(start: Start, disk: Path) -> None:
    gate = start(
        "--journal", str(disk / "journal"), "--on-journal-failure", "serve", ledger=disk / "ledger.jsonl"
    )
    filler = fill(disk)
    requests = [str(uuid.uuid4()) for _ in range(40)]
    for request in requests:
        assert (await gate.send(request=request)).status == 200
    state = await ready(gate)
    assert state["status"] == "ok"
    assert (state["unbegun"] > 0, state["waiting"] > 0, state["lost"]) == (True, True, 0)
    async with asyncio.timeout(15):
        while "without a begin" not in gate.log.read_text():
            await asyncio.sleep(0.05)
    filler.unlink()
    async with asyncio.timeout(15):
        while (await ready(gate))["waiting"]:
            await asyncio.sleep(0.05)
    for request in requests:
        assert (await gate.record(request)).settlement is Settlement.COMPLETE
    assert gate.stop() == 0


@pytest.mark.parametrize("asked", [True, False], ids=["SIGTERM", "by itself"])
async def test_a_journal_whose_folder_has_gone_refuses_traffic_and_says_that_records_are_lost(
    start: Start, tmp_path: Path, asked: bool
) -> None:
    gate = start("--journal", str(tmp_path / "journal"))
    assert (await gate.send()).status == 200
    shutil.rmtree(tmp_path / "journal")
    async with asyncio.timeout(4):
        while (await gate.send()).status != 530:
            await asyncio.sleep(0.05)
    end = gate.stop if asked else lambda: gate.process.wait(20)
    assert await asyncio.to_thread(end) == 3
    assert "journal: the last sync failed" in gate.log.read_text()
