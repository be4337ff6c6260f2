from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from gatewright.diagnostics import Rejected
from gatewright.harness.clock import ManualClock
from gatewright.harness.recorder import Recorder, RecorderOptions
from gatewright.harness.upstreams.wire import read_body
from gatewright.recordings import Exchange, read_har, write_har
from gatewright.recordings.codes import CANNOT_WRITE

KEYS = {"local-retail-key": "retail"}


def answering(clock: ManualClock, *parts: bytes, kind: bytes = b"text/event-stream") -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await read_body(receive)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        for part in parts:
            clock.advance(0.25)
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return app


async def drive(recorder: Recorder, headers: Mapping[str, str] | None = None, times: int = 1) -> None:
    transport = httpx.ASGITransport(app=recorder)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
        for _ in range(times):
            await client.post("/openai/v1/chat/completions?a=b", content=b'{"x":1}', headers=headers)
    await recorder.aclose()


async def test_exchange_is_recorded_with_times_and_tenant_and_without_key(tmp_path: Path) -> None:
    clock, path = ManualClock(), tmp_path / "out.har"
    recorder = Recorder(
        answering(clock, b"data: 1\n\n", b"data: 2\n\n"), RecorderOptions(path), "api-key", KEYS, clock
    )
    await drive(recorder, {"api-key": "local-retail-key", "x-local-exchange": "x7"})
    [exchange] = read_har(path)
    assert exchange.tenant == "retail"
    assert exchange.request_body == b'{"x":1}'
    assert exchange.chunks == ((250.0, b"data: 1\n\n"), (500.0, b"data: 2\n\n"))
    assert exchange.response_body == b"data: 1\n\ndata: 2\n\n"
    assert exchange.url == "http://127.0.0.1:8080/openai/v1/chat/completions?a=b"
    text = path.read_text()
    assert "local-retail-key" not in text
    assert "x-local-exchange" not in text


async def test_key_that_nobody_has_leaves_the_tenant_open(tmp_path: Path) -> None:
    clock, path = ManualClock(), tmp_path / "out.har"
    recorder = Recorder(
        answering(clock, b"{}", kind=b"application/json"), RecorderOptions(path), "api-key", KEYS, clock
    )
    await drive(recorder, {"api-key": "wrong"})
    [exchange] = read_har(path)
    assert exchange.tenant is None
    assert exchange.chunks == ()


@pytest.mark.parametrize("limit", [{"most_exchanges": 2}, {"most_bytes": 1100}])
async def test_full_recording_counts_what_it_leaves_out(tmp_path: Path, limit: dict[str, Any]) -> None:
    clock, path = ManualClock(), tmp_path / "out.har"
    recorder = Recorder(answering(clock, b"x"), RecorderOptions(path, **limit), "api-key", KEYS, clock)
    await drive(recorder, times=5)
    assert (recorder.recorded, recorder.dropped) == (2, 3)
    assert len(read_har(path)) == 2


async def test_exchange_that_did_not_end_is_left_out(tmp_path: Path) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        raise ConnectionResetError("gone")

    recorder = Recorder(broken, RecorderOptions(tmp_path / "out.har"), "api-key", KEYS, ManualClock())
    with pytest.raises(ConnectionResetError):
        await drive(recorder)
    await recorder.aclose()
    assert (recorder.recorded, recorder.dropped) == (0, 1)


async def test_host_is_replaced_where_asked(tmp_path: Path) -> None:
    clock, path = ManualClock(), tmp_path / "out.har"
    options = RecorderOptions(path, host="gateway.example.org", comment="sample")
    await drive(Recorder(answering(clock, b"x"), options, "api-key", KEYS, clock))
    assert "127.0.0.1" not in path.read_text()
    assert read_har(path)[0].url.startswith("http://gateway.example.org/")


async def test_prompts_are_hashed_where_asked(tmp_path: Path) -> None:
    clock, path = ManualClock(), tmp_path / "out.har"
    app = answering(clock, b'data: {"content":"words"}\n\n')
    await drive(Recorder(app, RecorderOptions(path, prompt_key=b"k" * 32), "api-key", KEYS, clock))
    assert "words" not in path.read_text()
    assert read_har(path)[0].hashed


async def test_a_disk_that_fails_for_a_while_costs_nothing(tmp_path: Path) -> None:
    clock, path, tries = ManualClock(), tmp_path / "out.har", list[int]()

    def write(exchanges: Sequence[Exchange], path: Path, comment: str) -> None:
        tries.append(len(exchanges))
        if len(tries) < 3:
            raise Rejected([CANNOT_WRITE.at(None, "no space")])
        write_har(exchanges, path, comment=comment)

    options = RecorderOptions(path, write=write, every_seconds=0.01)
    recorder = Recorder(answering(clock, b"x"), options, "api-key", KEYS, clock)
    transport = httpx.ASGITransport(app=recorder)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        await client.post("/openai/v1/chat/completions")
        while len(tries) < 3:
            await asyncio.sleep(0.01)
    await recorder.aclose()
    assert len(read_har(path)) == 1


async def test_a_disk_that_fails_to_the_end_is_told(tmp_path: Path) -> None:
    clock = ManualClock()
    options = RecorderOptions(tmp_path / "none" / "out.har", every_seconds=0.001)
    recorder = Recorder(answering(clock, b"x"), options, "api-key", KEYS, clock)
    with pytest.raises(Rejected):
        await drive(recorder)
