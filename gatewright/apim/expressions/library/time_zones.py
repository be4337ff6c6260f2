"""System.TimeZoneInfo, from the time zone data of the machine.

Source: https://learn.microsoft.com/dotnet/api/system.timezoneinfo (.NET Core 3.1). Windows names that public
policies use are mapped to IANA names; the local zone is UTC, as in the gateway.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.net_datetime import DateTime, TimeSpan

_DOCS = "https://learn.microsoft.com/dotnet/api/system.timezoneinfo"
_TICKS = 10_000_000
_UTC_KIND = 1

# https://github.com/unicode-org/cldr/blob/main/common/supplemental/windowsZones.xml, territory 001
WINDOWS = {
    "UTC": "UTC",
    "GMT Standard Time": "Europe/London",
    "W. Europe Standard Time": "Europe/Berlin",
    "Central Europe Standard Time": "Europe/Budapest",
    "Central European Standard Time": "Europe/Warsaw",
    "Romance Standard Time": "Europe/Paris",
    "E. Europe Standard Time": "Europe/Chisinau",
    "Eastern Standard Time": "America/New_York",
    "Central Standard Time": "America/Chicago",
    "Mountain Standard Time": "America/Denver",
    "Pacific Standard Time": "America/Los_Angeles",
    "India Standard Time": "Asia/Kolkata",
    "China Standard Time": "Asia/Shanghai",
    "Tokyo Standard Time": "Asia/Tokyo",
    "AUS Eastern Standard Time": "Australia/Sydney",
}


class TimeZone:
    """A `TimeZoneInfo`."""

    __slots__ = ("id", "local", "zone")
    ty = t.make("TimeZoneInfo")

    def __init__(self, name: str, local: bool = False) -> None:
        self.id = name
        self.local = local
        self.zone = UTC if name == "UTC" else ZoneInfo(name)

    def offset(self, ticks: int, utc: bool) -> int:
        """The distance to UTC in ticks at a time, given as UTC or local."""
        moment = DateTime(ticks, 0).date.replace(tzinfo=UTC if utc else self.zone)
        found = moment.astimezone(self.zone).utcoffset()
        return 0 if found is None else int(found.total_seconds()) * _TICKS

    def net_text(self) -> str:
        """The name that people are shown."""
        from gatewright.apim.expressions.library.zone_names import display_name

        return display_name(self)


def find_zone(name: str) -> TimeZone:
    """`FindSystemTimeZoneById`."""
    try:
        return TimeZone(WINDOWS.get(name, name))
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        message = f"The time zone ID '{name}' was not found on the local computer."
        raise NetError("TimeZoneNotFoundException", message) from fault


def _to_utc(value: DateTime, zone: TimeZone) -> DateTime:
    if value.kind == _UTC_KIND and zone.id != "UTC":
        raise argument(
            "The conversion could not be completed because the supplied DateTime did not match.",
            "sourceTimeZone",
        )
    offset = zone.offset(value.ticks, False)
    if zone.offset(value.ticks - offset, True) != offset:
        raise argument("The supplied DateTime represents an invalid time.", "dateTime")
    return DateTime(value.ticks - offset, _UTC_KIND)


def _from_utc(value: DateTime, zone: TimeZone) -> DateTime:
    kind = _UTC_KIND if zone.id == "UTC" else 0
    return DateTime(value.ticks + zone.offset(value.ticks, True), kind)


def between(value: DateTime, source: TimeZone, target: TimeZone) -> DateTime:
    """`ConvertTime` from one zone to another."""
    return _from_utc(_to_utc(value, source), target)


def _offset(zone: TimeZone, value: DateTime) -> TimeSpan:
    return TimeSpan(zone.offset(value.ticks, value.kind == _UTC_KIND))


def base_offset(zone: TimeZone) -> TimeSpan:
    """The zone's distance to UTC outside daylight saving."""
    winter = datetime(2024, 1, 1, tzinfo=UTC).astimezone(zone.zone)
    found, summer = winter.utcoffset(), winter.dst()
    seconds = 0 if found is None else found.total_seconds() - (summer.total_seconds() if summer else 0)
    return TimeSpan(int(seconds) * _TICKS)


TYPES = (
    TypeEntry(
        "TimeZoneInfo",
        "System",
        _DOCS,
        (
            member("static TimeZoneInfo Utc", lambda: TimeZone("UTC")),
            member("static TimeZoneInfo Local", lambda: TimeZone("UTC", local=True)),
            member("static TimeZoneInfo FindSystemTimeZoneById(string id)", find_zone),
            member(
                "static DateTime ConvertTimeToUtc(DateTime dateTime)", lambda v: DateTime(v.ticks, _UTC_KIND)
            ),
            member(
                "static DateTime ConvertTimeToUtc(DateTime dateTime, TimeZoneInfo sourceTimeZone)", _to_utc
            ),
            member(
                "static DateTime ConvertTimeFromUtc(DateTime dateTime, TimeZoneInfo destinationTimeZone)",
                _from_utc,
            ),
            member(
                "static DateTime ConvertTime(DateTime dateTime, TimeZoneInfo destinationTimeZone)", _from_utc
            ),
            member(
                "static DateTime ConvertTime(DateTime dateTime, TimeZoneInfo sourceTimeZone, "
                "TimeZoneInfo destinationTimeZone)",
                between,
            ),
            member(
                "static DateTime ConvertTimeBySystemTimeZoneId(DateTime dateTime, "
                "string destinationTimeZoneId)",
                lambda v, name: _from_utc(v, find_zone(name)),
            ),
            member("TimeSpan GetUtcOffset(DateTime dateTime)", _offset),
            member("TimeSpan BaseUtcOffset", base_offset),
            member("string Id", lambda z: z.id),
        ),
    ),
)
