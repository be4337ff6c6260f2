"""Usage of assistants: of the run. Its steps state theirs too, and the run's is their sum: one is counted.

A run states none before it has ended, and the same at every retrieval after that; who counts what is
retrieved must count it once, by the run's id.

Sources: https://learn.microsoft.com/azure/ai-foundry/openai/assistants-reference-runs (2026-05);
Azure's specification 2025-03-01-preview (`runObject`, `runStreamEvent`); recordings 5c826cb7c4 (singular
event names), b635977ca6.
"""

from __future__ import annotations

from gatewright.metering.apis.interpreter import Interpreter, created_in, error_code
from gatewright.metering.apis.reading import Reading
from gatewright.metering.json_text import JsonObject, list_at, object_at, text_at
from gatewright.metering.normalise import Reported, openai_usage
from gatewright.metering.sse import Event

RUN = "thread.run"
_UNFINISHED = frozenset({"queued", "in_progress", "requires_action", "cancelling"})


class Assistants(Interpreter):
    """Reads runs: a document states none while the run is queued; a stream states it when the run ends."""

    def usage_in_document(self, value: JsonObject) -> Reported | None:
        """The usage of a run that has ended, not of a step."""
        return super().usage_in_document(value) if _is_run(value) and has_ended(value) else None

    def subject(self, value: JsonObject, event: Event) -> JsonObject:
        """The run; an error event stands for itself."""
        return value if _is_run(value) or event.type == "error" else {}

    def wants(self, raw: bytes) -> bool:
        """Also every event of a run, since one that fails may state no usage."""
        return super().wants(raw) or b'"thread.run"' in raw

    def is_last_word(self, raw: bytes) -> bool:
        """No event but the last one ends a stream."""
        return False

    def _note(self, subject: JsonObject) -> None:
        super()._note(subject)
        if _is_run(subject):
            self.facts.detail = None if has_ended(subject) else "run_not_finished"
        self.facts.error = self.facts.error or _failure(subject)


def has_ended(run: JsonObject) -> bool:
    """Whether a run says that nothing more comes."""
    return text_at(run, "status") not in _UNFINISHED


def read_runs(value: JsonObject) -> list[Reading]:
    """The runs that have ended in what was retrieved: one run, or a list of them."""
    found = [value] if _is_run(value) else list_at(value, "data") or []
    return [_reading(run) for run in found if isinstance(run, dict) and _is_run(run) and has_ended(run)]


def _reading(run: JsonObject) -> Reading:
    raw = object_at(run, "usage")
    reported = openai_usage(raw) if raw else None
    return Reading(
        reported=reported,
        model=text_at(run, "model"),
        response_id=text_at(run, "id"),
        created=created_in(run),
        error=_failure(run),
        ended=True,
        detail=None if reported else "no_usage_in_run",
        flags=reported.flags if reported else (),
    )


def _is_run(value: JsonObject) -> bool:
    return text_at(value, "object") == RUN


def _failure(run: JsonObject) -> str | None:
    error = object_at(run, "last_error") if text_at(run, "status") == "failed" else None
    return error_code(error) if error else None
