"""A wrong document: what was changed, and where which fault must be found."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from gatewright.apim.catalog import ChildSpec, ContentSpec, PolicySpec, TextContent, find
from gatewright.apim.document import Attribute, Document, Element, Section, Text, scan

_LINES = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Mutation:
    """One change of one document.

    Attributes:
        operator: the kind of change.
        document: the name of the document.
        text: the changed text.
        codes: any of these is right.
        places: offsets in the changed text, any of which is right.
    """

    operator: str
    document: str
    text: str
    codes: frozenset[str]
    places: tuple[int, ...]

    def positions(self) -> set[tuple[int, int]]:
        """The right places as line and column."""
        return {place_of(self.text, offset) for offset in self.places}


def place_of(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, counted without the reader."""
    line, start = 1, 0
    for found in _LINES.finditer(text):
        if found.end() > offset:
            break
        line, start = line + 1, found.end()
    return line, offset - start + 1


@dataclass(frozen=True)
class Spot:
    """An element with its entry, the entries around it, and its section."""

    element: Element
    spec: ContentSpec
    parent: Element
    holder: ContentSpec | None
    section: Section | None

    @property
    def is_policy(self) -> bool:
        return isinstance(self.spec, PolicySpec)

    @property
    def name_at(self) -> int:
        assert self.element.tag
        return self.element.tag.start

    @property
    def start(self) -> int:
        assert self.element.place
        return self.element.place.start

    @property
    def end(self) -> int:
        assert self.element.place
        return self.element.place.end


@dataclass(frozen=True)
class Good:
    """A good document, read."""

    name: str
    text: str
    document: Document
    spots: tuple[Spot, ...]

    def slice(self, spot: Spot) -> str:
        return self.text[spot.start : spot.end]

    def edit(self, operator: str, start: int, end: int, new: str, codes: str, *places: int) -> Mutation:
        """The document with a range replaced; places are offsets in the result."""
        text = self.text[:start] + new + self.text[end:]
        return Mutation(operator, self.name, text, frozenset(codes.split()), places)


def good(name: str, text: str) -> Good:
    """A document with every element that the catalog knows."""
    document = scan(text, name)
    spots: list[Spot] = []
    if document.root.name == "policies":
        for section in document.root.elements:
            for child in section.elements:
                spots.extend(_spots(child, section, None, Section(section.name)))
    else:
        for child in document.root.elements:
            spots.extend(_spots(child, document.root, None, None))
    return Good(name, text, document, tuple(spots))


def _spots(
    element: Element, parent: Element, holder: ContentSpec | None, section: Section | None
) -> Iterator[Spot]:
    child = next((item for item in holder.children if item.element == element.name), None) if holder else None
    spec: ContentSpec | None = child if child and not child.policy else find(element.name)
    if spec is None:
        return
    yield Spot(element, spec, parent, holder, section)
    if spec.text is not TextContent.MARKUP:
        for inner in element.elements:
            yield from _spots(inner, element, spec, section)


def child_spec(spot: Spot) -> ChildSpec | None:
    """The entry of a child in the element that holds it."""
    if not spot.holder:
        return None
    return next((item for item in spot.holder.children if item.element == spot.element.name), None)


def misspelt(name: str, random_: random.Random, known: frozenset[str]) -> str:
    """A name with a letter dropped, doubled, or swapped with the next; never a known one."""
    if len(name) < 2:
        return f"{name}-wrong"
    while True:
        at = random_.randrange(1, len(name))
        kind = random_.randrange(3)
        if kind == 0:
            wrong = name[:at] + name[at + 1 :]
        elif kind == 1:
            wrong = name[:at] + name[at] + name[at:]
        else:
            wrong = name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :]
        if wrong not in known and wrong != name and wrong[:1].isalpha():
            return wrong


def offset(holder: Attribute | Text, at: int) -> int:
    assert holder.origin
    return holder.origin.offset_at(at)
