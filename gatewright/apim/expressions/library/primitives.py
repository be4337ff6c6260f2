"""System.Int32 and the other numbers, Boolean, Char."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from gatewright.apim.expressions import numbers
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument, bad_format
from gatewright.apim.expressions.format_numbers import format_number
from gatewright.apim.expressions.library.compare import compare, equal, hash_of
from gatewright.apim.expressions.library.entry import TypeEntry, enum, member
from gatewright.apim.expressions.library.number_styles import styled, trying_styled
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.text import text_of
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import BOXES, Value

_T = TypeVar("_T")
_DOCS = "https://learn.microsoft.com/dotnet/api/system."
WHITE: frozenset[str] = frozenset(
    "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
)
_INTEGER = re.compile(r"[\s\0]*([+-]?[0-9]+)[\s\0]*\Z", re.ASCII)
_FLOAT = re.compile(r"\s*([+-]?)((?:[0-9][0-9,]*)?(?:\.[0-9]*)?)([eE][+-]?[0-9]+)?\s*\Z", re.ASCII)


def overflow_of(ty: Ty) -> NetError:
    """The OverflowException of a type."""
    kinds = {t.BYTE: "an unsigned byte", t.SBYTE: "a signed byte"}
    name = t.CLR_NAMES[ty]
    shown = kinds.get(ty) or ("an " if name[0] in "IU" and name != "UInt16" else "a ") + name
    if name.startswith("UInt"):
        shown = f"a {name}"
    return NetError("OverflowException", f"Value was either too large or too small for {shown}.")


def parse_integer(text: str, ty: Ty) -> int:
    """`int.Parse` and its kin.

    Raises:
        NetError: FormatException, OverflowException.
    """
    found = _INTEGER.match(text)
    if found is None:
        raise bad_format()
    value = int(found.group(1)) if len(found.group(1)) < 400 else 10**400
    low, high = numbers.bounds(ty)
    if not low <= value <= high:
        raise overflow_of(ty)
    return value


def parse_double(text: str) -> float:
    """`double.Parse` in the invariant culture.

    Raises:
        NetError: FormatException.
    """
    stripped = text.strip()
    special = {"nan": math.nan, "infinity": math.inf, "-infinity": -math.inf, "∞": math.inf, "-∞": -math.inf}
    if stripped.lower() in special:
        return special[stripped.lower()]
    found = _FLOAT.match(text)
    if found is None or not any(c.isdigit() for c in found.group(2)):
        raise bad_format()
    return float(found.group(1) + found.group(2).replace(",", "") + (found.group(3) or ""))


_DECIMAL = re.compile(r"\s*([+-]?)((?:[0-9][0-9,]*)?(?:\.[0-9]*)?)([+-]?)\s*\Z", re.ASCII)


def parse_decimal(text: str) -> Decimal:
    """`decimal.Parse` in the invariant culture.

    Raises:
        NetError: FormatException, OverflowException.
    """
    found = _DECIMAL.match(text)
    if found is None or not any(c.isdigit() for c in found.group(2)):
        raise bad_format()
    if len(found.group(2).partition(".")[0].lstrip("0,")) > 60:
        raise overflow_of(t.DECIMAL)
    try:
        value = Decimal((found.group(1) or found.group(3)) + found.group(2).replace(",", "")[:200])
    except InvalidOperation as fault:
        raise bad_format() from fault
    return numbers.fit(value)


def parse_bool(text: str) -> bool:
    """`bool.Parse`.

    Raises:
        NetError: FormatException.
    """
    found = text.strip(" \t\r\n\0\v\f").lower()
    if found not in ("true", "false"):
        raise bad_format(f"String '{text}' was not recognized as a valid Boolean.")
    return found == "true"


def trying(parse: Callable[[str], _T], default: _T) -> Callable[..., tuple[bool, _T]]:
    """`TryParse` made of a parser."""

    def run(text: str | None, *_: Value) -> tuple[bool, _T]:
        if text is None:
            return False, default
        try:
            return True, parse(text)
        except NetError:
            return False, default

    return run


def unboxed(value: Value) -> Value:
    """The value itself."""
    return value


def _common(ty: Ty) -> tuple[Entry, ...]:
    name = ty.name
    wrap: Callable[[Value], Value] = BOXES.get(ty, unboxed)
    return (
        member("string ToString()", lambda v: text_of(wrap(v))),
        member("string ToString(string? format)", lambda v, f: format_number(wrap(v), f or "")),
        member("string ToString(IFormatProvider? provider)", lambda v, p: text_of(wrap(v))),
        member(
            "string ToString(string? format, IFormatProvider? p)",
            lambda v, f, p: format_number(wrap(v), f or ""),
        ),
        member(f"int CompareTo({name} value)", _distance if ty in _SHORT else compare),
        member("int CompareTo(object? value)", compared(ty, wrap)),
        member(f"bool Equals({name} obj)", lambda a, b: a == b or (a != a and b != b)),
        member("bool Equals(object? obj)", lambda a, b: equal(wrap(a), b)),
        member("int GetHashCode()", hash_of),
    )


_SHORT = frozenset({t.BYTE, t.SBYTE, t.SHORT, t.USHORT})


def _distance(a: int, b: int) -> int:
    """`CompareTo` of the small integers: the difference."""
    return a - b


def compared(ty: Ty, wrap: Callable[[Value], Value]) -> Callable[[Value, Value], int]:
    """`CompareTo(object)`: another type is an error, null comes first."""
    order: Callable[[Value, Value], int] = _distance if ty in _SHORT else compare

    def run(value: Value, other: Value) -> int:
        if other is None:
            return 1
        if type(other) is not type(wrap(value)):
            raise argument(f"Object must be of type {t.CLR_NAMES[ty]}.")
        return order(value, other)

    return run


_BASES = ("IComparable", "IConvertible", "IFormattable")


def _number(
    ty: Ty, parse: Callable[[str], Value], zero: Value, low: Value, high: Value, *more: Entry
) -> TypeEntry:
    name = ty.name
    members = (
        *_common(ty),
        member(f"static {name} MinValue", lambda: low),
        member(f"static {name} MaxValue", lambda: high),
        member(f"static {name} Parse(string s)", parse),
        member(f"static {name} Parse(string s, IFormatProvider? provider)", lambda s, p: parse(s)),
        member(f"static {name} Parse(string s, NumberStyles style)", styled(ty)),
        member(
            f"static {name} Parse(string s, NumberStyles style, IFormatProvider? provider)",
            styled(ty),
        ),
        member(f"static bool TryParse(string? s, out {name} result)", trying(parse, zero)),
        member(
            f"static bool TryParse(string? s, NumberStyles style, IFormatProvider? provider, out "
            f"{name} result)",
            trying_styled(ty, zero),
        ),
        *more,
    )
    return TypeEntry(name, "System", _DOCS + t.CLR_NAMES[ty].lower(), members, "struct", _BASES)


def _integer(ty: Ty) -> TypeEntry:
    low, high = numbers.bounds(ty)
    return _number(ty, lambda s: parse_integer(s, ty), 0, low, high)


_DOUBLES = (
    member("static double NaN", lambda: math.nan),
    member("static double PositiveInfinity", lambda: math.inf),
    member("static double NegativeInfinity", lambda: -math.inf),
    member("static double Epsilon", lambda: 5e-324),
    member("static bool IsNaN(double d)", math.isnan),
    member("static bool IsInfinity(double d)", math.isinf),
)
_DECIMALS = (
    member("static decimal Zero", lambda: Decimal(0)),
    member("static decimal One", lambda: Decimal(1)),
    member("static decimal Round(decimal d)", lambda d: _round(d, 0)),
    member("static decimal Round(decimal d, int decimals)", lambda d, n: _round(d, n)),
    member("static decimal Truncate(decimal d)", lambda d: Decimal(int(d))),
    member("static decimal Floor(decimal d)", lambda d: Decimal(math.floor(d))),
    member("static decimal Ceiling(decimal d)", lambda d: Decimal(math.ceil(d))),
    member("static int ToInt32(decimal d)", lambda d: numbers.decimal_to_int(d, t.INT)),
    member("static double ToDouble(decimal d)", numbers.decimal_to_double),
)


def _round(value: Decimal, places: int) -> Decimal:
    from gatewright.apim.expressions.library.maths import round_decimal

    return round_decimal(value, places, False)


TYPES = (
    *(_integer(ty) for ty in (t.INT, t.LONG, t.SHORT, t.BYTE, t.SBYTE, t.USHORT, t.UINT, t.ULONG)),
    _number(t.DOUBLE, parse_double, 0.0, -1.7976931348623157e308, 1.7976931348623157e308, *_DOUBLES),
    _number(
        t.FLOAT,
        lambda s: numbers.single(parse_double(s)),
        0.0,
        numbers.single(-3.4028234663852886e38),
        numbers.single(3.4028234663852886e38),
    ),
    _number(t.DECIMAL, parse_decimal, Decimal(0), -numbers.MAX_DECIMAL, numbers.MAX_DECIMAL, *_DECIMALS),
    TypeEntry(
        "bool",
        "System",
        _DOCS + "boolean",
        (
            member("string ToString()", text_of),
            member("string ToString(IFormatProvider? provider)", lambda v, p: text_of(v)),
            member("static bool Parse(string value)", parse_bool),
            member("static bool TryParse(string? value, out bool result)", trying(parse_bool, False)),
            member("bool Equals(bool obj)", lambda a, b: a is b),
            member("bool Equals(object? obj)", equal),
            member("int CompareTo(bool value)", compare),
            member("int CompareTo(object? value)", compared(t.BOOL, unboxed)),
            member("static string TrueString", lambda: "True"),
            member("static string FalseString", lambda: "False"),
        ),
        "struct",
        ("IComparable", "IConvertible"),
    ),
    enum(
        "NumberStyles",
        "System.Globalization",
        _DOCS + "globalization.numberstyles",
        "None AllowLeadingWhite AllowTrailingWhite AllowLeadingSign=4 Integer=7 AllowTrailingSign=8 "
        "AllowParentheses=16 "
        "AllowDecimalPoint=32 AllowThousands=64 Number=111 AllowExponent=128 Float=167 "
        "AllowCurrencySymbol=256 Currency=383 Any=511 "
        "AllowHexSpecifier=512 HexNumber=515",
        allowed=False,
    ),
)

__all__ = ["TYPES", "WHITE", "argument", "parse_bool", "parse_decimal", "parse_double", "parse_integer"]
