"""A semantic cache without a tenant in `vary-by` answers one tenant with what another one asked.

Why: without `vary-by`, all callers share the stored answers. An answer may hold what was confidential in
the prompt it was made for.

Bad:
    <llm-semantic-cache-lookup score-threshold="0.05" embeddings-backend-id="embeddings"
        embeddings-backend-auth="system-assigned" />

Good:
    <llm-semantic-cache-lookup score-threshold="0.05" embeddings-backend-id="embeddings"
        embeddings-backend-auth="system-assigned">
        <vary-by>@(context.Subscription.Id)</vary-by>
    </llm-semantic-cache-lookup>

Source: https://learn.microsoft.com/azure/api-management/llm-semantic-cache-lookup-policy (2026-08-18).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gatewright.apim.lint.subject import Subject
from gatewright.diagnostics import Code, Diagnostic, Severity

CODE = Code("POL258", "shared-semantic-cache", Severity.WARNING, "Tenants share a semantic cache.")

_TENANT = re.compile(r"context\.(?:Subscription|Product|User|Variables)|AsJwt")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Lookups that no vary-by keeps apart by subscription, product, user, or a variable."""
    for visit in subject.named("azure-openai-semantic-cache-lookup", "llm-semantic-cache-lookup"):
        if not any(_TENANT.search(child.text) for child in visit.element.named("vary-by")):
            message = "all callers share the stored answers"
            hint = "add <vary-by>@(context.Subscription.Id)</vary-by>"
            yield CODE.at(visit.element.name_span, message, hint=hint)
