"""System.DateTime, DateTimeOffset, TimeSpan, DayOfWeek.

Source: https://learn.microsoft.com/dotnet/api/system.datetime (.NET Core 3.1); the time zone is UTC.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from datetime import datetime

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import argument, out_of_range
from gatewright.apim.expressions.library.entry import TypeEntry, enum, member
from gatewright.apim.expressions.library.primitives import trying
from gatewright.apim.expressions.library.runtime import enum_value
from gatewright.apim.expressions.limits import Run
from gatewright.apim.expressions.net_datetime import (
    DAY,
    EPOCH_TICKS,
    HOUR,
    LOCAL,
    MAX_TICKS,
    MINUTE,
    SECOND,
    UTC_KIND,
    DateTime,
    DateTimeOffset,
    TimeSpan,
    from_python,
    of_date,
)
from gatewright.apim.expressions.parse_dates import parse_datetime, parse_offset
from gatewright.apim.expressions.parse_dates_exact import parse_exact
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.values import EnumValue, Value
from gatewright.apim.expressions.watchdog import WATCHDOG

_DOCS = "https://learn.microsoft.com/dotnet/api/system."
_MS = 10_000
_NO_DATE = 8  # DateTimeStyles.NoCurrentDateDefault
_Moment = DateTime | DateTimeOffset
_KIND, _WEEKDAY = t.make("DateTimeKind"), t.make("DayOfWeek")


def utc_now(run: Run) -> DateTime:
    """The context's clock."""
    from gatewright.apim.expressions.context import Context

    context = run.context
    assert isinstance(context, Context)
    return from_python(context.now())


def _local_now(run: Run) -> DateTime:
    return DateTime(utc_now(run).ticks, LOCAL)


def _made(year: int, month: int, day: int, *more: Value) -> DateTime:
    kind = int(more[-1]) if more and isinstance(more[-1], EnumValue) else 0
    clock = [int(x) for x in more if not isinstance(x, EnumValue)]
    return DateTime(of_date(year, month, day, *clock), kind)


def scaled_ticks(value: float, unit: int) -> int:
    """Ticks of a number of units, rounded to a millisecond as .NET Core 3.1 does."""
    if value != value:
        return 0
    if abs(value * unit) > 1 << 63:
        raise out_of_range("value", "Value to add was out of range.")
    millis = value * (unit / _MS)
    return int(millis + (0.5 if millis >= 0 else -0.5)) * _MS


def add_months(value: DateTime, months: int) -> DateTime:
    """`AddMonths`: the last day where the month is shorter."""
    if not -120000 <= months <= 120000:
        raise out_of_range("months", "Months value must be between +/-120000.")
    date = value.date
    index = date.year * 12 + date.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if not 1 <= year <= 9999:
        raise out_of_range("months", "The added or subtracted value results in an un-representable DateTime.")
    day = min(date.day, calendar.monthrange(year, month)[1])
    return DateTime(of_date(year, month, day) + value.ticks % DAY, value.kind)


def adders(make: type[DateTime] | type[DateTimeOffset]) -> Iterator[Entry]:
    """`AddDays` and its kin of a type."""
    name = make.__name__
    for label, unit in (
        ("Days", DAY),
        ("Hours", HOUR),
        ("Minutes", MINUTE),
        ("Seconds", SECOND),
        ("Milliseconds", _MS),
    ):

        def add(value: _Moment, number: float, unit: int = unit) -> _Moment:
            return moved(value, scaled_ticks(number, unit))

        yield member(f"{name} Add{label}(double value)", add)


def checked_offset(ticks: int, offset: int) -> DateTimeOffset:
    """A moment on a local clock with its distance to UTC.

    Raises:
        NetError: ArgumentException, ArgumentOutOfRangeException.
    """
    if offset % MINUTE:
        raise argument("Offset must be specified in whole minutes.", "offset")
    if abs(offset) > 14 * HOUR:
        raise out_of_range("offset", "Offset must be within plus or minus 14 hours.")
    if not 0 <= ticks <= MAX_TICKS or not 0 <= ticks - offset <= MAX_TICKS:
        raise out_of_range("offset", "The UTC time represented when the offset is applied must be in range.")
    return DateTimeOffset(ticks, offset)


def moved(value: _Moment, ticks: int) -> _Moment:
    """A moment so many ticks later."""
    if isinstance(value, DateTime):
        return value.add(ticks)
    return checked_offset(DateTime(value.ticks).add(ticks).ticks, value.offset)


def _part(name: str) -> Callable[[_Moment], int]:
    return lambda v: int(getattr(_date(v), name))


def _date(value: _Moment) -> datetime:
    return value.date if isinstance(value, DateTime) else DateTime(value.ticks).date


