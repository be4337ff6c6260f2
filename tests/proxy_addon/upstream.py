"""A scripted upstream on raw sockets, and what it answers."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import ssl
import struct
import threading
from dataclasses import dataclass
from typing import Any


def sse(number: int, usage: bool, words: int = 0) -> bytes:
    """An Azure OpenAI stream: content filter first, `usage` in every chunk only where it was asked for."""
    null = b',"usage":null' if usage else b""
    head = b'{"id":"chatcmpl-%d","object":"chat.completion.chunk","created":1,"model":"gpt-4.1",' % number
    chunks = [
        b'{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[]' + null + b"}"
    ]
    for word in range(words or 3 + number % 5):
        text = f'tök\\u00e9n \\"usage\\":null {word}'.encode()
        chunks.append(head + b'"choices":[{"index":0,"delta":{"content":"' + text + b'"}}]' + null + b"}")
    chunks.append(head + b'"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]' + null + b"}")
    if usage:
        chunks.append(head + b'"choices":[],"usage":' + json.dumps(tokens(number)).encode() + b"}")
    return b"".join(b"data: " + chunk + b"\n\n" for chunk in [*chunks, b"[DONE]"])


def tokens(number: int) -> dict[str, Any]:
    return {
        "prompt_tokens": 100 + number,
        "completion_tokens": 10 + number,
        "total_tokens": 110 + 2 * number,
        "prompt_tokens_details": {"cached_tokens": number},
    }


def document(number: int) -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
    body = {"id": f"chatcmpl-{number}", "model": "gpt-4.1", "choices": [choice], "usage": tokens(number)}
    return json.dumps(body).encode()


def embeddings(number: int) -> bytes:
    data = [{"object": "embedding", "index": 0, "embedding": [0.25] * 4000}]
    usage = {"prompt_tokens": number, "total_tokens": number}
    return json.dumps({"object": "list", "data": data, "model": "ada", "usage": usage}).encode()


@dataclass
class Seen:
    """A request as the upstream got it."""

    line: str
    headers: list[tuple[str, str]]
    body: bytes


class Upstream:
    """Answers as the request's `x-script` header says: JSON with `do`, `n`, `cut` and so on."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.seen: list[Seen] = []
        self.loop = asyncio.new_event_loop()
        self.writers: list[asyncio.StreamWriter] = []
        self.port = 0
        self.context = context
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.context, backlog=1000)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self.loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        for writer in self.writers:
            writer.transport.abort()
        self.loop.run_until_complete(asyncio.sleep(0.05))
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)

    def by_id(self, request: str) -> list[Seen]:
        return [seen for seen in self.seen if ("x-local-exchange", request) in seen.headers]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        try:
            while await self._one(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        line, *rest = head.rstrip("\r\n").split("\r\n")
        headers = [(name.lower(), value.strip()) for name, _, value in (r.partition(":") for r in rest)]
        length = next((int(value) for name, value in headers if name == "content-length"), 0)
        seen = Seen(line, headers, await reader.readexactly(length))
        self.seen.append(seen)
        script = json.loads(next((value for name, value in headers if name == "x-script"), "{}"))
        return await self._answer(script, seen, writer)

    async def _answer(self, script: dict[str, Any], seen: Seen, writer: asyncio.StreamWriter) -> bool:
        do, number = script.get("do", "json"), script.get("n", 1)
        if do == "close-at-once":
            return False
        if do == "hang":
            await asyncio.sleep(60)
            return False
        if do == "raw":
            writer.write(script["bytes"].encode("latin-1"))
            await writer.drain()
            return False
        if do in ("json", "embeddings", "429", "500", "redirect", "huge", "gzip", "fault"):
            return await self._whole(do, number, writer)
        usage = b'"include_usage":true' in seen.body
        body = script["body"].encode() if "body" in script else sse(number, usage, script.get("words", 0))
        return await self._stream(do, body, script, writer)

    async def _whole(self, do: str, number: int, writer: asyncio.StreamWriter) -> bool:
        error = b'{"error":{"code":"429","message":"Rate limit"}}'
        status, extra, body = {
            "json": (b"200 OK", b"", document(number)),
            "fault": (b"200 OK", b"x-gatewright-fault: spoofed\r\n", document(number)),
            "embeddings": (b"200 OK", b"", embeddings(number)),
            "gzip": (b"200 OK", b"content-encoding: gzip\r\n", gzip.compress(document(number))),
            "429": (b"429 Too Many Requests", b"retry-after: 7\r\n", error),
            "500": (b"500 Internal Server Error", b"", b"oops"),
            "redirect": (b"307 Temporary Redirect", b"location: https://evil.example/\r\n", b""),
            "huge": (b"200 OK", b"", b"[" + b"0," * 3_000_000 + b"0]"),
        }[do]
        head = b"HTTP/1.1 %s\r\ncontent-type: application/json\r\n%s" % (status, extra)
        writer.write(head + b"content-length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        return True

    async def _stream(
        self, do: str, body: bytes, script: dict[str, Any], writer: asyncio.StreamWriter
    ) -> bool:
        framing = {"length": b"content-length: %d\r\n" % len(body), "close": b""}.get(do)
        if framing is None:
            framing = b"transfer-encoding: chunked\r\n"
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n" + framing + b"\r\n")
        chunked = do not in ("length", "close")
        sent = body[: script.get("cut", len(body))]
        step = script.get("step", 64)
        for at in range(0, len(sent), step):
            part = sent[at : at + step]
            writer.write(b"%x\r\n%s\r\n" % (len(part), part) if chunked else part)
            await writer.drain()
            await asyncio.sleep(script.get("pause", 0))
        if do == "stall":
            await asyncio.sleep(60)
        if do == "rst":
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        if do == "chunked":
            writer.write(b"0\r\n\r\n")
            await writer.drain()
        return do in ("chunked", "length") and len(sent) == len(body)
