"""`switch`: labels in order, `default` when none fits, and `goto case`.

Source: C# language specification, 13.8.3 "The switch statement".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import expressions, type_tests
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import Bound, Code, Frame
from gatewright.apim.expressions.bind.loops import breakable, breaks
from gatewright.apim.expressions.bind.scope import Scope

if TYPE_CHECKING:
    from gatewright.apim.expressions.bind.statements import Function, Step


@dataclass(slots=True)
class Jump:
    """The signal of `goto case`: the number of the section where it leads."""

    section: int = -1


@dataclass(slots=True)
class _Labels:
    """What `goto case` inside a switch needs: its type, its constants by value, its jumps so far."""

    value: Bound
    sections: dict[object, int] = field(default_factory=dict)
    jumps: list[tuple[Jump, object, tree.GotoCase]] = field(default_factory=list)


_DEFAULT = object()


def switch(b: Binder, scope: Scope, node: tree.Switch, function: Function) -> Step:
    """A whole `switch`."""
    from gatewright.apim.expressions.bind.statements import Step

    outer = scope.inner()
    breakable(outer, "break")
    value = expressions.bind_value(b, outer, node.value)
    if value.ty is t.NULL or value.ty.name == "default":
        b.fail(codes.WRONG_TYPE, node.value, "switch needs a value with a type")
    slot = outer.declare("switch", value.ty).slot
    labels = _Labels(Bound(value.ty, lambda f: f[slot], node.value))
    outer.declare("goto", t.VOID).function = labels
    sections = [_section(b, outer, section, labels, n, function) for n, section in enumerate(node.sections)]
    for jump, key, at in labels.jumps:
        jump.section = labels.sections.get(key, -1)
        if jump.section < 0:
            b.fail(codes.INVALID, at, "the switch has no such label")
    other = labels.sections.get(_DEFAULT)
    code = _run(value.code, slot, sections, other)
    return Step(code, other is None or breaks(outer))


def _run(source: Code, slot: int, sections: list[tuple[list[Code], Code]], default: int | None) -> Code:
    bodies = [body for _, body in sections]
    other = None if default is None else bodies[default]

    def run(f: Frame) -> object:
        f[slot] = source(f)
        chosen = other
        for tests, body in sections:
            if any(test(f) for test in tests):
                chosen = body
                break
        signal = chosen(f) if chosen is not None else None
        while type(signal) is Jump:
            f[0].tick()
            signal = bodies[signal.section](f)
        return None if signal == "break" else signal

    return run


def _section(
    b: Binder, outer: Scope, section: tree.Section, labels: _Labels, number: int, function: Function
) -> tuple[list[Code], Code]:
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
    return [x for x in tests if x is not None], step.code


def _case(b: Binder, scope: Scope, labels: _Labels, case: tree.Case, number: int) -> Code | None:
    if case.pattern is None:
        _label(b, labels, _DEFAULT, number, case)
        return None
    held = labels.value
    fits = type_tests.match_pattern(b, scope, held, case.pattern)
    if case.test is not None:
        test = b.need(expressions.bind_value(b, scope, case.test), t.BOOL).code
        return lambda f: fits(f) and test(f)
    if isinstance(case.pattern, tree.ConstPattern):
        _label(b, labels, _key(b, scope, case.pattern.value), number, case)
    return fits


def _label(b: Binder, labels: _Labels, key: object, number: int, node: tree.Node) -> None:
    if key in labels.sections:
        b.fail(codes.INVALID, node, "this label stands twice in the switch")
    labels.sections[key] = number


def _key(b: Binder, scope: Scope, node: tree.Expr) -> object:
    """What makes two labels the same: null, or the type and value of a constant."""
    operand = expressions.bind(b, scope, node)
    if not isinstance(operand, Bound) or not (operand.is_const or b.library.is_enum(operand.ty)):
        return node
    value = operand.code([None, None])
    return type(value).__name__, value


def goto(b: Binder, scope: Scope, node: tree.GotoCase, function: Function) -> Step:
    """`goto case value;` and `goto default;`."""
    from gatewright.apim.expressions.bind.statements import Step

    found = scope.find("goto")
    if found is None or not isinstance(found.function, _Labels):
        b.fail(codes.INVALID, node, "goto case may only stand inside a switch")
    jump = Jump()
    key = _DEFAULT if node.value is None else _key(b, scope, node.value)
    found.function.jumps.append((jump, key, node))
    return Step(lambda f: jump, False)
