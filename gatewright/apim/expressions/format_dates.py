"""Dates and durations as texts: standard and custom formats, invariant culture.

Source: https://learn.microsoft.com/dotnet/standard/base-types/custom-date-and-time-format-strings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatewright.apim.expressions.faults import bad_format

if TYPE_CHECKING:
    from gatewright.apim.expressions.net_datetime import DateTime

_SECOND = 10_000_000
DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTHS = tuple(
    "January February March April May June July August September October November December".split()
)
STANDARD = {
    "d": "MM/dd/yyyy",
    "D": "dddd, dd MMMM yyyy",
    "f": "dddd, dd MMMM yyyy HH:mm",
    "F": "dddd, dd MMMM yyyy HH:mm:ss",
    "g": "MM/dd/yyyy HH:mm",
    "G": "MM/dd/yyyy HH:mm:ss",
    "m": "MMMM dd",
    "M": "MMMM dd",
    "o": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "O": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "R": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "s": "yyyy-MM-ddTHH:mm:ss",
    "t": "HH:mm",
    "T": "HH:mm:ss",
    "u": "yyyy-MM-dd HH:mm:ss'Z'",
    "U": "dddd, dd MMMM yyyy HH:mm:ss",
    "y": "yyyy MMMM",
    "Y": "yyyy MMMM",
}


def zone_text(offset: int) -> str:
    """`+hh:mm`."""
    minutes = abs(offset) // (60 * _SECOND)
    return f"{'-' if offset < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"


def format_datetime(value: DateTime, pattern: str, offset: int, with_offset: bool = False) -> str:
    """A moment in a standard or custom format.

    Raises:
        NetError: FormatException for an unknown standard format.
    """
    if len(pattern) == 1:
        if pattern not in STANDARD or (with_offset and pattern == "U"):
            raise bad_format()
        if with_offset and pattern in "rRu":
            from gatewright.apim.expressions.net_datetime import DateTime as Moment

            value, offset = Moment(value.ticks - offset), 0
        pattern = STANDARD[pattern]
    return _Formatter(value, offset, with_offset).run(pattern)


class _Formatter:
    def __init__(self, value: DateTime, offset: int, with_offset: bool) -> None:
        self.value = value
        self.date = value.date
        self.offset = offset
        self.with_offset = with_offset

    def run(self, pattern: str) -> str:
        out: list[str] = []
        at = 0
        while at < len(pattern):
            step = pattern[at]
            if step in "\"'":
                text, at = quoted(pattern, at)
                out.append(text)
                continue
            if step == "\\":
                if at + 1 >= len(pattern):
                    raise bad_format()
                out.append(pattern[at + 1])
                at += 2
                continue
            if step == "%":
                if at + 1 >= len(pattern) or pattern[at + 1] == "%":
                    raise bad_format()
                out.append(
                    self.run(pattern[at + 1])
                    if pattern[at + 1] not in "dDfFgGmMoOrRstTuUyY"
                    else self.piece(pattern[at + 1], 1, out)
                )
                at += 2
                continue
            count = 1
            while at + count < len(pattern) and pattern[at + count] == step:
                count += 1
            if step in "dfFghHKmMstyz":
                out.append(self.piece(step, count, out))
            else:
                out.append(step * count)
            at += count
        return "".join(out)

    def piece(self, kind: str, count: int, out: list[str]) -> str:
        date = self.date
        match kind:
            case "d":
                return _named(date.day, DAYS[(date.weekday() + 1) % 7], count)
            case "M":
                return _named(date.month, MONTHS[date.month - 1], count)
            case "y":
                if count <= 2:
                    return f"{date.year % 100:0{count}d}"
                return f"{date.year:0{count}d}"
            case "H":
                return f"{date.hour:0{min(count, 2)}d}"
            case "h":
                return f"{date.hour % 12 or 12:0{min(count, 2)}d}"
            case "m":
                return f"{date.minute:0{min(count, 2)}d}"
            case "s":
                return f"{date.second:0{min(count, 2)}d}"
            case "t":
                return ("AM" if date.hour < 12 else "PM")[: 1 if count == 1 else 2]
            case "g":
                return "A.D."
            case "f" | "F":
                return self.fraction(kind, count, out)
            case "K":
                return self.zone() * count
            case _:
                return self.zone_number(count)

    def fraction(self, kind: str, count: int, out: list[str]) -> str:
        if count > 7:
            raise bad_format()
        digits = f"{self.value.ticks % _SECOND:07d}"[:count]
        if kind == "f":
            return digits
        digits = digits.rstrip("0")
        if not digits and out and out[-1].endswith("."):
            out[-1] = out[-1][:-1]
        return digits

    def zone(self) -> str:
        if self.with_offset:
            return zone_text(self.offset)
        return ("", "Z", "+00:00")[self.value.kind]

    def zone_number(self, count: int) -> str:
        minutes = abs(self.offset) // (60 * _SECOND)
        sign = "-" if self.offset < 0 else "+"
        if count == 1:
            return f"{sign}{minutes // 60}"
        return f"{sign}{minutes // 60:02d}" + (f":{minutes % 60:02d}" if count > 2 else "")


def _named(number: int, name: str, count: int) -> str:
    """A day or a month: its number, its number in two digits, its short name, or its name."""
    if count <= 2:
        return f"{number:0{count}d}"
    return name[:3] if count == 3 else name


def quoted(pattern: str, at: int) -> tuple[str, int]:
    """A quoted text in a format, and where it ends."""
    quote = pattern[at]
    out: list[str] = []
    at += 1
    while at < len(pattern):
        step = pattern[at]
        if step == quote:
            return "".join(out), at + 1
        if step == "\\" and at + 1 < len(pattern):
            at += 1
            step = pattern[at]
        out.append(step)
        at += 1
    raise bad_format()


def format_timespan(ticks: int, pattern: str) -> str:
    """A duration in the formats `c`, `g`, `G` or a custom one.

    Raises:
        NetError: FormatException.
    """
    size = abs(ticks)
    days, rest = divmod(size, 86400 * _SECOND)
    hours, rest = divmod(rest, 3600 * _SECOND)
    minutes, rest = divmod(rest, 60 * _SECOND)
    seconds, part = divmod(rest, _SECOND)
    sign = "-" if ticks < 0 else ""
    if pattern in ("", "c", "t", "T"):
        lead = f"{days}." if days else ""
        tail = f".{part:07d}" if part else ""
        return f"{sign}{lead}{hours:02d}:{minutes:02d}:{seconds:02d}{tail}"
    if pattern == "g":
        tail = f".{part:07d}".rstrip("0") if part else ""
        return f"{sign}{f'{days}:' if days else ''}{hours}:{minutes:02d}:{seconds:02d}{tail}"
    if pattern == "G":
        return f"{sign}{days}:{hours:02d}:{minutes:02d}:{seconds:02d}.{part:07d}"
    if len(pattern) == 1:
        raise bad_format()
    return _custom(pattern, {"d": days, "h": hours, "m": minutes, "s": seconds}, part)


def _custom(pattern: str, units: dict[str, int], part: int) -> str:
    out: list[str] = []
    at = 0
    while at < len(pattern):
        step = pattern[at]
        if step in "\"'":
            text, at = quoted(pattern, at)
            out.append(text)
            continue
        if step == "\\" and at + 1 < len(pattern):
            out.append(pattern[at + 1])
            at += 2
            continue
        count, alone = 1, step == "%" and at + 1 < len(pattern)
        if alone:  # what follows is a part by itself, also where its letter is repeated
            at += 1
            step = pattern[at]
        while not alone and at + count < len(pattern) and pattern[at + count] == step:
            count += 1
        if step in units and count <= (8 if step == "d" else 2):
            out.append(f"{units[step]:0{count}d}")
        elif step in "fF" and count <= 7:
            digits = f"{part:07d}"[:count]
            out.append(digits if step == "f" else digits.rstrip("0"))
        else:
            raise bad_format()
        at += count
    return "".join(out)
