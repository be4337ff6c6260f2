"""`Exchange`: one recorded request and its answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where an exchange stands: file, as it was named by the caller, and position in it from 0."""

    file: str
    entry: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, bodies whole and decoded from content encodings.

    Attributes:
        method: HTTP method.
        url: whole URL, as the client called it.
        request_headers: in order; a name may stand twice.
        request_body: the body.
        status: HTTP status of the answer; 0 where there was none.
        reason: the reason phrase.
        response_headers: in order; a name may stand twice.
        response_body: the body.
        chunks: the answer's body as it came: milliseconds from the request's begin, bytes; empty where the
            times are not known. Joined they are `response_body`.
        started: when the request began, aware; None where that is not known.
        duration_ms: from the request's begin to the answer's end; None where that is not known.
        tenant: id of the tenant whose request it was, never a key; None where that is not known.
        request_id: one for all attempts of one client request, as in usage records; None where that is not
            known.
        hashed: whether hashes stand in the place of what somebody wrote; no token can be counted in it then.
        source: where the exchange was read from; None for one that was not read from a file.
    """

    method: str
    url: str
    request_headers: Headers = ()
    request_body: bytes = b""
    status: int = 0
    reason: str = ""
    response_headers: Headers = ()
    response_body: bytes = b""
    chunks: tuple[tuple[float, bytes], ...] = ()
    started: datetime | None = None
    duration_ms: float | None = None
    tenant: str | None = None
    request_id: str | None = None
    hashed: bool = False
    source: Source | None = None
