"""Prefix and postfix operators, and assignment.

Source: C# language specification, 12.9 "Unary operators" and 12.21 "Assignment operators".
"""

from __future__ import annotations

from collections.abc import Callable

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import operators, references, strings, tuples
from gatewright.apim.expressions.bind.arithmetic import binary, plain
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import Bound, Code, Frame, Place, constant
from gatewright.apim.expressions.bind.conversions import same
from gatewright.apim.expressions.bind.scope import Scope
from gatewright.apim.expressions.faults import NetError
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Value


def unary(b: Binder, scope: Scope, node: tree.Unary) -> Bound:
    """`-x`, `+x`, `!x`, `~x`, `++x`, `x--`."""
    from gatewright.apim.expressions.bind import expressions

    value = expressions.bind_value(b, scope, node.value)
    if node.op in ("++", "--", "p++", "p--"):
        return _step(b, value, node)
    if node.op == "!":
        if value.ty is t.nullable(t.BOOL):
            inner = value.code
            return Bound(value.ty, lambda f: None if (v := inner(f)) is None else not v, node)
        test = b.need(value, t.BOOL)
        if test.is_const:
            return constant(t.BOOL, not test.const, node)
        code = test.code
        return Bound(t.BOOL, lambda f: not code(f), node)
    if node.op == "~" and b.library.is_enum(value.ty):
        inner, ty = value.code, value.ty
        return Bound(ty, lambda f: b.library.enum_value(ty, ~inner(f).number), node)
    return _signed(b, value, node)


def _applied(step: Callable[[Value], Value], inner: Code) -> Code:
    return lambda f: step(inner(f))


def _signed(b: Binder, value: Bound, node: tree.Unary) -> Bound:
    of = plain(value.ty)
    declared = b.library.members(of, "op" + node.op) if node.op == "-" else ()
    for signature, _ in declared:
        if len(signature.params) == 1:
            return Bound(signature.result, _applied(signature.entry.call, value.code), node)
    if node.op == "+":
        ty = operators.promoted(of, t.SBYTE)
        found: tuple[Ty, Callable[[Value], Value]] | None = None if ty is None else (ty, same)
    else:
        negated = operators.negate(of, b.overflow is not False and (value.is_const or b.overflow is True))
        found = negated if node.op == "-" else operators.complement(of)
    if found is None:
        b.fail(codes.WRONG_TYPE, node, f"the operator {node.op} does not take {value.ty.show()}")
    result, apply = found
    lifted = value.ty.name == "?"
    code = b.need(value, t.nullable(result) if lifted else result).code
    if lifted:
        return Bound(t.nullable(result), lambda f: None if (v := code(f)) is None else apply(v), node)
    if value.is_const:
        try:
            const = apply(b.need(value, result).const)
        except NetError as fault:
            b.fail(codes.INVALID, node, f"constants: {fault.message}")
        return Bound(result, lambda f: const, node, const)
    return Bound(result, lambda f: apply(code(f)), node)


def _place(b: Binder, value: Bound, node: tree.Node) -> Place:
    if value.place is None or value.place.save is None:
        b.fail(codes.INVALID, node, "this cannot be assigned", "only variables and settable members can")
    return value.place


def _step(b: Binder, value: Bound, node: tree.Unary) -> Bound:
    place = _place(b, value, node)
    ty = plain(value.ty)
    if ty not in t.NUMERIC:
        b.fail(codes.WRONG_TYPE, node, f"the operator {node.op[-2:]} does not take {value.ty.show()}")
    one = Bound(t.INT, lambda f: 1, node, 1)
    current = Bound(value.ty, lambda f: f[2], node)
    sum_ = binary(b, current, one, tree.Binary(node.at, node.end, node.op[-1], node.value, node.value))
    step = b.explicit(sum_.ty, value.ty)
    if step is None:
        b.fail(codes.WRONG_TYPE, node, f"the operator {node.op} does not take {value.ty.show()}")
    at, load, save = place.at, place.load, place.save
    assert save is not None
    add, convert, postfix = sum_.code, step, node.op[0] == "p"

    def code(f: Frame) -> Value:
        where = at(f)
        old = load(f, where)
        new = convert(add([f[0], None, old]))
        save(f, where, new)
        return old if postfix else new

    return Bound(value.ty, code, node)


def assign(b: Binder, scope: Scope, node: tree.Assign) -> Bound:
    """`left = right`, `left op= right`."""
    from gatewright.apim.expressions.bind import expressions

    if isinstance(node.left, tree.Tuple):
        return tuples.deconstruct(b, scope, node, node.left)
    if isinstance(node.left, tree.Name) and node.left.name == "_" and scope.find("_") is None:
        return expressions.bind_value(b, scope, node.right)
    if isinstance(node.right, tree.RefTo):
        return references.point(b, scope, node, node.right)
    left = expressions.bind_value(b, scope, node.left)
    place = _place(b, left, node.left)
    at, save = place.at, place.save
    assert save is not None
    if not node.op:
        if isinstance(node.right, tree.NewArray) and expressions.bare(b, node.right):
            b.fail(codes.SYNTAX, node.right, "{ } alone may only stand in a declaration", "write new[] { }")
        right = expressions.bind_to(b, scope, node.right, left.ty).code

        def simple(f: Frame) -> Value:
            where = at(f)
            value = right(f)
            save(f, where, value)
            return value

        return Bound(left.ty, simple, node)
    return _compound(b, scope, node, left, place)


def _compound(b: Binder, scope: Scope, node: tree.Assign, left: Bound, place: Place) -> Bound:
    from gatewright.apim.expressions.bind import expressions

    given_ = expressions.bind(b, scope, node.right)
    delegate = t.delegate_shape(left.ty) is not None and not isinstance(given_, Bound)
    right = expressions.operand_to(b, scope, given_, left.ty) if delegate else b.value(given_)
    inner = right.code
    # the sum is computed in a small frame: the current value at 2, the right value at 3
    current = Bound(left.ty, lambda f: f[2], node)
    given = Bound(right.ty, lambda f: f[3], node, right.const)
    pseudo = tree.Binary(node.at, node.end, node.op, node.left, node.right)
    if node.op == "+" and strings.is_concat(current, given):
        sum_ = strings.concat(b, [current, given], node)
    else:
        sum_ = binary(b, current, given, pseudo)
    step = b.conversions.implicit(sum_.ty, left.ty)
    if step is None and (b.fits(right, left.ty) or node.op in ("<<", ">>")):
        step = b.explicit(sum_.ty, left.ty)
    if step is None:
        b.fail(codes.WRONG_TYPE, node, f"{sum_.ty.show()} cannot become {left.ty.show()} by itself")
    at, load, save, add, convert = place.at, place.load, place.save, sum_.code, step
    assert save is not None

    def code(f: Frame) -> Value:
        where = at(f)
        old = load(f, where)
        new = convert(add([f[0], None, old, inner(f)]))
        save(f, where, new)
        return new

    return Bound(left.ty, code, node)
