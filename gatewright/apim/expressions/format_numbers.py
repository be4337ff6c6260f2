"""Numbers as texts: standard and custom formats, invariant culture, .NET Core 3.1 rules.

Source: https://learn.microsoft.com/dotnet/standard/base-types/standard-numeric-format-strings and
custom-numeric-format-strings.
"""

from __future__ import annotations

import math
import re
import struct
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal

from gatewright.apim.expressions.faults import Exceeded, bad_format
from gatewright.apim.expressions.format_custom import custom
from gatewright.apim.expressions.values import Byte, Long, SByte, Short, Single, UInt, ULong, UShort

_CONTEXT = Context(prec=10_800, rounding=ROUND_HALF_UP, Emax=99999, Emin=-99999)
# a double is rounded from its exact value, half to even; decimals and integers half away from zero
_EVEN = Context(prec=10_800, rounding=ROUND_HALF_EVEN, Emax=99999, Emin=-99999)
_STANDARD = re.compile(r"([A-Za-z])([0-9]{0,9})\Z")
_BITS = {Byte: 8, SByte: 8, Short: 16, UShort: 16, UInt: 32, Long: 64, ULong: 64}
Number = int | float | Decimal


def double_text(value: float) -> str:
    """The shortest text that reads back as the same double.

    >>> double_text(0.1 + 0.2), double_text(1e17), double_text(1e-5)
    ('0.30000000000000004', '1E+17', '1E-05')
    """
    if value != value:
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return _general_from_repr(repr(value))


def single_text(value: float) -> str:
    """The shortest text that reads back as the same `float`."""
    if not value or value != value or math.isinf(value):
        return double_text(value)
    from gatewright.apim.expressions.numbers import single

    for digits in range(1, 10):
        text = f"{value:.{digits - 1}e}"
        if single(float(text)) == value and not _halfway(float(text), value):
            return _general_from_repr(repr(float(text)), 9)
    return double_text(value)


def _halfway(shown: float, value: float) -> bool:
    """Whether a text lies exactly between two `float`s; .NET does not take it for the shortest one."""
    bits: int = struct.unpack("<i", struct.pack("<f", value))[0]
    around = (
        struct.unpack("<f", struct.pack("<i", b))[0] for b in (bits - 1, bits + 1) if b >= 0 or bits < 0
    )
    return any(shown * 2 == value + other for other in around)


def _general_from_repr(text: str, limit: int = 17) -> str:
    number = Decimal(text)
    sign, digits, exponent = number.as_tuple()
    shown = "".join(map(str, digits)).rstrip("0") or "0"
    assert isinstance(exponent, int)
    point = len(digits) + exponent
    if shown == "0":
        return "-0" if sign else "0"
    return ("-" if sign else "") + _place(shown, point, limit)


def _place(shown: str, point: int, limit: int) -> str:
    """Digits with the point after `point` of them, in scientific form where it is far away."""
    if point > limit or point < -3:
        mantissa = shown[0] + ("." + shown[1:] if len(shown) > 1 else "")
        exponent = point - 1
        return f"{mantissa}E{'+' if exponent >= 0 else '-'}{abs(exponent):02d}"
    if point <= 0:
        return "0." + "0" * -point + shown
    if len(shown) <= point:
        return shown + "0" * (point - len(shown))
    return shown[:point] + "." + shown[point:]


def format_number(value: Number, pattern: str) -> str:
    """A number in a standard or custom format; an empty pattern is `G`.

    Raises:
        NetError: FormatException for a format the type does not have.
    """
    if isinstance(value, float) and (value != value or math.isinf(value)):
        return double_text(value)
    found = _STANDARD.match(pattern) if pattern else None
    if not pattern:
        return plain(value)
    if found:
        return _standard(value, found.group(1), found.group(2))
    return custom(value, pattern, _exact(value))


def plain(value: Number) -> str:
    """A number without a format."""
    if isinstance(value, Single):
        return single_text(value)
    if isinstance(value, float):
        return double_text(value)
    if isinstance(value, Decimal):
        return format(abs(value) if value == 0 else value, "f")
    return str(int(value))


def _exact(value: Number) -> Decimal:
    if isinstance(value, Single):
        return Decimal(single_text(value))
    return Decimal(value) if not isinstance(value, int) else Decimal(int(value))


