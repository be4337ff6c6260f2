"""Elements while they are read: what is open, and what remains of white space when one is closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from gatewright.apim.document.decoding import decode
from gatewright.apim.document.model import Attribute, Element, Node, Place, Text
from gatewright.apim.document.source import SourceText, ValueSource
from gatewright.apim.document.values import Expression, Literal

Layout: TypeAlias = tuple[int, int]
"""White space that nobody wrote as a reference: where it begins and ends. Most of it is never needed."""

_NO_ATTRIBUTES: Mapping[str, Attribute] = MappingProxyType({})


@dataclass(slots=True)
class Open:
    """An element whose closing tag was not seen yet."""

    name: str
    attributes: dict[str, Attribute]
    start: int
    verbatim: bool
    children: list[Node | Layout] = field(default_factory=list)

    @property
    def tag(self) -> tuple[int, int]:
        """Where its name stands."""
        return self.start + 1, self.start + 1 + len(self.name)


def close(element: Open, source: SourceText, end: int) -> Element:
    """The element that is complete at an offset."""
    nodes = [node for node in element.children if not isinstance(node, tuple)]
    if len(nodes) < len(element.children) and _keeps_layout(nodes, element.verbatim):
        nodes = [_text(source, node) if isinstance(node, tuple) else node for node in element.children]
    attributes = element.attributes or _NO_ATTRIBUTES
    return Element(element.name, attributes, tuple(nodes), Place(source, element.start, end))


def _text(source: SourceText, layout: Layout) -> Text:
    found = decode(source.text, *layout)
    return Text(found.value, ValueSource(source, found.segments), Literal(found.value))


def _keeps_layout(rest: list[Node], verbatim: bool) -> bool:
    """White space counts in mixed content and in content that is itself a text in markup."""
    texts = [node for node in rest if isinstance(node, Text)]
    elements = any(isinstance(node, Element) for node in rest)
    if verbatim and elements:
        return True
    if len(texts) == 1 and isinstance(texts[0].content, Expression) and not elements:
        return False
    return bool(texts)
