"""The pages of these cache policies say that a fragment does not support them.

Why: public fragments use cache-lookup-value, so it works somewhere; nobody promises that it goes on working.
In the document itself there is no doubt.

Bad:
    <fragment>
        <cache-lookup-value key="a" variable-name="b" />
    </fragment>

Good: the same element in the policy document that includes the fragment.

Source: https://learn.microsoft.com/azure/api-management/cache-lookup-policy (2025-11-24).
"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.apim.document.model import Kind
from gatewright.apim.lint.subject import Subject
from gatewright.diagnostics import Code, Diagnostic, Severity

CODE = Code("POL266", "cache-in-fragment", Severity.WARNING, "A fragment looks something up in a cache.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Cache lookups in fragments."""
    if subject.kind is Kind.FRAGMENT:
        for visit in subject.named("cache-lookup", "cache-lookup-value"):
            message = f"the page of <{visit.element.name}> says that a fragment does not support it"
            yield CODE.at(visit.element.name_span, message, hint="move it to the document")
