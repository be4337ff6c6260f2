"""A recording of what passes the gateway: what clients sent and got, with the times of the parts.

The recording is redacted before it is written, and knows of each request whose it was (a tenant id, never a
key). It is written whole, beside its place first, so that a cut in the middle leaves the one before.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gatewright.diagnostics import Rejected
from gatewright.harness.clock import Clock
from gatewright.harness.exchanges import HEADER
from gatewright.recordings import Exchange, Source, redact, write_har

_EMPTY = 512


def _har(exchanges: Sequence[Exchange], path: Path, comment: str) -> None:
    write_har(exchanges, path, comment=comment)


@dataclass(frozen=True, slots=True)
class RecorderOptions:
    """What a recording may hold.

    Attributes:
        path: the HAR file.
        most_exchanges: so many exchanges, later ones are counted and left out.
        most_bytes: so many bytes of bodies together, later exchanges are counted and left out.
        every_seconds: how often the file is written while there is something new.
        redacted: whether credentials and personal headers are replaced.
        host: what stands as the gateway's host instead of the one that was called, or None.
        comment: what the recording is, for a person.
        prompt_key: what prompts and answers are hashed with; None keeps them.
        write: writes exchanges to a file, with the comment; HAR where nothing else is given.
    """

    path: Path
    most_exchanges: int = 10_000
    most_bytes: int = 256 * 1024 * 1024
    every_seconds: float = 10.0
    redacted: bool = True
    host: str | None = None
    comment: str = ""
    prompt_key: bytes | None = None
    write: Callable[[Sequence[Exchange], Path, str], None] = field(default=_har)


@dataclass(slots=True)
class _Open:
    """An exchange that is under way; beyond `most` bytes its bodies are not kept."""

    most: int
    request: list[bytes] = field(default_factory=list)
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    parts: list[tuple[float, bytes]] = field(default_factory=list)
    size: int = _EMPTY
    complete: bool = False

    def heard(self, data: bytes) -> None:
        """Keeps a part of the request."""
        self.size += len(data)
        if self.size <= self.most:
            self.request.append(data)

    def said(self, at: float, data: bytes) -> None:
        """Keeps a part of the answer and its time."""
        self.size += len(data)
        if self.size <= self.most and data:
            self.parts.append((at, data))


class Recorder:
    """ASGI middleware that records every HTTP exchange.

    Attributes:
        dropped: exchanges left out because the recording is full, or because they did not end.
    """

    def __init__(
        self,
        app: ASGIApp,
        options: RecorderOptions,
        key_header: str,
        tenants: Mapping[str, str],
        clock: Clock,
    ) -> None:
        """Records from now on.

        Args:
            app: what answers.
            options: what the recording may hold.
            key_header: the header that carries the subscription key.
            tenants: tenant id by subscription key.
            clock: the time.
        """
        self.app = app
        self.options = options
        self.dropped = 0
        self._key_header = key_header.lower()
        self._tenants = tenants
        self._clock = clock
        self._exchanges: list[Exchange] = []
        self._bytes = 0
        self._new = True
        self._writer: asyncio.Task[None] | None = None

    @property
    def recorded(self) -> int:
        """How many exchanges the recording holds."""
        return len(self._exchanges)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request and records it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if self._writer is None:
            self._writer = asyncio.create_task(self._writing())
        began, moment, exchange = self._clock.monotonic(), self._clock.now(), _Open(self.options.most_bytes)

        async def heard() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                exchange.heard(message.get("body", b""))
            return message

        async def said(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                exchange.headers = _texts(message.get("headers", ()))
            elif message["type"] == "http.response.body":
                at = (self._clock.monotonic() - began) * 1000
                exchange.said(round(at, 3), message.get("body", b""))
                exchange.complete = not message.get("more_body", False)
            await send(message)

        try:
            await self.app(scope, heard, said)
        finally:
            milliseconds = (self._clock.monotonic() - began) * 1000
            self._keep(exchange, self._exchange(scope, exchange, moment, milliseconds))

    def _exchange(self, scope: Scope, given: _Open, moment: datetime, milliseconds: float) -> Exchange:
        headers = tuple(pair for pair in _texts(scope["headers"]) if pair[0] != HEADER)
        if self.options.host is not None:
            headers = tuple((n, self.options.host if n == "host" else v) for n, v in headers)
        body = b"".join(part for _, part in given.parts)
        streamed = any(
            n.lower() == "content-type" and v.startswith("text/event-stream") for n, v in given.headers
        )
        return Exchange(
            method=scope["method"],
            url=_url(scope, headers),
            request_headers=headers,
            request_body=b"".join(given.request),
            status=given.status,
            reason=_reason(given.status),
            response_headers=given.headers,
            response_body=body,
            chunks=tuple(given.parts) if streamed else (),
            started=moment,
            duration_ms=round(milliseconds, 3),
            source=Source(str(self.options.path), len(self._exchanges)),
            tenant=self._tenants.get(dict(headers).get(self._key_header, "")),
        )

    def _keep(self, given: _Open, exchange: Exchange) -> None:
        options, size = self.options, given.size
        full = len(self._exchanges) >= options.most_exchanges or self._bytes + size > options.most_bytes
        if full or not given.complete:
            self.dropped += 1
            return
        self._bytes += size
        if options.redacted:
            exchange = redact(exchange, prompt_key=options.prompt_key)
        self._exchanges.append(exchange)
        self._new = True

    async def _writing(self) -> None:
        while True:
            await asyncio.sleep(self.options.every_seconds)
            with contextlib.suppress(Rejected):  # tried again; the last attempt, at the end, tells
                await asyncio.to_thread(self.write)

    def write(self) -> None:
        """Writes the recording, in the order in which requests came, when there is something new.

        Raises:
            Rejected: REC905 when the file cannot be written.
        """
        if not self._new:
            return
        self._new = False
        order = sorted(
            self._exchanges, key=lambda exchange: exchange.started or datetime.max.replace(tzinfo=UTC)
        )
        try:
            self.options.write(order, self.options.path, self.options.comment)
        except Rejected:
            self._new = True
            raise

    async def aclose(self) -> None:
        """Ends the recording and writes what it holds."""
        if self._writer is not None:
            self._writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writer
        self.write()


def _texts(headers: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)


def _url(scope: Scope, headers: tuple[tuple[str, str], ...]) -> str:
    """The absolute URL that the client asked for."""
    host = dict(headers).get("host", "gateway.invalid")
    path = (scope.get("raw_path") or scope["path"].encode("utf-8")).decode("latin-1").partition("?")[0]
    query = scope["query_string"].decode("latin-1")
    return f"{scope.get('scheme', 'http')}://{host}{path}" + (f"?{query}" if query else "")


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
