"""Texts taken apart and put together: Split, Join, Concat.

Source: https://learn.microsoft.com/dotnet/api/system.string.split (.NET Core 3.1).
"""

from __future__ import annotations

from collections.abc import Iterable

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import (
    out_of_range,
)
from gatewright.apim.expressions.library.primitives import WHITE
from gatewright.apim.expressions.limits import check_size
from gatewright.apim.expressions.text import text_of
from gatewright.apim.expressions.values import NetArray, Value, boxed_items

_STRINGS = t.array(t.STRING)


def split(s: str, separators: list[str] | None, count: int | None, options: int) -> NetArray:
    """`string.Split`."""
    if count is not None and count < 0:
        raise out_of_range(
            "count",
            "Count must be positive and count must refer to a location within the string/array/collection.",
        )
    drop = bool(options & 1)
    if count == 0 or (drop and not s):
        return NetArray(_STRINGS, [])
    parts = _pieces(s, separators, count, drop)
    return NetArray(_STRINGS, parts)


def _pieces(s: str, separators: list[str] | None, count: int | None, drop: bool) -> list[str]:
    seps = [x for x in separators or () if x]
    if not separators:
        seps = list(WHITE)
    if not seps:
        return [s]
    if count is None and len(seps) == 1:
        parts = s.split(seps[0])
        return [p for p in parts if p] if drop else parts
    out: list[str] = []
    at = start = 0
    while at < len(s):
        if count is not None and len(out) == count - 1:
            break
        hit = next((x for x in seps if s.startswith(x, at)), None)
        if hit is None:
            at += 1
            continue
        if at > start or not drop:
            out.append(s[start:at])
        at += len(hit)
        start = at
    if drop and count is not None:
        while (hit := next((x for x in seps if s.startswith(x, start)), None)) is not None:
            start += len(hit)
    rest = s[start:]
    return out if drop and not rest else [*out, rest]


def chars_of(value: NetArray | None) -> list[str] | None:
    """The characters of an array as separators."""
    return None if value is None else list(value.items)


def texts_of(value: NetArray | None) -> list[str] | None:
    """The texts of an array as separators."""
    return None if value is None else [x for x in value.items if x]


def join_items(separator: str | None, values: Iterable[Value]) -> str:
    """`Join` of any sequence."""
    parts = [text_of(v) for v in values]
    glue = separator or ""
    check_size(sum(map(len, parts)) + len(glue) * len(parts))
    return glue.join(parts)


def joined(separator: str | None, values: Value) -> str:
    """`Join`."""
    return join_items(separator, boxed_items(values))


def join_range(separator: str | None, values: NetArray, start: int, count: int) -> str:
    """`string.Join` of a part of an array."""
    if start < 0 or count < 0 or start + count > len(values.items):
        raise out_of_range("startIndex")
    return join_items(separator, values.items[start : start + count])


def concat(*values: Value) -> str:
    """`Concat`."""
    return "".join([text_of(v) for v in values])


def repeated(c: str, count: int) -> str:
    """`new string(c, count)`."""
    if count < 0:
        raise out_of_range("count", "Count cannot be less than zero.")
    check_size(count)
    return c * count
