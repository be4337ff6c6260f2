"""`switch`: labels in order, `default` when none fits, and `goto case`.

Source: C# language specification, 13.8.3 "The switch statement".
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import expressions, iterators, jumps, type_tests
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import Bound, Code, Frame, TypeRef
from gatewright.apim.expressions.bind.loops import breakable, breaks
from gatewright.apim.expressions.bind.scope import Scope
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Value

if TYPE_CHECKING:
    from gatewright.apim.expressions.bind.statements import Function, Step


@dataclass(slots=True)
class Jump:
    """The signal of `goto case`: the number of the section where it leads."""

    section: int = -1


@dataclass(slots=True)
class _Labels:
    """What `goto case` inside a switch needs: its type, its constants by value, its jumps so far.

    Attributes:
        types: the types that labels so far take whole.
        complete: whether no value is left for labels behind.
    """

    value: Bound
    sections: dict[object, int] = field(default_factory=dict)
    jumps: list[tuple[Jump, object, tree.GotoCase]] = field(default_factory=list)
    types: list[Ty] = field(default_factory=list)
    complete: bool = False


_DEFAULT = object()


def switch(b: Binder, scope: Scope, node: tree.Switch, function: Function) -> Step:
    """A whole `switch`."""
    from gatewright.apim.expressions.bind.statements import Step

    outer = scope.inner()
    breakable(outer, function, "break")
    value = expressions.bind_value(b, outer, node.value)
    if value.ty is t.NULL or value.ty.name == "default":
        b.fail(codes.WRONG_TYPE, node.value, "switch needs a value with a type")
    slot = outer.declare("switch", value.ty).slot
    labels = _Labels(Bound(value.ty, lambda f: f[slot], node.value))
    jumped = outer.declare("goto", t.VOID)
    jumped.function, jumped.guards = labels, function.guards
    sections = [_section(b, outer, section, labels, n, function) for n, section in enumerate(node.sections)]
    for jump, key, at in labels.jumps:
        jump.section = labels.sections.get(key, -1)
        if jump.section < 0:
            b.fail(codes.INVALID, at, "the switch has no such label")
    other = labels.sections.get(_DEFAULT)
    choose = _chosen(value.code, slot, [tests for tests, _ in sections], other)
    steps = [step for _, step in sections]
    return Step(_run(choose, steps), not labels.complete or breaks(outer), _generator(choose, steps))


def _chosen(source: Code, slot: int, sections: list[list[Code]], other: int | None) -> Code:
    """The number of the section whose label fits; None where none does."""
    all_ = list(enumerate(sections))

    def choose(f: Frame) -> int | None:
        f[slot] = source(f)
        for number, tests in all_:
            for test in tests:
                if test(f):
                    return number
        return other

    return choose


def _run(choose: Code, steps: list[Step]) -> Code:
    bodies = [step.code for step in steps]

    def run(f: Frame) -> object:
        chosen = choose(f)
        signal = bodies[chosen](f) if chosen is not None else None
        while type(signal) is Jump:
            f[0].tick()
            signal = bodies[signal.section](f)
        return None if signal == "break" else signal

    return run


def _generator(choose: Code, steps: list[Step]) -> iterators.Gen | None:
    if all(step.gen is None for step in steps):
        return None
    bodies = [iterators.of(step) for step in steps]

    def run(f: Frame) -> Generator[Value, None, Any]:
        chosen = choose(f)
        signal = (yield from bodies[chosen](f)) if chosen is not None else None
        while type(signal) is Jump:
            f[0].tick()
            signal = yield from bodies[signal.section](f)
        return None if signal == "break" else signal

    return run


def _section(
    b: Binder, outer: Scope, section: tree.Section, labels: _Labels, number: int, function: Function
) -> tuple[list[Code], Step]:
    from gatewright.apim.expressions.bind.statements import statements

    inner = outer.inner()
    tests = [_case(b, inner, labels, case, number) for case in section.cases]
    step = statements(b, inner, section.body, function)
    if step.passes:
        b.fail(codes.INVALID, section, "the statements of a case end without break or return", "add break;")
    # what the statements of one section declare is known in those behind
    for declared in section.body:
        if isinstance(declared, tree.Declare):
            outer.names.update({name: inner.names[name] for name, _, _ in declared.names})
    return [x for x in tests if x is not None], step


def _case(b: Binder, scope: Scope, labels: _Labels, case: tree.Case, number: int) -> Code | None:
    if case.pattern is None:
        _label(b, labels, _DEFAULT, number, case)
        labels.complete = True
        return None
    held = labels.value
    _handled(b, scope, labels, case)
    fits = type_tests.match_pattern(b, scope, held, case.pattern)
    if case.test is not None:
        condition = b.need(expressions.bind_value(b, scope, case.test), t.BOOL)
        if condition.const is True:
            _takes(b, labels, case.pattern)
        test = condition.code
        return lambda f: fits(f) and test(f)
    _takes(b, labels, case.pattern)
    if isinstance(case.pattern, tree.ConstPattern):
        _label(b, labels, _key(b, scope, labels, case.pattern.value), number, case)
    return fits


def _takes(b: Binder, labels: _Labels, pattern: tree.Pattern) -> None:
    """Notes what no label behind will see."""
    if isinstance(pattern, tree.DeclPattern):
        if isinstance(pattern.type, tree.VarType):
            labels.types.append(t.NULL)
            labels.complete = True
            return
        ty = b.type_of(pattern.type)
        labels.types.append(ty)
        mine = labels.value.ty
        if b.library.is_value(mine) and mine.name != "?" and ty.plain is mine.plain:
            labels.complete = True


def _handled(b: Binder, scope: Scope, labels: _Labels, case: tree.Case) -> None:
    """Refuses a label that one above leaves nothing for."""
    if not labels.types:
        return
    if t.NULL in labels.types:
        b.fail(codes.INVALID, case, "a label above takes every value already")
    pattern = case.pattern
    if isinstance(pattern, tree.ConstPattern):
        operand = expressions.bind(b, scope, pattern.value)
        ty = operand.ty if isinstance(operand, (Bound, TypeRef)) and operand.ty is not t.NULL else None
    elif isinstance(pattern, tree.DeclPattern) and not isinstance(pattern.type, tree.VarType):
        ty = b.type_of(pattern.type)
    else:
        ty = None
    if ty is not None and any(b.library.derives(ty, above) for above in labels.types):
        b.fail(codes.INVALID, case, "a label above takes this value already")


def _label(b: Binder, labels: _Labels, key: object, number: int, node: tree.Node) -> None:
    if key in labels.sections:
        b.fail(codes.INVALID, node, "this label stands twice in the switch")
    labels.sections[key] = number


def _key(b: Binder, scope: Scope, labels: _Labels, node: tree.Expr) -> object:
    """What makes two labels the same: null, or the type and value of a constant."""
    operand = expressions.bind(b, scope, node)
    if not isinstance(operand, Bound) or not (operand.is_const or b.library.is_enum(operand.ty)):
        return node
    held = labels.value.ty
    found = (b.convert(operand, held) if b.library.is_value(held) else None) or operand
    return found.ty, found.code([None, None])


def goto(b: Binder, scope: Scope, node: tree.GotoCase, function: Function) -> Step:
    """`goto case value;` and `goto default;`."""
    from gatewright.apim.expressions.bind.statements import Step

    found = scope.find("goto")
    if found is None or not isinstance(found.function, _Labels):
        b.fail(codes.INVALID, node, "goto case may only stand inside a switch")
    if scope.frame.leaves_function(found.frame):
        b.fail(codes.INVALID, node, "goto case may not leave a function")
    jumps.stay(b, node, function, found.guards)
    jump = Jump()
    key = _DEFAULT if node.value is None else _key(b, scope, found.function, node.value)
    found.function.jumps.append((jump, key, node))
    return Step(lambda f: jump, False)
