"""Rules of Bicep's own linter, as far as a file alone can tell.

Which rules are on, and what each takes for a fault: Azure/bicep 9beb0fee (2026-08-21),
src/Bicep.Core/Analyzers/Linter/Rules and src/Bicep.Core/Configuration/bicepconfig.json.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gatewright.diagnostics import Diagnostic, Span
from gatewright.infra import codes
from gatewright.infra.bicep import (
    Array,
    BicepFile,
    Call,
    Choice,
    Declaration,
    Entry,
    Expression,
    Index,
    Loop,
    Member,
    Name,
    Object,
    Text,
    children,
    free,
    walk,
)
from gatewright.infra.typed import Typed
from gatewright.infra.types import TextType, simple
from gatewright.infra.written import declared

HOSTS = (
    "azuredatalakeanalytics.net",
    "azuredatalakestore.net",
    "batch.core.windows.net",
    "core.windows.net",
    "database.windows.net",
    "datalake.azure.net",
    "gallery.azure.com",
    "graph.windows.net",
    "login.microsoftonline.com",
    "management.azure.com",
    "management.core.windows.net",
    "vault.azure.net",
)
_SECRET = re.compile("password|pwd|secret|accountkey|acctkey", re.I)
_NO_SECRET = re.compile("secretpermissions|secretversion|secretur[il]|secretname", re.I)
_HOST = re.compile(rf"(?<![a-z0-9])(?<!schema\.)({'|'.join(map(re.escape, HOSTS))})(?![a-z0-9])", re.I)
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_RANDOM = frozenset({"newGuid", "utcNow"})


def check_linter(typed: Typed) -> Iterator[Diagnostic]:
    """Faults of one file."""
    file = typed.file
    for item in file.of("param"):
        yield from _parameter(file, item)
    for item in file.declarations:
        yield from _plain(item)
        if item.kind == "type" and not _is_used(file, item.name):
            yield _told("no-unused-types", item.span, f"type {item.name} is never used")
        if item.kind == "output" and "password" in item.name.lower() and item.decorator("secure") is None:
            yield _told("outputs-should-not-contain-secrets", item.span, f"{item.name} looks like a secret")
        if item.value is not None:
            yield from _declared(typed, item, item.value)
        if item.kind in ("resource", "module") and isinstance(item.value, Object):
            yield from _dependencies(file, item, item.value)


def _plain(item: Declaration) -> Iterator[Diagnostic]:
    if re.search(r"(?<![\w'.])any(?![\w'])(?!\s*:)", item.type):
        yield _told("no-explicit-any", item.span, f"{item.name} is of any type")
    stated = item.decorator("metadata")
    words = stated.arguments[0] if stated is not None and stated.arguments else None
    if item.decorator("description") and isinstance(words, Object) and words.get("description"):
        yield _told("no-conflicting-metadata", item.span, f"{item.name} is described twice")
    if item.kind == "resource" and item.target.lower().startswith("microsoft.resources/deployments@"):
        yield _told("no-deployments-resources", item.span, f"{item.name} can be a module")


def _told(rule: str, span: Span, message: str, hint: str | None = None) -> Diagnostic:
    return codes.LINTER.at(span, f"{message} ({rule})", hint=hint)


def _is_used(file: BicepFile, name: str) -> bool:
    uses = re.compile(rf"(?<![\w'.]){re.escape(name)}(?![\w'])")
    return any(uses.search(item.type) for item in file.declarations if item.name != name)


def _parameter(file: BicepFile, item: Declaration) -> Iterator[Diagnostic]:
    secured = item.decorator("secure") is not None
    kind = simple(declared(item, file))
    if not secured and kind in ("string", "object") and _SECRET.search(item.name):
        if not _NO_SECRET.search(item.name):
            hint = "mark it @secure(), or end its name in SecretName or SecretUri where it only names one"
            yield _told("secure-secrets-in-params", item.span, f"{item.name} looks like a secret", hint)
    if not secured and item.value is not None and any(_is_secured(file, one) for one in walk(item.value)):
        yield _told("secure-secrets-in-params", item.span, f"the default of {item.name} is a secret")
    if secured and item.value is not None and not _harmless(item.value):
        yield _told("secure-parameter-default", item.span, f"secret {item.name} has a default")


def _is_secured(file: BicepFile, value: Expression) -> bool:
    found = file.get(value.name) if isinstance(value, Name) else None
    return found is not None and found.kind == "param" and found.decorator("secure") is not None


def _harmless(value: Expression) -> bool:
    if (isinstance(value, Text) and value.literal == "") or (isinstance(value, Object) and not value.entries):
        return True
    return any(isinstance(inner, Call) and inner.function == "newGuid" for inner in walk(value))


def _declared(typed: Typed, item: Declaration, value: Expression) -> Iterator[Diagnostic]:
    if item.kind in ("var", "param", "output"):
        yield from _simplified(typed, value)
    for inner in walk(value):
        match inner:
            case Object():
                for entry in inner.entries:
                    yield from _entry(typed, entry)
            case Text():
                found = _HOST.search("\0".join(part for part in inner.parts if isinstance(part, str)))
                if found is not None:
                    message = f"{found[1]} differs from cloud to cloud"
                    yield _told("no-hardcoded-env-urls", inner.span, message, "ask environment() for it")
            case Call(function="concat", of=None, arguments=arguments) if len(arguments) > 1:
                if simple(typed.of(inner)) == "string":
                    yield _told("prefer-interpolation", inner.span, "texts are joined by concat()")
            case Call(function="json", of=None, arguments=(Text(literal="null"),)):
                yield _told("simplify-json-null", inner.span, "json('null') is null")
            case Index(index=Text() as index) if _IDENTIFIER.match(index.literal or ""):
                message = f"['{index.literal}'] can be .{index.literal}"
                yield _told("prefer-unquoted-property-names", index.span, message)
            case Choice(
                condition=Call(function="contains", arguments=(holder, Text() as key)), yes=Member() as yes
            ):
                if yes.name == key.literal and _same(holder, yes.of):
                    yield _told("use-safe-access", inner.span, f"this can be .?{yes.name} ?? …")
            case _:
                pass
    if item.kind == "resource":
        yield from _stable(typed.file, item)


def _entry(typed: Typed, entry: Entry) -> Iterator[Diagnostic]:
    name, span = entry.name, entry.key.span
    quoted = name is not None and span.line == span.end_line and _width(span) == len(name.encode()) + 2
    if name is not None and quoted and _IDENTIFIER.match(name):
        yield _told("prefer-unquoted-property-names", span, f"'{name}' needs no quotes")
    yield from _simplified(typed, entry.value)


def _width(span: Span) -> int:
    return (span.end_column or span.column) - span.column


def _simplified(typed: Typed, value: Expression) -> Iterator[Diagnostic]:
    if isinstance(value, Text) and len(value.parts) == 1 and not isinstance(value.parts[0], str):
        if isinstance(typed.of(value.parts[0]), TextType):
            yield _told("simplify-interpolation", value.span, "'${…}' of one text is that text")


def _stable(file: BicepFile, item: Declaration) -> Iterator[Diagnostic]:
    name = item.body.get("name") if item.body is not None else None
    if name is not None and any(
        isinstance(inner, Call) and inner.function in _RANDOM for inner in _resolved(file, name, frozenset())
    ):
        message = f"the name of {item.name} is another one at each deployment"
        yield _told("use-stable-resource-identifiers", name.span, message)


def _resolved(file: BicepFile, value: Expression, seen: frozenset[str]) -> Iterator[Expression]:
    """An expression and everything in it, variables and defaults of parameters included."""
    for inner in free(value):
        yield inner
        if isinstance(inner, Name) and inner.name not in seen:
            found = file.get(inner.name)
            if found is not None and found.kind in ("var", "param") and found.value is not None:
                yield from _resolved(file, found.value, seen | {inner.name})


def _dependencies(file: BicepFile, item: Declaration, body: Object) -> Iterator[Diagnostic]:
    stated = body.get("dependsOn")
    implied = _implied(file, item.name)
    for entry in stated.items if isinstance(stated, Array) else ():
        other = file.get(entry.name) if isinstance(entry, Name) else None
        left_alone = other is not None and (other.existing or isinstance(other.value, Loop))
        if isinstance(entry, Name) and entry.name in implied and not left_alone:
            message = f"{item.name} depends on {entry.name} anyway"
            yield _told("no-unnecessary-dependson", entry.span, message)


def _implied(file: BicepFile, name: str) -> frozenset[str]:
    """Resources and modules that a symbol depends on by what it says, at any distance."""
    found: set[str] = set()
    pending = [name]
    while pending:
        item = file.get(pending.pop())
        for value in _without_depends_on(item.value) if item is not None and item.value is not None else ():
            for inner in _resolved(file, value, frozenset()):
                other = file.get(inner.name) if isinstance(inner, Name) else None
                if other is not None and other.kind in ("resource", "module") and other.name not in found:
                    found.add(other.name)
                    pending.append(other.name)
    return frozenset(found - {name})


def _without_depends_on(value: Expression) -> Iterator[Expression]:
    if isinstance(value, Object):
        yield from (entry.value for entry in value.entries if entry.name != "dependsOn")
        yield from (entry.key for entry in value.entries)
    else:
        for child in children(value):
            yield from _without_depends_on(child)
        if isinstance(value, Name | Member | Index | Call | Text):
            yield value


def _same(one: Expression, other: Expression) -> bool:
    match one, other:
        case Name(first), Name(second):
            return first == second
        case Member(of=first_of, name=first), Member(of=second_of, name=second):
            return first == second and _same(first_of, second_of)
        case _:
            return False
