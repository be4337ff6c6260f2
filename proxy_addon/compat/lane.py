"""The short way of a streamed answer: its bytes go from the upstream's reader to the client's connection.

mitmproxy passes each piece through the layer of the exchange and the event handling of three layers: half of
what an event of a stream costs. Where an exchange streams and waits for nothing, all that comes of it is
what is done here: the stream callable is asked, and what it gives is sent. All else goes mitmproxy's way.

Sources: mitmproxy 11.0.2 and 12.2.3, `proxy/layers/http/{__init__,_http1}.py` (2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import mitmproxy.proxy.layers.http as http_layer
import mitmproxy.proxy.layers.http._http1 as http1_layer
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http._base import ReceiveHttp
from mitmproxy.proxy.layers.http._events import ResponseData

from proxy_addon.compat.replacing import replace

_Stream = Callable[[bytes], Iterable[bytes] | bytes]


def install() -> None:
    """Opens the short way, for the life of the process."""
    replace(http1_layer.Http1Client, "read_body", _read_body)


def _read_body(self: http1_layer.Http1Client, event: events.Event) -> Iterator[commands.Command]:
    for command in http1_layer.Http1Connection.read_body(self, event):
        piece = command.event if isinstance(command, ReceiveHttp) else None
        if not isinstance(piece, ResponseData) or (way := _way(self, piece.stream_id)) is None:
            yield command
            continue
        stream, client = way
        shown = stream(piece.data)
        for part in [shown] if isinstance(shown, bytes) else shown:
            yield from client.send(ResponseData(piece.stream_id, part))


def _way(upstream: http1_layer.Http1Client, number: int) -> tuple[_Stream, http1_layer.Http1Server] | None:
    """What is asked for each piece, and where the pieces go; None where there is more to do."""
    outer = next((layer for layer in upstream.context.layers if type(layer) is http_layer.HttpLayer), None)
    if outer is None or number not in outer.streams:
        return None
    exchange, client = outer.streams[number], outer.connections.get(outer.context.client)
    if type(client) is not http1_layer.Http1Server or client._paused or exchange._paused:
        return None
    response = exchange.flow.response
    if exchange.server_state != exchange.state_stream_response_body or response is None:
        return None
    return (response.stream, client) if callable(response.stream) else None
