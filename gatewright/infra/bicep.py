"""A Bicep file as values: declarations and expressions, each with its place.

Source: https://learn.microsoft.com/azure/azure-resource-manager/bicep/file (2026-08).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from gatewright.diagnostics import Span


@dataclass(frozen=True, slots=True)
class Text:
    """A string: literal pieces and interpolated expressions in order."""

    parts: tuple[str | Expression, ...]
    span: Span

    @property
    def literal(self) -> str | None:
        """The text where nothing is interpolated."""
        pieces = [part for part in self.parts if isinstance(part, str)]
        return "".join(pieces) if len(pieces) == len(self.parts) else None


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, `true`, `false` or `null`."""

    value: int | bool | None
    span: Span


@dataclass(frozen=True, slots=True)
class Name:
    """A symbol that is used."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Member:
    """`of.name`; `guarded`: written with `.?` or `!.`, so that `of` may be null; `safe`: with `.?`."""

    of: Expression
    name: str
    span: Span
    guarded: bool = False
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    """`of[index]`, or `of[?index]`, which is guarded and safe."""

    of: Expression
    index: Expression
    span: Span
    guarded: bool = False
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A function, or a method of an object such as `account!.listKeys()`.

    Attributes:
        function: its name.
        arguments: what it is given.
        span: its place.
        of: the object of a method.
        guarded: whether a method is written with `!.`.
        qualified: whether a function is written with its namespace, as `az.environment()`.
    """

    function: str
    arguments: tuple[Expression, ...]
    span: Span
    of: Expression | None = None
    guarded: bool = False
    qualified: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One property of an object."""

    key: Text
    value: Expression

    @property
    def name(self) -> str | None:
        """The property's name where it is literal."""
        return self.key.literal


@dataclass(frozen=True, slots=True)
class Object:
    """`{ … }`."""

    entries: tuple[Entry, ...]
    span: Span

    def get(self, name: str) -> Expression | None:
        """The value of a property."""
        return next((entry.value for entry in self.entries if entry.name == name), None)


@dataclass(frozen=True, slots=True)
class Array:
    """`[ … ]`."""

    items: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Choice:
    """`condition ? yes : no`."""

    condition: Expression
    yes: Expression
    no: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator on one or two operands."""

    operator: str
    operands: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Lambda:
    """`(a, b) => body`."""

    names: tuple[str, ...]
    body: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Loop:
    """`[for (item, index) in source: body]`."""

    names: tuple[str, ...]
    source: Expression
    body: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Condition:
    """`if (condition) body` of a resource or module."""

    condition: Expression
    body: Expression
    span: Span


Expression: TypeAlias = (
    Text
    | Constant
    | Name
    | Member
    | Index
    | Call
    | Object
    | Array
    | Choice
    | Operation
    | Lambda
    | Loop
    | Condition
)


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a file declares.

    Attributes:
        kind: param, var, type, resource, module, output.
        name: its symbol.
        span: the place of the symbol.
        type: the written type (`string`, `'a' | 'b'`, `endpoint[]`), of a param, output or type.
        target: the resource type with version, or the module's path.
        target_span: the place of the target.
        existing: whether a resource is only looked up.
        value: the default, value or body.
        decorators: the calls before it.
    """

    kind: str
    name: str
    span: Span
    type: str = ""
    target: str = ""
    target_span: Span | None = None
    existing: bool = False
    value: Expression | None = None
    decorators: tuple[Call, ...] = ()

    def decorator(self, name: str) -> Call | None:
        """The decorator of a name."""
        return next((item for item in self.decorators if item.function == name), None)

    def number(self, name: str) -> int | None:
        """The number that a decorator states, such as that of `@maxLength(50)`."""
        found = self.decorator(name)
        value = found.arguments[0] if found and found.arguments else None
        return int(value.value) if isinstance(value, Constant) and value.value is not None else None

    @property
    def body(self) -> Object | None:
        """The object of a resource or module, without loop and condition."""
        value = self.value
        while isinstance(value, Loop | Condition):
            value = value.body
        return value if isinstance(value, Object) else None


@dataclass(frozen=True, slots=True)
class BicepFile:
    """A file: its name as shown, its target scope and its declarations."""

    file: str
    scope: str
    declarations: tuple[Declaration, ...]

    def of(self, kind: str) -> tuple[Declaration, ...]:
        """The declarations of a kind."""
        return tuple(item for item in self.declarations if item.kind == kind)

    def get(self, name: str) -> Declaration | None:
        """The symbol of a name; outputs are no symbols."""
        return next((d for d in self.declarations if d.name == name and d.kind != "output"), None)


def path_of(file: str, target: str) -> str:
    """The name of a file that another one names relative to itself."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), target))


def children(value: Expression) -> tuple[Expression, ...]:
    """The expressions that an expression is directly made of."""
    match value:
        case Text():
            return tuple(part for part in value.parts if not isinstance(part, str))
        case Member():
            return (value.of,)
        case Index():
            return (value.of, value.index)
        case Call():
            return (*((value.of,) if value.of is not None else ()), *value.arguments)
        case Object():
            return tuple(part for entry in value.entries for part in (entry.key, entry.value))
        case Array():
            return value.items
        case Choice():
            return (value.condition, value.yes, value.no)
        case Operation():
            return value.operands
        case Loop():
            return (value.source, value.body)
        case Condition():
            return (value.condition, value.body)
        case Lambda():
            return (value.body,)
        case _:
            return ()


def free(value: Expression, bound: frozenset[str] = frozenset()) -> Iterator[Expression]:
    """Like `walk`, without names of loops and lambdas, and without what is read of them."""
    base = value
    while isinstance(base, Member | Index):
        base = base.of
    if not (isinstance(base, Name) and base.name in bound):
        yield value
    for child in children(value):
        inside = isinstance(value, Lambda) or (isinstance(value, Loop) and child is not value.source)
        names = frozenset(value.names) if inside and isinstance(value, Lambda | Loop) else frozenset[str]()
        yield from free(child, bound | names)


def walk(value: Expression) -> Iterator[Expression]:
    """An expression and everything in it."""
    pending = [value]
    while pending:
        found = pending.pop()
        yield found
        pending.extend(reversed(children(found)))
