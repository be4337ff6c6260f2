"""Merging of layers, value by value with the place of each.

Maps merge by key, lists and scalars replace, `null` removes. What is merged keeps the place it was written
at, so that a fault, or `explain`, points at the line that is in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from gatewright.diagnostics import Diagnostic, Span
from gatewright.diagnostics.yaml import Node
from gatewright.estate.codes import EMPTY_VALUE
from gatewright.estate.quantities import shown

Value = str | int | float | bool | None | tuple["Value", ...] | dict[str, "Value"]

_NOTHING = Span("")
EMPTY = Node({}, _NOTHING)


def merge(base: Node, over: Node) -> Node:
    """One layer over another.

    Keys keep the order of `base`; new keys follow in the order of `over`. A mapping's own place is that of
    `over`.

    >>> from gatewright.diagnostics.yaml import compose
    >>> base = compose("{a: 1, b: [1, 2], c: {d: 1}}", "base.yaml")
    >>> merge(base, compose("{b: [3], c: {e: 2}, a: null}", "over.yaml")).plain()
    {'b': [3], 'c': {'d': 1, 'e': 2}}
    """
    if type(base.value) is not dict or type(over.value) is not dict:
        return over
    values, keys = {**base.value}, {**base.keys}
    places = over.keys
    for key, item in over.value.items():
        if item.value is None:
            values.pop(key, None)
            keys.pop(key, None)
            continue
        below = values.get(key)
        values[key] = item if below is None else merge(below, item)
        keys[key] = places[key]
    return Node(values, over.span, keys)


def merged(layers: Iterable[Node]) -> Node:
    """All layers, the later over the earlier."""
    result = EMPTY
    for layer in layers:
        result = merge(result, layer)
    return result


def plain(node: Node) -> Value:
    """What a merged node says: mappings without their nulls, lists as tuples, scalars.

    A null in a list stays, for the schema to refuse.
    """
    value = node.value
    if type(value) is dict:
        return {key: plain(item) for key, item in value.items() if item.value is not None}
    if type(value) is tuple:
        return tuple([plain(item) for item in value])
    return cast(Value, value)


def select(node: Node, names: Iterable[str]) -> Node:
    """A mapping with only some of its keys."""
    if not isinstance(node.value, Mapping):
        return node
    wanted = frozenset(names)
    kept = [name for name in node.value if name in wanted]
    return Node({k: node.value[k] for k in kept}, node.span, {k: node.keys[k] for k in kept})


def without(node: Node, *names: str) -> Node:
    """A mapping without some of its keys."""
    if not isinstance(node.value, Mapping):
        return node
    values = {key: item for key, item in node.value.items() if key not in names}
    return Node(values, node.span, {key: node.keys[key] for key in values})


def moved(node: Node, span: Span) -> Node:
    """A node that says the same at another place."""
    return Node(node.value, span, node.keys)


def empty_values(node: Node) -> Iterator[Diagnostic]:
    """A fault for each key with nothing after its colon: whether it means null or {} would be a guess."""
    value = node.value
    if type(value) is dict:
        for key, item in value.items():
            if item.value is None:
                if item.span.line == item.span.end_line and item.span.column == item.span.end_column:
                    hint = f"write {key}: {{}} to take everything as it comes, or {key}: null to remove it"
                    yield EMPTY_VALUE.at(node.keys[key], f"{shown(key)} has no value", hint=hint)
            elif type(item.value) in _DEEP:
                yield from empty_values(item)
    elif type(value) is tuple:
        for item in value:
            yield from empty_values(item)


_DEEP = (dict, tuple)
