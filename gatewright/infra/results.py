"""What types functions and operators of Bicep give, by those of what they are given.

Source: Azure/bicep 9beb0fee (2026-08-21), src/Bicep.Core/Semantics/Namespaces/SystemNamespaceType.
"""

from __future__ import annotations

from collections.abc import Mapping

from gatewright.infra.functions import FUNCTIONS
from gatewright.infra.types import (
    ARRAY,
    NULL,
    NUMBER,
    OBJECT,
    TEXT,
    TRUTH,
    UNKNOWN,
    ArrayType,
    NumberType,
    ObjectType,
    TextType,
    TruthType,
    Type,
    UnionType,
    UnknownType,
    members,
    union,
)

KINDS: Mapping[str, Type] = {
    "string": TEXT, "int": NUMBER, "bool": TRUTH, "array": ARRAY, "object": OBJECT, "null": NULL, "": UNKNOWN,
}  # fmt: skip
_GIVEN: Mapping[str, Type] = {
    "uniqueString": TextType(None, 13, 13),
    "guid": TextType(None, 36, 36),
    "newGuid": TextType(None, 36, 36),
}


def given(function: str, found: list[Type]) -> Type:
    """The type of what a function gives.

    Args:
        function: its name, one of `functions.FUNCTIONS`.
        found: the types of its arguments.
    """
    first = found[0] if found else UNKNOWN
    match function:
        case "concat" if all(isinstance(item, ArrayType) for item in found):
            return _joined([item for item in found if isinstance(item, ArrayType)])
        case "concat":
            return UNKNOWN if any(isinstance(item, UnknownType) for item in found) else TEXT
        case "union" if all(isinstance(item, ArrayType) for item in found):
            return ArrayType(union(item.item for item in found if isinstance(item, ArrayType)))
        case "union" if all(isinstance(item, ObjectType) for item in found):
            return OBJECT
        case "toLower" | "toUpper" if isinstance(first, TextType):
            if first.value is None:
                return TextType(None, first.least, first.most)
            return TextType(first.value.lower() if function == "toLower" else first.value.upper())
        case _:
            return _GIVEN[function] if function in _GIVEN else KINDS[FUNCTIONS[function].gives]


def item_of(source: Type) -> Type:
    """The type of an item of an array, or of a value of an object."""
    match source:
        case ArrayType():
            return source.item
        case UnionType() if all(isinstance(one, ArrayType) for one in source.members):
            return (
                union(one.item for one in source.members if isinstance(one, ArrayType) and one.items != ())
                if any(isinstance(one, ArrayType) and one.items != () for one in source.members)
                else UNKNOWN
            )
        case ObjectType(properties=properties, others=None) if properties:
            return union(properties.values())
        case _:
            return UNKNOWN


def negated(value: Type) -> Type:
    """The type of a number with its sign turned."""
    return NumberType(-value.value) if isinstance(value, NumberType) and value.value is not None else NUMBER


def widened(value: Type) -> Type:
    """A type without what only its first value tells."""
    kinds = {type(item) for item in members(value)}
    wide: dict[type, Type] = {
        TextType: TEXT,
        NumberType: NUMBER,
        TruthType: TRUTH,
        ArrayType: ARRAY,
        ObjectType: OBJECT,
    }
    return wide.get(kinds.pop(), UNKNOWN) if len(kinds) == 1 else UNKNOWN


def _joined(values: list[ArrayType]) -> Type:
    known = [item.items for item in values if item.items is not None]
    if len(known) == len(values):
        items = tuple(one for several in known for one in several)
        return ArrayType(union(items) if items else UNKNOWN, items)
    return ArrayType(union(item.item for item in values if item.items != ()))


def of_json(value: object) -> Type:
    """The type of a JSON value, literals kept."""
    match value:
        case bool():
            return TruthType(value)
        case int():
            return NumberType(value)
        case str():
            return TextType(value)
        case None:
            return NULL
        case list():
            items = tuple(of_json(item) for item in value)
            return ArrayType(union(items) if items else UNKNOWN, items)
        case dict():
            found = {str(name): of_json(item) for name, item in value.items()}
            return ObjectType(found, None, frozenset(found))
        case _:
            return UNKNOWN
