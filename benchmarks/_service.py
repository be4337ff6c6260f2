"""A sample upstream on loopback: fixed answers in the shapes of Azure OpenAI, streams paced by a timer.

`python -m benchmarks._service PORT`. The deployment in the path says what comes: `chat`, `embeddings`, or
`events-<number>-<milliseconds>` for a stream. Every event of a stream carries the time at which it was sent.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import Iterator

_DEPLOYMENT = re.compile(rb"/deployments/([a-z]+)(?:-(\d+)-(\d+))?/")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_STAMP = b"0" * 19
_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\napim-request-id: sample\r\nx-ms-region: West Europe\r\n"
    b"%s\r\n\r\n"
)
_SAFE = {
    name: {"filtered": False, "severity": "safe"} for name in ("hate", "self_harm", "sexual", "violence")
}


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def chat() -> bytes:
    """A chat completion of 1.3 KB."""
    text = "Usage is counted where the answer passes, and nowhere else. " * 5
    message = {"content": text, "refusal": None, "role": "assistant"}
    choice = {"content_filter_results": _SAFE, "finish_reason": "stop", "index": 0, "message": message}
    usage = {
        "completion_tokens": 60,
        "completion_tokens_details": {"audio_tokens": 0, "reasoning_tokens": 0},
        "prompt_tokens": 211,
        "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 0},
        "total_tokens": 271,
    }
    return _json(
        {
            "choices": [choice],
            "created": 1700000000,
            "id": "chatcmpl-sample",
            "model": "gpt-4o-2024-08-06",
            "object": "chat.completion",
            "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": _SAFE}],
            "usage": usage,
        }
    )


def embeddings() -> bytes:
    """Three embeddings, 67 KB."""
    vector = [(number * 2654435761 % 2**31) / 2**31 for number in range(1536)]
    numbers = b",".join(b"%.12f" % number for number in vector)
    items = b",".join(b'{"object":"embedding","index":%d,"embedding":[%b]}' % (i, numbers) for i in range(3))
    end = b'"model":"text-embedding-3-small","usage":{"prompt_tokens":42,"total_tokens":42}}'
    return b'{"object":"list","data":[%b],%b' % (items, end)


def events(number: int, *, usage: bool) -> list[bytes]:
    """The events of a stream, with a place for the time in each that has text."""
    null = b',"usage":null' if usage else b""
    tail = b'"created":1700000000,"id":"chatcmpl-sample","model":"gpt-4o","object":"chat.completion.chunk"'
    text = b'data: {"choices":[{"delta":{"content":" @@%b:%05d"},"finish_reason":null,"index":0}],%b%b}\n\n'
    out = [text % (_STAMP, index, tail, null) for index in range(number)]
    end = b'data: {"choices":[{"delta":{},"finish_reason":"stop","index":0}],%b%b}\n\n'
    out.append(end % (tail, null))
    if usage:
        counts = b'{"completion_tokens":%d,"prompt_tokens":211,"total_tokens":%d}' % (number, number + 211)
        out.append(b'data: {"choices":[],%b,"usage":%b}\n\n' % (tail, counts))
    out.append(b"data: [DONE]\n\n")
    return out


class _Connection(asyncio.Protocol):
    def __init__(self, bodies: dict[bytes, bytes]) -> None:
        self.bodies = bodies
        self.buffer = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        length = _LENGTH.search(self.buffer, 0, end) if end >= 0 else None
        if end < 0 or len(self.buffer) < end + 4 + (int(length[1]) if length else 0):
            return
        request, self.buffer = self.buffer, b""
        found = _DEPLOYMENT.search(request, 0, end)
        kind = found[1] if found else b""
        if found and kind == b"events":
            self.stream(int(found[2]), int(found[3]) / 1000, usage=b'"include_usage":true' in request)
        else:
            body = self.bodies.get(kind, b"{}")
            self.write(_HEAD % (b"application/json", b"Content-Length: %d" % len(body)) + body)

    def stream(self, number: int, period: float, *, usage: bool) -> None:
        self.write(_HEAD % (b"text/event-stream", b"Transfer-Encoding: chunked"))
        loop = asyncio.get_running_loop()
        self.step(iter(events(number, usage=usage)), loop, loop.time(), period)

    def step(self, rest: Iterator[bytes], loop: asyncio.AbstractEventLoop, due: float, period: float) -> None:
        event = next(rest, None)
        if event is None:
            self.write(b"0\r\n\r\n")
            return
        event = event.replace(_STAMP, b"%019d" % time.monotonic_ns(), 1)
        self.write(b"%x\r\n%b\r\n" % (len(event), event))
        if self.transport is not None:
            loop.call_at(due + period, self.step, rest, loop, due + period, period)

    def write(self, data: bytes) -> None:
        if self.transport is not None:
            self.transport.write(data)


async def _serve(port: int) -> None:
    bodies = {b"chat": chat(), b"embeddings": embeddings()}
    server = await asyncio.get_running_loop().create_server(
        lambda: _Connection(bodies), "127.0.0.1", port, backlog=2048
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
