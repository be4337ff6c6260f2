"""One of two values: `?:` and `??`.

Source: C# language specification, 12.15 "The null coalescing operator", 12.18 "Conditional operator".
"""

from __future__ import annotations

from collections.abc import Callable

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import overloads
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import (
    Bound,
    Code,
    Frame,
    LambdaRef,
    MethodGroup,
    Operand,
    constant,
)
from gatewright.apim.expressions.bind.scope import Scope
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Value


def ternary(b: Binder, scope: Scope, node: tree.Ternary) -> Operand:
    """`test ? yes : no`."""
    from gatewright.apim.expressions.bind import expressions

    condition = b.need(expressions.bind_value(b, scope, node.test), t.BOOL)
    test = condition.code
    yes, no = alike(b, scope, expressions.bind(b, scope, node.yes), expressions.bind(b, scope, node.no))
    ty = _branch_type(b, yes, no)
    if ty is None:
        message = f"the branches are {yes.ty.show()} and {no.ty.show()}; neither becomes the other"
        b.fail(codes.WRONG_TYPE, node, message, "cast one of them")
    first, second = b.need(yes, ty), b.need(no, ty)
    if condition.is_const and first.is_const and second.is_const and (ty in t.NUMERIC or ty is t.STRING):
        return constant(ty, first.const if condition.const else second.const, node)
    one, two = first.code, second.code
    return Bound(ty, lambda f: one(f) if test(f) else two(f), node)


def alike(b: Binder, scope: Scope, one: Operand, two: Operand) -> tuple[Bound, Bound]:
    """Two operands as values; a lambda or method becomes the delegate that stands beside it."""
    from gatewright.apim.expressions.bind import expressions

    for mine, other in ((one, two), (two, one)):
        if isinstance(mine, (LambdaRef, MethodGroup)) and isinstance(other, Bound):
            if t.delegate_shape(other.ty) is not None:
                made = expressions.operand_to(b, scope, mine, other.ty)
                return (made, other) if mine is one else (other, made)
    return b.value(one), b.value(two)


def _branch_type(b: Binder, yes: Bound, no: Bound) -> Ty | None:
    if yes.ty is no.ty:
        return yes.ty if yes.ty is not t.NULL else None
    if yes.ty is t.NEVER:
        return no.ty
    forth, back = b.fits(yes, no.ty), b.fits(no, yes.ty)
    if forth and back:
        return no.ty if overloads.better_type(b, yes.ty, no.ty) > 0 else yes.ty
    if forth or back:
        return no.ty if forth else yes.ty
    return None


def coalesce(b: Binder, scope: Scope, node: tree.Binary) -> Operand:
    """`left ?? right`."""
    from gatewright.apim.expressions.bind import expressions

    operands = [expressions.bind(b, scope, side) for side in (node.left, node.right)]
    left, right = alike(b, scope, *operands)
    if not b.library.is_reference(left.ty) and left.ty.name != "?":
        b.fail(codes.INVALID, node, f"{left.ty.show()} is never null, so ?? may not stand behind it")
    first, second = left.code, right.code
    inner = left.ty.args[0] if left.ty.name == "?" else left.ty
    if left.ty.name == "?" and b.fits(right, inner):
        ty, second = inner, b.need(right, inner).code
    elif b.fits(right, left.ty) and left.ty is not t.NULL:
        ty, second = left.ty, b.need(right, left.ty).code
    else:
        ty = right.ty
        step = b.conversions.implicit(inner, ty)
        if step is None:
            message = f"{left.ty.show()} ?? {right.ty.show()}: neither becomes the other"
            b.fail(codes.WRONG_TYPE, node, message, "cast one of them")
        first = _unless_null(left.code, step)

    def code(f: Frame) -> Value:
        value = first(f)
        return second(f) if value is None else value

    return Bound(ty, code, node)


def _unless_null(code: Code, convert: Callable[[Value], Value]) -> Code:
    return lambda f: None if (value := code(f)) is None else convert(value)
