"""A branch of a `choose` that no request can reach.

Why: the first `when` whose condition is true is taken, and no other. What stands behind a condition that is
always true, under one that is never true, or under one that stood there before, does not run; it reads as if
it did.

Bad:
    <choose>
        <when condition="@(context.Response.StatusCode == 429)">…</when>
        <when condition="@(context.Response.StatusCode == 429)">…</when>
    </choose>

Good: one branch for each condition; the rest in `otherwise`.

Source: https://learn.microsoft.com/azure/api-management/choose-policy (2024-07-23).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gatewright.apim.document.model import Element
from gatewright.apim.lint.subject import Subject
from gatewright.diagnostics import Code, Diagnostic, Severity

CODE = Code("POL268", "unreachable-when", Severity.WARNING, "A branch of a choose can never run.")

_TRUE = re.compile(r"(?:@\(\s*true\s*\)|@\{\s*return\s+true\s*;\s*\}|true)", re.IGNORECASE)
_FALSE = re.compile(r"(?:@\(\s*false\s*\)|@\{\s*return\s+false\s*;\s*\}|false)", re.IGNORECASE)
_RANDOM = re.compile(r"new\s+Random|Guid\.NewGuid|\bNow\b|UtcNow|Timestamp|Elapsed")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Branches behind what is always true, under what is never true, and repeated conditions."""
    for visit in subject.named("choose"):
        yield from _branches(visit.element)


def _branches(choose: Element) -> Iterator[Diagnostic]:
    seen: dict[str, int] = {}
    always = False
    for branch in choose.elements:
        if always:
            hint = "remove it, or move it in front of the branch that is always taken"
            yield CODE.at(branch.name_span, "the branch before is always taken", hint=hint)
            continue
        condition = branch.attributes.get("condition")
        if branch.name != "when" or condition is None:
            continue
        text = condition.value.strip()
        always = bool(_TRUE.fullmatch(text))
        if _FALSE.fullmatch(text):
            yield CODE.at(condition.value_span, "this is never true", hint="remove the branch")
        elif text in seen and not _RANDOM.search(text):
            message = f"the condition of line {seen[text]} stands here again"
            yield CODE.at(condition.value_span, message, hint="join the two branches, or correct one")
        seen.setdefault(text, condition.value_span.line)
