"""A retry sends an empty body: the first attempt consumed it.

Why: the gateway streams the request body to the backend once. Only `buffer-request-body="true"` keeps it for
a second attempt.

Bad:
    <retry condition="@(context.Response.StatusCode == 429)" count="2" interval="1">
        <forward-request />
    </retry>

Good:
    <retry condition="@(context.Response.StatusCode == 429)" count="2" interval="1">
        <forward-request buffer-request-body="true" />
    </retry>

Source: https://learn.microsoft.com/azure/api-management/retry-policy (2025-09-11).
"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.apim.lint.subject import Subject
from gatewright.diagnostics import Code, Diagnostic, Severity

CODE = Code("POL253", "retry-without-body", Severity.WARNING, "A retry cannot send the request body again.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """forward-request inside retry without a buffered request body."""
    for visit in subject.named("forward-request"):
        if not any(parent.name == "retry" for parent in visit.parents):
            continue
        value = visit.element.get("buffer-request-body") or ""
        if value.strip().casefold() != "true":
            message = "the second attempt has no body to send"
            yield CODE.at(visit.element.name_span, message, hint='add buffer-request-body="true"')
