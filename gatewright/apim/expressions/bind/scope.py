"""Local variables: which slot of which frame a name means."""

from __future__ import annotations

from dataclasses import dataclass, field

from gatewright.apim.expressions.types import Ty

FIRST_SLOT = 2


@dataclass(slots=True)
class Variable:
    """A local variable or parameter; with `member`, one member of the anonymous object in the slot.

    With `ref`, the slot holds a `Ref` to another variable.
    """

    name: str
    ty: Ty
    frame: FrameScope
    slot: int
    writable: bool = True
    constant: object = None
    is_constant: bool = False
    function: object = None
    member: int | None = None
    ref: bool = False
    guards: int = 0
    at: int = -1


@dataclass(slots=True)
class FrameScope:
    """The variables that share a frame: of a program, a function, or a loop body with lambdas inside.

    Attributes:
        captured: how many frames out the nearest frame stands that code within uses; 0 for none.
    """

    parent: FrameScope | None = None
    size: int = FIRST_SLOT
    function: bool = False
    captured: int = 0

    def depth_to(self, other: FrameScope) -> int:
        """How many frames out another frame stands, which the code at hand uses."""
        passed: list[FrameScope] = []
        at = self
        while at is not other:
            if at.parent is None:
                raise AssertionError("a variable of a foreign frame")
            passed.append(at)
            at = at.parent
        for steps, frame in enumerate(reversed(passed), 1):
            frame.captured = min(frame.captured or steps, steps)
        return len(passed)

    def leaves_function(self, other: FrameScope) -> bool:
        """Whether another frame, further out, belongs to a function around this one."""
        at: FrameScope | None = self
        while at is not None and at is not other:
            if at.function:
                return True
            at = at.parent
        return False


@dataclass(slots=True, eq=False)
class Label:
    """A label of `goto`: the signal that leads there, and how many `finally` stand around it."""

    frame: FrameScope
    guards: int


@dataclass(slots=True)
class Scope:
    """Names visible at a point; `inside` are those that blocks inside declare."""

    frame: FrameScope
    parent: Scope | None = None
    names: dict[str, Variable] = field(default_factory=dict)
    inside: set[str] = field(default_factory=set)
    labels: dict[str, Label] = field(default_factory=dict)

    def reserve(self, name: str) -> None:
        """Notes that a block inside this one declares a name, which no block around may declare later."""
        at: Scope | None = self
        while at is not None and name not in at.inside:
            at.inside.add(name)
            at = at.parent

    def inner(self) -> Scope:
        """A nested block in the same frame."""
        return Scope(self.frame, self)

    def framed(self, function: bool = False) -> Scope:
        """A nested block, or a function, with a frame of its own."""
        return Scope(FrameScope(self.frame, function=function), self)

    def find_label(self, name: str) -> Label | None:
        """The label that a name means here."""
        at: Scope | None = self
        while at is not None:
            if name in at.labels:
                return at.labels[name]
            at = at.parent
        return None

    def find(self, name: str) -> Variable | None:
        """The variable that a name means here."""
        at: Scope | None = self
        while at is not None:
            if name in at.names:
                return at.names[name]
            at = at.parent
        return None

    def declare(self, name: str, ty: Ty, writable: bool = True) -> Variable:
        """A new variable in this block."""
        variable = Variable(name, ty, self.frame, self.frame.size, writable)
        self.frame.size += 1
        self.names[name] = variable
        return variable
