"""References: `ref` locals, `ref` results, and arguments of local functions that are passed by reference.

A reference is a `Ref`: a place and what it was evaluated to. A variable that is one holds it in its slot.

Source: C# language specification, 9.7 "Reference variables and returns", 13.6.2.4 "Ref local variable
declarations".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import MISSING, Bound, Code, Frame, Place
from gatewright.apim.expressions.bind.scope import Scope, Variable
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Value

if TYPE_CHECKING:
    from gatewright.apim.expressions.bind.overloads import Arg
    from gatewright.apim.expressions.bind.statements import Step
    from gatewright.apim.expressions.signature import Param


class Ref:
    """A variable that is known by where it is."""

    __slots__ = ("frame", "place", "where")

    def __init__(self, place: Place, frame: Frame) -> None:
        self.place = place
        self.frame = frame
        self.where = place.at(frame)

    def get(self) -> Value:
        """Its value."""
        return self.place.load(self.frame, self.where)

    def set(self, value: Value) -> None:
        """Gives it a value."""
        if self.place.save is not None:
            self.place.save(self.frame, self.where, value)


def _load(f: Frame, where: tuple[Value, ...]) -> Value:
    return where[0].get()


def _save(f: Frame, where: tuple[Value, ...], value: Value) -> None:
    where[0].set(value)


def value_of(code: Code, ty: Ty, node: tree.Node, writable: bool = True) -> Bound:
    """What code that gives a `Ref` stands for: its value, which may be assigned."""
    place = Place(lambda f: (code(f),), _load, _save if writable else None, variable=True)
    return Bound(ty, lambda f: code(f).get(), node, MISSING, place)


def variable(b: Binder, scope: Scope, found: Variable, node: tree.Node) -> Bound:
    """A variable that is a reference.

    Raises:
        Rejected: EXP310 inside a function other than its own.
    """
    if scope.frame.leaves_function(found.frame):
        b.fail(codes.INVALID, node, f"{found.name} is a reference, which no function within may use")
    return value_of(_slot(scope, found), found.ty, node, found.writable)


def _slot(scope: Scope, found: Variable) -> Code:
    slot, depth = found.slot, scope.frame.depth_to(found.frame)

    def load(f: Frame) -> Value:
        for _ in range(depth):
            f = f[1]
        return f[slot]

    return load


# --------------------------------------------------------------------------- making references


def target(
    b: Binder, scope: Scope, node: tree.Expr, ty: Ty | None, lasting: bool = False, writes: bool = True
) -> tuple[Code, Ty]:
    """Code that gives a `Ref` to what stands behind `ref`, and its type.

    Args:
        b: what binding shares.
        scope: where it stands.
        node: what stands behind `ref`.
        ty: the type it has to be; None for any.
        lasting: whether it has to be there when the function at hand is left.
        writes: whether it has to be a variable that may be assigned.

    Raises:
        Rejected: EXP310 for what is no variable, EXP305 for one of another type.
    """
    from gatewright.apim.expressions.bind import expressions

    while isinstance(node, tree.Paren):
        node = node.value
    if (
        isinstance(node, tree.Ternary)
        and isinstance(node.yes, tree.RefTo)
        and isinstance(node.no, tree.RefTo)
    ):
        test = b.need(expressions.bind_value(b, scope, node.test), t.BOOL).code
        one, of = target(b, scope, node.yes.value, ty, lasting, writes)
        two, _ = target(b, scope, node.no.value, of, lasting, writes)
        return (lambda f: one(f) if test(f) else two(f)), of
    bound = expressions.bind_value(b, scope, node)
    place = bound.place
    if place is None or not place.variable or (writes and place.save is None):
        b.fail(codes.INVALID, node, "a variable that may be assigned should stand behind ref")
    if ty is not None and bound.ty.plain is not ty.plain:
        b.fail(codes.WRONG_TYPE, node, f"a reference to {ty.show()} cannot stand for {bound.ty.show()}")
    if lasting:
        _outlives(b, scope, node)
    found = place
    return (lambda f: Ref(found, f)), bound.ty


def _outlives(b: Binder, scope: Scope, node: tree.Expr) -> None:
    while isinstance(node, (tree.Paren, tree.Member)):
        node = node.value if isinstance(node, tree.Paren) else node.target
    if isinstance(node, tree.Name):
        found = scope.find(node.name)
        if found is not None and not found.ref:
            b.fail(codes.INVALID, node, f"{node.name} ends with its function and cannot be returned")


def returned(b: Binder, scope: Scope, node: tree.Return, ty: Ty) -> Code:
    """`return ref value;` of a function that returns a variable."""
    return result(b, scope, node.value, ty, node)


def result(b: Binder, scope: Scope, value: tree.Expr | None, ty: Ty, node: tree.Node) -> Code:
    """What such a function returns."""
    if not isinstance(value, tree.RefTo):
        b.fail(codes.INVALID, node, "this function returns a variable", "write ref in front of it")
    return target(b, scope, value.value, ty, lasting=True, writes=False)[0]


def declare(b: Binder, scope: Scope, node: tree.Declare, kind: tree.RefOf) -> Step:
    """`ref T name = ref value;`."""
    from gatewright.apim.expressions.bind import expressions
    from gatewright.apim.expressions.bind.statements import Step, sequence

    steps: list[Code] = []
    wanted = None if isinstance(kind.element, tree.VarType) else b.type_of(kind.element)
    for name, value, at in node.names:
        where = tree.Node(at, at + len(name))
        if not isinstance(value, tree.RefTo):
            b.fail(codes.INVALID, where, f"{name} has to stand for a variable", "write = ref variable")
        code, ty = target(b, scope, value.value, wanted, writes=not kind.fixed)
        held = expressions.declare(b, scope, name, ty, where)
        held.ref, held.writable = True, not kind.fixed
        steps.append(_stored(code, held.slot))
    return Step(sequence(steps))


def _stored(code: Code, slot: int) -> Code:
    def store(f: Frame) -> None:
        f[slot] = code(f)

    return store


def point(b: Binder, scope: Scope, node: tree.Assign, value: tree.RefTo) -> Bound:
    """`name = ref other`: the name stands for another variable from here on."""
    found = scope.find(node.left.name) if isinstance(node.left, tree.Name) else None
    if found is None or not found.ref or node.op:
        b.fail(codes.INVALID, node, "only a ref local can be made to stand for another variable")
    bound = variable(b, scope, found, node)
    code, _ = target(b, scope, value.value, found.ty, writes=found.writable)
    slot, depth = found.slot, scope.frame.depth_to(found.frame)

    def store(f: Frame) -> Value:
        made = code(f)
        g = f
        for _ in range(depth):
            g = g[1]
        g[slot] = made
        return made.get()

    return Bound(found.ty, store, node, MISSING, bound.place)


# --------------------------------------------------------------------------- arguments


_KEPT = Place(lambda f: (), lambda f, where: f[0], lambda f, where, value: f.__setitem__(0, value), True)


def argument(b: Binder, scope: Scope, arg: Arg, param: Param, ty: Ty) -> Code:
    """Code that gives the `Ref` which a local function gets for a `ref`, `out` or `in` parameter."""
    from gatewright.apim.expressions.bind import passing

    node = arg.node
    if node.declares is not None and isinstance(node.value, tree.Name) and node.value.name != "_":
        if isinstance(node.declares, tree.VarType):
            passing.out_variable(b, scope, node.value, ty)
        return target(b, scope, node.value, ty)[0]
    operand = arg.operand
    if isinstance(operand, Bound) and operand.ty is t.NEVER:
        return lambda f: Ref(_KEPT, [None])
    place = operand.place if isinstance(operand, Bound) else None
    same = isinstance(operand, Bound) and operand.ty.plain is ty.plain
    if place is not None and place.variable and same and (place.save is not None or param.mode == "in"):
        found = place
        return lambda f: Ref(found, f)
    if arg.mode:
        b.fail(codes.INVALID, node, f"a variable should stand behind {arg.mode}")
    code = passing.converted(b, scope, arg, ty)
    return lambda f: Ref(_KEPT, [code(f)])
