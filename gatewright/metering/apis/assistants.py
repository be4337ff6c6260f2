"""Usage of assistants: of the run. Its steps state theirs too, and the run's is their sum: one is counted.

Sources: https://learn.microsoft.com/azure/ai-foundry/openai/assistants-reference-runs (2026-05); recordings
5c826cb7c4 (singular event names), b635977ca6.
"""

from __future__ import annotations

from gatewright.metering.apis.interpreter import Interpreter
from gatewright.metering.json_text import JsonObject, text_at
from gatewright.metering.normalise import Reported
from gatewright.metering.sse import Event


class Assistants(Interpreter):
    """Reads runs: a document states none while the run is queued; a stream states it when the run ends."""

    def usage_in_event(self, value: JsonObject, event: Event) -> Reported | None:
        """The usage of a run, not of a step."""
        return self.usage_in_document(value)

    def usage_in_document(self, value: JsonObject) -> Reported | None:
        """As in events."""
        return super().usage_in_document(value) if text_at(value, "object") == "thread.run" else None
