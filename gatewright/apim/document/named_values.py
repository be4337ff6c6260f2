"""Named values: `{{name}}` is replaced by text, inside C# strings too, before any expression is read.

Source: https://learn.microsoft.com/azure/api-management/api-management-howto-properties (2024-07-11):
replaced by display name anywhere in an attribute or a text; a value may itself be an expression; values are
not searched again. How the service tells `{{ }}` of Liquid from named values is not documented: in a Liquid
body, we replace known names and leave the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from gatewright.apim import codes
from gatewright.apim.document.csharp import Broken, begins, end_of
from gatewright.apim.document.model import Attribute, Text
from gatewright.apim.document.source import ValueSource
from gatewright.apim.document.values import Content, Expression, Literal
from gatewright.diagnostics import Diagnostic, nearest

REFERENCE = re.compile(r"\{\{([A-Za-z0-9\-._]{1,256})\}\}")
"""A named value in a text; the name's characters are those of its display name."""


def references(value: str) -> Iterator[tuple[str, int, int]]:
    """The named values of a text: name, start, end."""
    if "{{" not in value:
        return
    for found in REFERENCE.finditer(value):
        yield found.group(1), found.start(), found.end()


def substitute_attribute(
    attribute: Attribute, named_values: Mapping[str, str], faults: list[Diagnostic]
) -> Attribute:
    """An attribute with its named values filled in; faults are added to the list."""
    if "{{" not in attribute.value:
        return attribute
    value, origin, content = _substitute(attribute.value, attribute.origin, named_values, faults, False)
    return replace(attribute, value=value, origin=origin, content=content)


def substitute_text(
    text: Text, named_values: Mapping[str, str], faults: list[Diagnostic], *, lenient: bool = False
) -> Text:
    """A text with its named values filled in; `lenient` leaves unknown names alone (Liquid)."""
    if "{{" not in text.value:
        return text
    value, origin, content = _substitute(text.value, text.origin, named_values, faults, lenient)
    return replace(text, value=value, origin=origin, content=content)


def _substitute(
    value: str,
    origin: ValueSource | None,
    named_values: Mapping[str, str],
    faults: list[Diagnostic],
    lenient: bool,
) -> tuple[str, ValueSource | None, Content]:
    parts: list[str] = []
    pieces: list[tuple[int, int, int]] = []
    position = 0
    for name, start, end in references(value):
        text = named_values.get(name)
        if text is None:
            if not lenient:
                faults.append(_unknown(name, origin, start, end, named_values))
            continue
        parts += (value[position:start], text)
        pieces.append((start, end, len(text)))
        position = end
    parts.append(value[position:])
    filled = "".join(parts)
    moved = origin.spliced(pieces) if origin and pieces else origin
    return _content(filled, moved, faults)


def _content(
    value: str, origin: ValueSource | None, faults: list[Diagnostic]
) -> tuple[str, ValueSource | None, Content]:
    stripped = value.strip()
    if not begins(stripped):
        return value, origin, Literal(value)
    end = end_of(stripped)
    lead = value.index("@")
    if isinstance(end, Broken):
        span = origin.span_at(lead + end.offset) if origin else None
        hint = "a named value is inserted as text, also inside a C# string; look at what it holds"
        message = f"with its named values filled in, {end.reason}"
        faults.append(codes.EXPRESSION_NOT_CLOSED.at(span, message, hint=hint))
    elif end == len(stripped):
        return stripped, origin.shifted(lead) if origin else None, Expression(stripped)
    return value, origin, Literal(value)


def _unknown(
    name: str, origin: ValueSource | None, start: int, end: int, known: Mapping[str, str]
) -> Diagnostic:
    close = nearest(name, known)
    hint = f'did you mean "{close}"?' if close else "add the named value, or remove it here"
    span = origin.span_at(start, end) if origin else None
    return codes.UNKNOWN_NAMED_VALUE.at(span, f'there is no named value "{name}"', hint=hint)
