"""Usage of moderations: the service states none, and bills none.

Source: https://platform.openai.com/docs/guides/moderation (2026-10).
"""

from __future__ import annotations

from gatewright.metering.apis.interpreter import Body, Interpreter


class Moderations(Interpreter):
    """Reads moderations."""

    def document(self, body: Body) -> None:
        """Takes the model; says that the service states no usage here."""
        super().document(body)
        if self.facts.ended and not self.facts.error:
            self.facts.detail = "api_states_no_usage"
