"""The whole process with its sinks: what the ledger has arrives everywhere, whatever a receiver does."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.proxy_addon.gate import Start
from tests.proxy_addon.sinks.receiver import Receiver, Reply

pytestmark = pytest.mark.e2e


async def test_every_sink_gets_what_the_ledger_has(
    start: Start,
    receiver: Receiver,
    reply: type[Reply],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{receiver.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "secret-of-the-endpoint")
    receiver.script = [reply(503), reply(cut="after"), reply(429, {"retry-after": "1"})]
    azure = f"azure-monitor:{receiver.url}?rule=dcr-{'0123456789abcdef' * 2}&gather=1"
    gate = start("--sink", azure, "--sink", f"jsonl:{tmp_path}/usage", "--sink-seconds", "20")
    for first in range(0, 60, 20):
        scripts = [{"do": "chunked" if n % 2 else "json", "n": n} for n in range(first, first + 20)]
        await asyncio.gather(*(gate.send(stream=s["do"] == "chunked", script=s) for s in scripts))
    metrics = (await gate.send("/metrics", b"", method="GET")).body.decode()
    assert 'gatewright_proxy_sink_lag_bytes{sink="jsonl"}' in metrics
    assert 'gatewright_proxy_sink_dead_letters_total{sink="azure-monitor"} 0' in metrics
    assert gate.stop() == 0, gate.log.read_text()
    ledger = {record.record_id for record in gate.records()}
    assert len(ledger) == 60
    assert set(receiver.ids()) == ledger
    files = list((tmp_path / "usage").glob("usage-*.jsonl"))
    lines = [line for file in files for line in file.read_text("utf-8").splitlines()]
    assert {json.loads(line)["record_id"] for line in lines} == ledger
    for secret in ("secret-of-the-endpoint", "token-of-the-managed-identity"):
        assert secret not in gate.log.read_text() + str(receiver.rows) + "".join(lines)


async def test_a_receiver_that_is_down_neither_slows_nor_stops_the_process(
    start: Start, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{receiver.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "secret-of-the-endpoint")
    receiver.down = True
    azure = f"azure-monitor:{receiver.url}?rule=dcr-{'0123456789abcdef' * 2}&gather=1"
    flags = ("--sink", azure, "--sink-seconds", "1", "--replica", "one")
    gate = start(*flags)
    for n in range(10):
        assert (await gate.send(script={"do": "json", "n": n})).status == 200
    assert gate.stop() == 0
    assert receiver.rows == []
    receiver.down = False
    again = start(*flags)
    assert again.stop() == 0
    assert len(receiver.rows) == 10
    assert set(receiver.ids()) == {record.record_id for record in again.records()}


def test_a_sink_that_cannot_be_set_up_stops_the_start(tmp_path: Path) -> None:
    flags = ["--routes", "r.json", "--ledger", "l.jsonl", "--proof-file", "p", "--sink", "no-such-sink:/x"]
    command = [sys.executable, "-m", "proxy_addon", "--listen", "127.0.0.1:0", *flags]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "PRX651" in done.stderr


async def test_a_journal_that_a_dead_sink_fills_stays_within_its_bound_and_empties_again(
    start: Start, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{receiver.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "secret-of-the-endpoint")
    receiver.down = True
    azure = f"azure-monitor:{receiver.url}?rule=dcr-{'0123456789abcdef' * 2}&gather=1"
    gate = start("--sink", azure, "--journal-limit", "128k", "--journal", str(tmp_path / "journal"))
    status, sent = 200, 0
    while status == 200:
        sent += 1
        status = (await gate.send()).status
    assert (status, sent > 20) == (530, True)
    assert size(tmp_path / "journal") < 140 * 1024
    assert (await gate.send()).error["code"] == "ledger-unwritable"
    receiver.down = False
    async with asyncio.timeout(40):
        while (await gate.send()).status != 200:
            await asyncio.sleep(0.2)
    assert gate.stop() == 0
    assert set(receiver.ids()) == {record.record_id for record in gate.records()}
    assert size(tmp_path / "journal") < 70 * 1024


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*.seg"))


async def test_traffic_goes_on_while_a_receiver_never_answers(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[asyncio.StreamWriter] = []

    async def hold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    gate = start("--sink", f"otlp:http://127.0.0.1:{port}?gather=1", "--sink-seconds", "1")
    assert (await gate.send()).status == 200
    async with asyncio.timeout(20):
        while not held:
            await asyncio.sleep(0.02)
    for _ in range(30):
        assert (await gate.send()).status == 200
    assert len(held) == 1  # the first call is still open: nothing waited for it
    assert gate.stop() == 0
    assert len(gate.records()) == 31
    held[0].close()
    server.close()
    await server.wait_closed()
