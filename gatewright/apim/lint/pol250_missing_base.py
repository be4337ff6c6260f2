"""A section without `<base />` cuts off everything that broader scopes do.

Why: only `<base />` brings in the policies of the broader scopes. Without it, token limits, keys and logging
that the platform set for all APIs do not run, and nothing says so.

Bad:
    <inbound>
        <set-header name="x-team"><value>retail</value></set-header>
    </inbound>

Good:
    <inbound>
        <base />
        <set-header name="x-team"><value>retail</value></set-header>
    </inbound>

Source: https://learn.microsoft.com/azure/api-management/set-edit-policies (2023-10-18).
"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.apim.document.model import Kind, Scope, Section
from gatewright.apim.lint.subject import Subject
from gatewright.diagnostics import Code, Diagnostic, Severity

CODE = Code("POL250", "missing-base", Severity.WARNING, "A section does not inherit from the broader scopes.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Sections without `<base />`; a backend section that holds its one element is left alone."""
    if subject.kind is not Kind.POLICIES or subject.scope is Scope.GLOBAL:
        return
    root = subject.document.root
    inherits = any(section.child("base") for section in root.elements)
    if subject.scope is None and not inherits:
        return  # it may be the global document
    for section in Section:
        element = root.child(section.value)
        hint = "add <base />; if nothing shall be inherited, say so in a nolint comment"
        if element is None:
            if section is not Section.ON_ERROR:
                message = f"without <{section}>, nothing of the broader scopes runs there"
                yield CODE.at(root.name_span, message, hint=f"add <{section}><base /></{section}>")
        elif not element.child("base") and not (section is Section.BACKEND and element.elements):
            yield CODE.at(element.name_span, f"<{section}> inherits nothing", hint=hint)
