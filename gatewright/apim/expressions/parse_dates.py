"""Texts as dates, invariant culture, time zone UTC.

Source: https://learn.microsoft.com/dotnet/api/system.datetime.parse (.NET Core 3.1).
"""

from __future__ import annotations

import re

from gatewright.apim.expressions.faults import NetError, bad_format
from gatewright.apim.expressions.format_dates import DAYS, MONTHS
from gatewright.apim.expressions.net_datetime import (
    DAY,
    HOUR,
    LOCAL,
    MAX_TICKS,
    MINUTE,
    UNSPECIFIED,
    UTC_KIND,
    DateTime,
    DateTimeOffset,
    of_date,
)

Groups = dict[str, str | None]
"""Parts of a date as written: `y mo mn d` and `wd`, `h mi s f ap`, `z` or `sign oh om`."""

_FLAGS = re.IGNORECASE | re.ASCII
_MONTH = "(?P<mn>" + "|".join(f"{m[:3]}(?:{m[3:]})?" for m in MONTHS) + ")"
_WEEKDAY = "(?P<wd>" + "|".join(f"{d[:3]}(?:{d[3:]})?" for d in DAYS) + ")"
_BETWEEN = r"(?:\s*[-/.,]\s*|\s+)"
_BESIDE = r"(?:\s*[-/.,]\s*|\s*)"
_Y, _SHORT_Y, _MO, _D = r"(?P<y>\d{3,5})", r"(?P<y>\d{1,5})", r"(?P<mo>\d{1,2})", r"(?P<d>\d{1,2})"
_ZONE = r"(?:(?P<z>Z|GMT)|(?P<sign>[+-])(?P<oh>\d{1,2})(?::?(?P<om>\d{2}))?)"
_TIME = re.compile(
    r"(?<![\d:.+])(?P<h>\d{1,2})(?::(?P<mi>\d{1,2})(?::(?P<s>\d{1,2})(?:[.,](?P<f>\d+))?)?"
    rf"(?:\s*(?P<ap>[ap]m?))?|\s*(?P<ap2>[ap]m?))(?:\s*{_ZONE})?(?![\w:])",
    _FLAGS,
)
_ZONE_LAST = re.compile(r"\s*(?:(?P<z>Z|GMT)|(?P<sign>[+-])(?P<oh>\d{1,2}):(?P<om>\d{2}))\Z", _FLAGS)
_WEEKDAYS = tuple(
    re.compile(p, _FLAGS) for p in (rf"{_WEEKDAY}(?:\s*,\s*|\s+)", rf"(?:\s*,\s*|\s+){_WEEKDAY}\Z")
)
_ISO = re.compile(r"(?:\d{4}-\d{1,2}-\d{1,2}T|\d{4}-\d{2}-\d{2}t)\Z", re.ASCII)
_DATES = tuple(
    re.compile(p + r"\Z", _FLAGS)
    for p in (
        _Y + _BETWEEN + _MO + _BETWEEN + _D,
        _MO + _BETWEEN + _D + _BETWEEN + _SHORT_Y,
        _MO + _BETWEEN + _Y + _BETWEEN + _D,
        _D + _BESIDE + _MONTH + _BESIDE + _SHORT_Y,
        _MONTH + _BESIDE + _D + _BETWEEN + _SHORT_Y,
        _Y + _BESIDE + _MONTH + _BESIDE + _D,
        _MONTH + _BESIDE + _Y,
        _Y + _BESIDE + _MONTH,
        _MONTH + _BESIDE + _D,
        r"(?P<y>\d{1,2})" + _BESIDE + _MONTH,
    )
)
_DAYS_ALONE = tuple(
    re.compile(p + r"\Z", _FLAGS) for p in (_Y + _BETWEEN + _MO, _MO + _BETWEEN + _Y, _MO + _BETWEEN + _D)
)
"""Two numbers, which may not stand beside a time."""

_LONGEST = 200


_KNOWN = re.compile(rf"(?:{_MONTH}|{_WEEKDAY}|[ap]m?|T|Z|GMT)\Z", _FLAGS)


def bad_date(text: str) -> NetError:
    """A text is no date."""
    for word in re.finditer("[A-Za-z]+", text):
        if _KNOWN.match(word.group()) is None:
            return bad_format(
                f"The string '{text}' was not recognized as a valid DateTime. There is an unknown word "
                f"starting at index '{word.start()}'."
            )
    return bad_format(f"String '{text}' was not recognized as a valid DateTime.")


def _split(text: str) -> Groups:
    """The parts of a text.

    Raises:
        NetError: FormatException.
    """
    plain = text.strip(" \t\r\n\v\f\0#\xa0")
    if len(plain) > _LONGEST or not plain:
        raise bad_date(text[:_LONGEST])
    groups: Groups = {}
    time = _TIME.search(plain)
    if time is not None:
        before, after = plain[: time.start()], plain[time.end() :]
        if before[-1:] in ("T", "t"):
            if _ISO.match(before) is None or after or (time["z"] or "").upper() == "GMT":
                raise bad_date(text)
            before = before[:-1]
        groups |= time.groupdict()
        groups["ap"] = groups["ap"] or groups.pop("ap2")
        plain = f"{before} {after}".strip(" ,")
    zone = _ZONE_LAST.search(plain)
    if zone is not None and not groups.get("z") and not groups.get("sign"):
        groups |= zone.groupdict()
        plain = plain[: zone.start()]
    if not plain and time is not None:
        return groups
    found = _day(plain, text, time is None)
    whole = len(found.get("y") or "") > 2 or (found.get("y") and found.get("d"))
    if time is not None and before and not whole:
        raise bad_date(text)  # .NET takes the day for the hour here
    return groups | found


