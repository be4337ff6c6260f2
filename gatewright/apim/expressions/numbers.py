"""Arithmetic of C#'s numeric types: wraparound, integer division, IEEE doubles, 96-bit decimals.

Source: C# language specification, 12.10 "Arithmetic operators"; System.Decimal, .NET Core 3.1.
"""

from __future__ import annotations

import decimal
import math
import struct
from collections.abc import Callable
from decimal import Decimal

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, overflow
from gatewright.apim.expressions.types import Ty

_WIDE = decimal.Context(prec=90, rounding=decimal.ROUND_HALF_EVEN, Emax=999999, Emin=-999999)
_LIMIT = 1 << 96
MAX_DECIMAL = Decimal(_LIMIT - 1)


def wrapper(ty: Ty) -> Callable[[int], int]:
    """How an integer result wraps around in a type, as `unchecked` code does."""
    bits, signed = t.INTEGRAL_BITS[ty]
    mask, half, full = (1 << bits) - 1, 1 << (bits - 1), 1 << bits

    def signed_wrap(value: int) -> int:
        if -half <= value < half:
            return value
        value &= mask
        return value - full if value >= half else value

    return signed_wrap if signed else lambda value: value & mask


def bounds(ty: Ty) -> tuple[int, int]:
    """Smallest and largest value of an integral type."""
    bits, signed = t.INTEGRAL_BITS[ty]
    return (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)


def divide_by_zero() -> NetError:
    """An integer or decimal was divided by zero."""
    return NetError("DivideByZeroException", "Attempted to divide by zero.")


_POWERS = tuple(float(f"1e{n}") for n in range(29))


def decimal_to_double(value: Decimal) -> float:
    """A `decimal` as .NET makes it a `double`: its digits, rounded, by the power of ten, rounded."""
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    whole = int("".join(map(str, digits))) * 10 ** max(exponent, 0)
    low, high = whole & ((1 << 64) - 1), whole >> 64
    made = (float(low) + float(high) * 2.0**64) / _POWERS[max(-exponent, 0)]
    return -made if sign else made


def int_divide(a: int, b: int) -> int:
    """Quotient towards zero."""
    if b == 0:
        raise divide_by_zero()
    if b == -1 and a in (-(1 << 31), -(1 << 63)):
        raise NetError("OverflowException", "Arithmetic operation resulted in an overflow.")
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def int_remainder(a: int, b: int) -> int:
    """Remainder with the sign of the dividend."""
    if b == 0:
        raise divide_by_zero()
    return int(math.copysign(1, a)) * (abs(a) % abs(b)) if a else 0


def float_divide(a: float, b: float) -> float:
    """IEEE division: by zero gives infinity or NaN."""
    try:
        return a / b
    except ZeroDivisionError:
        if a == 0 or a != a:
            return math.nan
        return math.copysign(math.inf, a) * math.copysign(1.0, b)


def float_remainder(a: float, b: float) -> float:
    """IEEE remainder as C# has it."""
    try:
        return math.fmod(a, b)
    except ValueError:
        return math.nan


def single(value: float) -> float:
    """A double rounded to `float`."""
    if value != value or math.isinf(value):
        return value
    try:
        rounded: float = struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)
    return rounded


def fit(value: Decimal) -> Decimal:
    """A decimal within 96 bits and 28 places, rounded half to even.

    Raises:
        NetError: OverflowException when the whole part is too large.
    """
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise overflow("a Decimal")
    if exponent > 0:
        value = value.quantize(Decimal(1), context=_WIDE)
    elif exponent < -28:
        value = value.quantize(Decimal(1).scaleb(-28), context=_WIDE)
    while True:
        exponent = int(value.as_tuple().exponent)
        if abs(int(value.scaleb(-exponent, context=_WIDE))) < _LIMIT:
            return value
        if exponent >= 0:
            raise overflow("a Decimal")
        value = value.quantize(Decimal(1).scaleb(exponent + 1), context=_WIDE)


def decimal_add(a: Decimal, b: Decimal) -> Decimal:
    """Sum; the scale is the larger one."""
    return fit(_WIDE.add(a, b))


def decimal_subtract(a: Decimal, b: Decimal) -> Decimal:
    """Difference."""
    return fit(_WIDE.subtract(a, b))


def decimal_multiply(a: Decimal, b: Decimal) -> Decimal:
    """Product; scales add. A zero keeps its scale only where both factors have 32 bits."""
    product = _WIDE.multiply(a, b)
    if not product and (_digits(a) >> 32 or _digits(b) >> 32):
        return Decimal(0)
    return fit(product)


def _digits(value: Decimal) -> int:
    """The digits of a decimal as one number, without point and sign."""
    return abs(int(value.scaleb(-int(value.as_tuple().exponent), context=_WIDE)))


def decimal_divide(a: Decimal, b: Decimal) -> Decimal:
    """Quotient with up to 28 places; one that was rounded has no zeros at its end."""
    if b == 0:
        raise divide_by_zero()
    quotient = fit(_WIDE.divide(a, b))
    return quotient if _WIDE.multiply(quotient, b) == a else _trim(quotient)


def decimal_remainder(a: Decimal, b: Decimal) -> Decimal:
    """Remainder with the sign of the dividend."""
    if b == 0:
        raise divide_by_zero()
    return a if abs(a) < abs(b) else fit(_WIDE.remainder(a, b))


def to_decimal(value: float, digits: int = 15) -> Decimal:
    """A double as decimal, rounded to 15 significant digits as .NET does; a `float` to 7.

    The digits are found in double arithmetic, so that the last one is .NET's own.

    Raises:
        NetError: OverflowException for infinities, NaN and what is too large.
    """
    if value != value or math.isinf(value) or abs(value) >= 7.9228162514264338e28:
        raise overflow("a Decimal")
    size, exponent = abs(value), math.frexp(value)[1]
    if exponent < -94:
        return Decimal(0)
    power = min(digits - 1 - ((exponent * 19728) >> 16), 28)  # 19728 / 2**16 is the logarithm of 2
    if power >= 0:
        size *= _POWERS[power]
    elif power != -1 or size >= 10.0**digits:
        size /= _POWERS[-power]
    else:
        power = 0
    if size < 10.0 ** (digits - 1) and power < 28:
        size, power = size * 10, power + 1
    whole = round(size)
    while power > 0 and whole % 10 == 0:
        whole, power = whole // 10, power - 1
    made = Decimal(whole * 10 ** max(-power, 0)).scaleb(-max(power, 0), context=_WIDE)
    return -made if value < 0 and whole else made


def _trim(value: Decimal) -> Decimal:
    stripped = value.normalize(_WIDE)
    exponent = int(stripped.as_tuple().exponent)
    return stripped.quantize(Decimal(1), context=_WIDE) if exponent > 0 else stripped


def truncate(value: float, ty: Ty) -> int:
    """`(int)` of a double, unchecked: what does not fit gives the smallest value, as x64 does."""
    low, high = bounds(ty)
    if ty in (t.INT, t.LONG):
        if value != value or not low - 1 < value < high + 1:
            return low
        whole = int(value)
        return whole if low <= whole <= high else low
    if value != value or math.isinf(value):
        return 0
    return wrapper(ty)(int(value))


def decimal_to_int(value: Decimal, ty: Ty) -> int:
    """`(int)` of a decimal.

    Raises:
        NetError: OverflowException when it does not fit.
    """
    whole = int(value)
    low, high = bounds(ty)
    if not low <= whole <= high:
        raise overflow(f"{'a' if ty is not t.INT else 'an'} {t.CLR_NAMES[ty]}")
    return whole
