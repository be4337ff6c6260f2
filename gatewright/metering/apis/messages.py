"""Usage of Anthropic's Messages API: what `message_start` states, overlaid by each `message_delta`.

Sources: https://docs.anthropic.com/en/docs/build-with-claude/streaming (2026-10),
https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching (2026-10).
"""

from __future__ import annotations

from gatewright.metering.apis.interpreter import Asked, Interpreter
from gatewright.metering.json_text import JsonObject, object_at, text_at
from gatewright.metering.normalise import Reported, anthropic_usage
from gatewright.metering.sse import Event


class Messages(Interpreter):
    """Reads Messages."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked)
        self._stated: JsonObject = {}

    def usage_in_document(self, value: JsonObject) -> Reported | None:
        """Top-level `usage`."""
        raw = object_at(value, "usage")
        return anthropic_usage(raw) if raw else None

    def usage_in_event(self, value: JsonObject, event: Event) -> Reported | None:
        """The usage so far: a delta's numbers are running totals, and replace those before them."""
        raw = object_at(self.subject(value, event), "usage")
        if raw is None:
            return None
        self._stated = self._stated | {key: item for key, item in raw.items() if item is not None}
        return anthropic_usage(self._stated)

    def subject(self, value: JsonObject, event: Event) -> JsonObject:
        """The message of a start event; the event itself else."""
        return object_at(value, "message") or value

    def is_end(self, value: JsonObject, event: Event) -> bool:
        """`message_stop`."""
        return (text_at(value, "type") or event.type) == "message_stop"

    def wants(self, raw: bytes) -> bool:
        """Also the last event, which states no usage."""
        return super().wants(raw) or b"message_stop" in raw

    def is_last_word(self, raw: bytes) -> bool:
        """No event but the last one ends a stream."""
        return False

    def _note_usage(self, reported: Reported | None) -> None:
        # Usage that grows from start to delta is how this API works, nothing odd.
        if reported is not None:
            self.facts.reported = reported
