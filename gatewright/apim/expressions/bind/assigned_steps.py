"""Definite assignment through statements: how each passes the state on.

Source: C# language specification, 9.4.4 "Precise rules for determining definite assignment".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gatewright.apim.expressions import tree

if TYPE_CHECKING:
    from gatewright.apim.expressions.bind.assigned import _Flow as Flow

NOWHERE = -1


@dataclass(slots=True)
class Known:
    """A variable by its bit, or a local function with what it needs and sets, once that is known.

    A tuple has a bit for each element, in `parts` by name.
    """

    bit: int = 0
    parts: dict[str, int] = field(default_factory=dict)
    function: tree.LocalFunction | None = None
    needs: int | None = None
    sets: int = 0


@dataclass(slots=True)
class Jumps:
    """The states at `return`, and at `break` and `continue` of the loops around, innermost last.

    `gotos` holds the state that the jumps to each label have in common.
    """

    returned: int = NOWHERE
    gotos: dict[str, int] = field(default_factory=dict)
    breaks: list[int] = field(default_factory=list)
    continues: list[int] = field(default_factory=list)


def _block(flow: Flow, node: tree.Block, state: int) -> int:
    return _row(flow, node.body, state)


def _row(flow: Flow, body: Sequence[tree.Statement], state: int) -> int:
    if not any(isinstance(step, tree.Labeled) for step in body):
        return _pass(flow, body, state)
    # a jump backwards tells a label above what is known there: once more until nothing new is told
    start = flow.bits
    while True:
        before = dict(flow.jumps.gotos)
        flow.bits = start
        end = _pass(flow, body, state)
        if flow.jumps.gotos == before:
            return end


def _pass(flow: Flow, body: Sequence[tree.Statement], state: int) -> int:
    flow.scopes.append({})
    for step in body:
        if isinstance(step, tree.LocalFunction):
            flow.scopes[-1][step.name] = Known(function=step)
    for step in body:
        state = flow.statement(step, state)
    flow.scopes.pop()
    return state


def _goto(flow: Flow, node: tree.Goto, state: int) -> int:
    flow.jumps.gotos[node.label] = flow.jumps.gotos.get(node.label, NOWHERE) & state
    return NOWHERE


def _labeled(flow: Flow, node: tree.Labeled, state: int) -> int:
    return flow.statement(node.body, state & flow.jumps.gotos.get(node.label, NOWHERE))


def _yield(flow: Flow, node: tree.Yield, state: int) -> int:
    return NOWHERE if node.value is None else flow.value(node.value, state)


def _declare(flow: Flow, node: tree.Declare, state: int) -> int:
    for name, value, _ in node.names:
        if value is None:
            flow.declare(name, node.type)
        else:
            # a lambda knows the variable that is to hold it; `goto` may pass by what gives a value
            bit = flow.declare(name)
            state = flow.value(value, state) | bit
    return state


def _function(flow: Flow, node: tree.LocalFunction, state: int) -> int:
    known = flow.find(node.name)
    if known is not None and known.needs is None:
        known.needs = 0
        flow.function(known)
    return state


def _if(flow: Flow, node: tree.If, state: int) -> int:
    yes, no = flow.condition(node.test, state)
    yes = flow.statement(node.yes, yes)
    return yes & (no if node.no is None else flow.statement(node.no, no))


def _loop(flow: Flow, body: Callable[[], int]) -> tuple[int, int]:
    """Runs a loop's body; the states where its next turn begins, and where it was broken off."""
    flow.jumps.breaks.append(NOWHERE)
    flow.jumps.continues.append(NOWHERE)
    end = body()
    return end & flow.jumps.continues.pop(), flow.jumps.breaks.pop()


def _while(flow: Flow, node: tree.While, state: int) -> int:
    flow.scopes.append({})
    if node.first:
        end, broken = _loop(flow, lambda: flow.statement(node.body, state))
        no = flow.condition(node.test, end)[1]
    else:
        yes, no = flow.condition(node.test, state)
        _, broken = _loop(flow, lambda: flow.statement(node.body, yes))
    flow.scopes.pop()
    return no & broken


