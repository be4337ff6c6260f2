"""A `//` comment in an attribute of several lines comments out the rest of the expression.

Why: XML turns line ends inside attributes into spaces, so the comment does not end where its line does. It
works in the portal's editor (`rawxml`) and breaks in Bicep and Terraform (`xml`).

Bad:
    <set-variable name="a" value="@{
        // the tenant
        return context.Subscription.Id; }" />

Good:
    <set-variable name="a" value="@{
        /* the tenant */
        return context.Subscription.Id; }" />

Source: XML 1.0, section 3.3.3, https://www.w3.org/TR/xml/#AVNormalize (2008-11-26).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gatewright.apim.document.model import Attribute
from gatewright.apim.lint.subject import Subject
from gatewright.diagnostics import Code, Diagnostic, Severity

CODE = Code("POL265", "comment-in-attribute", Severity.WARNING, "A comment swallows an expression's end.")

_PIECES = re.compile(
    r'\$?@"(?:[^"]|"")*"|"(?:[^"\\\n]|\\.)*"|' + r"'(?:[^'\\\n]|\\.)+'" + r"|/\*.*?\*/|(//[^\n]*)\n",
    re.DOTALL,
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """The first line comment of an attribute that holds line ends."""
    for use in subject.uses:
        if not isinstance(use.holder, Attribute) or "//" not in use.source or "\n" not in use.source:
            continue
        found = next((piece for piece in _PIECES.finditer(use.source) if piece.group(1)), None)
        if found:
            hint = "write /* … */, or move the expression into an element's text"
            message = "as format xml, this comment goes on to the end of the attribute"
            yield CODE.at(use.span_at(found.start(1), found.end(1)), message, hint=hint)
