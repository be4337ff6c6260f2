"""Delegates that are added, taken away and compared.

Two delegates are equal when they call the same methods in the same order.

Source: C# language specification, 12.10.5 "Delegate combination", 12.10.6 "Delegate removal", 12.12.9
"Delegate equality operators".
"""

from __future__ import annotations

from gatewright.apim.expressions import tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import Bound, Frame
from gatewright.apim.expressions.delegates import Multicast, keys, parts, same
from gatewright.apim.expressions.limits import check_size
from gatewright.apim.expressions.values import Value


def binary(b: Binder, left: Bound, right: Bound, node: tree.Binary) -> Bound | None:
    """`+`, `-`, `==` and `!=` of two delegates of one type; None for anything else."""
    delegate = left.ty if left.ty is not t.NULL else right.ty
    if t.delegate_shape(delegate) is None or node.op not in ("+", "-", "==", "!="):
        return None
    if node.op in ("==", "!=") and t.NULL in (left.ty, right.ty):
        return None
    one, two = b.convert(left, delegate), b.convert(right, delegate)
    if one is None or two is None:
        return None
    first, second = one.code, two.code
    if node.op == "+":
        return Bound(delegate, lambda f: combined(first(f), second(f)), node)
    if node.op == "-":
        return Bound(delegate, lambda f: removed(first(f), second(f)), node)
    wanted = node.op == "=="

    def compare(f: Frame) -> bool:
        return same(first(f), second(f)) is wanted

    return Bound(t.BOOL, compare, node)


def _made(found: tuple[Value, ...]) -> Value:
    if not found:
        return None
    return found[0] if len(found) == 1 else Multicast(found[0].ty, found)


def combined(one: Value, two: Value) -> Value:
    """Both in a row."""
    first, second = parts(one), parts(two)
    check_size(len(first) + len(second))
    return _made((*first, *second))


def removed(one: Value, two: Value) -> Value:
    """The first without the last row of parts that equals the second."""
    ours, theirs = keys(one), keys(two)
    size = len(theirs)
    for at in range(len(ours) - size, -1, -1) if size else ():
        if ours[at : at + size] == theirs:
            found = parts(one)
            return _made((*found[:at], *found[at + size :]))
    return one
