"""Statements: closures that give None when they run through, BREAK, CONTINUE, or `(value,)` on return."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import expressions, functions, loops, overloads, switches, tries
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import Bound, Code, Frame, LambdaRef, MethodGroup
from gatewright.apim.expressions.bind.defaults import default_value
from gatewright.apim.expressions.bind.scope import Scope, Variable
from gatewright.apim.expressions.types import Ty

BREAK = "break"
CONTINUE = "continue"


@dataclass(slots=True)
class Function:
    """The function that statements belong to.

    Attributes:
        result: its return type, or None while it is being found out.
        found: the returned values so far.
        unknown: whether a lambda or method is returned, which has no type of its own.
    """

    result: Ty | None
    found: list[Bound] = field(default_factory=list)
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A bound statement: its closure, and whether control can run past it."""

    code: Code
    passes: bool = True


def program(b: Binder, scope: Scope, block: tree.Block) -> Code:
    """The statements of `@{...}`, every path of which returns."""
    return function_body(b, scope, block, t.OBJECT)


def function_body(b: Binder, scope: Scope, block: tree.Block, result: Ty) -> Code:
    """A block as the body of a function.

    Raises:
        Rejected: EXP307 when a path ends without return.
    """
    step = statements(b, scope.inner(), block.body, Function(result))
    if result is t.VOID:
        code = step.code
        return lambda f: code(f) and None
    if step.passes:
        message = "a path through the block ends without return"
        b.fail(codes.NO_RETURN, tree.Node(max(block.at, block.end - 1), block.end), message, "add a return")
    body = step.code
    return lambda f: body(f)[0]


def returned_types(b: Binder, scope: Scope, block: tree.Block) -> Ty | None:
    """The type that a lambda's block returns; `void` for none, None when its returns have no common type."""
    function = Function(None)
    step = statements(b, scope.inner(), block.body, function)
    if function.unknown:
        return None
    if not function.found:
        return t.VOID if step.passes else t.NEVER
    return overloads.common_type(b, [v.ty for v in function.found])


def statements(b: Binder, scope: Scope, body: Sequence[tree.Statement], function: Function) -> Step:
    """Several statements in a row."""
    # local functions may be called above where they stand: their callables are made first
    made: list[Code] = []
    for node in body:
        if isinstance(node, tree.LocalFunction):
            functions.announce(b, scope, node, made)
    steps: list[Code] = []
    passes = True
    for node in body:
        step = statement(b, scope, node, function)
        if passes and not isinstance(node, tree.LocalFunction):
            steps.append(step.code)
            passes = step.passes
    return Step(sequence(made + steps), passes)


def sequence(steps: list[Code]) -> Code:
    """Closures in a row, until one breaks off."""
    match steps:
        case []:
            return lambda f: None
        case [one]:
            return one
        case [one, two]:

            def both(f: Frame) -> object:
                signal = one(f)
                return two(f) if signal is None else signal

            return both
    frozen = tuple(steps)

    def run(f: Frame) -> object:
        for step in frozen:
            signal = step(f)
            if signal is not None:
                return signal
        return None

    return run


def statement(b: Binder, scope: Scope, node: tree.Statement, function: Function) -> Step:
    """One statement."""
    b.spend(node)
    return _BINDERS[type(node)](b, scope, node, function)


# --------------------------------------------------------------------------- simple statements


def _declare(b: Binder, scope: Scope, node: tree.Declare, function: Function) -> Step:
    steps: list[Code] = []
    for name, value, at in node.names:
        where = tree.Node(at, at + len(name))
        steps.append(_variable(b, scope, node, name, value, where))
    return Step(sequence([s for s in steps if s is not None]))


def _variable(
    b: Binder, scope: Scope, node: tree.Declare, name: str, value: tree.Expr | None, where: tree.Node
) -> Code:
    early: Variable | None = None
    if isinstance(node.type, tree.VarType):
        if value is None:
            b.fail(codes.INVALID, where, "var needs a value", "write the type instead of var")
        bound = expressions.bind(b, scope, value)
        if isinstance(bound, (LambdaRef, MethodGroup)):
            b.fail(codes.INVALID, where, "a lambda has no type of its own", "write Func<...> instead of var")
        found = b.value(bound)
        if found.ty.name in ("null", "default") or t.NULL in found.ty.args or found.ty is t.NEVER:
            b.fail(codes.INVALID, where, "null has no type of its own", "write the type instead of var")
        ty = found.ty
    else:
        ty = b.type_of(node.type)
        if value is None:
            if node.constant:
                b.fail(codes.INVALID, where, "a const needs a value")
            expressions.declare(b, scope, name, ty, where)
            b.unassigned = True
            return _initial(b, scope, name, ty)
        if isinstance(value, tree.Lambda):
            # the lambda knows the variable that is to hold it
            b.unassigned = True
            early = expressions.declare(b, scope, name, ty, where)
        found = expressions.bind_to(b, scope, value, ty)
    variable = early or expressions.declare(b, scope, name, ty, where)
    if node.constant:
        if not found.is_const:
            b.fail(codes.INVALID, where, "a const needs a constant value")
        variable.is_constant, variable.constant = True, found.const
    return _store(found.code, variable.slot)


def _store(code: Code, slot: int) -> Code:
    def store(f: Frame) -> None:
        f[slot] = code(f)

    return store


def _initial(b: Binder, scope: Scope, name: str, ty: Ty) -> Code:
    value = default_value(b.library, ty)
    return _store(lambda f: value, scope.names[name].slot)


