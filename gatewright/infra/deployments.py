"""What the Bicep compiler refuses of a file's resources and modules together.

Circles, two of one name, loops whose every turn has the same name, collections that are not indexed, scopes.

Sources, all Azure/bicep 9beb0fee (2026-08-21), src/Bicep.Core: CyclicCheckVisitor (BCP079, BCP080),
EmitLimitationCalculator (BCP121, BCP122, BCP179, BCP183), ForSyntaxValidatorVisitor (BCP144), ScopeHelper
(BCP134, BCP139, BCP164).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from gatewright.diagnostics import Diagnostic
from gatewright.infra import codes
from gatewright.infra.bicep import (
    BicepFile,
    Call,
    Choice,
    Condition,
    Declaration,
    Expression,
    Index,
    Loop,
    Member,
    Name,
    Object,
    children,
    free,
    path_of,
    walk,
)
from gatewright.infra.typed import Typed
from gatewright.infra.types import TextType

_SCOPES = frozenset({"managementGroup", "resourceGroup", "subscription", "tenant"})
_WITHIN = {
    "tenant": _SCOPES,
    "managementGroup": frozenset({"managementGroup", "subscription", "tenant"}),
    "subscription": frozenset({"resourceGroup", "subscription", "tenant"}),
    "resourceGroup": frozenset({"resourceGroup", "subscription", "tenant"}),
}


def check_deployments(typed: Typed, files: Mapping[str, BicepFile]) -> Iterator[Diagnostic]:
    """Faults of one file.

    Args:
        typed: the file.
        files: every Bicep file by name.
    """
    file = typed.file
    yield from _twice(typed)
    for item in file.declarations:
        if item.value is None:
            continue
        if item.kind in ("resource", "module") and not item.existing:
            yield from _same_in_each_turn(item)
            yield from _scope_of_child(item)
        if item.kind == "module":
            yield from _module(file, item, files)
        if item.kind in ("resource", "module"):
            known = {one for one in free(item.value) if isinstance(one, Name)}
            for found in _whole(file, item.value, in_properties=False, loops=0):
                if any(one.span == found.span for one in known):
                    yield found


def check_circles(file: BicepFile) -> Iterator[Diagnostic]:
    """Symbols of a file that need themselves: what they are cannot be told."""
    uses = {
        item.name: {
            inner.name
            for inner in (free(item.value) if item.value is not None else ())
            if isinstance(inner, Name) and file.get(inner.name) is not None
        }
        for item in file.declarations
        if item.kind not in ("output", "type")
    }
    for item in file.declarations:
        reached, pending = set[str](), [*uses.get(item.name, ())] if item.kind != "output" else []
        while pending:
            name = pending.pop()
            if name not in reached:
                reached.add(name)
                pending.extend(uses.get(name, ()))
        if item.kind not in ("output", "type") and item.name in reached:
            yield codes.CIRCLE.at(item.span, f"{item.name} needs itself, by what it is made of")


def _twice(typed: Typed) -> Iterator[Diagnostic]:
    groups: dict[tuple[object, ...], list[Declaration]] = defaultdict(list)
    for item in (*typed.file.of("module"), *typed.file.of("resource")):
        body, value = item.body, item.value.body if isinstance(item.value, Loop) else item.value
        name = typed.of(written) if body is not None and (written := body.get("name")) is not None else None
        if body is None or isinstance(value, Condition) or not isinstance(name, TextType):
            continue
        if name.value is not None:
            kind = item.target.partition("@")[0].lower() if item.kind == "resource" else ""
            places = (_shape(body.get(word)) for word in ("scope", "parent"))
            groups[(item.kind, kind, name.value.lower(), *places)].append(item)
    for found in groups.values():
        for item in found if len(found) > 1 else ():
            others = ", ".join(other.name for other in found if other is not item)
            yield codes.ONE_NAME.at(item.span, f"{item.name} is deployed under the name of {others}")


def _shape(value: Expression | None) -> object:
    """What an expression says, wherever it stands; two of one shape are the same."""
    match value:
        case None:
            return None
        case Name(name):
            return name
        case Member(of=of, name=name):
            return (_shape(of), name)
        case Call(function=function, arguments=arguments):
            return (function, *(_shape(one) for one in arguments))
        case Index(of=of, index=index):
            return (_shape(of), _shape(index))
        case _:
            literal = getattr(value, "literal", None)
            return ("'", literal) if literal is not None else id(value)


def _same_in_each_turn(item: Declaration) -> Iterator[Diagnostic]:
    body = item.body
    if not isinstance(item.value, Loop) or body is None or body.get("name") is None:
        return
    telling = [value for word in ("name", "parent", "scope") if (value := body.get(word)) is not None]
    used = {inner.name for value in telling for inner in walk(value) if isinstance(inner, Name)}
    if used.isdisjoint(item.value.names):
        turns = " or ".join(item.value.names)
        message = f"{item.name} has the same name in each turn of its loop"
        yield codes.ONE_NAME.at(item.span, message, hint=f"use {turns} in name:")


def _scope_of_child(item: Declaration) -> Iterator[Diagnostic]:
    body = item.body
    scope = body.get("scope") if body is not None else None
    if body is None or scope is None or item.kind != "resource":
        return
    if body.get("parent") is not None:
        yield codes.SCOPE.at(scope.span, f"{item.name} stands where its parent does: it takes no scope")
    elif isinstance(scope, Call) and scope.function in _SCOPES and scope.arguments:
        hint = "put it into a module and give the module this scope"
        yield codes.SCOPE.at(
            scope.span, f"{item.name} cannot be deployed outside of the file's scope", hint=hint
        )


def _module(file: BicepFile, item: Declaration, files: Mapping[str, BicepFile]) -> Iterator[Diagnostic]:
    body, target = item.body, files.get(path_of(file.file, item.target))
    if body is None:
        return
    params = body.get("params")
    if params is not None and not isinstance(params, Object):
        yield codes.MISPLACED.at(params.span, "params: takes an object that is written out here")
    scope = body.get("scope")
    if isinstance(scope, Choice):
        message = "a scope is one expression, not a choice"
        yield codes.SCOPE.at(scope.span, message, hint="put the choice into the argument of resourceGroup()")
        return
    given = file.scope if scope is None else _kind_of_scope(file, scope)
    if given is None:
        return
    if target is not None and target.scope != given:
        message = f"{target.file} is for {target.scope}, this is {given}"
        yield codes.SCOPE.at(item.span if scope is None else scope.span, message)
    elif given not in _WITHIN.get(file.scope, _SCOPES):
        place = item.span if scope is None else scope.span
        yield codes.SCOPE.at(place, f"{given} cannot be deployed to from {file.scope}")


def _kind_of_scope(file: BicepFile, scope: Expression) -> str | None:
    if isinstance(scope, Call) and scope.of is None and scope.function in _SCOPES:
        return scope.function
    base = scope.of if isinstance(scope, Index) else scope
    found = file.get(base.name) if isinstance(base, Name) else None
    kind = found.target.partition("@")[0].lower() if found is not None and found.kind == "resource" else ""
    return {
        "microsoft.resources/resourcegroups": "resourceGroup",
        "microsoft.management/managementgroups": "managementGroup",
    }.get(kind)


def _whole(file: BicepFile, value: Expression, *, in_properties: bool, loops: int) -> Iterator[Diagnostic]:
    """Collections that are used as a whole where one of them is wanted."""
    match value:
        case Name(name):
            found = file.get(name)
            if found is None or found.kind not in ("resource", "module") or not isinstance(found.value, Loop):
                return
            if not in_properties or loops:
                yield codes.MISPLACED.at(
                    value.span, f"{name} are several", hint=f"write {name}[0], or whichever"
                )
        case Member() | Index() if isinstance(value.of, Name):
            for child in children(value)[1:]:
                yield from _whole(file, child, in_properties=in_properties, loops=loops)
        case Object():
            for entry in value.entries:
                if entry.name == "dependsOn" and not in_properties:
                    continue
                inside = in_properties or entry.name in ("properties", "params")
                yield from _whole(file, entry.value, in_properties=inside, loops=loops)
        case Loop():
            yield from _whole(file, value.source, in_properties=in_properties, loops=loops)
            yield from _whole(file, value.body, in_properties=in_properties, loops=loops + 1)
        case _:
            for child in children(value):
                yield from _whole(file, child, in_properties=in_properties, loops=loops)
