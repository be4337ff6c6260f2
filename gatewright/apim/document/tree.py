"""Elements while they are read: what is open, and what remains of white space when one is closed."""

from __future__ import annotations

from dataclasses import dataclass, field

from gatewright.apim.document.model import Attribute, Element, Node, Place, Text
from gatewright.apim.document.source import SourceText
from gatewright.apim.document.values import Expression


@dataclass(slots=True)
class Open:
    """An element whose closing tag was not seen yet."""

    name: str
    attributes: dict[str, Attribute]
    start: int
    tag: Place | None
    verbatim: bool
    children: list[Node] = field(default_factory=list)
    layout: set[int] = field(default_factory=set)

    def add_text(self, text: Text, layout: bool) -> None:
        """Adds a text; `layout` where it is white space that nobody wrote as a reference."""
        if layout:
            self.layout.add(len(self.children))
        self.children.append(text)


def close(element: Open, source: SourceText, end: int) -> Element:
    """The element that is complete at an offset."""
    children = element.children
    if element.layout and not _keeps_layout(element):
        children = [node for index, node in enumerate(children) if index not in element.layout]
    place = Place(source, element.start, end)
    return Element(element.name, element.attributes, tuple(children), place, element.tag)


def _keeps_layout(element: Open) -> bool:
    """White space counts in mixed content and in content that is itself a text in markup."""
    rest = [node for index, node in enumerate(element.children) if index not in element.layout]
    texts = [node for node in rest if isinstance(node, Text)]
    elements = any(isinstance(node, Element) for node in rest)
    if element.verbatim and elements:
        return True
    if len(texts) == 1 and isinstance(texts[0].content, Expression) and not elements:
        return False
    return bool(texts)
