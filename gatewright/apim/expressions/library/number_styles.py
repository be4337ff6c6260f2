"""Numbers read with a NumberStyles, invariant culture.

Source: https://learn.microsoft.com/dotnet/api/system.globalization.numberstyles (.NET Core 3.1).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from gatewright.apim.expressions import numbers
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument, bad_format, overflow
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import EnumValue, Value

LEADING_WHITE, TRAILING_WHITE, LEADING_SIGN, TRAILING_SIGN, PARENTHESES = 1, 2, 4, 8, 16
POINT, THOUSANDS, EXPONENT, CURRENCY, HEX = 32, 64, 128, 256, 512
_PARTS = re.compile(
    r"(?P<lead>[ \t-\r]*)(?P<c1>¤?)(?P<s1>[+-]?)(?P<open>\(?)(?P<c2>¤?)(?P<s2>[+-]?)"
    r"(?P<whole>[0-9,]*)(?P<point>\.?)(?P<part>[0-9]*)(?P<exp>[eE][+-]?[0-9]+)?"
    r"(?P<s3>[+-]?)(?P<close>\)?)(?P<c3>¤?)(?P<trail>[ \t-\r]*)\0*\Z"
)
_NEEDED = {"lead": LEADING_WHITE, "trail": TRAILING_WHITE, "open": PARENTHESES, "close": PARENTHESES} | {
    "s1": LEADING_SIGN,
    "s2": LEADING_SIGN,
    "s3": TRAILING_SIGN,
    "point": POINT,
    "exp": EXPONENT,
    "c1": CURRENCY,
    "c2": CURRENCY,
    "c3": CURRENCY,
}
_SPECIAL = {"nan": float("nan"), "infinity": float("inf"), "-infinity": float("-inf")} | {
    "+infinity": float("inf"),
    "∞": float("inf"),
    "-∞": float("-inf"),
}


def parse_styled(text: str, style: EnumValue, ty: Ty) -> Value:
    """`Parse(text, style)`.

    Raises:
        NetError: FormatException, OverflowException, ArgumentException for a style the type does not take.
    """
    bits = style.number
    if bits & HEX:
        return _hexadecimal(text, bits, ty)
    special = _SPECIAL.get(text.strip().lower()) if ty in (t.DOUBLE, t.FLOAT) else None
    if special is not None:
        return special
    value, whole = _value(text, bits)
    if ty in t.INTEGRAL_BITS:
        if not whole:
            raise overflow(f"an {t.CLR_NAMES[ty]}")
        low, high = numbers.bounds(ty)
        if not low <= value <= high:
            raise overflow(f"an {t.CLR_NAMES[ty]}")
        return int(value)
    if ty is t.DECIMAL:
        return numbers.fit(value)
    return numbers.single(float(value)) if ty is t.FLOAT else float(value)


def _value(text: str, bits: int) -> tuple[Decimal, bool]:
    """The number, and whether it has no fraction."""
    found = _PARTS.match(text)
    if found is None or not any(c.isdigit() for c in found["whole"] + found["part"]):
        raise bad_format()
    signs = [found[n] for n in ("s1", "s2", "s3") if found[n]]
    wrong = any(found[name] and not bits & flag for name, flag in _NEEDED.items())
    wrong = wrong or ("," in found["whole"] and not bits & THOUSANDS) or found["whole"].startswith(",")
    if wrong or len(signs) > 1 or bool(found["open"]) != bool(found["close"]):
        raise bad_format()
    digits = found["whole"].replace(",", "") or "0"
    exponent = max(-10_000, min(10_000, int((found["exp"] or "e0")[1:])))
    value = Decimal(f"{digits}.{found['part']}E{exponent}")
    whole = value == value.to_integral_value()
    negative = bool(found["open"]) or signs == ["-"]
    return (-value if negative else value), whole


def _hexadecimal(text: str, bits: int, ty: Ty) -> Value:
    if ty not in t.INTEGRAL_BITS:
        raise argument("The number style AllowHexSpecifier is not supported on floating point data types.")
    digits = text
    if bits & LEADING_WHITE:
        digits = digits.lstrip(" \t\n\v\f\r")
    if bits & TRAILING_WHITE:
        digits = digits.rstrip(" \t\n\v\f\r\0")
    if not digits or any(c not in "0123456789abcdefABCDEF" for c in digits):
        raise bad_format()
    number = int(digits, 16)
    if number >> t.INTEGRAL_BITS[ty][0]:
        raise overflow(f"an {t.CLR_NAMES[ty]}")
    return numbers.wrapper(ty)(number)


def styled(ty: Ty) -> Callable[..., Value]:
    """`Parse(string, NumberStyles, IFormatProvider)` of a type."""
    return lambda text, style, *_: parse_styled(text, style, ty)


def trying_styled(ty: Ty, zero: Value) -> Callable[..., tuple[bool, Value]]:
    """`TryParse(string, NumberStyles, IFormatProvider, out result)` of a type."""

    def run(text: str | None, style: EnumValue, *_: Value) -> tuple[bool, Value]:
        if text is None:
            return False, zero
        try:
            return True, parse_styled(text, style, ty)
        except NetError as fault:
            if fault.kind == "ArgumentException":
                raise
            return False, zero

    return run
