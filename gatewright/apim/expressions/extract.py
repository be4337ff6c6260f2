"""`@(...)` and `@{...}`: where the C# text begins and ends, and how an offset in it becomes a place.

Source: https://learn.microsoft.com/azure/api-management/api-management-policy-expressions (2026-01-15).
"""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.apim.expressions.codes import NOT_AN_EXPRESSION, TOO_COMPLEX
from gatewright.diagnostics import Code, Diagnostic, Rejected, Span

MAX_CHARS = 64 * 1024


@dataclass(frozen=True, slots=True)
class Extract:
    """The C# text of one expression.

    Attributes:
        code: what stands between the brackets.
        block: whether it is a statement block, `@{...}`.
        lead: how many characters stand in front of `code` in the text that was given.
        origin: where the text begins, or None.
    """

    code: str
    block: bool
    lead: int
    origin: Span | None

    def span(self, at: int, end: int) -> Span | None:
        """The place of `code[at:end]`; without an origin, in a file of its own called "expression"."""
        start = self.origin or Span("expression", 1, 1)
        line, column = self._place(at, start)
        end_line, end_column = self._place(max(end, at + 1), start)
        return Span(start.file, line, column, end_line, end_column)

    def _place(self, offset: int, start: Span) -> tuple[int, int]:
        at = min(offset, len(self.code))
        newlines = self.code.count("\n", 0, at)
        if newlines == 0:
            return start.line, start.column + self.lead + at
        return start.line + newlines, at - self.code.rfind("\n", 0, at)

    def fault(self, code: Code, at: int, end: int, message: str, hint: str | None = None) -> Diagnostic:
        """A diagnostic at `code[at:end]`."""
        return code.at(self.span(at, end), message, hint=hint)


def extract(source: str, origin: Span | None = None) -> Extract:
    """The C# text inside `@(...)` or `@{...}`; white space around is ignored.

    Raises:
        Rejected: EXP300 when the text is not one whole expression, EXP309 when it is too long.
    """
    if len(source) > MAX_CHARS:
        raise Rejected([TOO_COMPLEX.at(origin, f"the expression is longer than {MAX_CHARS} characters")])
    text = source.strip()
    lead = len(source) - len(source.lstrip()) + 2
    if text.startswith("@(") and text.endswith(")"):
        return Extract(text[2:-1], False, lead, origin)
    if text.startswith("@{") and text.endswith("}"):
        return Extract(text[2:-1], True, lead, origin)
    hint = "write @( one expression ) or @{ statements that return }, and nothing around it"
    raise Rejected([NOT_AN_EXPRESSION.at(origin, "this is not one whole @(...) or @{...}", hint=hint)])
