"""A secret stands in the policy, where everyone with read access, and every export, sees it.

Why: policies are exported, compared and reviewed as plain text. A named value that refers to Key Vault keeps
the secret out of them, and rotates it.

Bad:
    <set-header name="api-key"><value>0123456789abcdef0123456789abcdef</value></set-header>

Good:
    <set-header name="api-key"><value>{{backend-key}}</value></set-header>

Source: https://learn.microsoft.com/azure/api-management/api-management-howto-properties (2024-07-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gatewright.apim.document.model import Element
from gatewright.apim.lint.subject import Subject
from gatewright.diagnostics import Code, Diagnostic, Severity, Span

CODE = Code("POL261", "secret-literal", Severity.WARNING, "A secret stands in a policy.")

_HEADERS = re.compile(
    r"authorization|(?:x-)?api-?key|ocp-apim-subscription-key|x-functions-key|.*(?:secret|password)", re.I
)
_STRING = re.compile(r'"((?:Bearer |Basic )?[A-Za-z0-9+/_=\-]{24,})"')
_PASSWORDS = ("authentication-basic", "authentication-certificate", "proxy")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Passwords, and values of headers that carry keys, written out."""
    hint = "keep it in Key Vault and refer to it with a named value, {{name}}"
    for span in _places(subject):
        yield CODE.at(span, "this looks like a secret", hint=hint)


def _places(subject: Subject) -> Iterator[Span]:
    for visit in subject.visits:
        element = visit.element
        if element.name == "set-header" and _HEADERS.fullmatch((element.get("name") or "").strip()):
            yield from _header(element)
        for name, attribute in element.attributes.items():
            if name == "password" and element.name in _PASSWORDS and _is_literal(attribute.value):
                yield attribute.value_span
        inside = [parent.name for parent in visit.parents]
        if element.name == "key" and "validate-jwt" in inside and _is_literal(element.text):
            yield element.texts[0].span


def _header(element: Element) -> Iterator[Span]:
    for value in element.named("value"):
        for text in value.texts:
            bare = text.value.strip().removeprefix("Bearer ").removeprefix("Basic ")
            if len(bare) >= 16 and _is_literal(text.value):
                yield text.span
            for found in _STRING.finditer(text.value):
                if not _is_name(text.value, found):
                    yield text.span_at(found.start(1), found.end(1))


def _is_name(source: str, found: re.Match[str]) -> bool:
    """Names of variables and headers, texts without a digit, and what stands in a comment, are no secrets."""
    before = source[: found.start()].rpartition("\n")[2].rstrip()
    keyed = before.endswith(("[", "GetValueOrDefault(", "ContainsKey(")) or "//" in before
    return keyed or not any(char.isdigit() for char in found.group(1))


def _is_literal(value: str) -> bool:
    text = value.strip()
    return bool(text) and "{" not in text and not text.startswith("@")
