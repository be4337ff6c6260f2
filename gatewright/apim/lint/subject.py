"""A document prepared for rules: every element with where it stands, every expression with who holds it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gatewright.apim.document.model import Attribute, Document, Element, Kind, Scope, Section, Text
from gatewright.apim.document.values import Expression
from gatewright.diagnostics import Span

OWN_MESSAGES = ("return-response", "send-one-way-request", "send-request")
"""Elements that hold a message of their own, not the one that passes through."""


@dataclass(frozen=True, slots=True)
class Visit:
    """An element on the way through a document.

    Attributes:
        element: the element.
        section: the section around it, or None in fragments and snippets.
        parents: the elements around it below the section, outermost first.
        index: its place in the order of the text.
    """

    element: Element
    section: Section | None
    parents: tuple[Element, ...]
    index: int


@dataclass(frozen=True, slots=True)
class ExpressionUse:
    """An expression, the attribute or text that is it, and the element it belongs to."""

    expression: Expression
    holder: Attribute | Text
    visit: Visit

    @property
    def source(self) -> str:
        """The C# with its brackets."""
        return self.expression.source

    def span_at(self, start: int, end: int) -> Span:
        """The place of a range of the C#."""
        return self.holder.span_at(start, end)

    @property
    def span(self) -> Span:
        """The place of the whole expression."""
        return self.holder.span_at(0, len(self.source))


@dataclass(frozen=True, slots=True)
class Subject:
    """What a rule looks at."""

    document: Document
    kind: Kind
    scope: Scope | None
    visits: tuple[Visit, ...]
    uses: tuple[ExpressionUse, ...]

    @classmethod
    def of(cls, document: Document, kind: Kind, scope: Scope | None) -> Subject:
        """A document, walked once."""
        visits: list[Visit] = []
        if kind is Kind.POLICIES:
            for section in Section:
                for element in document.root.named(section.value):
                    _walk(element.elements, section, (), visits)
        else:
            _walk(document.root.elements, None, (), visits)
        uses = [use for visit in visits for use in _uses(visit)]
        return cls(document, kind, scope, tuple(visits), tuple(uses))

    def named(self, *names: str) -> Iterator[Visit]:
        """The elements of these names."""
        return (visit for visit in self.visits if visit.element.name in names)


def _walk(
    elements: tuple[Element, ...], section: Section | None, parents: tuple[Element, ...], out: list[Visit]
) -> None:
    for element in elements:
        out.append(Visit(element, section, parents, len(out)))
        _walk(element.elements, section, (*parents, element), out)


def _uses(visit: Visit) -> Iterator[ExpressionUse]:
    for attribute in visit.element.attributes.values():
        if isinstance(attribute.content, Expression):
            yield ExpressionUse(attribute.content, attribute, visit)
    for child in visit.element.children:
        if isinstance(child, Text) and isinstance(child.content, Expression):
            yield ExpressionUse(child.content, child, visit)
