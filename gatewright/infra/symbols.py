"""Every name that a Bicep file uses is declared, every function known and called with arguments that fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gatewright.diagnostics import Code, Diagnostic, Span, nearest
from gatewright.infra import codes
from gatewright.infra.bicep import (
    BicepFile,
    Call,
    Declaration,
    Expression,
    Lambda,
    Loop,
    Member,
    Name,
    Object,
    children,
    walk,
)
from gatewright.infra.functions import DECORATORS, FUNCTIONS, METHODS, PROPERTIES, Signature

_ONE_CASE = frozenset({"output", "param", "type", "var"})
_NO_VALUE = frozenset({"output", "type"})


def check_symbols(file: BicepFile) -> Iterator[Diagnostic]:
    """Faults of the names of one file: twice declared, unknown, unused; functions; missing descriptions."""
    yield from _duplicates(file)
    known = frozenset(item.name for item in file.declarations if item.kind not in _NO_VALUE)
    for item in file.declarations:
        for call in item.decorators:
            yield from _arguments(call, DECORATORS, "decorator")
        if item.kind in ("param", "output") and item.decorator("description") is None:
            hint = "put @description('…') before it"
            yield codes.NO_DESCRIPTION.at(item.span, f"{item.name} does not say what it is", hint=hint)
        if item.value is not None:
            yield from _uses(item.value, known)
    yield from _unused(file)


def _duplicates(file: BicepFile) -> Iterator[Diagnostic]:
    for outputs in (False, True):
        group = [item for item in file.declarations if (item.kind == "output") == outputs]
        times = Counter(item.name for item in group)
        alike = Counter((item.kind, item.name.lower()) for item in group if item.kind in _ONE_CASE)
        for item in group:
            if times[item.name] > 1:
                yield codes.DUPLICATE.at(item.span, f"{item.name} is declared twice")
            elif alike[(item.kind, item.name.lower())] > 1:
                message = f"{item.name} differs from another {item.kind} by the case of its letters only"
                yield codes.DUPLICATE.at(item.span, message)
    for item in file.declarations:
        for value in walk(item.value) if item.value is not None else ():
            if isinstance(value, Object):
                names = Counter(entry.name for entry in value.entries if entry.name is not None)
                for entry in value.entries:
                    if entry.name is not None and names[entry.name] > 1:
                        yield codes.DUPLICATE.at(entry.key.span, f"{entry.name} stands twice in one object")


def _uses(value: Expression, known: frozenset[str]) -> Iterator[Diagnostic]:
    match value:
        case Name(name, span):
            yield from _unknown(name, span, known)
        case Call(of=None, function=function, qualified=False) if function in FUNCTIONS and function in known:
            hint = f"write az.{function}() or sys.{function}(), or name the symbol otherwise"
            yield codes.UNKNOWN_FUNCTION.at(
                value.span, f"{function} is a symbol of this file, and hides the function", hint=hint
            )
        case Call():
            yield from _arguments(value, FUNCTIONS if value.of is None else METHODS, "function")
        case Member(of=Call(of=None, function=function), name=name, span=span) if function in PROPERTIES:
            if name not in PROPERTIES[function]:
                yield _no_such(
                    codes.UNKNOWN_PROPERTY, name, span, PROPERTIES[function], f"{function}() has no {name}"
                )
        case _:
            pass
    inner = known | frozenset(value.names) if isinstance(value, Lambda | Loop) else known
    for child in children(value):
        outside = isinstance(value, Loop) and child is value.source
        yield from _uses(child, known if outside else inner)


def _unknown(name: str, span: Span, known: frozenset[str]) -> Iterator[Diagnostic]:
    if name not in known:
        yield _no_such(codes.UNKNOWN_SYMBOL, name, span, known, f"{name} is not declared")


def _no_such(code: Code, name: str, span: Span, known: frozenset[str], message: str) -> Diagnostic:
    close = nearest(name, known)
    return code.at(span, message, hint=f"did you mean {close}?" if close else None)


def _arguments(call: Call, known: dict[str, Signature], what: str) -> Iterator[Diagnostic]:
    signature = known.get(call.function)
    if signature is None and known is METHODS and call.function.startswith("list"):
        signature = METHODS["listKeys"]
    if signature is None:
        yield _no_such(
            codes.UNKNOWN_FUNCTION,
            call.function,
            call.span,
            frozenset(known),
            f"there is no {what} {call.function}",
        )
        return
    count, least, most = len(call.arguments), signature.least, signature.most
    if count < least or (most is not None and count > most):
        wanted = f"{least}" if most == least else f"{least} or more" if most is None else f"{least} to {most}"
        yield codes.ARGUMENT_COUNT.at(
            call.span, f"{call.function} takes {wanted} arguments, here are {count}"
        )


def _unused(file: BicepFile) -> Iterator[Diagnostic]:
    used = {name for item in file.declarations for name in _names(item)}
    for item in file.declarations:
        if item.kind in ("param", "var") and item.name not in used:
            yield codes.UNUSED.at(
                item.span, f"{item.kind} {item.name} is never used", hint="use it or remove it"
            )
        if item.kind == "resource" and item.existing and item.name not in used:
            yield codes.UNUSED.at(
                item.span, f"{item.name} is looked up but never used", hint="use it or remove it"
            )


def _names(item: Declaration) -> Iterator[str]:
    for value in walk(item.value) if item.value is not None else ():
        if isinstance(value, Name):
            yield value.name