def _day(plain: str, text: str, alone: bool) -> Groups:
    weekday = _WEEKDAYS[0].match(plain) or _WEEKDAYS[1].search(plain)
    found: Groups = {}
    if weekday is not None:
        found["wd"] = weekday["wd"]
        plain = plain[: weekday.start()] + plain[weekday.end() :]
    for pattern in (*_DATES, *(_DAYS_ALONE if alone else ())):
        match = pattern.match(plain)
        if match is not None:
            return found | match.groupdict()
    raise bad_date(text)


def _fields(text: str, today: int | None) -> tuple[int, int | None, bool]:
    """Ticks on the clock, offset in ticks or None, and whether it is UTC by name."""
    groups = _split(text)
    if groups.get("mi") is None and groups.get("h") and not groups.get("ap"):
        raise bad_date(text)
    return moment(groups, text, today)


def moment(groups: Groups, text: str, today: int | None) -> tuple[int, int | None, bool]:
    """Ticks on the clock, offset in ticks or None, and whether it is UTC by name.

    Args:
        groups: the parts of a date.
        text: what they were taken from, for messages.
        today: ticks of the day that a text without one is about; None refuses it.

    Raises:
        NetError: FormatException.
    """
    try:
        ticks = _ticks(groups, today)
    except NetError as fault:
        raise bad_date(text) from fault
    if groups.get("z"):
        return ticks, 0, True
    if groups.get("sign"):
        offset = int(groups["oh"] or 0) * HOUR + int(groups.get("om") or 0) * MINUTE
        if offset > 14 * HOUR:
            raise bad_date(text)
        return ticks, offset if groups["sign"] == "+" else -offset, False
    return ticks, None, False


def _ticks(groups: Groups, today: int | None) -> int:
    year, month, day = _calendar(groups, today)
    hour = int(groups.get("h") or 0)
    half = (groups.get("ap") or "").lower()
    if half[:1] == "a" and hour > 12:
        raise bad_date("")
    if half:
        hour = hour if hour > 12 else hour % 12 + (12 if half[0] == "p" else 0)
    extra = int((groups.get("f") or "").ljust(8, "0")[:8])
    days = of_date(year, month, day)
    given = groups.get("wd")
    if given and DAYS[(days // DAY + 1) % 7][:3].lower() != given[:3].lower():
        raise bad_date("")
    minute, second = int(groups.get("mi") or 0), int(groups.get("s") or 0)
    ticks = of_date(year, month, day, hour, minute, second) + (extra + 5) // 10
    if ticks > MAX_TICKS:
        raise bad_date("")
    return ticks


def _calendar(groups: Groups, today: int | None) -> tuple[int, int, int]:
    """Year, month and day: what is missing comes from today, or is the first."""
    year, name, month, day = (groups.get(n) for n in ("y", "mn", "mo", "d"))
    if not (year or name or month or day):
        if today is None:
            raise bad_date("")
        now = DateTime(today).date
        return now.year, now.month, now.day
    if year is None and today is None:
        raise bad_date("")
    number = DateTime(today or 0).date.year if year is None else int(year)
    if year is not None and len(year) <= 2:
        number += 2000 if number < 30 else 1900
    at = next(i for i, m in enumerate(MONTHS, 1) if m[:3].lower() == name[:3].lower()) if name else None
    return number, at or int(month or 1), int(day or 1)


def parse_datetime(
    text: str,
    universal: bool = False,
    assume_utc: bool = False,
    keep: bool = False,
    today: int | None = None,
) -> DateTime:
    """`DateTime.Parse`: an offset gives local time, which is UTC here.

    Args:
        text: what to parse.
        universal: `DateTimeStyles.AdjustToUniversal`.
        assume_utc: `DateTimeStyles.AssumeUniversal`.
        keep: `DateTimeStyles.RoundtripKind`.
        today: ticks of the day that a text without one is about; None refuses it.

    Raises:
        NetError: FormatException.
    """
    ticks, offset, named = _fields(text, today)
    if offset is None:
        if not assume_utc:
            return DateTime(ticks, UNSPECIFIED)
        return DateTime(ticks, UTC_KIND if universal else LOCAL)
    moved = ticks - offset
    if moved < 0:
        moved += DAY  # .NET puts a moment before the first one into the first day
    if moved > MAX_TICKS:
        raise bad_date(text)
    if universal or (keep and named):
        return DateTime(moved, UTC_KIND)
    return DateTime(moved, LOCAL)


def parse_offset(text: str, today: int | None = None) -> DateTimeOffset:
    """`DateTimeOffset.Parse`.

    Raises:
        NetError: FormatException.
    """
    ticks, offset, _ = _fields(text, today)
    return offset_of(text, ticks, offset or 0)


def offset_of(text: str, ticks: int, offset: int) -> DateTimeOffset:
    """A moment on the clock with its offset.

    Raises:
        NetError: FormatException where UTC would have no such moment.
    """
    if not 0 <= ticks - offset <= MAX_TICKS:
        raise bad_date(text)
    return DateTimeOffset(ticks, offset)
