"""A retry goes on although nothing can change, or waits longer and longer without an end.

Why: a condition that does not look at the outcome repeats successful calls as well, and each costs tokens.
With `delta` and without `max-interval`, waits grow until the client has gone.

Bad:
    <retry condition="@(true)" count="10" interval="1" delta="2">…</retry>

Good:
    <retry condition="@(context.Response == null || context.Response.StatusCode == 429)"
        count="2" interval="1" delta="2" max-interval="8">…</retry>

Source: https://learn.microsoft.com/azure/api-management/retry-policy (2025-09-11).
"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.apim.lint.subject import Subject
from gatewright.diagnostics import Code, Diagnostic, Severity

CODE = Code(
    "POL254",
    "retry-without-bound",
    Severity.WARNING,
    "A retry goes on without reason or end.",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Conditions without `context`, and growing waits without a ceiling."""
    for visit in subject.named("retry"):
        attributes = visit.element.attributes
        condition = attributes.get("condition")
        if condition and "context" not in condition.value and "{{" not in condition.value:
            if condition.value.strip().casefold() not in ("false", "@(false)"):
                hint = "test context.Response.StatusCode, and context.Response == null before it"
                yield CODE.at(condition.value_span, "the condition does not look at the outcome", hint=hint)
        if "delta" in attributes and "max-interval" not in attributes:
            count = (visit.element.get("count") or "").strip()
            if not count.isdecimal() or int(count) > 3:
                message = "the waits grow without a ceiling"
                yield CODE.at(attributes["delta"].span, message, hint="add max-interval")
