"""Further members of the numbers: decimal arithmetic by name, bits of decimals, tests of doubles.

Source: https://learn.microsoft.com/dotnet/api/system.decimal, system.double, system.math (.NET Core 3.1).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_EVEN, Decimal

from gatewright.apim.expressions import numbers
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument
from gatewright.apim.expressions.library.entry import member
from gatewright.apim.expressions.library.maths import round_decimal
from gatewright.apim.expressions.library.primitives import overflow_of
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.values import EnumValue, NetArray

_SMALLEST = 2.2250738585072014e-308
_SMALLEST_SINGLE = 1.1754943508222875e-38


def _tests(name: str, smallest: float) -> Iterator[Entry]:
    yield member(f"static bool IsFinite({name} d)", math.isfinite)
    yield member(f"static bool IsNegative({name} d)", lambda d: math.copysign(1.0, d) < 0)
    yield member(f"static bool IsNegativeInfinity({name} d)", lambda d: d == -math.inf)
    yield member(f"static bool IsPositiveInfinity({name} d)", lambda d: d == math.inf)
    yield member(f"static bool IsNormal({name} d)", lambda d: math.isfinite(d) and abs(d) >= smallest)
    yield member(f"static bool IsSubnormal({name} d)", lambda d: 0 < abs(d) < smallest)


_SINGLE = (
    member("static float NaN", lambda: math.nan),
    member("static float PositiveInfinity", lambda: math.inf),
    member("static float NegativeInfinity", lambda: -math.inf),
    member("static float Epsilon", lambda: numbers.single(1.401298464324817e-45)),
    member("static bool IsNaN(float f)", math.isnan),
    member("static bool IsInfinity(float f)", math.isinf),
    *_tests("float", _SMALLEST_SINGLE),
)


def _to(ty: t.Ty) -> Callable[[Decimal], int]:
    def run(value: Decimal) -> int:
        whole = int(value)
        low, high = numbers.bounds(ty)
        if not low <= whole <= high:
            raise overflow_of(ty)
        return whole

    return run


def _bits(value: Decimal) -> NetArray:
    sign, digits, exponent = value.as_tuple()
    number = int("".join(map(str, digits)))
    words = [number >> shift & 0xFFFFFFFF for shift in (0, 32, 64)]
    words.append((-int(exponent) << 16) | (sign << 31))
    return NetArray(t.array(t.INT), [w - (1 << 32) if w >> 31 else w for w in words])


def _of_words(low: int, middle: int, high: int, negative: bool, scale: int) -> Decimal:
    if scale > 28:
        raise argument("Decimal's scale value must be between 0 and 28, inclusive.", "scale")
    number = sum((word & 0xFFFFFFFF) << shift for word, shift in ((low, 0), (middle, 32), (high, 64)))
    return Decimal((int(negative), tuple(map(int, str(number))), -scale))


def _of_bits(bits: NetArray) -> Decimal:
    if len(bits.items) != 4 or bits.items[3] & 0x7F00FFFF or (bits.items[3] >> 16 & 0xFF) > 28:
        raise argument(
            "Decimal byte array constructor requires an array of length four containing valid bits."
        )
    low, middle, high, flags = bits.items
    return _of_words(low, middle, high, flags < 0, flags >> 16 & 0xFF)


def _round(value: Decimal, *given: int | EnumValue) -> Decimal:
    places = next((g for g in given if not isinstance(g, EnumValue)), 0)
    return round_decimal(value, places, any(isinstance(g, EnumValue) and g.number == 1 for g in given))


def _order(a: Decimal, b: Decimal) -> int:
    return int(a > b) - int(a < b)


def _to_currency(value: Decimal) -> int:
    """Ten thousandths, rounded to even."""
    whole = int(value.scaleb(4).to_integral_value(ROUND_HALF_EVEN))
    if not -(1 << 63) <= whole < 1 << 63:
        raise NetError("OverflowException", "Value was either too large or too small for a Currency.")
    return whole


def _from_currency(number: int) -> Decimal:
    places = next((p for p in range(4, 0, -1) if number % 10 ** (5 - p)), 0)
    return Decimal(number // 10 ** (4 - places)).scaleb(-places)


_DECIMAL = (
    member("new(double value)", numbers.to_decimal),
    member("new(float value)", lambda v: numbers.to_decimal(v, 7)),
    *(member(f"new({kind} value)", Decimal) for kind in ("int", "uint", "long", "ulong")),
    member("new(int[] bits)", _of_bits),
    member("new(int lo, int mid, int hi, bool isNegative, byte scale)", _of_words),
    member("static decimal MinusOne", lambda: Decimal(-1)),
    member("static long ToOACurrency(decimal value)", _to_currency),
    member("static decimal FromOACurrency(long cy)", _from_currency),
    member("static decimal Add(decimal d1, decimal d2)", numbers.decimal_add),
    member("static decimal Subtract(decimal d1, decimal d2)", numbers.decimal_subtract),
    member("static decimal Multiply(decimal d1, decimal d2)", numbers.decimal_multiply),
    member("static decimal Divide(decimal d1, decimal d2)", numbers.decimal_divide),
    member("static decimal Remainder(decimal d1, decimal d2)", numbers.decimal_remainder),
    member("static decimal Negate(decimal d)", lambda d: -d if d else d),
    member("static int Compare(decimal d1, decimal d2)", _order),
    member("static bool Equals(decimal d1, decimal d2)", lambda a, b: a == b),
    member("static int[] GetBits(decimal d)", _bits),
    member("static decimal Round(decimal d, MidpointRounding mode)", _round),
    member("static decimal Round(decimal d, int decimals, MidpointRounding mode)", _round),
    *(
        member(f"static {ty.name} To{t.CLR_NAMES[ty]}(decimal d)", _to(ty))
        for ty in (t.BYTE, t.SBYTE, t.SHORT, t.USHORT, t.UINT, t.LONG, t.ULONG)
    ),
    member("static float ToSingle(decimal d)", lambda d: numbers.single(numbers.decimal_to_double(d))),
)


def _small_math() -> Iterator[Entry]:
    for kind in ("sbyte", "ushort"):
        yield member(f"static {kind} Max({kind} a, {kind} b)", max)
        yield member(f"static {kind} Min({kind} a, {kind} b)", min)


def _inverse(call: Callable[[float], float]) -> Callable[[float], float]:
    def run(value: float) -> float:
        try:
            return float(call(value))
        except ValueError:
            return math.copysign(math.inf, value) if abs(value) == 1 else math.nan

    return run


MEMBERS = {
    "double": tuple(_tests("double", _SMALLEST)),
    "float": _SINGLE,
    "decimal": _DECIMAL,
    "Math": (
        *_small_math(),
        member("static double Acosh(double d)", _inverse(math.acosh)),
        member("static double Asinh(double d)", math.asinh),
        member("static double Atanh(double d)", _inverse(math.atanh)),
    ),
}
