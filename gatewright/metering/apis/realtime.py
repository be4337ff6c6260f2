"""Usage of realtime sessions: one reading per finished response or transcription, never per session.

A message of the WebSocket is one JSON event, not a stream; it is taken whole. A response does not name its
model: the session does, and a transcription of what was said is the work of another model.

Source: https://platform.openai.com/docs/api-reference/realtime-server-events (2026-10);
https://learn.microsoft.com/azure/ai-foundry/openai/realtime-audio-reference (2026-09). No recording of a
session stands in the test data: this follows the documentation.
"""

from __future__ import annotations

from dataclasses import replace

from gatewright.metering.apis.interpreter import error_code
from gatewright.metering.apis.reading import Reading
from gatewright.metering.json_text import JsonObject, NotJson, object_at, read_object, text_at
from gatewright.metering.normalise import openai_usage

RESPONSE = "response"
TRANSCRIPTION = "transcription"

_SETTLING = (b"response.done", b"input_audio_transcription.")
_TELLING = (b"response.created", b"session.created", b"session.updated")
_TRANSCRIBED = "conversation.item.input_audio_transcription.completed"
_NOT_TRANSCRIBED = "conversation.item.input_audio_transcription.failed"
_MAX_OPEN = 1000


class RealtimeSession:
    """Reads what a service says in one session. No method raises, whatever the bytes are.

    Attributes:
        model: the model of the session, by its own word.
        transcriber: the model that writes down what the client says.
        settled: readings so far.
    """

    def __init__(self) -> None:
        self.model: str | None = None
        self.transcriber: str | None = None
        self.settled = 0
        self._open: dict[str, None] = {}

    @property
    def unfinished(self) -> int:
        """Responses that have begun and not ended."""
        return len(self._open)

    def message(self, data: bytes) -> tuple[str, Reading] | None:
        """Takes a message of the service; what it settles, and its reading, or None where it settles nothing.

        Returns:
            `RESPONSE` or `TRANSCRIPTION`, and the reading.
        """
        if not any(mark in data for mark in (*_SETTLING, *_TELLING)):
            return None
        try:
            event = read_object(data)
        except NotJson:
            return None
        self._note(event)
        what, reading = _what(event), _reading_of(event)
        if what is None or reading is None:
            return None
        self.settled += 1
        self._open.pop(reading.response_id or "", None)
        return what, replace(reading, model=self.model if what == RESPONSE else self.transcriber)

    def _note(self, event: JsonObject) -> None:
        match text_at(event, "type"):
            case "session.created" | "session.updated":
                session = object_at(event, "session") or {}
                self.model = text_at(session, "model") or self.model
                old = text_at(session, "input_audio_transcription", "model")
                new = text_at(session, "audio", "input", "transcription", "model")
                self.transcriber = new or old or self.transcriber
            case "response.created":
                name = text_at(event, "response", "id")
                if name and len(self._open) < _MAX_OPEN:
                    self._open[name] = None
            case _:
                pass


def read_message(data: bytes) -> Reading | None:
    """The reading of a message from the service, or None for a message that settles nothing. Never raises.

    >>> found = read_message(b'{"type":"response.done","response":{"usage":{"total_tokens":3}}}')
    >>> found.reported.usage.total_tokens
    3
    """
    if not any(mark in data for mark in _SETTLING):
        return None
    try:
        return _reading_of(read_object(data))
    except NotJson:
        return None


def _what(event: JsonObject) -> str | None:
    match text_at(event, "type"):
        case "response.done":
            return RESPONSE
        case kind if kind in (_TRANSCRIBED, _NOT_TRANSCRIBED):
            return TRANSCRIPTION
        case _:
            return None


def _reading_of(event: JsonObject) -> Reading | None:
    match _what(event):
        case "response":
            return _reading(object_at(event, "response") or {}, RESPONSE)
        case "transcription":
            return _reading(event, TRANSCRIPTION)
        case _:
            return None


def _reading(subject: JsonObject, what: str) -> Reading:
    raw = object_at(subject, "usage")
    reported = openai_usage(raw) if raw else None
    error = object_at(subject, "error") or object_at(subject, "status_details", "error")
    return Reading(
        reported=reported,
        response_id=text_at(subject, "id") or text_at(subject, "item_id"),
        error=error_code(error) if error else None,
        stream=True,
        ended=True,
        detail=None if reported else f"no_usage_in_{what}",
        flags=reported.flags if reported else (),
    )
