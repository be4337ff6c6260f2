"""Members, calls, indexes, and `?.`."""

from __future__ import annotations

from collections.abc import Callable

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import arrays, calls, overloads, passing, tuples
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import (
    MISSING,
    Bound,
    Code,
    Frame,
    MethodGroup,
    NamespaceRef,
    Operand,
    Place,
    TypeRef,
    constant,
)
from gatewright.apim.expressions.bind.scope import Scope
from gatewright.apim.expressions.signature import Signature
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Value, member_names


def member(b: Binder, scope: Scope, node: tree.Member) -> Operand:
    """`target.name`."""
    from gatewright.apim.expressions.bind import expressions

    operand = expressions.bind(b, scope, node.target)
    where = tree.Node(node.name_at, node.name_at + len(node.name))
    if isinstance(operand, NamespaceRef):
        return _in_namespace(b, operand, node, where)
    type_args = tuple(b.type_of(a) for a in node.type_args)
    if isinstance(operand, TypeRef):
        return _static(b, operand.ty, node, type_args, where)
    value = b.value(operand)
    if value.ty is t.NULL:
        b.fail(codes.INVALID, node, "null has no members")
    return _instance(b, value, node, type_args, where)


_CONSTANTS = frozenset(
    "MaxValue MinValue Epsilon NaN PositiveInfinity NegativeInfinity PI E TicksPerDay TicksPerHour "
    "TicksPerMinute TicksPerSecond TicksPerMillisecond".split()
)


def _in_namespace(b: Binder, space: NamespaceRef, node: tree.Member, where: tree.Node) -> Operand:
    name = f"{space.name}.{node.name}"
    if name in b.library.namespaces:
        return NamespaceRef(name, node)
    found = b.find_type(tree.NamedType(node.at, node.end, node.name, node.type_args, space.name))
    if found is None:
        b.fail(codes.UNKNOWN_NAME, where, f"{space.name} has no type {node.name}")
    return TypeRef(found, node)


def _static(b: Binder, ty: Ty, node: tree.Member, type_args: tuple[Ty, ...], where: tree.Node) -> Operand:
    if b.library.is_enum(ty):
        value = b.library.enum_named(ty, node.name)
        if value is not None:
            return constant(ty, value, node)
    nested = b.find_type(tree.NamedType(node.at, node.end, f"{ty.name}.{node.name}"))
    if nested is not None:
        return TypeRef(nested, node)
    found = b.library.members(ty, node.name)
    for signature, _ in found:
        if signature.kind == "property" and signature.static:
            b.check_member(signature, where)
            function = calls.prepared(signature.entry, signature.result)
            if node.name in _CONSTANTS and signature.result in t.NUMERIC:
                return constant(signature.result, function(), node)
            return Bound(signature.result, calls.invoke(function, [], signature.entry.run), node)
    if any(s.kind == "method" and s.static for s, _ in found):
        return MethodGroup(None, ty, node.name, type_args, where)
    if found:
        b.fail(codes.INVALID, where, f"{ty.show()}.{node.name} belongs to a value, not to the type")
    calls.unknown_member(b, ty, node.name, where)
    raise AssertionError


def _instance(
    b: Binder, value: Bound, node: tree.Member, type_args: tuple[Ty, ...], where: tree.Node
) -> Operand:
    if node.name == "Invoke" and t.delegate_shape(value.ty) is not None:
        return value
    if value.ty.name.startswith("anonymous{") or value.ty.name == "ValueTuple":
        part = tuples.member if value.ty.name == "ValueTuple" else _anonymous_member
        found = part(b, value, node)
        if found is not None:
            return found
    for signature, given in b.library.members(value.ty, node.name):
        hidden = value.ty.name.startswith("[") and b.library.is_interface(signature.owner)
        if signature.kind == "property" and not signature.static and not hidden:
            b.check_member(signature, where)
            return _property(b, value, signature, t.substitute(signature.result, given), node)
    group = MethodGroup(value, value.ty, node.name, type_args, where)
    if not calls.find_methods(b, group) and not b.library.extensions(node.name):
        calls.unknown_member(b, value.ty, node.name, where)
    return group


def _anonymous_member(b: Binder, value: Bound, node: tree.Member) -> Bound | None:
    names = member_names(value.ty)
    if node.name not in names:
        return None
    at = names.index(node.name)
    code = calls.guarded(b, value)
    return Bound(value.ty.args[at], lambda f: code(f).values[at], node)


def _property(b: Binder, value: Bound, signature: Signature, ty: Ty, node: tree.Node) -> Bound:
    entry = signature.entry
    function = calls.prepared(entry, ty)
    target = calls.guarded(b, value)
    code = calls.invoke(function, [target], entry.run)
    return Bound(ty, code, node, MISSING, _place(b, value, [], function, entry.put))


def _place(
    b: Binder,
    value: Bound,
    inputs: list[Code],
    function: Callable[..., Value],
    put: Callable[..., None] | None,
) -> Place:
    """A property or an indexer to assign: the target may be null until it is read or set.

    Source: C# language specification, 12.21.2 "Simple assignment".
    """
    target = value.code
    held: Callable[[Value], Value] = calls.not_null if b.library.is_reference(value.ty) else lambda v: v

    def at(f: Frame) -> tuple[Value, ...]:
        return (target(f), *[i(f) for i in inputs])

    def load(f: Frame, where: tuple[Value, ...]) -> Value:
        return function(held(where[0]), *where[1:])

    def save(f: Frame, where: tuple[Value, ...], new: Value) -> None:
        assert put is not None
        put(held(where[0]), *where[1:], new)

    return Place(at, load, None if put is None else save)


