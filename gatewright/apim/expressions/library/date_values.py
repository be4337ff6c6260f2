"""DateTime as numbers of other systems, and all its usual texts.

Source: https://learn.microsoft.com/dotnet/api/system.datetime.tobinary, system.datetime.tooadate,
system.datetime.getdatetimeformats (.NET Core 3.1).
"""

from __future__ import annotations

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument, bad_format, out_of_range
from gatewright.apim.expressions.format_dates import STANDARD
from gatewright.apim.expressions.library.entry import member
from gatewright.apim.expressions.net_datetime import DAY, LOCAL, MAX_TICKS, UTC_KIND, DateTime
from gatewright.apim.expressions.values import NetArray, Value

_UTC_BIT, _LOCAL_BIT, _TICKS = 1 << 62, 1 << 63, (1 << 62) - 1
_MILLISECOND, _DAY_MS = 10_000, 86_400_000
_OA_ZERO = 599264352000000000
_OA_FIRST = 31241376000000000
_OA_LOWEST, _OA_HIGHEST = -657435.0, 2958466.0
_FILE_ZERO = 504911232000000000
_MAX_MS = MAX_TICKS // _MILLISECOND + 1

_SHORT, _LONG = ("MM/dd/yyyy", "yyyy-MM-dd"), "dddd, dd MMMM yyyy"
_TIMES = ("HH:mm", "hh:mm tt", "H:mm", "h:mm tt")
_FORMS: dict[str, tuple[str, ...]] = {
    "d": _SHORT,
    "D": (_LONG,),
    "f": tuple(f"{_LONG} {time}" for time in _TIMES),
    "F": (f"{_LONG} HH:mm:ss",),
    "g": tuple(f"{day} {time}" for day in _SHORT for time in _TIMES),
    "G": tuple(f"{day} HH:mm:ss" for day in _SHORT),
    **{name: (STANDARD[name],) for name in "mMoOrRs"},
    "t": _TIMES,
    **{name: (STANDARD[name],) for name in "TuUyY"},
}


def _to_binary(value: DateTime) -> int:
    bits = {LOCAL: _LOCAL_BIT, UTC_KIND: _UTC_BIT}.get(value.kind, 0)
    raw = value.ticks | bits
    return raw - (1 << 64) if raw >> 63 else raw


def _from_binary(data: int) -> DateTime:
    raw = data & ((1 << 64) - 1)
    ticks = raw & _TICKS
    kind = LOCAL if raw & _LOCAL_BIT else UTC_KIND if raw & _UTC_BIT else 0
    if kind == LOCAL and ticks > (1 << 62) - DAY:
        ticks -= 1 << 62  # a local time before the first moment in UTC
        ticks += DAY if ticks < 0 else 0
    if not 0 <= ticks <= MAX_TICKS:
        raise argument(
            "The binary data must result in a DateTime with ticks between DateTime.MinValue.Ticks and "
            "DateTime.MaxValue.Ticks.",
            "dateData",
        )
    return DateTime(ticks, kind)


def _rest(value: int, divisor: int) -> int:
    """The remainder, with the sign of the value."""
    return -(-value % divisor) if value < 0 else value % divisor


def _to_oa(value: DateTime) -> float:
    ticks = value.ticks
    if not ticks:
        return 0.0
    if ticks < DAY:
        ticks += _OA_ZERO
    if ticks < _OA_FIRST:
        raise NetError("OverflowException", "Not a legal OleAut date.")
    distance = ticks - _OA_ZERO
    millis = -(-distance // _MILLISECOND) if distance < 0 else distance // _MILLISECOND
    part = _rest(millis, _DAY_MS)
    if millis < 0 and part:
        millis -= (_DAY_MS + part) * 2
    return millis / _DAY_MS


def _from_oa(number: float) -> DateTime:
    if not _OA_LOWEST < number < _OA_HIGHEST:
        raise argument("Not a legal OleAut date.")
    millis = int(number * _DAY_MS + (0.5 if number >= 0 else -0.5))
    if millis < 0:
        millis -= _rest(millis, _DAY_MS) * 2
    millis += _OA_ZERO // _MILLISECOND
    if not 0 <= millis < _MAX_MS:
        raise argument("OleAut date did not convert to a DateTime correctly.")
    return DateTime(millis * _MILLISECOND)


def _to_file(value: DateTime) -> int:
    ticks = value.ticks - _FILE_ZERO
    if ticks < 0:
        raise NetError("ArgumentOutOfRangeException", "Not a valid Win32 FileTime.")
    return ticks


def of_file(ticks: int) -> int:
    """Ticks of a Windows file time.

    Raises:
        NetError: ArgumentOutOfRangeException.
    """
    if ticks < 0 or ticks + _FILE_ZERO > MAX_TICKS:
        raise out_of_range("fileTime", "Not a valid Win32 FileTime.")
    return ticks + _FILE_ZERO


def _texts(value: DateTime, *given: Value) -> NetArray:
    names = [g for g in given if isinstance(g, str)]
    forms = _FORMS.get(names[0]) if names else [form for forms in _FORMS.values() for form in forms]
    if forms is None:
        raise bad_format()
    return NetArray(t.array(t.STRING), [value.net_format(form) for form in forms])


_P = "IFormatProvider? provider"
MEMBERS = {
    "DateTime": (
        member("long ToBinary()", _to_binary),
        member("static DateTime FromBinary(long dateData)", _from_binary),
        member("double ToOADate()", _to_oa),
        member("static DateTime FromOADate(double d)", _from_oa),
        member("long ToFileTime()", _to_file),
        member("long ToFileTimeUtc()", _to_file),
        member("static DateTime FromFileTime(long fileTime)", lambda n: DateTime(of_file(n), LOCAL)),
        member("static DateTime FromFileTimeUtc(long fileTime)", lambda n: DateTime(of_file(n), UTC_KIND)),
        member("string[] GetDateTimeFormats()", _texts),
        member("string[] GetDateTimeFormats(char format)", _texts),
        member(f"string[] GetDateTimeFormats({_P})", _texts),
        member(f"string[] GetDateTimeFormats(char format, {_P})", _texts),
    )
}
