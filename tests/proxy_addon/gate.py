"""The real process and its raw-socket clients: what the gateway would send, and the ledger."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gatewright.harness.proxyprocess import LOCAL_PROXY
from gatewright.metering.record import UsageRecord

SECRET = "a-shared-secret-of-the-gateway"
OLD_SECRET = "the-secret-before-the-rotation"
BACKEND = "gw-sweden-gpt-41-ptu"


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

    def head(self, request: str, **changes: Any) -> list[tuple[str, str]]:
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

    async def send(self, target: str | None = None, body: bytes | None = None, **changes: Any) -> Got:
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
        (found,) = await self.records_of(request, 1)
        return found

    async def records_of(self, request: str, count: int) -> list[UsageRecord]:
        """The records of a request; waits until there are so many."""
        for _ in range(2000):  # the first estimate of a process loads a vocabulary
            found = [record for record in self.records() if record.request_id == request]
            if len(found) >= count:
                assert len(found) == count
                return found
            await asyncio.sleep(0.01)
        raise AssertionError(f"{len(found)} of {count} records: {self.log.read_text()}")

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


Start = Callable[..., Gate]


def _routes(folder: Path, endpoint: str, **more: Any) -> Path:
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
    command = [*LOCAL_PROXY, "--routes", str(_routes(folder, endpoint)), "--ledger", str(ledger)]
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
