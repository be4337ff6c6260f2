"""What the client sent, remembered until its answer is through.

The gateway's policies and the proxy change a request on its way. An upstream that answers from recordings
must know the request as the client sent it: each client request gets an id in the header `x-local-exchange`,
which the gateway and the proxy pass on.
"""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gatewright.harness.upstreams.wire import read_body

HEADER = "x-local-exchange"
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class ClientRequest:
    """A request as the client sent it; path percent-encoded, headers in order."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(slots=True)
class Exchanges:
    """Client requests by exchange id; the oldest are forgotten beyond 10,000."""

    _known: OrderedDict[str, ClientRequest] = field(default_factory=OrderedDict)

    def register(self, exchange_id: str, request: ClientRequest) -> None:
        """Remembers a request."""
        self._known[exchange_id] = request
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    def find(self, exchange_id: str) -> ClientRequest | None:
        """The request of an id."""
        return self._known.get(exchange_id)

    def forget(self, exchange_id: str) -> None:
        """Forgets a request that is through."""
        self._known.pop(exchange_id, None)


@dataclass(slots=True)
class Remembering:
    """ASGI middleware before the gateway: gives each request its id and remembers it.

    Attributes:
        app: the gateway.
        exchanges: where requests are remembered.
        new_id: makes ids for requests that bring none.
    """

    app: ASGIApp
    exchanges: Exchanges
    new_id: Callable[[], str] = field(
        default_factory=lambda: map("x{:d}".format, itertools.count(1)).__next__
    )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, with its id."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            body = await read_body(receive)
        except ConnectionResetError:
            return
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        given = next((value for name, value in headers if name == HEADER), None)
        exchange_id = self.new_id() if given is None else given
        if given is None:
            scope = {
                **scope,
                "headers": [*scope["headers"], (HEADER.encode(), exchange_id.encode("latin-1"))],
            }
        path = scope.get("raw_path") or scope["path"].encode("utf-8")
        text = path.decode("latin-1").partition("?")[0]
        query = scope["query_string"].decode("latin-1")
        self.exchanges.register(exchange_id, ClientRequest(scope["method"], text, query, headers, body))
        await self.app(scope, _once(body, receive), send)


def _once(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives a body that was already read, then what comes after it."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> Message:
        return pending.pop() if pending else await receive()

    return read
