"""JSON Schemas (draft 2020-12) of the files of a configuration folder, derived from the declared things.

A file may hold null anywhere where a lower layer can have put a value: null removes it. An environment's
file, and a tenant's own `environments`, hold parts: nothing is required in them, except inside lists, which
replace.
"""

from __future__ import annotations

import copy
import json
from typing import Literal

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaValue, models_json_schema

from gatewright.estate.backends import Endpoint, ModelAlias
from gatewright.estate.declared import Declared
from gatewright.estate.gateway import Gateway
from gatewright.estate.tenants import Plan, Tenant, TenantSettings
from gatewright.estate.texts import ENVIRONMENT

Schema = JsonSchemaValue

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_FILES: tuple[tuple[str, type[Declared]], ...] = (
    ("gateway", Gateway),
    ("endpoint", Endpoint),
    ("model", ModelAlias),
    ("plan", Plan),
    ("tenant", Tenant),
)
_PART = "Part"


def schemas() -> dict[str, str]:
    """The JSON text of each schema by file name, such as `tenant.schema.json`; the same bytes each time."""
    kinds: list[tuple[type[BaseModel], Literal["validation"]]] = [(kind, "validation") for _, kind in _FILES]
    _, whole = models_json_schema([*kinds, (TenantSettings, "validation")], by_alias=True)
    definitions: dict[str, Schema] = {name: _nullable(item) for name, item in whole["$defs"].items()}
    definitions |= {f"{name}{_PART}": _part(item) for name, item in definitions.items()}
    definitions["Tenant"]["properties"]["environments"] = {
        "description": "What differs in one environment: parts of this file, by the environment's name.",
        "type": ["object", "null"],
        "propertyNames": {"pattern": ENVIRONMENT.pattern},
        "additionalProperties": _either_null({"$ref": "#/$defs/TenantPart"}),
    }
    found = {name: _document(name, kind.__name__, definitions) for name, kind in _FILES}
    found["environment"] = _document(
        "environment", "Environment", {**definitions, "Environment": _environment()}
    )
    return {f"{name}.schema.json": _text(schema) for name, schema in sorted(found.items())}


def _environment() -> Schema:
    properties: dict[str, Schema] = {
        "gateway": {"description": "Over gateway.yaml.", "$ref": "#/$defs/GatewayPart"},
        "tenantDefaults": {
            "description": "Over gateway.yaml's tenantDefaults.",
            "$ref": "#/$defs/TenantSettingsPart",
        },
    }
    for key, kind, what in (
        ("plans", "Plan", "plans, by id"),
        ("endpoints", "Endpoint", "endpoints, by id"),
        ("models", "ModelAlias", "model aliases, by name"),
        ("tenants", "Tenant", "tenants, by id; over the tenants' own files"),
    ):
        part = _either_null({"$ref": f"#/$defs/{kind}{_PART}"})
        properties[key] = {
            "description": f"Over {what}.",
            "type": ["object", "null"],
            "additionalProperties": part,
        }
    return {
        "description": "What differs in one environment. Maps merge by key, lists replace, null removes.",
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": properties,
    }


def _document(name: str, kind: str, definitions: dict[str, Schema]) -> Schema:
    body = dict(definitions[kind])
    body.pop("title", None)
    return {
        "$schema": DIALECT,
        "$id": f"{name}.schema.json",
        "title": f"Gatewright: {name}",
        **body,
        "$defs": {ref: definitions[ref] for ref in sorted(_reached(body, definitions))},
    }


def _reached(schema: object, definitions: dict[str, Schema], found: set[str] | None = None) -> set[str]:
    """The names of all definitions that a schema needs."""
    seen: set[str] = set() if found is None else found
    if isinstance(schema, dict):
        name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
        if name and name not in seen:
            seen.add(name)
            _reached(definitions[name], definitions, seen)
        for item in schema.values():
            _reached(item, definitions, seen)
    elif isinstance(schema, list):
        for item in schema:
            _reached(item, definitions, seen)
    return seen


def _nullable(definition: Schema) -> Schema:
    """A mapping's schema in which null may stand for each key that is not required; without titles."""
    result = copy.deepcopy(definition)
    result.pop("title", None)
    required = result.get("required", [])
    for name, item in result.get("properties", {}).items():
        item.pop("title", None)
        item.pop("default", None)
        if isinstance(item.get("additionalProperties"), dict):
            item["additionalProperties"] = _either_null(item["additionalProperties"])
        for pattern, below in item.get("patternProperties", {}).items():
            item["patternProperties"][pattern] = _either_null(below)
            item["additionalProperties"] = False
        if name not in required and "not" not in item:
            result["properties"][name] = _either_null(item)
    return result


def _either_null(schema: Schema) -> Schema:
    if {"type": "null"} in schema.get("anyOf", []):
        return schema
    about = {"description": schema["description"]} if "description" in schema else {}
    rest = {key: item for key, item in schema.items() if key != "description"}
    return {**about, "anyOf": [rest, {"type": "null"}]}


def _part(definition: Schema) -> Schema:
    """The same with nothing required, all the way down except inside lists."""
    result = _parts(copy.deepcopy(definition))
    assert isinstance(result, dict)
    result.pop("required", None)
    return _nullable(result)


def _parts(schema: object) -> object:
    if isinstance(schema, list):
        return [_parts(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: item if key in ("items", "default") else _parts(item) for key, item in schema.items()}
    if "$ref" in result:
        result["$ref"] = f"{result['$ref']}{_PART}"
    result.pop("minProperties", None)
    return result


def _text(schema: Schema) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
