"""Recorded exchanges measured, by the same path as live traffic.

What an exchange must offer is stated as protocols: recordings are another room.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Protocol

from gatewright.metering.exchange_meter import Ending, ExchangeMeter, Identity, MeteredRequest
from gatewright.metering.record import RecordSource, UsageRecord


class RecordedSource(Protocol):
    """Where a recorded exchange stands."""

    @property
    def file(self) -> str:
        """The recording."""

    @property
    def entry(self) -> int:
        """Position in it, from 0."""


class RecordedExchange(Protocol):
    """A recorded exchange, as far as metering needs it."""

    @property
    def method(self) -> str:
        """HTTP method."""

    @property
    def url(self) -> str:
        """Whole URL."""

    @property
    def request_body(self) -> bytes:
        """The request's body."""

    @property
    def status(self) -> int:
        """HTTP status; 0 where there was no answer."""

    @property
    def response_headers(self) -> Sequence[tuple[str, str]]:
        """The answer's headers."""

    @property
    def response_body(self) -> bytes:
        """The answer's body."""

    @property
    def chunks(self) -> Sequence[tuple[float, bytes]]:
        """The answer's body as it came: milliseconds from the request's begin, bytes."""

    @property
    def started(self) -> datetime | None:
        """When the request began."""

    @property
    def duration_ms(self) -> float | None:
        """From begin to end."""

    @property
    def tenant(self) -> str | None:
        """Whose request it was."""

    @property
    def source(self) -> RecordedSource | None:
        """Where it stands."""


def meter(exchange: RecordedExchange, position: int = 0) -> UsageRecord:
    """The usage record of one recorded exchange. Its id depends on file name and position alone.

    Args:
        exchange: what was recorded.
        position: its position, where it does not say so itself.
    """
    place = exchange.source
    source = RecordSource(place.file, place.entry) if place else RecordSource("", position)
    gauge = ExchangeMeter(_id(source), Identity(tenant=exchange.tenant, source=source if place else None))
    gauge.begin(MeteredRequest(exchange.method, exchange.url, exchange.request_body), exchange.started)
    if exchange.status <= 0:
        return gauge.finish(Ending.NO_ANSWER, duration_ms=exchange.duration_ms)
    gauge.response(exchange.status, exchange.response_headers)
    for elapsed_ms, data in exchange.chunks:
        gauge.feed(data, elapsed_ms)
    if not exchange.chunks:
        gauge.feed(exchange.response_body)
    return gauge.finish(Ending.COMPLETE, duration_ms=exchange.duration_ms)


def _id(source: RecordSource) -> str:
    return hashlib.sha256(f"{PurePath(source.file).name}#{source.entry}".encode()).hexdigest()[:32]
