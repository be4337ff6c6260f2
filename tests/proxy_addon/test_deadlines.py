"""Deadlines: to connect, to begin an answer, between two bytes; and what client and record say then."""

from __future__ import annotations

import asyncio
import json
import socket
import time
import uuid
from typing import Any

import pytest
from mitmproxy.test import tflow

from gatewright.metering.record import Settlement
from proxy_addon import deadlines as module
from proxy_addon.deadlines import Deadlines, Limits
from proxy_addon.faults import Fault
from tests.proxy_addon.gate import Gate, Start
from tests.proxy_addon.upstream import sse


class Carrier:
    def __init__(self) -> None:
        self.stands = False
        self.since: float | None = None
        self.cuts: list[str] = []

    def connected(self, flow: Any) -> bool:
        return self.stands

    def silent_since(self, flow: Any) -> float | None:
        return self.since

    def cut(self, flow: Any) -> None:
        self.cuts.append(flow.id)


@pytest.mark.parametrize(
    ("waited", "stands", "answered", "silent", "expected"),
    [
        (9, False, False, 9, None),
        (11, False, False, 11, "connect"),
        (11, True, False, 11, None),
        (99, True, False, 99, None),
        (101, True, False, 101, "first_byte"),
        (999, True, True, 19, None),
        (999, True, True, 21, "idle"),
    ],
)
async def test_each_state_has_its_deadline(
    monkeypatch: pytest.MonkeyPatch,
    waited: float,
    stands: bool,
    answered: bool,
    silent: float,
    expected: str | None,
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.001)
    carrier, refused = Carrier(), list[tuple[str, Fault]]()
    watch = Deadlines(Limits(10, 100, 20), carrier, lambda key, fault: refused.append((key, fault)))
    flow = tflow.tflow()
    watch.request(flow)
    if answered:
        watch.responseheaders(flow)
    watch._watched[flow.id].begin -= waited
    carrier.stands, carrier.since = stands, time.time() - silent
    task = asyncio.create_task(watch.run())
    await asyncio.sleep(0.03)
    task.cancel()
    assert carrier.cuts == ([flow.id] if expected else [])
    assert [name for name, count in watch.cuts.items() if count] == ([expected] if expected else [])
    watch.error(flow)
    assert [fault.slug for _, fault in refused] == (["upstream-timeout"] if expected and not answered else [])


def test_what_is_refused_or_complete_is_not_watched() -> None:
    watch = Deadlines(Limits(1, 1, 1), Carrier(), lambda key, fault: None)
    watch.request(tflow.tflow(resp=True))
    flow = tflow.tflow()
    watch.request(flow)
    watch.response(flow)
    assert watch._watched == {}


@pytest.mark.e2e
async def test_an_upstream_that_does_not_begin_is_504(start: Start) -> None:
    gate = start("--first-byte-seconds", "1")
    request = str(uuid.uuid4())
    got = await gate.send(request=request, script={"do": "hang"})
    record = await gate.record(request)
    assert (got.status, got.error["code"], got.error["type"]) == (504, "upstream-timeout", "upstream_error")
    assert got.headers["x-gatewright-fault"] == "upstream-timeout"
    assert (record.settlement, record.status, record.error_type) == (
        Settlement.FAILED,
        504,
        "upstream-timeout",
    )
    assert (await gate.send()).status == 200
    assert 'deadline_cuts_total{deadline="first_byte"} 1' in await metrics(gate)


@pytest.mark.e2e
async def test_an_upstream_that_does_not_accept_is_504(start: Start) -> None:
    # A listener whose queue is full: the kernel drops what comes then, like a firewall.
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        address = deaf.getsockname()
        fill = [socket.socket() for _ in range(4)]
        for one in fill:
            one.setblocking(False)
            one.connect_ex(address)
        gate = start("--connect-seconds", "1", endpoint=f"http://127.0.0.1:{address[1]}")
        request = str(uuid.uuid4())
        began = time.monotonic()
        got = await gate.send(request=request)
        assert (got.status, got.error["code"]) == (504, "upstream-timeout")
        assert time.monotonic() - began < 10
        assert (await gate.record(request)).settlement is Settlement.FAILED
        for one in fill:
            one.close()


@pytest.mark.e2e
async def test_an_upstream_that_is_silent_within_its_answer_breaks_off(start: Start) -> None:
    gate = start("--idle-seconds", "1")
    request = str(uuid.uuid4())
    got = await gate.send(request=request, stream=True, script={"do": "stall", "cut": 500})
    assert (got.status, got.whole) == (200, False)
    assert sse(1, usage=False).startswith(got.body)
    record = await gate.record(request)
    assert (record.settlement, record.status) == (Settlement.ABORTED_BY_UPSTREAM, 200)
    slow = {"do": "chunked", "n": 1, "step": 200, "pause": 0.3}
    assert (await gate.send(stream=True, script=slow)).body == sse(1, usage=False)


async def metrics(gate: Gate) -> str:
    got = await gate.send("/metrics", b"", method="GET", headers=[("accept", "*/*")])
    assert got.headers["content-type"].startswith("text/plain")
    return got.body.decode()


@pytest.mark.e2e
async def test_metrics_count_what_happened(start: Start) -> None:
    gate = start()
    requests = [str(uuid.uuid4()) for _ in range(2)]
    await gate.send(request=requests[0], script={"do": "json", "n": 5})
    await gate.send(request=requests[1], script={"do": "429"})
    await gate.send(proof="wrong-wrong-wrong-wrong")
    for request in requests:
        await gate.record(request)
    text = await metrics(gate)
    for line in (
        'exchanges_total{settlement="complete",status="200"} 1',
        'exchanges_total{settlement="refused",status="429"} 1',
        'tokens_total{usage_source="reported",type="input"} 105',
        'records_total{usage_source="missing"} 1',
        'refusals_total{fault="no-proof"} 1',
        "open_exchanges 0",
        "journal_records_total 2",
        "journal_failing 0",
        'sink_records_total{sink="ledger"} 2',
        'loop_lag_seconds{over="start"} ',
    ):
        assert f"\ngatewright_proxy_{line}" in text
    assert json.dumps("retail-search") not in text


@pytest.mark.e2e
async def test_headers_beyond_the_limit_are_431_and_forwarded_nowhere(start: Start) -> None:
    gate = start("--header-limit", "8k")
    fits = await gate.send(more=[("x-fill", "a" * 6000)])
    assert fits.status == 200
    got = await gate.send(more=[("x-fill", "a" * 9000)])
    assert (got.status, got.error["code"]) == (431, "head-too-large")
    got = await gate.raw(b"POST /b/x HTTP/1.1\r\n" + b"x: " + b"a" * 100_000)
    assert got.status in (0, 431)  # a client that still sends may see the reset first
    large = await gate.send(body=b'{"messages":"' + b"a" * 500_000 + b'"}')
    assert large.status == 200
    assert 'refusals_total{fault="head-too-large"} 2' in await metrics(gate)


@pytest.mark.e2e
async def test_connections_beyond_the_limit_are_closed_at_once(start: Start) -> None:
    gate = start("--connection-limit", "3")
    held = [await asyncio.open_connection("127.0.0.1", gate.port) for _ in range(3)]
    assert (await gate.send()).status == 0
    for _, writer in held:
        writer.close()
        await writer.wait_closed()
    async with asyncio.timeout(10):
        while (await gate.send()).status != 200:
            await asyncio.sleep(0.02)
    assert 'refusals_total{fault="too-many-connections"}' in await metrics(gate)
