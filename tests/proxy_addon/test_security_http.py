"""Requests that two servers could read differently: one reading, or none. Raw sockets, the real process.

Each request below carries a second one in what might be its body. Whatever the proxy makes of the first, the
second must never come to an upstream, and never be answered as if it were the next on that connection.

Sources: RFC 9112, sections 2.2, 5, 6.3, 7.1 and 11.2 (2022-06), https://www.rfc-editor.org/rfc/rfc9112;
CVE-2025-43859 (h11 before 0.16: a chunk that ends otherwise than with CRLF), which mitmproxy 11.0.2 cannot do
without; the proxy then listens on loopback only (PRX611).
"""

from __future__ import annotations

import asyncio
import time
import uuid

import pytest

from proxy_addon import compat
from tests.proxy_addon.gate import Gate, Got, Start, read_answer
from tests.proxy_addon.upstream import Upstream

pytestmark = pytest.mark.e2e

CHAT = "/b/gw-sweden-gpt-41-ptu/-/openai/deployments/chat/chat/completions"
BODY = b'{"messages":[]}'
CHUNKED = b"transfer-encoding: chunked\r\n"
CLOSE = b"connection: close\r\n"
LENGTH = b"content-length: %d\r\n" % len(BODY)


def head(gate: Gate, request: str, framing: bytes, line: bytes = b"") -> bytes:
    """A request's head with everything that a good one has, and its framing."""
    lines = [f"{name}: {value}" for name, value in gate.head(request)]
    first = line or f"POST {CHAT} HTTP/1.1".encode()
    return b"\r\n".join([first, b"host: proxy", "\r\n".join(lines).encode(), framing])


