"""What a file reads of its resources, against Azure's types: `account.properties.endpoint` (BCP053).

Source: https://github.com/Azure/bicep-types-az (2026-08-20).
"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.diagnostics import Diagnostic, nearest
from gatewright.infra import codes
from gatewright.infra.bicep import BicepFile, Expression, Index, Loop, Member, Name, walk
from gatewright.infra.resource_types import WRITE_ONLY, ResourceType, ResourceTypes, Shape

_BICEP = frozenset({"id", "name", "type", "apiVersion"})
_Found = tuple[ResourceType, Shape] | None


def check_reads(file: BicepFile, types: ResourceTypes) -> Iterator[Diagnostic]:
    """Faults of every property that is read of a resource of the file."""
    for item in file.declarations:
        for value in walk(item.value) if item.value is not None else ():
            if isinstance(value, Member):
                yield from _read(file, types, value)


def _read(file: BicepFile, types: ResourceTypes, value: Member) -> Iterator[Diagnostic]:
    holder = _shape(file, types, value.of)
    if holder is None:
        return
    if holder[1].properties.get(value.name, (0, 0))[1] & WRITE_ONLY:
        message = f"{value.name} can only be written (BCP077)"
        yield codes.UNKNOWN_PROPERTY.at(value.span, message)
    if _is_open(holder[1], value.name):
        return
    known = {**holder[1].properties, **dict.fromkeys(_BICEP if isinstance(value.of, Name) else ())}
    if value.name not in known:
        near = nearest(value.name, known)
        hint = f"did you mean {near}?" if near else None
        yield codes.UNKNOWN_PROPERTY.at(value.span, f"{holder[0].name} has no {value.name} here", hint=hint)


def _is_open(shape: Shape, name: str) -> bool:
    return shape.kind != "object" or shape.others is not None or name in shape.properties


def _shape(file: BicepFile, types: ResourceTypes, value: Expression) -> _Found:
    """The shape of what an expression reads; None where that is not known."""
    match value:
        case Name(name):
            found = file.get(name)
            if found is None or found.kind != "resource" or isinstance(found.value, Loop):
                return None
            kind, _, version = found.target.partition("@")
            known = types.get(kind, version)
            return None if known is None else (known, known.shape(known.body))
        case Member(of=of, name=name):
            holder = _shape(file, types, of)
            place = holder[1].properties.get(name) if holder is not None else None
            return None if holder is None or place is None else (holder[0], holder[0].shape(place[0]))
        case Index(of=of):
            holder = _shape(file, types, of)
            if holder is None or holder[1].kind != "array":
                return None
            return holder[0], holder[0].shape(holder[1].items[0])
        case _:
            return None
