"""Loops. A loop body that makes lambdas gets a fresh frame for each turn, as C# has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import expressions, iterators, walk
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import Bound, Code, Frame
from gatewright.apim.expressions.bind.conversions import PAIRS, as_pairs, same
from gatewright.apim.expressions.bind.scope import FIRST_SLOT, Scope
from gatewright.apim.expressions.faults import null_reference
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Value

if TYPE_CHECKING:
    from gatewright.apim.expressions.bind.statements import Function, Step


def breakable(scope: Scope, function: Function, *names: str) -> None:
    """Marks a scope as one that `break` or `continue` may leave."""
    for name in names:
        scope.declare(name, t.VOID).guards = function.guards


def breaks(scope: Scope) -> bool:
    """Whether a `break` leaves a scope."""
    return scope.names["break"].constant is True


def fresh(step: Step, scope: Scope, outer: Scope) -> Step:
    """Runs a body in a frame of its own where its scope asks for one."""
    frame = scope.frame
    if frame is outer.frame:
        return step
    code = step.code

    def make(f: Frame) -> Frame:
        return [f[0], f, *[None] * (frame.size - FIRST_SLOT)]

    return replace(step, code=lambda f: code(make(f)), gen=iterators.fresh(step.gen, make))


def while_(b: Binder, scope: Scope, node: tree.While, function: Function) -> Step:
    """`while` and `do`."""
    from gatewright.apim.expressions.bind.statements import Step, nested

    outer = scope.inner()
    breakable(outer, function, "break", "continue")
    condition = b.need(expressions.bind_value(b, outer, node.test), t.BOOL)
    inner = outer.framed() if walk.makes_lambdas(node.body) else outer.inner()
    inside = fresh(nested(b, inner, node.body, function), inner, outer)
    body, test, first = inside.code, condition.code, node.first

    def run(f: Frame) -> object:
        budget = f[0]
        skip = first
        while skip or test(f):
            skip = False
            budget.left -= 1
            if budget.left < 0:
                budget.refill()
            signal = body(f)
            if signal is not None and signal != "continue":
                return None if signal == "break" else signal
        return None

    gen = iterators.loop(test, inside.gen, None, first)
    return Step(run, condition.const is not True or breaks(outer), gen)


def for_(b: Binder, scope: Scope, node: tree.For, function: Function) -> Step:
    """`for`."""
    from gatewright.apim.expressions.bind.statements import Step, nested, sequence, statement

    # goto may run the loop several times, and each time its variables are new
    outer = scope.framed() if function.labels and walk.makes_lambdas(node) else scope.inner()
    start = sequence([statement(b, outer, s, function).code for s in node.init])
    breakable(outer, function, "break", "continue")
    condition: Bound | None = None
    if node.test is not None:
        condition = b.need(expressions.bind_value(b, outer, node.test), t.BOOL)
    updates = [_update(expressions.bind_value_or_void(b, outer, u)) for u in node.update]
    update = sequence(updates)
    inner = outer.framed() if walk.makes_lambdas(node.body) else outer.inner()
    inside = fresh(nested(b, inner, node.body, function), inner, outer)
    body = inside.code
    test: Code = condition.code if condition is not None else (lambda f: True)

    def run(f: Frame) -> object:
        budget = f[0]
        start(f)
        while test(f):
            budget.left -= 1
            if budget.left < 0:
                budget.refill()
            signal = body(f)
            if signal is not None and signal != "continue":
                return None if signal == "break" else signal
            update(f)
        return None

    endless = condition is None or condition.const is True
    gen = iterators.after(start, iterators.loop(test, inside.gen, update))
    return fresh(Step(run, not endless or breaks(outer), gen), outer, scope)


def _update(value: Bound) -> Code:
    code = value.code

    def run(f: Frame) -> None:
        code(f)

    return run


def element_type(b: Binder, ty: Ty) -> Ty | None:
    """The element type that `foreach` sees in a type, or None when it has none."""
    if ty.name.startswith("["):
        return ty.args[0]
    for base in b.library.bases(ty):
        if base.name == "IEnumerable" and base.args:
            return base.args[0]
    if any(base.name == "IEnumerable" for base in b.library.bases(ty)):
        return t.OBJECT
    return None


def foreach(b: Binder, scope: Scope, node: tree.ForEach, function: Function) -> Step:
    """`foreach`."""
    from gatewright.apim.expressions.bind.statements import Step, nested

    values = expressions.bind_value(b, scope, node.values)
    found = element_type(b, values.ty)
    if found is None:
        b.fail(codes.WRONG_TYPE, node.values, f"foreach cannot go through {values.ty.show()}")
    outer = scope.inner()
    breakable(outer, function, "break", "continue")
    inner = outer.framed() if walk.makes_lambdas(node.body) else outer.inner()
    ty = found if isinstance(node.type, tree.VarType) else b.type_of(node.type)
    convert = same if ty is found else b.conversions.explicit(found, ty)
    if convert is None:
        b.fail(codes.WRONG_TYPE, node, f"{found.show()} cannot become {ty.show()}")
    name_at = tree.Node(node.at, node.end)
    held = expressions.declare(b, inner, node.name, ty, name_at)
    held.writable = False
    slot = held.slot
    inside = nested(b, inner, node.body, function)
    body = inside.code
    source, step, frame = values.code, convert, inner.frame
    if found is PAIRS.args[0]:
        object_, source = source, lambda f: as_pairs(object_(f))
    own = frame is not outer.frame
    boxed = found is t.OBJECT and not any(
        x.name == "IEnumerable" and x.args for x in b.library.bases(values.ty)
    )

    def turns(f: Frame) -> Iterator[Frame]:
        budget = f[0]
        items = source(f)
        if items is None:
            raise null_reference()
        for item in _boxed(items) if boxed else items:
            budget.left -= 1
            if budget.left < 0:
                budget.refill()
            g = [budget, f, *[None] * (frame.size - FIRST_SLOT)] if own else f
            g[slot] = item if step is same else step(item)
            yield g

    def run(f: Frame) -> object:
        for g in turns(f):
            signal = body(g)
            if signal is not None and signal != "continue":
                return None if signal == "break" else signal
        return None

    return Step(run, True, iterators.each(turns, inside.gen))


def _boxed(items: Value) -> Value:
    from gatewright.apim.expressions.values import boxed_items

    return boxed_items(items)
