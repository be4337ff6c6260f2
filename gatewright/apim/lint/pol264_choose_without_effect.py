"""A `choose` whose branches are all empty decides nothing.

Why: it is left over from something, and reads as if something were handled.

Bad:
    <choose><when condition="@(context.Response.StatusCode == 429)" /></choose>

Good: remove it, or fill the branch.

Source: https://learn.microsoft.com/azure/api-management/choose-policy (2024-07-23).
"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.apim.lint.subject import Subject
from gatewright.diagnostics import Code, Diagnostic, Severity

CODE = Code("POL264", "choose-without-effect", Severity.WARNING, "All branches of a choose are empty.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Choose elements without a single policy in them."""
    for visit in subject.named("choose"):
        branches = visit.element.elements
        if branches and not any(branch.elements for branch in branches):
            message = "whatever the conditions say, nothing happens"
            yield CODE.at(visit.element.name_span, message, hint="remove it, or fill a branch")
