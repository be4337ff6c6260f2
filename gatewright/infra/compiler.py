"""What the Bicep compiler refuses beyond names and types.

Places of loops and lambdas, values that only a deployment knows, modules that may not be there.

Sources, all Azure/bicep 9beb0fee (2026-08-21): ForSyntaxValidatorVisitor (BCP138, BCP142),
DeployTimeConstantValidator (BCP120, BCP177, BCP178, BCP182), FunctionPlacementValidatorVisitor (BCP065),
TypeAssignmentVisitor (BCP318, BCP422).
"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.diagnostics import Diagnostic
from gatewright.infra import codes
from gatewright.infra.bicep import (
    Array,
    BicepFile,
    Call,
    Condition,
    Declaration,
    Expression,
    Index,
    Lambda,
    Loop,
    Member,
    Name,
    Object,
    children,
    free,
    walk,
)

_TAKES_LAMBDA = frozenset({"filter", "groupBy", "map", "mapValues", "reduce", "sort", "toObject"})
_KNOWN_BEFORE = frozenset({"id", "name", "type", "apiVersion"})
_EARLY = frozenset(
    "name scope location kind subscriptionId resourceGroup managedBy managedByExtended extendedLocation "
    "zones placement plan sku identity tags".split()
)
_EARLY_OF_MODULES = frozenset({"identity", "name", "scope"})
_ASKS_AZURE = frozenset(
    "listKeys reference toLogicalZone toLogicalZones toPhysicalZone toPhysicalZones".split()
)
_ONLY_DEFAULTS = frozenset({"newGuid", "utcNow"})


def check_compiler(file: BicepFile) -> Iterator[Diagnostic]:
    """Faults of one file."""
    for item in file.declarations:
        if item.value is None:
            continue
        is_resource = item.kind in ("resource", "module")
        yield from _placed(item.value, loops=0, nested=is_resource, is_place=item.kind != "param")
        if item.kind != "param":
            for inner in walk(item.value):
                if isinstance(inner, Call) and inner.of is None and inner.function in _ONLY_DEFAULTS:
                    message = f"{inner.function}() is taken as the default of a parameter only"
                    yield codes.MISPLACED.at(inner.span, message)
        if is_resource:
            yield from _before_deployment(file, item)
        yield from _in_loops(file, item, item.value)
        for inner in free(item.value):
            if isinstance(inner, Member):
                yield from _null(file, inner, inner.of, inner.name)
            if isinstance(inner, Call) and inner.of is not None:
                yield from _null(file, inner, inner.of, f"{inner.function}()")


def _placed(value: Expression, *, loops: int, nested: bool, is_place: bool = False) -> Iterator[Diagnostic]:
    """Faults of the places of loops and lambdas.

    Args:
        value: what is looked at.
        loops: property loops around it.
        nested: whether a property may be a loop here: within resources and modules, outside of functions.
        is_place: whether a loop may stand just here.
    """
    match value:
        case Loop():
            if not is_place or loops > 1:
                message = "a loop is taken as the value of a declaration, or of one property of a resource"
                yield codes.MISPLACED.at(value.span, message, hint="use map()")
            yield from _placed(value.source, loops=loops, nested=False)
            yield from _placed(value.body, loops=loops, nested=nested)
        case Condition():
            yield from _placed(value.condition, loops=loops, nested=False)
            yield from _placed(value.body, loops=loops, nested=nested)
        case Object():
            for entry in value.entries:
                deeper = loops + isinstance(entry.value, Loop)
                yield from _placed(entry.value, loops=deeper, nested=nested, is_place=nested)
        case Array():
            for item in value.items:
                yield from _placed(item, loops=loops, nested=nested)
        case Call():
            for argument in value.arguments:
                inner = argument.body if isinstance(argument, Lambda) else argument
                if isinstance(argument, Lambda) and value.function not in _TAKES_LAMBDA:
                    yield codes.MISPLACED.at(argument.span, f"{value.function}() takes no lambda")
                yield from _placed(inner, loops=loops, nested=False)
        case Lambda():
            yield codes.MISPLACED.at(value.span, "a lambda is taken as the argument of a function only")
        case _:
            for child in children(value):
                yield from _placed(child, loops=loops, nested=False)


def _before_deployment(file: BicepFile, item: Declaration) -> Iterator[Diagnostic]:
    if item.existing:
        return
    value = item.value
    needed: list[tuple[str, Expression]] = []
    local: tuple[str, ...] = ()
    while isinstance(value, Loop | Condition):
        if isinstance(value, Loop):
            needed.append(("what a loop runs over", value.source))
            local = value.names
        else:
            needed.append(("a condition", value.condition))
        value = value.body
    if isinstance(value, Object):
        early = _EARLY if item.kind == "resource" else _EARLY_OF_MODULES
        needed.extend((f"{e.name}:", e.value) for e in value.entries if e.name in early)
    for what, expression in needed:
        yield from _late(file, expression, what, local)


def _in_loops(file: BicepFile, item: Declaration, value: Expression) -> Iterator[Diagnostic]:
    """What loops run over, and what the loop of a variable makes, is known before the deployment."""
    for inner in walk(value):
        if not isinstance(inner, Loop):
            continue
        if inner is not value or item.kind not in ("resource", "module"):
            yield from _late(file, inner.source, "what a loop runs over")
        if item.kind == "var":
            yield from _late(file, inner.body, "what the loop of a variable makes", inner.names)


def _late(file: BicepFile, value: Expression, what: str, local: tuple[str, ...] = ()) -> Iterator[Diagnostic]:
    found = next(_runtime(file, value, frozenset(), frozenset(local)), None)
    if found is not None:
        message = f"{what} must be known before the deployment; {found} is known after it"
        yield codes.RUNTIME.at(value.span, message)


def _runtime(
    file: BicepFile, value: Expression, seen: frozenset[str], local: frozenset[str] = frozenset()
) -> Iterator[str]:
    read = {id(inner.of) for inner in walk(value) if isinstance(inner, Member | Index)}
    for inner in free(value, local):
        if isinstance(inner, Member):
            base = inner.of.of if isinstance(inner.of, Index) else inner.of
            found = file.get(base.name) if isinstance(base, Name) else None
            if found is not None and found.kind == "module" and inner.name == "outputs":
                yield f"{found.name}.outputs"
            if found is not None and found.kind == "resource" and inner.name not in _KNOWN_BEFORE:
                yield f"{found.name}.{inner.name}"
        elif isinstance(inner, Name) and inner.name not in seen:
            found = file.get(inner.name)
            if found is not None and found.kind == "var" and found.value is not None:
                yield from _runtime(file, found.value, seen | {inner.name})
            if found is not None and found.kind in ("module", "resource") and id(inner) not in read:
                if inner is not value:
                    yield f"the whole of {inner.name}"
        elif isinstance(inner, Call) and (inner.of is not None or inner.function in _ASKS_AZURE):
            yield f"{inner.function}()"


def _null(file: BicepFile, value: Member | Call, of: Expression, name: str) -> Iterator[Diagnostic]:
    base = of.of if isinstance(of, Index) else of
    found = file.get(base.name) if isinstance(base, Name) else None
    if found is None or found.kind not in ("resource", "module") or value.guarded:
        return
    made = found.value.body if isinstance(found.value, Loop) else found.value
    if isinstance(made, Condition) and not (found.kind == "resource" and name in _KNOWN_BEFORE):
        message = f"{found.name} is deployed only sometimes: its {name} may not be there"
        hint = f"write {found.name}!.{name} where the condition holds"
        hint += f", or .?{name}" if isinstance(value, Member) else ""
        yield codes.MAY_BE_NULL.at(value.span, message, hint=hint)
