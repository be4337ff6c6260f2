"""Local functions: announced where their block begins, bound where they stand, generic ones once per use.

A function is a callable in a slot of the frame of its block. `ref` and `out` parameters travel by value:
their last values follow the result, and the caller stores them.

Source: C# language specification, 13.6.4 "Local function declarations".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import calls, lambdas, overloads
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import Bound, Code, Frame, MethodGroup
from gatewright.apim.expressions.bind.scope import FIRST_SLOT, FrameScope, Scope
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
    """

    node: tree.LocalFunction
    scope: Scope
    steps: list[Code]
    signature: Signature
    around: dict[str, Ty]
    reached: bool = False
    slots: dict[tuple[Ty, ...], int] = field(default_factory=dict)
    waiting: list[tuple[Ty, ...]] = field(default_factory=list)


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
    void = isinstance(node.type, tree.NamedType) and node.type.name == "void"
    result = t.VOID if void else b.type_of(node.type)
    params = tuple(_param(b, scope, p) for p in node.parameters)
    names = [p.name for p in params]
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
    if node.variadic and ty.name != "[]":
        b.fail(codes.INVALID, node, "params needs an array")
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
    inner = local.scope.framed()
    try:
        for parameter, param in zip(node.parameters, signature.params, strict=True):
            lambdas.check_name(b, local.scope, parameter)
            inner.declare(parameter.name, t.substitute(param.ty, given))
        code = _body(b, inner, node, t.substitute(signature.result, given))
    finally:
        b.generics = before
    make = _closure(code, inner.frame, signature.params)
    slot = local.slots[types]

    def store(f: Frame) -> None:
        f[slot] = make(f)

    local.steps.append(store)


def _body(b: Binder, inner: Scope, node: tree.LocalFunction, result: Ty) -> Code:
    from gatewright.apim.expressions.bind import expressions, statements

    if isinstance(node.body, tree.Block):
        return statements.function_body(b, inner, node.body, result)
    if result is t.VOID:
        return expressions.bind_value_or_void(b, inner, node.body).code
    return expressions.bind_to(b, inner, node.body, result).code


def _closure(code: Code, frame: FrameScope, params: Sequence[Param]) -> Code:
    count = len(params)
    if not any(p.mode for p in params):
        return lambdas.closure(code, frame, count)
    given = [FIRST_SLOT + n for n, p in enumerate(params) if p.mode != "out"]
    back = [FIRST_SLOT + n for n, p in enumerate(params) if p.mode]

    def make(f: Frame) -> Callable[..., Any]:
        run = f[0]
        spare: list[Any] = [None] * (frame.size - FIRST_SLOT)

        def call(*values: Value) -> tuple[Value, ...]:
            run.tick()
            g = [run, f, *spare]
            for slot, value in zip(given, values, strict=True):
                g[slot] = value
            result = code(g)
            return result, *[g[slot] for slot in back]

        return call

    return make


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
    slot = _used(b, local, tuple(chosen.given[g] for g in local.signature.generics))
    load = _load(scope.frame.depth_to(local.scope.frame), slot)
    inputs = [code for code, _ in calls.argument_codes(b, scope, chosen, chosen.result)]
    outs = calls.out_stores(b, scope, chosen)
    code = _called(load, inputs)
    return Bound(chosen.result, calls.with_outs(code, outs) if outs else code, node)


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
