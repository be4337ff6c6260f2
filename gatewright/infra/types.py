"""Types of Bicep values: what they are, what many make together, and which may be assigned to which.

How types are put together and compared: Azure/bicep 9beb0fee (2026-08-21), src/Bicep.Core/TypeSystem
(TypeCollapser, TypeHelper, TypeValidator).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class UnknownType:
    """Anything: `any`, or what is not known without a deployment."""


@dataclass(frozen=True, slots=True)
class NullType:
    """`null`."""


@dataclass(frozen=True, slots=True)
class TextType:
    """A text: one literal, or any of a range of lengths; a loose one may stand for one of a list."""

    value: str | None = None
    least: int | None = None
    most: int | None = None
    loose: bool = False


@dataclass(frozen=True, slots=True)
class NumberType:
    """A number: one literal, or any of a range."""

    value: int | None = None
    least: int | None = None
    most: int | None = None
    loose: bool = False


@dataclass(frozen=True, slots=True)
class TruthType:
    """A truth value: one literal, or either."""

    value: bool | None = None
    loose: bool = False


@dataclass(frozen=True, slots=True)
class ObjectType:
    """An object.

    Attributes:
        properties: the type of each property.
        others: the type of further properties; None where there are none.
        required: names that must be given.
        fixed: names that can only be read.
    """

    properties: Mapping[str, Type] = field(default_factory=dict)
    others: Type | None = None
    required: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ArrayType:
    """An array: the type of its items, each of them where they are known, and how many there may be."""

    item: Type
    items: tuple[Type, ...] | None = None
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class UnionType:
    """One of several types."""

    members: tuple[Type, ...]


Type: TypeAlias = (
    UnknownType | NullType | TextType | NumberType | TruthType | ObjectType | ArrayType | UnionType
)

UNKNOWN, NULL, TEXT, NUMBER, TRUTH = UnknownType(), NullType(), TextType(), NumberType(), TruthType()
OBJECT, ARRAY = ObjectType(others=UNKNOWN), ArrayType(UNKNOWN)


def members(value: Type) -> tuple[Type, ...]:
    """The types that a value may have."""
    return value.members if isinstance(value, UnionType) else (value,)


def union(values: Iterable[Type]) -> Type:
    """One type for several: literals that a range takes in, and ranges that meet, become one."""
    flat = _distinct(_flat(values))
    if any(isinstance(item, UnknownType) for item in flat):
        return UNKNOWN
    flat = [*_texts(flat), *_truths(flat), *(x for x in flat if not isinstance(x, TextType | TruthType))]
    return flat[0] if len(flat) == 1 else UnionType(tuple(flat))


def _flat(values: Iterable[Type]) -> Iterator[Type]:
    for value in values:
        yield from members(value)


def _distinct(values: Iterable[Type]) -> list[Type]:
    found: list[Type] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found


def _texts(values: list[Type]) -> list[Type]:
    texts = [item for item in values if isinstance(item, TextType)]
    spans: list[list[float]] = []
    for item in sorted((t for t in texts if t.value is None), key=lambda t: t.least or 0):
        least, most = float(item.least or 0), float("inf") if item.most is None else float(item.most)
        if spans and least <= spans[-1][1] + 1:
            spans[-1][1] = max(spans[-1][1], most)
        else:
            spans.append([least, most])
    loose = any(item.loose for item in texts)
    literals = [t for t in texts if t.value is not None and not any(a <= len(t.value) <= b for a, b in spans)]
    return [
        *literals,
        *(TextType(None, int(a) or None, None if b == float("inf") else int(b), loose) for a, b in spans),
    ]


def _truths(values: list[Type]) -> list[Type]:
    found = [item for item in values if isinstance(item, TruthType)]
    return [*found] if len(found) < 2 else [TruthType(loose=any(item.loose for item in found))]


def without_null(value: Type) -> Type | None:
    """The type without null; None where it has none, or nothing else."""
    left = [item for item in members(value) if not isinstance(item, NullType)]
    return union(left) if left and len(left) < len(members(value)) else None


def simple(value: Type) -> str:
    """string, int, bool, array or object; "" where that is not known or it may be several."""
    names = {_SIMPLE.get(type(item), "") for item in members(value)}
    return names.pop() if len(names) == 1 else ""


_SIMPLE = {TextType: "string", NumberType: "int", TruthType: "bool", ArrayType: "array", ObjectType: "object"}


def described(value: Type) -> str:
    """A type as Bicep would write it."""
    match value:
        case TextType(value=str() as text):
            return f"'{text[:40]}'"
        case NumberType(value=int() as number):
            return str(number)
        case TruthType(value=bool() as truth):
            return str(truth).lower()
        case UnionType():
            return " | ".join(sorted({described(item) for item in value.members}))
        case NullType():
            return "null"
        case UnknownType():
            return "any"
        case _:
            return simple(value)


def lengths(value: Type) -> tuple[int, int | None]:
    """Least and most characters of a value that is written into a text; None: any number."""
    match value:
        case TextType(value=str() as text):
            return len(text), len(text)
        case TextType(least=least, most=most):
            return least or 0, most
        case NumberType(value=int() as number):
            return len(str(number)), len(str(number))
        case NumberType(least=int() as least, most=int() as most):
            return len(str(least)), len(str(most))
        case NumberType():
            return 1, 20
        case TruthType():
            return 4, 5
        case UnionType():
            found = [lengths(item) for item in value.members]
            longest = [most for _, most in found if most is not None]
            return min(least for least, _ in found), max(longest) if len(longest) == len(found) else None
        case _:
            return 0, None
