"""A limit counts under a key that the client chooses, so the client can choose a new one for each call.

Why: headers, query and body are the client's. Who sends another value gets a fresh counter.

Bad:
    <llm-token-limit counter-key='@(context.Request.Headers.GetValueOrDefault("x-user",""))'
        tokens-per-minute="60000" estimate-prompt-tokens="false" />

Good:
    <llm-token-limit counter-key="@(context.Subscription.Id)"
        tokens-per-minute="60000" estimate-prompt-tokens="false" />

Source: https://learn.microsoft.com/azure/api-management/llm-token-limit-policy (2026-04-01).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gatewright.apim.document.values import Expression
from gatewright.apim.lint.subject import Subject
from gatewright.diagnostics import Code, Diagnostic, Severity

CODE = Code("POL252", "client-chosen-key", Severity.WARNING, "A client chooses the key it is counted under.")

_LIMITS = (
    "azure-openai-token-limit",
    "llm-token-limit",
    "quota-by-key",
    "rate-limit-by-key",
    "limit-concurrency",
)
_CLIENT = re.compile(r"context\.Request\.(?:Headers|Body|(?:Original)?Url\.Query)")
_OURS = re.compile(r"context\.(?:Subscription|Product|User|Variables|Request\.IpAddress)|AsJwt|TryParseJwt")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Keys read from the request and from nothing that the gateway knows by itself."""
    for visit in subject.named(*_LIMITS):
        for name in ("counter-key", "key"):
            attribute = visit.element.attributes.get(name)
            if attribute is None or not isinstance(attribute.content, Expression):
                continue
            source = attribute.content.source
            found = _CLIENT.search(source)
            if found and not _OURS.search(source):
                hint = "use context.Subscription.Id, a checked claim, or join one of them with it"
                message = f'"{name}" is read from the request alone'
                yield CODE.at(attribute.span_at(found.start(), found.end()), message, hint=hint)
