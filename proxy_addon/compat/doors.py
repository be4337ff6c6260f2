"""What mitmproxy lets in and we do not: heads without end or in no hurry, heads that can be read in two ways.

Trailers are left out, which mitmproxy cannot read past. Bodies of requests that are refused already are read,
so that the client comes to see why, and thrown away, so that nobody without a proof fills the memory.

Sources: mitmproxy 11.0.2 and 12.2.3, `proxy/layers/http/{__init__,_http1}.py` (2026-11);
RFC 9112, sections 2.2, 5.2 and 11.2, https://www.rfc-editor.org/rfc/rfc9112 (2022-06).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

import mitmproxy.proxy.layers.http as http_layer
import mitmproxy.proxy.layers.http._http1 as http1_layer
from mitmproxy.connection import Connection
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http._base import ReceiveHttp
from mitmproxy.proxy.utils import ReceiveBuffer

from proxy_addon import faults
from proxy_addon.compat.replacing import replace
from proxy_addon.faults import Fault

_FIRST = re.compile(rb"[A-Z]{1,20} [!-~]+ HTTP/1\.[01]\r\n")
_OTHER_END = re.compile(rb"\n\r?\n")
_CONTROL = bytes(set(range(32)) - set(b"\t\r\n")) + b"\x7f"


@dataclass(frozen=True, slots=True)
class Doors:
    """How heads are let in.

    Attributes:
        head_bytes: largest head of a request.
        head_seconds: how long a head may take from its first byte to its last.
        body_bytes: largest body, also of one that is thrown away.
        answer: makes a whole answer of a fault.
        close: ends a client's connection after an answer.
        again: gives a client's connection an event without data, later.
        refused: counts a fault.
    """

    head_bytes: int
    head_seconds: float
    body_bytes: int
    answer: Callable[[Fault], bytes]
    close: Callable[[Connection, bytes], None]
    again: Callable[[Connection], None]
    refused: Callable[[Fault], object]

    def install(self) -> None:
        """Puts these doors into mitmproxy; the last of what changes it."""
        _check_heads(self)
        _drop_trailers()
        _drop_refused_bodies(self.body_bytes)


def _check_heads(doors: Doors) -> None:
    original = http1_layer.Http1Server.read_headers
    waiting: dict[str, asyncio.TimerHandle] = {}
    behind: set[str] = set()

    def late(conn: Connection) -> None:
        waiting.pop(conn.id, None)
        doors.refused(faults.HEAD_TOO_SLOW)
        doors.close(conn, doors.answer(faults.HEAD_TOO_SLOW))

    def arrived(conn: Connection) -> None:
        timer = waiting.pop(conn.id, None)
        if timer is not None:
            timer.cancel()

    def judged(server: http1_layer.Http1Server) -> Fault | None:
        """What is wrong with a head as far as it has come; a clock runs until it has come whole."""
        while (data := bytes(server.buf)).startswith(b"\r\n"):
            server.buf.maybe_extract_at_most(2)  # empty lines before a request mean nothing
        end = _end(data)
        if 0 < end <= doors.head_bytes:
            arrived(server.conn)
            return None if is_plain(data[:end]) else faults.BAD_REQUEST
        if len(data) > doors.head_bytes:
            return faults.HEAD_TOO_LARGE
        if data and server.conn.id not in waiting:
            loop = asyncio.get_running_loop()
            waiting[server.conn.id] = loop.call_later(doors.head_seconds, late, server.conn)
        return None

    def read_headers(
        self: http1_layer.Http1Server, event: events.ConnectionEvent
    ) -> Iterator[commands.Command]:
        # A request that came with the one before it has its turn when that one is over on all sides.
        if isinstance(event, events.DataReceived) and not event.data and self.conn.id not in behind:
            behind.add(self.conn.id)
            doors.again(self.conn)
            return
        behind.discard(self.conn.id)
        fault = judged(self) if isinstance(event, events.DataReceived) else None
        if not isinstance(event, events.DataReceived) or fault is not None:
            arrived(self.conn)
        if fault is None:
            yield from original(self, event)
            return
        doors.refused(fault)
        yield commands.SendData(self.conn, doors.answer(fault))
        yield commands.CloseConnection(self.conn)
        self.buf = type(self.buf)()  # what came is nobody's any more
        self.state = self.done

    replace(http1_layer.Http1Server, "read_headers", read_headers)


def _end(data: bytes) -> int:
    """Where a head ends, with whatever empty line; 0 where it does not yet."""
    usual = data.find(b"\r\n\r\n")
    if usual >= 0:
        return usual + 4
    other = _OTHER_END.search(data)
    return other.end() if other is not None else 0


def is_plain(head: bytes) -> bool:
    r"""Whether a head can be read in one way: its first line is plain, no line is folded or ends otherwise.

    >>> is_plain(b"GET / HTTP/1.1\r\na: b\r\n\r\n"), is_plain(b"GET / HTTP/1.1\r\na: b\nc: d\r\n\r\n")
    (True, False)
    """
    ends = head.count(b"\r\n")
    if head.count(b"\n") != ends or head.count(b"\r") != ends or b"\n " in head or b"\n\t" in head:
        return False
    return _FIRST.match(head) is not None and len(head.translate(None, _CONTROL)) == len(head)


def _drop_trailers() -> None:
    """Lets a message end that has trailers, without them, as RFC 9110 permits; mitmproxy hangs on it."""
    original = http1_layer.Http1Connection.read_body

    def read_body(self: http1_layer.Http1Connection, event: events.Event) -> Iterator[commands.Command]:
        try:
            yield from original(self, event)
        except NotImplementedError:
            is_request = isinstance(self, http1_layer.Http1Server)
            yield ReceiveHttp(self.ReceiveEndOfMessage(self.stream_id or 0))
            yield from self.mark_done(request=is_request, response=not is_request)

    replace(http1_layer.Http1Connection, "read_body", read_body)


class _Endless(ReceiveBuffer):
    """A body beyond every limit, that takes no memory."""

    def __len__(self) -> int:
        return 1 << 62


def _drop_refused_bodies(limit: int) -> None:
    original = http_layer.HttpStream.check_body_size

    def check_body_size(
        self: http_layer.HttpStream, request: bool
    ) -> Generator[commands.Command, object, bool]:
        body = self.request_body_buf
        if request and body and self.flow.response is not None:
            dropped = getattr(self, "_dropped", 0) + len(body)
            setattr(self, "_dropped", dropped)  # noqa: B010 - not mitmproxy's
            fresh: Callable[[], ReceiveBuffer] = ReceiveBuffer if dropped <= limit else _Endless
            self.request_body_buf = fresh()
            if dropped <= limit:
                return False
        over: bool = yield from original(self, request)
        return over

    replace(http_layer.HttpStream, "check_body_size", check_body_size)
