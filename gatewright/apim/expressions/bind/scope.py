"""Local variables: which slot of which frame a name means."""

from __future__ import annotations

from dataclasses import dataclass, field

from gatewright.apim.expressions.types import Ty

FIRST_SLOT = 2


@dataclass(slots=True)
class Variable:
    """A local variable or parameter; with `member`, one member of the anonymous object in the slot."""

    name: str
    ty: Ty
    frame: FrameScope
    slot: int
    writable: bool = True
    constant: object = None
    is_constant: bool = False
    function: object = None
    member: int | None = None


@dataclass(slots=True)
class FrameScope:
    """The variables that share a frame: those of a program, a lambda, or a loop body with lambdas inside."""

    parent: FrameScope | None = None
    size: int = FIRST_SLOT

    def depth_to(self, other: FrameScope) -> int:
        """How many frames out another frame stands."""
        depth, at = 0, self
        while at is not other:
            if at.parent is None:
                raise AssertionError("a variable of a foreign frame")
            at = at.parent
            depth += 1
        return depth


@dataclass(slots=True)
class Scope:
    """Names visible at a point; `inside` are those that blocks inside declare."""

    frame: FrameScope
    parent: Scope | None = None
    names: dict[str, Variable] = field(default_factory=dict)
    inside: set[str] = field(default_factory=set)

    def reserve(self, name: str) -> None:
        """Notes that a block inside this one declares a name, which no block around may declare later."""
        at: Scope | None = self
        while at is not None and name not in at.inside:
            at.inside.add(name)
            at = at.parent

    def inner(self) -> Scope:
        """A nested block in the same frame."""
        return Scope(self.frame, self)

    def framed(self) -> Scope:
        """A nested block with a frame of its own."""
        return Scope(FrameScope(self.frame), self)

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
