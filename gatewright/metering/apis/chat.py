"""Usage of chat completions: of documents, and of streams with the usage in any chunk, or in several.

Groq states it in `x_groq.usage` of the last chunk, and again in `usage` where asked.

Sources: https://platform.openai.com/docs/api-reference/chat-streaming (2026-10); recordings
99016cc09a (x_groq), b617bd532c (growing), 2eda2c39a1 (choices after it), 804710fe0a (no end mark).
"""

from __future__ import annotations

from gatewright.metering.apis.interpreter import Interpreter
from gatewright.metering.json_text import JsonObject, object_at
from gatewright.metering.normalise import Reported, openai_usage
from gatewright.metering.sse import Event


class Chat(Interpreter):
    """Reads chat completions."""

    def usage_in_event(self, value: JsonObject, event: Event) -> Reported | None:
        """Top-level `usage`, else Groq's."""
        raw = object_at(value, "usage")
        found = openai_usage(raw) if raw else None
        if found is None and (raw := object_at(value, "x_groq", "usage")):
            found = openai_usage(raw)
        return found
