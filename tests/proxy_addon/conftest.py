"""The real process between a scripted raw-socket upstream and raw-socket clients."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import os
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

with warnings.catch_warnings():
    # mitmproxy's own dependencies warn while they are imported.
    warnings.simplefilter("ignore")
    import mitmproxy.master  # noqa: F401

from gatewright.metering.record import UsageRecord

SECRET = "a-shared-secret-of-the-gateway"
OLD_SECRET = "the-secret-before-the-rotation"
BACKEND = "gw-sweden-gpt-41-ptu"


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


@dataclass
class Got:
    """What a client saw."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    whole: bool = False
    raw: bytes = b""

    @property
    def error(self) -> dict[str, str]:
        value: dict[str, str] = json.loads(self.body)["error"]
        return value


async def read_answer(reader: asyncio.StreamReader, got: Got, stop_at: int | None = None) -> Got:
    """Reads one answer; stops early once `stop_at` bytes of body have come."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, OSError):
        return got
    got.raw = head
    line, *rest = head.decode().rstrip("\r\n").split("\r\n")
    got.status = int(line.split(" ")[1])
    got.headers = {name.lower(): value.strip() for name, _, value in (r.partition(":") for r in rest)}
    try:
        if "chunked" in got.headers.get("transfer-encoding", ""):
            while True:
                size = int((await reader.readuntil(b"\r\n")).strip(), 16)
                data = await reader.readexactly(size + 2)
                got.body += data[:-2]
                if size == 0:
                    got.whole = True
                    return got
                if stop_at is not None and len(got.body) >= stop_at:
                    return got
        length = int(got.headers["content-length"]) if "content-length" in got.headers else None
        while length is None or len(got.body) < length:
            data = await reader.read(4096)
            if not data:
                got.whole = length is None
                return got
            got.body += data
            if stop_at is not None and len(got.body) >= stop_at:
                return got
        got.whole = True
    except (asyncio.IncompleteReadError, OSError):
        pass
    return got


async def closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


class Gate:
    """Sends what the gateway would send, and reads the ledger."""

    def __init__(self, url: str, ledger: Path, process: subprocess.Popen[bytes], log: Path) -> None:
        self.port = int(url.rpartition(":")[2])
        self.ledger = ledger
        self.process = process
        self.log = log

    def head(self, request: str, **changes: Any) -> list[tuple[str, str]]:  # noqa: ANN401
        own = {
            "x-gatewright-tenant": changes.get("tenant", "retail-search"),
            "x-gatewright-subscription": "gw-retail-search",
            "x-gatewright-request-id": request,
            "x-gatewright-model": changes.get("model", "chat"),
            "x-gatewright-proof": changes.get("proof", SECRET),
            "x-local-exchange": request,
            "x-script": json.dumps(changes.get("script", {})),
            "content-type": "application/json",
            "authorization": "Bearer token-of-the-managed-identity",
        }
        return [(name, value) for name, value in own.items() if value is not None]

    async def send(self, target: str | None = None, body: bytes | None = None, **changes: Any) -> Got:  # noqa: ANN401
        """One exchange on its own connection; see `Gate.head` for the changes."""
        request = changes.pop("request", None) or str(uuid.uuid4())
        headers = changes.get("headers") or self.head(request, **changes)
        headers = [*headers, *changes.get("more", [])]
        if body is None:
            body = json.dumps({"stream": changes.get("stream", False), "messages": []}).encode()
        target = target or f"/b/{BACKEND}/-/openai/deployments/chat/chat/completions?api-version=2025-01-01"
        lines = [f"{changes.get('method', 'POST')} {target} HTTP/{changes.get('http', '1.1')}", "host: proxy"]
        lines += [f"{name}: {value}" for name, value in headers]
        raw = "\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode("latin-1") + body
        return await self.raw(raw, changes.get("stop_at"), changes.get("reset", False))

    async def raw(self, raw: bytes, stop_at: int | None = None, reset: bool = False) -> Got:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**24)
        writer.write(raw)
        got = Got()
        try:
            await writer.drain()
            if stop_at != 0:
                await asyncio.wait_for(read_answer(reader, got, stop_at), 20)
        except ConnectionError:
            pass
        finally:
            if reset:
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            await closed(writer)
        return got

    def records(self) -> list[UsageRecord]:
        return [UsageRecord.read(line) for line in self.ledger.read_text().splitlines()]

    async def record(self, request: str) -> UsageRecord:
        """The one record of a request; waits for it."""
        for _ in range(2000):  # the first estimate of a process loads a vocabulary
            found = [record for record in self.records() if record.request_id == request]
            if found:
                assert len(found) == 1
                return found[0]
            await asyncio.sleep(0.01)
        raise AssertionError(f"no record: {self.log.read_text()}")

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


Start = Callable[..., Gate]


def _routes(folder: Path, endpoint: str, **more: Any) -> Path:  # noqa: ANN401
    route = {"endpoint": endpoint, "region": "swedencentral", "provider": "azure.ai.openai"}
    routes = {
        BACKEND: {**route, "deployment": "gpt-41-ptu", "model": "gpt-4.1", "models": ["chat"]},
        "gw-embed": {**route, "deployment": "embed-3", "models": ["embeddings"]},
        "gw-dead": {**route, "endpoint": "http://127.0.0.1:1", "deployment": "gpt-41", "models": ["chat"]},
    }
    tenants = {"visible-one": {"streamUsage": "visible"}, "off-one": {"streamUsage": "off"}}
    file = folder / "routes.json"
    whole = {"version": 1, "routes": routes, "allowedHostSuffixes": [".openai.azure.com"], "tenants": tenants}
    file.write_text(json.dumps(whole | more))
    return file


def spawn(folder: Path, endpoint: str, *flags: str, ledger: Path | None = None) -> subprocess.Popen[bytes]:
    """Starts a process; `launch` also waits until it accepts."""
    (folder / "proof").write_text(SECRET + "\n")
    (folder / "proof2").write_text(OLD_SECRET)
    ledger = ledger or folder / "ledger.jsonl"
    command = [
        sys.executable,
        "-m",
        "proxy_addon",
        "--listen",
        "127.0.0.1:0",
        "--allow-loopback",
        "--ready-json",
    ]
    command += ["--routes", str(_routes(folder, endpoint)), "--ledger", str(ledger)]
    if not any(flag.startswith("--proof-") for flag in flags):
        command += ["--proof-file", str(folder / "proof"), "--proof-file", str(folder / "proof2")]
    command += flags
    env = {name: value for name, value in os.environ.items() if not name.startswith("GATEWRIGHT_PROXY_")}
    with (folder / "log").open("wb") as stream:
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stream, env=env)


def launch(folder: Path, endpoint: str, *flags: str, ledger: Path | None = None) -> Gate:
    process = spawn(folder, endpoint, *flags, ledger=ledger)
    log, ledger = folder / "log", ledger or folder / "ledger.jsonl"
    assert process.stdout is not None
    line = process.stdout.readline()
    process.stdout.close()
    assert line, log.read_text()
    return Gate(json.loads(line)["proxy"], ledger, process, log)


@pytest.fixture(scope="session")
def upstream() -> Iterator[Upstream]:
    up = Upstream()
    yield up
    up.close()


@pytest.fixture(scope="session")
def gate(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    """One process for all tests that do not stop or starve it."""
    folder = tmp_path_factory.mktemp("proxy")
    running = launch(folder, f"http://127.0.0.1:{upstream.port}", "--body-limit", "1m")
    yield running
    assert running.stop() == 0, running.log.read_text()
    text = running.log.read_text()
    assert " error " not in text, text
    assert SECRET not in text
    assert "token-of-the-managed-identity" not in text


@pytest.fixture
def start(upstream: Upstream, tmp_path: Path) -> Iterator[Start]:
    """Starts a process of one's own."""
    running: list[Gate] = []

    def run(*flags: str, endpoint: str | None = None, ledger: Path | None = None) -> Gate:
        one = launch(tmp_path, endpoint or f"http://127.0.0.1:{upstream.port}", *flags, ledger=ledger)
        running.append(one)
        return one

    yield run
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
        one.process.wait(10)


@pytest.fixture
def wait() -> Callable[[Callable[[], bool]], None]:
    def until(condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < end, "it did not come true within 10 s"
            time.sleep(0.01)

    return until


class Helpers:
    """Module-level names of this file, for tests that cannot import it."""

    BACKEND = BACKEND
    SECRET = SECRET
    OLD_SECRET = OLD_SECRET
    sse = staticmethod(sse)
    tokens = staticmethod(tokens)
    document = staticmethod(document)
    embeddings = staticmethod(embeddings)
    Upstream = Upstream

    closed = staticmethod(closed)
    launch = staticmethod(launch)

    @staticmethod
    async def read_answer(reader: asyncio.StreamReader) -> Got:
        return await read_answer(reader, Got())


@pytest.fixture(scope="session")
def helpers() -> type[Helpers]:
    return Helpers