def call(b: Binder, scope: Scope, node: tree.Call) -> Operand:
    """`target(args)`."""
    from gatewright.apim.expressions.bind import expressions

    if isinstance(node.target, tree.Name) and node.target.name == "nameof" and scope.find("nameof") is None:
        return _nameof(b, node)
    operand = expressions.bind(b, scope, node.target)
    if isinstance(node.target, tree.Member) and isinstance(operand, Bound):
        operand = _invocable(b, scope, node.target, operand)
    args = calls.arguments(b, scope, node.args)
    if isinstance(operand, MethodGroup):
        return calls.call(b, scope, operand, args, node)
    value = b.value(operand)
    shape = t.delegate_shape(value.ty)
    if shape is None:
        b.fail(codes.INVALID, node, f"{value.ty.show()} cannot be called")
    return _invoke(b, scope, node, value, args, shape)


def _invocable(b: Binder, scope: Scope, node: tree.Member, operand: Bound) -> Operand:
    """A property whose value cannot be called gives way to methods of its name: `token.First()`.

    Source: C# language specification, 12.5.1 "Member lookup", on members that are invoked.
    """
    from gatewright.apim.expressions.bind import expressions

    if t.delegate_shape(operand.ty) is not None or not b.library.extensions(node.name):
        return operand
    value = expressions.bind(b, scope, node.target)
    if not isinstance(value, Bound):
        return operand
    where = tree.Node(node.name_at, node.name_at + len(node.name))
    type_args = tuple(b.type_of(a) for a in node.type_args)
    return MethodGroup(value, value.ty, node.name, type_args, where)


def _invoke(
    b: Binder,
    scope: Scope,
    node: tree.Node,
    value: Bound,
    args: list[overloads.Arg],
    shape: tuple[tuple[Ty, ...], Ty],
) -> Bound:
    from gatewright.apim.expressions.bind import expressions

    params, result = shape
    if len(args) != len(params):
        b.fail(codes.NO_OVERLOAD, node, f"this takes {len(params)} arguments, not {len(args)}")
    inputs = [expressions.operand_to(b, scope, a.operand, p).code for a, p in zip(args, params, strict=True)]
    target = calls.guarded(b, value, inputs)
    return Bound(result, lambda f: target(f)(*[i(f) for i in inputs]), node)


def _nameof(b: Binder, node: tree.Call) -> Bound:
    if len(node.args) == 1:
        match node.args[0].value:
            case tree.Name(name=name) | tree.Member(name=name):
                return constant(t.STRING, name, node)
    b.fail(codes.INVALID, node, "nameof takes a name")


def index(b: Binder, scope: Scope, node: tree.Index) -> Operand:
    """`target[args]`."""
    from gatewright.apim.expressions.bind import expressions

    value = expressions.bind_value(b, scope, node.target)
    args = calls.arguments(b, scope, node.args)
    if value.ty.name.startswith("["):
        return arrays.element(b, value, args, node)
    found = b.library.members(value.ty, "this")
    chosen = overloads.resolve(b, scope, found, args)
    if chosen is None:
        if not found:
            b.fail(codes.INVALID, node, f"{value.ty.show()} cannot be indexed with []")
        shown = ", ".join(calls.show_argument(a) for a in args)
        b.fail(codes.NO_OVERLOAD, node, f"{value.ty.show()} cannot be indexed with [{shown}]")
    b.check_member(chosen.signature, node)
    entry = chosen.signature.entry
    given = passing.argument_codes(b, scope, chosen, chosen.result)
    inputs = [one.code for one in given]
    target = calls.guarded(b, value, inputs)
    function = passing.refusing(calls.prepared(entry, chosen.result), given, 1 + entry.run)
    code = calls.invoke(function, [target, *inputs], entry.run)
    put = None if entry.put is None else passing.refusing(entry.put, given, 1, 1)
    return Bound(chosen.result, code, node, MISSING, _place(b, value, inputs, function, put))


# --------------------------------------------------------------------------- ?.


def conditional(b: Binder, scope: Scope, node: tree.CondAccess) -> Operand:
    """`target?.rest`: null where the target is null."""
    from gatewright.apim.expressions.bind import expressions

    value = expressions.bind_value(b, scope, node.target)
    if not b.library.is_reference(value.ty) and value.ty.name != "?":
        b.fail(codes.INVALID, node, f"{value.ty.show()} is never null, so ?. may not stand behind it")
    inner = scope.inner()
    ty = value.ty.args[0] if value.ty.name == "?" else value.ty
    held = inner.declare("?", ty)
    rest = expressions.bind(b, inner, node.rest)
    if not isinstance(rest, Bound):
        rest = b.value(rest)
    target, slot, code = value.code, held.slot, rest.code

    def access(f: Frame) -> Value:
        found = target(f)
        if found is None:
            return None
        f[slot] = found
        return code(f)

    result = rest.ty
    if b.library.is_value(result):
        result = t.nullable(result)
    return Bound(result, access, node)


def target(b: Binder, scope: Scope, node: tree.CondTarget) -> Operand:
    """The value in front of `?.`, known not to be null."""
    held = scope.find("?")
    if held is None:
        b.fail(codes.SYNTAX, node, "nothing stands in front of ?")
    slot = held.slot
    depth = scope.frame.depth_to(held.frame)
    mark = tree.Literal(node.at, node.end, "int", 0)
    if depth == 0:
        return Bound(held.ty, lambda f: f[slot], mark)
    from gatewright.apim.expressions.bind.expressions import variable_place

    load = variable_place(slot, depth).load
    return Bound(held.ty, lambda f: load(f, ()), mark)
