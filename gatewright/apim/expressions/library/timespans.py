"""System.TimeSpan.

Source: https://learn.microsoft.com/dotnet/api/system.timespan (.NET Core 3.1).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from gatewright.apim.expressions.faults import NetError, argument
from gatewright.apim.expressions.library.dates import comparisons
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.library.primitives import trying
from gatewright.apim.expressions.net_datetime import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    TimeSpan,
)
from gatewright.apim.expressions.numbers import float_divide
from gatewright.apim.expressions.parse_spans import parse_timespan
from gatewright.apim.expressions.signature import Entry

_DOCS = "https://learn.microsoft.com/dotnet/api/system."


_MS = 10_000


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
    return bounded_span(int(value * unit))


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
    *comparisons("TimeSpan"),
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


TYPES = (
    TypeEntry("TimeSpan", "System", _DOCS + "timespan", _TIMESPAN, "struct", ("IComparable", "IFormattable")),
)
