"""System.Math, MidpointRounding, Random.

Source: https://learn.microsoft.com/dotnet/api/system.math.
The generator of System.Random is Knuth's subtractive one (The Art of Computer Programming 2,
3.2.2), as .NET documents.
"""

from __future__ import annotations

import decimal
import math
from collections.abc import Callable, Iterator
from decimal import Decimal

from gatewright.apim.expressions import numbers
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument, out_of_range
from gatewright.apim.expressions.library.entry import TypeEntry, enum, member
from gatewright.apim.expressions.limits import Run
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.values import EnumValue, NetArray, Value

_DOCS = "https://learn.microsoft.com/dotnet/api/system."


def _away(how: EnumValue | None) -> bool:
    return how is not None and how.number == 1


def round_decimal(value: Decimal, places: int, away: bool) -> Decimal:
    """`Math.Round` of a decimal."""
    if not 0 <= places <= 28:
        raise out_of_range("decimals", "Decimal can only round to between 0 and 28 digits of precision.")
    if -int(value.as_tuple().exponent) <= places:
        return value
    mode = decimal.ROUND_HALF_UP if away else decimal.ROUND_HALF_EVEN
    return value.quantize(Decimal(1).scaleb(-places), rounding=mode, context=decimal.Context(prec=60))


def _round(value: float, places: int = 0, how: EnumValue | None = None) -> float:
    if not 0 <= places <= 15:
        raise out_of_range("digits", "Rounding digits must be between 0 and 15, inclusive.")
    if value != value or math.isinf(value) or abs(value) >= 1e16:
        return value
    power = 10.0**places
    scaled = value * power
    if _away(how):
        whole = math.trunc(scaled)
        part = scaled - whole
        result = float(whole + (math.copysign(1, part) if abs(part) >= 0.5 else 0))
    else:
        result = float(round(scaled))
    return math.copysign(result / power, value)


def _guard(call: Callable[..., float]) -> Callable[..., float]:
    def run(*values: float) -> float:
        try:
            return call(*values)
        except ValueError:
            return math.nan
        except (OverflowError, ZeroDivisionError):
            return math.inf

    return run


