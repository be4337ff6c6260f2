"""The tolerant reader: `xml` and `rawxml` alike, every fault with its place, in linear time.

C# is cut out first, by its own lexical rules, so that quotes, `<` and `&&` inside an expression may stand
raw or as references. Line ends and tabs in attributes are kept, as `rawxml` keeps them. Entities other than
XML's five, document types and processing instructions are refused.

Sources: XML 1.0 (fifth edition), https://www.w3.org/TR/xml/ (2008-11-26); the two formats,
https://learn.microsoft.com/rest/api/apimanagement/policy/create-or-update (2024-05-01).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gatewright.apim import codes
from gatewright.apim.document.decoding import FORBIDDEN
from gatewright.apim.document.faults import Faults, Stop
from gatewright.apim.document.model import Comment, Document, Element, Kind, Node, Place
from gatewright.apim.document.runs import Run
from gatewright.apim.document.source import SourceText
from gatewright.apim.document.tags import NAME, Opening, TagReader
from gatewright.apim.document.tree import Open, close
from gatewright.diagnostics import Diagnostic, Rejected, Severity

_SPACE = re.compile(r"\s*")
_CLOSING = re.compile(r"</([^\s<>/]*)\s*(>?)")
_BEHIND_TEXT = re.compile(r"\s*(?:<|\Z)")
_ROOTS = {"policies": Kind.POLICIES, "fragment": Kind.FRAGMENT}


@dataclass(frozen=True, slots=True)
class Limits:
    """What the reader accepts before it gives up; what Azure accepts is for `validate` to say.

    Attributes:
        max_bytes: size of the text in UTF-8.
        max_depth: elements inside elements.
        max_faults: faults after which the rest is not read.
        max_nodes: elements, attributes and comments.
    """

    max_bytes: int = 1 << 20
    max_depth: int = 64
    max_faults: int = 100
    max_nodes: int = 30_000


_LIMITS = Limits()


def read(text: str, file: str, kind: Kind | str | None = None, *, limits: Limits = _LIMITS) -> Document:
    """A policy text as a document, with nothing wrong in it.

    Args:
        text: the document, decoded; a byte order mark is skipped.
        file: how the file is called in diagnostics.
        kind: what it must be; None takes it from the root element.
        limits: when to give up.

    Raises:
        Rejected: POL200–POL208, every fault that was found.
    """
    document = scan(text, file, kind, limits=limits)
    if any(fault.severity is Severity.ERROR for fault in document.faults):
        raise Rejected(document.faults)
    return document


def scan(text: str, file: str, kind: Kind | str | None = None, *, limits: Limits = _LIMITS) -> Document:
    """A policy text as a document, as far as it can be read; what is wrong stands in its `faults`."""
    source = SourceText.of(file, text)
    faults = Faults(source, limits.max_faults)
    reader = _Reader(source, faults, limits)
    try:
        reader.check_size()
        reader.run()
    except Stop:
        pass
    return reader.document(Kind.of(kind) if kind else None)


def parse_policy(
    text: str, file: str, kind: Kind | str | None = None
) -> tuple[Document | None, tuple[Diagnostic, ...]]:
    """A policy text as far as it can be read, and what is wrong; None where nothing of it can be used."""
    document = scan(text, file, kind)
    return (document if document.root.name or document.root.children else None), document.faults


class _Reader:
    """Goes over the text once; a stack holds the open elements."""

    def __init__(self, source: SourceText, faults: Faults, limits: Limits) -> None:
        self.source, self.text, self.faults, self.limits = source, source.text, faults, limits
        self.position = 1 if self.text.startswith("\ufeff") else 0
        self.top = Open("", {}, 0, False)
        self.stack = [self.top]
        self.run_of_text = Run(source)
        self.tags = TagReader(source, faults)
        self.nodes = 0

    def check_size(self) -> None:
        size = len(self.text)
        if size > self.limits.max_bytes or len(self.text.encode("utf-8", "replace")) > self.limits.max_bytes:
            self.faults.stop(codes.TOO_LARGE, 0, 0, f"the text is larger than {self.limits.max_bytes} bytes")
        for found in FORBIDDEN.finditer(self.text, self.position):
            message = f"the character U+{ord(found.group()):04X} is not allowed"
            self.faults.add(codes.FORBIDDEN_CHARACTER, found.start(), found.end(), message, "remove it")

    def run(self) -> None:
        size = len(self.text)
        while self.position < size:
            self.content()
            if self.position < size:
                self.markup()
        self.flush()
        for element in reversed(self.stack[1:]):
            self.not_closed(element, size)

    def content(self) -> None:
        """The text up to the next `<`."""
        if self.run_of_text.is_blank:
            start = self.skip_space(self.position)
            if self.text.startswith(("@(", "@{"), start) and self.expression(start):
                return
        end = self.text.find("<", self.position)
        end = len(self.text) if end < 0 else end
        if end > self.position:
            self.run_of_text.literal(self.position, end, self.faults)
            self.position = end

    def skip_space(self, position: int) -> int:
        found = _SPACE.match(self.text, position)
        return found.end() if found else position

    def expression(self, start: int) -> bool:
        """An expression that is the whole text; False where it is mixed with other text."""
        cutter, name = self.tags.cutter, self.stack[-1].name
        cut = cutter.cut(start, _BEHIND_TEXT)
        broken = cut.broken if cut else None
        if cut is None or broken:
            end = self.text.find(f"</{name}", start) if name else -1
            end = end if end >= 0 else len(self.text)
            broken = cutter.inside(broken, start, end) if broken else cutter.surplus(start, end)
            if broken is None:
                return False
            cutter.report(broken)
            self.run_of_text.skip()
            self.position = end
            return True
        self.run_of_text.expression(cut.decoded)
        self.position = self.skip_space(cut.end)
        return True

    def markup(self) -> None:
        """What begins with `<`."""
        start, text = self.position, self.text
        if text.startswith("<!--", start):
            self.flush()
            self.comment(start)
        elif text.startswith("<![CDATA[", start):
            self.cdata(start)
        elif text.startswith("</", start):
            self.flush()
            self.closing(start)
        elif text.startswith(("<!", "<?"), start):
            self.flush()
            self.declaration(start)
        elif NAME.match(text, start + 1):
            self.flush()
            self.opening(start)
        else:
            hint = 'write "&lt;"; only inside an expression it may stand as it is'
            self.faults.add(codes.NOT_WELL_FORMED, start, start + 1, '"<" begins no tag here', hint)
            self.run_of_text.literal(start, start + 1, self.faults)
            self.position = start + 1

    def comment(self, start: int) -> None:
        end = self.text.find("-->", start + 4)
        if end < 0:
            self.faults.stop(
                codes.NOT_CLOSED, start, start + 4, "this comment is not closed", 'end it with "-->"'
            )
        body = self.text[start + 4 : end]
        dashes = body.find("--")
        if dashes >= 0 or body.endswith("-"):
            at = start + 4 + (dashes if dashes >= 0 else len(body) - 1)
            hint = "write one dash"
            self.faults.add(codes.NOT_WELL_FORMED, at, at + 2, 'a comment must not hold "--"', hint)
        lines = body.replace("\r\n", "\n").replace("\r", "\n")
        self.append(Comment(lines, Place(self.source, start, end + 3)))
        self.count(1, start)
        self.position = end + 3

    def cdata(self, start: int) -> None:
        end = self.text.find("]]>", start)
        if end < 0:
            self.faults.stop(
                codes.NOT_CLOSED, start, start + 9, "this CDATA section is not closed", 'end it with "]]>"'
            )
        self.run_of_text.cdata(start + 9, end)
        self.position = end + 3

    def declaration(self, start: int) -> None:
        """`<?xml … ?>` in front is passed over; everything else of its kind is refused."""
        if self.text.startswith("<?", start):
            end = self.text.find("?>", start)
            end = len(self.text) if end < 0 else end + 2
            front = not self.text[:start].strip("\ufeff \t\r\n")
            if not (front and re.match(r"<\?xml\s", self.text[start : start + 6])):
                message = "processing instructions are refused"
                self.faults.add(codes.FORBIDDEN_MARKUP, start, end, message, "remove it")
            self.position = end
            return
        message = "document types and entities are refused"
        self.faults.stop(codes.FORBIDDEN_MARKUP, start, start + 9, message, "remove the declaration")

    def opening(self, start: int) -> None:
        tag: Opening = self.tags.read(start)
        self.position = tag.end
        self.count(1 + len(tag.attributes), start)
        verbatim = self.stack[-1].verbatim or tag.name in VERBATIM
        element = Open(tag.name, tag.attributes, start, verbatim)
        if tag.closed:
            self.append(close(element, self.source, tag.end))
            return
        self.stack.append(element)
        if len(self.stack) > self.limits.max_depth:
            message = f"elements are nested deeper than {self.limits.max_depth}"
            self.faults.stop(codes.TOO_LARGE, start, tag.end, message)

    def count(self, nodes: int, start: int) -> None:
        """Counts what was read; far more than any policy holds is no policy."""
        self.nodes += nodes
        if self.nodes > self.limits.max_nodes:
            message = f"there are more than {self.limits.max_nodes} elements and attributes"
            self.faults.stop(codes.TOO_LARGE, start, start + 1, message, "move parts into fragments")

    def closing(self, start: int) -> None:
        found = _CLOSING.match(self.text, start)
        name, end = (found.group(1), found.end()) if found else ("", start + 2)
        if not found or not found.group(2):
            self.faults.add(codes.NOT_WELL_FORMED, start, end, f'the tag "</{name}" has no ">"', 'add ">"')
        self.position = end
        names = [element.name for element in self.stack[1:]]
        if name not in names:
            self.faults.add(codes.NOT_CLOSED, start, end, f"</{name}> closes nothing", "remove it")
            return
        while self.stack[-1].name != name:
            self.not_closed(self.stack[-1], start)
        self.append(close(self.stack.pop(), self.source, end))

    def not_closed(self, element: Open, end: int) -> None:
        message = f"<{element.name}> is not closed"
        self.faults.add(codes.NOT_CLOSED, *element.tag, message, f"add </{element.name}>")
        self.stack.pop()
        self.append(close(element, self.source, end))

    def append(self, node: Node) -> None:
        self.stack[-1].children.append(node)

    def flush(self) -> None:
        """Ends the run of text that stands before a tag or a comment."""
        text = self.run_of_text.take(self.faults)
        if text:
            self.stack[-1].children.append(text)

    def document(self, kind: Kind | None) -> Document:
        while len(self.stack) > 1:
            element = self.stack.pop()
            self.append(close(element, self.source, self.position))
        nodes = close(self.top, self.source, len(self.text)).children
        elements = [node for node in nodes if isinstance(node, Element)]
        found = _ROOTS.get(elements[0].name, Kind.SNIPPET) if len(elements) == 1 else Kind.SNIPPET
        kind = kind or found
        whole = Place(self.source, 0, len(self.text))
        raw = self.tags.cutter.raw
        if kind is Kind.SNIPPET or kind is not found:
            if kind is not Kind.SNIPPET and not self.faults.stopped:
                self.wrong_root(kind, elements)
            root = Element("", {}, nodes, whole)
            return Document(kind, root, (), (), raw, self.faults.found, self.source)
        index = nodes.index(elements[0])
        before = tuple(node for node in nodes[:index] if isinstance(node, Comment))
        after = tuple(node for node in nodes[index + 1 :] if isinstance(node, Comment))
        for node in nodes:
            if not isinstance(node, Comment | Element):
                message = "text stands outside of the root element"
                self.faults.note(codes.NOT_WELL_FORMED, node.span, message, "remove it")
        return Document(kind, elements[0], before, after, raw, self.faults.found, self.source)

    def wrong_root(self, kind: Kind, elements: list[Element]) -> None:
        message = f"a file of this kind has one root element, <{kind.value}>"
        place = elements[0].tag if elements else None
        start, end = (place.start, place.end) if place else (0, 0)
        self.faults.add(codes.WRONG_ROOT, start, end, message, f"put everything into <{kind.value}>")


VERBATIM = frozenset({"set-body", "xsl:stylesheet", "cross-domain-policy"})
"""Elements whose content is itself a text in markup: white space inside it counts."""
