"""Local functions: announced where their block begins, bound where they stand, generic ones once per use.

A function is a callable in a slot of the frame of its block. `ref`, `out` and `in` parameters are references,
and so is the result of a function that returns a variable.

Source: C# language specification, 13.6.4 "Local function declarations".
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import calls, iterators, lambdas, overloads, passing, references
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import Bound, Code, Frame, MethodGroup
from gatewright.apim.expressions.bind.scope import Scope
from gatewright.apim.expressions.signature import Entry, Param, Signature
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Value

if TYPE_CHECKING:
    from gatewright.apim.expressions.bind.overloads import Arg


@dataclass(slots=True)
class Local:
    """A local function.

    Attributes:
        scope: the block it belongs to.
        steps: what makes its callables when the block begins.
        around: the type parameters of functions around it.
        reached: whether binding has come to where it stands; names declared behind are unknown to it.
        slots: for each choice of type arguments, where its callable is kept.
        waiting: choices that were used before binding came to it.
        captured: how many frames out of its own the nearest stands that it uses; 0 for none.
    """

    node: tree.LocalFunction
    scope: Scope
    steps: list[Code]
    signature: Signature
    around: dict[str, Ty]
    reached: bool = False
    slots: dict[tuple[Ty, ...], int] = field(default_factory=dict)
    waiting: list[tuple[Ty, ...]] = field(default_factory=list)
    captured: int = 0


def announce(b: Binder, scope: Scope, node: tree.LocalFunction, steps: list[Code]) -> None:
    """Makes a local function known in its block."""
    from gatewright.apim.expressions.bind import expressions

    around = dict(b.generics)
    for name in node.generics:
        b.generics[name] = t.parameter(name)
    try:
        signature = _signature(b, scope, node)
    finally:
        b.generics = around
    b.unassigned = b.unassigned or any(p.mode == "out" for p in node.parameters)
    variable = expressions.declare(b, scope, node.name, t.OBJECT, node)
    variable.function = Local(node, scope, steps, signature, around)


def _signature(b: Binder, scope: Scope, node: tree.LocalFunction) -> Signature:
    kind = node.type.element if isinstance(node.type, tree.RefOf) else node.type
    void = isinstance(kind, tree.NamedType) and kind.name == "void"
    result = t.VOID if void else b.type_of(kind)
    params = tuple(_param(b, scope, p) for p in node.parameters)
    names = [p.name for p in params]
    if len(set(node.generics)) < len(node.generics):
        b.fail(codes.INVALID, node, "two type parameters have the same name")
    for number, parameter in enumerate(node.parameters):
        if parameter.name in names[:number]:
            b.fail(codes.INVALID, parameter, f"{parameter.name} is declared twice")
        if number and node.parameters[number - 1].default and not (parameter.default or parameter.variadic):
            b.fail(codes.INVALID, parameter, "a parameter behind one with a default needs a default too")
    generics = tuple(t.parameter(name) for name in node.generics)
    variadic = any(p.variadic for p in node.parameters)
    entry = Entry(b.text.code[node.at : node.end].partition("\n")[0], lambda: None)
    return Signature(t.OBJECT, node.name, "method", True, False, result, params, generics, entry, variadic)


def _param(b: Binder, scope: Scope, node: tree.Parameter) -> Param:
    from gatewright.apim.expressions.bind import expressions

    if node.type is None:
        b.fail(codes.INVALID, node, "every parameter of a local function needs a type")
    ty = b.type_of(node.type)
    if ty is t.VOID:
        b.fail(codes.INVALID, node, "a parameter cannot be void")
    if node.variadic and ty.name != "[]":
        b.fail(codes.INVALID, node, "params needs an array")
    if node.default is not None and node.mode not in ("", "in"):
        b.fail(codes.INVALID, node, f"a parameter with {node.mode} has no default")
    if node.default is None:
        return Param(node.name, ty, node.mode, True)
    value = expressions.bind_to(b, scope, node.default, ty)
    if value.is_const:
        default = value.const
    elif isinstance(node.default, (tree.Literal, tree.Default)):
        default = None
    else:
        b.fail(codes.INVALID, node, "a default should be a constant")
    return Param(node.name, ty, node.mode, True, True, default)


# --------------------------------------------------------------------------- bodies


def bind(b: Binder, local: Local) -> None:
    """Binds a function where it stands: the plain one at once, a generic one as it was used so far."""
    local.reached = True
    if not local.node.generics:
        _slot(local, ())
        local.waiting = [()]
    for types in local.waiting:
        _instance(b, local, types)


def _slot(local: Local, types: tuple[Ty, ...]) -> int:
    if types not in local.slots:
        frame = local.scope.frame
        local.slots[types] = frame.size
        frame.size += 1
    return local.slots[types]


def _used(b: Binder, local: Local, types: tuple[Ty, ...]) -> int:
    """The slot of a choice of type arguments, whose body is bound when it is new."""
    known = types in local.slots
    slot = _slot(local, types)
    if not known and local.node.generics:
        if local.reached:
            _instance(b, local, types)
        else:
            local.waiting.append(types)
    return slot


def _instance(b: Binder, local: Local, types: tuple[Ty, ...]) -> None:
    node, signature = local.node, local.signature
    before, b.generics = b.generics, {**local.around, **dict(zip(node.generics, types, strict=True))}
    given = dict(zip(signature.generics, types, strict=True))
    inner = local.scope.framed(function=True)
    try:
        for parameter, param in zip(node.parameters, signature.params, strict=True):
            lambdas.check_name(b, local.scope, parameter)
            held = inner.declare(parameter.name, t.substitute(param.ty, given))
            held.ref, held.writable = bool(param.mode), param.mode != "in"
        code = _body(b, inner, node, t.substitute(signature.result, given))
    finally:
        b.generics = before
    local.captured = inner.frame.captured
    make = lambdas.closure(code, inner.frame, len(signature.params))
    slot = local.slots[types]

    def store(f: Frame) -> None:
        f[slot] = make(f)

    local.steps.append(store)


def _body(b: Binder, inner: Scope, node: tree.LocalFunction, result: Ty) -> Code:
    from gatewright.apim.expressions.bind import expressions, statements

    by_ref = isinstance(node.type, tree.RefOf)
    if isinstance(node.body, tree.Block):
        element = iterators.element(b, node, result)
        return statements.function_body(b, inner, node.body, result, element, by_ref)
    if by_ref:
        return references.result(b, inner, node.body, result, node)
    if result is t.VOID:
        return expressions.bind_value_or_void(b, inner, node.body).code
    return expressions.bind_to(b, inner, node.body, result).code


def _limit(b: Binder, node: tree.TypeNode) -> Ty:
    """A type behind `where`; `IComparable<T>` and the like count as the interface without a type."""
    if isinstance(node, tree.NamedType) and b.find_type(node) is None:
        return b.type_of(replace(node, args=()))
    return b.type_of(node)


# --------------------------------------------------------------------------- calls


def call(
    b: Binder, scope: Scope, local: Local, group: MethodGroup, args: list[Arg], node: tree.Node
) -> Bound:
    """A call of a local function.

    Raises:
        Rejected: EXP306 when it does not take the arguments.
    """
    found = [(local.signature, dict[Ty, Ty]())]
    chosen = overloads.resolve(b, scope, found, args, group.type_args)
    if chosen is None:
        calls.explain(b, args)
        shown = ", ".join(calls.show_argument(a) for a in args)
        b.fail(codes.NO_OVERLOAD, node, f"the local function {local.node.name} does not take ({shown})")
    _keep_limits(b, local, chosen.given, node)
    slot = _used(b, local, tuple(chosen.given[g] for g in local.signature.generics))
    load = _load(scope.frame.depth_to(local.scope.frame), slot)
    given = passing.argument_codes(b, scope, chosen, chosen.result, by_ref=True)
    inputs = passing.in_order(scope, args, chosen, given)
    code = _called(load, inputs)
    if isinstance(local.node.type, tree.RefOf):
        return references.value_of(code, chosen.result, node, not local.node.type.fixed)
    return Bound(chosen.result, code, node)


def _keep_limits(b: Binder, local: Local, given: dict[Ty, Ty], node: tree.Node) -> None:
    """Refuses type arguments that a `where` of the function does not allow."""
    for name, limit in local.node.limits:
        ty = given[t.parameter(name)]
        if isinstance(limit, tree.Node):
            before, b.generics = b.generics, {**local.around, **{g.name[1:]: a for g, a in given.items()}}
            fits = b.library.derives(ty, _limit(b, limit))
            b.generics = before
            shown = b.text.code[limit.at : limit.end]
        else:
            value, entry = b.library.is_value(ty), b.library.entry(ty.name, len(ty.args))
            made = b.library.own(entry).get(".ctor", ()) if entry is not None else ()
            empty = value or any(not ctor.params for ctor in made)
            struct = value and ty.name != "?"
            fits = {"struct": struct, "unmanaged": struct, "class": not value}.get(limit, empty)
            shown = limit
        if not fits:
            b.fail(codes.WRONG_TYPE, node, f"{name} has to be {shown}, which {ty.show()} is not")


def _called(load: Code, inputs: list[Code]) -> Code:
    match inputs:
        case [one]:
            return lambda f: load(f)(one(f))
        case [one, two]:
            return lambda f: load(f)(one(f), two(f))
        case _:
            return lambda f: load(f)(*[i(f) for i in inputs])


def _load(depth: int, slot: int) -> Code:
    match depth:
        case 0:
            return lambda f: f[slot]
        case 1:
            return lambda f: f[1][slot]

    def load(f: Frame) -> Value:
        for _ in range(depth):
            f = f[1]
        return f[slot]

    return load
