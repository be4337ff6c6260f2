"""A limit behind the call to the backend limits nothing: the tokens are spent.

Why: statements run from top to bottom. What stands behind `forward-request` runs when the backend has
answered; refusing then costs the same and annoys more.

Bad:
    <retry condition="@(context.Response.StatusCode == 429)" count="2" interval="1">
        <forward-request buffer-request-body="true" />
        <limit-concurrency key="chat" max-count="8" />
    </retry>

Good:
    <limit-concurrency key="chat" max-count="8">
        <forward-request />
    </limit-concurrency>

Source: https://learn.microsoft.com/azure/api-management/api-management-howto-policies (2023-10-18).
"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.apim.document.model import Section
from gatewright.apim.lint.subject import Subject
from gatewright.diagnostics import Code, Diagnostic, Severity

CODE = Code("POL251", "limit-after-forward", Severity.WARNING, "A limit stands behind what it limits.")

LIMITS = (
    "azure-openai-token-limit",
    "limit-concurrency",
    "llm-token-limit",
    "quota",
    "quota-by-key",
    "rate-limit",
    "rate-limit-by-key",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Limits behind a forward-request, or in a section that runs behind it."""
    first: dict[Section | None, int] = {}
    for visit in subject.named("forward-request"):
        first.setdefault(visit.section, visit.index)
    for visit in subject.named(*LIMITS):
        late = visit.section in (Section.OUTBOUND, Section.ON_ERROR)
        behind = first.get(visit.section, visit.index) < visit.index
        if (late or behind) and not any("send-" in child.name for child in visit.element.walk()):
            message = f"<{visit.element.name}> runs when the backend has already answered"
            yield CODE.at(
                visit.element.name_span, message, hint="move it to <inbound>, or around the forward"
            )
