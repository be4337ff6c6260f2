"""System.DateTimeOffset.

Source: https://learn.microsoft.com/dotnet/api/system.datetimeoffset (.NET Core 3.1); the time zone is UTC.
"""

from __future__ import annotations

from gatewright.apim.expressions.faults import argument, out_of_range
from gatewright.apim.expressions.library.dates import (
    add_months,
    adders,
    calendar_parts,
    checked_offset,
    comparisons,
    moved,
    offset_parsed,
    utc_now,
)
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.library.primitives import trying
from gatewright.apim.expressions.net_datetime import (
    DAY,
    EPOCH_TICKS,
    LOCAL,
    MAX_TICKS,
    SECOND,
    UTC_KIND,
    DateTime,
    DateTimeOffset,
    TimeSpan,
    of_date,
)
from gatewright.apim.expressions.values import Value

_DOCS = "https://learn.microsoft.com/dotnet/api/system."


_MS = 10_000


def _offset_of(value: DateTime) -> DateTimeOffset:
    return DateTimeOffset(value.ticks, 0)


def offset_made(*parts: Value) -> DateTimeOffset:
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
    *calendar_parts(),
    *comparisons("DateTimeOffset"),
    *adders(DateTimeOffset),
    member(
        "DateTimeOffset AddMonths(int months)",
        lambda v, n: DateTimeOffset(add_months(DateTime(v.ticks), n).ticks, v.offset),
    ),
    member(
        "DateTimeOffset AddYears(int years)",
        lambda v, n: DateTimeOffset(add_months(DateTime(v.ticks), n * 12).ticks, v.offset),
    ),
    member("DateTimeOffset AddTicks(long ticks)", moved),
    member("DateTimeOffset Add(TimeSpan t)", lambda v, s: moved(v, s.ticks)),
    member("DateTimeOffset Subtract(TimeSpan t)", lambda v, s: moved(v, -s.ticks)),
    member("TimeSpan Subtract(DateTimeOffset t)", lambda a, b: TimeSpan(a.utc_ticks - b.utc_ticks)),
    member("static DateTimeOffset operator +(DateTimeOffset d, TimeSpan t)", lambda v, s: moved(v, s.ticks)),
    member("static DateTimeOffset operator -(DateTimeOffset d, TimeSpan t)", lambda v, s: moved(v, -s.ticks)),
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
    member("static DateTimeOffset Parse(string input)", offset_parsed),
    member("static DateTimeOffset Parse(string input, IFormatProvider? p)", offset_parsed),
    member(
        "static bool TryParse(string? input, out DateTimeOffset result)",
        trying(offset_parsed, DateTimeOffset(0, 0)),
    ),
)


TYPES = (
    TypeEntry(
        "DateTimeOffset",
        "System",
        _DOCS + "datetimeoffset",
        _OFFSET,
        "struct",
        ("IComparable", "IFormattable"),
    ),
)
