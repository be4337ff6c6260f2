"""One HTTP POST: no redirects, no retries, bounded in time. What came back is a value, not an exception."""

from __future__ import annotations

import gzip
import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_MOST_ANSWER = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: status, headers by lower-case name, and the begin of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoReply(Exception):
    """No answer came. The message is a short reason."""


def post(url: str, headers: Mapping[str, str], body: bytes, *, seconds: float = 30.0) -> Reply:
    """Sends a body, compressed, on a connection of its own.

    Raises:
        NoReply: the connection failed, was cut or took too long.
    """
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port, seconds)
    sent = {**headers, "content-encoding": "gzip", "connection": "close"}
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path or "/", gzip.compress(body, compresslevel=6, mtime=0), sent)
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, found, answer.read(_MOST_ANSWER))
    except (OSError, http.client.HTTPException) as fault:
        raise NoReply(f"no answer: {type(fault).__name__}") from fault
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int | None, seconds: float) -> http.client.HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=seconds, context=context)
    return http.client.HTTPConnection(host, port, timeout=seconds)
