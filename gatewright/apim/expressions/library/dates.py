"""System.DateTime, DateTimeOffset, TimeSpan, DayOfWeek.

Source: https://learn.microsoft.com/dotnet/api/system.datetime (.NET Core 3.1); the time zone is UTC.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterator
from typing import Any

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument, out_of_range
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
from gatewright.apim.expressions.numbers import float_divide
from gatewright.apim.expressions.parse_dates import parse_datetime, parse_exact, parse_offset, with_day
from gatewright.apim.expressions.parse_spans import parse_timespan
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.values import EnumValue

_DOCS = "https://learn.microsoft.com/dotnet/api/system."
_MS = 10_000
_KIND, _WEEKDAY = t.make("DateTimeKind"), t.make("DayOfWeek")


def utc_now(run: Run) -> DateTime:
    """The context's clock."""
    from gatewright.apim.expressions.context import Context

    context = run.context
    assert isinstance(context, Context)
    return from_python(context.now())


def _local_now(run: Run) -> DateTime:
    return DateTime(utc_now(run).ticks, LOCAL)


def _made(year: int, month: int, day: int, *more: Any) -> DateTime:  # noqa: ANN401
    kind = int(more[-1]) if more and isinstance(more[-1], EnumValue) else 0
    clock = [int(x) for x in more if not isinstance(x, EnumValue)]
    return DateTime(of_date(year, month, day, *clock), kind)


def _scaled(value: float, unit: int) -> int:
    """Ticks of a number of units, rounded to a millisecond as .NET Core 3.1 does."""
    if value != value:
        return 0
    if abs(value * unit) > 1 << 63:
        raise out_of_range("value", "Value to add was out of range.")
    millis = value * (unit / _MS)
    return int(millis + (0.5 if millis >= 0 else -0.5)) * _MS


def _add_months(value: DateTime, months: int) -> DateTime:
    if not -120000 <= months <= 120000:
        raise out_of_range("months", "Months value must be between +/-120000.")
    date = value.date
    index = date.year * 12 + date.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if not 1 <= year <= 9999:
        raise out_of_range("months", "The added or subtracted value results in an un-representable DateTime.")
    day = min(date.day, calendar.monthrange(year, month)[1])
    return DateTime(of_date(year, month, day) + value.ticks % DAY, value.kind)


def _adders(make: Any) -> Iterator[Entry]:  # noqa: ANN401
    name = make.__name__
    for label, unit in (
        ("Days", DAY),
        ("Hours", HOUR),
        ("Minutes", MINUTE),
        ("Seconds", SECOND),
        ("Milliseconds", _MS),
    ):

        def add(value: Any, number: float, unit: int = unit) -> Any:  # noqa: ANN401
            return _moved(value, _scaled(number, unit))

        yield member(f"{name} Add{label}(double value)", add)


def _moved(value: Any, ticks: int) -> Any:  # noqa: ANN401
    if isinstance(value, DateTime):
        return value.add(ticks)
    return checked_offset(DateTime(value.ticks).add(ticks).ticks, value.offset)


def _part(name: str) -> Any:  # noqa: ANN401
    return lambda v: getattr(_date(v), name)


def _date(value: Any) -> Any:  # noqa: ANN401
    return value.date if isinstance(value, DateTime) else DateTime(value.ticks).date


def _parts() -> Iterator[Entry]:
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


def _comparisons(name: str) -> Iterator[Entry]:
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


def _compare_object(a: Any, b: Any) -> int:  # noqa: ANN401
    if b is None:
        return 1
    if type(a) is not type(b):
        raise argument(f"Object must be of type {type(a).__name__}.")
    return int(a > b) - int(a < b)


def _dated(run: Run, text: str) -> str:
    return with_day(text, utc_now(run).ticks)


def _parsed(run: Run, text: str, *_: Any) -> DateTime:  # noqa: ANN401
    return parse_datetime(_dated(run, text))


def _try_parsed(run: Run, text: str | None) -> tuple[bool, DateTime]:
    return trying(lambda s: _parsed(run, s), DateTime(0))(text)


def _offset_parsed(run: Run, text: str, *_: Any) -> DateTimeOffset:  # noqa: ANN401
    return parse_offset(_dated(run, text))


def _styled(text: str, provider: Any, style: EnumValue) -> DateTime:  # noqa: ANN401
    bits = style.number
    return parse_datetime(text, bool(bits & 16), bool(bits & 64), bool(bits & 128))


def _try_styled(text: str | None, provider: Any, style: EnumValue) -> tuple[bool, DateTime]:  # noqa: ANN401
    return trying(lambda s: _styled(s, provider, style), DateTime(0))(text)


