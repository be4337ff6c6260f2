"""Collects the pieces of one text: plain text, references, CDATA sections, an expression."""

from __future__ import annotations

from gatewright.apim import codes
from gatewright.apim.document.csharp import Broken, begins, end_of
from gatewright.apim.document.decoding import BARE_AMPERSAND, Decoded, decode, decode_cdata
from gatewright.apim.document.faults import Faults
from gatewright.apim.document.model import Text
from gatewright.apim.document.source import Segment, SourceText, ValueSource
from gatewright.apim.document.tree import Layout
from gatewright.apim.document.values import Content, Expression, Literal


class Run:
    """The text between two tags, as it grows."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.pieces: list[Decoded] = []
        self.layout: Layout | None = None
        self.explicit = False
        self.is_blank = True

    def literal(self, start: int, end: int, faults: Faults) -> None:
        """Adds plain text with references."""
        text = self.source.text
        if not self.pieces and self.layout is None and text[start:end].isspace():
            self.layout = start, end
            return
        piece = decode(text, start, end)
        if text.find("&", start, end) >= 0:
            self.explicit = True
            for found in BARE_AMPERSAND.finditer(text, start, end):
                message = '"&" begins no reference here'
                faults.add(codes.NOT_WELL_FORMED, found.start(), found.end(), message, 'write "&amp;"')
        self._add(piece)

    def cdata(self, start: int, end: int) -> None:
        """Adds the inside of a CDATA section."""
        self.explicit = True
        self._add(decode_cdata(self.source.text, start, end))

    def expression(self, piece: Decoded) -> None:
        """Adds a whole expression; white space before it is no part of the text."""
        self.pieces, self.layout = [], None
        self._add(piece)

    def skip(self) -> None:
        """Forgets what was collected."""
        self.pieces, self.layout, self.explicit, self.is_blank = [], None, False, True

    def _add(self, piece: Decoded) -> None:
        if self.layout is not None:
            self.pieces, self.layout = [decode(self.source.text, *self.layout)], None
        if piece.value:
            self.pieces.append(piece)
            self.is_blank = self.is_blank and not piece.value.strip()

    def take(self, faults: Faults) -> Text | Layout | None:
        """The text that was collected, or where its white space stands; None where there is none."""
        if not self.pieces:
            layout = self.layout
            self.skip()
            return layout
        value = "".join(piece.value for piece in self.pieces)
        segments: list[Segment] = []
        length = 0
        for piece in self.pieces:
            segments.extend((start + length, place, step) for start, place, step in piece.segments)
            length += len(piece.value)
        origin = ValueSource(self.source, tuple(segments))
        self.skip()
        content, value, origin = self._content(value, origin, faults)
        return Text(value, origin, content)

    def _content(self, value: str, origin: ValueSource, faults: Faults) -> tuple[Content, str, ValueSource]:
        stripped = value.strip()
        if begins(stripped):
            lead = value.index("@")
            end = end_of(stripped)
            if isinstance(end, Broken):
                span = origin.span_at(lead + end.offset)
                hint = "close what is open"
                faults.note(codes.EXPRESSION_NOT_CLOSED, span, end.reason, hint)
            elif end == len(stripped):
                return Expression(stripped), stripped, origin.shifted(lead)
        return Literal(value), value, origin
