"""New routes while the process runs."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path

import pytest

from proxy_addon.reload import Reloader
from proxy_addon.routes import Table
from tests.proxy_addon.gate import BACKEND, Start
from tests.proxy_addon.upstream import sse

EMPTY = '{"version": 1, "routes": {}, "allowedHostSuffixes": [".openai.azure.com"]}'


async def until(condition: object) -> None:
    assert callable(condition)
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_changed_file_is_taken_and_a_faulty_one_is_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file, tables = tmp_path / "routes.json", list[Table]()
    file.write_text(EMPTY)
    reloader = Reloader(file, allow_loopback=False, use=tables.append, seconds=0.01)
    task = asyncio.create_task(reloader.run())
    await asyncio.sleep(0.05)
    assert reloader.loaded == 0
    other = tmp_path / "new.json"
    other.write_text(EMPTY + "\n")
    os.replace(other, file)
    await until(lambda: reloader.loaded == 1)
    file.write_text(EMPTY.replace('"version": 1', '"version": 2'))
    await until(lambda: reloader.refused == 1)
    assert "routes:1: PRX604" in caplog.text
    file.unlink()
    await asyncio.sleep(0.05)
    reloader.ask()
    await until(lambda: reloader.refused == 2)
    file.write_text(EMPTY)
    await until(lambda: reloader.loaded == 2)
    assert len(tables) == 2
    task.cancel()


@pytest.mark.parametrize("depth", [700, 100_000])
async def test_a_file_that_is_nested_too_deep_does_not_end_the_watch(tmp_path: Path, depth: int) -> None:
    file, tables = tmp_path / "routes.json", list[Table]()
    file.write_text(EMPTY)
    reloader = Reloader(file, allow_loopback=False, use=tables.append, seconds=0.01)
    task = asyncio.create_task(reloader.run())
    await asyncio.sleep(0.05)
    file.write_text("[" * depth + "]" * depth)
    await until(lambda: reloader.refused == 1)
    file.write_text(EMPTY + "\n")
    await until(lambda: reloader.loaded == 1)
    task.cancel()


async def test_a_failure_that_nobody_foresaw_does_not_end_the_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(path: Path, *, allow_loopback: bool) -> Table:
        raise ZeroDivisionError

    file, tables = tmp_path / "routes.json", list[Table]()
    file.write_text(EMPTY)
    reloader = Reloader(file, allow_loopback=False, use=tables.append, seconds=0.01)
    task = asyncio.create_task(reloader.run())
    with monkeypatch.context() as patch:
        patch.setattr("proxy_addon.reload.load", fails)
        reloader.ask()
        await until(lambda: reloader.refused == 1)
    assert "cannot be read (ZeroDivisionError)" in caplog.text
    reloader.ask()
    await until(lambda: reloader.loaded == 1)
    task.cancel()


@pytest.mark.e2e
async def test_sighup_changes_routes_and_drops_no_stream(start: Start) -> None:
    gate = start()
    file = gate.ledger.with_name("routes.json")
    slow = {"do": "chunked", "n": 1, "step": 100, "pause": 0.1}
    streams = [asyncio.create_task(gate.send(stream=True, script=slow)) for _ in range(5)]
    async with asyncio.timeout(10):
        while b'"open": 5' not in (await gate.send("/health", b"", method="GET", headers=[("a", "b")])).body:
            await asyncio.sleep(0.01)
    good = json.loads(file.read_text())
    good["routes"]["gw-new"] = good["routes"].pop(BACKEND)
    file.write_text(json.dumps(good))
    gate.process.send_signal(signal.SIGHUP)
    target = "/b/gw-new/-/openai/deployments/chat/chat/completions"
    async with asyncio.timeout(10):
        while (await gate.send(target)).status != 200:
            await asyncio.sleep(0.02)
    assert (await gate.send()).error["code"] == "unknown-route"
    file.write_text("{")
    gate.process.send_signal(signal.SIGHUP)
    async with asyncio.timeout(10):
        while "routes: 1 faults, the present routes stay" not in gate.log.read_text():
            await asyncio.sleep(0.02)
    assert (await gate.send(target)).status == 200
    assert [got.body for got in await asyncio.gather(*streams)] == [sse(1, usage=False)] * 5
    assert gate.stop() == 0
