"""A condition compares the text of a status, which nobody promised to keep.

Why: reason phrases are not part of HTTP/2 and Microsoft has changed the gateway's own. The number is stable.

Bad:
    <when condition='@(context.Response.StatusReason.Contains("temporarily unavailable"))'>

Good:
    <when condition="@(context.Response.StatusCode == 503)">

Source: https://github.com/Azure-Samples/AI-Gateway/issues/262 (2026-01).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gatewright.apim.lint.subject import Subject
from gatewright.diagnostics import Code, Diagnostic, Severity

CODE = Code("POL260", "status-reason-text", Severity.WARNING, "A decision depends on the text of a status.")

_REASON = re.compile(r"\.StatusReason\b")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """StatusReason in a condition."""
    for use in subject.uses:
        if getattr(use.holder, "name", "") != "condition":
            continue
        found = _REASON.search(use.source)
        if found:
            place = use.span_at(found.start() + 1, found.end())
            yield CODE.at(place, "this text may change", hint="compare StatusCode")
