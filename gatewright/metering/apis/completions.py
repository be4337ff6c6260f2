"""Usage of (legacy) completions, which state it as chat completions do.

Source: https://platform.openai.com/docs/api-reference/completions (2026-10); recording 819e47a1f2 states no
`completion_tokens`.
"""

from __future__ import annotations

from gatewright.metering.apis.interpreter import Interpreter


class Completions(Interpreter):
    """Reads completions: a document, or a stream with usage in any chunk."""
