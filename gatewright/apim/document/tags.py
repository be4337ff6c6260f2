"""Opening tags: a name, attributes in single or double quotes, and how to go on behind a mistake."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gatewright.apim import codes
from gatewright.apim.document.csharp import Broken, begins, end_of
from gatewright.apim.document.cutting import Cut, Cutter
from gatewright.apim.document.decoding import BARE_AMPERSAND, decode
from gatewright.apim.document.faults import Faults
from gatewright.apim.document.model import Attribute, Place
from gatewright.apim.document.source import SourceText, ValueSource
from gatewright.apim.document.values import Expression, Literal

NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_:.\-]*")

MAX_ATTRIBUTES = 1_000
"""Of one tag; the policy with the most has fewer than twenty."""

_ATTRIBUTE = re.compile(r"\s*([A-Za-z_:][A-Za-z0-9_:.\-]*)\s*=\s*([\"'])")
_END = re.compile(r"\s*(/?)>")
_COMMENT = re.compile(r"\s*(<!--.*?-->)", re.DOTALL)
_SPACE = re.compile(r"\s*")
_RESYNC = re.compile(r"/?>|<|(?<=\s)[A-Za-z_:][A-Za-z0-9_:.\-]*\s*=\s*[\"']")
_UNCLOSED = re.compile(r"/?>|[<\n]|\Z")
_BEHIND = {'"': re.compile(r'\s*"'), "'": re.compile(r"\s*'")}
_BROKEN_END = {
    '"': re.compile(r'"(?=\s*/?>|\s+[A-Za-z_:][A-Za-z0-9_:.\-]*\s*=)'),
    "'": re.compile(r"'(?=\s*/?>|\s+[A-Za-z_:][A-Za-z0-9_:.\-]*\s*=)"),
}


@dataclass(frozen=True, slots=True)
class Opening:
    """An opening tag; `closed` where it ends with `/>`."""

    name: str
    attributes: dict[str, Attribute]
    end: int
    closed: bool


class TagReader:
    """Reads opening tags of one source."""

    def __init__(self, source: SourceText, faults: Faults) -> None:
        self.source, self.text, self.faults = source, source.text, faults
        self.cutter = Cutter(source, faults)

    def read(self, start: int) -> Opening:
        """The opening tag whose `<` stands at an offset, before a name."""
        named = NAME.match(self.text, start + 1)
        name = named.group() if named else ""
        position = start + 1 + len(name)
        attributes: dict[str, Attribute] = {}
        while True:
            found = _ATTRIBUTE.match(self.text, position)
            if found:
                if found.start(1) == position and not self.text[position - 1].isspace():
                    message = "a space is missing before this attribute"
                    self.faults.add(codes.NOT_WELL_FORMED, position, position + 1, message)
                attribute, position = self.attribute(found)
                self.keep(attributes, attribute)
                if len(attributes) > MAX_ATTRIBUTES:
                    message = f"<{name}> has more than {MAX_ATTRIBUTES} attributes"
                    self.faults.stop(codes.TOO_LARGE, start, start + 1, message)
                continue
            ended = _END.match(self.text, position)
            if ended:
                return Opening(name, attributes, ended.end(), bool(ended.group(1)))
            comment = _COMMENT.match(self.text, position)
            if comment:
                position = self.comment(comment)
                continue
            position, stopped = self.resync(name, start, position)
            if stopped:
                return Opening(name, attributes, position, False)

    def comment(self, found: re.Match[str]) -> int:
        """Passes over a comment between attributes; the writer does not keep it."""
        message = "a comment stands inside a tag; no XML parser takes it"
        hint = "move it in front of the element"
        self.faults.add(codes.COMMENT_IN_TAG, found.start(1), found.end(1), message, hint)
        return found.end()

    def keep(self, attributes: dict[str, Attribute], attribute: Attribute) -> None:
        """Keeps the first attribute of a name."""
        if attribute.name not in attributes:
            attributes[attribute.name] = attribute
            return
        message = f'the attribute "{attribute.name}" stands here twice'
        self.faults.note(codes.DUPLICATE_ATTRIBUTE, attribute.name_span, message, "keep one of the two")

    def resync(self, name: str, start: int, position: int) -> tuple[int, bool]:
        """Where to go on behind a mistake, and whether the tag ends there."""
        space = _SPACE.match(self.text, position)
        at = space.end() if space else position
        if at >= len(self.text):
            self.faults.add(codes.NOT_CLOSED, start, start + 1, f"the tag <{name}> has no end", 'add ">"')
            return len(self.text), True
        found = _RESYNC.search(self.text, at)
        end = found.start() if found else len(self.text)
        message = f'<{name}> needs attributes as name="value", or its end, here'
        hint = "put every value in quotes; write C# that holds double quotes in single quotes"
        self.faults.add(codes.NOT_WELL_FORMED, at, max(at + 1, min(end, at + 40)), message, hint)
        if not found or found.group() == "<":
            return end, True
        return end, False

    def attribute(self, found: re.Match[str]) -> tuple[Attribute, int]:
        """An attribute whose name, `=` and opening quote were found; and the offset behind it."""
        name, quote = found.group(1), found.group(2)
        start, value = found.start(1), found.end()
        space = _SPACE.match(self.text, value)
        at = space.end() if space else value
        if begins(self.text, at):
            cut = self.cutter.cut(at, _BEHIND[quote])
            if cut and not cut.broken:
                return self.expression(found, at, cut)
            if cut is None and (found_surplus := self.surplus(at, quote)):
                self.cutter.report(found_surplus)
                return self.broken(name, start, quote, value)
            if cut and cut.broken:
                self.cutter.report(self.blame(cut.broken, at, quote))
                return self.broken(name, start, quote, value)
        return self.literal(name, start, quote, value)

    def expression(self, found: re.Match[str], at: int, cut: Cut) -> tuple[Attribute, int]:
        """White space around the expression is no part of the value."""
        quote = found.group(2)
        end = self.text.index(quote, cut.end)
        if quote in self.text[at : cut.end]:
            self.cutter.raw = True
        origin = ValueSource(self.source, cut.decoded.segments)
        place = Place(self.source, found.start(1), end + 1)
        source = cut.decoded.value
        return Attribute(found.group(1), source, Expression(source), place, origin), end + 1

    def surplus(self, at: int, quote: str) -> Broken | None:
        """The bracket too many in a value that begins with an expression and goes on behind it."""
        found = _BROKEN_END[quote].search(self.text, at)
        return self.cutter.surplus(at, found.start()) if found else None

    def blame(self, broken: Broken, at: int, quote: str) -> Broken:
        """What to show: the quote that ends the value looks like a string's, so the bracket is to blame."""
        found = _BROKEN_END[quote].search(self.text, at)
        if found:
            broken = self.cutter.inside(broken, at, found.start())
        if self.text[broken.offset] != quote:
            return broken
        return Broken(at + 1, f'"{self.text[at + 1]}" is not closed', True)

    def broken(self, name: str, start: int, quote: str, value: int) -> tuple[Attribute, int]:
        """An expression without an end: the value goes to the quote that seems to end it."""
        found = _BROKEN_END[quote].search(self.text, value)
        end = found.start() if found else len(self.text)
        return self._plain(name, start, value, end), min(end + 1, len(self.text))

    def literal(self, name: str, start: int, quote: str, value: int) -> tuple[Attribute, int]:
        """A value that ends with the next quote of its kind."""
        end = self.text.find(quote, value)
        if end < 0:
            hint = f"end the value with {quote}"
            self.faults.add(codes.NOT_CLOSED, value - 1, value, f'the value of "{name}" is not closed', hint)
            found = _UNCLOSED.search(self.text, value)
            end = found.start() if found else len(self.text)
            return self._plain(name, start, value, end), end
        angle = self.text.find("<", value, end)
        if angle >= 0:
            hint = f'write "&lt;"; or the quote of "{name}" is missing its partner'
            message = f'"<" must not stand in the value of "{name}"'
            self.faults.add(codes.NOT_WELL_FORMED, angle, angle + 1, message, hint)
        self.ampersands(value, end)
        return self._plain(name, start, value, end), end + 1

    def ampersands(self, start: int, end: int) -> None:
        """Reports what begins with `&` and is none of XML's own references."""
        if self.text.find("&", start, end) < 0:
            return
        for found in BARE_AMPERSAND.finditer(self.text, start, end):
            hint = 'write "&amp;"'
            self.faults.add(
                codes.NOT_WELL_FORMED, found.start(), found.end(), '"&" begins no reference here', hint
            )

    def _plain(self, name: str, start: int, value: int, end: int) -> Attribute:
        decoded = decode(self.text, value, end)
        origin = ValueSource(self.source, decoded.segments)
        stripped = decoded.value.strip()
        if begins(stripped):
            whole = end_of(stripped)
            if not isinstance(whole, Broken) and whole == len(stripped):
                lead = decoded.value.index("@")
                place = Place(self.source, start, end + 1)
                return Attribute(name, stripped, Expression(stripped), place, origin.shifted(lead))
        place = Place(self.source, start, min(end + 1, len(self.text)))
        return Attribute(name, decoded.value, Literal(decoded.value), place, origin)
