"""The process: starting, draining, a ledger that cannot be written, certificates, options."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest

from gatewright.metering.record import Settlement
from tests.proxy_addon.gate import Gate, Start
from tests.proxy_addon.upstream import sse

pytestmark = pytest.mark.e2e


async def test_sigterm_lets_streams_end_and_records_every_one(start: Start) -> None:
    gate = start("--drain-seconds", "1")
    slow = {"do": "chunked", "n": 1, "step": 100, "pause": 0.03}
    tasks = [
        asyncio.create_task(gate.send(stream=True, script={"do": "stall", "cut": 300})) for _ in range(20)
    ]
    ends = [asyncio.create_task(gate.send(stream=True, script=slow)) for _ in range(10)]
    for _ in range(400):
        if (await probe(gate, "/health"))["open"] == 30:
            break
        await asyncio.sleep(0.01)
    gate.process.send_signal(signal.SIGTERM)
    while (await probe(gate, "/ready"))["status"] != "draining":
        await asyncio.sleep(0.01)
    late = await gate.send()
    assert (late.status, late.error["code"]) == (530, "draining")
    finished = await asyncio.gather(*ends)
    await asyncio.gather(*tasks)
    assert gate.process.wait(20) == 0
    assert all(got.whole and got.body == sse(1, usage=False) for got in finished)
    records = gate.records()
    kinds = [record.settlement for record in records]
    assert len({record.record_id for record in records}) == len(records) == 31
    assert kinds.count(Settlement.COMPLETE) == 10
    assert kinds.count(Settlement.REFUSED) == 1
    assert [record.error_type for record in records].count("shutdown") == 20


async def test_a_second_sigterm_stops_at_once_and_records_what_it_cut(start: Start) -> None:
    gate = start()
    stalled = {"do": "stall", "cut": 300}
    tasks = [asyncio.create_task(gate.send(stream=True, script=stalled)) for _ in range(3)]
    async with asyncio.timeout(10):
        while (await probe(gate, "/health"))["open"] != 3:
            await asyncio.sleep(0.01)
    gate.process.send_signal(signal.SIGTERM)
    while (await probe(gate, "/ready"))["status"] != "draining":
        await asyncio.sleep(0.01)
    gate.process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(gate.process.wait, 10) == 0
    await asyncio.gather(*tasks)
    assert [record.error_type for record in gate.records()] == ["shutdown"] * 3
    assert "3 exchanges were cut" in gate.log.read_text()


async def probe(gate: Gate, path: str) -> dict[str, Any]:
    got = await gate.send(path, b"", method="GET", headers=[("accept", "*/*")])
    value: dict[str, Any] = json.loads(got.body)
    assert got.status == (503 if path == "/ready" and value["status"] != "ok" else 200)
    return value


async def test_a_full_disk_refuses_new_traffic_and_loses_nothing_silently(start: Start) -> None:
    gate = start()
    requests = [str(uuid.uuid4()) for _ in range(3)]
    assert (await gate.send(request=requests[0])).status == 200
    await gate.record(requests[0])
    full(gate, True)
    hit = await gate.send(request=requests[1])
    assert (hit.status, hit.error["code"]) == (530, "ledger-unwritable")
    state = await probe(gate, "/ready")
    assert (state["status"], state["waiting"], state["reason"]) == ("ledger-unwritable", 1, "File too large")
    assert (await gate.send()).error["code"] == "ledger-unwritable"
    full(gate, False)
    async with asyncio.timeout(10):
        while (await probe(gate, "/ready"))["status"] != "ok":
            await asyncio.sleep(0.05)
    assert (await gate.send(request=requests[2])).status == 200
    assert (await gate.record(requests[1])).error_type == "ledger-unwritable"
    assert (await gate.record(requests[2])).settlement is Settlement.COMPLETE
    assert gate.stop() == 0
    text = "journal: cannot record (File too large); 1 wait, 0 lost, 0 without a begin"
    assert text in gate.log.read_text()


async def test_a_disk_that_stays_full_is_exit_3_with_the_count(start: Start) -> None:
    gate = start()
    assert (await gate.send()).status == 200
    full(gate, True)
    assert (await gate.send()).status == 530
    assert gate.stop() == 3
    assert "1 records could not be written (File too large)" in gate.log.read_text()


async def test_serving_on_a_full_disk_counts_what_was_not_recorded(start: Start) -> None:
    gate = start("--on-journal-failure", "serve")
    assert (await gate.send()).status == 200
    full(gate, True)
    for _ in range(3):
        assert (await gate.send()).status == 200
    state = await probe(gate, "/ready")
    assert (state["status"], state["reason"]) == ("ok", "File too large")
    assert (state["unbegun"], state["waiting"], state["lost"]) == (3, 3, 0)
    full(gate, False)
    assert gate.stop() == 0
    assert len(gate.records()) == 4


def full(gate: Gate, on: bool) -> None:
    """Lets no file of the process grow beyond what the journal has, as a full disk would."""
    folder = gate.ledger.with_name("ledger.jsonl.journal")
    size = max(file.stat().st_size for file in folder.rglob("*.seg"))
    limit = size + 100 if on else resource.RLIM_INFINITY
    resource.prlimit(gate.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


async def test_a_ledger_that_cannot_be_written_stays_behind_and_stops_nothing(
    start: Start, tmp_path: Path
) -> None:
    gate = start("--journal", str(tmp_path / "journal"), ledger=Path("/dev/full"))
    for _ in range(2):
        assert (await gate.send()).status == 200
    assert (await probe(gate, "/ready"))["status"] == "ok"
    assert gate.stop() == 0
    assert "ledger: behind (No space left on device)" in gate.log.read_text()
    again = start("--journal", str(tmp_path / "journal"))
    async with asyncio.timeout(10):
        while len(again.records()) < 2:
            await asyncio.sleep(0.02)


async def test_the_ledger_is_the_owner_s_alone_and_locked(start: Start, root: Path) -> None:
    gate = start("--replica", "one")
    assert gate.ledger.stat().st_mode & 0o777 == 0o600
    second = run(root, gate.ledger.parent, "--ledger", str(gate.ledger))
    assert second.returncode == 2
    assert "PRX609" in second.stderr
    other = str(gate.ledger.with_name("other.jsonl"))
    journal = ("--journal", str(gate.ledger.with_name("ledger.jsonl.journal")), "--replica", "one")
    third = run(root, gate.ledger.parent, "--ledger", other, *journal)
    assert (third.returncode, "PRX613" in third.stderr) == (2, True)


def run(root: Path, folder: Path, *flags: str, **variables: str) -> subprocess.CompletedProcess[str]:
    routes = folder / "routes.json"
    if not routes.exists():
        routes.write_text('{"version": 1, "routes": {}, "allowedHostSuffixes": [".openai.azure.com"]}')
    (folder / "proof").write_text("sixteen-characters")
    base = {"LISTEN": "127.0.0.1:0", "ROUTES": str(routes), "LEDGER": str(folder / "own.jsonl")}
    base |= {"PROOF_FILE": str(folder / "proof"), "ALLOW_LOOPBACK": "true"} | variables
    environment = dict(os.environ) | {f"GATEWRIGHT_PROXY_{name}": value for name, value in base.items()}
    command = [sys.executable, "-m", "proxy_addon", *flags]
    return subprocess.run(command, env=environment, capture_output=True, text=True, cwd=root, timeout=20)


def test_a_port_in_use_is_a_coded_fault(root: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run(root, tmp_path, "--listen", f"127.0.0.1:{taken.getsockname()[1]}")
    assert done.returncode == 2
    assert "PRX610 error: the proxy cannot listen: Address already in use" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"LISTEN": "nowhere"}, "PRX600"),
        ({"BODY_LIMIT": "lots"}, "PRX600"),
        ({"ROUTES": "/nonexistent/routes.json"}, "PRX601"),
        ({"PROOF_FILE": "/nonexistent/proof"}, "PRX601"),
        ({"PROOF_FILE": "/dev/null"}, "PRX607"),
        ({"PROOF_ENTRA": "api://gatewright"}, "PRX600"),
        ({"PROOF_CERTIFICATE": "ab" * 32}, "PRX600"),
        ({"LEDGER": "/nonexistent/ledger.jsonl"}, "PRX609"),
        ({"JOURNAL": "/dev/null"}, "PRX612"),
        ({"UPSTREAM_CA": "/nonexistent/ca.pem"}, "PRX601"),
    ],
)
def test_misuse_is_a_coded_fault_and_exit_2(
    root: Path, tmp_path: Path, variables: dict[str, str], code: str
) -> None:
    done = run(root, tmp_path, **variables)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{code} error:" in done.stderr
    assert "hint:" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_entry_point_needs_no_package_of_other_rooms(root: Path) -> None:
    program = (
        "import sys\n"
        "for name in ('pydantic', 'lxml', 'typer', 'rich', 'tree_sitter', 'httpx', 'starlette'):\n"
        "    sys.modules[name] = None\n"
        "import proxy_addon.main\n"
        "rooms = ('gatewright.apim', 'gatewright.estate')\n"
        "assert not [name for name in sys.modules if name.startswith(rooms)]\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=root, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