def _expression(b: Binder, scope: Scope, node: tree.ExprStatement, function: Function) -> Step:
    value = node.value
    operand = expressions.bind(b, scope, value)
    useful = isinstance(value, (tree.Call, tree.Assign, tree.New, tree.CondAccess, tree.ThrowExpr))
    steps = isinstance(value, tree.Unary) and value.op in ("++", "--", "p++", "p--")
    if not useful and not steps:
        b.fail(codes.INVALID, node, "only calls, assignments, ++, -- and new may stand as a statement")
    if not isinstance(operand, Bound):
        b.fail(codes.INVALID, node, "a call needs brackets: ()")
    code = operand.code

    def run(f: Frame) -> None:
        code(f)

    return Step(run)


def _return(b: Binder, scope: Scope, node: tree.Return, function: Function) -> Step:
    if node.value is None:
        if function.result not in (None, t.VOID):
            b.fail(codes.INVALID, node, "return needs a value here")
        return Step(lambda f: (None,), False)
    if function.result is t.VOID:
        b.fail(codes.INVALID, node, "return may not have a value here")
    if function.result is None:
        operand = expressions.bind(b, scope, node.value)
        if isinstance(operand, (LambdaRef, MethodGroup)):
            function.unknown = True
            return Step(lambda f: (None,), False)
        bound = b.value(operand)
        function.found.append(bound)
    else:
        bound = expressions.bind_to(b, scope, node.value, function.result)
    code = bound.code
    return Step(lambda f: (code(f),), False)


def _throw(b: Binder, scope: Scope, node: tree.Throw, function: Function) -> Step:
    if node.value is not None:
        return Step(expressions.thrower(b, expressions.bind_value(b, scope, node.value)), False)
    caught = scope.find("catch")
    if caught is None:
        b.fail(codes.INVALID, node, "throw; may only stand inside catch")
    place = expressions.variable_place(caught.slot, scope.frame.depth_to(caught.frame))

    def rethrow(f: Frame) -> object:
        raise place.load(f, ())

    return Step(rethrow, False)


def _block(b: Binder, scope: Scope, node: tree.Block, function: Function) -> Step:
    return statements(b, scope.inner(), node.body, function)


def _checked(b: Binder, scope: Scope, node: tree.CheckedBlock, function: Function) -> Step:
    with b.within(node.checked):
        return statement(b, scope, node.body, function)


def nested(b: Binder, scope: Scope, node: tree.Statement, function: Function) -> Step:
    """A statement under `if` or a loop, in a scope of its own."""
    if isinstance(node, tree.Declare):
        b.fail(codes.INVALID, node, "a declaration may not stand alone under if or a loop", "put it in { }")
    return statement(b, scope.inner(), node, function)


def _if(b: Binder, scope: Scope, node: tree.If, function: Function) -> Step:
    condition = b.need(expressions.bind_value(b, scope, node.test), t.BOOL)
    test = condition.code
    yes = nested(b, scope, node.yes, function)
    first = yes.code
    if node.no is None:
        passes = yes.passes or condition.const is not True
        return Step(lambda f: first(f) if test(f) else None, passes or not condition.is_const)
    no = nested(b, scope, node.no, function)
    second = no.code
    passes = yes.passes or no.passes
    if condition.is_const:
        passes = yes.passes if condition.const else no.passes
    return Step(lambda f: first(f) if test(f) else second(f), passes)


def _break(b: Binder, scope: Scope, node: tree.Break, function: Function) -> Step:
    if scope.find("break") is None:
        b.fail(codes.INVALID, node, "break may only stand inside a loop or switch")
    scope.find("break").constant = True  # type: ignore[union-attr]
    return Step(lambda f: BREAK, False)


def _continue(b: Binder, scope: Scope, node: tree.Continue, function: Function) -> Step:
    if scope.find("continue") is None:
        b.fail(codes.INVALID, node, "continue may only stand inside a loop")
    return Step(lambda f: CONTINUE, False)


def _empty(b: Binder, scope: Scope, node: tree.Empty, function: Function) -> Step:
    return Step(lambda f: None)


def _function(b: Binder, scope: Scope, node: tree.LocalFunction, function: Function) -> Step:
    local = scope.names[node.name].function
    assert isinstance(local, functions.Local)
    functions.bind(b, local)
    return Step(lambda f: None)


def _lock(b: Binder, scope: Scope, node: tree.Lock, function: Function) -> Step:
    value = expressions.bind_value(b, scope, node.value).code
    body = nested(b, scope, node.body, function)
    inner = body.code
    return Step(sequence([lambda f: value(f) and None, inner]), body.passes)


_BINDERS: dict[type, Callable[[Binder, Scope, Any, Function], Step]] = {
    tree.Declare: _declare,
    tree.ExprStatement: _expression,
    tree.Block: _block,
    tree.If: _if,
    tree.Return: _return,
    tree.Throw: _throw,
    tree.Break: _break,
    tree.Continue: _continue,
    tree.CheckedBlock: _checked,
    tree.Empty: _empty,
    tree.Lock: _lock,
    tree.LocalFunction: _function,
    tree.While: loops.while_,
    tree.For: loops.for_,
    tree.ForEach: loops.foreach,
    tree.Switch: switches.switch,
    tree.GotoCase: switches.goto,
    tree.Try: tries.try_,
    tree.Using: tries.using,
}
