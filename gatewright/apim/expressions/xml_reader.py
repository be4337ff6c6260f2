"""XML text to LINQ to XML, as `XElement.Parse` and `XDocument.Parse` read it.

Whitespace alone is dropped unless it is preserved. A document type is refused: neither entities nor
outside files are ever read.

Source: https://learn.microsoft.com/dotnet/api/system.xml.linq.xelement.parse
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

from gatewright.apim.expressions.faults import NetError
from gatewright.apim.expressions.utf16 import from_units, to_units
from gatewright.apim.expressions.xml_faults import at, describe
from gatewright.apim.expressions.xml_names import XML, XMLNS, XName
from gatewright.apim.expressions.xml_nodes import (
    XAttribute,
    XCData,
    XComment,
    XContainer,
    XDeclaration,
    XDocument,
    XElement,
    XInstruction,
    XText,
)

MAX_DEPTH = 250
_SPACE = " \t\r\n"


@dataclass(slots=True)
class _Builder:
    """What the parser's events build."""

    keep: bool
    document: XDocument = field(default_factory=XDocument)
    stack: list[XContainer] = field(default_factory=list)
    scopes: list[dict[str, str]] = field(default_factory=lambda: [{"": "", "xml": XML}])
    text: list[str] = field(default_factory=list)
    raw: bool = False
    closes: Callable[[], bool] = lambda: False
    place: Callable[[], tuple[int, int]] = lambda: (0, 0)
    opened: list[tuple[str, int, int]] = field(default_factory=list)

    def start(self, name: str, pairs: list[str]) -> None:
        self.flush()
        line, column = self.place()
        if len(self.stack) >= MAX_DEPTH:
            raise _broken("the document is nested too deeply")
        given = list(zip(pairs[::2], pairs[1::2], strict=True))
        scope = dict(self.scopes[-1])
        for label, value in given:
            if label == "xmlns" or label.startswith("xmlns:"):
                scope[label[6:]] = to_units(value)
        self.scopes.append(scope)
        self.opened.append((name, line, column + 2))
        element = XElement(self._name(name, scope, True))
        for label, value in given:
            element.add_attribute(XAttribute(self._name(label, scope, False), to_units(value)))
        self.stack[-1].add_node(element)
        self.stack.append(element)

    def _name(self, text: str, scope: dict[str, str], element: bool) -> XName:
        prefix, colon, local = text.partition(":")
        if not colon:
            return XName(text, scope[""] if element else "")
        if prefix == "xmlns":
            return XName(local, XMLNS)
        if prefix not in scope:
            raise _Undeclared(prefix, text, element)
        return XName(local, scope[prefix])

    def end(self, name: str) -> None:
        self.flush()
        element = self.stack.pop()
        self.scopes.pop()
        self.opened.pop()
        if not element.nodes and self.closes():
            element.add_node(XText(""))  # <a></a>, which is not written <a />

    def characters(self, data: str) -> None:
        self.text.append(data)

    def flush(self) -> None:
        """The text so far as a node."""
        text, self.text = to_units("".join(self.text)), []
        inside = isinstance(self.stack[-1], XElement)
        if not inside or (not text and not self.raw):
            return
        if self.raw:
            self.stack[-1].add_node(XCData(text))
        elif self.keep or text.strip(_SPACE):
            self.stack[-1].add_text(text)

    def cdata(self, on: bool) -> None:
        if on:
            self.flush()
        self.raw = on

    def end_cdata(self) -> None:
        self.flush()
        self.raw = False

    def comment(self, data: str) -> None:
        self.flush()
        self.stack[-1].add_node(XComment(to_units(data)))

    def instruction(self, target: str, data: str) -> None:
        self.flush()
        self.stack[-1].add_node(XInstruction(target, to_units(data)))

    def declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        alone = {0: "no", 1: "yes"}.get(standalone)
        self.document.declaration = XDeclaration(version, encoding, alone)


def _broken(message: str) -> NetError:
    return NetError("XmlException", message)


class _Undeclared(Exception):
    """A prefix that stands for no namespace."""

    def __init__(self, prefix: str, name: str, element: bool) -> None:
        super().__init__(prefix)
        self.prefix = prefix
        self.name = name
        self.element = element


def parse_document(text: str, keep: bool = False) -> XDocument:
    """A document from XML text.

    Raises:
        NetError: XmlException when it is not well formed, or has a document type.
    """
    builder = _Builder(keep)
    builder.stack.append(builder.document)
    parser = expat.ParserCreate("utf-8")
    parser.ordered_attributes = True
    parser.buffer_text = True
    data = from_units(text).encode("utf-8", "surrogatepass")
    builder.place = lambda: (parser.CurrentLineNumber, parser.CurrentColumnNumber)
    builder.closes = lambda: _has_end_tag(data, parser.CurrentByteIndex)
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartCdataSectionHandler = lambda: builder.cdata(True)
    parser.EndCdataSectionHandler = builder.end_cdata
    parser.CommentHandler = builder.comment
    parser.ProcessingInstructionHandler = builder.instruction
    parser.XmlDeclHandler = builder.declaration
    parser.StartDoctypeDeclHandler = _no_doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as fault:
        message = describe(text, fault.code, fault.lineno, fault.offset, builder.opened)
        raise _broken(message) from fault
    except _Undeclared as fault:
        raise _broken(_undeclared(text, fault, builder)) from fault
    return builder.document


def _undeclared(text: str, fault: _Undeclared, builder: _Builder) -> str:
    """The message for a prefix without a namespace, at the name that has it."""
    _, line, position = builder.opened[-1]
    row = text.split("\n")[line - 1]
    at_name = position - 1 if fault.element else row.find(fault.name, position)
    return f"'{fault.prefix}' is an undeclared prefix. {at(line, at_name + 1)}"


def _has_end_tag(data: bytes, at: int) -> bool:
    """Whether the element that ends here has an end tag; versions of expat place its end differently."""
    return data.startswith(b"</", at) and not data.endswith(b"/>", 0, at)


def _no_doctype(*_: object) -> None:
    raise _broken("For security reasons DTD is prohibited in this XML document.")


def parse_element(text: str, keep: bool = False) -> XElement:
    """The element of an XML text, on its own.

    Raises:
        NetError: XmlException.
    """
    document = parse_document(text, keep)
    root = document.root
    assert root is not None
    root.parent = None
    return root
