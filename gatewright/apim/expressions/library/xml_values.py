"""Values in XML: what content becomes as text, and casts of elements and attributes.

Source: https://learn.microsoft.com/dotnet/api/system.xml.xmlconvert (.NET Core 3.1).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument, argument_null, bad_format
from gatewright.apim.expressions.format_numbers import double_text
from gatewright.apim.expressions.library.convert import to_type
from gatewright.apim.expressions.library.dates import today
from gatewright.apim.expressions.library.entry import member
from gatewright.apim.expressions.net_datetime import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    DateTime,
    DateTimeOffset,
    TimeSpan,
)
from gatewright.apim.expressions.net_guid import parse_guid
from gatewright.apim.expressions.numbers import single
from gatewright.apim.expressions.parse_dates import parse_datetime, parse_offset
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.text import text_of
from gatewright.apim.expressions.values import Value
from gatewright.apim.expressions.xml_nodes import XObject


def xml_text(value: Value) -> str:
    """A value as XML writes it.

    Raises:
        NetError: ArgumentException for a node or attribute.
    """
    if isinstance(value, XObject):
        raise argument("An XObject cannot be used as a value.")
    if type(value) is bool:
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, DateTime):
        text = value.net_format("yyyy-MM-ddTHH:mm:ss.FFFFFFFK")
        return str(text)
    if isinstance(value, DateTimeOffset):
        clock = str(value.net_format("yyyy-MM-ddTHH:mm:ss.FFFFFFF"))
        return clock + (str(value.net_format("zzz")) if value.offset else "Z")
    if isinstance(value, TimeSpan):
        return _duration(value.ticks)
    return text_of(value)


def _duration(ticks: int) -> str:
    """A time span as an XML Schema duration."""
    sign, rest = ("-" if ticks < 0 else ""), abs(ticks)
    days, rest = divmod(rest, 864_000_000_000)
    hours, rest = divmod(rest, 36_000_000_000)
    minutes, rest = divmod(rest, 600_000_000)
    seconds, part = divmod(rest, 10_000_000)
    fraction = f".{part:07}".rstrip("0") if part else ""
    time = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes)
    time += f"{seconds}{fraction}S" if seconds or part else ""
    text = f"{days}D" * bool(days) + ("T" + time if time else "")
    return f"{sign}P{text or 'T0S'}"


def _float_text(value: float) -> str:
    if math.isinf(value):
        return "INF" if value > 0 else "-INF"
    return double_text(value)


def _bool(text: str) -> bool:
    found = {"1": True, "true": True, "0": False, "false": False}.get(text.strip(" \t\r\n").lower())
    if found is None:
        raise bad_format(f"The string '{text}' is not a valid Boolean value.")
    return found


def _double(text: str) -> float:
    plain = text.strip(" \t\r\n")
    if plain in ("INF", "-INF"):
        return math.inf if plain == "INF" else -math.inf
    return float(to_type(_ungrouped(plain), t.DOUBLE))


def _decimal(text: str) -> Decimal:
    return Decimal(to_type(_ungrouped(text.strip(" \t\r\n")), t.DECIMAL))


def _ungrouped(text: str) -> str:
    """A number without commas between its digits, which XML does not have."""
    if "," in text:
        raise bad_format()
    return text


_DURATION = re.compile(
    r"(-)?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?\Z", re.ASCII
)


def _span(text: str) -> TimeSpan:
    """An XML Schema duration; a year has 365 days and a month 30."""
    plain = text.strip(" \t\r\n")
    found = _DURATION.match(plain)
    if found is None or plain[-1] in "PT":
        raise bad_format(f"The string '{text}' is not a valid TimeSpan value.")
    years, months, days, hours, minutes, seconds = (int(x or 0) for x in found.groups()[1:7])
    total = (years * 365 + months * 30 + days) * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND
    total += int((found.group(8) or "").ljust(7, "0")[:7])
    total = -total if found.group(1) else total
    if not -(1 << 63) <= total < 1 << 63:
        raise NetError("OverflowException", "TimeSpan overflowed because the duration is too long.")
    return TimeSpan(total)


def _date(text: str) -> DateTime:
    """`DateTime.Parse` with `RoundtripKind`."""
    return parse_datetime(text, keep=True, today=today())


def _offset(text: str) -> DateTimeOffset:
    return parse_offset(text.strip(" \t\r\n"), today())


def _integer(ty: t.Ty) -> Callable[[str], int]:
    return lambda text: int(to_type(text.strip(" \t\r\n"), ty))


_READ: dict[str, Callable[[str], Value]] = {
    "bool": _bool,
    "int": _integer(t.INT),
    "uint": _integer(t.UINT),
    "long": _integer(t.LONG),
    "ulong": _integer(t.ULONG),
    "double": _double,
    "decimal": _decimal,
    "float": lambda text: single(_double(text)),
    "DateTime": _date,
    "DateTimeOffset": _offset,
    "TimeSpan": _span,
    "Guid": lambda text: parse_guid(text.strip()),
}


def value_casts(owner: str) -> Iterator[Entry]:
    """`(int)element` and the like: null throws, but gives null for a nullable type."""
    name = owner[1:].lower()
    for kind, read in _READ.items():

        def plain(value: Value, read: Callable[[str], Value] = read) -> Value:
            if value is None:
                raise argument_null(name)
            return read(value.value)

        def loose(value: Value, read: Callable[[str], Value] = read) -> Value:
            return None if value is None else read(value.value)

        yield member(f"static explicit operator {kind}({owner}? {name})", plain)
        yield member(f"static explicit operator {kind}?({owner}? {name})", loose)
