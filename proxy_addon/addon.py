"""mitmproxy's hooks: each takes what a hook offers, asks the proxy, and puts the decision into the flow.

A hook that raised would let the flow go on unmodified, so each is wrapped: on failure the answer is our own
530. The stream callable never raises, and never returns an empty chunk, which would end a chunked body.

Source: mitmproxy 11.0.2 and 12.2.3, event hooks, https://docs.mitmproxy.org/stable/api/events.html (2026-11).
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from mitmproxy.http import Headers, HTTPFlow, Response
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from proxy_addon import compat, faults
from proxy_addon.admission import Head, Prepared
from proxy_addon.exchange import Ending, Exchange
from proxy_addon.faults import Fault
from proxy_addon.identity import is_internal
from proxy_addon.proxy import Proxy, Status
from proxy_addon.realtime import CLEAN_CODES, SWITCHING
from proxy_addon.routes import Endpoint

log = logging.getLogger("gatewright.proxy")

_Hook = Callable[["Metering", HTTPFlow], Awaitable[None] | None]


def _closed(hook: _Hook) -> _Hook:
    """Makes a hook fail closed: it never raises, and what it could not handle is answered by ourselves."""

    @functools.wraps(hook)
    def wrapper(self: Metering, flow: HTTPFlow) -> Awaitable[None] | None:
        try:
            return hook(self, flow)
        except Exception as failure:
            log.error("hook %s failed (%s)", hook.__name__, type(failure).__name__)
            self.fail(flow)
            return None

    return wrapper


class Metering:
    """The add-on: routes, meters and answers for the proxy."""

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy

    @_closed
    def requestheaders(self, flow: HTTPFlow) -> None:
        """Admits a request by its head; malformed ones are answered by the HTTP layer."""
        if flow.error:
            return
        target = compat.raw_target(flow.request)
        probe = self.proxy.probe(flow.request.method, target)
        if probe is not None:
            flow.response = _probe(probe)
            return
        head = Head(flow.request.method, target, compat.fields(flow.request.headers))
        fault = self.proxy.begin(flow.id, head)
        if fault is not None:
            flow.response = _answer(fault)
        elif self.proxy.takes_time(flow.id):
            compat.let_wait(flow)

    @_closed
    def request(self, flow: HTTPFlow) -> Awaitable[None] | None:
        """Sends an admitted request to its route; gives what to wait for, where its body takes time."""
        if flow.response is not None:
            return None
        if self.proxy.takes_time(flow.id):
            return self._later(flow)
        self._forward(flow, None)
        return None

    async def _later(self, flow: HTTPFlow) -> None:
        try:
            body = flow.request.raw_content or b""
            self._forward(flow, await asyncio.to_thread(self.proxy.prepare, flow.id, body))
        except Exception as failure:
            log.error("preparing a body failed (%s)", type(failure).__name__)
            self.fail(flow)

    def _forward(self, flow: HTTPFlow, prepared: Prepared | Fault | None) -> None:
        found = self.proxy.forward(flow.id, flow.request.raw_content or b"", prepared)
        if isinstance(found, Fault):
            flow.response = _answer(found)
        else:
            _direct(flow, *found)

    @_closed
    def responseheaders(self, flow: HTTPFlow) -> None:
        """Taps the body of an upstream's answer."""
        response, exchange = flow.response, self.proxy.exchange(flow.id)
        if response is None or (exchange is not None and exchange.fault is not None):
            return
        if exchange is None or not exchange.forwarded:
            return
        response.headers.fields = _without_internal(response.headers)
        if response.status_code == SWITCHING:
            if exchange.live:
                exchange.switch()
            else:
                self.proxy.refuse(flow.id, faults.UPSTREAM_FAILED)  # nobody asked for another protocol
            return
        removes = exchange.answer(response.status_code, compat.fields(response.headers))
        if removes:
            _unframe(flow)
        if self.proxy.draining:
            response.headers["connection"] = "close"
        response.stream = self._tap(flow.id, exchange)

    @_closed
    def response(self, flow: HTTPFlow) -> None:
        """The answer is complete, its last bytes still to be sent."""
        exchange = self.proxy.exchange(flow.id)
        if exchange is not None and exchange.fault is not None and exchange.forwarded:
            flow.response = _answer(exchange.fault)
        if exchange is None or not exchange.switched:
            self.proxy.settle(flow.id, Ending.COMPLETE)

    @_closed
    def websocket_message(self, flow: HTTPFlow) -> None:
        """A message of a session, which goes on as it came; only the last one is kept."""
        if flow.websocket is None or not flow.websocket.messages:
            return
        message = flow.websocket.messages[-1]
        del flow.websocket.messages[:-1]
        if not message.from_client:
            self.proxy.message(flow.id, message.content)

    @_closed
    def websocket_end(self, flow: HTTPFlow) -> None:
        """A session has been closed, by whomever."""
        self.proxy.settle(flow.id, _session_ending(flow))

    @_closed
    def error(self, flow: HTTPFlow) -> None:
        """The flow ended before its answer did."""
        if compat.request_too_large(flow):
            self.proxy.refuse(flow.id, faults.BODY_TOO_LARGE)
        gone = compat.client_gone(flow)
        self.proxy.settle(flow.id, Ending.CLIENT_LEFT if gone else Ending.UPSTREAM_LEFT)

    def server_connect(self, data: ServerConnectionHookData) -> None:
        """Refuses every upstream address that is no route's: the last of three checks."""
        address = data.server.address
        try:
            allowed = address is not None and self.proxy.may_connect(address[0], address[1])
        except Exception as failure:
            log.error("hook server_connect failed (%s)", type(failure).__name__)
            allowed = False
        if not allowed:
            data.server.error = "not a route"

    def _tap(self, key: str, exchange: Exchange) -> Callable[[bytes], Iterable[bytes]]:
        """The stream callable: what the client gets for what came; empty bytes mean the clean end.

        Where the length is stated, the client knows which byte is the last: the record comes before it.
        """

        def tap(data: bytes) -> Iterable[bytes]:
            shown = [data] if data else []
            try:
                shown = exchange.feed(data) if data else exchange.flush()
                if exchange.whole:
                    self.proxy.settle(key, Ending.COMPLETE)
            except Exception as failure:
                log.error("metering a chunk failed (%s)", type(failure).__name__)
            return shown

        return tap

    def fail(self, flow: HTTPFlow, fault: Fault = faults.PROXY_FAILED) -> None:
        """Answers with a fault of our own and settles nothing twice."""
        self.proxy.refuse(flow.id, fault)
        flow.response = _answer(fault)


