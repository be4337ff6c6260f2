"""Statements: closures that give None when they run through, BREAK, CONTINUE, or `(value,)` on return."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import (
    declarations,
    expressions,
    functions,
    inference,
    iterators,
    jumps,
    loops,
    references,
    switches,
    tries,
    walk,
)
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import Bound, Code, Frame, LambdaRef, MethodGroup
from gatewright.apim.expressions.bind.scope import Label, Scope
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
        by_ref: whether a variable is returned, not its value.
        element: what an iterator yields; None for any other function.
        guards: how many `finally` stand around the statement at hand.
        catching: how many `try` with a `catch`, or `catch`, stand around it.
        labels: whether the function has labels.
    """

    result: Ty | None
    found: list[Bound] = field(default_factory=list)
    unknown: bool = False
    by_ref: bool = False
    element: Ty | None = None
    guards: int = 0
    catching: int = 0
    labels: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A bound statement: its closure, whether control can run past it, and its generator where it yields."""

    code: Code
    passes: bool = True
    gen: iterators.Gen | None = None


def program(b: Binder, scope: Scope, block: tree.Block) -> Code:
    """The statements of `@{...}`, every path of which returns."""
    return function_body(b, scope, block, t.OBJECT)


def function_body(
    b: Binder, scope: Scope, block: tree.Block, result: Ty, element: Ty | None = None, by_ref: bool = False
) -> Code:
    """A block as the body of a function, perhaps of an iterator, or of one that returns a variable.

    Raises:
        Rejected: EXP307 when a path ends without return.
    """
    step = statements(b, scope.inner(), block.body, Function(result, element=element, by_ref=by_ref))
    if element is not None:
        return iterators.sequence(result, iterators.of(step))
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
    return inference.common_type(b, [v.ty for v in function.found])


def statements(b: Binder, scope: Scope, body: Sequence[tree.Statement], function: Function) -> Step:
    """Several statements in a row."""
    # local functions may be called above where they stand: their callables are made first
    made: list[Code] = []
    for node in body:
        if isinstance(node, tree.LocalFunction):
            functions.announce(b, scope, node, made)
    targets: set[str] = set()
    if any(isinstance(node, tree.Labeled) for node in body):
        function.labels = True
        jumps.announce(b, scope, body, function)
        targets = walk.jump_targets(tuple(body))
    steps: list[Step] = []
    places: dict[Label, int] = {}
    passes = True
    for node in body:
        passes = passes or not targets.isdisjoint(_labels(node))
        for name in _labels(node):
            places[scope.labels[name]] = len(steps)
        step = statement(b, scope, node, function)
        if passes and not isinstance(node, tree.LocalFunction):
            steps.append(step)
            passes = step.passes
    # binding the statements made more callables
    places = {label: at + len(made) for label, at in places.items()}
    all_ = [*map(Step, made), *steps]
    gen = iterators.row(all_, places)
    plain = [step.code for step in all_]
    return Step(jumps.row(plain, places) if places else sequence(plain), passes, gen)


def _labels(node: tree.Statement) -> list[str]:
    names: list[str] = []
    while isinstance(node, tree.Labeled):
        names.append(node.label)
        node = node.body
    return names


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
    jumps.stay(b, node, function)
    if function.element is not None:
        b.fail(codes.INVALID, node, "an iterator gives its values by yield return, and ends with yield break")
    if function.by_ref and function.result is not None:
        target = references.returned(b, scope, node, function.result)
        return Step(lambda f: (target(f),), False)
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
    if caught is None or caught.guards != function.guards or scope.frame.leaves_function(caught.frame):
        b.fail(codes.INVALID, node, "throw; may only stand inside catch, and in no finally within")
    place = expressions.variable_place(caught.slot, scope.frame.depth_to(caught.frame))

    def rethrow(f: Frame) -> object:
        raise place.load(f, ())

    return Step(rethrow, False)


def _block(b: Binder, scope: Scope, node: tree.Block, function: Function) -> Step:
    if not (function.labels and walk.makes_lambdas(node)):
        return statements(b, scope.inner(), node.body, function)
    # goto may run a block several times, and each time its variables are new
    inner = scope.framed()
    return loops.fresh(statements(b, inner, node.body, function), inner, scope)


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
        gen = iterators.branch(test, yes, None)
        return Step(lambda f: first(f) if test(f) else None, passes or not condition.is_const, gen)
    no = nested(b, scope, node.no, function)
    second = no.code
    passes = yes.passes or no.passes
    if condition.is_const:
        passes = yes.passes if condition.const else no.passes
    return Step(lambda f: first(f) if test(f) else second(f), passes, iterators.branch(test, yes, no))


def _break(b: Binder, scope: Scope, node: tree.Break, function: Function) -> Step:
    jumps.target(b, scope, node, "break", function).constant = True
    return Step(lambda f: BREAK, False)


def _continue(b: Binder, scope: Scope, node: tree.Continue, function: Function) -> Step:
    jumps.target(b, scope, node, "continue", function)
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
    return tries.behind(lambda f: value(f) and None, body)


_BINDERS: dict[type, Callable[[Binder, Scope, Any, Function], Step]] = {
    tree.Declare: declarations.declare,
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
    tree.Goto: jumps.goto,
    tree.Labeled: jumps.labeled,
    tree.Yield: iterators.yield_,
    tree.Try: tries.try_,
    tree.Using: tries.using,
}
