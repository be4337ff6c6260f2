"""Usage of the Responses API: stated in the object of the terminal event, whatever that says of the outcome.

A background answer states none while it is queued; `Retrieved` reads it later. Counts and cancellations are
no generations; `exchange_meter` reads neither these nor retrievals.

Sources: https://platform.openai.com/docs/api-reference/responses-streaming (2026-10); recordings 1422e00f41
(incomplete), d364004f6f (Azure's content filters on the object).
"""

from __future__ import annotations

from gatewright.metering.apis.interpreter import Asked, Body, Interpreter
from gatewright.metering.json_text import JsonObject, object_at, text_at
from gatewright.metering.normalise import Reported
from gatewright.metering.sse import Event

_TERMINAL = frozenset(
    {"response.completed", "response.incomplete", "response.failed", "response.cancelled", "response.done"}
)
_ENDED = frozenset({"completed", "incomplete", "failed", "cancelled"})


class Responses(Interpreter):
    """Reads Responses: a document, or a stream whose terminal event carries the document."""

    def usage_in_event(self, value: JsonObject, event: Event) -> Reported | None:
        """The usage of the response object."""
        return self.usage_in_document(self.subject(value, event))

    def subject(self, value: JsonObject, event: Event) -> JsonObject:
        """The response object."""
        return object_at(value, "response") or {}

    def is_end(self, value: JsonObject, event: Event) -> bool:
        """Whether the event is terminal, by its JSON's type, or by its name where that says nothing."""
        return (text_at(value, "type") or event.type) in _TERMINAL

    def wants(self, raw: bytes) -> bool:
        """Also every event that may be terminal."""
        return super().wants(raw) or b"response.completed" in raw or b"response.incomplete" in raw

    def is_last_word(self, raw: bytes) -> bool:
        """No event but a terminal one ends a stream."""
        return False

    def document(self, body: Body) -> None:
        """Takes a response object; says so where it is not finished."""
        super().document(body)
        if self.facts.reported is None and self.asked.background:
            self.facts.detail = "background_not_finished"


class Retrieved(Responses):
    """Reads a response that is fetched again: only one that was made in the background is counted by then.

    Its usage is the same at every fetch; who counts it must count it once, by the response's id.

    Attributes:
        has_ended: the response was made in the background, and nothing more comes.
    """

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked)
        self.has_ended = False

    def usage_in_document(self, value: JsonObject) -> Reported | None:
        """The usage of a response made in the background."""
        return super().usage_in_document(value) if value.get("background") is True else None

    def _note(self, subject: JsonObject) -> None:
        super()._note(subject)
        ended = subject.get("background") is True and text_at(subject, "status") in _ENDED
        self.has_ended = self.has_ended or ended
