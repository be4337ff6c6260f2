"""The parameter file against the parameters that main.bicep declares, and the names that azd fills in.

Sources: https://learn.microsoft.com/azure/azure-resource-manager/bicep/parameter-files (2026-08);
azd replaces `${NAME}` and `${NAME=default}` inside texts (azure-dev ae35809f, 2026-08-21).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from gatewright.diagnostics import Diagnostic, Span, nearest
from gatewright.infra import codes
from gatewright.infra.assign import misfits
from gatewright.infra.bicep import BicepFile, Declaration
from gatewright.infra.resource_types import Json
from gatewright.infra.results import of_json
from gatewright.infra.types import simple
from gatewright.infra.written import declared

AZD_OWN = frozenset(
    {
        "AZURE_ENV_NAME",
        "AZURE_LOCATION",
        "AZURE_SUBSCRIPTION_ID",
        "AZURE_PRINCIPAL_ID",
        "AZURE_PRINCIPAL_TYPE",
        "AZURE_TENANT_ID",
        "AZURE_RESOURCE_GROUP",
    }
)
_VARIABLE = re.compile(r"\$\{([^}=]*)(=[^}]*)?\}")
_SERVICE = re.compile(r"SERVICE_[A-Z0-9_]+_(RESOURCE_EXISTS|IMAGE_NAME)\Z")


def check_parameters(
    text: str, name: str, main: BicepFile, documented: frozenset[str]
) -> Iterator[Diagnostic]:
    """Faults of a parameter file.

    Args:
        text: the file.
        name: its name as shown.
        main: the file that declares the parameters.
        documented: names of azd variables that the documentation lists.
    """
    place = Span(name)
    try:
        content: Json = json.loads(text)
    except ValueError as error:
        yield codes.PARAMETER_FILE.at(place, f"is not JSON: {error}", hint="run gatewright generate")
        return
    given = content.get("parameters") if isinstance(content, dict) else None
    if not isinstance(given, dict):
        yield codes.PARAMETER_FILE.at(place, "has no parameters", hint="run gatewright generate")
        return
    declarations = {item.name: item for item in main.of("param")}
    for key, item in declarations.items():
        if item.value is None and not item.type.endswith("?") and key not in given:
            yield codes.MISSING_PARAMETER.at(place, f"{key} is required by {main.file}")
    for key, entry in given.items():
        value = entry.get("value") if isinstance(entry, dict) else None
        if key not in declarations:
            near = nearest(key, declarations)
            hint = f"did you mean {near}?" if near else "remove it, or declare it"
            yield codes.UNKNOWN_PARAMETER.at(place, f"{main.file} has no parameter {key}", hint=hint)
        elif value is None:
            yield codes.PARAMETER_FILE.at(place, f"{key} has no value")
        else:
            yield from _value(place, key, value, declarations[key], main)
    for variable in _variables(content):
        yield from _variable(place, variable, documented)


def _value(place: Span, key: str, value: Json, item: Declaration, main: BicepFile) -> Iterator[Diagnostic]:
    wanted = declared(item, main)
    if isinstance(value, str) and (match := _VARIABLE.fullmatch(value)) is not None:
        default = (match[2] or "")[1:]
        kind = simple(wanted)
        if kind == "bool" and default not in ("true", "false"):
            yield codes.WRONG_TYPE.at(
                place, f"{key} is of type bool; give its variable a default, =true or =false"
            )
        elif kind not in ("string", "bool"):
            yield codes.WRONG_TYPE.at(place, f"{key} is of type {kind}, azd gives a text")
    elif not (isinstance(value, str) and _VARIABLE.search(value)):
        yield from misfits(of_json(value), wanted, place, f"{key}: ")


def _variables(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield from (match[1] for match in _VARIABLE.finditer(value))
    elif isinstance(value, dict):
        for item in value.values():
            yield from _variables(item)
    elif isinstance(value, list):
        for item in value:
            yield from _variables(item)


def _variable(place: Span, name: str, documented: frozenset[str]) -> Iterator[Diagnostic]:
    if name not in AZD_OWN | documented and not _SERVICE.match(name):
        near = nearest(name, AZD_OWN | documented)
        hint = f"did you mean {near}?" if near else "list it in infra/README.md"
        yield codes.UNKNOWN_VARIABLE.at(place, f"${{{name}}} is not known", hint=hint)


def documented_variables(readme: str) -> frozenset[str]:
    """The azd variables that a text lists: names in capitals and backticks that begin a row of a table."""
    return frozenset(re.findall(r"^\| `([A-Z][A-Z0-9_]+)`", readme, re.M))
