"""What stands between Bicep files: modules and the files that Bicep loads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gatewright.diagnostics import Diagnostic, nearest
from gatewright.infra import codes
from gatewright.infra.assign import misfits
from gatewright.infra.bicep import (
    BicepFile,
    Call,
    Declaration,
    Entry,
    Expression,
    Index,
    Member,
    Name,
    Object,
    Text,
    free,
    path_of,
    walk,
)
from gatewright.infra.typed import Typed
from gatewright.infra.types import NULL, Type, union
from gatewright.infra.written import declared

_LOADERS = frozenset({"loadJsonContent", "loadTextContent", "loadFileAsBase64"})
_MODULE_KEYS = frozenset({"name", "scope", "params", "dependsOn", "identity"})


def check_wiring(
    typed: Typed, files: Mapping[str, BicepFile], texts: Mapping[str, str]
) -> Iterator[Diagnostic]:
    """Faults between one file and those it uses.

    Args:
        typed: the file that is looked at.
        files: every Bicep file by name.
        texts: every other file that may be loaded, by name.
    """
    file = typed.file
    for item in file.of("module"):
        target = files.get(path_of(file.file, item.target))
        if target is None:
            near = nearest(path_of(file.file, item.target), files)
            message = f"there is no module {item.target}"
            yield codes.NO_MODULE.at(
                item.target_span, message, hint=f"did you mean {near}?" if near else None
            )
        else:
            yield from _call(typed, item, target)
    for item in file.declarations:
        for value in free(item.value) if item.value is not None else ():
            yield from _loaded(file, value, texts)
            yield from _output(value, typed.outputs)
            if item.kind == "output" and item.decorator("secure") is None:
                yield from _secret(file, item, value)
        if item.kind in ("param", "output"):
            yield from _own_type(typed, item)


def _call(typed: Typed, item: Declaration, target: BicepFile) -> Iterator[Diagnostic]:
    body = item.body
    if body is None:
        yield codes.MISSING_PARAMETER.at(item.span, f"module {item.name} has no body")
        return
    for entry in body.entries:
        if entry.name not in _MODULE_KEYS:
            yield codes.UNKNOWN_PROPERTY.at(entry.key.span, f"a module has no {entry.name}")
    if body.get("name") is None:
        yield codes.MISSING_PROPERTY.at(item.span, f"module {item.name} has no name")
    if typed.file.scope == "subscription" and target.scope == "resourceGroup" and body.get("scope") is None:
        message = f"module {item.name} has no scope, but is for a resource group"
        yield codes.MISSING_PROPERTY.at(item.span, message, hint="add scope: group")
    given = body.get("params")
    entries = given.entries if isinstance(given, Object) else ()
    params = {param.name: param for param in target.of("param")}
    names = {entry.name for entry in entries}
    for name, param in params.items():
        if name not in names and param.value is None and not param.type.endswith("?"):
            yield codes.MISSING_PARAMETER.at(item.span, f"{item.name}: {name} is required by {target.file}")
    for entry in entries:
        yield from _argument(typed, entry, params, target)


def _argument(
    typed: Typed, entry: Entry, params: dict[str, Declaration], target: BicepFile
) -> Iterator[Diagnostic]:
    param = params.get(entry.name or "")
    if param is None:
        near = nearest(entry.name or "", params)
        message = f"{target.file} has no parameter {entry.name}"
        yield codes.UNKNOWN_PARAMETER.at(
            entry.key.span, message, hint=f"did you mean {near}?" if near else None
        )
        return
    wanted = declared(param, target)
    if param.value is not None:
        wanted = union([wanted, NULL])
    yield from misfits(typed.of(entry.value), wanted, entry.value.span, f"{entry.name}: ")


def _own_type(typed: Typed, item: Declaration) -> Iterator[Diagnostic]:
    if item.value is not None:
        wanted = declared(item, typed.file)
        yield from misfits(typed.of(item.value), wanted, item.value.span, f"{item.name}: ")


def _loaded(file: BicepFile, value: Expression, texts: Mapping[str, str]) -> Iterator[Diagnostic]:
    if isinstance(value, Call) and value.function in _LOADERS and value.arguments:
        first = value.arguments[0]
        name = first.literal if isinstance(first, Text) else None
        if name is not None and path_of(file.file, name) not in texts:
            near = nearest(path_of(file.file, name), texts)
            hint = f"did you mean {near}?" if near else None
            yield codes.NO_MODULE.at(first.span, f"there is no file {name}", hint=hint)


def _output(value: Expression, outputs: Mapping[str, Mapping[str, Type]]) -> Iterator[Diagnostic]:
    if not isinstance(value, Member):
        return
    of = value.of
    if isinstance(of, Member) and of.name == "outputs":
        base = of.of.of if isinstance(of.of, Index) else of.of
        if isinstance(base, Name) and base.name in outputs and value.name not in outputs[base.name]:
            near = nearest(value.name, outputs[base.name])
            message = f"module {base.name} has no output {value.name}"
            yield codes.UNKNOWN_OUTPUT.at(value.span, message, hint=f"did you mean {near}?" if near else None)
    elif isinstance(of, Name | Index):
        base = of.of if isinstance(of, Index) else of
        if isinstance(base, Name) and base.name in outputs and value.name not in ("outputs", "name"):
            yield codes.UNKNOWN_OUTPUT.at(
                value.span, f"a module has no {value.name}", hint="write .outputs before it"
            )


def _secret(file: BicepFile, item: Declaration, value: Expression) -> Iterator[Diagnostic]:
    hint = "keep secrets in Key Vault and output their name"
    if isinstance(value, Call) and (value.function.startswith("list") or value.function == "newGuid"):
        yield codes.SECRET_OUTPUT.at(value.span, f"output {item.name} would show keys", hint=hint)
    if isinstance(value, Name):
        found = file.get(value.name)
        if found is not None and found.kind == "param" and found.decorator("secure") is not None:
            yield codes.SECRET_OUTPUT.at(value.span, f"output {item.name} would show {value.name}", hint=hint)
        if found is not None and found.kind == "var" and found.value is not None:
            for inner in walk(found.value):
                yield from _secret(file, item, inner)
