"""Usage of images: tokens where the service states them, else the number of images in the answer.

Sources: https://platform.openai.com/docs/api-reference/images (2026-10); recording f17fa38cdf (usage without
counts).
"""

from __future__ import annotations

from dataclasses import replace

from gatewright.metering.apis.interpreter import Interpreter
from gatewright.metering.json_text import JsonObject, list_at, object_at, text_at
from gatewright.metering.normalise import Reported, first
from gatewright.metering.sse import Event
from gatewright.metering.usage import TokenUsage

_LAST = frozenset({"image_generation.completed", "image_edit.completed"})


class Images(Interpreter):
    """Reads image generations, edits and variations."""

    def usage_in_document(self, value: JsonObject) -> Reported | None:
        """Top-level `usage`; beside it the images are counted."""
        made = list_at(value, "data")
        if made:
            self.facts.counted = TokenUsage(images=len(made))
        return _with_image_output(super().usage_in_document(value), value)

    def usage_in_event(self, value: JsonObject, event: Event) -> Reported | None:
        """The usage of the final image."""
        return _with_image_output(super().usage_in_document(value), value)

    def is_end(self, value: JsonObject, event: Event) -> bool:
        """The final image."""
        return (text_at(value, "type") or event.type) in _LAST

    def wants(self, raw: bytes) -> bool:
        """Also the final image of a service that states no usage."""
        return super().wants(raw) or b".completed" in raw


def _with_image_output(found: Reported | None, value: JsonObject) -> Reported | None:
    """Output of this API is image tokens, unless details tell text apart."""
    if found is None or found.usage.image_output_tokens is not None:
        return found
    if first(object_at(value, "usage", "output_tokens_details"), "text_tokens"):
        return found
    return replace(found, usage=replace(found.usage, image_output_tokens=found.usage.output_tokens))
