"""A variable holds a text, and an expression asks for a number or a boolean: the request fails with 500.

Why: `set-variable value="true"` keeps the text "true". `GetValueOrDefault<bool>` does not convert, it throws.

Bad:
    <set-variable name="stream" value="true" />
    <when condition='@(context.Variables.GetValueOrDefault<bool>("stream"))'>

Good:
    <set-variable name="stream" value="@(true)" />

Source: https://learn.microsoft.com/azure/api-management/api-management-policy-expressions (2026-01-15).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gatewright.apim.document.values import Literal
from gatewright.apim.lint.subject import Subject
from gatewright.diagnostics import Code, Diagnostic, Severity

CODE = Code("POL262", "variable-type", Severity.WARNING, "A variable is read as another type than it holds.")

_TYPES = (
    r"(bool|int|long|double|decimal|float|Boolean|Int32|Int64|Double|Decimal|Guid|DateTime|JObject|JArray)"
)
_READ = re.compile(
    r"Variables\.GetValueOrDefault\s*<\s*" + _TYPES + r'\s*>\s*\(\s*"([^"]+)"'
    r"|\(\s*" + _TYPES + r'\s*\)\s*context\.Variables\s*\[\s*"([^"]+)"\s*\]'
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Typed reads of variables that this document sets to a literal and to nothing else."""
    literals: dict[str, bool] = {}
    for visit in subject.named("set-variable"):
        name, value = visit.element.get("name"), visit.element.attributes.get("value")
        if name and value:
            literal = isinstance(value.content, Literal) and "{{" not in value.value
            literals[name] = literals.get(name, True) and literal
    texts = {name for name, literal in literals.items() if literal}
    if not texts:
        return
    for use in subject.uses:
        for found in _READ.finditer(use.source):
            wanted, name = found.group(1) or found.group(3), found.group(2) or found.group(4)
            if name in texts:
                message = f'"{name}" holds a text, and is read as {wanted}'
                hint = 'set it with an expression, such as value="@(true)"'
                yield CODE.at(use.span_at(found.start(), found.end()), message, hint=hint)
