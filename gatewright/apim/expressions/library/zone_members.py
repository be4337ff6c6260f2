"""Further members of TimeZoneInfo: daylight saving, offsets, DateTimeOffset.

Source: https://learn.microsoft.com/dotnet/api/system.timezoneinfo (.NET Core 3.1); names stand in
`zone_names`.
"""

from __future__ import annotations

from datetime import UTC

from gatewright.apim.expressions.library.entry import member
from gatewright.apim.expressions.library.time_zones import TimeZone, between, find_zone
from gatewright.apim.expressions.net_datetime import DateTime, DateTimeOffset, TimeSpan

_HOUR = 36_000_000_000


def _offset_to(value: DateTimeOffset, zone: TimeZone) -> DateTimeOffset:
    offset = zone.offset(value.utc_ticks, True)
    return DateTimeOffset(value.utc_ticks + offset, offset)


def _daylight(zone: TimeZone, ticks: int, utc: bool) -> bool:
    moment = DateTime(ticks, 0).date.replace(tzinfo=UTC if utc else zone.zone)
    found = moment.astimezone(zone.zone).dst()
    return bool(found)


def _in_daylight(zone: TimeZone, value: DateTime) -> bool:
    return _daylight(zone, value.ticks, value.kind != 0)  # local time is UTC here


def _invalid(zone: TimeZone, value: DateTime) -> bool:
    if value.kind != 0:
        return False
    offset = zone.offset(value.ticks, False)
    return zone.offset(value.ticks - offset, True) != offset


def ambiguous(zone: TimeZone, value: DateTime) -> bool:
    """Whether a time on the clock occurs twice."""
    if value.kind != 0:
        ticks = value.ticks + zone.offset(value.ticks, True)
    else:
        ticks = value.ticks
    offset = zone.offset(ticks, False)
    return not _invalid(zone, DateTime(ticks)) and zone.offset(ticks - offset + _HOUR, True) < offset


MEMBERS = {
    "TimeZoneInfo": (
        member(
            "TimeSpan GetUtcOffset(DateTimeOffset dateTimeOffset)",
            lambda z, v: TimeSpan(z.offset(v.utc_ticks, True)),
        ),
        member("bool IsDaylightSavingTime(DateTime dateTime)", _in_daylight),
        member(
            "bool IsDaylightSavingTime(DateTimeOffset dateTimeOffset)",
            lambda z, v: _daylight(z, v.utc_ticks, True),
        ),
        member("bool IsInvalidTime(DateTime dateTime)", _invalid),
        member("bool IsAmbiguousTime(DateTime dateTime)", ambiguous),
        member("bool Equals(TimeZoneInfo? other)", lambda a, b: b is not None and a.id == b.id),
        member(
            "static DateTimeOffset ConvertTime(DateTimeOffset dateTimeOffset, TimeZoneInfo zone)", _offset_to
        ),
        member(
            "static DateTimeOffset ConvertTimeBySystemTimeZoneId(DateTimeOffset dateTimeOffset, string "
            "zoneId)",
            lambda v, name: _offset_to(v, find_zone(name)),
        ),
        member(
            "static DateTime ConvertTimeBySystemTimeZoneId(DateTime dateTime, string sourceTimeZoneId, "
            "string destinationTimeZoneId)",
            lambda v, a, b: between(v, find_zone(a), find_zone(b)),
        ),
    )
}
