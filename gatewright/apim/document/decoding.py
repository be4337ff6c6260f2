"""References, CDATA and line ends of a piece of markup, decoded; each character keeps its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gatewright.apim.document.source import Segment

NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}

BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")
"""An ampersand that begins none of XML's own references."""

FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""A character that XML 1.0 (section 2.2) does not allow."""

CDATA = "<![CDATA["

_LINES = re.compile(r"\r\n?")
_TOKENS = re.compile(
    r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));|\r\n?|<!\[CDATA\[|\]\]>"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A value and where its characters stand in the source."""

    value: str
    segments: tuple[Segment, ...]


def decode(text: str, start: int, end: int, *, references: bool = True) -> Decoded:
    """A range of the source as a value.

    Args:
        text: the source.
        start: where the range begins.
        end: where it ends.
        references: decode references and CDATA; False leaves them as they stand (C# in `rawxml`).
    """
    piece = text[start:end]
    if "&" not in piece and "\r" not in piece and CDATA not in piece:
        return Decoded(piece, ((0, start, 1),))
    parts: list[str] = []
    segments: list[Segment] = [(0, start, 1)]
    position = length = 0
    inside = False
    for found in (_TOKENS if references else _LINES).finditer(piece):
        token = found.group()
        if token[0] == "\r":
            decoded: str | None = "\n"
        elif token == CDATA:
            decoded = None if inside else ""
            inside = True
        elif token == "]]>":
            decoded = "" if inside else None
            inside = False
        else:
            decoded = None if inside else _character(found)
        if decoded is None:
            continue
        parts += (piece[position : found.start()], decoded)
        length += found.start() - position + len(decoded)
        position = found.end()
        if len(token) != len(decoded):
            segments.append((length, start + position, 1))
    parts.append(piece[position:])
    return Decoded("".join(parts), tuple(segments))


def _character(found: re.Match[str]) -> str | None:
    name, decimal, hexadecimal = found.groups()
    if name:
        return NAMED[name]
    number = int(decimal) if decimal else int(hexadecimal, 16)
    char = chr(number) if number <= 0x10FFFF else "\0"
    return None if FORBIDDEN.match(char) else char


def decode_cdata(text: str, start: int, end: int) -> Decoded:
    """The inside of a CDATA section: only line ends are normalised."""
    return decode(text, start, end, references=False)
