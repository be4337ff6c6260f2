"""Resource bodies against Azure's own types: names, required properties, values, lengths.

Parents, scopes and `dependsOn` are Bicep's words, not Azure's; `name` is looked at by `names`.

Source: https://github.com/Azure/bicep-types-az (2026-08-20).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gatewright.diagnostics import Diagnostic, Span, nearest
from gatewright.infra import codes
from gatewright.infra.assign import misfits
from gatewright.infra.bicep import (
    Array,
    BicepFile,
    Call,
    Choice,
    Constant,
    Declaration,
    Expression,
    Loop,
    Member,
    Name,
    Object,
    Text,
)
from gatewright.infra.resource_types import READ_ONLY, REQUIRED, ResourceType, ResourceTypes, Shape, matches
from gatewright.infra.shapes import type_of
from gatewright.infra.typed import Typed
from gatewright.infra.types import NULL, UnknownType, union

_BICEP_KEYS = frozenset({"parent", "scope", "dependsOn"})
_PLACES = {"tenant": 1, "managementGroup": 2, "subscription": 4, "resourceGroup": 8}
_EXTENSION, _ANYWHERE = 16, 31
_CUSTOM = "Custom-"  # streams of a data collection rule that the deployment declares itself
_BUILT_IN = frozenset({"type", "apiVersion"})


def check_resources(typed: Typed, types: ResourceTypes) -> Iterator[Diagnostic]:
    """Faults of every resource of a file."""
    file = typed.file
    for item in file.of("resource"):
        name, _, version = item.target.partition("@")
        versions = types.versions(name)
        if not versions:
            near = nearest(name.lower(), types.names)
            hint = f"did you mean {types.names[near]}?" if near else None
            yield codes.UNKNOWN_TYPE.at(item.target_span, f"there is no resource type {name}", hint=hint)
        elif version not in versions:
            stable = max((v for v in versions if "preview" not in v), default=max(versions))
            message = f"{name} has no API version {version or '(none)'}"
            yield codes.UNKNOWN_VERSION.at(
                item.target_span, message, hint=f"the newest stable one is {stable}"
            )
        elif (found := types.get(name, version)) is None:
            yield codes.UNCHECKED_TYPE.at(item.target_span, f"the body of {item.target} is not known here")
        else:
            yield from _resource(typed, item, found)
        yield from _parent(file, item, name)


def _parent(file: BicepFile, item: Declaration, name: str) -> Iterator[Diagnostic]:
    body = item.body
    parent = body.get("parent") if body else None
    if parent is None:
        yield from _segments(file, item, name)
        return
    called = body.get("name") if body else None
    if isinstance(called, Text) and any("/" in part for part in called.parts if isinstance(part, str)):
        yield codes.UNKNOWN_VALUE.at(called.span, "a name beside a parent holds no slash")
    above = file.get(parent.name) if isinstance(parent, Name) else None
    if above is not None and above.kind == "resource":
        expected = name.rpartition("/")[0].lower()
        if above.target.partition("@")[0].lower() != expected:
            yield codes.WRONG_TYPE.at(
                parent.span, f"{name} cannot stand in a {above.target.partition('@')[0]}"
            )


def _segments(file: BicepFile, item: Declaration, name: str) -> Iterator[Diagnostic]:
    """Without a parent, a name has as many segments as its type, and names no resource of the file."""
    called = item.body.get("name") if item.body else None
    expected = name.count("/") - 1
    if not isinstance(called, Text) or expected < 0:
        return
    slashes = sum(part.count("/") for part in called.parts if isinstance(part, str))
    if slashes > expected or (called.literal is not None and slashes != expected):
        hint = "add parent: with the symbol of the resource that it stands in" if expected else None
        message = f"the name of a {name} holds {expected} slashes, or has a parent"
        yield codes.MISSING_PROPERTY.at(item.span, message, hint=hint)
    elif expected and _is_of_the_file(file, called):
        yield codes.LINTER.at(called.span, f"{item.name} can have a parent: (use-parent-property)")


def _is_of_the_file(file: BicepFile, called: Text) -> bool:
    first = called.parts[0] if called.parts else ""
    if isinstance(first, Member) and first.name == "name" and isinstance(first.of, Name):
        above = file.get(first.of.name)
        return above is not None and above.kind == "resource"
    names = (other.body.get("name") for other in file.of("resource") if other.body)
    own = {name.literal for name in names if isinstance(name, Text)}
    return isinstance(first, str) and first.partition("/")[0] in own


def _resource(typed: Typed, item: Declaration, found: ResourceType) -> Iterator[Diagnostic]:
    body = item.body
    if body is None:
        yield codes.MISSING_PROPERTY.at(item.span, f"{item.name} has no body")
        return
    if item.existing:
        for entry in body.entries:
            if entry.name not in {"name", *_BICEP_KEYS}:
                yield codes.READ_ONLY.at(
                    entry.key.span, f"{item.name} exists already: {entry.name} cannot be set"
                )
        return
    if not found.writable:
        yield codes.READ_ONLY.at(item.target_span, f"{found.name} can only be read", hint="add existing")
    elif not found.writable & _place(typed.file, body):
        message = f"{found.name} cannot be deployed here"
        hint = "deploy it by a module whose scope it is for, or to a resource by scope:"
        yield codes.SCOPE.at(item.target_span, message, hint=hint)
    check = _Check(typed, found)
    left = Object(tuple(entry for entry in body.entries if entry.name not in _BICEP_KEYS), body.span)
    yield from check.value(left, found.shape(found.body), item.span)


def _place(file: BicepFile, body: Object) -> int:
    """The bit of where a resource is deployed (`ResourceType.writable`); all where it is not known."""
    scope = body.get("scope")
    if scope is None:
        return _ANYWHERE if body.get("parent") is not None else _PLACES.get(file.scope, _ANYWHERE)
    if isinstance(scope, Call):
        return _PLACES.get(scope.function, _ANYWHERE)
    above = file.get(scope.name) if isinstance(scope, Name) else None
    if above is None or above.kind != "resource" or "resourcegroups@" in above.target.lower():
        return _ANYWHERE
    return _EXTENSION


@dataclass(frozen=True, slots=True)
class _Check:
    typed: Typed
    type: ResourceType

    def value(
        self, value: Expression, shape: Shape, span: Span, *, optional: bool = False
    ) -> Iterator[Diagnostic]:
        """Faults of a value; `span` is where a missing property is told, an optional one may be null."""
        if shape.secret:
            yield from self.secret(value)
        match value:
            case Choice(yes=yes, no=no):
                yield from self.value(yes, shape, span, optional=optional)
                yield from self.value(no, shape, span, optional=optional)
            case Name(name) if (found := self.typed.file.get(name)) is not None and found.kind == "var":
                if found.value is not None and not isinstance(found.value, Call):
                    yield from self.value(found.value, shape, found.span, optional=optional)
                else:
                    yield from self.kind(value, shape, optional=optional)
            case Constant(value=None) | Loop() | Array() | Object() | Text() | Constant():
                yield from self.literal(value, shape, span)
            case Call(function="concat", arguments=arguments, of=None):
                for argument in arguments:
                    yield from self.value(argument, shape, span)
            case _:
                yield from self.kind(value, shape, optional=optional)

    def secret(self, value: Expression) -> Iterator[Diagnostic]:
        """Bicep's rule use-secure-value-for-secure-inputs: no literal, no parameter that is not @secure()."""
        found = self.typed.file.get(value.name) if isinstance(value, Name) else None
        is_open = found is not None and found.kind == "param" and found.decorator("secure") is None
        if is_open or (isinstance(value, Text) and value.literal):
            message = "this is a secret, and not given as one (use-secure-value-for-secure-inputs)"
            yield codes.LINTER.at(value.span, message, hint="mark the parameter @secure()")

    def kind(self, value: Expression, shape: Shape, *, optional: bool = False) -> Iterator[Diagnostic]:
        wanted = type_of(self.type, shape)
        yield from misfits(self.typed.of(value), union([wanted, NULL]) if optional else wanted, value.span)

    def literal(self, value: Expression, shape: Shape, span: Span) -> Iterator[Diagnostic]:
        match value, shape.kind:
            case (Constant(value=None), _) | (_, "any"):
                return
            case (_, "union"):
                yield from self.union(value, shape, span)
            case (Object(), "object"):
                yield from self.object(value, shape.properties, shape.others, span)
            case (Object(), "choice"):
                yield from self.choice(value, shape, span)
            case (Array(items=items), "array"):
                for item in items:
                    yield from self.value(item, self.type.shape(shape.items[0]), item.span)
            case (Loop(body=body), "array"):
                yield from self.value(body, self.type.shape(shape.items[0]), span)
            case (Text(), "text"):
                yield from _text(value, shape)
            case (Constant(value=int() as number), "integer") if not isinstance(number, bool):
                if (shape.least is not None and number < shape.least) or (
                    shape.most is not None and number > shape.most
                ):
                    yield codes.OUT_OF_LIMITS.at(
                        value.span, f"{number} is not in {shape.least} to {shape.most}"
                    )
            case _:
                yield from self.kind(value, shape)

    def union(self, value: Expression, shape: Shape, span: Span) -> Iterator[Diagnostic]:
        members = [self.type.shape(reference) for reference in shape.items]
        texts = [member.value for member in members if member.value is not None]
        if isinstance(value, Text) and texts:
            written = value.literal
            if written is not None and written not in texts and not written.startswith(_CUSTOM):
                near = nearest(written, texts)
                message = f"Azure does not name {written} here"
                yield codes.UNKNOWN_VALUE.at(
                    value.span,
                    message,
                    hint=f"did you mean {near}?" if near else f"known: {', '.join(texts)}",
                )
            return
        if texts:
            yield from self.kind(value, Shape("text"))
        elif len(members) == 1:
            yield from self.value(value, members[0], span)

    def choice(self, value: Object, shape: Shape, span: Span) -> Iterator[Diagnostic]:
        chosen = value.get(shape.discriminator)
        if chosen is None:
            yield codes.MISSING_PROPERTY.at(value.span, f"{shape.discriminator} is missing")
        elif isinstance(chosen, Text) and chosen.literal is not None:
            reference = shape.elements.get(chosen.literal)
            if reference is None:
                known = ", ".join(sorted(shape.elements))
                yield codes.UNKNOWN_VALUE.at(chosen.span, f"{shape.discriminator} is one of {known}")
                return
            element = self.type.shape(reference)
            yield from self.object(value, {**shape.properties, **element.properties}, element.others, span)

        elif not isinstance(self.typed.of(chosen), UnknownType):
            known = ", ".join(sorted(shape.elements))
            message = f"{shape.discriminator} is written out here: it says which of {known} this is"
            yield codes.UNKNOWN_VALUE.at(chosen.span, message)

    def object(
        self, value: Object, properties: Mapping[str, tuple[int, int]], others: int | None, span: Span
    ) -> Iterator[Diagnostic]:
        given = {entry.name for entry in value.entries}
        for name, (_, flags) in properties.items():
            if flags & REQUIRED and not flags & READ_ONLY and name not in given and name not in _BUILT_IN:
                yield codes.MISSING_PROPERTY.at(span, f"{name} is missing", hint=f"add {name}:")
        for entry in value.entries:
            known = properties.get(entry.name or "")
            if known is not None:
                if known[1] & READ_ONLY and not known[1] & REQUIRED:
                    yield codes.READ_ONLY.at(entry.key.span, f"{entry.name} can only be read")
                optional = not known[1] & REQUIRED
                yield from self.value(
                    entry.value, self.type.shape(known[0]), entry.key.span, optional=optional
                )
            elif others is not None:
                yield from self.value(entry.value, self.type.shape(others), entry.key.span)
            else:
                near = nearest(entry.name or "", properties)
                hint = f"did you mean {near}?" if near else None
                yield codes.UNKNOWN_PROPERTY.at(
                    entry.key.span, f"there is no property {entry.name}", hint=hint
                )


def _text(value: Text, shape: Shape) -> Iterator[Diagnostic]:
    written = value.literal
    if written is None:
        return
    if shape.value is not None and written != shape.value:
        yield codes.UNKNOWN_VALUE.at(value.span, f"this can only be {shape.value}")
    if (shape.least is not None and len(written) < shape.least) or (
        shape.most is not None and len(written) > shape.most
    ):
        yield codes.OUT_OF_LIMITS.at(
            value.span, f"{len(written)} characters; from {shape.least} to {shape.most} are allowed"
        )
    elif shape.pattern is not None and not matches(shape.pattern, written):
        yield codes.OUT_OF_LIMITS.at(value.span, f"{written} does not match {shape.pattern}")
