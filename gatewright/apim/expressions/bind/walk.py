"""What stands inside a syntax node."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from gatewright.apim.expressions import tree

FUNCTIONS = (tree.Lambda, tree.LocalFunction)


@cache
def fields_of(kind: type) -> tuple[str, ...]:
    """The attributes of a kind of node, its place left out."""
    names: list[str] = []
    for base in kind.__mro__:
        slots = getattr(base, "__slots__", ())
        names.extend(n for n in slots if n not in ("at", "end"))
    return tuple(names)


def children(node: object) -> Iterator[object]:
    """The parts of a node that may hold expressions."""
    if isinstance(node, tuple):
        yield from node
    elif isinstance(node, tree.Node):
        for name in fields_of(type(node)):  # type: ignore[arg-type]  # mypy takes the class for its instances
            value = getattr(node, name)
            if isinstance(value, (tuple, tree.Node)):
                yield value


def holds(node: object, kinds: type | tuple[type, ...], into_functions: bool = True) -> bool:
    """Whether a node of some kind stands anywhere inside; perhaps not inside functions within."""
    if isinstance(node, kinds):
        return True
    if not into_functions and isinstance(node, FUNCTIONS):
        return False
    return any(holds(part, kinds, into_functions) for part in children(node))


def makes_lambdas(node: object) -> bool:
    """Whether a lambda or local function stands anywhere inside a node."""
    return holds(node, FUNCTIONS)


def jump_targets(node: object) -> set[str]:
    """The labels that `goto` inside a node names."""
    if isinstance(node, tree.Goto):
        return {node.label}
    return {name for part in children(node) for name in jump_targets(part)}
