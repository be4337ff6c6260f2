"""TimeZoneInfo: names, zones of one's own, and the offsets of a time that occurs twice.

The names are those that .NET has without a culture's data, `GMT+01:00`; a gateway on Windows shows its own.

Source: https://learn.microsoft.com/dotnet/api/system.timezoneinfo (.NET Core 3.1).
"""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta, timezone

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import argument, out_of_range
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.library.time_zones import TimeZone, base_offset
from gatewright.apim.expressions.library.zone_members import ambiguous
from gatewright.apim.expressions.net_datetime import HOUR, LOCAL, MINUTE, UTC_KIND, DateTime, TimeSpan
from gatewright.apim.expressions.values import NetArray, NetReadOnly

_UTC_NAME = "Coordinated Universal Time"
_ZONES = t.make("ReadOnlyCollection", (t.make("TimeZoneInfo"),))


class CustomZone(TimeZone):
    """A zone with one offset, as `CreateCustomTimeZone` makes it."""

    __slots__ = ("display", "standard")

    def __init__(self, name: str, ticks: int, display: str | None, standard: str | None) -> None:
        self.id, self.local = name, False
        self.zone = timezone(timedelta(microseconds=ticks // 10))
        self.display = display or ""
        self.standard = standard or ""


def _created(name: str, offset: TimeSpan, display: str | None, standard: str | None) -> CustomZone:
    if not name:
        raise argument("The specified ID parameter '' is not supported.", "id")
    if offset.ticks % MINUTE:
        raise argument(
            "The TimeSpan parameter cannot be specified more precisely than whole minutes.", "baseUtcOffset"
        )
    if abs(offset.ticks) > 14 * HOUR:
        raise out_of_range("baseUtcOffset", "The TimeSpan parameter must be within plus or minus 14.0 hours.")
    return CustomZone(name, offset.ticks, display, standard)


def _changes(zone: TimeZone, first: int = 1900, last: int = 2037) -> bool:
    """Whether the zone has daylight saving in any of these years."""
    if zone.zone is UTC or isinstance(zone, CustomZone):
        return False
    months = (datetime(year, month, 1, tzinfo=zone.zone) for year in range(first, last) for month in (1, 7))
    return any(moment.dst() for moment in months)


def _clock(ticks: int) -> str:
    minutes = abs(ticks) // MINUTE
    return f"{'-' if ticks < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"


def _gmt(ticks: int) -> str:
    return f"GMT{_clock(ticks)}" if ticks else "GMT"


def _standard(zone: TimeZone) -> str:
    if isinstance(zone, CustomZone):
        return zone.standard
    return _UTC_NAME if _is_utc(zone) else _gmt(base_offset(zone).ticks)


def _daylight(zone: TimeZone) -> str:
    if isinstance(zone, CustomZone):
        return zone.standard
    if _is_utc(zone):
        return _UTC_NAME
    return _gmt(base_offset(zone).ticks + (HOUR if _changes(zone, 2024, 2026) else 0))


def display_name(zone: TimeZone) -> str:
    """`DisplayName`."""
    if isinstance(zone, CustomZone):
        return zone.display
    if _is_utc(zone):
        return f"(UTC) {_UTC_NAME}"
    return f"(UTC{_clock(base_offset(zone).ticks)}) {_standard(zone)}"


def _is_utc(zone: TimeZone) -> bool:
    return zone.id == "UTC" and not zone.local


def _offsets(zone: TimeZone, value: DateTime) -> NetArray:
    if not ambiguous(zone, value):
        raise argument("The supplied DateTime is not in an ambiguous time range.", "dateTime")
    ticks = value.ticks if value.kind == 0 else value.ticks + zone.offset(value.ticks, True)
    first = zone.offset(ticks, False)
    later = zone.offset(ticks - first + HOUR, True)
    return NetArray(t.array(t.TIMESPAN), sorted([TimeSpan(first), TimeSpan(later)]))


def _all() -> NetReadOnly:
    """Every zone of the machine."""
    zones = [TimeZone(name) for name in sorted(zoneinfo.available_timezones()) if name != "localtime"]
    return NetReadOnly(_ZONES, NetArray(_ZONES, zones))


MEMBERS = {
    "TimeZoneInfo": (
        member("string DisplayName", display_name),
        member("string StandardName", _standard),
        member("string DaylightName", _daylight),
        member("bool SupportsDaylightSavingTime", _changes),
        member("TimeSpan[] GetAmbiguousTimeOffsets(DateTime dateTime)", _offsets),
        member(
            "static TimeZoneInfo CreateCustomTimeZone(string id, TimeSpan baseUtcOffset, "
            "string? displayName, string? standardDisplayName)",
            _created,
        ),
        member("static ReadOnlyCollection<TimeZoneInfo> GetSystemTimeZones()", _all),
        member("static void ClearCachedData()", lambda: None),
    )
}


class CurrentZone:
    """A `TimeZone`: the local one, which is UTC here."""

    __slots__ = ()
    ty = t.make("TimeZone")


def _as_local(value: DateTime) -> DateTime:
    return DateTime(value.ticks, LOCAL)


TYPES = (
    TypeEntry(
        "TimeZone",
        "System",
        "https://learn.microsoft.com/dotnet/api/system.timezone",
        (
            member("static TimeZone CurrentTimeZone", CurrentZone),
            member("string StandardName", lambda z: _gmt(0)),
            member("string DaylightName", lambda z: _gmt(0)),
            member("TimeSpan GetUtcOffset(DateTime time)", lambda z, v: TimeSpan(0)),
            member("bool IsDaylightSavingTime(DateTime time)", lambda z, v: False),
            member("DateTime ToLocalTime(DateTime time)", lambda z, v: _as_local(v)),
            member("DateTime ToUniversalTime(DateTime time)", lambda z, v: DateTime(v.ticks, UTC_KIND)),
        ),
    ),
)
