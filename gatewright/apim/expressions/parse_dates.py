"""Texts as dates, invariant culture, time zone UTC.

Source: https://learn.microsoft.com/dotnet/api/system.datetime.parse (.NET Core 3.1).
"""

from __future__ import annotations

import re

from gatewright.apim.expressions.faults import NetError, bad_format
from gatewright.apim.expressions.format_dates import DAYS, MONTHS
from gatewright.apim.expressions.net_datetime import (
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

_MONTH = "|".join(m[:3] + f"(?:{m[3:]})?" if m[3:] else m for m in MONTHS)
_WEEKDAY = r"(?:(?:" + "|".join(f"{d[:3]}(?:{d[3:]})?" for d in DAYS) + r"),?\s+)?"
_CLOCK = (
    r"(?:[T\s]\s*(?P<h>\d{1,2})(?::(?P<mi>\d{1,2}))?"
    r"(?::(?P<s>\d{1,2})(?:[.,](?P<f>\d{1,}))?)?\s*(?P<ap>[AaPp][Mm]?)?)?"
)
_ZONE = r"\s*(?:(?P<z>Z|GMT|UTC)|(?P<sign>[+-])(?P<oh>\d{1,2}):?(?P<om>\d{2})?)?\s*\Z"
_DATES = (
    r"(?P<y>\d{3,4})[-/.](?P<mo>\d{1,2})[-/.](?P<d>\d{1,2})",
    r"(?P<mo>\d{1,2})[-/.](?P<d>\d{1,2})[-/.](?P<y>\d{2,4})",
    r"(?P<mo>\d{1,2})[-/.](?P<y>\d{3,4})[-/.](?P<d>\d{1,2})",
    rf"{_WEEKDAY}(?P<d>\d{{1,2}})[\s-](?P<mn>{_MONTH})\.?,?[\s-](?P<y>\d{{4}}|\d{{2}})",
    rf"{_WEEKDAY}(?P<mn>{_MONTH})\.?\s+(?P<d>\d{{1,2}}),?\s+(?P<y>\d{{4}})",
    r"(?P<y>\d{3,4})[-/.](?P<mo>\d{1,2})",
    r"(?P<mo>\d{1,2})[-/.](?P<y>\d{3,4})",
    rf"(?P<mn>{_MONTH})\s+(?P<y>\d{{4}})",
)
_PATTERNS = tuple(re.compile(r"\s*" + p + _CLOCK + _ZONE, re.IGNORECASE | re.ASCII) for p in _DATES)


_LONGEST = 200


def _bad(text: str) -> NetError:
    return bad_format(f"String '{text}' was not recognized as a valid DateTime.")


def _fields(text: str) -> tuple[int, int | None, bool]:
    """Ticks on the clock, offset in ticks or None, and whether it is UTC by name."""
    if len(text) > _LONGEST:
        text = text.strip()
        if len(text) > _LONGEST:
            raise _bad(text[:_LONGEST])
    for pattern in _PATTERNS:
        found = pattern.match(text)
        if found is None:
            continue
        groups = found.groupdict()
        if groups["h"] is not None and groups["mi"] is None and not groups["ap"]:
            break
        try:
            ticks = _ticks(groups)
        except NetError as fault:
            raise bad_format(
                f"The DateTime represented by the string '{text}' is not supported in calendar "
                "'System.Globalization.GregorianCalendar'."
            ) from fault
        if groups["z"]:
            return ticks, 0, True
        if groups["sign"]:
            offset = int(groups["oh"]) * HOUR + int(groups["om"] or 0) * MINUTE
            return ticks, offset if groups["sign"] == "+" else -offset, False
        return ticks, None, False
    raise _bad(text)


def _ticks(groups: dict[str, str | None]) -> int:
    year = int(groups["y"] or 0)
    if len(groups["y"] or "") == 2:
        year += 2000 if year < 50 else 1900
    name = groups.get("mn")
    if name:
        month = next(i for i, m in enumerate(MONTHS, 1) if m[:3].lower() == name[:3].lower())
    else:
        month = int(groups["mo"] or 1)
    hour = int(groups["h"] or 0)
    half = (groups["ap"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half[0] == "p" else 0)
    extra = int((groups["f"] or "").ljust(8, "0")[:8])
    day = int(groups.get("d") or 1)
    return of_date(year, month, day, hour, int(groups["mi"] or 0), int(groups["s"] or 0)) + (extra + 5) // 10


_TIME = re.compile(r"\s*" + _CLOCK.replace(r"[T\s]\s*", "", 1) + r"\s*\Z", re.IGNORECASE | re.ASCII)


def with_day(text: str, today: int) -> str:
    """A text without a day, or without a year, with those of a day (in ticks); any other text as it is."""
    if len(text) > _LONGEST:
        return text
    year = DateTime(today).date.year
    short = re.match(r"\s*(\d{1,2})[-/.](\d{1,2})(?=\s|\Z)", text, re.ASCII)
    if short is not None:
        return f"{year}-{short.group(1)}-{short.group(2)}{text[short.end() :]}"
    found = _TIME.match(text)
    if found is None or not found.group("h") or (found.group("mi") is None and not found.group("ap")):
        return text
    return f"{DateTime(today).date:%Y-%m-%d} {text.strip()}"


def parse_datetime(
    text: str, universal: bool = False, assume_utc: bool = False, keep: bool = False
) -> DateTime:
    """`DateTime.Parse`: an offset gives local time, which is UTC here.

    Args:
        text: what to parse.
        universal: `DateTimeStyles.AdjustToUniversal`.
        assume_utc: `DateTimeStyles.AssumeUniversal`.
        keep: `DateTimeStyles.RoundtripKind`.

    Raises:
        NetError: FormatException.
    """
    ticks, offset, named = _fields(text)
    if offset is None:
        if not assume_utc:
            return DateTime(ticks, UNSPECIFIED)
        return DateTime(ticks, UTC_KIND if universal else LOCAL)
    moved = ticks - offset
    if not 0 <= moved <= MAX_TICKS:
        raise _bad(text)
    if universal or (keep and named):
        return DateTime(moved, UTC_KIND)
    return DateTime(moved, LOCAL)


def parse_offset(text: str) -> DateTimeOffset:
    """`DateTimeOffset.Parse`.

    Raises:
        NetError: FormatException.
    """
    ticks, offset, _ = _fields(text)
    return DateTimeOffset(ticks, offset or 0)


_EXACT = {
    "yyyy": r"(?P<y>\d{4})",
    "yy": r"(?P<y>\d{2})",
    "MMMM": rf"(?P<mn>{'|'.join(MONTHS)})",
    "MMM": rf"(?P<mn>{'|'.join(m[:3] for m in MONTHS)})",
    "MM": r"(?P<mo>\d{2})",
    "M": r"(?P<mo>\d{1,2})",
    "dddd": "(?:" + "|".join(DAYS) + ")",
    "ddd": "(?:" + "|".join(d[:3] for d in DAYS) + ")",
    "dd": r"(?P<d>\d{2})",
    "d": r"(?P<d>\d{1,2})",
    "HH": r"(?P<h>\d{2})",
    "H": r"(?P<h>\d{1,2})",
    "hh": r"(?P<h12>\d{2})",
    "h": r"(?P<h12>\d{1,2})",
    "mm": r"(?P<mi>\d{2})",
    "m": r"(?P<mi>\d{1,2})",
    "ss": r"(?P<s>\d{2})",
    "s": r"(?P<s>\d{1,2})",
    "tt": r"(?P<ap>[AaPp][Mm])",
    "zzz": r"(?P<sign>[+-])(?P<oh>\d{2}):(?P<om>\d{2})",
    "zz": r"(?P<sign>[+-])(?P<oh>\d{2})",
    "z": r"(?P<sign>[+-])(?P<oh>\d{1,2})",
    "K": r"(?:(?P<z>Z)|(?P<sign>[+-])(?P<oh>\d{2}):(?P<om>\d{2}))?",
}
_PIECE = re.compile(
    r"y{1,5}|M{1,4}|d{1,4}|H{1,2}|h{1,2}|m{1,2}|s{1,2}|t{1,2}|f{1,7}|F{1,7}|z{1,3}|K|'[^']*'|\"[^\"]*\"|\\.|.",
    re.S,
)


def _exact_fields(text: str, pattern: str) -> tuple[int, int | None, bool]:
    """Ticks on the clock, offset in ticks or None, and whether it is UTC by name."""
    from gatewright.apim.expressions.format_dates import _STANDARD

    given = _STANDARD.get(pattern, pattern) if len(pattern) == 1 else pattern
    parts: list[str] = []
    for piece in _PIECE.findall(given):
        if piece in _EXACT:
            parts.append(_EXACT[piece])
        elif piece[0] == "f":
            parts.append(rf"(?P<f>\d{{{len(piece)}}})")
        elif piece[0] == "F":
            parts.append(rf"(?P<f>\d{{0,{len(piece)}}})")
        elif piece[0] in "'\"":
            parts.append(re.escape(piece[1:-1]))
        elif piece != "%":
            parts.append(re.escape(piece[-1]))
    try:
        found = re.fullmatch("".join(parts), text, re.IGNORECASE | re.ASCII)
    except re.error as fault:  # one part twice
        raise _bad(text) from fault
    if found is None:
        raise _bad(text)
    names = ("y", "mo", "mn", "d", "h", "h12", "mi", "s", "f", "ap", "z", "sign", "oh", "om")
    groups = {n: found.groupdict().get(n) for n in names}
    if groups["h12"]:
        if int(groups["h12"]) > 12:
            raise _bad(text)
        groups["h"] = str(int(groups["h12"]) % 12)
    if groups["y"] is None:
        raise _bad(text)
    try:
        ticks = _ticks(groups)
    except NetError as fault:
        raise _bad(text) from fault
    if groups["sign"]:
        offset = int(groups["oh"] or 0) * HOUR + int(groups["om"] or 0) * MINUTE
        return ticks, offset if groups["sign"] == "+" else -offset, False
    return ticks, 0 if groups["z"] else None, bool(groups["z"])


def parse_exact(
    text: str, pattern: str, universal: bool = False, assume_utc: bool = False, keep: bool = False
) -> DateTime:
    """`DateTime.ParseExact` with a custom format; for the styles see `parse_datetime`.

    Raises:
        NetError: FormatException.
    """
    ticks, offset, named = _exact_fields(text, pattern)
    if named:
        return DateTime(ticks, UTC_KIND if universal or keep else LOCAL)
    if offset is not None:
        return DateTime(ticks - offset, UTC_KIND if universal else LOCAL)
    if assume_utc:
        return DateTime(ticks, UTC_KIND if universal else LOCAL)
    return DateTime(ticks, UNSPECIFIED)


def parse_offset_exact(text: str, pattern: str) -> DateTimeOffset:
    """`DateTimeOffset.ParseExact`; a text without an offset is local time, which is UTC here.

    Raises:
        NetError: FormatException.
    """
    ticks, offset, _ = _exact_fields(text, pattern)
    return DateTimeOffset(ticks, offset or 0)
