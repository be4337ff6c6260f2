"""What binding makes of an expression: a type and a closure over the frame.

A frame is a list: the running evaluation, the frame around it, then the local variables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gatewright.apim.expressions import tree
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Value
from gatewright.diagnostics import Rejected

if TYPE_CHECKING:
    from gatewright.apim.expressions.bind.functions import Local
    from gatewright.apim.expressions.bind.lambdas import Body

Frame = list[Value]
Code = Callable[[Frame], Value]


class _Missing:
    __slots__ = ()


MISSING = _Missing()


@dataclass(frozen=True, slots=True)
class Place:
    """Something that can be assigned: `at` evaluates target and indexes once, `load` and `save` use them.

    `save` is None for what cannot be set. `variable` marks what holds its value itself: a local variable, an
    element of an array, a part of either; not what a property gives.
    """

    at: Callable[[Frame], tuple[Value, ...]]
    load: Callable[[Frame, tuple[Value, ...]], Value]
    save: Callable[[Frame, tuple[Value, ...], Value], None] | None
    variable: bool = False


@dataclass(frozen=True, slots=True)
class Bound:
    """A value: static type, closure, and the constant where it is one."""

    ty: Ty
    code: Code
    node: tree.Node
    const: Value = MISSING
    place: Place | None = None

    @property
    def is_const(self) -> bool:
        """Whether the value is known at compile time."""
        return self.const is not MISSING


@dataclass(frozen=True, slots=True)
class TypeRef:
    """A type where an expression stands."""

    ty: Ty
    node: tree.Node


@dataclass(frozen=True, slots=True)
class NamespaceRef:
    """A namespace where an expression stands."""

    name: str
    node: tree.Node


@dataclass(frozen=True, slots=True)
class MethodGroup:
    """A method before its arguments are known; `local` is the local function that it is."""

    target: Bound | None
    ty: Ty
    name: str
    type_args: tuple[Ty, ...]
    node: tree.Node
    local: Local | None = None


@dataclass(slots=True)
class LambdaRef:
    """A lambda before its delegate type is known.

    `bodies` keeps what was bound for given parameter types, `fault` what was wrong when it was bound last.
    """

    node: tree.Lambda
    overflow: bool | None = None
    bodies: dict[tuple[Ty, ...], Body | None] = field(default_factory=dict)
    fault: Rejected | None = None


Operand = Bound | TypeRef | NamespaceRef | MethodGroup | LambdaRef


def constant(ty: Ty, value: Value, node: tree.Node) -> Bound:
    """A value known at compile time."""
    return Bound(ty, lambda f: value, node, value)
