"""Names of resources at their longest: what the longest environment name and the longest overrides lead to.

Sources: limits in Azure's types (`resource_types`); where they have none,
https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules (2026-08).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from gatewright.diagnostics import Diagnostic
from gatewright.infra import codes
from gatewright.infra.bicep import BicepFile, Call, Choice, Expression, Member, Name, Object, Text, path_of
from gatewright.infra.resource_types import ResourceTypes, matches

LONGEST_REGION = "southcentralusstage"
TOKEN = "abcdefghijklm"
_OWN_LIMITS: Mapping[str, tuple[int, int, str]] = {
    "microsoft.app/containerapps": (2, 32, r"^[a-z][a-z0-9-]*[a-z0-9]$"),
    "microsoft.app/managedenvironments": (2, 60, r"^[a-zA-Z][a-zA-Z0-9-]*[a-zA-Z0-9]$"),
    "microsoft.keyvault/vaults": (3, 24, r"^[a-zA-Z][a-zA-Z0-9-]*[a-zA-Z0-9]$"),
    "microsoft.insights/components": (1, 255, r"^[^%&\\?/]*$"),
    "microsoft.insights/datacollectionendpoints": (3, 44, r"^[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]$"),
    "microsoft.insights/datacollectionrules": (3, 64, r"^[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]$"),
    "microsoft.managedidentity/userassignedidentities": (3, 128, r"^[a-zA-Z0-9][a-zA-Z0-9_-]*$"),
    "microsoft.network/networksecuritygroups": (1, 80, r"^[a-zA-Z0-9][a-zA-Z0-9._-]*$"),
    "microsoft.network/privateendpoints": (2, 64, r"^[a-zA-Z0-9][a-zA-Z0-9._-]*$"),
    "microsoft.network/publicipaddresses": (1, 80, r"^[a-zA-Z0-9][a-zA-Z0-9._-]*$"),
    "microsoft.network/virtualnetworks": (2, 64, r"^[a-zA-Z0-9][a-zA-Z0-9._-]*$"),
    "microsoft.resources/resourcegroups": (1, 90, r"^[a-zA-Z0-9._()-]*[a-zA-Z0-9_()-]$"),
}


@dataclass(frozen=True, slots=True)
class _Scope:
    """A file, and what its parameters are at their longest (a module is called with arguments)."""

    file: BicepFile
    texts: Mapping[str, str]
    arguments: Mapping[str, str | None]

    def longest(self, value: Expression, depth: int = 0) -> str | None:
        """The longest text of an expression, or None where that is not known."""
        if depth > 20:
            return None
        match value:
            case Text(parts=parts):
                found = [part if isinstance(part, str) else self.longest(part, depth + 1) for part in parts]
                return None if any(item is None for item in found) else "".join(item or "" for item in found)
            case Choice(yes=yes, no=no):
                known = [
                    text
                    for text in (self.longest(yes, depth + 1), self.longest(no, depth + 1))
                    if text is not None
                ]
                return max(known, key=len, default=None)
            case Call(function="uniqueString"):
                return TOKEN
            case Call(function="toLower", arguments=(inner,)):
                text = self.longest(inner, depth + 1)
                return None if text is None else text.lower()
            case Name(name):
                return self.named(name, depth)
            case Member(of=Name(name), name=key):
                return self.member(name, key)
            case _:
                return None

    def named(self, name: str, depth: int) -> str | None:
        if name in self.arguments:
            return self.arguments[name]
        found = self.file.get(name)
        if found is None or found.kind not in ("param", "var"):
            return None
        if found.kind == "var":
            return self.longest(found.value, depth + 1) if found.value is not None else None
        most = found.number("maxLength")
        if most is not None and not (isinstance(found.value, Text) and found.value.literal == ""):
            return "e" * most
        return LONGEST_REGION if name.lower().endswith("location") else None

    def member(self, name: str, key: str) -> str | None:
        found = self.file.get(name)
        value = found.value if found is not None else None
        if not isinstance(value, Call) or value.function != "loadJsonContent" or not value.arguments:
            return None
        path = value.arguments[0]
        text = self.texts.get(path_of(self.file.file, path.literal or "")) if isinstance(path, Text) else None
        content = json.loads(text) if text is not None else {}
        return str(content[key]) if isinstance(content, dict) and key in content else None


def check_names(
    main: BicepFile, files: Mapping[str, BicepFile], texts: Mapping[str, str], types: ResourceTypes | None
) -> Iterator[Diagnostic]:
    """Faults of every name that can be too long or of wrong characters.

    Args:
        main: where deployment begins.
        files: every Bicep file by name.
        texts: JSON files that Bicep loads, by name.
        types: Azure's types, or None: then only the rules of documentation are checked.
    """
    scope = _Scope(main, texts, {})
    yield from _resources(scope, types)
    for item in main.of("module"):
        target, body = files.get(path_of(main.file, item.target)), item.body
        if target is None or body is None:
            continue
        name = body.get("name")
        longest = scope.longest(name) if name is not None else None
        if name is not None and longest is not None and len(longest) > 64:
            yield codes.OUT_OF_LIMITS.at(
                name.span, f"the deployment's name has up to {len(longest)} characters, 64 are allowed"
            )
        given = body.get("params")
        entries = given.entries if isinstance(given, Object) else ()
        arguments = {entry.name or "": scope.longest(entry.value) for entry in entries}
        for entry in entries:
            yield from _argument(entry.value, arguments[entry.name or ""], target, entry.name or "")
        yield from _resources(replace(scope, file=target, arguments=arguments), types)


def _argument(value: Expression, text: str | None, target: BicepFile, name: str) -> Iterator[Diagnostic]:
    param = target.get(name)
    most = param.number("maxLength") if param is not None else None
    if most is not None and text is not None and len(text) > most:
        yield codes.OUT_OF_LIMITS.at(
            value.span, f"{name} has up to {len(text)} characters, {most} are allowed"
        )


def _resources(scope: _Scope, types: ResourceTypes | None) -> Iterator[Diagnostic]:
    for item in scope.file.of("resource"):
        body = item.body
        name = body.get("name") if body is not None else None
        text = scope.longest(name) if name is not None else None
        if name is None or text is None:
            continue
        kind, _, version = item.target.partition("@")
        for least, most, pattern in _limits(kind, version, types):
            if (least is not None and len(text) < least) or (most is not None and len(text) > most):
                message = (
                    f"the name of {kind} has up to {len(text)} characters; {least} to {most} are allowed"
                )
                yield codes.OUT_OF_LIMITS.at(name.span, message)
            elif pattern is not None and not matches(pattern, text):
                yield codes.OUT_OF_LIMITS.at(name.span, f"the name {text} of {kind} does not match {pattern}")


def _limits(
    kind: str, version: str, types: ResourceTypes | None
) -> Iterator[tuple[int | None, int | None, str | None]]:
    own = _OWN_LIMITS.get(kind.lower())
    if own is not None:
        yield own
    found = types.get(kind, version) if types is not None else None
    if found is not None:
        properties = found.shape(found.body).properties
        shape = found.shape(properties["name"][0]) if "name" in properties else None
        if shape is not None and shape.kind == "text":
            yield shape.least, shape.most, shape.pattern
