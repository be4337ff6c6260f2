"""Further members of DateTime, DateTimeOffset and TimeSpan: exact forms, file times.

Source: https://learn.microsoft.com/dotnet/api/system.datetimeoffset, system.timespan (.NET Core 3.1).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gatewright.apim.expressions.faults import NetError, bad_format
from gatewright.apim.expressions.library.dates import offset_made
from gatewright.apim.expressions.library.entry import member
from gatewright.apim.expressions.net_datetime import (
    MAX_TICKS,
    UTC_KIND,
    DateTime,
    DateTimeOffset,
    TimeSpan,
)
from gatewright.apim.expressions.parse_dates import (
    parse_exact,
    parse_offset,
    parse_offset_exact,
)
from gatewright.apim.expressions.parse_spans import parse_span_exact, parse_timespan
from gatewright.apim.expressions.values import NetArray

_FILE_EPOCH = 504911232000000000


def _forms(given: Any) -> list[str]:  # noqa: ANN401
    return list(given.items) if isinstance(given, NetArray) else [given]


def _trimmed(text: str, bits: int) -> str:
    text = text.lstrip() if bits & 1 else text
    return text.rstrip() if bits & 2 else text


def _date_exact(text: str, forms: Any, provider: Any, *style: Any) -> DateTime:  # noqa: ANN401
    bits = style[0].number if style else 0

    def parse(part: str, form: str) -> DateTime:
        return parse_exact(part, form, bool(bits & 16), bool(bits & 64), bool(bits & 128))

    made: DateTime = _first(_trimmed(text, bits), forms, parse)
    return made


def _offset_exact(text: str, forms: Any, provider: Any, *style: Any) -> DateTimeOffset:  # noqa: ANN401
    bits = style[0].number if style else 0
    made: DateTimeOffset = _first(_trimmed(text, bits), forms, parse_offset_exact)
    return DateTimeOffset(made.utc_ticks, 0) if bits & 16 else made


def _offset_styled(text: str, provider: Any, style: Any) -> DateTimeOffset:  # noqa: ANN401
    made = parse_offset(text)
    return DateTimeOffset(made.utc_ticks, 0) if style.number & 16 else made


def _first(text: str, forms: Any, parse: Callable[[str, str], Any]) -> Any:  # noqa: ANN401
    """What the first form that fits gives."""
    for form in _forms(forms):
        try:
            return parse(text, form)
        except NetError:
            continue
    raise bad_format(f"String '{text}' was not recognized as a valid DateTime.")


def _span_exact(text: str, forms: Any, provider: Any, *style: Any) -> TimeSpan:  # noqa: ANN401
    return parse_span_exact(text, _forms(forms), bool(style and style[0].number & 1))


def _trying(parse: Callable[..., Any], default: Any) -> Callable[..., tuple[bool, Any]]:  # noqa: ANN401
    """`TryXxx` of a parser, further arguments passed on."""

    def run(text: str | None, *more: Any) -> tuple[bool, Any]:  # noqa: ANN401
        try:
            return (False, default) if text is None else (True, parse(text, *more))
        except NetError:
            return False, default

    return run


def _of_file(ticks: int) -> DateTimeOffset:
    total = ticks + _FILE_EPOCH
    if ticks < 0 or total > MAX_TICKS:
        raise NetError("ArgumentOutOfRangeException", "Not a valid Win32 FileTime. (Parameter 'fileTime')")
    return DateTimeOffset(total, 0)


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
        member("long ToFileTime()", lambda v: v.ticks - _FILE_EPOCH),
        member(
            "static DateTime FromFileTimeUtc(long fileTime)", lambda n: DateTime(_of_file(n).ticks, UTC_KIND)
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
        member("static DateTimeOffset FromFileTime(long fileTime)", _of_file),
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
