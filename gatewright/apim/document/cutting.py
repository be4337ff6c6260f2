"""Cuts one expression out of markup, whether its quotes and brackets stand raw or as references."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gatewright.apim import codes
from gatewright.apim.document.csharp import Broken, end_of
from gatewright.apim.document.decoding import BARE_AMPERSAND, Decoded, decode
from gatewright.apim.document.faults import Faults
from gatewright.apim.document.source import SourceText, ValueSource

_WINDOW = 160
_EMPTY = Decoded("", ((0, 0, 1),))


@dataclass(frozen=True, slots=True)
class Cut:
    """An expression and the offset behind it, or why it has no end (offsets are of the file)."""

    decoded: Decoded
    end: int
    broken: Broken | None = None


class Cutter:
    """Cuts expressions out of one source. Work that led to nothing is bounded by the size of the source."""

    def __init__(self, source: SourceText, faults: Faults) -> None:
        self.source, self.text, self.faults = source, source.text, faults
        self.raw = False
        self.budget = 16 * len(self.text) + (1 << 16)

    def cut(self, start: int, behind: re.Pattern[str]) -> Cut | None:
        """The expression that begins at `start`; None where it is only a part of its value.

        References are decoded first. Where that gives no whole expression, the text is taken as `rawxml`,
        in which `&quot;` inside a C# string is no reference.
        """
        first: Cut | None = None
        for references in (True, False):
            cut, seen = self._mode(start, references)
            if not cut.broken and behind.match(self.text, cut.end):
                self._mark(start, cut.end, references)
                return cut
            if references:
                first = cut
            if "&" not in self.text[start : start + seen]:
                break
        return first if first and first.broken else None

    def _mode(self, start: int, references: bool) -> tuple[Cut, int]:
        window, size = _WINDOW, len(self.text)
        while True:
            stop = min(start + window, size)
            decoded = decode(self.text, start, stop, references=references)
            origin = ValueSource(self.source, decoded.segments)
            end = end_of(decoded.value)
            if isinstance(end, int):
                segments = tuple(segment for segment in decoded.segments if segment[0] < end)
                return Cut(Decoded(decoded.value[:end], segments), origin.offset_at(end)), stop - start
            if not end.ran_out or stop == size:
                self._spend(start, stop - start)
                broken = Broken(origin.offset_at(end.offset), end.reason, end.ran_out)
                return Cut(_EMPTY, start, broken), stop - start
            window *= 4

    def inside(self, broken: Broken, start: int, stop: int) -> Broken:
        """The same fault, looked for no further than where the value of the expression seems to end."""
        if broken.offset < stop:
            return broken
        self._spend(start, stop - start)
        decoded = decode(self.text, start, stop)
        end = end_of(decoded.value)
        if not isinstance(end, Broken):
            return broken
        at = ValueSource(self.source, decoded.segments).offset_at(end.offset)
        return Broken(at, end.reason, end.ran_out)

    def surplus(self, start: int, stop: int) -> Broken | None:
        """The closing bracket too many behind an expression at `start` that ends before its value does."""
        self._spend(start, stop - start)
        decoded = decode(self.text, start, stop)
        end = end_of(decoded.value)
        if not isinstance(end, int) or not decoded.value[end:].strip():
            return None
        rest = end_of("@(" + decoded.value[end:])
        if isinstance(rest, Broken) and (rest.ran_out or decoded.value[end + rest.offset - 2] not in ")]}"):
            return None
        inside = rest.offset if isinstance(rest, Broken) else rest - 1
        at = end + inside - 2
        reason = f'"{decoded.value[at]}" closes nothing: the expression ended before it'
        return Broken(ValueSource(self.source, decoded.segments).offset_at(at), reason, False)

    def _spend(self, start: int, amount: int) -> None:
        self.budget -= amount
        if self.budget < 0:
            message = "too many expressions without an end; the rest was not read"
            self.faults.stop(codes.EXPRESSION_NOT_CLOSED, start, start + 2, message)

    def _mark(self, start: int, end: int, references: bool) -> None:
        piece = self.text[start:end]
        if not references or ("<" in piece and "<![CDATA[" not in piece) or BARE_AMPERSAND.search(piece):
            self.raw = True

    def report(self, broken: Broken) -> None:
        """Keeps the fault of an expression without an end."""
        hint = "close what is open; an expression ends with the bracket that matches its first one"
        start = broken.offset
        self.faults.add(codes.EXPRESSION_NOT_CLOSED, start, start + 1, broken.reason, hint)
