"""Requests and responses on their way through the gateway: headers, bodies, and what may be changed.

Sources: set-header-policy (2024-03-18) for joined and unchangeable headers; RFC 9110, 7.6.1 for hop-by-hop
headers.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from gatewright.apim.expressions import context
from gatewright.apim.expressions.utf16 import from_units, utf8_bytes

SEPARATE_LINES = frozenset(
    {
        "USER-AGENT",
        "WWW-AUTHENTICATE",
        "PROXY-AUTHENTICATE",
        "COOKIE",
        "SET-COOKIE",
        "WARNING",
        "DATE",
        "EXPIRES",
        "IF-MODIFIED-SINCE",
        "IF-UNMODIFIED-SINCE",
        "LAST-MODIFIED",
        "RETRY-AFTER",
    }
)
"""Headers whose values each get a line of their own; all others are joined by commas. In capitals."""

FIXED = frozenset({"CONNECTION", "CONTENT-LENGTH", "KEEP-ALIVE", "TRANSFER-ENCODING"})
"""Headers that a policy can neither change nor delete. In capitals."""

_HOP_BY_HOP = frozenset(
    {
        "CONNECTION",
        "KEEP-ALIVE",
        "PROXY-AUTHENTICATE",
        "PROXY-AUTHORIZATION",
        "PROXY-CONNECTION",
        "TE",
        "TRAILER",
        "TRANSFER-ENCODING",
        "UPGRADE",
        "CONTENT-LENGTH",
    }
)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_FORBIDDEN = re.compile(r"[\x00\r\n]")

RawHeaders = list[tuple[bytes, bytes]]


class BadHeader(ValueError):
    """A header name or value that HTTP cannot carry."""


class Headers(context.Headers):
    """Headers as expressions read them and policies change them; names keep the spelling they came with."""

    __slots__ = ()

    @classmethod
    def of(cls, raw: Iterable[tuple[bytes, bytes]]) -> Headers:
        """Headers from bytes, read as ISO 8859-1."""
        return cls((name.decode("latin-1"), value.decode("latin-1")) for name, value in raw)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.upper() in self.data

    def first(self, name: str) -> str | None:
        """The first value of a header, or None."""
        found = self.data.get(name.upper())
        return from_units(found[1].items[0]) if found and found[1].items else None

    def replace(self, name: str, values: Iterable[str]) -> None:
        """These values in place of any that are there.

        Raises:
            BadHeader: HTTP cannot carry the name or a value.
        """
        self.set(_name(name), list(map(_value, values)))

    def append(self, name: str, values: Iterable[str]) -> None:
        """These values behind any that are there.

        Raises:
            BadHeader: HTTP cannot carry the name or a value.
        """
        for value in map(_value, values):
            self.add(_name(name), value)

    def lines(self) -> Iterator[tuple[str, str]]:
        """One line a header; several for those that are never joined."""
        for key, (name, values) in self.data.items():
            items = values.items
            if len(items) == 1:
                yield name, items[0]
            elif key in SEPARATE_LINES:
                yield from ((name, item) for item in items)
            else:
                yield name, ",".join(items)

    def end_to_end(self) -> RawHeaders:
        """The lines that may pass to the next hop, as bytes; the length is left to the framing."""
        dropped = _HOP_BY_HOP
        if (named := self.get("Connection")) is not None:
            dropped |= {item.strip().upper() for item in named.split(",")}
        return [(encoded(n), encoded(v)) for n, v in self.lines() if n.upper() not in dropped]


def encoded(text: str) -> bytes:
    """A header's text as bytes: ISO 8859-1, else UTF-8."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return utf8_bytes(text)


def _name(name: str) -> str:
    if not _TOKEN.match(name):
        raise BadHeader(f"{name!r} cannot be the name of a header.")
    return name


def _value(value: str) -> str:
    if _FORBIDDEN.search(value):
        raise BadHeader("New-line characters are not allowed in header values.")
    return value


class Body(Protocol):
    """The bytes of a message."""

    @property
    def loaded(self) -> bytes | None:
        """All bytes where they are in memory, else None."""
        ...

    async def load(self) -> bytes:
        """All bytes; waits for them."""
        ...

    def chunks(self) -> AsyncIterator[bytes]:
        """The bytes in pieces, each as soon as it is there."""
        ...

    async def aclose(self) -> None:
        """Gives up what has not been read."""
        ...


class BytesBody:
    """A body in memory."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes = b"") -> None:
        self._data = data

    @property
    def loaded(self) -> bytes:
        """All bytes."""
        return self._data

    async def load(self) -> bytes:
        """All bytes."""
        return self._data

    async def chunks(self) -> AsyncIterator[bytes]:
        """All bytes in one piece, none when there are none."""
        if self._data:
            yield self._data

    async def aclose(self) -> None:
        """Nothing to give up."""


@dataclass(slots=True)
class RequestMessage:
    """The request as it would go to the backend now.

    Attributes:
        method: HTTP method.
        path: path behind the API's own, percent-encoded, with a leading slash.
        query: the query without its question mark, percent-encoded.
        headers: all headers.
        body: its bytes; `has_body` tells an empty one from none.
        has_body: whether the client sent a body, or a policy set one.
        consumed: an expression has read the body without preserving it.
    """

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    has_body: bool
    consumed: bool = False


@dataclass(slots=True)
class ResponseMessage:
    """The response as it would go to the client now.

    Attributes:
        status: status code.
        reason: reason phrase; API Management shows it to policies, HTTP servers choose their own.
        headers: all headers.
        body: its bytes.
        consumed: an expression has read the body without preserving it.
    """

    status: int
    reason: str
    headers: Headers
    body: Body
    consumed: bool = False
