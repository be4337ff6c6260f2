"""Realtime sessions: a real client and a real server of WebSockets, with the real process between them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import uuid
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from gatewright.metering.record import Settlement, UsageSource
from gatewright.metering.usage import TokenUsage
from proxy_addon import realtime
from proxy_addon.paths import Target, parse
from tests.proxy_addon.gate import Start
from tests.proxy_addon.realtime_service import (
    AZURE,
    BACKEND,
    TRANSCRIBED,
    V1,
    created,
    done,
    play,
    service,
    session,
)

e2e = pytest.mark.e2e


@e2e
@pytest.mark.parametrize(
    ("target", "path"),
    [
        (AZURE, "/openai/realtime?api-version=2025-04-01-preview&deployment=gpt-41-ptu"),
        (V1, "/openai/v1/realtime?model=gpt-41-ptu"),
    ],
    ids=["azure", "v1"],
)
async def test_each_response_and_transcription_leaves_a_record(start: Start, target: str, path: str) -> None:
    async with service() as upstream:
        gate = start(endpoint=f"http://127.0.0.1:{upstream.port}")
        request = str(uuid.uuid4())
        async with session(gate, request, target) as peer:
            await play(peer, created(1), TRANSCRIBED, done(1))
            early = await gate.records_of(request, 2)  # while the session lasts
            await play(peer, created(2), done(2))
        first, second, third, last = await gate.records_of(request, 4)
    assert [first, second] == early
    assert (first.operation_name, first.response_model, first.usage_detail) == (
        "transcription",
        "whisper-1",
        "other_model",
    )
    assert first.usage.total_tokens == 17
    assert second.usage == third.usage
    assert second.usage == TokenUsage(
        132, 121, 253, cache_read_input_tokens=64, audio_input_tokens=13, audio_output_tokens=91
    )
    assert (second.usage_source, second.settlement) == (UsageSource.REPORTED, Settlement.COMPLETE)
    assert (second.response_id, second.response_model, second.operation_name) == (
        "resp_1",
        "gpt-realtime",
        "realtime",
    )
    assert (second.tenant, second.backend, second.deployment) == ("retail-search", BACKEND, "gpt-41-ptu")
    assert second.usage_raw
    assert (last.usage_source, last.usage_detail, last.settlement) == (
        UsageSource.MISSING,
        "counted_apart",
        Settlement.COMPLETE,
    )
    assert (last.status, last.usage.is_empty(), last.stream) == (101, True, True)
    assert len({record.record_id for record in (first, second, third, last)}) == 4
    assert upstream.paths == [path]
    headers = upstream.headers[0]
    assert not [name for name in headers if name.startswith("x-gatewright")]
    assert headers["host"] == f"127.0.0.1:{upstream.port}"
    assert headers["authorization"] == "Bearer token-of-the-managed-identity"
    assert "content-length" not in headers


@e2e
@pytest.mark.parametrize("compression", ["deflate", None])
async def test_messages_pass_as_they_are(start: Start, compression: str | None) -> None:
    dice = random.Random(3)
    sent: list[str | bytes] = ["", b"", "tök\u00e9n \U0001f600", '{"type":"response.done"', b"\x00\xff" * 9]
    sent += [os.urandom(dice.choice([125, 126, 65535, 65536, 300_000])) for _ in range(6)]
    sent += ["ab" * 200_000]
    async with service(compression=compression, max_size=None) as upstream:
        gate = start(endpoint=f"http://127.0.0.1:{upstream.port}")
        request = str(uuid.uuid4())
        async with session(gate, request, compression=compression, max_size=None) as peer:
            for message in sent:
                await peer.send(message)
                assert await peer.recv() == message
            await peer.send(["frag", "mented"])
            assert await peer.recv() == "fragmented"
        await gate.records_of(request, 1)
    assert upstream.got == [*sent, "fragmented"]
    extensions = upstream.headers[0].get("sec-websocket-extensions", "")
    assert extensions.startswith("permessage-deflate") is (compression is not None)


@e2e
async def test_a_session_holds_no_messages(start: Start) -> None:
    def resident() -> int:
        fields = Path(f"/proc/{gate.process.pid}/status").read_text().split("VmRSS:")[1]
        return int(fields.split()[0]) // 1024

    async with service(compression=None, max_size=None) as upstream:
        gate = start(endpoint=f"http://127.0.0.1:{upstream.port}")
        async with session(gate, str(uuid.uuid4()), compression=None, max_size=None) as peer:
            message = os.urandom(500_000)
            for _ in range(10):
                await peer.send(message)
                await peer.recv()
            before = resident()
            for _ in range(100):
                await peer.send(message)
                await peer.recv()
            assert resident() - before < 25  # all of them are 95 MB


@e2e
@pytest.mark.parametrize(
    ("end", "settlement"),
    [
        ("client closes", Settlement.COMPLETE),
        ("client aborts", Settlement.ABORTED_BY_CLIENT),
        ("service closes", Settlement.COMPLETE),
        ("service fails", Settlement.ABORTED_BY_UPSTREAM),
        ("service aborts", Settlement.ABORTED_BY_UPSTREAM),
    ],
)
async def test_a_session_says_how_it_ended(start: Start, end: str, settlement: Settlement) -> None:
    async with service() as upstream:
        gate = start(endpoint=f"http://127.0.0.1:{upstream.port}")
        request = str(uuid.uuid4())
        async with session(gate, request) as peer:
            await play(peer, created(1))
            match end:
                case "client closes":
                    await peer.close()
                case "client aborts":
                    peer.transport.abort()
                case "service closes":
                    await peer.send('{"close": 1000}')
                case "service fails":
                    await peer.send('{"close": 1011}')
                case "service aborts":
                    await peer.send('{"abort": true}')
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await peer.recv()
        (last,) = await gate.records_of(request, 1)
    assert (last.settlement, last.usage_detail) == (settlement, "response_unfinished")


@e2e
async def test_a_refused_upgrade_leaves_an_ordinary_record(start: Start) -> None:
    async def refuse(peer: ServerConnection, _: object) -> Any:
        return peer.respond(401, '{"error": {"code": "401"}}')

    async with service(process_request=refuse) as upstream:
        gate = start(endpoint=f"http://127.0.0.1:{upstream.port}")
        request = str(uuid.uuid4())
        with pytest.raises(InvalidStatus) as caught:
            async with session(gate, request):
                pass
        assert caught.value.response.status_code == 401
        (record,) = await gate.records_of(request, 1)
    assert (record.settlement, record.status, record.operation_name) == (Settlement.REFUSED, 401, "realtime")


@e2e
async def test_another_model_is_refused(start: Start) -> None:
    async with service() as upstream:
        gate = start(endpoint=f"http://127.0.0.1:{upstream.port}")
        for path in (
            "/b/{backend}/-/openai/realtime?deployment=other",
            "/b/{backend}/-/openai/realtime",
            "/b/{backend}/-/openai/realtime?deployment={model}&deployment={model}",
            "/b/{backend}/-/openai/realtime?deployment={model};deployment=gpt-4",
            "/b/{backend}/-/openai/realtime?deployment={model}&Model=gpt-4",
            "/b/{backend}/-/openai/v1/realtime?deployment={model}",
            "/b/{backend}/-/openai/v1/realtime?m%6fdel={model}",
            "/b/gw-embed/-/openai/v1/realtime?model={model}",
        ):
            with pytest.raises(InvalidStatus) as caught:
                async with session(gate, str(uuid.uuid4()), path):
                    pass
            body = json.loads(caught.value.response.body)
            assert (caught.value.response.status_code, body["error"]["code"]) == (400, "model-mismatch"), path
        assert upstream.paths == []


@e2e
async def test_a_session_without_proof_is_refused(start: Start) -> None:
    async with service() as upstream:
        gate = start(endpoint=f"http://127.0.0.1:{upstream.port}")
        uri = f"ws://127.0.0.1:{gate.port}{V1.format(backend=BACKEND, model='chat')}"
        with pytest.raises(InvalidStatus) as caught:
            await connect(uri, proxy=None)
        assert caught.value.response.status_code == 530
        assert upstream.paths == []


@e2e
async def test_what_was_counted_before_a_kill_stays(start: Start) -> None:
    async with service() as upstream:
        gate = start(endpoint=f"http://127.0.0.1:{upstream.port}")
        request = str(uuid.uuid4())
        async with session(gate, request) as peer:
            await play(peer, created(1), done(1))
            await gate.records_of(request, 1)
            gate.process.kill()
            with pytest.raises(ConnectionClosed):
                await peer.recv()
        gate.process.wait()
        again = start(endpoint=f"http://127.0.0.1:{upstream.port}", ledger=gate.ledger)
        first, last = await again.records_of(request, 2)
    assert (first.usage.total_tokens, last.settlement) == (253, Settlement.CRASHED)


@e2e
async def test_a_shutdown_settles_open_sessions(start: Start) -> None:
    async with service() as upstream:
        gate = start("--drain-seconds", "1", endpoint=f"http://127.0.0.1:{upstream.port}")
        request = str(uuid.uuid4())
        async with session(gate, request) as peer:
            await play(peer, created(1), done(1))
            assert await asyncio.to_thread(gate.stop) == 0
            with pytest.raises(ConnectionClosed):
                await peer.recv()
        first, last = await gate.records_of(request, 2)
    assert (first.usage.total_tokens, last.error_type, last.usage_detail) == (
        253,
        "shutdown",
        "counted_apart",
    )


def target(text: str) -> Target:
    found = parse(b"/b/gw-a/-" + text.encode())
    assert found is not None
    return found


def test_only_the_model_of_the_query_is_replaced() -> None:
    one = target("/openai/realtime?api-version=v&deployment=chat&intent=x=y&&flag")
    assert realtime.model_in(one) == "chat"
    assert realtime.for_deployment(one, "d-1") == (
        "/openai/realtime?api-version=v&deployment=d-1&intent=x=y&&flag"
    )


@pytest.mark.parametrize(
    ("method", "path", "upgrades", "asks"),
    [
        ("GET", "/openai/v1/realtime?model=chat", ["WebSocket"], True),
        ("GET", "/v1/realtime?model=chat", ["websocket"], True),
        ("POST", "/openai/v1/realtime?model=chat", ["websocket"], False),
        ("GET", "/openai/v1/realtime?model=chat", ["h2c"], False),
        ("GET", "/openai/v1/realtime?model=chat", ["websocket", "h2c"], False),
        ("GET", "/openai/v1/realtime?model=chat", [], False),
        ("GET", "/openai/v1/chat/completions", ["websocket"], False),
        ("GET", "/models/realtime?model=chat", ["websocket"], False),
    ],
)
def test_which_upgrades_are_taken(method: str, path: str, upgrades: list[str], asks: bool) -> None:
    assert realtime.asks(method, target(path), upgrades) is asks
