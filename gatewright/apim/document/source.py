"""Source texts and places: from an offset, also inside a decoded value, back to line and column."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from gatewright.diagnostics import Span

_NEWLINE = re.compile(r"\r\n|\n|\r")

Segment = tuple[int, int, int]
"""(offset in the value, offset in the source, 1 where they advance together or 0 where they do not)."""


@dataclass(frozen=True, slots=True, eq=False)
class SourceText:
    """A text, the name of its file, and where its lines start."""

    file: str
    text: str
    lines: Sequence[int]

    @classmethod
    def of(cls, file: str, text: str) -> SourceText:
        """A source with its lines counted; CRLF, LF and CR end a line."""
        return cls(file, text, _starts(text))

    def span(self, start: int, end: int) -> Span:
        """The place of a half-open range of offsets."""
        first = bisect_right(self.lines, start) - 1
        last = bisect_right(self.lines, end, lo=first) - 1
        return Span(self.file, first + 1, start - self.lines[first] + 1, last + 1, end - self.lines[last] + 1)


def _starts(text: str) -> array[int]:
    starts = array("I", (0,))
    starts.extend(found.end() for found in _NEWLINE.finditer(text))
    return starts


@dataclass(frozen=True, slots=True)
class ValueSource:
    """Where each character of a decoded value stands in its file."""

    source: SourceText
    segments: tuple[Segment, ...]

    def offset_at(self, offset: int) -> int:
        """The offset in the source of an offset in the value."""
        index = bisect_right(self.segments, offset, key=_value_offset) - 1
        start, place, step = self.segments[max(index, 0)]
        return place + (offset - start) * step

    def span_at(self, start: int, end: int | None = None) -> Span:
        """The place of a range of the value; of one character where no end is given."""
        first = self.offset_at(start)
        last = self.offset_at(start + 1 if end is None else end)
        return self.source.span(first, max(first, min(last, len(self.source.text))))

    def shifted(self, offset: int) -> ValueSource:
        """The same source for the value without its first `offset` characters."""
        if not offset:
            return self
        kept = [(start - offset, place, step) for start, place, step in self.segments if start > offset]
        index = max(bisect_right(self.segments, offset, key=_value_offset) - 1, 0)
        step = self.segments[index][2]
        return ValueSource(self.source, ((0, self.offset_at(offset), step), *kept))

    def spliced(self, pieces: list[tuple[int, int, int]]) -> ValueSource:
        """The source of a value in which ranges were replaced.

        Args:
            pieces: (start, end, length of the replacement) of each replaced range, ascending.
        """
        segments: list[Segment] = []
        position = grown = 0
        for start, end, length in pieces:
            segments.extend(self._between(position, start, grown))
            segments.append((start + grown, self.offset_at(start), 0))
            grown += length - (end - start)
            position = end
        segments.extend(self._between(position, None, grown))
        return ValueSource(self.source, tuple(segments))

    def _between(self, start: int, end: int | None, grown: int) -> list[Segment]:
        index = max(bisect_right(self.segments, start, key=_value_offset) - 1, 0)
        first = (start + grown, self.offset_at(start), self.segments[index][2])
        rest = [
            (value + grown, place, step)
            for value, place, step in self.segments
            if value > start and (end is None or value < end)
        ]
        return [first, *rest]


def _value_offset(segment: Segment) -> int:
    return segment[0]
