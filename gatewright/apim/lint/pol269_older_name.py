"""An element has a newer twin that the documentation leads to.

Why: `azure-openai-…` policies take Azure OpenAI alone; their `llm-…` twins have the same attributes, take
other models as well, and are the ones that new options and the documentation's links go to.

Bad:
    <azure-openai-token-limit counter-key="@(context.Subscription.Id)" tokens-per-minute="60000" />

Good:
    <llm-token-limit counter-key="@(context.Subscription.Id)" tokens-per-minute="60000" />

Source: https://learn.microsoft.com/azure/api-management/llm-token-limit-policy (2026-04-01); no page calls
the older names deprecated, so this is an information and no warning.
"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.apim.lint.subject import Subject
from gatewright.diagnostics import Code, Diagnostic, Severity

CODE = Code("POL269", "older-name", Severity.INFO, "An element has a newer twin.")

TWINS = {
    "azure-openai-emit-token-metric": "llm-emit-token-metric",
    "azure-openai-semantic-cache-lookup": "llm-semantic-cache-lookup",
    "azure-openai-semantic-cache-store": "llm-semantic-cache-store",
    "azure-openai-token-limit": "llm-token-limit",
}


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Elements by their older name."""
    for visit in subject.named(*TWINS):
        newer = TWINS[visit.element.name]
        message = f"<{visit.element.name}> takes Azure OpenAI alone"
        yield CODE.at(visit.element.name_span, message, hint=f"use <{newer}>; its attributes are the same")
