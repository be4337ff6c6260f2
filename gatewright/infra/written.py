"""Types as they are written in a Bicep file: `string?`, `'a' | 'b'`, `endpoint[]`, `{ name: string }`.

Source: https://learn.microsoft.com/azure/azure-resource-manager/bicep/data-types and user-defined-data-types
(2026-08).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from gatewright.infra.bicep import Array, BicepFile, Constant, Declaration, Text
from gatewright.infra.types import (
    ARRAY,
    NULL,
    NUMBER,
    OBJECT,
    TEXT,
    TRUTH,
    UNKNOWN,
    ArrayType,
    NullType,
    NumberType,
    ObjectType,
    TextType,
    TruthType,
    Type,
    members,
    union,
    without_null,
)

_Range = tuple[int | None, int | None]
_TOKEN = re.compile(r"'(?:\\.|[^'\\])*'|[A-Za-z_]\w*|-?\d+|\S")
_NAMED: dict[str, Type] = {
    "string": TEXT, "int": NUMBER, "bool": TRUTH, "object": OBJECT, "array": ARRAY, "any": UNKNOWN,
    "null": NULL, "true": TruthType(True), "false": TruthType(False),
}  # fmt: skip


def declared(item: Declaration, file: BicepFile) -> Type:
    """The type that a parameter or output states, with the limits of its decorators."""
    found = _limited(_Reader(file, frozenset()).read(item.type), item)
    if item.kind != "param":
        return found
    allowed = item.decorator("allowed")
    if allowed is not None and allowed.arguments and isinstance(allowed.arguments[0], Array):
        values = [_literal(value) for value in allowed.arguments[0].items]
        return union(values) if all(not isinstance(value, type(UNKNOWN)) for value in values) else found
    return _loose(found)


def _literal(value: object) -> Type:
    match value:
        case Text(literal=str() as text):
            return TextType(text)
        case Constant(value=bool() as truth):
            return TruthType(truth)
        case Constant(value=int() as number):
            return NumberType(number)
        case _:
            return UNKNOWN


def _loose(found: Type) -> Type:
    match found:
        case TextType(value=None) | NumberType(value=None) | TruthType(value=None):
            return replace(found, loose=True)
        case _ if (bare := without_null(found)) is not None:
            return union([_loose(bare), NULL])
        case _:
            return found


def _limited(found: Type, item: Declaration) -> Type:
    return limited(
        found,
        (item.number("minLength"), item.number("maxLength")),
        (item.number("minValue"), item.number("maxValue")),
    )


def limited(found: Type, length: tuple[int | None, int | None], value: tuple[int | None, int | None]) -> Type:
    """A type with least and most length or value."""
    match found:
        case TextType(value=None) | ArrayType() if length != (None, None):
            return replace(found, least=length[0] or None, most=length[1])
        case NumberType(value=None) if value != (None, None):
            return replace(found, least=value[0], most=value[1])
        case _ if (bare := without_null(found)) is not None:
            return union([limited(bare, length, value), NULL])
        case _:
            return found


@dataclass(slots=True)
class _Reader:
    """Reads the tokens of a written type from left to right.

    What cannot be read is of unknown type: that is told elsewhere, or by the compiler.
    """

    file: BicepFile
    open: frozenset[str]
    tokens: tuple[str, ...] = ()
    place: int = 0

    def read(self, text: str) -> Type:
        self.tokens, self.place = tuple(_TOKEN.findall(text)), 0
        return self.whole() if self.tokens else UNKNOWN

    def next(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self) -> str:
        token = self.next()
        self.place += 1
        return token

    def whole(self) -> Type:
        found = [self.postfix()]
        while self.next() == "|":
            self.take()
            found.append(self.postfix())
        return found[0] if len(found) == 1 else union(found)

    def postfix(self) -> Type:
        if self.next() == "|":
            self.take()
        found = self.primary()
        while self.next() in ("[", "?", "!", "."):
            match self.take():
                case "?":
                    found = union([found, NULL])
                case "!":
                    found = without_null(found) or found
                case "[" if self.next() == "]":
                    self.take()
                    found = ArrayType(found)
                case "[":
                    self.skip("[", "]")
                    found = UNKNOWN
                case _:
                    self.take()
                    found = UNKNOWN
        return found

    def skip(self, opening: str, closing: str) -> None:
        depth = 1
        while depth and self.next():
            token = self.take()
            depth += (token == opening) - (token == closing)

    def primary(self) -> Type:
        token = self.take()
        if token.startswith("'"):
            return TextType(token[1:-1])
        if token.lstrip("-").isdigit():
            return NumberType(int(token))
        match token:
            case "{":
                return self.object()
            case "[":
                return self.several()
            case "(":
                found = self.whole()
                self.take()
                return found
            case _:
                return _NAMED[token] if token in _NAMED else self.named(token)

    def named(self, name: str) -> Type:
        item = next((d for d in self.file.of("type") if d.name == name), None)
        if item is None or name in self.open:
            return UNKNOWN
        return _limited(_Reader(self.file, self.open | {name}).read(item.type), item)

    def several(self) -> Type:
        items: list[Type] = []
        while self.next() not in ("]", ""):
            if self.next() == ",":
                self.take()
                continue
            self.decorators()
            items.append(self.whole())
        self.take()
        return ArrayType(union(items) if items else UNKNOWN, tuple(items))

    def object(self) -> Type:
        properties: dict[str, Type] = {}
        others: Type | None = None
        while self.next() not in ("}", ""):
            if self.next() == ",":
                self.take()
                continue
            length, value = self.decorators()
            key = self.take().strip("'")
            self.take()
            found = limited(self.whole(), length, value)
            if key == "*":
                others = found
            else:
                properties[key] = found
        self.take()
        needed = (name for name, item in properties.items() if not _may_be_null(item))
        return ObjectType(properties, others, frozenset(needed))

    def decorators(self) -> list[_Range]:
        stated: dict[str, int] = {}
        while self.next() == "@":
            self.take()
            name = self.take()
            if self.next() == ".":
                self.take()
                name = self.take()
            self.take()
            if self.next().lstrip("-").isdigit():
                stated[name] = int(self.next())
            self.skip("(", ")")
        return [
            (stated.get("minLength"), stated.get("maxLength")),
            (stated.get("minValue"), stated.get("maxValue")),
        ]


def _may_be_null(value: Type) -> bool:
    return value is UNKNOWN or any(isinstance(item, NullType) for item in members(value))
