from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import httpx
import pytest

from gatewright.diagnostics import Rejected
from gatewright.harness.proxyprocess import ProxyOptions, ProxyProcess

pytestmark = pytest.mark.e2e

ROUTE = {
    "endpoint": "http://127.0.0.1:9",
    "deployment": "gpt-41",
    "region": "swedencentral",
    "provider": "azure.ai.openai",
    "models": ["chat"],
}


def options(folder: Path, routes: object = None) -> ProxyOptions:
    given = {"version": 1, "routes": {"gw-a": ROUTE}, "allowedHostSuffixes": [".openai.azure.com"]}
    (folder / "routes.json").write_text(json.dumps(given if routes is None else routes))
    (folder / "proof").write_text("0123456789abcdef0123456789abcdef\n")
    return ProxyOptions(
        folder / "routes.json", folder / "ledger.jsonl", folder / "proof", folder / "proxy.log"
    )


async def test_proxy_starts_answers_and_ends(tmp_path: Path) -> None:
    proxy = ProxyProcess(options(tmp_path))
    await proxy.start()
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(f"{proxy.url}/health")).status_code == 200
        proxy.check()
    finally:
        await proxy.stop()
        await proxy.stop()


async def test_proxy_that_does_not_start_says_why(tmp_path: Path) -> None:
    proxy = ProxyProcess(options(tmp_path, routes={"version": 7}))
    with pytest.raises(Rejected) as caught:
        await proxy.start()
    [fault] = caught.value.diagnostics
    assert fault.code == "EMU561"
    assert "PRX" in fault.message


async def test_proxy_that_dies_is_a_clear_fault(tmp_path: Path) -> None:
    proxy = ProxyProcess(options(tmp_path))
    await proxy.start()
    try:
        assert proxy._process is not None
        os.kill(proxy._process.pid, signal.SIGKILL)
        fault = await asyncio.wait_for(asyncio.shield(proxy.failed), 10)
        assert fault.code == "EMU562"
        with pytest.raises(Rejected, match="EMU562"):
            proxy.check()
    finally:
        await proxy.stop()


HOLDER = """
import asyncio, sys
from pathlib import Path
from gatewright.harness.proxyprocess import ProxyOptions, ProxyProcess

async def hold():
    proxy = ProxyProcess(ProxyOptions(*map(Path, sys.argv[1:])))
    await proxy.start()
    print(proxy._process.pid, proxy.url, flush=True)
    await asyncio.sleep(60)

asyncio.run(hold())
"""


async def test_a_holder_that_is_killed_takes_its_proxy_along(tmp_path: Path) -> None:
    given = options(tmp_path)
    files = [str(path) for path in (given.routes, given.ledger, given.proof, given.log)]
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, *files, stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    pid, _, url = (await asyncio.wait_for(holder.stdout.readline(), 30)).decode().strip().partition(" ")
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{url}/health")).status_code == 200
    holder.kill()
    await holder.wait()
    async with asyncio.timeout(20):
        while running(int(pid)):
            await asyncio.sleep(0.05)
    assert "drained: 0 exchanges were cut" in given.log.read_text()


def running(pid: int) -> bool:
    """Whether a process runs; one that nobody has waited for is no longer running."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