def _pow(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except ValueError:
        return math.inf if a == 0 else math.nan
    except OverflowError:
        return -math.inf if a < 0 and b % 2 == 1 else math.inf


def _log(value: float, base: float | None = None) -> float:
    if value == 0:
        return -math.inf
    if value < 0 or value != value:
        return math.nan
    if base is None:
        return math.log(value)
    if base <= 0 or base == 1:
        return math.nan
    return math.log(value) / math.log(base)


def _abs(ty: t.Ty) -> Callable[[Value], Value]:
    def run(value: Value) -> Value:
        if ty in t.INTEGRAL_BITS and value == numbers.bounds(ty)[0]:
            raise NetError(
                "OverflowException", "Negating the minimum value of a twos complement number is invalid."
            )
        return abs(value)

    return run


def _pick(sign: int) -> Callable[[Value, Value], Value]:
    def run(a: Value, b: Value) -> Value:
        if a != a or b != b:
            return a if a != a else b
        return a if (a - b) * sign >= 0 else b

    return run


def _sign(value: Value) -> int:
    if value != value:
        raise NetError("ArithmeticException", "Function does not accept floating point Not-a-Number values.")
    return int(value > 0) - int(value < 0)


def _clamp(value: Value, low: Value, high: Value) -> Value:
    if low > high:
        raise argument(f"'{low}' cannot be greater than {high}.")
    return low if value < low else high if value > high else value


def _div_rem(a: int, b: int) -> tuple[int, int]:
    return numbers.int_divide(a, b), numbers.int_remainder(a, b)


def _edge(step: Callable[[float], int]) -> Callable[[float], float]:
    def run(value: float) -> float:
        if value != value or math.isinf(value):
            return value
        return math.copysign(float(step(value)), value)

    return run


def _typed_members() -> Iterator[Entry]:
    for ty in (t.INT, t.LONG, t.SHORT, t.SBYTE, t.DOUBLE, t.FLOAT, t.DECIMAL):
        yield member(f"static {ty.name} Abs({ty.name} value)", _abs(ty))
        yield member(f"static int Sign({ty.name} value)", _sign)
    for ty in (t.INT, t.LONG, t.UINT, t.ULONG, t.SHORT, t.BYTE, t.DOUBLE, t.FLOAT, t.DECIMAL):
        yield member(f"static {ty.name} Max({ty.name} val1, {ty.name} val2)", _pick(1))
        yield member(f"static {ty.name} Min({ty.name} val1, {ty.name} val2)", _pick(-1))
        yield member(f"static {ty.name} Clamp({ty.name} value, {ty.name} min, {ty.name} max)", _clamp)
    plain = {"Sqrt": math.sqrt, "Exp": math.exp, "Sin": math.sin, "Cos": math.cos, "Tan": math.tan}
    plain |= {"Asin": math.asin, "Acos": math.acos, "Atan": math.atan, "Sinh": math.sinh, "Cosh": math.cosh}
    for name, call in (plain | {"Tanh": math.tanh, "Cbrt": _cbrt}).items():
        yield member(f"static double {name}(double d)", _guard(call))


def _cbrt(value: float) -> float:
    root = round(abs(value) ** (1 / 3))
    return math.copysign(float(root) if root**3 == abs(value) else abs(value) ** (1 / 3), value)


_MATH = (
    *_typed_members(),
    member("static double PI", lambda: math.pi),
    member("static double E", lambda: math.e),
    member("static double Pow(double x, double y)", _pow),
    member("static double Log(double d)", _log),
    member("static double Log(double a, double newBase)", _log),
    member("static double Log10(double d)", lambda d: math.log10(d) if d > 0 else _log(d)),
    member("static double Log2(double d)", lambda d: math.log2(d) if d > 0 else _log(d)),
    member("static double Atan2(double y, double x)", math.atan2),
    member("static double Floor(double d)", _edge(math.floor)),
    member("static double Ceiling(double a)", _edge(math.ceil)),
    member("static double Truncate(double d)", _edge(math.trunc)),
    member("static decimal Floor(decimal d)", lambda d: Decimal(math.floor(d))),
    member("static decimal Ceiling(decimal d)", lambda d: Decimal(math.ceil(d))),
    member("static decimal Truncate(decimal d)", lambda d: Decimal(int(d))),
    member("static double Round(double a)", _round),
    member("static double Round(double value, int digits)", _round),
    member("static double Round(double value, MidpointRounding mode)", lambda v, h: _round(v, 0, h)),
    member("static double Round(double value, int digits, MidpointRounding mode)", _round),
    member("static decimal Round(decimal d)", lambda d: round_decimal(d, 0, False)),
    member("static decimal Round(decimal d, int decimals)", lambda d, n: round_decimal(d, n, False)),
    member(
        "static decimal Round(decimal d, MidpointRounding mode)", lambda d, h: round_decimal(d, 0, _away(h))
    ),
    member(
        "static decimal Round(decimal d, int decimals, MidpointRounding mode)",
        lambda d, n, h: round_decimal(d, n, _away(h)),
    ),
    member("static int DivRem(int a, int b, out int result)", _div_rem),
    member("static long DivRem(long a, long b, out long result)", _div_rem),
    member("static long BigMul(int a, int b)", lambda a, b: a * b),
    member("static double IEEERemainder(double x, double y)", _guard(math.remainder)),
)

_BIG = 2147483647


class Random:
    """System.Random with a seed."""

    __slots__ = ("_array", "_next", "_nextp")
    ty = t.make("Random")

    def __init__(self, seed: int) -> None:
        array = [0] * 56
        mj = 161803398 - (_BIG if seed == -2147483648 else abs(seed))
        array[55] = mj
        mk = 1
        ii = 0
        for _ in range(1, 55):
            ii = (ii + 21) % 55
            array[ii] = mk
            mk = mj - mk
            if mk < 0:
                mk += _BIG
            mj = array[ii]
        wrap = numbers.wrapper(t.INT)
        for _ in range(4):
            for i in range(1, 56):
                n = i + 30
                if n >= 55:
                    n -= 55
                array[i] = wrap(array[i] - array[1 + n])
                if array[i] < 0:
                    array[i] += _BIG
        self._array, self._next, self._nextp = array, 0, 21

    def sample(self) -> int:
        """The next number below 2^31 - 1."""
        self._next = self._next + 1 if self._next < 55 else 1
        self._nextp = self._nextp + 1 if self._nextp < 55 else 1
        value = self._array[self._next] - self._array[self._nextp]
        if value == _BIG:
            value -= 1
        if value < 0:
            value += _BIG
        self._array[self._next] = value
        return value

    def double(self) -> float:
        """A double from 0 to below 1."""
        return self.sample() * (1.0 / _BIG)

    def below(self, high: int) -> int:
        """`Next(maxValue)`."""
        if high < 0:
            raise out_of_range("maxValue", "'maxValue' must be greater than zero.")
        return int(self.double() * high)

    def between(self, low: int, high: int) -> int:
        """`Next(minValue, maxValue)`."""
        if low > high:
            raise out_of_range("minValue", "'minValue' cannot be greater than maxValue.")
        span = high - low
        if span <= _BIG:
            return int(self.double() * span) + low
        value = self.sample()
        if self.sample() % 2 == 0:
            value = -value
        return int((value + (_BIG - 1)) / (2 * _BIG - 1) * span) + low

    def fill(self, data: NetArray) -> None:
        """`NextBytes`."""
        for at in range(len(data.items)):
            data.items[at] = self.sample() & 255


def _unseeded(run: Run) -> Random:
    from gatewright.apim.expressions.context import Context

    context = run.context
    assert isinstance(context, Context)
    return Random(context.seed())


TYPES = (
    TypeEntry("Math", "System", _DOCS + "math", _MATH, "static"),
    enum(
        "MidpointRounding",
        "System",
        _DOCS + "midpointrounding",
        "ToEven AwayFromZero ToZero ToNegativeInfinity ToPositiveInfinity",
    ),
    TypeEntry(
        "Random",
        "System",
        _DOCS + "random",
        (
            member("new()", _unseeded, run=True),
            member("new(int Seed)", Random),
            member("int Next()", Random.sample),
            member("int Next(int maxValue)", Random.below),
            member("int Next(int minValue, int maxValue)", Random.between),
            member("double NextDouble()", Random.double),
            member("void NextBytes(byte[] buffer)", Random.fill),
        ),
    ),
)
