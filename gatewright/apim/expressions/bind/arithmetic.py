"""Operators between bound values: arithmetic, comparison, equality."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import delegates, operators, overloads, tuples
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import Bound, Code, Frame, constant
from gatewright.apim.expressions.bind.overloads import Arg
from gatewright.apim.expressions.bind.scope import FrameScope, Scope
from gatewright.apim.expressions.faults import NetError
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import NetType, Value


def binary(b: Binder, left: Bound, right: Bound, node: tree.Binary) -> Bound:
    """`left op right` for every operator but `&&`, `||`, `??` and text `+`.

    Raises:
        Rejected: EXP305 when the operator does not take these types.
    """
    b.value(left), b.value(right)
    found = (
        _builtin(b, left, right, node)
        or delegates.binary(b, left, right, node)
        or _declared(b, left, right, node)
    )
    if found is None and node.op in ("==", "!="):
        found = tuples.equality(b, left, right, node) or _equality(b, left, right, node)
    if found is None:
        shown = f"{left.ty.show()} {node.op} {right.ty.show()}"
        b.fail(codes.WRONG_TYPE, node, f"the operator {node.op} does not take {shown}")
    return found


def plain(ty: Ty) -> Ty:
    """The type behind `?`, or the type itself."""
    return ty.args[0] if ty.name == "?" else ty


def _builtin(b: Binder, left: Bound, right: Bound, node: tree.Binary) -> Bound | None:
    one, two = plain(left.ty), plain(right.ty)
    lifted = "?" in (left.ty.name, right.ty.name)
    if t.NULL in (one, two):
        other = two if one is t.NULL else one
        if lifted and other in t.NUMERIC and node.op not in ("==", "!="):
            one = two = other
        else:
            return None
    if node.op in ("<<", ">>"):
        return _shift(b, left, right, node, one, two, lifted)
    if one is t.BOOL and two is t.BOOL:
        return _boolean(left, right, node, lifted)
    if b.library.is_enum(one) or b.library.is_enum(two):
        made = _enums(b, left, right, node, one, two, lifted)
        if made is None or not (left.is_const and right.is_const):
            return made
        return constant(made.ty, made.code([None, None]), node)
    ty = _promote(b, left, right, one, two)
    if ty is None:
        return None
    if node.op in operators.COMPARISONS:
        step, result = operators.COMPARISONS[node.op], t.BOOL
    else:
        found = operators.arithmetic(node.op, ty, b.overflow is True)
        if found is None:
            return None
        step, result = found, ty
    return _emit(b, left, right, node, ty, step, result, lifted)


def _promote(b: Binder, left: Bound, right: Bound, one: Ty, two: Ty) -> Ty | None:
    ty = operators.promoted(one, two)
    if ty is None and one in t.NUMERIC and two in t.NUMERIC:
        for bound, other in ((left, two), (right, one)):
            if bound.is_const and b.fits(bound, other):
                return other
        return None
    # int constant with uint or ulong stays unsigned
    for bound, mine, other in ((left, one, two), (right, two, one)):
        if bound.is_const and mine is t.INT and other in (t.UINT, t.ULONG) and bound.const >= 0:
            return other
    return ty


def _emit(
    b: Binder,
    left: Bound,
    right: Bound,
    node: tree.Node,
    ty: Ty,
    step: Callable[[Value, Value], Value],
    result: Ty,
    lifted: bool,
) -> Bound:
    if not lifted:
        x, y = b.need(left, ty), b.need(right, ty)
        if x.is_const and y.is_const and left.is_const and right.is_const:
            return _folded(b, x, y, node, step, result)
        return Bound(result, _pair(x.code, y.code, step), node)
    wide = t.nullable(ty)
    one, two = b.need(left, wide).code, b.need(right, wide).code
    if result is t.BOOL:
        return Bound(t.BOOL, _lifted_compare(one, two, step), node)
    return _lift(b.need(left, wide), b.need(right, wide), node, step, result)


def _lift(
    left: Bound, right: Bound, node: tree.Node, step: Callable[[Value, Value], Value], result: Ty
) -> Bound:
    one, two = left.code, right.code

    def lift(f: Frame) -> Value:
        p, q = one(f), two(f)
        return None if p is None or q is None else step(p, q)

    return Bound(t.nullable(result), lift, node)


def _pair(one: Code, two: Code, step: Callable[[Value, Value], Value]) -> Code:
    if step is operator.eq:
        return lambda f: one(f) == two(f)
    if step is operator.lt:
        return lambda f: one(f) < two(f)
    if step is operator.gt:
        return lambda f: one(f) > two(f)
    return lambda f: step(one(f), two(f))


def _lifted_compare(one: Code, two: Code, step: Callable[[Value, Value], Value]) -> Code:
    if step is operator.eq or step is operator.ne:
        return lambda f: step(one(f), two(f))

    def compare(f: Frame) -> bool:
        p, q = one(f), two(f)
        return p is not None and q is not None and step(p, q)

    return compare


def _folded(
    b: Binder, x: Bound, y: Bound, node: tree.Node, step: Callable[[Value, Value], Value], result: Ty
) -> Bound:
    try:
        value = step(x.const, y.const)
    except NetError as fault:
        if x.ty in (t.DOUBLE, t.FLOAT):
            raise
        b.fail(codes.INVALID, node, f"constants: {fault.message}")
    if result in t.INTEGRAL_BITS and isinstance(node, tree.Binary) and node.op in "+-*":
        exact = {"+": operator.add, "-": operator.sub, "*": operator.mul}[node.op](x.const, y.const)
        if exact != value and b.overflow is not False:
            b.fail(
                codes.INVALID, node, f"the constants overflow {result.show()}", "write L behind one of them"
            )
    return Bound(result, lambda f: value, node, value)


def _shift(
    b: Binder, left: Bound, right: Bound, node: tree.Binary, one: Ty, two: Ty, lifted: bool
) -> Bound | None:
    if one not in t.INTEGRAL_BITS or b.convert(right, t.nullable(t.INT) if lifted else t.INT) is None:
        return None
    ty = one if one in (t.LONG, t.ULONG, t.UINT) else t.INT
    step = operators.arithmetic(node.op, ty)
    if step is None:
        return None
    if lifted:
        return _lift(b.need(left, t.nullable(ty)), b.need(right, t.nullable(t.INT)), node, step, ty)
    x, y = b.need(left, ty), b.need(right, t.INT)
    if x.is_const and y.is_const:
        value = step(x.const, y.const)
        return Bound(ty, lambda f: value, node, value)
    return Bound(ty, _pair(x.code, y.code, step), node)


_BOOLEANS: dict[str, Callable[[Value, Value], Value]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
}


def _boolean(left: Bound, right: Bound, node: tree.Binary, lifted: bool) -> Bound | None:
    step = _BOOLEANS.get(node.op)
    if step is None:
        return None
    one, two = left.code, right.code
    if not lifted or node.op in ("==", "!="):
        return Bound(t.BOOL, _pair(one, two, step), node)

    def lift(f: Frame) -> bool | None:
        p, q = one(f), two(f)
        if node.op == "&" and (p is False or q is False):
            return False
        if node.op == "|" and (p is True or q is True):
            return True
        return None if p is None or q is None else bool(step(p, q))

    return Bound(t.nullable(t.BOOL), lift, node)


def _enums(
    b: Binder, left: Bound, right: Bound, node: tree.Binary, one: Ty, two: Ty, lifted: bool
) -> Bound | None:
    ty = one if b.library.is_enum(one) else two
    x = b.convert(left, t.nullable(ty) if lifted else ty)
    y = b.convert(right, t.nullable(ty) if lifted else ty)
    if x is None or y is None:
        if one is ty and two is t.INT and node.op in ("+", "-"):
            code, other = left.code, right.code
            sign = 1 if node.op == "+" else -1
            return Bound(ty, lambda f: b.library.enum_value(ty, code(f).number + sign * other(f)), node)
        return None
    p, q = x.code, y.code
    if node.op in ("==", "!="):
        return Bound(t.BOOL, _pair(p, q, operators.COMPARISONS[node.op]), node)
    if node.op in operators.COMPARISONS and not lifted:
        step = operators.COMPARISONS[node.op]
        return Bound(t.BOOL, lambda f: step(p(f).number, q(f).number), node)
    if node.op in ("|", "&", "^") and not lifted:
        bits = _BOOLEANS[node.op]
        return Bound(ty, lambda f: b.library.enum_value(ty, bits(p(f).number, q(f).number)), node)
    if node.op == "-" and not lifted:
        return Bound(t.INT, lambda f: p(f).number - q(f).number, node)
    return None


def _declared(b: Binder, left: Bound, right: Bound, node: tree.Binary) -> Bound | None:
    """An operator that the library declares for one of the types, lifted where one is nullable."""
    one, two = plain(left.ty), plain(right.ty)
    found = list(b.library.members(one, "op" + node.op)) if one is not t.NULL else []
    if two is not one and two is not t.NULL:
        found.extend(b.library.members(two, "op" + node.op))
    if not found:
        return None
    lifted = "?" in (left.ty.name, right.ty.name)
    if lifted and t.NULL in (left.ty, right.ty):
        return None
    mark = tree.Argument(node.at, node.end, tree.CondTarget(node.at, node.end))
    values = [Bound(plain(x.ty), x.code, x.node) if lifted else x for x in (left, right)]
    scope = Scope(FrameScope())
    chosen = overloads.resolve(b, scope, found, [Arg(v, mark) for v in values])
    if chosen is None:
        return None
    step = chosen.signature.entry.call
    codes_ = [b.need(v, ty).code for v, ty in zip(values, chosen.types, strict=True)]
    if not lifted:
        return Bound(chosen.result, _pair(codes_[0], codes_[1], step), node)
    return _lifted_declared(left.code, right.code, node, step, chosen.result)


def _lifted_declared(
    one: Code, two: Code, node: tree.Binary, step: Callable[[Value, Value], Value], result: Ty
) -> Bound:
    if node.op in operators.COMPARISONS:

        def compare(f: Frame) -> bool:
            p, q = one(f), two(f)
            if p is None or q is None:
                same = p is None and q is None
                return same if node.op == "==" else not same if node.op == "!=" else False
            return bool(step(p, q))

        return Bound(t.BOOL, compare, node)
    return _lift(Bound(result, one, node), Bound(result, two, node), node, step, result)


def _equality(b: Binder, left: Bound, right: Bound, node: tree.Binary) -> Bound | None:
    """`==` on references: the same object; strings by their text; null with anything that can be null."""
    one, two = left.code, right.code
    equal = node.op == "=="
    if t.NULL in (left.ty, right.ty):
        other = right if left.ty is t.NULL else left
        if other.ty is not t.NULL and not b.library.is_reference(other.ty) and other.ty.name != "?":
            if not b.library.is_value(other.ty):
                return None
            code = other.code
            return Bound(t.BOOL, lambda f: not equal if code(f) is not None else equal, node)
        code = other.code
        if equal:
            return Bound(t.BOOL, lambda f: code(f) is None, node)
        return Bound(t.BOOL, lambda f: code(f) is not None, node)
    if left.ty is t.STRING and right.ty is t.STRING:
        return Bound(t.BOOL, _pair(one, two, operator.eq if equal else operator.ne), node)
    if left.ty.name in ("?", "KeyValuePair") or right.ty.name in ("?", "KeyValuePair"):
        return None
    if not (b.library.is_reference(left.ty) and b.library.is_reference(right.ty)):
        return None
    if not (b.conversions.may_be(left.ty, right.ty) or b.conversions.may_be(right.ty, left.ty)):
        return None
    text = b.text.code
    sides = [text[x.node.at : x.node.end] for x in (left, right)]
    stored = isinstance(left.node, (tree.Name, tree.Member, tree.Index))
    alike = stored and sides[0] == sides[1]
    return Bound(t.BOOL, lambda f: identical(one(f), two(f), alike) is equal, node)


def identical(one: Value, two: Value, alike: bool) -> bool:
    """Whether two references are the same object.

    Equal constants are one text (see `Library.interned`). Two boxes of a number are the same only where both
    sides of the operator name the same thing.
    """
    if isinstance(one, NetType):
        return bool(one == two)
    if isinstance(one, (bool, int, float, Decimal)):
        return alike and type(one) is type(two) and bool(one == two)
    return one is two or (one == "" and two == "" and type(one) is type(two) is str)
