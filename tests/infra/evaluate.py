"""Values of Bicep variables, as a compiler would reckon them: enough for workbook and dashboard."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from gatewright.infra.bicep import (
    Array,
    BicepFile,
    Call,
    Choice,
    Constant,
    Expression,
    Lambda,
    Loop,
    Member,
    Name,
    Object,
    Operation,
    Text,
    path_of,
)

Value: TypeAlias = "bool | int | str | list[Value] | dict[str, Value] | None"


@dataclass(frozen=True, slots=True)
class Evaluator:
    """A file with the texts that it loads; parameters are what is given, else their own name in brackets."""

    file: BicepFile
    texts: Mapping[str, str]
    given: Mapping[str, Value] = field(default_factory=dict)

    def variable(self, name: str) -> Value:
        found = self.file.get(name)
        assert found is not None
        assert found.value is not None
        return self.value(found.value, {})

    def value(self, expression: Expression, known: Mapping[str, Value]) -> Value:
        match expression:
            case Text(parts=parts):
                return "".join(p if isinstance(p, str) else str(self.value(p, known)) for p in parts)
            case Constant(value=value):
                return value
            case Name(name):
                return known[name] if name in known else self.named(name)
            case Member(of=of, name=name):
                holder = self.value(of, known)
                assert isinstance(holder, dict), (name, holder)
                return holder.get(name, f"<{name}>")
            case Object(entries=entries):
                return {str(self.value(e.key, known)): self.value(e.value, known) for e in entries}
            case Array(items=items):
                return [self.value(item, known) for item in items]
            case Loop(names=names, source=source, body=body):
                rows = self.value(source, known)
                assert isinstance(rows, list)
                return [self.value(body, {**known, names[0]: row}) for row in rows]
            case Choice(condition=condition, yes=yes, no=no):
                return self.value(yes if self.value(condition, known) else no, known)
            case Operation(operator="||", operands=(left, right)):
                return bool(self.value(left, known)) or bool(self.value(right, known))
            case Operation(operator="!", operands=(only,)):
                return not self.value(only, known)
            case Call(of=None):
                return self.call(expression, known)
            case _:
                raise AssertionError(f"cannot evaluate {type(expression).__name__} at {expression.span}")

    def named(self, name: str) -> Value:
        found = self.file.get(name)
        if found is not None and found.kind == "var" and found.value is not None:
            return self.value(found.value, {})
        return self.given.get(name, f"<{name}>")

    def call(self, call: Call, known: Mapping[str, Value]) -> Value:
        if call.function == "map":
            source, body = call.arguments
            rows = self.value(source, known)
            assert isinstance(rows, list)
            assert isinstance(body, Lambda)
            return [self.value(body.body, {**known, body.names[0]: row}) for row in rows]
        values = [self.value(argument, known) for argument in call.arguments]
        match call.function, values:
            case "concat", _:
                return [item for part in values if isinstance(part, list) for item in part]
            case "any", [only]:
                return only
            case "string", [only]:
                return only if isinstance(only, str) else json.dumps(only)
            case "contains", [str(holder), str(part)]:
                return part in holder
            case "loadTextContent", [str(path)]:
                return self.texts[path_of(self.file.file, path)]
            case (("guid" | "resourceGroup" | "subscription"), _):
                return f"<{call.function}>" if call.function == "guid" else {}
            case _:
                raise AssertionError(f"cannot evaluate {call.function}() at {call.span}")
