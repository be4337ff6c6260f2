"""Texts as durations, invariant culture.

Source: https://learn.microsoft.com/dotnet/api/system.timespan.parse, system.timespan.parseexact (.NET Core
3.1).
"""

from __future__ import annotations

import re

from gatewright.apim.expressions.faults import NetError, bad_format
from gatewright.apim.expressions.format_dates import quoted
from gatewright.apim.expressions.net_datetime import DAY, HOUR, MINUTE, SECOND, TimeSpan

_TEXT = re.compile(r"\s*(-?)(\d+(?:[.:]\d+)*)\s*\Z", re.ASCII)
_NUMBER = re.compile(r"0*([1-9]\d*)", re.ASCII)
# what the separators say about the numbers between them: Day, Hour, Minute, Second, Fraction
_FORMS = {"": "D", ":": "HM", ".:": "DHM", ".::": "DHMS", "::.": "HMSF", ".::.": "DHMSF"} | {
    ":::": "DHMS",
    ":::.": "DHMSF",
}
_LIMITS = {"D": 10675199, "H": 23, "M": 59, "S": 59}
_UNITS = {"D": DAY, "H": HOUR, "M": MINUTE, "S": SECOND}


def _too_large(text: str) -> NetError:
    message = (
        f"The TimeSpan string '{text}' could not be parsed because at least one of the numeric components is "
        "out of range or contains too many digits."
    )
    return NetError("OverflowException", message)


def parse_timespan(text: str) -> TimeSpan:
    """`TimeSpan.Parse`: `[-][d.]hh:mm[:ss[.fffffff]]`, or days alone.

    Raises:
        NetError: FormatException, OverflowException.
    """
    # numbers are read before the form is looked at, also in a text that is no duration
    if any(len(digits) > 9 or int(digits) >= 1 << 28 for digits in _NUMBER.findall(text)[:6]):
        raise _too_large(text)
    found = _TEXT.match(text)
    if found is None:
        raise bad_format(f"String '{text}' was not recognized as a valid TimeSpan.")
    numbers = re.split("[.:]", found.group(2))
    marks = re.sub(r"\d+", "", found.group(2))
    form = _FORMS.get(marks)
    if marks == "::":  # the first number is a day where it cannot be an hour
        form = "HMS" if int(numbers[0]) <= 23 else "DHM"
    if form is None:
        raise bad_format(f"String '{text}' was not recognized as a valid TimeSpan.")
    return _summed(text, dict(zip(form, numbers, strict=True)), bool(found.group(1)))


def _summed(text: str, parts: dict[str, str], negative: bool) -> TimeSpan:
    fraction = parts.get("F", "")
    long = len(fraction) > 7 and fraction[0] != "0"
    if long or any(int(parts.get(k) or 0) > most for k, most in _LIMITS.items()):
        raise _too_large(text)
    ticks = sum(int(parts.get(k) or 0) * unit for k, unit in _UNITS.items()) + _fraction(fraction)
    ticks = -ticks if negative else ticks
    if not -(1 << 63) <= ticks < 1 << 63:
        raise _too_large(text)
    return TimeSpan(ticks)


def _fraction(digits: str) -> int:
    """The ticks of a fraction; what is behind the seventh digit is rounded, half up."""
    ticks = int(digits[:7].ljust(7, "0"))
    return ticks + (digits[7:8] >= "5")


_CLOCK = r"(?P<H>\d{1,2}):(?P<M>\d{1,2}):(?P<S>\d{1,2})"
_STANDARD = {
    "c": rf"(?P<sign>-?)(?:(?P<D>\d{{1,8}})\.)?{_CLOCK}(?:\.(?P<F>\d{{1,7}}))?",
    "g": rf"(?P<sign>-?)(?:(?P<D>\d{{1,8}}):)?{_CLOCK}(?:\.(?P<F>\d{{1,7}}))?",
    "G": rf"(?P<sign>-?)(?P<D>\d{{1,8}}):{_CLOCK}\.(?P<F>\d{{7}})",
}
_PIECE = re.compile(r"(?:%(?=[^%]))?(d{1,8}|h{1,2}|m{1,2}|s{1,2}|f{1,7}|F{1,7})|\\(.)", re.S)


def _read(text: str, form: str) -> dict[str, str]:
    """The parts of a text by a form of one's own: each takes as many digits as it can."""
    parts: dict[str, str] = {}
    at = place = 0
    while at < len(form):
        if form[at] in "'\"":
            plain, at = quoted(form, at)
        else:
            piece = _PIECE.match(form, at)
            if piece is None:
                raise bad_format()
            at = piece.end()
            if piece.group(1):
                place = _digits(text, place, piece.group(1), parts)
                continue
            plain = piece.group(2)
        if not text.startswith(plain, place):
            raise bad_format()
        place += len(plain)
    if place < len(text):
        raise bad_format()
    return parts


def _digits(text: str, place: int, piece: str, parts: dict[str, str]) -> int:
    """Keeps the digits of a part; where the next one begins."""
    kind, size = piece[0].upper(), len(piece)
    least = 0 if piece[0] == "F" else size
    most = {"d": 8, "f": 1, "F": 1}.get(piece[0], 2) if size == 1 else size
    found = re.compile(rf"[0-9]{{{least},{most}}}").match(text, place)
    if found is None or kind in parts:
        raise bad_format()
    parts[kind] = found.group()
    return found.end() or min(1, len(text))  # .NET steps over a first character that is no digit of `F`


def parse_span_exact(text: str, forms: list[str], negative: bool = False) -> TimeSpan:
    """`TimeSpan.ParseExact` with one form or the first of several that fits.

    Raises:
        NetError: FormatException, OverflowException.
    """
    fault: NetError | None = None
    for form in forms:
        try:
            return _exact(text, form, negative)
        except NetError as problem:
            fault = problem
    raise (fault if fault is not None and len(forms) == 1 else bad_format())


def _exact(text: str, form: str, negative: bool) -> TimeSpan:
    if len(form) != 1:
        return _summed(text, {k: v for k, v in _read(text, form).items() if v}, negative)
    standard = _STANDARD.get("c" if form in "ctT" else form)
    found = standard and re.fullmatch(rf"\s*{standard}\s*", text, re.ASCII)
    if not found:
        raise bad_format()
    parts = {k: v for k, v in found.groupdict().items() if k != "sign" and v}
    return _summed(text, parts, negative or bool(found.group("sign")))
