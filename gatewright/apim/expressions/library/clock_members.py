"""Further members of DateTime, DateTimeOffset and TimeSpan: exact forms, file times.

Source: https://learn.microsoft.com/dotnet/api/system.datetimeoffset, system.timespan (.NET Core 3.1).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from gatewright.apim.expressions.faults import NetError, bad_format
from gatewright.apim.expressions.library.date_values import of_file
from gatewright.apim.expressions.library.dates import today
from gatewright.apim.expressions.library.entry import member
from gatewright.apim.expressions.library.offsets import offset_made
from gatewright.apim.expressions.net_datetime import (
    DateTime,
    DateTimeOffset,
    TimeSpan,
)
from gatewright.apim.expressions.parse_dates import parse_offset
from gatewright.apim.expressions.parse_dates_exact import parse_exact, parse_offset_exact
from gatewright.apim.expressions.parse_spans import parse_span_exact, parse_timespan
from gatewright.apim.expressions.values import EnumValue, NetArray, Value

_T = TypeVar("_T")
_FILE_EPOCH = 504911232000000000


def _forms(given: NetArray | str) -> list[str]:
    return list(given.items) if isinstance(given, NetArray) else [given]


def _trimmed(text: str, bits: int) -> str:
    text = text.lstrip() if bits & 1 else text
    return text.rstrip() if bits & 2 else text


def _date_exact(text: str, forms: NetArray | str, provider: Value, *style: EnumValue) -> DateTime:
    bits = style[0].number if style else 0

    def parse(part: str, form: str) -> DateTime:
        return parse_exact(part, form, bool(bits & 16), bool(bits & 64), bool(bits & 128), today(bits))

    return _first(_trimmed(text, bits), forms, parse)


def _offset_exact(text: str, forms: NetArray | str, provider: Value, *style: EnumValue) -> DateTimeOffset:
    bits = style[0].number if style else 0
    made = _first(_trimmed(text, bits), forms, lambda part, form: parse_offset_exact(part, form, today(bits)))
    return DateTimeOffset(made.utc_ticks, 0) if bits & 16 else made


def _offset_styled(text: str, provider: Value, style: EnumValue) -> DateTimeOffset:
    made = parse_offset(text, today(style.number))
    return DateTimeOffset(made.utc_ticks, 0) if style.number & 16 else made


def _first(text: str, forms: NetArray | str, parse: Callable[[str, str], _T]) -> _T:
    """What the first form that fits gives."""
    for form in _forms(forms):
        try:
            return parse(text, form)
        except NetError:
            continue
    raise bad_format(f"String '{text}' was not recognized as a valid DateTime.")


def _span_exact(text: str, forms: NetArray | str, provider: Value, *style: EnumValue) -> TimeSpan:
    return parse_span_exact(text, _forms(forms), bool(style and style[0].number & 1))


def _trying(parse: Callable[..., _T], default: _T) -> Callable[..., tuple[bool, _T]]:
    """`TryXxx` of a parser, further arguments passed on."""

    def run(text: str | None, *more: Value) -> tuple[bool, _T]:
        try:
            return (False, default) if text is None else (True, parse(text, *more))
        except NetError:
            return False, default

    return run


_D, _O, _S = DateTime(0), DateTimeOffset(0, 0), TimeSpan(0)
_P, _ST = "IFormatProvider? p", "DateTimeStyles styles"
MEMBERS = {
    "DateTime": (
        member("static bool Equals(DateTime t1, DateTime t2)", lambda a, b: a == b),
        member(f"static DateTime ParseExact(string s, string[] formats, {_P}, {_ST})", _date_exact),
        member(
            f"static bool TryParseExact(string? s, string[] formats, {_P}, {_ST}, out DateTime result)",
            _trying(_date_exact, _D),
        ),
    ),
    "DateTimeOffset": (
        member(
            "new(int year, int month, int day, int hour, int minute, int second, int millisecond, "
            "TimeSpan offset)",
            offset_made,
        ),
        member("static bool Equals(DateTimeOffset first, DateTimeOffset second)", lambda a, b: a == b),
        member(
            "bool EqualsExact(DateTimeOffset other)",
            lambda a, b: (a.ticks, a.offset) == (b.ticks, b.offset),
        ),
        member("static DateTimeOffset FromFileTime(long fileTime)", lambda n: DateTimeOffset(of_file(n), 0)),
        member("long ToFileTime()", lambda v: v.utc_ticks - _FILE_EPOCH),
        member(f"static DateTimeOffset Parse(string input, {_P}, {_ST})", _offset_styled),
        member(f"static DateTimeOffset ParseExact(string input, string format, {_P})", _offset_exact),
        member(f"static DateTimeOffset ParseExact(string input, string format, {_P}, {_ST})", _offset_exact),
        member(
            f"static DateTimeOffset ParseExact(string input, string[] formats, {_P}, {_ST})", _offset_exact
        ),
        member(
            f"static bool TryParse(string? input, {_P}, {_ST}, out DateTimeOffset result)",
            _trying(_offset_styled, _O),
        ),
        member(
            f"static bool TryParseExact(string? input, string format, {_P}, {_ST}, out DateTimeOffset "
            f"result)",
            _trying(_offset_exact, _O),
        ),
        member(
            f"static bool TryParseExact(string? input, string[] formats, {_P}, {_ST}, out DateTimeOffset "
            f"result)",
            _trying(_offset_exact, _O),
        ),
    ),
    "TimeSpan": (
        member("static bool Equals(TimeSpan t1, TimeSpan t2)", lambda a, b: a == b),
        member(f"static TimeSpan ParseExact(string input, string format, {_P})", _span_exact),
        member(f"static TimeSpan ParseExact(string input, string[] formats, {_P})", _span_exact),
        member(
            f"static bool TryParse(string? input, {_P}, out TimeSpan result)",
            _trying(lambda s, p: parse_timespan(s), _S),
        ),
        member(
            f"static bool TryParseExact(string? input, string format, {_P}, out TimeSpan result)",
            _trying(_span_exact, _S),
        ),
        member(
            f"static bool TryParseExact(string? input, string[] formats, {_P}, out TimeSpan result)",
            _trying(_span_exact, _S),
        ),
    ),
}
