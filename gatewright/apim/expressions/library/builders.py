r"""System.Text.StringBuilder.

Source: https://learn.microsoft.com/dotnet/api/system.text.stringbuilder (.NET Core 3.1); a new line is `\\n`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument_null, index_out_of_range, out_of_range
from gatewright.apim.expressions.library import strings
from gatewright.apim.expressions.library.builder_room import MOST, Room
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.library.string_parts import joined, repeated
from gatewright.apim.expressions.limits import check_size
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.text import composite_parts, text_of
from gatewright.apim.expressions.values import BOXES, NetArray, Value

_DOCS = "https://learn.microsoft.com/dotnet/api/system.text.stringbuilder"
_INDEX = "Index was out of range. Must be non-negative and less than the size of the collection."


class Builder:
    """A StringBuilder."""

    __slots__ = ("parts", "room", "size")
    ty = t.make("StringBuilder")

    def __init__(self, text: str = "", capacity: int = 16, most: int = MOST) -> None:
        self.parts = [text]
        self.size = len(text)
        self.room: Room | None = Room(len(text), capacity, most)

    def net_text(self) -> str:
        """What was built so far."""
        if len(self.parts) > 1:
            self.parts = ["".join(self.parts)]
        return self.parts[0]

    def append(self, text: str) -> Builder:
        """Adds a text."""
        size = len(text)
        if self.room is not None:
            self.room.append(size, self.size)
        self.size += size
        check_size(self.size)
        self.parts.append(text)
        return self

    def set(self, text: str) -> Builder:
        """Replaces everything."""
        check_size(len(text))
        self.parts, self.size = [text], len(text)
        return self


def _cut(text: str, start: int, count: int, name: str = "startIndex") -> str:
    if start < 0 or count < 0 or start + count > len(text):
        raise out_of_range(name, _INDEX)
    return text[start : start + count]


def _part(b: Builder, value: NetArray | Builder | str | None, start: int, count: int) -> Builder:
    """A part of a text, array or builder is added."""
    if value is None:
        if start or count:
            raise argument_null("value")
        return b
    text = "".join(value.items) if isinstance(value, NetArray) else text_of(value)
    return b.append(_cut(text, start, count))


def _insert(b: Builder, index: int, text: str) -> Builder:
    whole = b.net_text()
    if not 0 <= index <= len(whole):
        raise out_of_range("index", _INDEX)
    if b.room is not None:
        b.room.insert(index, len(text))
    return b.set(whole[:index] + text + whole[index:])


def _insert_often(b: Builder, index: int, text: str | None, count: int) -> Builder:
    if count < 0:
        raise out_of_range("count", "Non-negative number required.")
    check_size(len(text or "") * count)
    return _insert(b, index, (text or "") * count)


def _insert_part(b: Builder, index: int, value: NetArray | None, start: int, count: int) -> Builder:
    return _insert(b, index, "" if value is None else _cut("".join(value.items), start, count))


def _remove(b: Builder, start: int, count: int) -> Builder:
    text = b.net_text()
    if count < 0:
        raise out_of_range("length", "Length cannot be less than zero.")
    if start < 0:
        raise out_of_range("startIndex", "StartIndex cannot be less than zero.")
    if start + count > len(text):
        raise out_of_range("index", _INDEX)
    if count == len(text):
        return _cleared(b)
    if b.room is not None:
        b.room.remove(start, count)
    return b.set(text[:start] + text[start + count :])


def _cleared(b: Builder) -> Builder:
    _set_length(b, 0)
    return b


def _replace(b: Builder, old: str, new: str | None, *at: int) -> Builder:
    text = b.net_text()
    start, count = at or (0, len(text))
    part = _cut(text, start, count)
    made = strings.replaced(part, old, new)
    if len(made) != len(part):
        b.room = None  # how .NET moves its blocks then is not followed
    return b.set(text[:start] + made + text[start + count :])


def _char(b: Builder, index: int) -> str:
    text = b.net_text()
    if not 0 <= index < len(text):
        raise index_out_of_range()
    return text[index]


def _set_char(b: Builder, index: int, value: str) -> None:
    text = b.net_text()
    if not 0 <= index < len(text):
        raise out_of_range("index", _INDEX)
    b.set(text[:index] + value + text[index + 1 :])


def _set_length(b: Builder, length: int) -> None:
    if length < 0:
        raise out_of_range("value", "Length cannot be less than zero.")
    check_size(length)
    if length >= b.size:
        b.append("\0" * (length - b.size))
        return
    if b.room is not None:
        b.room.shorten(length, b.size)
    b.set(b.net_text()[:length])


def _copy_to(b: Builder, start: int, target: NetArray, at: int, count: int) -> None:
    if at < 0 or at + count > len(target.items):
        raise out_of_range("destinationIndex", _INDEX)
    target.items[at : at + count] = _cut(b.net_text(), start, count, "sourceIndex")


def _checked(capacity: int) -> int:
    if capacity < 0:
        raise out_of_range("capacity", "'capacity' must be greater than zero.")
    check_size(capacity)
    return capacity


def _bounded(capacity: int, most: int) -> Builder:
    """`new StringBuilder(capacity, maxCapacity)`."""
    if capacity > most:
        raise out_of_range("capacity", "Capacity exceeds maximum capacity.")
    if most < 1:
        raise out_of_range("maxCapacity", "MaxCapacity must be one or greater.")
    return Builder("", _checked(capacity), most)


def _capacity(b: Builder) -> int:
    if b.room is None:
        message = "the capacity of a builder in which texts were replaced is not followed here"
        raise NetError("CapacityNotInterpreted", message)
    return b.room.capacity()


def _set_capacity(b: Builder, value: int) -> None:
    b.room = b.room or Room(b.size, b.size)
    b.room.set_capacity(value, b.size)


def _ensure_capacity(b: Builder, value: int) -> int:
    if value < 0:
        raise out_of_range("capacity", "Capacity must be positive.")
    if _capacity(b) < value:
        _set_capacity(b, value)
    return _capacity(b)


def _values() -> Iterator[Entry]:
    """`Append` and `Insert` of each primitive type."""
    for ty in (*t.INTEGRAL_BITS, t.FLOAT, t.DOUBLE, t.DECIMAL, t.BOOL):
        if ty is t.CHAR:
            continue
        wrap: Callable[[Value], Value] = BOXES.get(ty, lambda v: v)

        def add(b: Builder, value: Value, wrap: Callable[[Value], Value] = wrap) -> Builder:
            return b.append(text_of(wrap(value)))

        def put(b: Builder, index: int, value: Value, wrap: Callable[[Value], Value] = wrap) -> Builder:
            return _insert(b, index, text_of(wrap(value)))

        yield member(f"StringBuilder Append({ty.name} value)", add)
        yield member(f"StringBuilder Insert(int index, {ty.name} value)", put)


def _formats() -> Iterator[Entry]:
    """`AppendFormat` with a provider and without, of one to three values or any number."""
    for lead, skip in (("", 0), ("IFormatProvider? provider, ", 1)):
        for tail, packed in (
            ("params object[] args", True),
            ("object? a", False),
            ("object? a, object? b", False),
            ("object? a, object? b, object? c", False),
        ):

            def run(b: Builder, *given: Value, skip: int = skip, packed: bool = packed) -> Builder:
                form, *values = given[skip:]
                for piece in composite_parts(form, values[0] if packed else values):
                    b.append(piece)
                return b

            yield member(f"StringBuilder AppendFormat({lead}string format, {tail})", run)


def _joins() -> Iterator[Entry]:
    for separator in ("string?", "char"):
        for generic, values in (
            ("", "params object[] values"),
            ("", "params string[] values"),
            ("<T>", "IEnumerable<T> values"),
        ):
            yield member(
                f"StringBuilder AppendJoin{generic}({separator} separator, {values})",
                lambda b, s, v: b.append(joined(s, v)),
            )


_BUILDER = (
    member("new()", Builder),
    member("new(string? value)", lambda s: Builder(s or "")),
    member("new(int capacity)", lambda c: Builder("", _checked(c))),
    member("new(string? value, int capacity)", lambda s, c: Builder(s or "", _checked(c))),
    member("new(int capacity, int maxCapacity)", _bounded),
    member(
        "new(string? value, int startIndex, int length, int capacity)",
        lambda s, i, n, c: Builder(_cut(s or "", i, n), _checked(c)),
    ),
    member("int Length", lambda b: b.size, _set_length),
    member("int MaxCapacity", lambda b: MOST if b.room is None else b.room.most),
    member("int Capacity", _capacity, _set_capacity),
    member("int EnsureCapacity(int capacity)", _ensure_capacity),
    member("char this[int index]", _char, _set_char),
    member("string ToString()", Builder.net_text),
    member("string ToString(int startIndex, int length)", lambda b, i, n: _cut(b.net_text(), i, n)),
    member("StringBuilder Append(string? value)", lambda b, s: b.append(s or "")),
    member("StringBuilder Append(char value)", Builder.append),
    member("StringBuilder Append(char value, int repeatCount)", lambda b, c, n: b.append(repeated(c, n))),
    member(
        "StringBuilder Append(char[]? value)", lambda b, v: b.append("" if v is None else "".join(v.items))
    ),
    member("StringBuilder Append(StringBuilder? value)", lambda b, v: b.append(text_of(v))),
    *(
        member(f"StringBuilder Append({kind}? value, int startIndex, int count)", _part)
        for kind in ("string", "char[]", "StringBuilder")
    ),
    member("StringBuilder Append(object? value)", lambda b, v: b.append(text_of(v))),
    member("StringBuilder AppendLine()", lambda b: b.append("\n")),
    member("StringBuilder AppendLine(string? value)", lambda b, s: b.append(s or "").append("\n")),
    *_values(),
    *_formats(),
    *_joins(),
    member("StringBuilder Insert(int index, string? value)", lambda b, i, s: _insert(b, i, s or "")),
    member("StringBuilder Insert(int index, char value)", _insert),
    member(
        "StringBuilder Insert(int index, char[]? value)",
        lambda b, i, v: _insert(b, i, "" if v is None else "".join(v.items)),
    ),
    member("StringBuilder Insert(int index, string? value, int count)", _insert_often),
    member("StringBuilder Insert(int index, char[]? value, int startIndex, int charCount)", _insert_part),
    member("StringBuilder Insert(int index, object? value)", lambda b, i, v: _insert(b, i, text_of(v))),
    member("StringBuilder Remove(int startIndex, int length)", _remove),
    member("StringBuilder Replace(string oldValue, string? newValue)", _replace),
    member("StringBuilder Replace(string oldValue, string? newValue, int startIndex, int count)", _replace),
    member("StringBuilder Replace(char oldChar, char newChar)", _replace),
    member("StringBuilder Replace(char oldChar, char newChar, int startIndex, int count)", _replace),
    member("StringBuilder Clear()", _cleared),
    member("bool Equals(StringBuilder? sb)", lambda a, b: b is not None and a.net_text() == b.net_text()),
    member("void CopyTo(int sourceIndex, char[] destination, int destinationIndex, int count)", _copy_to),
)

TYPES = (TypeEntry("StringBuilder", "System.Text", _DOCS, _BUILDER),)
