"""Texts as durations, invariant culture.

Source: https://learn.microsoft.com/dotnet/api/system.timespan.parse, system.timespan.parseexact (.NET Core
3.1).
"""

from __future__ import annotations

import re

from gatewright.apim.expressions.faults import NetError, bad_format
from gatewright.apim.expressions.net_datetime import DAY, HOUR, MINUTE, SECOND, TimeSpan

_TEXT = re.compile(r"\s*(-?)(\d+(?:[.:]\d+)*)\s*\Z", re.ASCII)
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
    found = _TEXT.match(text)
    if found is None:
        raise bad_format(f"String '{text}' was not recognized as a valid TimeSpan.")
    if len(text) > 100 and re.search(r"\d{40}", text):
        raise _too_large(text[:100])
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
    if len(fraction) > 7 or any(int(parts.get(k) or 0) > most for k, most in _LIMITS.items()):
        raise _too_large(text)
    ticks = sum(int(parts.get(k) or 0) * unit for k, unit in _UNITS.items()) + int(
        fraction.ljust(7, "0") or 0
    )
    ticks = -ticks if negative else ticks
    if not -(1 << 63) <= ticks < 1 << 63:
        raise _too_large(text)
    return TimeSpan(ticks)


_PIECE = re.compile(r"%?(d{1,8}|h{1,2}|m{1,2}|s{1,2}|f{1,7}|F{1,7})|'([^']*)'|\"([^\"]*)\"|\\(.)", re.S)
_CLOCK = r"(?P<H>\d{1,2}):(?P<M>\d{1,2}):(?P<S>\d{1,2})"
_STANDARD = {
    "c": rf"(?P<sign>-?)(?:(?P<D>\d{{1,8}})\.)?{_CLOCK}(?:\.(?P<F>\d{{1,7}}))?",
    "g": rf"(?P<sign>-?)(?:(?P<D>\d{{1,8}}):)?{_CLOCK}(?:\.(?P<F>\d{{1,7}}))?",
    "G": rf"(?P<sign>-?)(?P<D>\d{{1,8}}):{_CLOCK}\.(?P<F>\d{{7}})",
}


def _pattern(form: str) -> str:
    if len(form) == 1:
        found = _STANDARD.get("c" if form in "ctT" else form)
        if found is None:
            raise bad_format()
        return rf"\s*{found}\s*"
    out, at = "", 0
    while at < len(form):
        piece = _PIECE.match(form, at)
        if piece is None:
            raise bad_format()
        at = piece.end()
        if not piece.group(1):
            out += re.escape(next(g for g in piece.groups()[1:] if g is not None))
            continue
        kind, size = piece.group(1)[0], len(piece.group(1))
        if f"(?P<{kind.upper()}>" in out:
            raise bad_format()
        most = {"d": 8, "F": size}.get(kind, 2) if size == 1 or kind == "F" else size
        least = 0 if kind == "F" else size
        out += rf"(?P<{kind.upper()}>\d{{{least},{1 if kind == 'f' and size == 1 else most}}})"
    return out


def parse_span_exact(text: str, forms: list[str], negative: bool = False) -> TimeSpan:
    """`TimeSpan.ParseExact` with one form or the first of several that fits.

    Raises:
        NetError: FormatException, OverflowException.
    """
    fault: NetError | None = None
    for form in forms:
        try:
            found = re.fullmatch(_pattern(form), text, re.ASCII)
            if found is not None:
                parts = {k: v for k, v in found.groupdict().items() if k != "sign" and v}
                return _summed(text, parts, negative or bool(found.groupdict().get("sign")))
        except NetError as problem:
            fault = problem
    raise (fault if fault is not None and len(forms) == 1 else bad_format())
