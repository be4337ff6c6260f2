"""The short way of a streamed answer sends what mitmproxy's own way sends, in the installed version."""

from __future__ import annotations

import gc
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import pairwise

import mitmproxy.proxy.layers.http as http_layer
import mitmproxy.proxy.layers.http._http1 as http1_layer
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mitmproxy import connection
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.options import Options
from mitmproxy.proxy import commands, context, events
from mitmproxy.proxy.layers.http import _events as http_events
from mitmproxy.proxy.layers.http import _hooks as http_hooks
from mitmproxy.test import taddons, tflow

from proxy_addon.compat import lane

ASKED = b"POST /p HTTP/1.1\r\nhost: a.example\r\ncontent-length: 0\r\n\r\n"
FRAMES = ("chunked", "length", "close")
Tap = Callable[[bytes], Iterable[bytes] | bytes]
TAPS: dict[str, Tap] = {
    "as it came": lambda data: data,
    "in a list": lambda data: [data] if data else [],
    "cut": lambda data: [data[:1], data[1:]] if len(data) > 1 else [data] if data else [],
    "nothing": lambda data: [],
    "more at the end": lambda data: [data] if data else [b"end"],
}


@pytest.fixture(scope="module")
def options() -> Iterator[Options]:
    make: Callable[[], object] = Proxyserver
    load: Callable[[object], AbstractContextManager[taddons.context]] = taddons.context
    with load(make()) as loaded:
        yield loaded.options


class Exchange:
    """One exchange through mitmproxy's HTTP layer, without sockets.

    Attributes:
        sent: what the client got, piece by piece; None where its connection was closed.
    """

    def __init__(self, options: Options, tap: Tap, *, holds: bool = False) -> None:
        both = context.Context(tflow.tclient_conn(), options)
        both.server = connection.Server(address=("a.example", 80))
        self.layer = http_layer.HttpLayer(both, http_layer.HTTPMode.transparent)
        self.both, self.tap, self.holds = both, tap, holds
        self.sent: list[bytes | None] = []
        self.held: events.Event | None = None
        self.give(events.Start())
        self.give(events.DataReceived(both.client, ASKED))

    def give(self, event: events.Event) -> None:
        """An event, and what comes of it."""
        waiting = deque([event])
        while waiting:
            for command in self.layer.handle_event(waiting.popleft()):
                reply = self.reply(command)
                if reply is not None:
                    waiting.append(reply)

    def reply(self, command: commands.Command) -> events.Event | None:
        if isinstance(command, commands.OpenConnection):
            command.connection.state = connection.ConnectionState.OPEN
            return events.OpenConnectionCompleted(command, None)
        if isinstance(command, commands.StartHook):
            if isinstance(command, http_hooks.HttpResponseHeadersHook):
                assert command.flow.response
                command.flow.response.stream = self.tap
                if self.holds:
                    self.held = events.HookCompleted(command)
                    return None
            return events.HookCompleted(command)
        if isinstance(command, commands.SendData) and command.connection is self.both.client:
            self.sent.append(command.data)
        if isinstance(command, commands.CloseConnection) and command.connection is self.both.client:
            self.sent.append(None)
        return None

    def answer(self, pieces: Sequence[bytes], *, closes: bool) -> None:
        """What the upstream sends."""
        server = next(one for one in self.layer.connections if isinstance(one, connection.Server))
        for piece in pieces:
            self.give(events.DataReceived(server, piece))
            if self.held is not None and piece is pieces[-1]:
                self.give(self.held)
        if closes:
            server.state = connection.ConnectionState.CLOSED
            self.give(events.ConnectionClosed(server))


def whole(frame: str, parts: Sequence[bytes]) -> bytes:
    head = {"chunked": b"transfer-encoding: chunked\r\n", "close": b""}
    head["length"] = b"content-length: %d\r\n" % sum(map(len, parts))
    body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    return b"HTTP/1.1 200 OK\r\n" + head[frame] + b"\r\n" + (body if frame == "chunked" else b"".join(parts))


def cut(text: bytes, places: Sequence[int]) -> list[bytes]:
    ends = sorted({place % (len(text) + 1) for place in places} | {0, len(text)})
    return [text[a:b] for a, b in pairwise(ends)]


@given(
    frame=st.sampled_from(FRAMES),
    tap=st.sampled_from(list(TAPS)),
    parts=st.lists(st.binary(min_size=1, max_size=6), min_size=1, max_size=4),
    places=st.lists(st.integers(0, 400), max_size=6),
    lost=st.booleans(),
    holds=st.booleans(),
)
def test_the_client_gets_what_mitmproxy_would_send(
    options: Options,
    frame: str,
    tap: str,
    parts: list[bytes],
    places: list[int],
    lost: bool,
    holds: bool,
) -> None:
    """Answers in any pieces, whole or broken off, also those that wait for a hook."""
    text = whole(frame, parts)
    pieces = cut(text[: -len(parts[-1]) - 5] if lost else text, places)
    usual, short = (Exchange(options, TAPS[tap], holds=holds) for _ in range(2))
    usual.answer(pieces, closes=lost or frame == "close")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(http1_layer.Http1Client, "read_body", http1_layer.Http1Client.read_body)
        lane.install()
        short.answer(pieces, closes=lost or frame == "close")
    assert short.sent == usual.sent


@pytest.mark.parametrize("holds", [False, True])
def test_pieces_pass_by_the_layer_of_the_exchange_where_it_waits_for_nothing(
    options: Options, monkeypatch: pytest.MonkeyPatch, holds: bool
) -> None:
    seen: list[object] = []
    original = http_layer.HttpStream.handle_event

    def handle_event(self: http_layer.HttpStream, event: events.Event) -> Iterator[commands.Command]:
        if isinstance(event, http_events.ResponseData):
            seen.append(event)
        return original(self, event)

    monkeypatch.setattr(http_layer.HttpStream, "handle_event", handle_event)
    lane.install()
    exchange = Exchange(options, TAPS["in a list"], holds=holds)
    text = whole("chunked", [b"abc"] * 9)
    behind = text.index(b"\r\n\r\n") + 4
    exchange.answer(cut(text, [behind, behind + 8, behind + 24]), closes=False)
    assert bool(seen) is holds, seen
    assert b"".join(part for part in exchange.sent if part).count(b"abc") == 9


@pytest.mark.parametrize("lost", [False, True])
def test_nothing_is_kept_of_a_connection_that_is_gone(
    options: Options, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    monkeypatch.setattr(http1_layer.Http1Client, "read_body", http1_layer.Http1Client.read_body)
    lane.install()
    exchange = Exchange(options, TAPS["as it came"])
    text = whole("chunked", [b"abc"] * 9)
    behind = text.index(b"\r\n\r\n") + 4
    exchange.answer(
        cut(text[: behind + 40] if lost else text, [behind, behind + 8, behind + 24]), closes=False
    )
    gone = weakref.ref(exchange.layer)
    del exchange
    gc.collect()
    assert gone() is None
