"""A policy document as values: elements, attributes, texts, comments, each with its place.

Places take no part in equality: two documents are equal when they mean the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gatewright.apim.document.source import SourceText, ValueSource
from gatewright.apim.document.values import Content, Expression, Literal, parse_value
from gatewright.diagnostics import Diagnostic, Span

NOWHERE = Span("")
"""The place of a node that was made and not read."""


class Kind(StrEnum):
    """What a file holds."""

    POLICIES = "policies"
    FRAGMENT = "fragment"
    SNIPPET = "snippet"

    @classmethod
    def of(cls, word: str) -> Kind:
        """A kind by its name; "document" is another word for "policies".

        Raises:
            ValueError: for any other word.
        """
        return cls.POLICIES if word == "document" else cls(word)


class Section(StrEnum):
    """The four parts of a policy document."""

    INBOUND = "inbound"
    BACKEND = "backend"
    OUTBOUND = "outbound"
    ON_ERROR = "on-error"


class Scope(StrEnum):
    """Where a policy document stands, from broad to narrow."""

    GLOBAL = "global"
    WORKSPACE = "workspace"
    PRODUCT = "product"
    API = "api"
    OPERATION = "operation"


@dataclass(frozen=True, slots=True)
class Place:
    """A range of a source."""

    source: SourceText
    start: int
    end: int

    @property
    def span(self) -> Span:
        """File, line and column."""
        return self.source.span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Comment:
    """The text between `<!--` and `-->`."""

    text: str
    place: Place | None = field(default=None, compare=False)

    @property
    def span(self) -> Span:
        """Where the comment stands."""
        return self.place.span if self.place else NOWHERE


@dataclass(frozen=True, slots=True)
class Text:
    """A text between tags, decoded. Around an expression there is no white space."""

    value: str
    origin: ValueSource | None = field(default=None, compare=False)
    content: Content = field(default=Literal(""), compare=False)

    @classmethod
    def of(cls, value: str) -> Text:
        """A text that was made and not read."""
        content = parse_value(value)
        if isinstance(content, Expression):
            value, content = content.source, Expression(content.source)
        return cls(value, None, content)

    @property
    def span(self) -> Span:
        """Where the text stands."""
        return self.span_at(0, len(self.value))

    @property
    def words_span(self) -> Span:
        """Where the text stands without the white space around it."""
        return self.span_at(len(self.value) - len(self.value.lstrip()), len(self.value.rstrip()))

    def span_at(self, start: int, end: int | None = None) -> Span:
        """Where a range of the value stands, also inside an expression that holds references."""
        return self.origin.span_at(start, end) if self.origin else NOWHERE


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute: its name, its value decoded, and what the value is.

    Attributes:
        name: the name as written.
        value: the value after references, named values not yet substituted.
        content: the value as `Literal` or `Expression`.
        place: the range from the name to the closing quote.
        origin: where each character of the value stands.
    """

    name: str
    value: str
    content: Content = field(default=Literal(""), compare=False)
    place: Place | None = field(default=None, compare=False)
    origin: ValueSource | None = field(default=None, compare=False)

    @classmethod
    def of(cls, name: str, value: str) -> Attribute:
        """An attribute that was made and not read."""
        return cls(name, value, parse_value(value))

    @property
    def span(self) -> Span:
        """Where name and value stand."""
        return self.place.span if self.place else NOWHERE

    @property
    def name_span(self) -> Span:
        """Where the name stands."""
        if not self.place:
            return NOWHERE
        return self.place.source.span(self.place.start, self.place.start + len(self.name))

    @property
    def value_span(self) -> Span:
        """Where the value stands, without its quotes."""
        return self.span_at(0, len(self.value))

    def span_at(self, start: int, end: int | None = None) -> Span:
        """Where a range of the value stands, also inside an expression that holds references."""
        return self.origin.span_at(start, end) if self.origin else NOWHERE


@dataclass(frozen=True, slots=True)
class Element:
    r"""An element with what it holds.

    Attributes:
        name: as written, with a prefix where there is one (`xsl:stylesheet`).
        attributes: by name, in the order they are written.
        children: elements, texts and comments in order; white space between elements is dropped.
        place: from `<` to the end of the closing tag.
        scope: after composition, the scope whose document holds the element.
        path: after composition, the way from its section, as in `choose[3]\when[2]`.
        fragment: after composition, the id of the fragment it comes from.
    """

    name: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    children: tuple[Node, ...] = ()
    place: Place | None = field(default=None, compare=False)
    scope: Scope | None = field(default=None, compare=False)
    path: str = field(default="", compare=False)
    fragment: str | None = field(default=None, compare=False)

    @property
    def span(self) -> Span:
        """Where the element stands, from its first to its last character."""
        return self.place.span if self.place else NOWHERE

    @property
    def name_span(self) -> Span:
        """Where its name stands in the opening tag."""
        return self.tag.span if self.tag else NOWHERE

    @property
    def tag(self) -> Place | None:
        """The range of its name in the opening tag."""
        if self.place is None or not self.name:
            return None
        start = self.place.start + 1
        return Place(self.place.source, start, start + len(self.name))

    @property
    def elements(self) -> tuple[Element, ...]:
        """The child elements in order."""
        return tuple([child for child in self.children if isinstance(child, Element)])

    @property
    def texts(self) -> tuple[Text, ...]:
        """The child texts in order."""
        return tuple([child for child in self.children if isinstance(child, Text)])

    @property
    def text(self) -> str:
        """The texts of the element itself, joined."""
        return "".join(child.value for child in self.children if isinstance(child, Text))

    @property
    def content(self) -> Content:
        """The text of the element as literal or expression."""
        texts = self.texts
        return texts[0].content if len(texts) == 1 else parse_value(self.text)

    def get(self, name: str) -> str | None:
        """The value of an attribute, or None."""
        found = self.attributes.get(name)
        return found.value if found else None

    def child(self, name: str) -> Element | None:
        """The first child element of a name, or None."""
        return next((child for child in self.elements if child.name == name), None)

    def named(self, name: str) -> tuple[Element, ...]:
        """The child elements of a name, in order."""
        return tuple(child for child in self.elements if child.name == name)

    def walk(self) -> Iterator[Element]:
        """The element and every element below it, in the order of the text."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting.extend(reversed(element.elements))


Node = Element | Text | Comment


@dataclass(frozen=True, slots=True)
class Document:
    """A policy document, a fragment, or a bare snippet.

    Attributes:
        kind: which of the three.
        root: `<policies>`, `<fragment>`, or for a snippet an element without a name that holds its nodes.
        before: comments before the root.
        after: comments behind the root.
        raw: whether some C# stands unescaped, so that only `rawxml` can carry the text.
        faults: what `scan` found wrong; empty after `read`.
        source: the text it was read from.
    """

    kind: Kind
    root: Element
    before: tuple[Comment, ...] = ()
    after: tuple[Comment, ...] = ()
    raw: bool = field(default=False, compare=False)
    faults: tuple[Diagnostic, ...] = field(default=(), compare=False)
    source: SourceText | None = field(default=None, compare=False)

    def section(self, section: Section) -> Element | None:
        """The element of a section, or None where the document does not have it."""
        return self.root.child(section.value)

    @property
    def file(self) -> str:
        """The name of its file."""
        return self.source.file if self.source else ""
