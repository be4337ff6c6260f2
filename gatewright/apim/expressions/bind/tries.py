"""`try`, `catch`, `finally` and `using`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import expressions, iterators
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import Code, Frame
from gatewright.apim.expressions.bind.scope import Scope
from gatewright.apim.expressions.faults import NetError, is_kind
from gatewright.apim.expressions.values import Value

if TYPE_CHECKING:
    from gatewright.apim.expressions.bind.statements import Function, Step


def try_(b: Binder, scope: Scope, node: tree.Try, function: Function) -> Step:
    """`try { } catch (T e) when (x) { } finally { }`."""
    from gatewright.apim.expressions.bind.statements import Step, statement

    function.catching += bool(node.catches)
    body = statement(b, scope, node.body, function)
    handlers: list[tuple[str, int, Code | None, Code]] = []
    passes = body.passes
    for clause in node.catches:
        kind, slot, test, step = _catch(b, scope, clause, function)
        if any(before is None and is_kind(kind, caught) for caught, _, before, _ in handlers):
            b.fail(codes.INVALID, clause, "a catch above takes this exception already")
        handlers.append((kind, slot, test, step.code))
        passes = passes or step.passes
    function.catching -= bool(node.catches)
    whole = Step(body.code if not handlers else _guarded(body.code, handlers), passes, body.gen)
    if node.last is None:
        return whole
    function.guards += 1
    last = statement(b, scope, node.last, function)
    function.guards -= 1
    gen = iterators.guarded(whole, last.code)
    return Step(_finally(whole.code, last.code), passes and last.passes, gen)


def behind(start: Code, step: Step) -> Step:
    """A statement behind something that runs first."""
    from gatewright.apim.expressions.bind.statements import Step, sequence

    return Step(sequence([start, step.code]), step.passes, iterators.after(start, step.gen))


def _catch(
    b: Binder, scope: Scope, clause: tree.Catch, function: Function
) -> tuple[str, int, Code | None, Step]:
    from gatewright.apim.expressions.bind.statements import statement

    inner = scope.inner()
    ty = b.type_of(clause.type) if clause.type is not None else t.EXCEPTION
    if t.EXCEPTION not in b.library.bases(ty):
        b.fail(codes.WRONG_TYPE, clause, f"{ty.show()} is no exception")
    held = inner.declare("catch", ty)
    held.guards = function.guards
    if clause.name is not None:
        named = expressions.declare(b, inner, clause.name, ty, clause)
        inner.names[clause.name].slot = held.slot
        named.slot = held.slot
    test = None
    if clause.test is not None:
        test = b.need(expressions.bind_value(b, inner, clause.test), t.BOOL).code
    return ty.name, held.slot, test, statement(b, inner, clause.body, function)


def _guarded(body: Code, handlers: list[tuple[str, int, Code | None, Code]]) -> Code:
    def run(f: Frame) -> object:
        catchers = f[0].catchers
        here = (f, handlers)
        catchers.append(here)
        try:
            signal = body(f)
        except NetError as fault:
            landing: Value = fault.landing or _landing(here, fault)
            catchers.pop()
            if landing is None or landing[0] is not here:
                raise
            fault.landing = None
            slot, code = landing[1]
            f[slot] = fault
            return code(f)
        catchers.pop()
        return signal

    return run


def _landing(catcher: Value, fault: NetError) -> Value:
    f, handlers = catcher
    for kind, slot, test, code in handlers:
        if is_kind(fault.kind, kind):
            f[slot] = fault
            if test is None or _holds(test, f):
                return catcher, (slot, code)
    return None


def settle(f: Frame, fault: NetError) -> None:
    """Finds the `catch` of an exception before a `finally` runs: filters see what it has not yet changed."""
    if fault.landing is None:
        found = (_landing(catcher, fault) for catcher in reversed(f[0].catchers))
        fault.landing = next((x for x in found if x is not None), (None, None))


def _holds(test: Code, f: Frame) -> bool:
    try:
        return bool(test(f))
    except NetError:
        return False  # an exception inside a filter counts as false


def _finally(body: Code, last: Code) -> Code:
    def run(f: Frame) -> object:
        try:
            signal = body(f)
        except NetError as fault:
            settle(f, fault)
            last(f)
            raise
        last(f)
        return signal

    return run


def _unheeded(value: Code) -> Code:
    """An expression as a statement: it runs, and gives no signal."""

    def run(f: Frame) -> None:
        value(f)

    return run


def using(b: Binder, scope: Scope, node: tree.Using, function: Function) -> Step:
    """`using (var x = ...) body`: the objects of the library hold nothing that needs closing."""
    from gatewright.apim.expressions.bind.statements import nested, statement

    inner = scope.inner()
    if isinstance(node.resource, tree.Declare):
        start = statement(b, inner, node.resource, function).code
        types = [inner.names[name].ty for name, _, _ in node.resource.names]
        for name, _, _ in node.resource.names:
            inner.names[name].writable = False
    else:
        held = expressions.bind_value(b, inner, node.resource)
        start, types = _unheeded(held.code), [held.ty]
    for ty in types:
        if b.library.is_value(ty) or ty is t.STRING:
            b.fail(codes.WRONG_TYPE, node, f"{ty.show()} holds nothing that using could give back")
    return behind(start, nested(b, inner, node.body, function))
