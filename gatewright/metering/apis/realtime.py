"""Usage of realtime sessions: one reading per finished response or transcription, never per session.

A message of the WebSocket is one JSON event, not a stream; `read_message` takes it whole.

Source: https://platform.openai.com/docs/api-reference/realtime-server-events (2026-10). No recording of a
session stands in the test data: this follows the documentation.
"""

from __future__ import annotations

from gatewright.metering.apis.interpreter import error_code
from gatewright.metering.apis.reading import Reading
from gatewright.metering.json_text import JsonObject, NotJson, object_at, read_object, text_at
from gatewright.metering.normalise import openai_usage

_MARKS = (b"response.done", b"input_audio_transcription.")
_TRANSCRIBED = "conversation.item.input_audio_transcription.completed"
_NOT_TRANSCRIBED = "conversation.item.input_audio_transcription.failed"


def read_message(data: bytes) -> Reading | None:
    """The reading of a message from the service, or None for a message that settles nothing. Never raises.

    >>> found = read_message(b'{"type":"response.done","response":{"usage":{"total_tokens":3}}}')
    >>> found.reported.usage.total_tokens
    3
    """
    if not any(mark in data for mark in _MARKS):
        return None
    try:
        event = read_object(data)
    except NotJson:
        return None
    match text_at(event, "type"):
        case "response.done":
            return _reading(object_at(event, "response") or {}, "response")
        case kind if kind in (_TRANSCRIBED, _NOT_TRANSCRIBED):
            return _reading(event, "transcription")
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
