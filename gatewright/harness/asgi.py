"""The HTTP side of the gateway: an ASGI application around the pipeline."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.types import Message, Receive, Scope, Send

from gatewright.harness import errors
from gatewright.harness.call import Arrival, Call, Watch
from gatewright.harness.errors import Fault
from gatewright.harness.forwarding import EXCHANGE_HEADER, Broken
from gatewright.harness.messages import Headers, RequestMessage, ResponseMessage, encoded

CLIENT_GONE = 499
"""The status of an outcome whose client left before any status was sent (our reading)."""

_BODILESS = frozenset({204, 205, 304})


@dataclass(slots=True)
class Sent:
    """How far an answer got.

    Attributes:
        status: the status that left, None before one did.
        complete: the whole answer left.
        broken: the backend's answer broke off on the way.
        failed: the gateway itself failed; the server answers 500 where no status has left.
    """

    status: int | None = None
    complete: bool = False
    broken: bool = False
    failed: bool = False


Open = Callable[[Arrival, RequestMessage, Watch], Call]
Serve = Callable[[Call, Fault | None], Awaitable[None]]
Close = Callable[[Call, Sent, bool], None]


@dataclass(frozen=True, slots=True)
class Front:
    """The application.

    Attributes:
        arrive: what is known of a request from its first line.
        open: makes a call of a request.
        serve: runs the call; with a fault, its on-error alone.
        close: told once about each call, whatever became of it.
        shut: ends the gateway when the server does.
        max_body_bytes: longest request body.
    """

    arrive: Callable[[Scope, Headers], Arrival]
    open: Open
    serve: Serve
    close: Close
    shut: Callable[[], Awaitable[None]]
    max_body_bytes: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request, or the server's start and end."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.shut()
        await send({"type": "lifespan.shutdown.complete"})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers.of(scope["headers"])
        arrival = self.arrive(scope, headers)
        body = await _body(receive, headers, self.max_body_bytes)
        path = arrival.path
        request = RequestMessage(scope["method"].upper(), path, arrival.query, headers, body.data, body.there)
        watch = Watch(lambda: _left(receive))
        call = self.open(arrival, request, watch)
        sent, gone = Sent(), body.gone
        try:
            if not gone:
                fault = errors.request_too_large(self.max_body_bytes) if body.too_large else None
                await self.serve(call, fault)
                await self._send(call, sent, send)
        except asyncio.CancelledError:
            gone = watch.gone
            if not gone:
                raise
            task = asyncio.current_task()
            if task is not None:
                task.uncancel()
        except OSError:
            gone = True  # the server could not write any more
        except Exception:
            sent.failed = True
            raise
        finally:
            await watch.stop()
            if call.response is not None:
                with contextlib.suppress(Exception):
                    await call.response.body.aclose()
            self.close(call, sent, gone or not (sent.complete or sent.broken or sent.failed))

    async def _send(self, call: Call, sent: Sent, send: Send) -> None:
        response = call.response
        assert response is not None
        await send(
            {"type": "http.response.start", "status": response.status, "headers": _lines(call, response)}
        )
        sent.status = response.status
        data = b"" if response.consumed else response.body.loaded
        if call.arrival.method == "HEAD" or response.status in _BODILESS:
            data = b""
        if data is None:
            try:
                await self._relay(call, response, send)
            except Broken:
                sent.broken = True
                return
        call.accounting.settle()
        call.watch.finish()
        await send({"type": "http.response.body", "body": data or b""})
        sent.complete = True

    async def _relay(self, call: Call, response: ResponseMessage, send: Send) -> None:
        """Sends chunk by chunk; where the length is known, usage is counted before the last byte leaves."""
        call.watch.start()
        left = response.headers.first("Content-Length") or ""
        rest = int(left) if left.isdecimal() else -1
        async for chunk in response.body.chunks():
            rest -= len(chunk)
            if rest == 0:
                call.accounting.settle()
            await send({"type": "http.response.body", "body": chunk, "more_body": True})


@dataclass(frozen=True, slots=True)
class _Body:
    data: bytes = b""
    there: bool = False
    too_large: bool = False
    gone: bool = False


async def _body(receive: Receive, headers: Headers, limit: int) -> _Body:
    """The request's body; what is longer than the limit is not read to its end."""
    there = "content-length" in headers or "transfer-encoding" in headers
    length = headers.first("content-length") or "0"
    if length.isdecimal() and int(length) > limit:
        return _Body(too_large=True)
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            return _Body(gone=True)
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            return _Body(too_large=True)
        parts.append(part)
        more = message.get("more_body", False)
    return _Body(b"".join(parts), there or size > 0)


async def _left(receive: Receive) -> None:
    """Waits until the client leaves."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _lines(call: Call, response: ResponseMessage) -> list[tuple[bytes, bytes]]:
    """The header lines of an answer; its length where it is known."""
    lines = response.headers.end_to_end()
    data = b"" if response.consumed else response.body.loaded
    if response.status in _BODILESS:
        return lines
    length = str(len(data)) if data is not None else response.headers.first("Content-Length")
    if call.arrival.method == "HEAD" and data is not None:
        length = response.headers.first("Content-Length") or length
    if length is not None:
        lines.append((b"content-length", encoded(length)))
    return lines


def exchange_id(headers: Headers) -> str | None:
    """The client's own id of the exchange."""
    return headers.first(EXCHANGE_HEADER)
