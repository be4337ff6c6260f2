"""Whether a literal value has the type its attribute asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from gatewright.apim import codes
from gatewright.apim.catalog import AttributeSpec, ValueType
from gatewright.apim.document.model import Attribute
from gatewright.apim.document.names import nearest_of
from gatewright.diagnostics import Diagnostic

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


def literal_faults(attribute: Attribute, spec: AttributeSpec) -> Iterator[Diagnostic]:
    """The faults of a literal; case of booleans and listed words is not looked at (no page says so)."""
    text = attribute.value.strip()
    match spec.type:
        case ValueType.BOOLEAN:
            if text.casefold() not in ("true", "false"):
                yield _bad(attribute, 'must be "true" or "false"')
        case ValueType.INTEGER:
            if not _INTEGER.fullmatch(text):
                yield _bad(attribute, f"must be a whole number{_unit(spec)}")
            else:
                yield from _range(attribute, int(text), spec)
        case ValueType.NUMBER:
            if not _NUMBER.fullmatch(text):
                yield _bad(attribute, f"must be a number{_unit(spec)}")
            else:
                yield from _range(attribute, float(text), spec)
        case ValueType.ENUM:
            if text.casefold() not in {value.casefold() for value in spec.values}:
                yield _not_listed(attribute, spec)
        case ValueType.DATETIME:
            if not _is_time(text):
                yield _bad(attribute, "must be a time such as 2026-01-01T00:00:00Z")
        case ValueType.STRING | ValueType.ANY:
            if spec.required and not text and spec.type is ValueType.STRING and attribute.name != "to":
                yield _bad(attribute, "must not be empty")


def _unit(spec: AttributeSpec) -> str:
    return f" of {spec.unit}" if spec.unit else ""


def _bad(attribute: Attribute, what: str) -> Diagnostic:
    message = f'"{attribute.name}" {what}; it is "{_short(attribute.value)}"'
    return codes.BAD_LITERAL.at(attribute.value_span, message, hint="correct the value")


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"


def _range(attribute: Attribute, value: float, spec: AttributeSpec) -> Iterator[Diagnostic]:
    if spec.zero and value == 0:
        return
    low, high = spec.minimum, spec.maximum
    if low is not None and value < low:
        message = f'"{attribute.name}" is {attribute.value}; the least is {low:g}{_unit(spec)}'
        yield codes.OUT_OF_RANGE.at(attribute.value_span, message, hint="raise it")
    elif high is not None and value > high:
        message = f'"{attribute.name}" is {attribute.value}; the most is {high:g}{_unit(spec)}'
        yield codes.OUT_OF_RANGE.at(attribute.value_span, message, hint="lower it")


def _not_listed(attribute: Attribute, spec: AttributeSpec) -> Diagnostic:
    close = nearest_of(attribute.value, spec.values)
    listed = ", ".join(spec.values)
    hint = f'did you mean "{close}"?' if close else f"one of {listed}"
    message = f'"{attribute.name}" is "{_short(attribute.value)}"; allowed are {listed}'
    return codes.NOT_IN_ENUM.at(attribute.value_span, message, hint=hint)


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
