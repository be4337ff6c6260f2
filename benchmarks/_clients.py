"""Clients in a closed loop: so many connections, each sends its next request when the answer is whole.

`python -m benchmarks._clients` reads one JSON object from stdin (`Load`), prints `begin` and `end` around the
measured window and then one JSON object: what was received, how late, and how many answers were wrong.
"""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import sys
import time
from dataclasses import dataclass, field

from benchmarks import _service

_MARK = re.compile(rb"@@(\d{19}):(\d{5})")
_CHUNK = re.compile(rb"([0-9a-f]+)\r\n", re.IGNORECASE)


@dataclass
class Load:
    """One workload against one target."""

    port: int
    path: str
    body: str
    headers: dict[str, str]
    kind: str
    connections: int
    events: int = 0
    warm: float = 1.0
    seconds: float = 3.0
    ramp: float = 0.0
    exact: bool = True


@dataclass
class Seen:
    """What the clients have seen inside the window."""

    units: int = 0
    bad: int = 0
    delays: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    open: bool = False


class _Client(asyncio.Protocol):
    def __init__(self, load: Load, request: bytes, wanted: bytes, seen: Seen) -> None:
        self.load, self.request, self.wanted, self.seen = load, request, wanted, seen
        self.transport: asyncio.Transport | None = None
        self.begin()

    def begin(self) -> None:
        self.buffer, self.body, self.length = b"", b"", -2  # -2: head not read, -1: chunked
        self.sent = time.monotonic_ns()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.sent = time.monotonic_ns()
        transport.write(self.request)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.seen.open and self.transport is not None:
            self.seen.bad += 1

    def data_received(self, data: bytes) -> None:
        now = time.monotonic_ns()
        self.buffer += data
        if self.length == -2 and not self.head(now):
            return
        fresh, whole = self.chunks() if self.length == -1 else self.plain()
        if self.load.events and self.seen.open:
            for stamp, _ in _MARK.findall(fresh):
                self.seen.units += 1
                self.seen.delays.append((now - int(stamp)) / 1e6)
        if whole:
            self.finish()

    def head(self, now: int) -> bool:
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        head, self.buffer = self.buffer[:end].lower(), self.buffer[end + 4 :]
        self.good = head.startswith(b"http/1.1 200")
        length = re.search(rb"\r\ncontent-length: *(\d+)", head)
        self.length = int(length[1]) if length else -1
        if self.seen.open:
            self.seen.first.append((now - self.sent) / 1e6)
        return True

    def plain(self) -> tuple[bytes, bool]:
        self.body += self.buffer
        self.buffer = b""
        return self.body, len(self.body) >= self.length

    def chunks(self) -> tuple[bytes, bool]:
        """The new bytes of a chunked body, and whether it is whole."""
        fresh: list[bytes] = []
        at, whole = 0, False
        while (size := _CHUNK.match(self.buffer, at)) is not None:
            begin, length = size.end(), int(size[1], 16)
            if len(self.buffer) < begin + length + 2:
                break
            fresh.append(self.buffer[begin : begin + length])
            at, whole = begin + length + 2, length == 0
        self.buffer = self.buffer[at:]
        new = b"".join(fresh)
        self.body += new
        return new, whole

    def finish(self) -> None:
        body = _MARK.sub(rb"@@0000000000000000000:\2", self.body) if self.load.events else self.body
        right = self.good and (body == self.wanted or (not self.load.exact and self.resembles(body)))
        if self.seen.open:
            self.seen.bad += not right
            self.seen.units += right and not self.load.events
        self.begin()
        if self.transport is not None:
            self.transport.write(self.request)

    def resembles(self, body: bytes) -> bool:
        """For targets that write JSON anew: as many events, in order; or an answer with usage."""
        if not self.load.events:
            return b"usage" in body
        return [int(number) for _, number in _MARK.findall(body)] == list(range(self.load.events))


def _wanted(load: Load) -> bytes:
    if load.events:
        return b"".join(_service.events(load.events, usage=False))
    return _service.chat() if load.kind == "chat" else _service.embeddings()


def _request(load: Load) -> bytes:
    headers = {"Host": f"127.0.0.1:{load.port}", "api-key": "sample-key", "Content-Type": "application/json"}
    headers |= load.headers | {"Content-Length": str(len(load.body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {load.path} HTTP/1.1\r\n{lines}\r\n{load.body}".encode()


async def _run(load: Load) -> dict[str, float]:
    loop, seen = asyncio.get_running_loop(), Seen()
    request, wanted = _request(load), _wanted(load)
    for _ in range(load.connections):
        await loop.create_connection(lambda: _Client(load, request, wanted, seen), "127.0.0.1", load.port)
        await asyncio.sleep(load.ramp / load.connections)
    await asyncio.sleep(load.warm)
    seen.open = True
    print("begin", flush=True)
    began = loop.time()
    await asyncio.sleep(load.seconds)
    took = loop.time() - began
    print("end", flush=True)
    seen.open = False
    return {
        "units": seen.units,
        "bad": seen.bad,
        "rate": seen.units / took,
        "delay_p50": _at(seen.delays, 0.5),
        "delay_p99": _at(seen.delays, 0.99),
        "first_p50": statistics.median(seen.first) if seen.first else float("nan"),
    }


def _at(values: list[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))] if values else float("nan")


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_run(Load(**json.loads(sys.stdin.readline()))))), flush=True)
