"""The fields of a multipart form, read strictly: which model it names, and where that stands.

Strict on purpose: whatever two servers could read differently (text before the first part, a second model, a
name in another spelling, an encoding of its own) is no form of ours. Files are not looked into.

Source: RFC 7578, https://www.rfc-editor.org/rfc/rfc7578 (2015-07); RFC 2046, section 5.1 (1996-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

MAX_PARTS = 200
MAX_HEAD = 2048
MAX_TEXT = 1024

_QUOTED = r'"([A-Za-z0-9\'()+_,./:=? -]{1,70})"'
_TYPE = re.compile(
    rf"multipart/form-data[ \t]*;[ \t]*boundary=(?:{_QUOTED}|([A-Za-z0-9'+_.-]{{1,70}}))[ \t]*;?\Z",
    re.IGNORECASE,
)
_VALUE = rb'(?:"([^"\r\n\\]*)"|([^\s";,]+))'
_DISPOSITION = re.compile(
    rb"form-data[ \t]*;[ \t]*name=" + _VALUE + rb"(?P<file>[ \t]*;[ \t]*filename.*)?\Z", re.IGNORECASE
)
_SECOND = re.compile(rb";[ \t]*name[ \t]*\*?[ \t]*=", re.IGNORECASE)
_NAME = re.compile(rb"[a-z-]+\Z")
_TEXT = re.compile(rb"text/plain(?:[ \t]*;[ \t]*charset=\"?(?:utf-8|us-ascii)\"?)?\Z", re.IGNORECASE)


class Field(NamedTuple):
    """One field: its name, and where its value stands.

    Attributes:
        is_file: it has a file name.
        is_plain: its value is plain text.
        is_bare: nothing says that its bytes are to be decoded in a way of their own.
    """

    name: str
    start: int
    end: int
    is_file: bool
    is_plain: bool
    is_bare: bool


class NotAForm(ValueError):
    """The bytes are no form that can be read in one way only."""


def boundary(content_types: list[str]) -> bytes | None:
    """The boundary that the one content type names; None where that is no form.

    >>> boundary(["multipart/form-data; boundary=x1"])
    b'x1'
    """
    found = _TYPE.match(content_types[0].strip()) if len(content_types) == 1 else None
    return (found[1] or found[2]).encode() if found else None


def fields(body: bytes, mark: bytes) -> list[Field]:
    """The fields of a form, in order.

    Raises:
        NotAForm: it can be read in more ways than one, or in none.
    """
    return [_field(body, start, end) for start, end in _parts(body, b"--" + mark)]


def text_of(body: bytes, field: Field) -> str | None:
    """The value of a short plain field; None for any other."""
    if field.is_file or not field.is_plain or field.end - field.start > MAX_TEXT:
        return None
    try:
        return body[field.start : field.end].decode()
    except UnicodeDecodeError:
        return None


def _parts(body: bytes, mark: bytes) -> Iterator[tuple[int, int]]:
    if not body.startswith(mark):
        raise NotAForm
    between = b"\r\n" + mark
    at = len(mark)
    for _ in range(MAX_PARTS):
        if body.startswith(b"--", at):
            if body[at + 2 : at + 5] not in (b"", b"\r\n"):
                raise NotAForm
            return
        end = body.find(between, at)
        if end < 0 or not body.startswith(b"\r\n", at):
            raise NotAForm
        yield at + 2, end
        at = end + len(between)
    raise NotAForm


def _field(body: bytes, start: int, end: int) -> Field:
    stop = body.find(b"\r\n\r\n", start, min(end, start + MAX_HEAD))
    if stop < 0:
        raise NotAForm
    found: dict[bytes, bytes] = {}
    for line in body[start:stop].split(b"\r\n"):
        name, colon, value = line.partition(b":")
        name = name.lower()
        if not colon or not _NAME.match(name) or name in found or b"\n" in line or b"\r" in line:
            raise NotAForm
        found[name] = value.strip()
    disposition = _DISPOSITION.match(found.pop(b"content-disposition", b""))
    if disposition is None or _SECOND.search(disposition["file"] or b""):
        raise NotAForm
    kind = found.pop(b"content-type", b"text/plain")
    name = disposition[1] if disposition[2] is None else disposition[2]
    plain = not found and _TEXT.match(kind) is not None
    bare = plain or (not found and b"charset" not in kind.lower())
    return Field(name.decode("latin-1"), stop + 4, end, disposition["file"] is not None, plain, bare)