class Durability(Protocol):
    """Tells when begins are on stable storage; see `journal.journal.Journal`."""

    serving: bool

    async def begun(self) -> bool:
        """Waits until every begin so far is on stable storage; whether that came true."""


class Durable(Metering):
    """Forwards a request once its begin is on stable storage."""

    def __init__(self, proxy: Proxy, journal: Durability) -> None:
        super().__init__(proxy)
        self.journal = journal

    async def request(self, flow: HTTPFlow) -> None:
        """Sends an admitted request to its route, after a sync."""
        waits = super().request(flow)
        if waits is not None:
            await waits
        if flow.response is not None:
            return
        if not await self.journal.begun() and not self.journal.serving:
            self.fail(flow, faults.LEDGER_UNWRITABLE)


def _session_ending(flow: HTTPFlow) -> Ending:
    session = flow.websocket
    if session is None or session.close_code in CLEAN_CODES:
        return Ending.COMPLETE
    return Ending.CLIENT_LEFT if session.closed_by_client else Ending.UPSTREAM_LEFT


def _answer(fault: Fault) -> Response:
    headers = Headers([(name.encode(), value.encode()) for name, value in fault.headers()])
    return Response.make(fault.status, fault.body(), headers)


def _probe(probe: Status) -> Response:
    return Response.make(probe.status, probe.body, {"content-type": probe.media_type})


def _direct(flow: HTTPFlow, endpoint: Endpoint, prepared: Prepared) -> None:
    body = prepared.body
    length = ((b"content-length", str(len(body)).encode()),) if flow.request.method == "POST" else ()
    kept = [field for field in flow.request.headers.fields if not _replaced(field[0])]
    fields = ((b"host", endpoint.authority.encode()), *kept, *_IDENTITY, *length)
    origin = (endpoint.scheme, endpoint.host, endpoint.port)
    compat.direct(flow.request, origin, prepared.target, fields, body)


_IDENTITY = ((b"accept-encoding", b"identity"),)
_OURS = frozenset({b"host", b"accept-encoding", b"transfer-encoding", b"content-length", b"trailer", b"te"})


def _replaced(name: bytes) -> bool:
    return is_internal(name) or name.lower() in _OURS


def _without_internal(headers: Headers) -> tuple[tuple[bytes, bytes], ...]:
    return tuple(field for field in headers.fields if not is_internal(field[0]))


def _unframe(flow: HTTPFlow) -> None:
    """Lets a body become shorter than its head says; HTTP/1.0 clients wait for the end of the connection."""
    if flow.response is None or flow.response.headers.pop("content-length", None) is None:
        return
    if flow.request.http_version == "HTTP/1.0":
        flow.response.headers["connection"] = "close"
    else:
        flow.response.headers["transfer-encoding"] = "chunked"
