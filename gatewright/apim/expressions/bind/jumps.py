"""Where control may go: labels and `goto`, and what `finally` and functions hold back.

Source: C# language specification, 13.5 "Labeled statements", 13.10 "Jump statements".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import Code, Frame
from gatewright.apim.expressions.bind.scope import Label, Scope, Variable

if TYPE_CHECKING:
    from gatewright.apim.expressions.bind.statements import Function, Step


def announce(b: Binder, scope: Scope, body: Sequence[tree.Statement], function: Function) -> None:
    """Makes the labels of a block known."""
    for node in body:
        while isinstance(node, tree.Labeled):
            if scope.find_label(node.label) is not None:
                b.fail(codes.INVALID, node, f"the label {node.label} stands twice")
            scope.labels[node.label] = Label(scope.frame, function.guards)
            node = node.body


def goto(b: Binder, scope: Scope, node: tree.Goto, function: Function) -> Step:
    """`goto label;`."""
    from gatewright.apim.expressions.bind.statements import Step

    label = scope.find_label(node.label)
    if label is None or scope.frame.leaves_function(label.frame):
        b.fail(codes.INVALID, node, f"no label {node.label} can be reached from here")
    stay(b, node, function, label.guards)
    b.unassigned = True
    return Step(lambda f: label, False)


def labeled(b: Binder, scope: Scope, node: tree.Labeled, function: Function) -> Step:
    """`label: statement`."""
    from gatewright.apim.expressions.bind.statements import statement

    return statement(b, scope, node.body, function)


def stay(b: Binder, node: tree.Node, function: Function, guards: int = 0) -> None:
    """Refuses a jump that would leave a `finally`."""
    if function.guards > guards:
        b.fail(codes.INVALID, node, "nothing may leave a finally before its end")


def target(b: Binder, scope: Scope, node: tree.Node, name: str, function: Function) -> Variable:
    """The loop or switch that `break` or `continue` belongs to."""
    found = scope.find(name)
    if found is None or scope.frame.leaves_function(found.frame):
        where = "a loop or switch" if name == "break" else "a loop"
        b.fail(codes.INVALID, node, f"{name} may only stand inside {where}")
    stay(b, node, function, found.guards)
    return found


def row(steps: list[Code], places: dict[Label, int]) -> Code:
    """Closures in a row, among which `goto` may lead to some."""

    def run(f: Frame) -> object:
        at: int | None = 0
        signal: object = None
        while at is not None and at < len(steps):
            signal = steps[at](f)
            at = at + 1 if signal is None else follow(f, signal, places)
        return signal

    return run


def follow(f: Frame, signal: object, places: dict[Label, int]) -> int | None:
    """Which statement of a row is next after a signal; None when the signal leaves the row."""
    if type(signal) is not Label or signal not in places:
        return None
    f[0].tick()
    return places[signal]
