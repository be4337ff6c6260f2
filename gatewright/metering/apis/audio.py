"""Usage of audio: transcriptions and translations in tokens or seconds; speech in characters of the request.

Sources: https://platform.openai.com/docs/api-reference/audio (2026-10); recordings 472c7feb4d (seconds),
7372dce379 (detail key in the singular), 94d64183f6 (speech: bytes, no usage anywhere).
"""

from __future__ import annotations

from gatewright.metering.apis.interpreter import Asked, Interpreter
from gatewright.metering.json_text import JsonObject, text_at
from gatewright.metering.sse import Event
from gatewright.metering.usage import TokenUsage

_LAST = frozenset({"transcript.text.done", "speech.audio.done"})


class Transcription(Interpreter):
    """Reads transcriptions and translations: a document, a stream, or plain text without usage."""

    def is_end(self, value: JsonObject, event: Event) -> bool:
        """The event that carries the whole text."""
        return (text_at(value, "type") or event.type) in _LAST

    def wants(self, raw: bytes) -> bool:
        """Also the last event of a service that states no usage."""
        return super().wants(raw) or b".done" in raw


class Speech(Transcription):
    """Reads speech: bytes of audio, or a stream of them; what it costs is counted in characters."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked)
        if asked.characters is not None:
            self.facts.counted = TokenUsage(characters=asked.characters)