def _for(flow: Flow, node: tree.For, state: int) -> int:
    flow.scopes.append({})
    for step in node.init:
        state = flow.statement(step, state)
    yes, no = flow.condition(node.test, state) if node.test is not None else (state, NOWHERE)
    end, broken = _loop(flow, lambda: flow.statement(node.body, yes))
    flow.all(node.update, end)
    flow.scopes.pop()
    return no & broken


def _foreach(flow: Flow, node: tree.ForEach, state: int) -> int:
    state = flow.value(node.values, state)
    flow.scopes.append({})
    _loop(flow, lambda: flow.statement(node.body, state))
    flow.scopes.pop()
    return state


def _switch(flow: Flow, node: tree.Switch, state: int) -> int:
    state = flow.value(node.value, state)
    flow.jumps.breaks.append(NOWHERE)
    end = NOWHERE
    default = False
    flow.scopes.append({})
    for section in node.sections:
        start = NOWHERE
        for case in section.cases:
            default = default or _takes_all(case)
            here = state | (flow.pattern(case.pattern) if case.pattern is not None else 0)
            start &= here if case.test is None else flow.condition(case.test, here)[0]
        end &= _sections(flow, section, start)
    flow.scopes.pop()
    broken = flow.jumps.breaks.pop()
    return end & broken & (NOWHERE if default else state)


def _takes_all(case: tree.Case) -> bool:
    """Whether a label leaves nothing for those behind: `default`, or `case var x`."""
    whole = isinstance(case.pattern, tree.DeclPattern) and isinstance(case.pattern.type, tree.VarType)
    return case.pattern is None or (whole and case.test is None)


def _sections(flow: Flow, section: tree.Section, state: int) -> int:
    """The statements of a section: what they declare is known in the whole switch."""
    for step in section.body:
        if isinstance(step, tree.LocalFunction):
            flow.scopes[-1][step.name] = Known(function=step)
    for step in section.body:
        state = flow.statement(step, state)
    return state


def _try(flow: Flow, node: tree.Try, state: int) -> int:
    before = flow.jumps.returned
    end = flow.statement(node.body, state)
    for clause in node.catches:
        flow.scopes.append({})
        start = state if clause.test is None else flow.condition(clause.test, state)[0]
        end &= flow.statement(clause.body, start)
        flow.scopes.pop()
    if node.last is None:
        return end
    last = flow.statement(node.last, state)
    if flow.jumps.returned != before:
        flow.jumps.returned = before & (flow.jumps.returned | last)
    return end | last


def _using(flow: Flow, node: tree.Using, state: int) -> int:
    flow.scopes.append({})
    if isinstance(node.resource, tree.Declare):
        state = flow.statement(node.resource, state)
    else:
        state = flow.value(node.resource, state)
    state = flow.statement(node.body, state)
    flow.scopes.pop()
    return state


def _return(flow: Flow, node: tree.Return, state: int) -> int:
    if node.value is not None:
        state = flow.value(node.value, state)
    flow.jumps.returned &= state
    return NOWHERE


def _throw(flow: Flow, node: tree.Throw, state: int) -> int:
    if node.value is not None:
        flow.value(node.value, state)
    return NOWHERE


def _break(flow: Flow, node: tree.Break, state: int) -> int:
    flow.jumps.breaks[-1] &= state
    return NOWHERE


def _continue(flow: Flow, node: tree.Continue, state: int) -> int:
    flow.jumps.continues[-1] &= state
    return NOWHERE


STATEMENTS: dict[type, Callable[[Flow, Any, int], int]] = {
    tree.Block: _block,
    tree.CheckedBlock: lambda flow, node, state: flow.statement(node.body, state),
    tree.Declare: _declare,
    tree.ExprStatement: lambda flow, node, state: flow.value(node.value, state),
    tree.If: _if,
    tree.While: _while,
    tree.For: _for,
    tree.ForEach: _foreach,
    tree.Switch: _switch,
    tree.Try: _try,
    tree.Using: _using,
    tree.Lock: lambda flow, node, state: flow.statement(node.body, flow.value(node.value, state)),
    tree.Return: _return,
    tree.Throw: _throw,
    tree.Break: _break,
    tree.Continue: _continue,
    tree.Goto: _goto,
    tree.Labeled: _labeled,
    tree.Yield: _yield,
    tree.GotoCase: lambda flow, node, state: NOWHERE,
    tree.LocalFunction: _function,
    tree.Empty: lambda flow, node, state: state,
}
