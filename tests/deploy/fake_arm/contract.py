"""Strict validation of requests against Microsoft's contract (swagger 2.0)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

import jsonschema

DURATION = re.compile(r"P(?!$)(\d+D)?(T(?!$)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")
CHECKER = jsonschema.FormatChecker(formats=[])


@CHECKER.checks("duration")
def _is_duration(value: object) -> bool:
    return not isinstance(value, str) or DURATION.fullmatch(value) is not None


@dataclass(frozen=True)
class Route:
    template: str
    pattern: re.Pattern[str]
    literals: int
    operations: dict[str, Any]


class Contract:
    """Says what is wrong with a request; nothing for one that Azure's contract admits."""

    def __init__(self, file: Path) -> None:
        swagger = json.loads(file.read_text("utf-8"))
        self.definitions = {name: _strict(schema) for name, schema in swagger["definitions"].items()}
        self.routes = sorted(
            (_route(template, operations) for template, operations in swagger["paths"].items()),
            key=lambda route: -route.literals,
        )
        self._validators: dict[str, jsonschema.Draft4Validator] = {}

    def faults(
        self, method: str, path: str, query: dict[str, str], headers: Message, body: bytes
    ) -> list[str]:
        for route in self.routes:
            found = route.pattern.fullmatch(path)
            if found and method.lower() in route.operations:
                operation = route.operations[method.lower()]
                return self._check(operation["parameters"], found.groupdict(), query, headers, body)
        return [f"the contract has no {method} {path}"]

    def _check(
        self,
        parameters: list[Any],
        ids: dict[str, str],
        query: dict[str, str],
        headers: Message,
        body: bytes,
    ) -> list[str]:
        faults = []
        known = {item["name"] for item in parameters if item["in"] == "query"}
        faults += [f"unknown query parameter {name}" for name in query if name not in known]
        has_body = False
        for item in parameters:
            name = item["name"]
            if item["in"] == "body":
                has_body = True
                faults += self._body(item["schema"]["$ref"], body)
                continue
            value = {
                "path": ids.get(name.replace("-", "_")),
                "query": query.get(name),
                "header": headers.get(name),
            }[item["in"]]
            if value is None:
                faults += [f"{item['in']} parameter {name} is missing"] if item.get("required") else []
                continue
            faults += _scalar(name, value, item)
        if body and not has_body:
            faults.append("a body where the contract has none")
        return faults

    def _body(self, ref: str, body: bytes) -> list[str]:
        try:
            value = json.loads(body)
        except ValueError as fault:
            return [f"the body is not JSON: {fault}"]
        validator = self._validators.get(ref)
        if validator is None:
            schema = {"$ref": ref, "definitions": self.definitions}
            validator = jsonschema.Draft4Validator(schema, format_checker=CHECKER)
            self._validators[ref] = validator
        return [
            f"{'.'.join(map(str, fault.path))}: {fault.message}" for fault in validator.iter_errors(value)
        ]


def _scalar(name: str, value: str, item: dict[str, Any]) -> list[str]:
    if "enum" in item and value not in item["enum"]:
        return [f"{name}={value!r} is none of {item['enum']}"]
    if len(value) > item.get("maxLength", 10_000) or len(value) < item.get("minLength", 0):
        return [f"the length of {name}={value!r} is outside {item.get('minLength')}..{item.get('maxLength')}"]
    if "pattern" in item and not re.search(item["pattern"], value):
        return [f"{name}={value!r} does not match {item['pattern']}"]
    return []


def _route(template: str, operations: dict[str, Any]) -> Route:
    parts = []
    literals = 0
    for segment in template.strip("/").split("/"):
        if segment.startswith("{"):
            parts.append(f"(?P<{segment[1:-1].replace('-', '_')}>[^/]+)")
        else:
            literals += 1
            parts.append(f"(?i:{re.escape(segment)})")
    return Route(template, re.compile("/" + "/".join(parts)), literals, operations)


def _strict(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _strict(value) for name, value in schema.items()}
    properties = made.get("properties")
    if isinstance(properties, dict) and made.get("type") == "object":
        made.setdefault("additionalProperties", False)
        read_only = {
            name for name, item in properties.items() if isinstance(item, dict) and item.get("readOnly")
        }
        left = [name for name in made.pop("required", []) if name not in read_only]
        if left:
            made["required"] = left
    return made
