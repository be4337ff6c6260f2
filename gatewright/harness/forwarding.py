"""Sending a request to a backend, and the body of its answer.

Bytes are relayed as they come, compressed ones too. Connections are HTTP/1.1; nothing is followed, decoded or
taken from the environment.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import lru_cache

import httpx

from gatewright.harness import errors
from gatewright.harness.backends import Pool, Single, retry_after_seconds
from gatewright.harness.call import Call, phrase
from gatewright.harness.errors import Place, PolicyFault
from gatewright.harness.messages import Headers, ResponseMessage, encoded
from gatewright.harness.outcome import Attempt

EXCHANGE_HEADER = "x-local-exchange"

PIECE_BYTES = 8 * 1024
"""How much a buffered response holds back (forward-request-policy, 2023-10-19)."""


@dataclass(frozen=True, slots=True)
class Sending:
    """How a request is sent.

    Attributes:
        timeout_seconds: how long to wait for the answer's headers.
        keeps_body: the request's body is kept for another send.
        buffers: the answer is relayed in pieces of 8 KiB and not chunk by chunk.
        place: the `forward-request`.
    """

    timeout_seconds: float
    keeps_body: bool
    buffers: bool
    place: Place


class Broken(Exception):
    """The backend's answer broke off while it was read."""


class BackendBody:
    """The body of a backend's answer."""

    def __init__(self, response: httpx.Response, call: Call, sending: Sending) -> None:
        self._response, self._call, self._sending = response, call, sending
        self._data: bytes | None = None

    @property
    def loaded(self) -> bytes | None:
        """All bytes once a policy has asked for them."""
        return self._data

    async def load(self) -> bytes:
        """All bytes.

        Raises:
            PolicyFault: BackendConnectionFailure when the answer breaks off.
        """
        if self._data is None:
            try:
                self._data = b"".join([chunk async for chunk in self._raw()])
            except Broken as fault:
                unreachable = errors.backend_unreachable(
                    str(fault), self._call.request_id, self._sending.place
                )
                raise PolicyFault(unreachable) from fault
        return self._data

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes as they come, or in pieces of 8 KiB where the policy buffers.

        Raises:
            Broken: the answer broke off.
        """
        if self._data is not None:
            if self._data:
                yield self._data
            return
        held = bytearray()
        async for chunk in self._raw():
            if not self._sending.buffers:
                yield chunk
                continue
            held += chunk
            if len(held) >= PIECE_BYTES:
                yield bytes(held)
                held.clear()
        if held:
            yield bytes(held)

    async def _raw(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._response.aiter_raw():
                if chunk:
                    self._call.accounting.feed(chunk)
                    yield chunk
        except (httpx.TransportError, httpx.StreamError) as fault:
            raise Broken(_words(fault)) from fault
        finally:
            await self._response.aclose()

    async def aclose(self) -> None:
        """Closes the connection unless everything was read."""
        await self._response.aclose()


async def forward(call: Call, sending: Sending) -> None:
    """Sends the request as it stands and makes the answer the response; its body is not read yet.

    Raises:
        PolicyFault: BackendConnectionFailure, Timeout, or BackendUnavailable (every circuit is open).
    """
    await call.drop_response()
    call.accounting.dropped()
    backend = _choose(call, sending.place)
    request = _request(call, backend, sending)
    call.body_sent = not sending.keeps_body
    started = call.state.clock.monotonic()
    answer = None
    try:
        answer = await call.until_gone(_send(call, request, sending.timeout_seconds))
    except TimeoutError as fault:
        _count_break(call, backend, "Timeout")
        raise PolicyFault(
            errors.backend_timeout(sending.timeout_seconds, call.request_id, sending.place)
        ) from fault
    except httpx.TransportError as fault:
        _count_break(call, backend, "BackendConnectionFailure")
        unreachable = errors.backend_unreachable(_words(fault), call.request_id, sending.place)
        raise PolicyFault(unreachable) from fault
    finally:
        elapsed = (call.state.clock.monotonic() - started) * 1000
        call.attempts.append(Attempt(backend.id, answer.status_code if answer else None, elapsed))
    _take(call, backend, answer, sending)


def _choose(call: Call, place: Place) -> Single:
    if call.target is None:
        message = "No backend service is set for this request."
        raise PolicyFault(errors.backend_unreachable(message, call.request_id, place))
    backend, now = call.target.backend, call.state.clock.monotonic()
    chosen = backend.choose(now) if isinstance(backend, Pool) else backend
    if chosen is not None and not chosen.open_for(now):
        return chosen
    call.attempts.append(Attempt(backend.id, None, 0.0))
    kind = "Backend pool" if isinstance(backend, Pool) else "Backend"
    wait = max(1, -int(-backend.open_for(now) // 1))
    raise PolicyFault(errors.backend_unavailable(kind, backend.id, wait, place))


def _request(call: Call, backend: Single, sending: Sending) -> httpx.Request:
    message = call.request
    if call.body_sent and call.request_bytes():
        text = "The request's body was sent already and buffer-request-body did not keep it."
        raise PolicyFault(errors.backend_unreachable(text, call.request_id, sending.place))
    query = f"?{message.query}" if message.query else ""
    try:
        url = _url(f"{backend.url}{message.path}{query}")
    except httpx.InvalidURL as fault:
        raise PolicyFault(errors.backend_unreachable(str(fault), call.request_id, sending.place)) from fault
    headers = [(n, v) for n, v in message.headers.end_to_end() if n.lower() not in (b"host", b"expect")]
    own = {EXCHANGE_HEADER: call.arrival.exchange_id, **call.state.upstream_headers}
    replaced = {encoded(name.lower()) for name in own}
    headers = [(name, value) for name, value in headers if name.lower() not in replaced]
    headers += [(encoded(name), encoded(value)) for name, value in own.items()]
    content = call.request_bytes()
    return httpx.Request(message.method, url, headers=headers, content=content)


@lru_cache(1024)
def _url(text: str) -> httpx.URL:
    return httpx.URL(text)


async def _send(call: Call, request: httpx.Request, timeout_seconds: float) -> httpx.Response:
    request.extensions["timeout"] = {"connect": timeout_seconds, "pool": timeout_seconds}
    try:
        async with asyncio.timeout(timeout_seconds):
            return await call.state.transport.handle_async_request(request)
    except httpx.TimeoutException as fault:
        raise TimeoutError(str(fault)) from fault


def _count_break(call: Call, backend: Single, reason: str) -> None:
    if backend.breaker:
        backend.breaker.broke(reason, call.state.clock.monotonic())


def _take(call: Call, backend: Single, answer: httpx.Response, sending: Sending) -> None:
    clock, headers = call.state.clock, Headers.of(answer.headers.raw)
    if backend.breaker:
        wait = retry_after_seconds(headers.first("Retry-After"), clock.now())
        backend.breaker.answered(answer.status_code, wait, clock.monotonic())
    call.accounting.started(backend.id, answer.status_code, headers.get("Content-Encoding"))
    reason = answer.reason_phrase or phrase(answer.status_code)
    call.respond(ResponseMessage(answer.status_code, reason, headers, BackendBody(answer, call, sending)))


def _words(fault: Exception) -> str:
    return str(fault) or type(fault).__name__
