"""A key of the client travels on to a backend that the gateway calls with its own identity.

Why: Azure OpenAI looks at `api-key` as well as at `Authorization`. A subscription key that arrives there is
refused, or, worse, a real key of the service bypasses the identity that you audit. With
`output-token-variable-name` nothing replaces the client's `Authorization`, so the client's token goes out.

Bad:
    <authentication-managed-identity resource="https://cognitiveservices.azure.com" />

Good:
    <set-header name="api-key" exists-action="delete" />
    <authentication-managed-identity resource="https://cognitiveservices.azure.com" />

Source: https://learn.microsoft.com/azure/api-management/api-management-authenticate-authorize-azure-openai
(2025-06); that the gateway forwards a subscription key is our reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gatewright.apim.lint.subject import OWN_MESSAGES, Subject, Visit
from gatewright.diagnostics import Code, Diagnostic, Severity

CODE = Code(
    "POL267", "key-beside-identity", Severity.WARNING, "A client's key reaches an identity's backend."
)

_MODELS = re.compile(r"https://(?:cognitiveservices\.azure|ai\.azure)\.com\b", re.IGNORECASE)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Managed identities for models whose document lets `api-key`, or `Authorization`, pass."""
    cleaned = {_header(visit) for visit in _on_the_request(subject) if _replaces(visit)}
    for visit in subject.named("authentication-managed-identity"):
        resource = visit.element.get("resource") or ""
        if _is_own(visit) or not _MODELS.match(resource.strip()):
            continue
        if "api-key" not in cleaned:
            hint = 'add <set-header name="api-key" exists-action="delete" />'
            yield CODE.at(visit.element.name_span, 'the client\'s "api-key" is forwarded as well', hint=hint)
        if "output-token-variable-name" in visit.element.attributes and "authorization" not in cleaned:
            hint = "set Authorization from the token's variable, with exists-action override"
            message = "the client's Authorization is forwarded, and the token is not"
            yield CODE.at(visit.element.name_span, message, hint=hint)


def _on_the_request(subject: Subject) -> Iterator[Visit]:
    return (visit for visit in subject.named("set-header") if not _is_own(visit))


def _is_own(visit: Visit) -> bool:
    return any(parent.name in OWN_MESSAGES for parent in visit.parents)


def _header(visit: Visit) -> str:
    return (visit.element.get("name") or "").strip().casefold()


def _replaces(visit: Visit) -> bool:
    action = (visit.element.get("exists-action") or "override").strip().casefold()
    return action in ("delete", "override")
