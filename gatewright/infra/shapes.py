"""Azure's shapes as types that values are compared with.

Properties are read when they are asked for: shapes may hold themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gatewright.infra.resource_types import READ_ONLY, REQUIRED, ResourceType, Shape
from gatewright.infra.types import (
    TRUTH,
    UNKNOWN,
    ArrayType,
    NumberType,
    ObjectType,
    TextType,
    Type,
    union,
)


@dataclass(frozen=True, slots=True)
class _Properties(Mapping[str, Type]):
    resource: ResourceType
    places: Mapping[str, tuple[int, int]]

    def __getitem__(self, name: str) -> Type:
        return type_of(self.resource, self.resource.shape(self.places[name][0]))

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)


def type_of(resource: ResourceType, shape: Shape) -> Type:
    """The type of a shape; what a discriminator chooses is not known before it is chosen."""
    match shape.kind:
        case "object":
            needed = (n for n, (_, f) in shape.properties.items() if f & REQUIRED and not f & READ_ONLY)
            fixed = (n for n, (_, f) in shape.properties.items() if f & READ_ONLY and not f & REQUIRED)
            others = None if shape.others is None else type_of(resource, resource.shape(shape.others))
            places = _Properties(resource, shape.properties)
            return ObjectType(places, others, frozenset(needed), frozenset(fixed))
        case "array":
            item = type_of(resource, resource.shape(shape.items[0]))
            return ArrayType(item, None, shape.least, shape.most)
        case "union":
            return union(type_of(resource, resource.shape(place)) for place in shape.items)
        case "text":
            return TextType(shape.value, shape.least, shape.most)
        case "integer":
            return NumberType(None, shape.least, shape.most)
        case "boolean":
            return TRUTH
        case _:
            return UNKNOWN
