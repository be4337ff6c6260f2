"""Texts as dates by a format, invariant culture, time zone UTC.

Source: https://learn.microsoft.com/dotnet/api/system.datetime.parseexact (.NET Core 3.1).
"""

from __future__ import annotations

import re

from gatewright.apim.expressions.faults import NetError, bad_format
from gatewright.apim.expressions.format_dates import DAYS, MONTHS, STANDARD
from gatewright.apim.expressions.net_datetime import (
    LOCAL,
    UNSPECIFIED,
    UTC_KIND,
    DateTime,
    DateTimeOffset,
)
from gatewright.apim.expressions.parse_dates import Groups, moment, offset_of

_EXACT = {
    "yyyy": r"(?P<y>\d{4})",
    "yy": r"(?P<y>\d{2})",
    "MMMM": rf"(?P<mn>{'|'.join(MONTHS)})",
    "MMM": rf"(?P<mn>{'|'.join(m[:3] for m in MONTHS)})",
    "MM": r"(?P<mo>\d{2})",
    "M": r"(?P<mo>\d{1,2})",
    "dddd": "(?P<wd>" + "|".join(DAYS) + ")",
    "ddd": "(?P<wd>" + "|".join(d[:3] for d in DAYS) + ")",
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
    "tt": "(?P<ap>[AaPp][Mm])",
    "zzz": r"(?P<sign>[+-])(?P<oh>\d{2}):(?P<om>\d{2})",
    "zz": r"(?P<sign>[+-])(?P<oh>\d{2})",
    "z": r"(?P<sign>[+-])(?P<oh>\d{1,2})",
    "K": r"(?:(?P<z>Z)|(?P<sign>[+-])(?P<oh>\d{2}):(?P<om>\d{2}))?",
    "Z": "(?P<z>Z)",
}
_PIECE = re.compile(
    r"y{1,5}|M{1,4}|d{1,4}|H{1,2}|h{1,2}|m{1,2}|s{1,2}|t{1,2}|f{1,7}|F{1,7}|z{1,3}|K|'[^']*'|\"[^\"]*\"|\\.|.",
    re.S,
)


def _bad(text: str) -> NetError:
    return bad_format(f"String '{text}' was not recognized as a valid DateTime.")


def _exact_fields(text: str, pattern: str, today: int | None) -> tuple[int, int | None, bool]:
    """Ticks on the clock, offset in ticks or None, and whether it is UTC by name."""
    if not pattern:
        raise bad_format()
    given = STANDARD.get(pattern, pattern) if len(pattern) == 1 else pattern
    parts: list[str] = []
    for piece in _PIECE.findall(given):
        if piece in _EXACT:
            parts.append(_EXACT[piece])
        elif piece[0] == "f":
            parts.append(rf"(?P<f>\d{{{len(piece)}}})")
        elif piece[0] == "F":
            digits = rf"(?P<f>\d{{0,{len(piece)}}})"
            dotted = bool(parts) and parts[-1] == r"\."  # which may be missing with the digits
            parts[-1 if dotted else len(parts) :] = [rf"(?:\.{digits})?" if dotted else digits]
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
    groups: Groups = dict(found.groupdict())
    twelfth = groups.get("h12")
    if twelfth:
        if int(twelfth) > 12:
            raise _bad(text)
        groups["h"] = str(int(twelfth) % 12)
    return moment(groups, text, today)


def parse_exact(
    text: str,
    pattern: str,
    universal: bool = False,
    assume_utc: bool = False,
    keep: bool = False,
    today: int | None = None,
) -> DateTime:
    """`DateTime.ParseExact` with a custom format; for the arguments see `parse_datetime`.

    Raises:
        NetError: FormatException.
    """
    ticks, offset, named = _exact_fields(text, pattern, today)
    if named:
        return DateTime(ticks, UTC_KIND if universal or keep else LOCAL)
    if offset is not None:
        return DateTime(ticks - offset, UTC_KIND if universal else LOCAL)
    if assume_utc:
        return DateTime(ticks, UTC_KIND if universal else LOCAL)
    return DateTime(ticks, UNSPECIFIED)


def parse_offset_exact(text: str, pattern: str, today: int | None = None) -> DateTimeOffset:
    """`DateTimeOffset.ParseExact`; a text without an offset is local time, which is UTC here.

    Raises:
        NetError: FormatException.
    """
    ticks, offset, _ = _exact_fields(text, pattern, today)
    return offset_of(text, ticks, offset or 0)