async def answers(gate: Gate, raw: bytes, seconds: float = 1.5) -> list[bytes]:
    """Status lines of all answers on one connection, until it closes or says no more."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
    got = b""
    try:
        async with asyncio.timeout(seconds):
            writer.write(raw)
            await writer.drain()
            while data := await reader.read(65_536):
                got += data
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.close()
    return [part.partition(b"\r\n")[0] for part in got.split(b"HTTP/1.1 ")[1:]]


def chunked(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


AMBIGUOUS = {
    "length and chunks": (LENGTH + CHUNKED, b""),
    "chunks and length": (CHUNKED + LENGTH, b""),
    "two lengths": (LENGTH + b"content-length: 3\r\n", BODY),
    "two equal lengths": (LENGTH + LENGTH, BODY),
    "a list of lengths": (b"content-length: 15, 15\r\n", BODY),
    "a signed length": (b"content-length: +15\r\n", BODY),
    "a negative length": (b"content-length: -1\r\n", BODY),
    "a hexadecimal length": (b"content-length: 0xf\r\n", BODY),
    "a length with an underscore": (b"content-length: 1_5\r\n", BODY),
    "a length in other digits": (b"content-length: \xd9\xa1\xd9\xa5\r\n", BODY),
    "no length": (b"content-length:\r\n", BODY),
    "an unknown coding": (b"transfer-encoding: xchunked\r\n", chunked(BODY)),
    "chunks that are not last": (b"transfer-encoding: chunked, identity\r\n", chunked(BODY)),
    "identity first": (b"transfer-encoding: identity, chunked\r\n", chunked(BODY)),
    "chunks twice": (CHUNKED + CHUNKED, chunked(BODY)),
    "two codings": (CHUNKED + b"transfer-encoding: identity\r\n", chunked(BODY)),
    "a coding behind a vertical tab": (b"transfer-encoding:\x0bchunked\r\n", chunked(BODY)),
    "a coding in quotes": (b'transfer-encoding: "chunked"\r\n', chunked(BODY)),
    "a coding with a parameter": (b"transfer-encoding: chunked;q=1\r\n", chunked(BODY)),
    "a space before the colon": (b"transfer-encoding : chunked\r\n", chunked(BODY)),
    "a space before the colon of a length": (b"content-length : 15\r\n", BODY),
    "a space before a name": (b" transfer-encoding: chunked\r\n", chunked(BODY)),
    "a folded line": (b"transfer-encoding:\r\n chunked\r\n", chunked(BODY)),
    "a line folded by a tab": (LENGTH + b"x-a: b\r\n\tc\r\n", BODY),
    "a bare line feed": (LENGTH + b"x-a: b\nx-gatewright-tenant: evil\r\n", BODY),
    "a bare carriage return": (LENGTH + b"x-a: b\rx-gatewright-tenant: evil\r\n", BODY),
    "lines that end with line feeds": (LENGTH.replace(b"\r\n", b"\n"), BODY),
    "a NUL": (LENGTH + b"x-a: b\x00c\r\n", BODY),
    "no colon": (LENGTH + b"x-a\r\n", BODY),
    "no name": (LENGTH + b": b\r\n", BODY),
    "a name with a space": (LENGTH + b"x a: b\r\n", BODY),
}


@pytest.mark.parametrize("name", AMBIGUOUS)
async def test_an_ambiguous_head_is_400_and_ends_the_connection(
    gate: Gate, upstream: Upstream, name: str
) -> None:
    framing, body = AMBIGUOUS[name]
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    before = len(upstream.seen)
    raw = head(gate, first, framing) + b"\r\n" + body + head(gate, second, LENGTH) + b"\r\n" + BODY
    assert await answers(gate, raw) == [b"400 Bad Request"]
    assert len(upstream.seen) == before


LINES = {
    "two spaces": f"POST  {CHAT} HTTP/1.1",
    "a tab": f"POST\t{CHAT} HTTP/1.1",
    "no version": f"POST {CHAT}",
    "another version": f"POST {CHAT} HTTP/2.0",
    "a version with a letter": f"POST {CHAT} HTTP/1.x",
    "a space in the path": f"POST {CHAT} x HTTP/1.1",
    "a method in lower case": f"post {CHAT} HTTP/1.1",
    "a method with a NUL": f"PO\x00ST {CHAT} HTTP/1.1",
    "another server": f"CONNECT evil.example:443{CHAT} HTTP/1.1",
    "an asterisk": "POST * HTTP/1.1",
    "another scheme": f"POST ftp://evil.example{CHAT} HTTP/1.1",
    "a scheme and no path": "POST http://evil.example HTTP/1.1",
    "the other protocol's greeting": "PRI * HTTP/2.0",
}


@pytest.mark.parametrize("name", LINES)
async def test_a_request_line_of_another_form_comes_to_no_upstream(
    gate: Gate, upstream: Upstream, name: str
) -> None:
    before = len(upstream.seen)
    got = await answers(gate, head(gate, str(uuid.uuid4()), LENGTH, LINES[name].encode()) + b"\r\n" + BODY)
    assert [status[:1] for status in got] in ([b"4"], [])
    assert len(upstream.seen) == before


BAD_CHUNKS = {
    "a sign": b"+f\r\n" + BODY + b"\r\n0\r\n\r\n",
    "a prefix": b"0xf\r\n" + BODY + b"\r\n0\r\n\r\n",
    "an underscore": b"0_f\r\n" + BODY + b"\r\n0\r\n\r\n",
    "a space before": b" f\r\n" + BODY + b"\r\n0\r\n\r\n",
    "line feeds alone": b"f\n" + BODY + b"\n0\n\n",
    "a size without end": b"f" * 4000,
    "a size beyond 64 bits": b"f" * 17 + b"\r\n",
    "no size": b"\r\n" + BODY + b"\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("name", BAD_CHUNKS)
async def test_a_chunk_of_another_form_comes_to_no_upstream(
    gate: Gate, upstream: Upstream, name: str
) -> None:
    before = len(upstream.seen)
    second = head(gate, str(uuid.uuid4()), LENGTH) + b"\r\n" + BODY
    got = await answers(gate, head(gate, str(uuid.uuid4()), CHUNKED) + b"\r\n" + BAD_CHUNKS[name] + second)
    assert [status[:1] for status in got] in ([b"4"], [])
    assert len(upstream.seen) == before


async def test_a_chunk_that_does_not_end_where_it_says_is_the_known_fault_of_old_parsers(
    gate: Gate, upstream: Upstream
) -> None:
    request = str(uuid.uuid4())
    raw = head(gate, request, CLOSE + CHUNKED) + b"\r\n" + b"f\r\n" + BODY + b"XX0\r\n\r\n"
    got = await answers(gate, raw)
    if compat.loopback_only():
        (seen,) = upstream.by_id(request)
        assert (got, seen.body) == ([b"200 OK"], BODY)
    else:
        assert [status[:1] for status in got] in ([b"4"], [])
        assert not upstream.by_id(request)


async def test_chunks_and_their_extensions_come_to_the_upstream_as_one_body_of_stated_length(
    gate: Gate, upstream: Upstream
) -> None:
    request = str(uuid.uuid4())
    body = b'8;a=b;c="d"\r\n{"messag\r\n7\r\nes":[]}\r\n0\r\n\r\n'
    assert await answers(gate, head(gate, request, CLOSE + CHUNKED) + b"\r\n" + body) == [b"200 OK"]
    (seen,) = upstream.by_id(request)
    assert seen.body == BODY
    names = [name for name, _ in seen.headers]
    assert (names.count("content-length"), names.count("transfer-encoding")) == (1, 0)


@pytest.mark.parametrize(
    "trailer", [b"x-a: b\r\n", b"x-gatewright-tenant: evil\r\n", b"content-length: 1\r\n"]
)
async def test_a_trailer_adds_nothing_to_a_request(gate: Gate, upstream: Upstream, trailer: bytes) -> None:
    request = str(uuid.uuid4())
    raw = head(gate, request, CLOSE + CHUNKED) + b"\r\n" + chunked(BODY)[:-2] + trailer + b"\r\n"
    await answers(gate, raw)
    for seen in upstream.by_id(request):
        assert trailer.partition(b":")[0].decode() not in [
            n for n, _ in seen.headers if n != "content-length"
        ]


async def test_requests_in_one_write_are_answered_in_order_each_as_its_own(
    gate: Gate, upstream: Upstream
) -> None:
    """Pipelining is allowed; the second stands behind the first's whole body, so nothing is smuggled."""
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    parts = [head(gate, request, LENGTH) + b"\r\n" + BODY for request in (first, second)]
    assert await answers(gate, parts[0] + b"\r\n" + parts[1]) == [b"200 OK", b"200 OK"]
    assert len(upstream.by_id(first)) == len(upstream.by_id(second)) == 1


