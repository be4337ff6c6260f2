"""Collects the faults of one text, and stops the reading where going on makes no sense."""

from __future__ import annotations

from gatewright.apim import codes
from gatewright.apim.document.source import SourceText
from gatewright.diagnostics import Code, Diagnostic, Span


class Stop(Exception):
    """The rest of the text cannot be read."""


class Faults:
    """Faults of one source, at most `most` of them."""

    def __init__(self, source: SourceText, most: int) -> None:
        self.source, self.most = source, most
        self.stopped = False
        self._found: list[Diagnostic] = []

    @property
    def found(self) -> tuple[Diagnostic, ...]:
        """What was found so far."""
        return tuple(self._found)

    def add(self, code: Code, start: int, end: int, message: str, hint: str | None = None) -> None:
        """Keeps a fault at a range of offsets; the last that is kept says that reading ended there."""
        self.note(code, self.source.span(start, end), message, hint)
        if len(self._found) >= self.most:
            self.stop(codes.NOT_WELL_FORMED, start, end, "too many faults; the rest was not read")

    def note(self, code: Code, span: Span, message: str, hint: str | None = None) -> None:
        """Keeps a fault at a place."""
        self._found.append(code.at(span, message, hint=hint))

    def stop(self, code: Code, start: int, end: int, message: str, hint: str | None = None) -> None:
        """Keeps a fault and ends the reading.

        Raises:
            Stop: always.
        """
        self.stopped = True
        self.note(code, self.source.span(start, end), message, hint)
        raise Stop
