"""The short way of a streamed answer: its bytes go from the upstream's reader to the client's connection.

mitmproxy passes each piece through the layer of the exchange and the event handling of three layers: half of
what an event of a stream costs. Where an exchange streams and waits for nothing, all that comes of it is
what is done here: the stream callable is asked, and what it gives is sent. All else goes mitmproxy's way,
also what its reader finds that is no data: the end, and what breaks the protocol.

Sources: mitmproxy 11.0.2 and 12.2.3, `proxy/layers/http/{__init__,_http1}.py` (2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import h11
import mitmproxy.proxy.layers.http as http_layer
import mitmproxy.proxy.layers.http._http1 as http1_layer
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http._events import ResponseData

from proxy_addon.compat.replacing import replace

_Stream = Callable[[bytes], Iterable[bytes] | bytes]
_Found = h11.Data | h11.EndOfMessage | h11.ProtocolError


def install() -> None:
    """Opens the short way, for the life of the process."""
    replace(http1_layer.Http1Client, "read_body", _read_body)


@dataclass(slots=True)
class _Way:
    """Who is asked for each piece of an answer, and where the pieces go.

    Attributes:
        chunked: whether the client gets each as a chunk; None before the first were sent by the connection's
            own layer, which may hold the head back for them.
    """

    exchange: http_layer.HttpStream
    stream: _Stream
    client: http1_layer.Http1Server
    chunked: bool | None = None

    def is_open(self) -> bool:
        """Whether nothing waits, and the answer's body is all that comes."""
        exchange = self.exchange
        if self.client._paused or exchange._paused:
            return False
        return bool(exchange.server_state == exchange.state_stream_response_body)

    def send(self, part: bytes, number: int) -> Iterator[commands.Command]:
        """One part for the client."""
        if self.chunked is None:
            yield from self.client.send(ResponseData(number, part))
        elif self.chunked:
            yield commands.SendData(self.client.conn, b"%x\r\n%b\r\n" % (len(part), part))
        elif part:
            yield commands.SendData(self.client.conn, part)


_KEPT = "gatewright_way"  # a member of the upstream's layer: a way leads back to it, and both go together


def _read_body(self: http1_layer.Http1Client, event: events.Event) -> Iterator[commands.Command]:
    way = _way(self) if isinstance(event, events.DataReceived) else None
    if way is None:
        yield from http1_layer.Http1Connection.read_body(self, event)
        return
    number = self.stream_id or 0
    while isinstance(found := _next(self), h11.Data):
        shown = way.stream(bytes(found.data))
        for part in [shown] if isinstance(shown, bytes) else shown:
            yield from way.send(part, number)
    if found is not None:
        self.body_reader = _Given(found)  # type: ignore[assignment]  # it has what is used of a reader
        yield from http1_layer.Http1Connection.read_body(self, event)
    elif way.chunked is None and way.client.response is not None:
        way.chunked = "chunked" in way.client.response.headers.get("transfer-encoding", "").lower()


def _next(upstream: http1_layer.Http1Client) -> _Found | None:
    try:
        return upstream.body_reader(upstream.buf)
    except h11.ProtocolError as fault:
        return fault


@dataclass(frozen=True, slots=True)
class _Given:
    """A reader for which this comes next, also when the upstream closes behind it."""

    found: _Found

    def __call__(self, buffer: object) -> _Found:
        """What has come."""
        if isinstance(self.found, h11.ProtocolError):
            raise self.found
        return self.found

    def read_eof(self) -> _Found:
        """The same: nothing comes behind it."""
        return self(None)


def _way(upstream: http1_layer.Http1Client) -> _Way | None:
    """The way of the answer that an upstream sends now; None where there is more to do."""
    kept = vars(upstream)
    way: _Way | None = kept.get(_KEPT)
    if way is None or way.exchange.stream_id != upstream.stream_id:
        way = _new_way(upstream)
        if way is not None:
            kept[_KEPT] = way
    return way if way is not None and way.is_open() else None


def _new_way(upstream: http1_layer.Http1Client) -> _Way | None:
    outer = next((layer for layer in upstream.context.layers if type(layer) is http_layer.HttpLayer), None)
    exchange = outer.streams.get(upstream.stream_id or 0) if outer is not None else None
    if outer is None or exchange is None:
        return None
    client = outer.connections.get(outer.context.client)
    response = exchange.flow.response
    if type(client) is not http1_layer.Http1Server or response is None or not callable(response.stream):
        return None
    return _Way(exchange, response.stream, client)
