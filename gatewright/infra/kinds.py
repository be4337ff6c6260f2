"""What type an expression has, as far as that can be known without a compiler."""

from __future__ import annotations

import re

from gatewright.infra.bicep import (
    Array,
    BicepFile,
    Call,
    Choice,
    Constant,
    Expression,
    Loop,
    Member,
    Name,
    Object,
    Operation,
    Text,
)
from gatewright.infra.functions import FUNCTIONS

_BOOLEAN = frozenset({"!", "==", "!=", "<", ">", "<=", ">=", "&&", "||", "=~", "!~"})
_SIMPLE = frozenset({"string", "int", "bool", "object", "array"})
_TEXT_MEMBERS = frozenset({"id", "name", "type"})


def declared(written: str) -> str:
    """The simple type of a written type: string, int, bool, array, object, or "" where it is not clear."""
    bare = written.rstrip("?")
    if bare.endswith("[]"):
        return "array"
    if bare in _SIMPLE:
        return bare
    if re.fullmatch(r"'[^']*'( \| '[^']*')*", bare):
        return "string"
    return "object" if re.fullmatch(r"[A-Za-z]\w*|\{.*\}", bare, re.S) and bare != "resourceInput" else ""


def out_of_range(value: Expression, file: BicepFile, least: int | None, most: int | None) -> str | None:
    """How the stated lengths of a parameter go beyond those that are wanted (BCP334, BCP335), or None."""
    if isinstance(value, Choice):
        return out_of_range(value.yes, file, least, most) or out_of_range(value.no, file, least, most)
    found = file.get(value.name) if isinstance(value, Name) else None
    if found is None or found.kind != "param":
        return None
    lowest, highest = found.number("minLength"), found.number("maxLength")
    if lowest is not None and least is not None and lowest < least:
        return f"{found.name} may have {lowest} characters, {least} are wanted"
    if highest is not None and most is not None and highest > most:
        return f"{found.name} may have {highest} characters, {most} are wanted"
    return None


def kind_of(value: Expression, file: BicepFile, modules: dict[str, dict[str, str]]) -> str:
    """The simple type of an expression, "" where it is not known.

    Args:
        value: the expression.
        file: where it stands.
        modules: of each module symbol, the outputs with their written types.
    """
    match value:
        case Text():
            return "string"
        case Object():
            return "object"
        case Array() | Loop():
            return "array"
        case Constant(value=bool()):
            return "bool"
        case Constant(value=int()):
            return "int"
        case Choice(yes=yes, no=no):
            found = {kind for kind in (kind_of(yes, file, modules), kind_of(no, file, modules)) if kind}
            return found.pop() if len(found) == 1 else ""
        case Operation(operator=operator) if operator in _BOOLEAN:
            return "bool"
        case Call(function=function, of=None) if function in FUNCTIONS:
            return _call(value, file, modules)
        case Name(name):
            return _name(name, file, modules)
        case Member():
            return _member(value, file, modules)
        case _:
            return ""


def _call(value: Call, file: BicepFile, modules: dict[str, dict[str, str]]) -> str:
    if value.function in ("concat", "union", "take") and value.arguments:
        return kind_of(value.arguments[0], file, modules)
    return FUNCTIONS[value.function].gives


def _name(name: str, file: BicepFile, modules: dict[str, dict[str, str]]) -> str:
    found = file.get(name)
    if found is None or found.kind in ("resource", "module"):
        return ""
    if found.kind == "param":
        return "object" if any(t.name == found.type for t in file.of("type")) else declared(found.type)
    return kind_of(found.value, file, modules) if found.value is not None else ""


def _member(value: Member, file: BicepFile, modules: dict[str, dict[str, str]]) -> str:
    match value.of:
        case Member(of=Name(module), name="outputs") if module in modules:
            return declared(modules[module].get(value.name, ""))
        case Name(name) if (found := file.get(name)) is not None and found.kind == "resource":
            return "string" if value.name in _TEXT_MEMBERS else ""
        case _:
            return ""
