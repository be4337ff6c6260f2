"""A token for any other application of the issuer passes as well.

Why: without an audience, `validate-jwt` accepts each token that its issuer signed, also one that a user gave
to another application.

Bad:
    <validate-jwt header-name="Authorization">
        <openid-config url="https://login.example.org/v2.0/.well-known/openid-configuration" />
    </validate-jwt>

Good: the same with
    <audiences><audience>api://gateway</audience></audiences>

Source: https://learn.microsoft.com/azure/api-management/validate-jwt-policy (2026-08-18).
"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.apim.lint.subject import Subject
from gatewright.diagnostics import Code, Diagnostic, Severity

CODE = Code("POL263", "jwt-without-audience", Severity.WARNING, "Tokens for other applications are accepted.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """An issuer's shared keys without audiences, and without a required claim that names the audience."""
    for visit in subject.named("validate-jwt"):
        claims = visit.element.child("required-claims")
        named = {claim.get("name") for claim in claims.elements} if claims else set()
        shared = visit.element.child("openid-config")
        if shared and not visit.element.child("audiences") and "aud" not in named:
            message = "tokens for any audience pass"
            yield CODE.at(visit.element.name_span, message, hint="add <audiences>")