def calendar_parts() -> Iterator[Entry]:
    """`Year`, `Month` and the other parts, and the texts."""
    for name in ("Year", "Month", "Day", "Hour", "Minute", "Second"):
        yield member(f"int {name}", _part(name.lower()))
    yield member("int Millisecond", lambda v: v.ticks % SECOND // _MS)
    yield member("long Ticks", lambda v: v.ticks)
    yield member("DayOfWeek DayOfWeek", lambda v: enum_value(_WEEKDAY, (_date(v).weekday() + 1) % 7))
    yield member("int DayOfYear", lambda v: _date(v).timetuple().tm_yday)
    yield member("TimeSpan TimeOfDay", lambda v: TimeSpan(v.ticks % DAY))
    yield member("string ToString()", lambda v: v.net_text())
    yield member("string ToString(string? format)", lambda v, f: v.net_format(f) if f else v.net_text())
    yield member("string ToString(IFormatProvider? p)", lambda v, p: v.net_text())
    yield member(
        "string ToString(string? format, IFormatProvider? p)",
        lambda v, f, p: v.net_format(f) if f else v.net_text(),
    )


def comparisons(name: str) -> Iterator[Entry]:
    """Operators and methods that compare two values of a type."""
    tests = {
        "==": lambda a, b: a == b,
        "!=": lambda a, b: a != b,
        "<": lambda a, b: a < b,
        ">": lambda a, b: a > b,
        "<=": lambda a, b: a <= b,
        ">=": lambda a, b: a >= b,
    }
    for op, test in tests.items():
        yield member(f"static bool operator {op}({name} a, {name} b)", test)
    yield member(f"static int Compare({name} a, {name} b)", lambda a, b: int(a > b) - int(a < b))
    yield member(f"int CompareTo({name} value)", lambda a, b: int(a > b) - int(a < b))
    yield member("int CompareTo(object? value)", _compare_object)
    yield member(f"bool Equals({name} value)", lambda a, b: a == b)
    yield member("bool Equals(object? value)", lambda a, b: type(a) is type(b) and a == b)


def _compare_object(a: Value, b: Value) -> int:
    if b is None:
        return 1
    if type(a) is not type(b):
        raise argument(f"Object must be of type {type(a).__name__}.")
    return int(a > b) - int(a < b)


def today(style: int = 0) -> int | None:
    """Ticks of the day that a text without one is about: by the clock of the evaluation, or the first."""
    run = WATCHDOG.here()
    if style & _NO_DATE:
        return 0
    return None if run is None else utc_now(run).ticks


def parsed(text: str, *_: Value) -> DateTime:
    """`DateTime.Parse(text)`."""
    return parse_datetime(text, today=today())


def offset_parsed(text: str, *_: Value) -> DateTimeOffset:
    """`DateTimeOffset.Parse(text)`."""
    return parse_offset(text, today())


def _styled(text: str, provider: Value, style: EnumValue) -> DateTime:
    bits = style.number
    return parse_datetime(text, bool(bits & 16), bool(bits & 64), bool(bits & 128), today(bits))


def _try_styled(text: str | None, provider: Value, style: EnumValue) -> tuple[bool, DateTime]:
    return trying(lambda s: _styled(s, provider, style), DateTime(0))(text)


def exact(text: str, pattern: str, provider: Value, *style: EnumValue) -> DateTime:
    """`ParseExact` with one format."""
    bits = style[0].number if style else 0
    return parse_exact(text, pattern, bool(bits & 16), bool(bits & 64), bool(bits & 128), today(bits))


def _try_exact(text: str | None, pattern: str, provider: Value, style: EnumValue) -> tuple[bool, DateTime]:
    return trying(lambda s: exact(s, pattern, provider, style), DateTime(0))(text)


def _leap(year: int) -> bool:
    if not 1 <= year <= 9999:
        raise out_of_range("year", "Year must be between 1 and 9999.")
    return calendar.isleap(year)


def _days_in_month(year: int, month: int) -> int:
    if not (1 <= month <= 12 and 1 <= year <= 9999):
        raise out_of_range("month", "Month must be between one and twelve.")
    return calendar.monthrange(year, month)[1]


def _utc_plus(value: DateTime) -> DateTime:
    return DateTime(value.ticks, UTC_KIND)


_DATETIME = (
    member("DateTime default()", lambda: DateTime(0)),
    member("new(int year, int month, int day)", _made),
    member("new(int year, int month, int day, int hour, int minute, int second)", _made),
    member("new(int year, int month, int day, int hour, int minute, int second, DateTimeKind kind)", _made),
    member("new(int year, int month, int day, int hour, int minute, int second, int millisecond)", _made),
    member(
        "new(int year, int month, int day, int hour, int minute, int second, int millisecond, "
        "DateTimeKind kind)",
        _made,
    ),
    member("new(long ticks)", lambda n: _from_ticks(n, 0)),
    member("new(long ticks, DateTimeKind kind)", lambda n, k: _from_ticks(n, k.number)),
    member("static DateTime UtcNow", utc_now, run=True),
    member("static DateTime Now", _local_now, run=True),
    member("static DateTime Today", lambda run: DateTime(utc_now(run).ticks // DAY * DAY, LOCAL), run=True),
    member("static DateTime MinValue", lambda: DateTime(0)),
    member("static DateTime MaxValue", lambda: DateTime(MAX_TICKS)),
    member("static DateTime UnixEpoch", lambda: DateTime(EPOCH_TICKS, UTC_KIND)),
    *calendar_parts(),
    *comparisons("DateTime"),
    *adders(DateTime),
    member("DateTime Date", lambda v: DateTime(v.ticks // DAY * DAY, v.kind)),
    member("DateTimeKind Kind", lambda v: enum_value(_KIND, v.kind)),
    member("DateTime Add(TimeSpan value)", lambda v, s: v.add(s.ticks)),
    member("DateTime AddTicks(long value)", lambda v, n: v.add(n)),
    member("DateTime AddMonths(int months)", add_months),
    member("DateTime AddYears(int value)", lambda v, n: add_months(v, n * 12)),
    member("TimeSpan Subtract(DateTime value)", lambda a, b: TimeSpan(a.ticks - b.ticks)),
    member("DateTime Subtract(TimeSpan value)", lambda v, s: v.add(-s.ticks)),
    member("static DateTime operator +(DateTime d, TimeSpan t)", lambda v, s: v.add(s.ticks, "t")),
    member("static DateTime operator -(DateTime d, TimeSpan t)", lambda v, s: v.add(-s.ticks, "t")),
    member("static TimeSpan operator -(DateTime a, DateTime b)", lambda a, b: TimeSpan(a.ticks - b.ticks)),
    member("DateTime ToUniversalTime()", _utc_plus),
    member("DateTime ToLocalTime()", lambda v: DateTime(v.ticks, LOCAL)),
    member("string ToShortDateString()", lambda v: v.net_format("d")),
    member("string ToLongDateString()", lambda v: v.net_format("D")),
    member("string ToShortTimeString()", lambda v: v.net_format("t")),
    member("string ToLongTimeString()", lambda v: v.net_format("T")),
    member("bool IsDaylightSavingTime()", lambda v: False),
    member("static bool IsLeapYear(int year)", _leap),
    member("static int DaysInMonth(int year, int month)", _days_in_month),
    member("static DateTime Parse(string s)", parsed),
    member("static DateTime Parse(string s, IFormatProvider? provider)", parsed),
    member("static DateTime Parse(string s, IFormatProvider? provider, DateTimeStyles styles)", _styled),
    member("static bool TryParse(string? s, out DateTime result)", trying(parsed, DateTime(0))),
    member(
        "static bool TryParse(string? s, IFormatProvider? p, DateTimeStyles styles, out DateTime result)",
        _try_styled,
    ),
    member("static DateTime ParseExact(string s, string format, IFormatProvider? provider)", exact),
    member(
        "static DateTime ParseExact(string s, string format, IFormatProvider? provider, "
        "DateTimeStyles style)",
        exact,
    ),
    member(
        "static bool TryParseExact(string? s, string format, IFormatProvider? p, DateTimeStyles "
        "style, out DateTime result)",
        _try_exact,
    ),
    member(
        "static DateTime SpecifyKind(DateTime value, DateTimeKind kind)",
        lambda v, k: DateTime(v.ticks, k.number),
    ),
)


def _from_ticks(ticks: int, kind: int) -> DateTime:
    if not 0 <= ticks <= MAX_TICKS:
        raise out_of_range(
            "ticks", "Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks."
        )
    return DateTime(ticks, kind)


_ALLOWED = frozenset(
    ".ctor Add AddDays AddHours AddMilliseconds AddMinutes AddMonths AddSeconds AddTicks AddYears "
    "Date Day DayOfWeek "
    "DayOfYear DaysInMonth Hour IsDaylightSavingTime IsLeapYear MaxValue Millisecond Minute "
    "MinValue Month Now Parse "
    "Second Subtract Ticks TimeOfDay Today ToString UtcNow Year default CompareTo Equals".split()
)


TYPES = (
    TypeEntry(
        "DateTime",
        "System",
        _DOCS + "datetime",
        _DATETIME,
        "struct",
        ("IComparable", "IConvertible", "IFormattable"),
        allowed=_ALLOWED | {f"op{o}" for o in ("==", "!=", "<", ">", "<=", ">=", "+", "-")},
    ),
    enum(
        "DateTimeKind", "System", _DOCS + "datetimekind", "Unspecified Utc Local", allowed=frozenset({"Utc"})
    ),
    enum(
        "DayOfWeek", "System", _DOCS + "dayofweek", "Sunday Monday Tuesday Wednesday Thursday Friday Saturday"
    ),
    enum(
        "DateTimeStyles",
        "System.Globalization",
        _DOCS + "globalization.datetimestyles",
        "None AllowLeadingWhite AllowTrailingWhite AllowInnerWhite=4 AllowWhiteSpaces=7 "
        "NoCurrentDateDefault=8 "
        "AdjustToUniversal=16 AssumeLocal=32 AssumeUniversal=64 RoundtripKind=128",
        allowed=False,
    ),
)
