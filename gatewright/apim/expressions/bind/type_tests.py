"""Casts, `as`, `is` and the patterns behind `is` and `case`.

Source: C# language specification, 12.9.7 "Cast expressions", 12.12.12 "The is operator", 11 "Patterns".
"""

from __future__ import annotations

from collections.abc import Callable

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import (
    Bound,
    Code,
    Frame,
    LambdaRef,
    MethodGroup,
    Operand,
    TypeRef,
    constant,
)
from gatewright.apim.expressions.bind.scope import Scope
from gatewright.apim.expressions.numbers import bounds
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Value, box


def cast(b: Binder, scope: Scope, node: tree.Cast) -> Operand:
    """`(type)value`."""
    from gatewright.apim.expressions.bind import expressions

    ty = b.type_of(node.type)
    operand = expressions.bind(b, scope, node.value)
    if isinstance(operand, (LambdaRef, MethodGroup)):
        return expressions.operand_to(b, scope, operand, ty)
    value = b.value(operand)
    implied = b.convert(value, ty)
    if implied is not None:
        return Bound(implied.ty, implied.code, node, implied.const)
    step = b.explicit(value.ty, ty)
    if step is None:
        b.fail(codes.WRONG_TYPE, node, f"{value.ty.show()} cannot be cast to {ty.show()}")
    code, convert = value.code, step
    if value.is_const and value.ty in t.NUMERIC and ty in t.NUMERIC:
        if ty in t.INTEGRAL_BITS and b.overflow is not False and not _holds(value.const, ty):
            b.fail(codes.INVALID, node, f"the constant does not fit {ty.show()}")
        return constant(ty, convert(value.const), node)
    kinds = [x in t.NUMERIC or b.library.is_enum(x) for x in (value.ty, ty)]
    if value.is_const and all(kinds):
        return constant(ty, convert(value.const), node)
    return Bound(ty, lambda f: convert(code(f)), node)


def _holds(value: Value, ty: Ty) -> bool:
    low, high = bounds(ty)
    number = ord(value) if isinstance(value, str) else value
    return number == number and low - 1 < number < high + 1


def as_(b: Binder, scope: Scope, node: tree.As) -> Operand:
    """`value as type`."""
    from gatewright.apim.expressions.bind import expressions

    value, ty = expressions.bind_value(b, scope, node.value), b.type_of(node.type)
    if not b.library.is_reference(ty) and ty.name != "?":
        b.fail(codes.INVALID, node, f"as needs a type that can be null; {ty.show()} cannot", "write a cast")
    if not b.conversions.may_be(value.ty, ty):
        b.fail(codes.WRONG_TYPE, node, f"{value.ty.show()} is never {ty.show()}")
    code, wrap, conversions = value.code, box(value.ty), b.conversions

    def convert(f: Frame) -> Value:
        found = code(f)
        if found is not None and wrap is not None:
            found = wrap(found)
        return conversions.cast(found, ty) if conversions.is_instance(found, ty) else None

    return Bound(ty, convert, node)


def is_(b: Binder, scope: Scope, node: tree.Is) -> Operand:
    """`value is pattern`."""
    from gatewright.apim.expressions.bind import expressions

    value = expressions.bind_value(b, scope, node.value)
    return Bound(t.BOOL, match_pattern(b, scope, value, node.pattern), node)


def match_pattern(b: Binder, scope: Scope, value: Bound, pattern: tree.Pattern) -> Code:
    """A test of a value against a pattern; a name it declares is set when it fits."""
    from gatewright.apim.expressions.bind import expressions

    code, wrap = value.code, box(value.ty)
    boxed = code if wrap is None else (lambda f: None if (v := code(f)) is None else wrap(v))
    if isinstance(pattern, tree.ConstPattern):
        operand = expressions.bind(b, scope, pattern.value)
        if isinstance(operand, TypeRef):
            ty = operand.ty
            return lambda f: b.conversions.is_instance(boxed(f), ty)
        return _constant_pattern(b, value, boxed, b.value(operand))
    if isinstance(pattern.type, tree.VarType):
        store = _declared(b, scope, pattern, value.ty)
        return lambda f: store(f, code(f)) or True
    ty = b.type_of(pattern.type)
    if ty.name == "?" and pattern.name is not None:
        b.fail(codes.INVALID, pattern, "a nullable type may not stand in a pattern with a name")
    if pattern.name is not None and not b.conversions.may_be(value.ty, ty):
        b.fail(codes.WRONG_TYPE, pattern, f"{value.ty.show()} is never {ty.show()}")
    if pattern.name is None or pattern.name == "_":
        return lambda f: b.conversions.is_instance(boxed(f), ty)
    store = _declared(b, scope, pattern, ty)
    conversions = b.conversions

    def test(f: Frame) -> bool:
        found = boxed(f)
        if not conversions.is_instance(found, ty):
            return False
        store(f, conversions.cast(found, ty))
        return True

    return test


def _declared(b: Binder, scope: Scope, pattern: tree.DeclPattern, ty: Ty) -> Callable[[Frame, Value], None]:
    from gatewright.apim.expressions.bind import expressions
    from gatewright.apim.expressions.bind.passing import variable_store

    b.unassigned = True
    return variable_store(scope, expressions.declare(b, scope, pattern.name or "", ty, pattern))


def _constant_pattern(b: Binder, value: Bound, boxed: Code, wanted: Bound) -> Code:
    code = value.code
    if wanted.ty is t.NULL:
        return lambda f: code(f) is None
    if not wanted.is_const and not b.library.is_enum(wanted.ty):
        b.fail(codes.INVALID, wanted.node, "a constant should stand here")
    if value.ty is t.OBJECT or (b.library.is_reference(value.ty) and value.ty is not t.STRING):
        wrap = box(wanted.ty)
        const = wanted.code([None, None])
        target = wrap(const) if wrap else const
        return lambda f: type(v := boxed(f)) is type(target) and v == target
    fitted = b.need(wanted, value.ty).code([None, None])
    return lambda f: code(f) == fitted
