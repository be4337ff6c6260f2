"""JSON as text with exact byte offsets: the top-level members of an object, and typed access to values.

Proxied bodies are changed by splicing bytes, never by a JSON round trip, so that everything which is not
replaced stays as the client or the service wrote it.

Source: RFC 8259, https://www.rfc-editor.org/rfc/rfc8259 (2017-12).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = "dict[str, Json]"

BOM = b"\xef\xbb\xbf"

_SPACE = re.compile(r"[ \t\n\r]*+")


class NotJson(ValueError):
    """A text that is not JSON, or not the JSON that was expected. The message is a short reason."""


class Member(NamedTuple):
    """One member of a JSON object, with byte offsets into the text it was found in.

    Attributes:
        key: the name, escapes resolved.
        key_start: offset of the opening quote of the name.
        start: offset of the value's first byte.
        end: offset behind the value's last byte.
        value: the value.
    """

    key: str
    key_start: int
    start: int
    end: int
    value: Json


class ObjectText(NamedTuple):
    """A JSON object found in bytes.

    Attributes:
        start: offset of the opening brace.
        end: offset behind the closing brace.
        members: in the order in which they stand; a name may stand twice.
    """

    start: int
    end: int
    members: tuple[Member, ...]

    def named(self, key: str) -> tuple[Member, ...]:
        """Every member of that name."""
        return tuple(member for member in self.members if member.key == key)


def _refuse_constant(name: str) -> Json:
    raise NotJson(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def loads(data: bytes | bytearray | str) -> Json:
    """A JSON text as a value; a leading BOM is skipped, bytes are UTF-8.

    Raises:
        NotJson: the bytes are not UTF-8, not one JSON value, or nested beyond what can be read.
    """
    text = data if isinstance(data, str) else _decode(bytes(data).removeprefix(BOM))
    try:
        start = _skip(text, 0)
        value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError) as fault:
        raise NotJson("not JSON") from fault
    if end != len(text) and _skip(text, end) != len(text):
        raise NotJson("text behind the JSON value")
    checked: Json = value
    return checked


def read_object(data: bytes | bytearray | str) -> JsonObject:
    """A JSON text that must be an object.

    Raises:
        NotJson: as `loads`, or the value is no object.
    """
    value = loads(data)
    if not isinstance(value, dict):
        raise NotJson("not a JSON object")
    return value


def scan_object(data: bytes, begin: int = 0, stop: int | None = None) -> ObjectText:
    """The members of the one JSON object that stands in `data[begin:stop]`, with offsets into `data`.

    >>> [m.key for m in scan_object(b'{"a": 1, "b": [{"a": 2}]}').members]
    ['a', 'b']

    Raises:
        NotJson: anything that a strict reader refuses, or a value that is no object.
    """
    part = data[begin:stop]
    lead = len(BOM) if part.startswith(BOM) else 0
    text = _decode(part[lead:])
    try:
        start, end, found = _object(text)
    except (ValueError, IndexError, RecursionError) as fault:
        raise NotJson("not a JSON object") from fault
    return _with_byte_offsets(text, begin + lead, start, end, found)


_Found = tuple[str, int, int, int, Json]


def _object(text: str) -> tuple[int, int, list[_Found]]:
    """Start, end and members of the object, by character. A text that ends too soon raises IndexError."""
    start = _skip(text, 0)
    if text[start] != "{":
        raise NotJson("not a JSON object")
    found: list[_Found] = []
    at = _next(text, start + 1)
    if text[at] == "}":
        return start, _closed(text, at), found
    read = _DECODER.raw_decode
    while True:
        if text[at] != '"':
            raise NotJson("a member needs a name")
        key, after = read(text, at)
        colon = _next(text, after)
        if text[colon] != ":":
            raise NotJson("a member needs a colon")
        begin = _next(text, colon + 1)
        value, end = read(text, begin)
        found.append((key, at, begin, end, value))
        at = _next(text, end)
        if text[at] == "}":
            return start, _closed(text, at), found
        if text[at] != ",":
            raise NotJson("members are separated by commas")
        at = _next(text, at + 1)


def _closed(text: str, at: int) -> int:
    if _skip(text, at + 1) != len(text):
        raise NotJson("text behind the JSON object")
    return at + 1


def _with_byte_offsets(text: str, base: int, start: int, end: int, found: Sequence[_Found]) -> ObjectText:
    if not base and text.isascii():
        return ObjectText(start, end, tuple(map(Member._make, found)))
    convert = _Offsets(text, base)
    first = convert(start)
    members = [
        Member(key, convert(key_start), convert(value_start), convert(value_end), value)
        for key, key_start, value_start, value_end, value in found
    ]
    return ObjectText(first, convert(end), tuple(members))


class _Offsets:
    """Converts ascending character offsets to byte offsets without encoding any part twice."""

    def __init__(self, text: str, base: int) -> None:
        self._text = text
        self._ascii = text.isascii()
        self._base = base
        self._char = 0
        self._byte = base

    def __call__(self, char: int) -> int:
        if self._ascii:
            return self._base + char
        self._byte += len(self._text[self._char : char].encode())
        self._char = char
        return self._byte


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise NotJson("not UTF-8") from fault


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _next(text: str, at: int) -> int:
    """Where the next token begins. Raises IndexError where the text ends."""
    return at if text[at] > " " else _skip(text, at)


def object_at(value: Json, *keys: str) -> JsonObject | None:
    """The object at a path of names, or None where there is none."""
    for key in keys:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value if isinstance(value, dict) else None


def text_at(value: Json, *keys: str) -> str | None:
    """The non-empty text at a path of names, or None."""
    for key in keys:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value if isinstance(value, str) and value else None


def list_at(value: Json, *keys: str) -> list[Json] | None:
    """The list at a path of names, or None."""
    for key in keys:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value if isinstance(value, list) else None
