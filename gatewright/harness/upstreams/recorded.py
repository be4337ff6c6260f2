"""An upstream that answers from recordings, by the request as the client sent it.

Two client requests are the same when method, path (with aliases), query and JSON body are. Repeats are
answered in recorded order. All attempts of one client request get the same answer. What nothing recorded
matches is answered with 404 and counted. Headers that belong to a connection, the length and the encoding are
not kept; bodies are sent in the recorded parts where their times are known, else a stream is cut in parts
that follow from its bytes.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field

from starlette.types import Receive, Scope, Send

from gatewright.harness import requestmap
from gatewright.harness.exchanges import HEADER, Exchanges
from gatewright.harness.requestmap import Located, Map
from gatewright.harness.upstreams import wire
from gatewright.harness.upstreams.wire import Answer, Headers, Refusal
from gatewright.recordings import Exchange

_DROPPED = frozenset(
    "connection content-encoding content-length keep-alive proxy-authenticate proxy-authorization "
    "proxy-connection te trailer transfer-encoding upgrade".split()
)
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class RecordedOptions:
    """What answers are taken from.

    Attributes:
        exchanges: recorded exchanges, in recorded order.
        names: recorded names with their aliases.
        speed: how fast streams are sent: 1 in recorded time, 10 ten times as fast, None as fast as possible.
    """

    exchanges: tuple[Exchange, ...]
    names: Map = ()
    speed: float | None = None


@dataclass(slots=True)
class RecordedUpstream:
    """The ASGI application that answers from recordings.

    Attributes:
        options: the recordings.
        models: the gateway's aliases with their types.
        clients: what clients sent, by exchange id.
        unusable: reasons why recorded exchanges cannot be answers here, with their number.
        misses: client requests that nothing recorded matched.
        answered: recorded exchanges given as answers, by exchange id (the last 10,000).

    Raises:
        Rejected: EMU553 for a name that is mapped to an alias that is not there.
    """

    options: RecordedOptions
    models: Mapping[str, str]
    clients: Exchanges
    unusable: dict[str, int] = field(default_factory=dict)
    misses: int = 0
    answered: OrderedDict[str, Exchange] = field(default_factory=OrderedDict)
    _waiting: dict[bytes, deque[Exchange]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        requestmap.check_map(self.options.names, self.models)
        for exchange in self.options.exchanges:
            found = requestmap.locate(
                exchange.method, exchange.url, exchange.request_body, self.models, self.options.names
            )
            if isinstance(found, Located):
                key = requestmap.key(found.method, found.path, found.query, found.body)
                self._waiting.setdefault(key, deque()).append(exchange)
            else:
                self.unusable[found.reason] = self.unusable.get(found.reason, 0) + 1

    @property
    def left(self) -> int:
        """Recorded exchanges that no request has asked for yet."""
        return sum(len(waiting) for waiting in self._waiting.values())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            raise RuntimeError(f"the recorded upstream speaks HTTP only, not {scope['type']}")
        await wire.read_body(receive)
        exchange = self._take(scope)
        if exchange is None:
            await wire.send_answer(send, _nothing(scope["method"], scope["path"]).answer())
        elif _streamed(exchange):
            parts = _timed(exchange, self.options.speed)
            await wire.send_parts(send, exchange.status, _headers(exchange), parts)
        else:
            await wire.send_answer(send, Answer(exchange.status, exchange.response_body, _headers(exchange)))

    def _take(self, scope: Scope) -> Exchange | None:
        wanted = HEADER.encode("ascii")
        exchange_id = next((v.decode("latin-1") for n, v in scope["headers"] if n == wanted), "")
        if exchange_id in self.answered:
            return self.answered[exchange_id]
        client = self.clients.find(exchange_id)
        waiting = None
        if client is not None:
            waiting = self._waiting.get(requestmap.key(client.method, client.path, client.query, client.body))
        if not waiting:
            self.misses += 1
            return None
        exchange = waiting.popleft()
        self.answered[exchange_id] = exchange
        while len(self.answered) > _REMEMBERED:
            self.answered.popitem(last=False)
        return exchange


def _nothing(method: str, path: str) -> Refusal:
    message = f"Nothing recorded matches this request ({method} {path}) as the client sent it."
    return Refusal(404, "RecordingNotFound", message, "invalid_request_error")


def _streamed(exchange: Exchange) -> bool:
    if exchange.chunks:
        return True
    return any(
        name.lower() == "content-type" and value.lower().startswith("text/event-stream")
        for name, value in exchange.response_headers
    )


def _headers(exchange: Exchange) -> Headers:
    return tuple(pair for pair in exchange.response_headers if pair[0].lower() not in _DROPPED)


async def _timed(exchange: Exchange, speed: float | None) -> AsyncIterator[bytes]:
    if not exchange.chunks or b"".join(part for _, part in exchange.chunks) != exchange.response_body:
        for part in cut(exchange.response_body):
            await asyncio.sleep(0)
            yield part
        return
    before = 0.0
    for at, part in exchange.chunks:
        await asyncio.sleep(0 if speed is None else max(0.0, at - before) / 1000 / speed)
        before = at
        yield part


def cut(body: bytes) -> Iterator[bytes]:
    """A body in parts of 1 to 512 bytes that follow from the body alone, not from its events."""
    sizes = _sizes(body)
    at = 0
    while at < len(body):
        size = next(sizes)
        yield body[at : at + size]
        at += size


def _sizes(body: bytes) -> Iterator[int]:
    block = hashlib.sha256(body).digest()
    while True:
        for first, second in zip(block[::2], block[1::2], strict=True):
            yield 1 + ((first << 8 | second) & 511)
        block = hashlib.sha256(block).digest()
