"""An exchange through mitmproxy's HTTP layer, without sockets."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import mitmproxy.proxy.layers.http as http_layer
from mitmproxy import connection
from mitmproxy.options import Options
from mitmproxy.proxy import commands, context, events
from mitmproxy.proxy.layers.http import _hooks as http_hooks
from mitmproxy.test import tflow

ASKED = b"POST /p HTTP/1.1\r\nhost: a.example\r\ncontent-length: 0\r\n\r\n"
Tap = Callable[[bytes], Iterable[bytes] | bytes]


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
