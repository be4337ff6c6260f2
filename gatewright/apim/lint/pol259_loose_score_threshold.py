"""A score threshold above 0.2 takes questions for the same that are not.

Why: the score is a distance, lower is stricter. 0.05 is the value to begin with; above 0.2, callers get
answers to other questions.

Bad:
    <llm-semantic-cache-lookup score-threshold="0.8" … />

Good:
    <llm-semantic-cache-lookup score-threshold="0.05" … />

Source: https://learn.microsoft.com/azure/api-management/llm-semantic-cache-lookup-policy (2026-08-18).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gatewright.apim.lint.subject import Subject
from gatewright.diagnostics import Code, Diagnostic, Severity

CODE = Code("POL259", "loose-score-threshold", Severity.WARNING, "A semantic cache takes too much as equal.")

RISKY_ABOVE = 0.2
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Literal thresholds above the documented risk."""
    for visit in subject.named("azure-openai-semantic-cache-lookup", "llm-semantic-cache-lookup"):
        attribute = visit.element.attributes.get("score-threshold")
        if attribute and _NUMBER.fullmatch(attribute.value.strip()):
            if float(attribute.value) > RISKY_ABOVE:
                message = f"{attribute.value} takes different questions for the same"
                yield CODE.at(attribute.value_span, message, hint="begin with 0.05; lower is stricter")
