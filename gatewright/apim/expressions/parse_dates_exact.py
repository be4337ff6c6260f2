"""Texts as dates by a format, invariant culture, time zone UTC.

The format is gone through once, from left to right: each part takes as many characters as it can, and what
follows gets what is left.

Source: https://learn.microsoft.com/dotnet/api/system.datetime.parseexact,
https://learn.microsoft.com/dotnet/standard/base-types/custom-date-and-time-format-strings (.NET Core 3.1).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from gatewright.apim.expressions.faults import NetError, bad_format
from gatewright.apim.expressions.format_dates import DAYS, MONTHS, STANDARD, quoted
from gatewright.apim.expressions.net_datetime import (
    LOCAL,
    UNSPECIFIED,
    UTC_KIND,
    DateTime,
    DateTimeOffset,
)
from gatewright.apim.expressions.parse_dates import Groups, moment, offset_of

_PIECE = re.compile(r"y+|M+|d+|g+|H+|h+|m+|s+|t+|f+|\.FF+|F+|z+|K|Z|GMT|\\.|%(?=[^%])|[^\\%]", re.S)
_SHORT_MONTHS, _SHORT_DAYS = [m[:3] for m in MONTHS], [d[:3] for d in DAYS]


def _bad(text: str) -> NetError:
    return bad_format(f"String '{text}' was not recognized as a valid DateTime.")


class _Strict:
    """A text that is read by a format.

    Attributes:
        numbers: the values that were read, by the letter of their part.
        short_year: whether the year has two digits.
        zone: the sign, hours and minutes of an offset.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.numbers: dict[str, int | str] = {}
        self.short_year = self.twelve = self.named = False
        self.zone: tuple[str, int, int] | None = None

    def read(self, form: str) -> None:
        """Reads the whole text.

        Raises:
            NetError: FormatException.
        """
        at = 0
        while at < len(form):
            if form[at] in "'\"":
                plain, at = quoted(form, at)
                self._literal(plain)
                continue
            piece = _PIECE.match(form, at)
            if piece is None:
                raise bad_format()
            at = piece.end()
            self._part(piece.group())
        if self.at < len(self.text):
            raise _bad(self.text)

    def _part(self, piece: str) -> None:
        step = _PARTS.get(piece[0])
        if step is not None and piece != ".":
            step(self, piece)
        elif piece == "GMT":
            self._zone("+", 0, 0)
            self._literal(piece)
        elif piece != "%":
            self._literal(piece[-1])

    def _literal(self, plain: str) -> None:
        if not self.text.startswith(plain, self.at):
            raise _bad(self.text)
        self.at += len(plain)

    def digits(self, least: int, most: int) -> str:
        """So many digits."""
        found = re.compile(rf"[0-9]{{{least},{most}}}").match(self.text, self.at)
        if found is None:
            raise _bad(self.text)
        self.at = found.end()
        return found.group()

    def keep(self, name: str, letter: str, value: int | str) -> None:
        """Keeps a value; a second one has to be the same."""
        if self.numbers.setdefault(name, value) != value:
            raise bad_format(f"DateTime pattern '{letter}' appears more than once with different values.")

    def number(self, name: str, piece: str) -> None:
        """One or two digits, or as many as the format has; of a time two at most."""
        count = len(piece) if name == "y" else min(len(piece), 2)
        found = self.digits(count, 2 if count == 1 else count)
        self.keep(name, piece[0], int(found))

    def name(self, kind: str, piece: str, names: Iterable[str]) -> None:
        """The longest name that stands here."""
        rest = self.text[self.at :].lower()
        found = max((n for n in names if rest.startswith(n.lower())), key=len, default=None)
        if found is None:
            raise _bad(self.text)
        self.at += len(found)
        self.keep(kind, piece[0], found[:3] if kind != "ap" else found[0])

    def year(self, piece: str) -> None:
        """`y` to `yyyyy`."""
        self.short_year = self.short_year or len(piece) <= 2
        self.number("y", piece)

    def month(self, piece: str) -> None:
        """`M` to `MMMM`."""
        if len(piece) <= 2:
            self.number("mo", piece)
        else:
            names = MONTHS if len(piece) > 3 else _SHORT_MONTHS
            self.name("mn", piece, names)
            self.keep("mo", "M", _SHORT_MONTHS.index(str(self.numbers.pop("mn"))) + 1)

    def day(self, piece: str) -> None:
        """`d` to `dddd`."""
        if len(piece) <= 2:
            self.number("d", piece)
        else:
            self.name("wd", piece, DAYS if len(piece) > 3 else _SHORT_DAYS)

    def hour(self, piece: str) -> None:
        """`h`, `H`."""
        self.twelve = self.twelve or piece[0] == "h"
        self.number("h", piece)

    def half(self, piece: str) -> None:
        """`t`, `tt`."""
        if len(piece) > 1:
            self.name("ap", piece, ("AM", "PM"))
            return
        mark = self.text[self.at : self.at + 1]
        if mark not in ("A", "P"):
            raise _bad(self.text)
        self.at += 1
        self.keep("ap", "t", mark)

    def fraction(self, piece: str) -> None:
        """`f` asks for all of its digits, `F` takes those there are, `.FF` is nothing without the point."""
        if piece[0] == ".":
            if self.text[self.at : self.at + 1] != ".":
                return
            self.at += 1
            piece = piece[1:]
        if len(piece) > 7:
            raise _bad(self.text)
        found = self.digits(len(piece) if piece[0] == "f" else 0, len(piece))
        self.keep("f", piece[0], found.rstrip("0"))

    def offset(self, piece: str) -> None:
        """`z`, `zz`, `zzz`: a sign, hours, and minutes."""
        sign = self.text[self.at : self.at + 1]
        if sign not in ("+", "-"):
            raise _bad(self.text)
        self.at += 1
        whole = len(piece) > 2
        hours = self.digits(len(piece) if not whole else 1, 2)
        if whole and self.text[self.at : self.at + 1] == ":":
            self.at += 1
        self._zone(sign, int(hours), int(self.digits(2, 2)) if whole else 0)

    def _zone(self, sign: str, hours: int, minutes: int) -> None:
        if minutes >= 60:
            raise _bad(self.text)
        made = (sign if hours or minutes else "+", hours, minutes)
        if self.zone not in (None, made):
            raise bad_format("DateTime pattern 'z' appears more than once with different values.")
        self.zone = made

    def utc(self, piece: str) -> None:
        """`Z`: the word `Z` or `GMT`; `K`: a `Z`, an offset or nothing."""
        mark = self.text[self.at : self.at + 1]
        if piece == "K" and mark and mark in "+-":
            self.offset("zzz")
            return
        word = re.compile("Z" if piece == "K" else r"(?:GMT|Z)(?![A-Za-z])", re.I if piece == "Z" else 0)
        found = word.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
            self.named = True
            self._zone("+", 0, 0)
        elif piece == "Z":
            raise _bad(self.text)

    def era(self, piece: str) -> None:
        """`g`."""
        self.name("era", piece, ("A.D.", "AD"))

    def groups(self) -> Groups:
        """The parts of the date."""
        numbers = self.numbers
        if self.short_year and int(numbers["y"]) > 99:
            raise _bad(self.text)
        made: Groups = {name: str(value) for name, value in numbers.items() if name not in ("ap", "era")}
        if "y" in numbers:
            made["y"] = str(numbers["y"]).zfill(2 if self.short_year else 4)
        hour, mark = int(numbers.get("h", -1)), numbers.get("ap", "A" if self.twelve else None)
        if self.twelve:
            if hour > 12:
                raise _bad(self.text)
            hour = hour % 12 + (12 if mark == "P" else 0)
        elif (mark == "A" and hour >= 12) or (mark == "P" and hour < 12):
            raise _bad(self.text)
        made["h"] = str(max(hour, 0))
        if self.named:
            made["z"] = "Z"
        elif self.zone is not None:
            made["sign"], made["oh"], made["om"] = self.zone[0], str(self.zone[1]), str(self.zone[2])
        return made


_PARTS: dict[str, Callable[[_Strict, str], None]] = {
    "y": _Strict.year,
    "M": _Strict.month,
    "d": _Strict.day,
    "g": _Strict.era,
    "h": _Strict.hour,
    "H": _Strict.hour,
    "m": lambda r, piece: r.number("mi", piece),
    "s": lambda r, piece: r.number("s", piece),
    "t": _Strict.half,
    "f": _Strict.fraction,
    "F": _Strict.fraction,
    ".": _Strict.fraction,
    "z": _Strict.offset,
    "K": _Strict.utc,
    "Z": _Strict.utc,
}


def _exact_fields(text: str, pattern: str, today: int | None) -> tuple[int, int | None, bool]:
    """Ticks on the clock, offset in ticks or None, and whether it is UTC by name."""
    if not pattern:
        raise bad_format()
    if not text:
        raise _bad(text)
    reader = _Strict(text)
    reader.read(STANDARD.get(pattern, pattern) if len(pattern) == 1 else pattern)
    return moment(reader.groups(), text, today)


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
