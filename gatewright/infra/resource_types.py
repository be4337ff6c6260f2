"""Azure's resource types as the Bicep compiler knows them, read from a folder of `types.json` files.

Source: https://github.com/Azure/bicep-types-az, folder `generated` (2026-08-20).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, cast

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

REQUIRED, READ_ONLY, WRITE_ONLY = 1, 2, 4


@dataclass(frozen=True, slots=True)
class Shape:
    """What a value may look like.

    Attributes:
        kind: object, choice (by discriminator), union, text, integer, boolean, array or any.
        properties: of an object: name → (shape's reference, flags).
        others: reference of the shape of further properties, or None where there are none.
        items: reference of the items of an array, or of the members of a union.
        discriminator: the property that chooses, of a choice.
        least: least length or value.
        most: largest length or value.
        pattern: pattern of a text.
        value: the one text of a literal.
        secret: whether a text is a secret.
    """

    kind: str
    properties: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    others: int | None = None
    items: tuple[int, ...] = ()
    elements: Mapping[str, int] = field(default_factory=dict)
    discriminator: str = ""
    least: int | None = None
    most: int | None = None
    pattern: str | None = None
    value: str | None = None
    secret: bool = False


@dataclass(frozen=True, slots=True)
class ResourceType:
    """One type and version: its body, where it may be written, and the shapes of its file."""

    name: str
    body: int
    writable: int
    shapes: tuple[Shape, ...]

    def shape(self, reference: int) -> Shape:
        """The shape of a reference."""
        return self.shapes[reference]


class ResourceTypes:
    """The types of a folder, read when they are asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        index = _object(json.loads((folder / "index.json").read_text("utf-8")))
        everything = _object(json.loads((folder / "all-resource-types.json").read_text("utf-8")))
        listed = _object(everything.get("resources", everything))
        self._places = {
            name.lower(): _texts(versions) for name, versions in _object(index["resources"]).items()
        }
        self._versions = {name.lower(): frozenset(_names(versions)) for name, versions in listed.items()}
        self.names = {name.lower(): name for name in listed}
        self._files: dict[str, tuple[list[dict[str, Json]], tuple[Shape, ...]]] = {}

    def versions(self, name: str) -> frozenset[str]:
        """Every API version of a type; empty where there is no such type."""
        return self._versions.get(name.lower(), frozenset())

    def get(self, name: str, version: str) -> ResourceType | None:
        """The body of a type, or None where the folder does not have it."""
        place = self._places.get(name.lower(), {}).get(version)
        if place is None:
            return None
        file, position = place.split("#/")
        if file not in self._files:
            types: list[dict[str, Json]] = json.loads((self._folder / file).read_text("utf-8"))
            self._files[file] = (types, tuple(_shape(item) for item in types))
        raw, shapes = self._files[file]
        found = raw[int(position)]
        return ResourceType(name, _ref(found["body"]), _int(found.get("writableScopes")) or 0, shapes)


def _shape(item: dict[str, Json]) -> Shape:
    match item["$type"]:
        case "ObjectType":
            others = item.get("additionalProperties")
            return Shape(
                "object",
                properties=_properties(item["properties"]),
                others=None if others is None else _ref(others),
            )
        case "DiscriminatedObjectType":
            elements = {name: _ref(value) for name, value in _object(item["elements"]).items()}
            return Shape(
                "choice",
                properties=_properties(item["baseProperties"]),
                elements=elements,
                discriminator=str(item["discriminator"]),
            )
        case "UnionType":
            return Shape("union", items=tuple(_ref(value) for value in cast("list[Json]", item["elements"])))
        case "StringLiteralType":
            return Shape("text", value=str(item["value"]))
        case "StringType":
            pattern = item.get("pattern")
            return Shape(
                "text",
                least=_int(item.get("minLength")),
                most=_int(item.get("maxLength")),
                pattern=str(pattern) if pattern else None,
                secret=item.get("sensitive") is True,
            )
        case "IntegerType":
            return Shape("integer", least=_int(item.get("minValue")), most=_int(item.get("maxValue")))
        case "BooleanType":
            return Shape("boolean")
        case "ArrayType":
            return Shape(
                "array",
                items=(_ref(item["itemType"]),),
                least=_int(item.get("minLength")),
                most=_int(item.get("maxLength")),
            )
        case _:
            return Shape("any")


def _properties(value: Json) -> dict[str, tuple[int, int]]:
    found = {}
    for name, item in _object(value).items():
        entry = _object(item)
        found[name] = (_ref(entry["type"]), _int(entry["flags"]) or 0)
    return found


def _object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _texts(value: Json) -> dict[str, str]:
    return {name: str(item) for name, item in _object(value).items()}


def _names(value: Json) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else list(_object(value))


def _ref(value: Json) -> int:
    return int(str(_object(value)["$ref"]).removeprefix("#/"))


def _int(value: Json) -> int | None:
    return value if isinstance(value, int) else None


def matches(pattern: str, text: str) -> bool:
    """Whether a text matches a contract's pattern; a pattern that Python cannot read matches everything."""
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return True
