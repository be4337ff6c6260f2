"""What stands between Bicep files: modules and the files that Bicep loads."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from gatewright.diagnostics import Diagnostic, nearest
from gatewright.infra import codes
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
    walk,
)
from gatewright.infra.kinds import declared, kind_of, out_of_range

_LOADERS = frozenset({"loadJsonContent", "loadTextContent", "loadFileAsBase64"})
_MODULE_KEYS = frozenset({"name", "scope", "params", "dependsOn"})


def path_of(file: str, target: str) -> str:
    """The name of a file that another one names relative to itself."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), target))


def check_wiring(
    file: BicepFile, files: Mapping[str, BicepFile], texts: Mapping[str, str]
) -> Iterator[Diagnostic]:
    """Faults between one file and those it uses.

    Args:
        file: the file that is looked at.
        files: every Bicep file by name.
        texts: every other file that may be loaded, by name.
    """
    outputs: dict[str, dict[str, str]] = {}
    for item in file.of("module"):
        target = files.get(path_of(file.file, item.target))
        if target is None:
            near = nearest(path_of(file.file, item.target), files)
            message = f"there is no module {item.target}"
            yield codes.NO_MODULE.at(
                item.target_span, message, hint=f"did you mean {near}?" if near else None
            )
        else:
            outputs[item.name] = {output.name: output.type for output in target.of("output")}
    for item in file.of("module"):
        target = files.get(path_of(file.file, item.target))
        if target is not None:
            yield from _call(file, item, target, outputs)
    for item in file.declarations:
        for value in walk(item.value) if item.value is not None else ():
            yield from _loaded(file, value, texts)
            yield from _output(value, outputs)
            if item.kind == "output":
                yield from _secret(file, item, value)
        if item.kind in ("param", "output"):
            yield from _own_type(file, item, outputs)


def _call(
    file: BicepFile, item: Declaration, target: BicepFile, outputs: dict[str, dict[str, str]]
) -> Iterator[Diagnostic]:
    body = item.body
    if body is None:
        yield codes.MISSING_PARAMETER.at(item.span, f"module {item.name} has no body")
        return
    for entry in body.entries:
        if entry.name not in _MODULE_KEYS:
            yield codes.UNKNOWN_PROPERTY.at(entry.key.span, f"a module has no {entry.name}")
    if body.get("name") is None:
        yield codes.MISSING_PROPERTY.at(item.span, f"module {item.name} has no name")
    if file.scope == "subscription" and target.scope == "resourceGroup" and body.get("scope") is None:
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
        yield from _argument(file, entry, params, target, outputs)


def _argument(
    file: BicepFile,
    entry: Entry,
    params: dict[str, Declaration],
    target: BicepFile,
    outputs: dict[str, dict[str, str]],
) -> Iterator[Diagnostic]:
    param = params.get(entry.name or "")
    if param is None:
        near = nearest(entry.name or "", params)
        message = f"{target.file} has no parameter {entry.name}"
        yield codes.UNKNOWN_PARAMETER.at(
            entry.key.span, message, hint=f"did you mean {near}?" if near else None
        )
        return
    wanted, found = declared(param.type), kind_of(entry.value, file, outputs)
    if wanted and found and wanted != found:
        yield codes.WRONG_TYPE.at(entry.value.span, f"{entry.name} is of type {wanted}, this is {found}")
    beyond = out_of_range(entry.value, file, param.number("minLength"), param.number("maxLength"))
    if beyond is not None:
        yield codes.OUT_OF_LIMITS.at(entry.value.span, beyond, hint="state the same limits")
    allowed = _allowed(param)
    if allowed and isinstance(entry.value, Text) and entry.value.literal not in (None, *allowed):
        yield codes.UNKNOWN_VALUE.at(entry.value.span, f"{entry.name} is one of {', '.join(sorted(allowed))}")


def _allowed(param: Declaration) -> frozenset[str]:
    found = param.decorator("allowed")
    values = walk(found.arguments[0]) if found and found.arguments else ()
    return frozenset(
        value.literal for value in values if isinstance(value, Text) and value.literal is not None
    )


def _own_type(file: BicepFile, item: Declaration, outputs: dict[str, dict[str, str]]) -> Iterator[Diagnostic]:
    if item.value is None:
        return
    wanted, found = declared(item.type), kind_of(item.value, file, outputs)
    if wanted and found and wanted != found:
        yield codes.WRONG_TYPE.at(item.value.span, f"{item.name} is of type {wanted}, this is {found}")


def _loaded(file: BicepFile, value: Expression, texts: Mapping[str, str]) -> Iterator[Diagnostic]:
    if isinstance(value, Call) and value.function in _LOADERS and value.arguments:
        first = value.arguments[0]
        name = first.literal if isinstance(first, Text) else None
        if name is not None and path_of(file.file, name) not in texts:
            near = nearest(path_of(file.file, name), texts)
            hint = f"did you mean {near}?" if near else None
            yield codes.NO_MODULE.at(first.span, f"there is no file {name}", hint=hint)


def _output(value: Expression, outputs: dict[str, dict[str, str]]) -> Iterator[Diagnostic]:
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
