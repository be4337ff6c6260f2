"""Sum, Average, Min and Max.

Source: https://learn.microsoft.com/dotnet/api/system.linq.enumerable.sum (.NET Core 3.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from gatewright.apim.expressions import numbers
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import (
    NetError,
)
from gatewright.apim.expressions.library.compare import compare
from gatewright.apim.expressions.library.entry import member
from gatewright.apim.expressions.library.linq_items import Items, no_elements
from gatewright.apim.expressions.library.runtime import conversions
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Value


def _sum(ty: Ty, items: Items, pick: Callable[[Value], Value] | None = None) -> Value:
    values = [x for x in (items if pick is None else map(pick, items)) if x is not None]
    plain = ty.args[0] if ty.name == "?" else ty
    if plain is t.DECIMAL:
        total = Decimal(0)
        for value in values:
            total = numbers.decimal_add(total, value)
        return total
    if plain in t.INTEGRAL_BITS:
        whole = sum(values)
        low, high = numbers.bounds(plain)
        if not low <= whole <= high:
            raise NetError("OverflowException", "Arithmetic operation resulted in an overflow.")
        return whole
    result = 0.0
    for value in values:
        result += value
    return result


def _average(ty: Ty, items: Items, pick: Callable[[Value], Value] | None = None) -> Value:
    values = [x for x in (items if pick is None else map(pick, items)) if x is not None]
    if not values:
        if ty.name == "?":
            return None
        raise no_elements()
    plain = ty.args[0] if ty.name == "?" else ty
    if plain is t.DECIMAL:
        return numbers.decimal_divide(_sum(plain, values), Decimal(len(values)))
    total: float = sum(values) if isinstance(values[0], int) else _sum(plain, values)
    return total / len(values)


def _extreme(sign: int) -> Callable[..., Value]:
    def run(ty: Ty, items: Items, pick: Callable[[Value], Value] | None = None) -> Value:
        best: Value = None
        for value in items if pick is None else map(pick, items):
            if value is None:
                continue
            if isinstance(value, float) and value != value:
                if sign < 0:
                    return value
                best = value if best is None else best
                continue
            if best is None or best != best or compare(value, best) * sign > 0:
                best = value
        if best is None and conversions().library.is_value(ty):
            raise no_elements()
        return best

    return run


def numeric_members() -> Iterator[Entry]:
    """`Sum`, `Average`, `Min` and `Max` of each type of number."""
    for name, call in (("Sum", _sum), ("Average", _average), ("Max", _extreme(1)), ("Min", _extreme(-1))):
        for kind in ("int", "long", "double", "decimal", "float"):
            result = (
                kind if name != "Average" else {"decimal": "decimal", "float": "float"}.get(kind, "double")
            )
            for mark in ("", "?"):
                yield member(
                    f"static {result}{mark} {name}(this IEnumerable<{kind}{mark}> source)", call, typed=True
                )
                yield member(
                    f"static {result}{mark} {name}<T>(this IEnumerable<T> source, Func<T, "
                    f"{kind}{mark}> selector)",
                    call,
                    typed=True,
                )
        if name in ("Max", "Min"):
            yield member(f"static T {name}<T>(this IEnumerable<T> source)", call, typed=True)
            yield member(
                f"static R {name}<T, R>(this IEnumerable<T> source, Func<T, R> selector)", call, typed=True
            )
