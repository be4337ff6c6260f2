"""Definite assignment: no local variable is read before every path to it gave it a value.

A state is a set of bits, one for each variable that began without a value; where control cannot come, all are
set.

Source: C# language specification, 9.4 "Definite assignment".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions.bind.assigned_steps import Jumps, Known
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.walk import children

NOWHERE = -1


def check(b: Binder, found: tree.Expr | tree.Block) -> None:
    """Looks through a whole expression.

    Raises:
        Rejected: EXP310 where a variable may be read without a value.
    """
    flow = _Flow(b, b.truths)
    flow.scopes.append({})
    if isinstance(found, tree.Block):
        flow.statement(found, 0)
    else:
        flow.value(found, 0)


@dataclass(slots=True)
class _Flow:
    """One walk through a tree.

    Attributes:
        truths: the conditions that are constants, by where they stand.
        scopes: for each block the bit, or the local function, that a name means.
        needs: the outer variables that the local function at hand reads before it gives them a value.
        outer: the bits that stand for variables outside the local function at hand.
    """

    b: Binder
    truths: Mapping[tuple[int, int], bool]
    scopes: list[dict[str, Known]] = field(default_factory=list)
    bits: int = 0
    needs: int = 0
    outer: int = 0
    jumps: Jumps = field(default_factory=Jumps)

    # ---------------------------------------------------------------- names

    def declare(self, name: str, ty: tree.TypeNode | None = None) -> int:
        """A variable without a value; its bit, or those of its elements."""
        elements = ty.elements if isinstance(ty, tree.TupleOf) else ()
        size = max(1, len(elements))
        known = self.scopes[-1][name] = Known(((1 << size) - 1) << self.bits)
        for number, (_, label) in enumerate(elements):
            item = f"Item{number + 1}"
            known.parts[item] = known.parts[label or item] = 1 << self.bits + number
        self.bits += size
        return known.bit

    def find(self, name: str) -> Known | None:
        """What is known of a name."""
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return None

    def read(self, node: tree.Name, state: int) -> int:
        """A name as a value."""
        known = self.find(node.name)
        if known is None:
            return state
        if known.function is not None:
            return self.used(known, node, state)
        return self.have(known.bit, node, state)

    def have(self, bits: int, node: tree.Name, state: int) -> int:
        """A variable, or an element of one, that has to have a value."""
        if bits & ~state:
            if bits & self.outer:
                self.needs |= bits & ~state
            else:
                self.fail(node)
        return state

    def part(self, node: tree.Expr) -> tuple[tree.Name, int] | None:
        """A tuple and the bit of its element, where an expression is that and the tuple has been watched."""
        if not isinstance(node, tree.Member) or not isinstance(node.target, tree.Name):
            return None
        known = self.find(node.target.name)
        bit = known.parts.get(node.name) if known is not None else None
        return None if bit is None else (node.target, bit)

    def member(self, node: tree.Member, state: int) -> int:
        """`target.name`; of a tuple only the element has to have a value."""
        found = self.part(node)
        return self.value(node.target, state) if found is None else self.have(found[1], found[0], state)

    def fail(self, node: tree.Name) -> None:
        """EXP310 for a variable that has no value yet."""
        message = f"{node.name} may be read here before it has a value"
        self.b.fail(codes.INVALID, node, message, "give it a value where it is declared")

    def used(self, known: Known, node: tree.Name, state: int) -> int:
        """A call of a local function: what it reads has to have a value; what it sets then has one."""
        if known.needs is None:
            known.needs = known.sets = 0
            self.function(known)
        missing = (known.needs or 0) & ~state
        if missing & ~self.outer:
            self.fail(node)
        self.needs |= missing & self.outer
        return state | known.sets

    def function(self, known: Known) -> None:
        """Finds what a local function needs and sets."""
        node = known.function
        assert node is not None
        before = self.needs, self.outer, self.jumps
        self.needs, self.outer, self.jumps = 0, (1 << self.bits) - 1, Jumps()
        self.scopes.append({})
        outs = 0
        for parameter in node.parameters:
            if parameter.mode == "out":
                outs |= self.declare(parameter.name)
        end = self.body(node.body, 0)
        known.needs = self.needs
        known.sets = end & self.outer if end != NOWHERE else self.outer
        self.scopes.pop()
        self.needs, self.outer, self.jumps = before
        if outs & ~end:
            self.b.fail(codes.INVALID, node, "an out parameter has no value at a return")

    def body(self, body: tree.Expr | tree.Block, state: int) -> int:
        """The body of a function; the state at all its returns."""
        if not isinstance(body, tree.Block):
            return self.value(body, state)
        end = self.statement(body, state)
        return end & self.jumps.returned

    # ---------------------------------------------------------------- expressions

    def value(self, node: object, state: int) -> int:
        """An expression, or any other part of one."""
        step = _VALUES.get(type(node))
        if step is not None:
            return step(self, node, state)
        return self.all(children(node), state)

    def all(self, nodes: Iterable[object], state: int) -> int:
        """Several parts in a row."""
        for node in nodes:
            state = self.value(node, state)
        return state

    def condition(self, node: tree.Expr, state: int) -> tuple[int, int]:
        """An expression as a condition: the states where it is true and where it is false."""
        truth = self.truths.get((node.at, node.end))
        if truth is not None:
            return (state, NOWHERE) if truth else (NOWHERE, state)
        match node:
            case tree.Paren(value=inner):
                return self.condition(inner, state)
            case tree.Unary(op="!", value=inner):
                yes, no = self.condition(inner, state)
                return no, yes
            case tree.Binary(op="&&", left=left, right=right):
                yes, no = self.condition(left, state)
                yes, other = self.condition(right, yes)
                return yes, no & other
            case tree.Binary(op="||", left=left, right=right):
                yes, no = self.condition(left, state)
                other, no = self.condition(right, no)
                return yes & other, no
            case tree.Ternary(test=test, yes=one, no=two):
                yes, no = self.condition(test, state)
                first, second = self.condition(one, yes), self.condition(two, no)
                return first[0] & second[0], first[1] & second[1]
            case tree.Is(value=value, pattern=pattern):
                state = self.value(value, state)
                return state | self.pattern(pattern), state
        state = self.value(node, state)
        return state, state

    def pattern(self, node: tree.Pattern) -> int:
        """The bits of what a pattern declares."""
        if isinstance(node, tree.DeclPattern) and node.name and node.name != "_":
            return self.declare(node.name)
        return 0

    def either(self, node: tree.Expr, state: int) -> int:
        """A condition whose value is not looked at."""
        yes, no = self.condition(node, state)
        return yes & no

    def coalesce(self, node: tree.Binary, state: int) -> int:
        """`a ?? b` and other operators."""
        if node.op in ("&&", "||"):
            return self.either(node, state)
        # a long sum is a left-deep line
        line: list[tree.Expr] = []
        left: tree.Expr = node
        while isinstance(left, tree.Binary) and left.op not in ("&&", "||", "??"):
            line.append(left.right)
            left = left.left
        if left is node:
            state = self.value(node.left, state)
            self.value(node.right, state)
            return state
        return self.all(reversed(line), self.value(left, state))

    def assign(self, node: tree.Assign, state: int) -> int:
        """`left = right`."""
        if isinstance(node.left, tree.Tuple):
            state = self.value(node.right, state)
            return self.targets(node.left, state)
        if node.op:
            return self.value(node.right, self.value(node.left, state))
        name = _base(node.left)
        found = self.part(node.left)
        if found is not None:
            return self.value(node.right, state) | found[1]
        if name is None:
            return self.value(node.right, self.value(node.left, state))
        return self.given(name, self.value(node.right, state))

    def targets(self, node: tree.Tuple, state: int) -> int:
        """The left side of a deconstruction."""
        for item in node.items:
            value = item.value
            if isinstance(value, tree.Tuple):
                state = self.targets(value, state)
            elif isinstance(value, tree.Name):
                state = self.given(value, state)
            elif not isinstance(value, tree.NewVariable):
                state = self.value(value, state)
        return state

    def given(self, name: tree.Name, state: int) -> int:
        """The state once a variable has a value."""
        known = self.find(name.name)
        return state if known is None else state | known.bit

    def call(self, node: tree.Call, state: int) -> int:
        """A call: `out` arguments have a value behind it."""
        if isinstance(node.target, tree.Name) and node.target.name == "nameof":
            return state
        function: tree.Name | None = None
        if isinstance(node.target, tree.Name):
            function = node.target
        else:
            state = self.value(node.target, state)
        given = 0
        for argument in node.args:
            if argument.mode == "out" and isinstance(argument.value, tree.Name):
                if argument.declares is not None and argument.value.name != "_":
                    given |= self.declare(argument.value.name)
                else:
                    given |= self.given(argument.value, 0)
            else:
                state = self.value(argument.value, state)
        return (self.read(function, state) if function else state) | given

    def conditional(self, node: tree.CondAccess, state: int) -> int:
        """`a?.b`: what stands behind may not be evaluated."""
        state = self.value(node.target, state)
        self.value(node.rest, state)
        return state

    def ternary(self, node: tree.Ternary, state: int) -> int:
        """`test ? yes : no`."""
        yes, no = self.condition(node.test, state)
        return self.value(node.yes, yes) & self.value(node.no, no)

    def lambda_(self, node: tree.Lambda, state: int) -> int:
        """A lambda: it may run later, so it sets nothing here."""
        before, self.jumps = self.jumps, Jumps()
        self.scopes.append({})
        self.body(node.body, state)
        self.scopes.pop()
        self.jumps = before
        return state

    def throw(self, node: tree.ThrowExpr, state: int) -> int:
        """`throw value` inside an expression."""
        self.value(node.value, state)
        return NOWHERE

    # ---------------------------------------------------------------- statements

    def statement(self, node: tree.Statement, state: int) -> int:
        """A statement; the state behind it."""
        from gatewright.apim.expressions.bind.assigned_steps import STATEMENTS

        return STATEMENTS[type(node)](self, node, state)


def _base(node: tree.Expr) -> tree.Name | None:
    """The variable that an assignment gives a value: itself, or the tuple of which it sets an element."""
    while isinstance(node, tree.Paren):
        node = node.value
    if isinstance(node, tree.Name):
        return node
    return None


_VALUES: dict[type, Callable[[_Flow, Any, int], int]] = {
    tree.Name: _Flow.read,
    tree.Literal: lambda flow, node, state: state,
    tree.Binary: _Flow.coalesce,
    tree.Is: _Flow.either,
    tree.Ternary: _Flow.ternary,
    tree.Assign: _Flow.assign,
    tree.Call: _Flow.call,
    tree.CondAccess: _Flow.conditional,
    tree.Lambda: _Flow.lambda_,
    tree.ThrowExpr: _Flow.throw,
    tree.Unary: lambda flow, node, state: (
        flow.either(node, state) if node.op == "!" else flow.value(node.value, state)
    ),
    tree.Paren: lambda flow, node, state: flow.value(node.value, state),
    tree.Member: _Flow.member,
    tree.MemberInit: lambda flow, node, state: flow.value(node.value, state),
}
