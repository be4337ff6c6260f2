"""Reading a body consumes it; whoever needs it next gets nothing.

Why: `Body.As<T>()` reads the stream. The backend then receives an empty request, or the client an empty
answer, unless `preserveContent: true` is given or `set-body` puts a body back.

Bad:
    <set-variable name="model" value='@((string)context.Request.Body.As<JObject>()["model"])' />

Good:
    <set-variable name="model"
        value='@((string)context.Request.Body.As<JObject>(preserveContent: true)["model"])' />

Source: https://learn.microsoft.com/azure/api-management/set-body-policy (2024-07-23).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gatewright.apim.document.model import Section
from gatewright.apim.lint.subject import OWN_MESSAGES, Subject
from gatewright.diagnostics import Code, Diagnostic, Severity

CODE = Code("POL255", "body-consumed", Severity.WARNING, "A body is read in a way that consumes it.")

_READ = re.compile(
    r"context\.(Request|Response)\.Body\??\."
    r"(?:As\s*<[^()]*>|AsFormUrlEncodedContent)\s*\(\s*(?:(?:preserveContent\s*:\s*)?false\s*)?\)"
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Reads without preserveContent that no later set-body, and no answer of our own, makes good."""
    settled = _settled(subject)
    for use in subject.uses:
        visit = use.visit
        if visit.element.name == "set-body" and not _is_own(visit.parents):
            continue
        if any(parent.name == "return-response" for parent in visit.parents):
            continue
        if settled.get(visit.section, -1) > visit.index:
            continue
        for found in _READ.finditer(use.source):
            message = f"this consumes the {found.group(1).lower()} body"
            hint = "write As<…>(preserveContent: true)"
            yield CODE.at(use.span_at(found.start(), found.end()), message, hint=hint)


def _settled(subject: Subject) -> dict[Section | None, int]:
    """By section, behind which element nobody needs the old body: a new one is set, or the answer given."""
    last: dict[Section | None, int] = {}
    for visit in subject.named("set-body", "return-response", "mock-response"):
        body = visit.element.name == "set-body"
        if (body and not _is_own(visit.parents)) or (not body and not visit.parents):
            last[visit.section] = visit.index
    return last


def _is_own(parents: tuple[object, ...]) -> bool:
    return any(getattr(parent, "name", "") in OWN_MESSAGES for parent in parents)