async def test_a_second_request_needs_its_own_proof(gate: Gate, upstream: Upstream) -> None:
    first = head(gate, str(uuid.uuid4()), LENGTH) + b"\r\n" + BODY
    bare = f"POST {CHAT} HTTP/1.1\r\nhost: p\r\ncontent-length: 2\r\n\r\n{{}}".encode()
    before = len(upstream.seen)
    assert [status[:3] for status in await answers(gate, first + bare)] == [b"200", b"530"]
    assert len(upstream.seen) == before + 1


@pytest.mark.parametrize("token", ["h2c", "H2C, websocket", "TLS/1.0", "connect-udp"])
async def test_no_other_protocol_is_spoken(gate: Gate, upstream: Upstream, token: str) -> None:
    more = f"connection: upgrade, http2-settings\r\nupgrade: {token}\r\nhttp2-settings: AAMAAABk\r\n".encode()
    before = len(upstream.seen)
    raw = head(gate, str(uuid.uuid4()), LENGTH + more) + b"\r\n" + BODY
    assert await answers(gate, raw) == [b"400 Bad Request"]
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9)
    assert [status[:1] for status in await answers(gate, preface)] in ([b"4"], [])
    assert len(upstream.seen) == before


async def test_twelve_megabytes_of_headers_are_refused_at_the_limit(gate: Gate, upstream: Upstream) -> None:
    before = len(upstream.seen)
    for filler in (b"x-filler: " + b"x" * 1000 + b"\r\n", b"a:b\r\n"):
        raw = head(gate, str(uuid.uuid4()), LENGTH) + filler * (12_000_000 // len(filler))
        # Who is still sending may see a reset in place of the answer.
        assert await answers(gate, raw) in ([b"431 Request Header Fields Too Large"], [])
    assert len(upstream.seen) == before
    assert (await gate.send()).status == 200


async def test_very_many_headers_within_the_limit_cost_little(gate: Gate, upstream: Upstream) -> None:
    request, begin = str(uuid.uuid4()), time.monotonic()
    raw = head(gate, request, CLOSE + LENGTH + b"a:b\r\n" * 8_000) + b"\r\n" + BODY
    assert await answers(gate, raw, seconds=3) == [b"200 OK"]
    assert time.monotonic() - begin < 4
    (seen,) = upstream.by_id(request)
    assert [name for name, _ in seen.headers].count("a") == 8_000


async def test_a_head_that_trickles_is_408_and_holds_no_one_up(start: Start) -> None:
    gate = start("--header-seconds", "1")
    reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
    silent = await asyncio.open_connection("127.0.0.1", gate.port)
    writer.write(f"POST {CHAT} HTTP/1.1\r\n".encode())
    silent[1].write(b"GET")
    begin = time.monotonic()
    trickle = asyncio.create_task(_trickle(writer))
    assert (await gate.send()).status == 200
    for each in (reader, silent[0]):
        got = await asyncio.wait_for(each.read(), 10)
        assert got.startswith(b"HTTP/1.1 408 ")
        assert b'"head-too-slow"' in got
    assert 0.8 < time.monotonic() - begin < 15
    trickle.cancel()
    for open_one in (writer, silent[1]):
        open_one.close()
    assert gate.stop() == 0


async def _trickle(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"x")
        await asyncio.sleep(0.1)


async def test_a_quiet_connection_between_requests_is_kept(start: Start) -> None:
    gate = start("--header-seconds", "1")
    reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
    for _ in range(2):
        writer.write(head(gate, str(uuid.uuid4()), LENGTH) + b"\r\n" + BODY)
        assert (await read_answer(reader, Got())).status == 200
        await asyncio.sleep(1.3)
    writer.close()


async def test_the_body_of_a_refused_request_fills_no_memory(start: Start) -> None:
    gate = start("--body-limit", "40m")
    part = b"%x\r\n" % 1_000_000 + b"x" * 1_000_000 + b"\r\n"
    raw = f"POST {CHAT} HTTP/1.1\r\nhost: p\r\n".encode() + CLOSE + CHUNKED + b"\r\n"
    before = memory(gate)
    assert await answers(gate, raw + part * 35 + b"0\r\n\r\n", seconds=10) == [b"530 "]
    assert memory(gate) - before < 20_000
    assert await answers(gate, raw + part * 60, seconds=4) in ([b"413 Payload Too Large"], [])
    assert memory(gate) - before < 20_000


def memory(gate: Gate) -> int:
    """Most resident kilobytes of the process so far."""
    with open(f"/proc/{gate.process.pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:"))
