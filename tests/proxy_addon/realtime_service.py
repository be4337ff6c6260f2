"""A service of realtime sessions and its clients: events that are played on demand, over real WebSockets."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve

from tests.proxy_addon.gate import Gate

AZURE = "/b/{backend}/-/openai/realtime?api-version=2025-04-01-preview&deployment={model}"
V1 = "/b/{backend}/-/openai/v1/realtime?model={model}"
BACKEND = "gw-sweden-gpt-41-ptu"
SESSION = {
    "type": "session.created",
    "session": {"model": "gpt-realtime", "audio": {"input": {"transcription": {"model": "whisper-1"}}}},
}
USAGE = {
    "total_tokens": 253,
    "input_tokens": 132,
    "output_tokens": 121,
    "input_token_details": {"text_tokens": 119, "audio_tokens": 13, "cached_tokens": 64},
    "output_token_details": {"text_tokens": 30, "audio_tokens": 91},
}
TRANSCRIBED = {
    "type": "conversation.item.input_audio_transcription.completed",
    "item_id": "item_1",
    "usage": {"type": "tokens", "input_tokens": 14, "output_tokens": 3, "total_tokens": 17},
}


def created(number: int) -> dict[str, Any]:
    return {"type": "response.created", "response": {"id": f"resp_{number}", "status": "in_progress"}}


def done(number: int) -> dict[str, Any]:
    return {"type": "response.done", "response": {"id": f"resp_{number}", "usage": USAGE}}


@dataclass
class Service:
    """Echoes what it gets, but for `{"play": [...]}`, whose events it sends, and `{"close": code}`."""

    port: int = 0
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    got: list[str | bytes] = field(default_factory=list)

    async def session(self, peer: ServerConnection) -> None:
        assert peer.request is not None
        self.paths.append(peer.request.path)
        self.headers.append({name.lower(): value for name, value in peer.request.headers.raw_items()})
        await peer.send(json.dumps(SESSION))
        async for message in peer:
            self.got.append(message)
            command = isinstance(message, str) and message.startswith(('{"play"', '{"close"', '{"abort"'))
            asked = json.loads(message) if command else {}
            for event in asked.get("play", ()):
                await peer.send(json.dumps(event))
            if "close" in asked:
                await peer.close(asked["close"])
            elif "abort" in asked:
                peer.transport.abort()
            elif "play" not in asked:
                await peer.send(message)


@asynccontextmanager
async def service(**options: Any) -> AsyncIterator[Service]:
    one = Service()
    async with serve(one.session, "127.0.0.1", 0, **options) as server:
        one.port = next(iter(server.sockets)).getsockname()[1]
        yield one


@asynccontextmanager
async def session(
    gate: Gate,
    request: str,
    target: str = AZURE,
    **options: Any,
) -> AsyncIterator[ClientConnection]:
    own = [(name, value) for name, value in gate.head(request) if name not in ("content-type", "x-script")]
    path = target.format(backend=BACKEND, model="chat")
    uri = f"ws://127.0.0.1:{gate.port}{path}"
    async with connect(uri, additional_headers=own, proxy=None, **options) as peer:
        assert json.loads(await peer.recv()) == SESSION
        yield peer


async def play(peer: ClientConnection, *events: dict[str, Any]) -> None:
    await peer.send(json.dumps({"play": events}))
    for event in events:
        assert json.loads(await peer.recv()) == event