def _exact(text: str, pattern: str, provider: Any, *style: EnumValue) -> DateTime:  # noqa: ANN401
    bits = style[0].number if style else 0
    return parse_exact(text, pattern, bool(bits & 16), bool(bits & 64), bool(bits & 128))


def _try_exact(text: str | None, pattern: str, provider: Any, style: EnumValue) -> tuple[bool, DateTime]:  # noqa: ANN401
    return trying(lambda s: _exact(s, pattern, provider, style), DateTime(0))(text)


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
    *_parts(),
    *_comparisons("DateTime"),
    *_adders(DateTime),
    member("DateTime Date", lambda v: DateTime(v.ticks // DAY * DAY, v.kind)),
    member("DateTimeKind Kind", lambda v: enum_value(_KIND, v.kind)),
    member("DateTime Add(TimeSpan value)", lambda v, s: v.add(s.ticks)),
    member("DateTime AddTicks(long value)", lambda v, n: v.add(n)),
    member("DateTime AddMonths(int months)", _add_months),
    member("DateTime AddYears(int value)", lambda v, n: _add_months(v, n * 12)),
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
    member("long ToFileTimeUtc()", lambda v: v.ticks - 504911232000000000),
    member("bool IsDaylightSavingTime()", lambda v: False),
    member("static bool IsLeapYear(int year)", _leap),
    member("static int DaysInMonth(int year, int month)", _days_in_month),
    member("static DateTime Parse(string s)", _parsed, run=True),
    member("static DateTime Parse(string s, IFormatProvider? provider)", _parsed, run=True),
    member("static DateTime Parse(string s, IFormatProvider? provider, DateTimeStyles styles)", _styled),
    member("static bool TryParse(string? s, out DateTime result)", _try_parsed, run=True),
    member(
        "static bool TryParse(string? s, IFormatProvider? p, DateTimeStyles styles, out DateTime result)",
        _try_styled,
    ),
    member("static DateTime ParseExact(string s, string format, IFormatProvider? provider)", _exact),
    member(
        "static DateTime ParseExact(string s, string format, IFormatProvider? provider, "
        "DateTimeStyles style)",
        _exact,
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

# --------------------------------------------------------------------------- TimeSpan


def _span(*parts: int) -> TimeSpan:
    days, hours, minutes, seconds, ms = {
        3: (0, *parts, 0),
        4: (*parts, 0),
        5: parts,
    }[len(parts)]
    return TimeSpan(days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND + ms * _MS)


def _from_units(value: float, unit: int) -> TimeSpan:
    if value != value:
        raise argument("TimeSpan does not accept floating point Not-a-Number values.")
    if abs(value * unit) >= 1 << 63:
        raise NetError("OverflowException", "TimeSpan overflowed because the duration is too long.")
    millis = value * (unit / _MS)
    return TimeSpan(int(millis + (0.5 if millis >= 0 else -0.5)) * _MS)


def _span_members() -> Iterator[Entry]:
    for name, unit, size in (
        ("Days", DAY, 10**9),
        ("Hours", HOUR, 24),
        ("Minutes", MINUTE, 60),
        ("Seconds", SECOND, 60),
        ("Milliseconds", _MS, 1000),
    ):

        def part(span: TimeSpan, unit: int = unit, size: int = size) -> int:
            return int(math.copysign(1, span.ticks)) * (abs(span.ticks) // unit % size)

        def total(span: TimeSpan, unit: int = unit) -> float:
            return float(span.ticks) / unit  # rounds twice, as .NET does

        def build(value: float, unit: int = unit) -> TimeSpan:
            return _from_units(value, unit)

        yield member(f"int {name}", part)
        yield member(f"double Total{name}", total)
        yield member(f"static TimeSpan From{name}(double value)", build)


def bounded_span(ticks: int) -> TimeSpan:
    """A duration of this many ticks.

    Raises:
        NetError: OverflowException outside 64 bits.
    """
    if not -(1 << 63) <= ticks < 1 << 63:
        raise NetError("OverflowException", "TimeSpan overflowed because the duration is too long.")
    return TimeSpan(ticks)


def _times(span: TimeSpan, factor: float) -> TimeSpan:
    if factor != factor:
        raise argument("TimeSpan does not accept floating point Not-a-Number values.", "factor")
    product = span.ticks * factor
    return bounded_span(1 << 63 if math.isinf(product) or product != product else round(product))


def _divided(span: TimeSpan, divisor: float) -> TimeSpan:
    if divisor != divisor:
        raise argument("TimeSpan does not accept floating point Not-a-Number values.", "divisor")
    return bounded_span(round(span.ticks / divisor) if divisor else 1 << 63)


def _ratio(a: TimeSpan, b: TimeSpan) -> float:
    return float_divide(float(a.ticks), float(b.ticks))


def _span_arithmetic() -> Iterator[Entry]:
    def plus(a: TimeSpan, b: TimeSpan) -> TimeSpan:
        return bounded_span(a.ticks + b.ticks)

    def minus(a: TimeSpan, b: TimeSpan) -> TimeSpan:
        return bounded_span(a.ticks - b.ticks)

    def negated(s: TimeSpan) -> TimeSpan:
        return bounded_span(-s.ticks)

    yield member("TimeSpan Add(TimeSpan ts)", plus)
    yield member("TimeSpan Subtract(TimeSpan ts)", minus)
    yield member("TimeSpan Negate()", negated)
    yield member("TimeSpan Duration()", lambda s: bounded_span(abs(s.ticks)))
    yield member("static TimeSpan operator +(TimeSpan a, TimeSpan b)", plus)
    yield member("static TimeSpan operator -(TimeSpan a, TimeSpan b)", minus)
    yield member("static TimeSpan operator -(TimeSpan a)", negated)
    yield member("static TimeSpan operator *(TimeSpan a, double factor)", _times)
    yield member("static TimeSpan operator *(double factor, TimeSpan a)", lambda x, a: _times(a, x))
    yield member("static TimeSpan operator /(TimeSpan a, double divisor)", _divided)
    yield member("static double operator /(TimeSpan a, TimeSpan b)", _ratio)
    yield member("TimeSpan Multiply(double factor)", _times)
    yield member("TimeSpan Divide(double divisor)", _divided)
    yield member("double Divide(TimeSpan ts)", _ratio)


_TIMESPAN = (
    member("TimeSpan default()", lambda: TimeSpan(0)),
    member("new(int hours, int minutes, int seconds)", _span),
    member("new(int days, int hours, int minutes, int seconds)", _span),
    member("new(int days, int hours, int minutes, int seconds, int milliseconds)", _span),
    member("new(long ticks)", TimeSpan),
    *_span_members(),
    *_comparisons("TimeSpan"),
    member("long Ticks", lambda s: s.ticks),
    member("static TimeSpan Zero", lambda: TimeSpan(0)),
    member("static TimeSpan MinValue", lambda: TimeSpan(-(1 << 63))),
    member("static TimeSpan MaxValue", lambda: TimeSpan((1 << 63) - 1)),
    member("static long TicksPerSecond", lambda: SECOND),
    member("static long TicksPerMillisecond", lambda: _MS),
    member("static long TicksPerMinute", lambda: MINUTE),
    member("static long TicksPerHour", lambda: HOUR),
    member("static long TicksPerDay", lambda: DAY),
    member("static TimeSpan FromTicks(long value)", TimeSpan),
    *_span_arithmetic(),
    member("string ToString()", TimeSpan.net_text),
    member("string ToString(string? format)", lambda s, f: s.net_format(f or "c")),
    member("string ToString(string? format, IFormatProvider? p)", lambda s, f, p: s.net_format(f or "c")),
    member("static TimeSpan Parse(string input)", parse_timespan),
    member(
        "static TimeSpan Parse(string input, IFormatProvider? formatProvider)", lambda s, p: parse_timespan(s)
    ),
    member("static bool TryParse(string? s, out TimeSpan result)", trying(parse_timespan, TimeSpan(0))),
)

# --------------------------------------------------------------------------- DateTimeOffset


def _offset_of(value: DateTime) -> DateTimeOffset:
    return DateTimeOffset(value.ticks, 0)


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


def offset_made(*parts: Any) -> DateTimeOffset:  # noqa: ANN401
    """`new DateTimeOffset(year, …, offset)`."""
    *numbers, offset = parts
    return checked_offset(of_date(*numbers), offset.ticks)


def _offset_at(value: DateTime, offset: TimeSpan) -> DateTimeOffset:
    if value.kind and offset.ticks:  # local time is UTC here
        raise argument("The UTC Offset for Utc DateTime instances must be 0.", "offset")
    return checked_offset(value.ticks, offset.ticks)


def _unix(seconds: int, unit: int) -> DateTimeOffset:
    ticks = EPOCH_TICKS + seconds * unit
    if not 0 <= ticks <= MAX_TICKS:
        low, high = -EPOCH_TICKS // unit, (MAX_TICKS - EPOCH_TICKS) // unit
        name = "seconds" if unit == SECOND else "milliseconds"
        raise out_of_range(name, f"Valid values are between {low} and {high}, inclusive.")
    return DateTimeOffset(ticks, 0)


_OFFSET = (
    member("DateTimeOffset default()", lambda: DateTimeOffset(0, 0)),
    member("new(DateTime dateTime)", _offset_of),
    member("new(DateTime dateTime, TimeSpan offset)", _offset_at),
    member(
        "new(int year, int month, int day, int hour, int minute, int second, TimeSpan offset)", offset_made
    ),
    member("new(long ticks, TimeSpan offset)", lambda n, o: checked_offset(n, o.ticks)),
    member("static implicit operator DateTimeOffset(DateTime dateTime)", _offset_of),
    member("static DateTimeOffset UtcNow", lambda run: _offset_of(utc_now(run)), run=True),
    member("static DateTimeOffset Now", lambda run: _offset_of(utc_now(run)), run=True),
    member("static DateTimeOffset MinValue", lambda: DateTimeOffset(0, 0)),
    member("static DateTimeOffset MaxValue", lambda: DateTimeOffset(MAX_TICKS, 0)),
    member("static DateTimeOffset UnixEpoch", lambda: DateTimeOffset(EPOCH_TICKS, 0)),
    *_parts(),
    *_comparisons("DateTimeOffset"),
    *_adders(DateTimeOffset),
    member(
        "DateTimeOffset AddMonths(int months)",
        lambda v, n: DateTimeOffset(_add_months(DateTime(v.ticks), n).ticks, v.offset),
    ),
    member(
        "DateTimeOffset AddYears(int years)",
        lambda v, n: DateTimeOffset(_add_months(DateTime(v.ticks), n * 12).ticks, v.offset),
    ),
    member("DateTimeOffset AddTicks(long ticks)", _moved),
    member("DateTimeOffset Add(TimeSpan t)", lambda v, s: _moved(v, s.ticks)),
    member("DateTimeOffset Subtract(TimeSpan t)", lambda v, s: _moved(v, -s.ticks)),
    member("TimeSpan Subtract(DateTimeOffset t)", lambda a, b: TimeSpan(a.utc_ticks - b.utc_ticks)),
    member("static DateTimeOffset operator +(DateTimeOffset d, TimeSpan t)", lambda v, s: _moved(v, s.ticks)),
    member(
        "static DateTimeOffset operator -(DateTimeOffset d, TimeSpan t)", lambda v, s: _moved(v, -s.ticks)
    ),
    member(
        "static TimeSpan operator -(DateTimeOffset a, DateTimeOffset b)",
        lambda a, b: TimeSpan(a.utc_ticks - b.utc_ticks),
    ),
    member("TimeSpan Offset", lambda v: TimeSpan(v.offset)),
    member("DateTime DateTime", lambda v: DateTime(v.ticks)),
    member("DateTime Date", lambda v: DateTime(v.ticks // DAY * DAY)),
    member("DateTime UtcDateTime", lambda v: DateTime(v.utc_ticks, UTC_KIND)),
    member("DateTime LocalDateTime", lambda v: DateTime(v.utc_ticks, LOCAL)),
    member("long UtcTicks", lambda v: v.utc_ticks),
    member("long ToUnixTimeSeconds()", lambda v: v.utc_ticks // SECOND - EPOCH_TICKS // SECOND),
    member("long ToUnixTimeMilliseconds()", lambda v: v.utc_ticks // _MS - EPOCH_TICKS // _MS),
    member("static DateTimeOffset FromUnixTimeSeconds(long seconds)", lambda n: _unix(n, SECOND)),
    member("static DateTimeOffset FromUnixTimeMilliseconds(long milliseconds)", lambda n: _unix(n, _MS)),
    member("DateTimeOffset ToUniversalTime()", lambda v: DateTimeOffset(v.utc_ticks, 0)),
    member("DateTimeOffset ToLocalTime()", lambda v: DateTimeOffset(v.utc_ticks, 0)),
    member(
        "DateTimeOffset ToOffset(TimeSpan offset)",
        lambda v, o: checked_offset(v.utc_ticks + o.ticks, o.ticks),
    ),
    member("static DateTimeOffset Parse(string input)", _offset_parsed, run=True),
    member("static DateTimeOffset Parse(string input, IFormatProvider? p)", _offset_parsed, run=True),
    member(
        "static bool TryParse(string? input, out DateTimeOffset result)",
        trying(parse_offset, DateTimeOffset(0, 0)),
    ),
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
    TypeEntry("TimeSpan", "System", _DOCS + "timespan", _TIMESPAN, "struct", ("IComparable", "IFormattable")),
    TypeEntry(
        "DateTimeOffset",
        "System",
        _DOCS + "datetimeoffset",
        _OFFSET,
        "struct",
        ("IComparable", "IFormattable"),
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
