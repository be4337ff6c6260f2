"""Clients: several exchanges on one connection, some that leave, reset or read a few bytes at a time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import socket
import struct
import time
from collections.abc import Callable

from tests.proxy_addon.chaos.kinds import Exchange
from tests.proxy_addon.gate import BACKEND, Gate, Got, closed, read_answer

_SECONDS = 60
_CHAT = f"/b/{BACKEND}/-/openai/deployments/chat/chat/completions?api-version=2025-01-01"
_EMBEDDINGS = "/b/gw-embed/-/openai/deployments/embeddings/embeddings"
_NOT_STREAMED = frozenset(
    {"json", "gzip", "bad-json", "gzip-cut", "short-length", "long-length", "two-lengths"}
)
_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def converse(
    gate: Gate, exchanges: list[Exchange], dice: random.Random, note: Callable[[int], None]
) -> None:
    """Exchanges one after the other, on one connection for as long as that lives.

    Args:
        gate: the process.
        exchanges: what is sent; `got` and `ended` are filled in.
        dice: chance.
        note: told +1 and -1 as exchanges begin and end.
    """
    streams: _Streams | None = None
    for exchange in exchanges:
        note(1)
        try:
            slow = exchange.kind == "slow"
            if streams is None or slow:
                await _end(streams)
                streams = await _connect(gate.port, slow=slow)
            await _one(gate, exchange, streams, dice)
        except (OSError, TimeoutError):
            pass
        finally:
            exchange.ended = time.monotonic()
            note(-1)
        if not _lives_on(exchange):
            await _end(streams)
            streams = None
    await _end(streams)


def _lives_on(exchange: Exchange) -> bool:
    got = exchange.got
    framed = "content-length" in got.headers or "chunked" in got.headers.get("transfer-encoding", "")
    # Behind a length that is too short stand bytes that would be read as the next answer.
    spoilt = exchange.kind in ("slow", "short-length")
    return got.whole and framed and got.headers.get("connection") != "close" and not spoilt


async def _connect(port: int, *, slow: bool) -> _Streams:
    if not slow:
        return await asyncio.open_connection("127.0.0.1", port, limit=2**24)
    sock = socket.socket()
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
    return await asyncio.open_connection(sock=sock, limit=4096)


async def _end(streams: _Streams | None) -> None:
    if streams is not None:
        await closed(streams[1])


async def _one(gate: Gate, exchange: Exchange, streams: _Streams, dice: random.Random) -> None:
    reader, writer = streams
    writer.write(_request(gate, exchange))
    await writer.drain()
    if exchange.kind == "slow":
        await asyncio.wait_for(_slowly(reader, exchange.got), _SECONDS)
        return
    leaves = exchange.kind in ("leave", "reset")
    stop_at = dice.randrange(200) if leaves else None
    if stop_at != 0:
        await asyncio.wait_for(read_answer(reader, exchange.got, stop_at), _SECONDS)
    if leaves:
        exchange.got.whole = False
    if exchange.kind == "reset":
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()


async def _slowly(reader: asyncio.StreamReader, got: Got) -> None:
    """Takes little at a time, so that the sender has to wait."""
    taken = asyncio.StreamReader(limit=2**24)
    reading = asyncio.create_task(read_answer(taken, got))
    try:
        while not reading.done():
            data = await reader.read(3000)
            if not data:
                break
            taken.feed_data(data)
            await asyncio.sleep(0.001)
    finally:
        taken.feed_eof()
        with contextlib.suppress(OSError):
            await reading


def _request(gate: Gate, exchange: Exchange) -> bytes:
    embeds = exchange.kind == "embeddings"
    stream = not embeds and exchange.kind not in _NOT_STREAMED
    body = b"{}" if embeds else json.dumps({"stream": stream, "messages": []}).encode()
    headers = gate.head(exchange.request, script=exchange.script(), model="embeddings" if embeds else "chat")
    lines = [f"POST {_EMBEDDINGS if embeds else _CHAT} HTTP/1.1", "host: proxy"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode("latin-1") + body
