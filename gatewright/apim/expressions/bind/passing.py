"""How arguments travel: converted, in the order of the text, as values or as references; `out` values back.

Source: C# language specification, 12.6.2 "Argument lists".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import lambdas, references
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import Code, Frame, LambdaRef, MethodGroup
from gatewright.apim.expressions.bind.defaults import default_value
from gatewright.apim.expressions.bind.overloads import Arg, Candidate
from gatewright.apim.expressions.bind.scope import Scope, Variable
from gatewright.apim.expressions.faults import argument_null
from gatewright.apim.expressions.signature import Param
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import NetArray, Value


@dataclass(frozen=True, slots=True)
class Given:
    """An argument that is handed over: its code, converted, its parameter, and whether it is never null."""

    code: Code
    param: Param
    sure: bool


def argument_codes(
    b: Binder, scope: Scope, chosen: Candidate, result: Ty, by_ref: bool = False
) -> list[Given]:
    """The arguments that are handed over.

    Local functions get `ref`, `out` and `in` arguments as references; members of the library get values.
    """
    out: list[Given] = []
    params = chosen.signature.params
    for index, (param, taken, ty) in enumerate(zip(params, chosen.slots, chosen.types, strict=True)):
        if param.mode == "out" and not by_ref:
            continue
        if param.mode and by_ref:
            out.append(Given(references.argument(b, scope, taken[0], param, ty), param, True))
            continue
        if chosen.expanded and index == len(params) - 1:
            out.append(Given(_packed(b, scope, taken, ty), param, True))
        elif not taken:
            out.append(Given(_default(b, param, ty), param, True))
        else:
            code, sure = _converted(b, scope, taken[0], ty)
            out.append(Given(code, param, sure))
    return out


def in_order(scope: Scope, args: Sequence[Arg], chosen: Candidate, given: list[Given]) -> list[Code]:
    """The codes of arguments, evaluated in the order of the text, also where names change it."""
    inputs = [one.code for one in given]
    if all(arg.name is None for arg in args):
        return inputs
    params, places = chosen.signature.params, {id(arg): n for n, arg in enumerate(args)}
    taken = [chosen.slots[params.index(one.param)] for one in given]
    written = [places[id(some[0])] if some else len(args) for some in taken]
    order = sorted(range(len(inputs)), key=written.__getitem__)
    if order == sorted(order):
        return inputs
    slot = scope.declare(f"<{args[0].node.at}>", t.OBJECT).slot

    def first(f: Frame) -> Value:
        values: dict[int, Value] = {}
        for number in order:
            values[number] = inputs[number](f)
        f[slot] = values
        return values[0]

    return [first, *[_kept(slot, number) for number in range(1, len(inputs))]]


def _kept(slot: int, number: int) -> Code:
    return lambda f: f[slot][number]


def _default(b: Binder, param: Param, ty: Ty) -> Code:
    value = default_value(b.library, ty) if param.default is None else param.default
    return lambda f: value


def _converted(b: Binder, scope: Scope, arg: Arg, ty: Ty) -> tuple[Code, bool]:
    """An argument's code, and whether it cannot be null."""
    operand = arg.operand
    if isinstance(operand, LambdaRef):
        return lambdas.delegate(b, scope, operand, ty).code, True
    if isinstance(operand, MethodGroup):
        return lambdas.group_delegate(b, scope, operand, ty).code, True
    bound = b.value(operand)
    found = b.need(bound, ty)
    sure = isinstance(bound.node, (tree.New, tree.NewArray, tree.Interpolated)) or (
        isinstance(bound.node, tree.Literal) and bound.node.kind != "null"
    )
    return found.code, sure


def converted(b: Binder, scope: Scope, arg: Arg, ty: Ty) -> Code:
    """An argument's code, as the type of its parameter."""
    return _converted(b, scope, arg, ty)[0]


def refusing(
    function: Callable[..., Value], given: list[Given], first: int, behind: int = 0
) -> Callable[..., Value]:
    """A member that throws ArgumentNullException for a null, once all arguments were evaluated.

    Args:
        function: what the member does.
        given: its arguments.
        first: at which place the first of them stands.
        behind: how many values stand behind the last.
    """
    needed = [
        (n, one.param.name) for n, one in enumerate(given, first) if not (one.param.nullable or one.sure)
    ]
    if not needed:
        return function
    (place, name), *further = needed
    count = first + len(given) + behind
    if not further and count <= 2:
        return _refusing_one(function, place, name, count)

    def check(*values: Value) -> Value:
        for at, called in needed:
            if values[at] is None:
                raise argument_null(called)
        return function(*values)

    return check


def _refusing_one(function: Callable[..., Value], place: int, name: str, count: int) -> Callable[..., Value]:
    def single(a: Value) -> Value:
        if a is None:
            raise argument_null(name)
        return function(a)

    def left(a: Value, b: Value) -> Value:
        if a is None:
            raise argument_null(name)
        return function(a, b)

    def right(a: Value, b: Value) -> Value:
        if b is None:
            raise argument_null(name)
        return function(a, b)

    if count == 1:
        return single
    return right if place else left


def _packed(b: Binder, scope: Scope, taken: Sequence[Arg], element: Ty) -> Code:
    parts = [_converted(b, scope, arg, element)[0] for arg in taken]
    ty = t.array(element)
    return lambda f: NetArray(ty, [p(f) for p in parts])


def out_stores(b: Binder, scope: Scope, chosen: Candidate) -> list[Callable[[Frame, Value], None]]:
    """How the values of `out` and `ref` arguments are stored behind the call, in order."""
    out: list[Callable[[Frame, Value], None]] = []
    for param, taken, ty in zip(chosen.signature.params, chosen.slots, chosen.types, strict=True):
        if param.mode not in ("out", "ref"):
            continue
        out.append(_store(b, scope, taken[0], ty))
    return out


def _store(b: Binder, scope: Scope, arg: Arg, ty: Ty) -> Callable[[Frame, Value], None]:

    node = arg.node
    if isinstance(node.value, tree.Name) and node.value.name == "_" and arg.operand.node is node.value:
        return lambda f, value: None
    if isinstance(node.declares, tree.VarType) and isinstance(node.value, tree.Name):
        return variable_store(scope, out_variable(b, scope, node.value, ty))
    bound = b.value(arg.operand)
    place = bound.place
    if place is None or place.save is None:
        b.fail(codes.INVALID, node, "a variable should stand behind out")
    at, save = place.at, place.save
    return lambda f, value: save(f, at(f), value)


def out_variable(b: Binder, scope: Scope, node: tree.Name, ty: Ty) -> Variable:
    """The variable of `out var name`; a call that is bound twice declares it once."""
    from gatewright.apim.expressions.bind import expressions

    found = scope.names.get(node.name)
    if found is None or found.at != node.at:
        b.unassigned = True
        found = expressions.declare(b, scope, node.name, ty, node)
        found.at = node.at
    return found


def variable_store(scope: Scope, variable: Variable) -> Callable[[Frame, Value], None]:
    """How a variable is set from a scope."""
    slot, depth = variable.slot, scope.frame.depth_to(variable.frame)

    def store(f: Frame, value: Value) -> None:
        for _ in range(depth):
            f = f[1]
        f[slot] = value

    return store


def with_outs(code: Code, outs: list[Callable[[Frame, Value], None]]) -> Code:
    """A call whose behaviour returns its result and the values of its `out` arguments."""

    def run(f: Frame) -> Value:
        result, *values = code(f)
        for store, value in zip(outs, values, strict=True):
            store(f, value)
        return result

    return run
