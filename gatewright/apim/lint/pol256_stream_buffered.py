"""Reading the response body in outbound holds a stream back until its end.

Why: `buffer-response="false"` relays each event as it comes. Whatever reads the body in outbound waits for
the whole stream first, and so does the client. A `choose` that lets streams pass by is the way out.

Bad:
    <backend><forward-request buffer-response="false" /></backend>
    <outbound><set-variable name="id" value='@(context.Response.Body.As<JObject>(true)["id"])' /></outbound>

Good:
    <outbound>
        <choose>
            <when condition='@(!context.Variables.GetValueOrDefault<bool>("stream"))'>
                <set-variable name="id" value='@(context.Response.Body.As<JObject>(true)["id"])' />
            </when>
        </choose>
    </outbound>

Source: https://learn.microsoft.com/azure/api-management/how-to-server-sent-events (2025-10-08).
"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.apim.document.model import Section
from gatewright.apim.lint.subject import Subject, Visit
from gatewright.diagnostics import Code, Diagnostic, Severity

CODE = Code("POL256", "stream-buffered", Severity.WARNING, "A streamed response is read as a whole.")

_READERS = (
    "find-and-replace",
    "json-to-xml",
    "redirect-content-urls",
    "validate-content",
    "xml-to-json",
    "xsl-transform",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Readers of the response body in outbound, outside of any choose, where responses are relayed."""
    relays = any(
        (visit.element.get("buffer-response") or "").strip().casefold() == "false"
        for visit in subject.named("forward-request")
    )
    if not relays:
        return
    hint = "put it into a <choose> that lets streams pass by"
    for visit in subject.named(*_READERS):
        if _is_open(visit):
            message = f"<{visit.element.name}> waits for the end of the stream"
            yield CODE.at(visit.element.name_span, message, hint=hint)
    for use in subject.uses:
        at = use.source.find("context.Response.Body")
        if at >= 0 and _is_open(use.visit):
            place = use.span_at(at, at + len("context.Response.Body"))
            yield CODE.at(place, "this waits for the end of the stream", hint=hint)


def _is_open(visit: Visit) -> bool:
    return visit.section is Section.OUTBOUND and not any(parent.name == "choose" for parent in visit.parents)
