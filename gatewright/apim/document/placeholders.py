"""Placeholders of other tools: `${name}` and `%{ if … }` of Terraform, `{name}` and `__NAME__` of scripts.

Files in repositories are often templates: something fills them in before Azure sees them. Such a place is not
wrong, it is not yet there, and nothing more can be said about it.

Source: https://developer.hashicorp.com/terraform/language/expressions/strings#string-templates (2026-01).
"""

from __future__ import annotations

import re

from gatewright.apim import codes
from gatewright.apim.document.model import Attribute, Element, Text
from gatewright.diagnostics import Diagnostic

_OPEN = re.compile(
    r"(?:\s*(?:\$\{[^{}]{1,200}\}|%\{[^{}]{1,200}\}|\{[A-Za-z_][\w.\-]{0,99}\}|__\w{1,99}__))+\s*"
)
_TEMPLATE = re.compile(r"(?<!\$)\$\{[A-Za-z_][\w.\-]{0,99}\}|%\{\s*(?:if|for|else|endif|endfor)\b")


def is_open(value: str) -> bool:
    """Whether a value is nothing but placeholders.

    >>> is_open("${retries}"), is_open("{{retries}}"), is_open("5")
    (True, False, False)
    """
    return _OPEN.fullmatch(value) is not None


def is_chosen(element: Element) -> bool:
    """Whether a directive, `%{ if … }`, chooses among an element's children: some will not be there."""
    return any("%{" in text.value and is_open(text.value) for text in element.texts)


def template_part(source: str) -> re.Match[str] | None:
    """The first Terraform placeholder in C#; in an interpolated string it looks like a `$` before a hole."""
    return _TEMPLATE.search(source)


def placeholder_fault(holder: Attribute | Text) -> Diagnostic:
    """What to say of a value that is not there yet."""
    message = "a placeholder stands here; what it becomes was not checked"
    hint = "lint what your deployment fills in, or use a named value, {{name}}"
    place = holder.words_span if isinstance(holder, Text) else holder.value_span
    return codes.PLACEHOLDER.at(place, message, hint=hint)
