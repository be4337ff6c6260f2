"""Whether a value of one type may be given where another is wanted, and what is wrong where it may not.

Source: Azure/bicep 9beb0fee (2026-08-21), src/Bicep.Core/TypeSystem/TypeValidator: BCP033, BCP035 to BCP037,
BCP321, BCP327 to BCP335.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from gatewright.diagnostics import Code, Diagnostic, Span, nearest
from gatewright.infra import codes
from gatewright.infra.types import (
    NULL,
    ArrayType,
    NumberType,
    ObjectType,
    TextType,
    TruthType,
    Type,
    UnionType,
    UnknownType,
    described,
    members,
    simple,
    union,
    without_null,
)

_DEPTH = 12


def assignable(found: Type, wanted: Type) -> bool:
    """Whether a type fits another, lengths, ranges and properties left aside."""
    match found, wanted:
        case (UnknownType(), _) | (_, UnknownType()):
            return True
        case (UnionType(members=several), _):
            return all(assignable(item, wanted) for item in several)
        case (_, UnionType(members=several)):
            return any(assignable(found, item) for item in several)
        case (TextType(), TextType()):
            return _same_kind(found, wanted)
        case (NumberType(), NumberType()):
            return _same_kind(found, wanted)
        case (TruthType(), TruthType()):
            return _same_kind(found, wanted)
        case _:
            return type(found) is type(wanted)


def _same_kind(found: TextType | NumberType | TruthType, wanted: TextType | NumberType | TruthType) -> bool:
    if wanted.value is None or found.value == wanted.value:
        return True
    return found.value is None and found.loose


def misfits(
    found: Type, wanted: Type, span: Span | None, path: str = "", depth: int = 0
) -> Iterator[Diagnostic]:
    """What is wrong with a value of a type where another is wanted.

    Args:
        found: the type of the value.
        wanted: the type that is wanted.
        span: where the value stands.
        path: where in the value, told in messages.
        depth: how deep in the value; types that hold themselves end somewhere.
    """
    if depth > _DEPTH or isinstance(found, UnknownType) or isinstance(wanted, UnknownType):
        return
    if not assignable(found, wanted):
        bare = without_null(found)
        if bare is None or not assignable(bare, wanted):
            yield _mismatch(found, wanted).at(
                span, f"{path}this is {described(found)}, {described(wanted)} is wanted"
            )
            return
        hint = "write ! after it where it is there, or ?? and what stands for it"
        yield codes.MAY_BE_NULL.at(span, f"{path}this may be null, {described(wanted)} is wanted", hint=hint)
        found = bare
    if isinstance(wanted, UnionType):
        yield from _one_of(found, wanted, span, path, depth)
        return
    match found, wanted:
        case TextType(), TextType():
            yield from _range(_length(found), _length(wanted), "characters", span, path)
        case NumberType(), NumberType() if wanted.value is None:
            least, most = (found.least, found.most) if found.value is None else (found.value, found.value)
            yield from _range((least, most), (wanted.least, wanted.most), "", span, path)
        case ObjectType(), ObjectType():
            yield from _object(found, wanted, span, path, depth)
        case ArrayType(), ArrayType():
            yield from _array(found, wanted, span, path, depth)
        case _:
            pass


def _mismatch(found: Type, wanted: Type) -> Code:
    literal = all(isinstance(item, TextType) and item.value is not None for item in members(found))
    return codes.UNKNOWN_VALUE if literal and simple(wanted) == "string" else codes.WRONG_TYPE


def _one_of(found: Type, wanted: UnionType, span: Span | None, path: str, depth: int) -> Iterator[Diagnostic]:
    for item in members(found):
        tried = [
            list(misfits(item, one, span, path, depth + 1)) for one in wanted.members if assignable(item, one)
        ]
        if tried and all(tried):
            yield from tried[0]


def _length(value: TextType) -> tuple[int | None, int | None]:
    return (value.least, value.most) if value.value is None else (len(value.value), len(value.value))


def _range(
    found: tuple[int | None, int | None],
    wanted: tuple[int | None, int | None],
    what: str,
    span: Span | None,
    path: str,
) -> Iterator[Diagnostic]:
    (least, most), (lowest, highest) = found, wanted
    unit = f" {what}" if what else ""
    if least is not None and lowest is not None and least < lowest:
        message = f"{path}this may be as {'short' if what else 'small'} as {least}{unit}, {lowest} are wanted"
        yield codes.OUT_OF_LIMITS.at(span, message, hint="state the same limits")
    if most is not None and highest is not None and most > highest:
        message = f"{path}this may be as {'long' if what else 'large'} as {most}{unit}, {highest} are allowed"
        yield codes.OUT_OF_LIMITS.at(span, message, hint="state the same limits")


def _object(
    found: ObjectType, wanted: ObjectType, span: Span | None, path: str, depth: int
) -> Iterator[Diagnostic]:
    if found.others is None:
        for name in sorted(wanted.required - wanted.fixed - frozenset(found.properties)):
            if not assignable(NULL, wanted.properties[name]):
                yield codes.MISSING_PROPERTY.at(span, f"{path}{name} is missing", hint=f"add {name}:")
    for name in found.properties:
        inner = f"{path}{name}: "
        if name in wanted.fixed:
            yield codes.READ_ONLY.at(span, f"{path}{name} can only be read")
        elif name in wanted.properties:
            optional = name not in wanted.required
            target = union([wanted.properties[name], NULL]) if optional else wanted.properties[name]
            yield from misfits(found.properties[name], target, span, inner, depth + 1)
        elif wanted.others is not None:
            yield from misfits(found.properties[name], union([wanted.others, NULL]), span, inner, depth + 1)
        else:
            near = nearest(name, wanted.properties)
            hint = f"did you mean {near}?" if near else None
            yield codes.UNKNOWN_PROPERTY.at(span, f"{path}there is no property {name}", hint=hint)


def _array(
    found: ArrayType, wanted: ArrayType, span: Span | None, path: str, depth: int
) -> Iterator[Diagnostic]:
    many = None if found.items is None else len(found.items)
    limits = (found.least, found.most) if many is None else (many, many)
    yield from _range(limits, (wanted.least, wanted.most), "items", span, path)
    if found.items is None:
        yield from misfits(found.item, wanted.item, span, path, depth + 1)
        return
    for item, own in zip_longest(found.items, wanted.items or (), fillvalue=None):
        if item is not None:
            yield from misfits(item, wanted.item if own is None else own, span, path, depth + 1)
