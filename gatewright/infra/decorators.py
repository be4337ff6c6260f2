"""Decorators: on what they may stand, once each, with numbers that fit together.

Source: Azure/bicep 9beb0fee (2026-08-21), src/Bicep.Core/Semantics/Namespaces/SystemNamespaceType: BCP124 to
BCP129, BCP153 to BCP155, BCP166, BCP308, BCP331.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from gatewright.diagnostics import Diagnostic
from gatewright.infra import codes
from gatewright.infra.bicep import BicepFile, Call, Constant, Declaration, Loop, Name, walk
from gatewright.infra.types import simple, without_null
from gatewright.infra.written import declared

_TYPED = frozenset({"output", "param", "type"})
_DEPLOYED = frozenset({"module", "resource"})
_ON = {
    "allowed": frozenset({"param"}),
    "batchSize": _DEPLOYED,
    "discriminator": _TYPED,
    "export": frozenset({"type", "var"}),
    "maxLength": _TYPED,
    "maxValue": _TYPED,
    "metadata": _TYPED,
    "minLength": _TYPED,
    "minValue": _TYPED,
    "nullIfNotFound": frozenset({"resource"}),
    "onlyIfNotExists": frozenset({"resource"}),
    "sealed": _TYPED,
    "secure": _TYPED,
}
_OF = {
    "maxLength": frozenset({"array", "string"}),
    "maxValue": frozenset({"int"}),
    "minLength": frozenset({"array", "string"}),
    "minValue": frozenset({"int"}),
    "secure": frozenset({"object", "string"}),
}


def check_decorators(file: BicepFile) -> Iterator[Diagnostic]:
    """Faults of the decorators of a file."""
    for item in file.declarations:
        limited = any(call.function in _OF for call in item.decorators)
        kind = _kind(item, file) if limited and item.type else ""
        named = any(other.name == item.type for other in file.of("type"))
        for call in item.decorators:
            yield from _one(item, call, kind, named)
        names = sorted(call.function for call in item.decorators)
        for one, other in pairwise(names):
            if one == other:
                yield codes.DECORATOR.at(item.span, f"@{one}() stands twice before {item.name}")
        for least, most in (("minLength", "maxLength"), ("minValue", "maxValue")):
            lowest, highest = item.number(least), item.number(most)
            if lowest is not None and highest is not None and lowest > highest:
                yield codes.DECORATOR.at(item.span, f"@{least}({lowest}) is above @{most}({highest})")


def _kind(item: Declaration, file: BicepFile) -> str:
    found = declared(item, file)
    return simple(without_null(found) or found)


def _one(item: Declaration, call: Call, kind: str, named: bool) -> Iterator[Diagnostic]:
    on, of = _ON.get(call.function), _OF.get(call.function)
    if on is not None and item.kind not in on:
        yield codes.DECORATOR.at(call.span, f"@{call.function}() does not stand before a {item.kind}")
        return
    if of is not None and kind and kind not in of:
        message = f"@{call.function}() is for {' and '.join(sorted(of))}, {item.name} is of type {kind}"
        yield codes.DECORATOR.at(call.span, message)
    elif of is not None and named:
        message = f"@{call.function}() stands before the declaration of the type {item.type}"
        yield codes.DECORATOR.at(call.span, message)
    if call.function == "batchSize":
        size = call.arguments[0] if call.arguments else None
        if not isinstance(item.value, Loop):
            yield codes.DECORATOR.at(call.span, f"@batchSize() is for loops, {item.name} is none")
        if isinstance(size, Constant) and isinstance(size.value, int) and size.value < 1:
            yield codes.DECORATOR.at(call.span, "a batch has at least one item")
    for argument in call.arguments:
        for inner in walk(argument):
            if isinstance(inner, Name):
                yield codes.DECORATOR.at(inner.span, f"@{call.function}() takes what is written out only")
