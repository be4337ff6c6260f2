"""C# literals: escapes, characters, numbers, and the pieces of an interpolated string.

Source: C# language specification, 6.4.5 "Literals" and 12.8.3 "Interpolated string expressions".
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from gatewright.apim.expressions.utf16 import to_units

_SIMPLE = {
    "'": "'",
    '"': '"',
    "\\": "\\",
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}
_HEX = frozenset("0123456789abcdefABCDEF")


class BadLiteral(Exception):
    """A literal that C# would not accept."""


def unescape(text: str) -> str:
    """The value of the inside of a regular string or character literal, in UTF-16 units."""
    if "\\" not in text:
        return to_units(text)
    out: list[str] = []
    at = 0
    while at < len(text):
        step = text[at]
        if step != "\\":
            out.append(step)
            at += 1
            continue
        value, at = _escape(text, at + 1)
        out.append(value)
    return to_units("".join(out))


def _escape(text: str, at: int) -> tuple[str, int]:
    kind = text[at : at + 1]
    if kind in _SIMPLE and kind:
        return _SIMPLE[kind], at + 1
    if kind in ("u", "U"):
        count = 4 if kind == "u" else 8
        digits = text[at + 1 : at + 1 + count]
        if len(digits) == count and set(digits) <= _HEX and int(digits, 16) < 0x110000:
            return chr(int(digits, 16)), at + 1 + count
    if kind == "x":
        stop = at + 1
        while stop < len(text) and stop < at + 5 and text[stop] in _HEX:
            stop += 1
        if stop > at + 1:
            return chr(int(text[at + 1 : stop], 16)), stop
    raise BadLiteral(f"\\{kind} is not an escape of C#")


def string_value(text: str) -> str:
    """The value of `"..."` or `@"..."`."""
    if text.startswith("@"):
        return to_units(text[2:-1].replace('""', '"'))
    if "\n" in text:
        raise BadLiteral("a new line stands in a string literal")
    return unescape(text[1:-1])


def char_value(text: str) -> str:
    """The value of `'x'`: exactly one UTF-16 unit."""
    value = unescape(text[1:-1])
    if len(value) != 1 or text[1:-1] in ("'", "\n"):
        raise BadLiteral("a character literal holds exactly one character; texts stand in double quotes")
    return value


def integer_value(text: str) -> tuple[str, int]:
    """The C# type and value of an integer literal."""
    digits = text.replace("_", "").lower()
    suffix = ""
    body = digits
    hexadecimal = digits.startswith("0x")
    while body and body[-1] in "ul":
        suffix = body[-1] + suffix
        body = body[:-1]
    value = int(body, 16) if hexadecimal else int(body, 2) if body.startswith("0b") else int(body, 10)
    for kind, bits in _integer_kinds(suffix):
        if value < 1 << bits:
            return kind, value
    raise BadLiteral(f"{text} does not fit any integer type")


def _integer_kinds(suffix: str) -> tuple[tuple[str, int], ...]:
    match suffix:
        case "":
            return ("int", 31), ("uint", 32), ("long", 63), ("ulong", 64)
        case "u":
            return ("uint", 32), ("ulong", 64)
        case "l":
            return ("long", 63), ("ulong", 64)
        case _:
            return (("ulong", 64),)


def real_value(text: str) -> tuple[str, str | float]:
    """The C# type and value of a real literal; a decimal keeps its digits."""
    digits = text.replace("_", "")
    match digits[-1].lower():
        case "m":
            return "decimal", digits[:-1]
        case "f":
            value = _finite(digits[:-1], 3.4028235677973366e38)
            return "float", struct.unpack("f", struct.pack("f", value))[0]
        case "d":
            return "double", _finite(digits[:-1])
        case _:
            return "double", _finite(digits)


def _finite(digits: str, limit: float = math.inf) -> float:
    value = float(digits)
    if value >= limit:
        raise BadLiteral(f"{digits} is outside the range of its type")
    return value


@dataclass(frozen=True, slots=True)
class HoleText:
    """The pieces of `{value,alignment:format}` with the offset of each in the literal."""

    value: str
    value_at: int
    alignment: str | None
    alignment_at: int
    format: str | None


def interpolated_pieces(text: str) -> Iterator[str | HoleText]:
    """The texts and holes of `$"..."`, `$@"..."` or `@$"..."`."""
    start = text.index('"') + 1
    verbatim = "@" in text[:start]
    at, end = start, len(text) - 1
    buffer: list[str] = []
    while at < end:
        step = text[at]
        if step in "{}":
            if text[at + 1 : at + 2] == step:
                buffer.append(step)
                at += 2
                continue
            if step == "}":
                raise BadLiteral("a single } stands in an interpolated string; write }}")
            yield _text(buffer, verbatim)
            buffer = []
            hole, at = _hole(text, at + 1, end, verbatim)
            yield hole
            continue
        if step == "\\" and not verbatim:
            buffer.append(text[at : at + 2])
            at += 2
            continue
        buffer.append(step)
        at += 1
    yield _text(buffer, verbatim)


def _text(buffer: list[str], verbatim: bool) -> str:
    joined = "".join(buffer)
    return to_units(joined.replace('""', '"')) if verbatim else unescape(joined)


def _hole(text: str, at: int, end: int, verbatim: bool) -> tuple[HoleText, int]:
    stop, kind = _until(text, at, end, ",:}")
    value = text[at:stop]
    value_at, alignment, alignment_at, pattern = at, None, 0, None
    if kind == ",":
        alignment_at = stop + 1
        stop, kind = _until(text, stop + 1, end, ":}")
        alignment = text[alignment_at:stop]
    if kind == ":":
        close = text.find("}", stop)
        if close < 0 or close >= end:
            raise BadLiteral("a hole of an interpolated string is not closed")
        raw = text[stop + 1 : close]
        pattern = to_units(raw) if verbatim else unescape(raw)
        stop = close
    return HoleText(value, value_at, alignment, alignment_at, pattern), stop + 1


def _until(text: str, at: int, end: int, stops: str) -> tuple[int, str]:
    depth = 0
    while at < end:
        step = text[at]
        if depth == 0 and step in stops and text[at : at + 2] != "::":
            return at, step
        if step in "([{":
            depth += 1
        elif step in ")]}":
            depth -= 1
        elif step in "\"'":
            at = _quoted(text, at, end)
            continue
        at += 1
    raise BadLiteral("a hole of an interpolated string is not closed")


def _quoted(text: str, at: int, end: int) -> int:
    """Where a text or character that begins here ends; a text may be interpolated itself."""
    quote = text[at]
    lead = text[max(0, at - 2) : at] if quote == '"' else ""
    marks = lead[len(lead.rstrip("$@")) :]
    verbatim, inner = "@" in marks, "$" in marks
    at += 1
    while at < end:
        if inner and text[at] == "{" and text[at + 1 : at + 2] != "{":
            _, at = _hole(text, at + 1, end, verbatim)
            continue
        if inner and text[at] in "{}":
            at += 2
            continue
        if text[at] == "\\" and not verbatim:
            at += 2
            continue
        if text[at] == quote:
            if verbatim and text[at + 1 : at + 2] == quote:
                at += 2
                continue
            return at + 1
        at += 1
    raise BadLiteral("a text inside a hole of an interpolated string is not closed")
