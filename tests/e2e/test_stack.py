"""Failover, refusals, recording and replaying, and what happens when a part of the stack is lost."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import httpx
import pytest

from gatewright.diagnostics import Rejected
from gatewright.harness import server
from gatewright.harness.faults import read
from gatewright.harness.local import LocalGateway, LocalOptions
from gatewright.harness.recorder import RecorderOptions
from gatewright.harness.replay import ReplayOptions, replay, settled
from gatewright.harness.sample_traffic import sample_traffic, send
from gatewright.harness.upstreams.address import read as read_address
from gatewright.harness.upstreams.recorded import RecordedOptions
from gatewright.harness.upstreams.simulated import SimulatedOptions
from gatewright.recordings import read_har
from tests.e2e.conftest import Stack

pytestmark = pytest.mark.e2e

CHAT = "/openai/deployments/chat/chat/completions?api-version=2024-10-21"
BODY = {"messages": [{"role": "user", "content": "Name three fruits."}]}
TENANTS = {
    "data-platform": ("chat-small", "embeddings"),
    "retail-search": ("chat", "chat-small"),
    "support-assistant": ("chat", "chat-small", "embeddings"),
}


async def ask(local: LocalGateway, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        key = {local.key_header: local.ready.keys["retail-search"]}
        return await client.post(local.ready.gateway + CHAT, json=BODY, headers={**key, **headers})


async def test_throttled_deployment_fails_over_and_stays_out(stack: Stack, tmp_path: Path) -> None:
    faults = (read("gpt-41-ptu:429:retry-after=30:times=1"),)
    options = LocalOptions(
        upstream=SimulatedOptions(faults=faults), runs=tmp_path, without=frozenset({"cache"})
    )
    async with stack(options) as local:
        first = await ask(local, **{"x-local-exchange": "one"})
        second = await ask(local, **{"x-local-exchange": "two"})
        outcomes = [await local.outcome_of(name) for name in ("one", "two")]
        records = await settled(local, outcomes)
    assert (first.status_code, second.status_code) == (200, 200)
    assert [(a.backend.rpartition("-")[0] != "", a.status) for a in outcomes[0].attempts] == [
        (True, 429),
        (True, 200),
    ]
    assert outcomes[0].backend != outcomes[0].attempts[0].backend
    assert [a.status for a in outcomes[1].attempts] == [200]
    assert outcomes[1].backend == outcomes[0].backend
    assert [r.status for r in records if r.request_id == outcomes[0].request_id] == [429, 200]
    assert [r.settlement.value for r in records] == ["refused", "complete", "complete"]


async def test_sample_traffic_is_recorded_and_replays_alike(stack: Stack, tmp_path: Path) -> None:
    path = tmp_path / "sample.har"
    recording = LocalOptions(
        runs=tmp_path, record=RecorderOptions(path, host="gateway.example.org", comment="simulated")
    )
    async with stack(recording) as local:
        requests = sample_traffic(local.models, TENANTS)
        outcomes = await send(requests, local)
    exchanges = read_har(path)
    assert len(exchanges) == len(requests) == len(outcomes)
    assert [e.status for e in exchanges] == [o.status for o in outcomes]
    refused = {o.refused_by for o in outcomes if o.refused_by}
    assert "llm-token-limit" in refused
    assert {401, 403, 429} <= {o.status for o in outcomes}
    assert "hit" in {o.cache for o in outcomes}
    assert all(key not in path.read_text("utf-8") for key in local.keys.values())
    async with stack(LocalOptions(runs=tmp_path)) as local:
        result = await replay(exchanges, local, ReplayOptions())
    assert result.skipped == {}
    assert [row.status for row in result.rows] == [o.status for o in outcomes]
    assert result.summary.cache_hits == sum(1 for o in outcomes if o.cache == "hit")


async def test_own_recording_answers_its_own_replay(stack: Stack, tmp_path: Path) -> None:
    path = tmp_path / "own.har"
    async with stack(LocalOptions(runs=tmp_path, record=RecorderOptions(path))) as local:
        for _ in range(2):
            assert (await ask(local)).status_code == 200
    exchanges = tuple(read_har(path))
    async with stack(LocalOptions(upstream=RecordedOptions(exchanges), runs=tmp_path)) as local:
        result = await replay(exchanges, local, ReplayOptions(parallel=2))
    assert [(row.status, row.difference) for row in result.rows] == [(200, None), (200, None)]


async def test_given_address_is_reached(stack: Stack, tmp_path: Path) -> None:
    async with stack(LocalOptions(runs=tmp_path)) as behind:
        options = LocalOptions(upstream=read_address(behind.ready.upstream), runs=tmp_path)
        async with stack(options) as local:
            assert local.ready.upstream == behind.ready.upstream
            assert (await ask(local)).status_code == 200


async def test_unknown_tenant_is_refused_before_anything_is_sent(stack: Stack, tmp_path: Path) -> None:
    async with stack(LocalOptions(runs=tmp_path)) as local:
        with pytest.raises(Rejected, match="EMU554"):
            await replay([], local, ReplayOptions(tenant="retail-serach"))
        assert not local.outcomes


async def test_port_in_use_ends_in_a_diagnostic_and_leaves_nothing_running(
    stack: Stack, tmp_path: Path
) -> None:
    taken = server.bind("127.0.0.1", 0)
    try:
        with pytest.raises(Rejected, match="EMU560"):
            async with stack(LocalOptions(runs=tmp_path, port=server.port_of(taken))):
                pass
    finally:
        taken.close()


async def test_lost_proxy_is_a_clear_fault(stack: Stack, tmp_path: Path) -> None:
    async with stack(LocalOptions(runs=tmp_path)) as local:
        assert local._proxy is not None
        assert local._proxy._process is not None
        os.kill(local._proxy._process.pid, signal.SIGKILL)
        fault = await asyncio.wait_for(local.until_failed(), 10)
        assert fault.code == "EMU562"
        assert (await ask(local)).status_code in (500, 502, 503)
        with pytest.raises(Rejected, match="EMU562"):
            local.check()


async def test_secret_is_gone_when_the_run_has_ended(stack: Stack, tmp_path: Path) -> None:
    async with stack(LocalOptions(runs=tmp_path)) as local:
        folder = local.ready.ledger.parent
        assert (folder / "proof").exists()
        assert await ask(local)
    assert not (folder / "proof").exists()
    assert (folder / "ledger.jsonl").exists()
