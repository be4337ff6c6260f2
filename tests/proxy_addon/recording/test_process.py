"""The recorder in the real process: what stands on disk after real traffic."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gatewright.metering.recorded import meter
from gatewright.recordings import Exchange, read_har
from proxy_addon.flowfiles import read_flows
from proxy_addon.recording.recorder import is_sampled
from tests.proxy_addon.gate import Gate
from tests.proxy_addon.upstream import Upstream

PROMPT = "the words of a user 4711"
BODY = json.dumps({"stream": True, "messages": [{"role": "user", "content": PROMPT}]}).encode()
SECRETS = (b"a-shared-secret-of-the-gateway", b"token-of-the-managed-identity", b"of a user", b"x-gatewright")


def recorded(folder: Path) -> list[Exchange]:
    found: list[Exchange] = []
    for file in sorted(folder.glob("*.har")):
        found += read_har(file)
    for file in sorted(folder.glob("*.flow")):
        found += read_flows(file)
    return found


def outcomes(metrics: str) -> dict[str, int]:
    lines = [line for line in metrics.splitlines() if line.startswith("gatewright_proxy_recordings_total{")]
    return {line.split('"')[1]: int(line.rpartition(" ")[2]) for line in lines if not line.endswith(" 0")}


async def metrics(gate: Gate) -> str:
    got = await gate.raw(b"GET /metrics HTTP/1.1\r\nhost: p\r\n\r\n")
    return str(got.body.decode())


@pytest.mark.parametrize("form", ["har", "flow"])
async def test_whole_streams_are_recorded_redacted_and_meter_as_the_ledger_says(
    start: Callable[..., Any], tmp_path: Path, form: str
) -> None:
    gate = start("--record-dir", str(tmp_path / "rec"), "--record-rate", "1", "--record-format", form)
    ids = [str(uuid.uuid4()) for _ in range(4)]
    for number, (request, do) in enumerate(zip(ids, ("chunked", "length", "close", "json"), strict=True)):
        got = await gate.send(body=BODY, request=request, script={"do": do, "n": number, "step": 50})
        assert (got.status, got.whole) == (200, True)
    records = {record.request_id: record for record in [await gate.record(request) for request in ids]}
    assert gate.stop() == 0
    exchanges = recorded(tmp_path / "rec")
    assert [exchange.request_id for exchange in exchanges] == ids
    for exchange in exchanges:
        settled, again = records[exchange.request_id], meter(exchange)
        assert again.usage == settled.usage
        assert again.usage.input_tokens is not None
        assert (again.tenant, again.request_model) == ("retail-search", "chat")
        assert exchange.hashed
        assert "/openai/deployments/chat/chat/completions?api-version=2025-01-01" in exchange.url
        assert "/b/" not in exchange.url
    streamed = exchanges[0]
    assert len(streamed.chunks) > 3
    assert [time for time, _ in streamed.chunks] == sorted(time for time, _ in streamed.chunks)
    for file in (tmp_path / "rec").iterdir():
        data = file.read_bytes()
        assert [secret for secret in SECRETS if secret in data] == []


async def test_prompts_may_be_kept_and_the_request_is_the_clients_own(
    start: Callable[..., Any],
    tmp_path: Path,
    upstream: Upstream,
) -> None:
    flags = ("--record-dir", str(tmp_path / "rec"), "--record-rate", "1", "--record-prompts", "keep")
    gate = start(*flags)
    request = str(uuid.uuid4())
    got = await gate.send(body=BODY, request=request, script={"do": "length", "n": 2})
    await gate.record(request)
    assert gate.stop() == 0
    [exchange] = recorded(tmp_path / "rec")
    [seen] = upstream.by_id(request)
    assert exchange.request_body == BODY != seen.body
    assert b'"usage":{' in exchange.response_body
    assert b'"usage":{' not in got.body
    names = {name.lower(): value for name, value in exchange.response_headers}
    assert names["content-length"] == str(len(exchange.response_body))
    assert "transfer-encoding" not in names


async def test_the_sample_is_by_request_and_tenants_may_be_named(
    start: Callable[..., Any], tmp_path: Path
) -> None:
    gate = start(
        *("--record-dir", str(tmp_path / "rec"), "--record-rate", "0.5", "--record-tenant", "retail-search")
    )
    ids = [str(uuid.uuid4()) for _ in range(16)]
    for request in ids:
        for _ in range(2):
            assert (await gate.send(request=request)).status == 200
        assert (await gate.send(request=request, tenant="visible-one")).status == 200
    assert gate.stop() == 0
    expected = [request for request in ids if is_sampled(request, 0.5) for _ in range(2)]
    assert [exchange.request_id for exchange in recorded(tmp_path / "rec")] == expected
    assert {exchange.tenant for exchange in recorded(tmp_path / "rec")} <= {"retail-search"}


async def test_what_broke_off_or_is_too_large_is_counted_and_refusals_are_no_exchanges(
    start: Callable[..., Any], tmp_path: Path
) -> None:
    flags = ("--record-dir", str(tmp_path / "rec"), "--record-rate", "1", "--record-limit", "16k")
    gate = start(*flags)
    await gate.send(script={"do": "length", "n": 1, "cut": 100})
    await gate.send(script={"do": "rst", "n": 1, "cut": 100})
    await gate.send(script={"do": "stall"}, stop_at=1, reset=True)
    await gate.send(script={"do": "close-at-once"})
    big = await gate.send(script={"do": "huge"})
    assert len(big.body) > 6_000_000
    assert (await gate.send(model="nobody")).status == 400
    assert (await gate.send(proof="wrong-proof-of-nobody")).status == 530
    assert (await gate.send(script={"do": "429"})).status == 429
    for _ in range(200):
        found = outcomes(await metrics(gate))
        if found.get("incomplete") == 4:
            break
        await asyncio.sleep(0.02)
    assert found == {"incomplete": 4, "too_large": 1}
    assert gate.stop() == 0
    assert [exchange.status for exchange in recorded(tmp_path / "rec")] == [429]


async def test_a_folder_that_cannot_be_used_disturbs_nothing(
    start: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "rec").write_text("a file")
    gate = start("--record-dir", str(tmp_path / "rec"), "--record-rate", "1")
    request = str(uuid.uuid4())
    assert (await gate.send(request=request)).status == 200
    assert (await gate.record(request)).usage.input_tokens is not None
    assert "gatewright_proxy_recordings_failing 1" in await metrics(gate)
    assert gate.stop() == 0
    assert "recordings: cannot be written" in gate.log.read_text()


async def test_without_the_option_there_is_no_recorder(gate: Gate) -> None:
    assert "recordings" not in await metrics(gate)