def _standard(value: Number, kind: str, given: str) -> str:
    upper = kind.upper()
    precision = int(given) if given else -1
    if precision > 10_000:
        raise Exceeded("SizeLimitExceeded", "a number would get more than 10000 digits")
    match upper:
        case "G":
            return _general(value, kind, precision)
        case "R" if isinstance(value, float):
            return _general(value, kind, -1)
        case "D":
            if not isinstance(value, int):
                raise bad_format("Format specifier was invalid.")
            digits = str(abs(int(value))).rjust(max(precision, 0), "0")
            return ("-" if value < 0 else "") + digits
        case "X":
            return _hex(value, kind, precision)
        case "F":
            return _signed(_fixed(_exact(value), 2 if precision < 0 else precision, False, value), value)
        case "N":
            return _signed(_fixed(_exact(value), 2 if precision < 0 else precision, True, value), value)
        case "E":
            return _scientific(_exact(value), kind, 6 if precision < 0 else precision, 3, value)
        case "P":
            scaled = _CONTEXT.multiply(_exact(value), Decimal(100))
            text = _fixed(scaled, 2 if precision < 0 else precision, True, value)
            return _signed(text, value) + " %"
        case "C":
            text = _fixed(_exact(value), 2 if precision < 0 else precision, True, value)
            return f"(¤{text})" if _shows_sign(text, value) else f"¤{text}"
        case _:
            raise bad_format("Format specifier was invalid.")


def _signed(text: str, value: Number) -> str:
    return "-" + text if _shows_sign(text, value) else text


def _shows_sign(text: str, value: Number) -> bool:
    """Whether a number is negative: a `double` also where all that is shown is zero."""
    if isinstance(value, float):
        return math.copysign(1, value) < 0
    return value < 0 and any(c in "123456789" for c in text)


def _rounding(original: Number) -> str:
    return ROUND_HALF_EVEN if isinstance(original, float) else ROUND_HALF_UP


def _fixed(value: Decimal, places: int, grouped: bool, original: Number) -> str:
    context = _EVEN if isinstance(original, float) else _CONTEXT
    rounded = abs(value).quantize(Decimal(1).scaleb(-places), context=context)
    text = format(rounded, "f")
    if not grouped:
        return text
    whole, dot, rest = text.partition(".")
    return f"{int(whole):,}{dot}{rest}"


def _hex(value: Number, kind: str, precision: int) -> str:
    if not isinstance(value, int):
        raise bad_format("Format specifier was invalid.")
    bits = _BITS.get(type(value), 32)
    text = f"{int(value) & ((1 << bits) - 1):x}"
    return (text.upper() if kind == "X" else text).rjust(max(precision, 0), "0")


def _general(value: Number, kind: str, precision: int) -> str:
    if precision == 0 and isinstance(value, Decimal):  # as many as there are, but no zeros at the end
        precision = len(value.as_tuple().digits)
    if precision <= 0:
        if isinstance(value, int) or not kind.islower():
            return plain(value)
        return plain(value).replace("E", "e")
    exact = _exact(value)
    if exact == 0:
        return _signed("0", value)
    digits = len(str(abs(int(value)))) if isinstance(value, int) else 0
    if isinstance(value, int) and precision >= digits:
        return plain(value)
    rounded = Context(prec=precision, rounding=_rounding(value)).plus(abs(exact))
    _, parts, exponent = rounded.as_tuple()
    assert isinstance(exponent, int)
    shown = "".join(map(str, parts)).rstrip("0") or "0"
    point = len(parts) + exponent
    text = _place_general(shown, point, precision, kind)
    return "-" + text if value < 0 else text


def _place_general(shown: str, point: int, precision: int, kind: str) -> str:
    if point > precision or point < -3:
        mantissa = shown[0] + ("." + shown[1:] if len(shown) > 1 else "")
        exponent = point - 1
        letter = "E" if kind == "G" else "e"
        return f"{mantissa}{letter}{'+' if exponent >= 0 else '-'}{abs(exponent):02d}"
    return _place(shown, point, 10**6)


def _scientific(value: Decimal, kind: str, precision: int, width: int, original: Number) -> str:
    if value == 0:
        digits, exponent = "0" * (precision + 1), 0
    else:
        rounded = Context(prec=precision + 1, rounding=_rounding(original)).plus(abs(value))
        _, parts, exp = rounded.as_tuple()
        assert isinstance(exp, int)
        digits = "".join(map(str, parts)).ljust(precision + 1, "0")
        exponent = len(parts) + exp - 1
    mantissa = digits[0] + ("." + digits[1:] if precision else "")
    return _signed(f"{mantissa}{kind}{'+' if exponent >= 0 else '-'}{abs(exponent):0{width}d}", original)
