"""Operators on values whose types are known: arithmetic, comparison, equality, logic.

Source: C# language specification, 12.4.7 "Numeric promotions", 12.10-12.14.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal

from gatewright.apim.expressions import numbers
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import arithmetic_overflow
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Value

Binary = Callable[[Value, Value], Value]

_FLOATS: dict[str, Binary] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": numbers.float_divide,
    "%": numbers.float_remainder,
}
_DECIMALS: dict[str, Binary] = {
    "+": numbers.decimal_add,
    "-": numbers.decimal_subtract,
    "*": numbers.decimal_multiply,
    "/": numbers.decimal_divide,
    "%": numbers.decimal_remainder,
}
COMPARISONS: dict[str, Binary] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_EXACT: dict[str, Binary] = {"+": operator.add, "-": operator.sub, "*": operator.mul}
_BITS: dict[str, Binary] = {"&": operator.and_, "|": operator.or_, "^": operator.xor}


def promoted(left: Ty, right: Ty) -> Ty | None:
    """The type both operands of an arithmetic operator take, or None where there is none."""
    if left not in t.NUMERIC or right not in t.NUMERIC:
        return None
    for wide in (t.DECIMAL, t.DOUBLE, t.FLOAT):
        if wide in (left, right):
            other = right if left is wide else left
            if wide is t.DECIMAL and other in (t.DOUBLE, t.FLOAT):
                return None
            return wide
    if t.ULONG in (left, right):
        other = right if left is t.ULONG else left
        return None if other in (t.SBYTE, t.SHORT, t.INT, t.LONG) else t.ULONG
    if t.LONG in (left, right):
        return t.LONG
    if t.UINT in (left, right):
        other = right if left is t.UINT else left
        return t.LONG if other in (t.SBYTE, t.SHORT, t.INT) else t.UINT
    return t.INT


def arithmetic(op: str, ty: Ty, checked: bool = False) -> Binary | None:
    """`+ - * / % & | ^ << >>` on two operands of one promoted type; `checked` watches for overflow."""
    if ty in (t.DOUBLE, t.FLOAT):
        step = _FLOATS.get(op)
        if step is None or ty is t.DOUBLE:
            return step
        return lambda a, b: numbers.single(step(a, b))
    if ty is t.DECIMAL:
        return _DECIMALS.get(op)
    if op in _BITS:
        return _BITS[op]
    if checked and op in _EXACT:
        return _watched(_EXACT[op], ty)
    return _integral(op, ty)


def _watched(exact: Binary, ty: Ty) -> Binary:
    low, high = numbers.bounds(ty)

    def step(a: int, b: int) -> int:
        value: int = exact(a, b)
        if not low <= value <= high:
            raise arithmetic_overflow()
        return value

    return step


def _integral(op: str, ty: Ty) -> Binary | None:
    wrap = numbers.wrapper(ty)
    bits = t.INTEGRAL_BITS[ty][0]
    low, high = numbers.bounds(ty)
    match op:
        case "+":

            def add(a: int, b: int) -> int:
                value = a + b
                return value if low <= value <= high else wrap(value)

            return add
        case "-":

            def subtract(a: int, b: int) -> int:
                value = a - b
                return value if low <= value <= high else wrap(value)

            return subtract
        case "*":
            return lambda a, b: wrap(a * b)
        case "/":
            return _divide_longs if ty is t.LONG else numbers.int_divide
        case "%":
            return numbers.int_remainder
        case "<<":
            return lambda a, b: wrap(a << (b & (bits - 1)))
        case ">>":
            return lambda a, b: a >> (b & (bits - 1))
        case _:
            return None


def _divide_longs(a: int, b: int) -> int:
    """The quotient of two `long`; only the smallest by -1 does not fit."""
    if b == -1:
        if a == -(1 << 63):
            raise arithmetic_overflow()
        return -a
    return numbers.int_divide(a, b)


def negate(ty: Ty, checked: bool = False) -> tuple[Ty, Callable[[Value], Value]] | None:
    """`-x`: the type of the result and how."""
    if ty in (t.DOUBLE, t.FLOAT):
        return ty, operator.neg
    if ty is t.DECIMAL:
        return ty, Decimal.copy_negate
    if ty not in t.INTEGRAL_BITS or ty is t.ULONG:
        return None
    result = t.LONG if ty in (t.LONG, t.UINT) else t.INT
    if checked:
        subtract = _watched(operator.sub, result)
        return result, lambda v: subtract(0, v)
    wrap = numbers.wrapper(result)
    return result, lambda v: wrap(-v)


def complement(ty: Ty) -> tuple[Ty, Callable[[Value], Value]] | None:
    """`~x`."""
    if ty not in t.INTEGRAL_BITS:
        return None
    result = ty if ty in (t.LONG, t.ULONG, t.UINT) else t.INT
    wrap = numbers.wrapper(result)
    return result, lambda v: wrap(~v)
