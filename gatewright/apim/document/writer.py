"""The one spelling in which Gatewright writes a document: well formed, four spaces a level, C# unchanged.

- Attributes stand on one line; a value that holds `"` in single quotes, every other in double quotes.
- `&`, `<` and `>` are references everywhere; line ends and tabs inside an attribute are `&#10;` and `&#9;`,
  because XML would turn them into spaces.
- Text is written as it is, never as CDATA; an element that holds text holds no layout.
- A comment stands on its own line.
"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.apim import codes
from gatewright.apim.document.decoding import FORBIDDEN
from gatewright.apim.document.model import Comment, Document, Element, Kind, Node, Text
from gatewright.apim.document.reader import VERBATIM
from gatewright.diagnostics import Diagnostic, Rejected, Span

INDENT = "    "

# U+FEFF at the begin of a file would be taken for a byte order mark; as a reference it can also be seen.
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;", "\ufeff": "&#65279;"})
_DOUBLE = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}
)
_SINGLE = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&apos;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}
)


def write(document: Document) -> str:
    """A document in its canonical spelling, with a line end behind its last line.

    Behind a snippet that holds text beside its elements none is written: it would be a part of that text.
    Reading the result gives an equal document; writing that gives the same text.

    Raises:
        Rejected: POL205 for a character XML cannot hold, POL200 for a comment that holds `--`.
    """
    faults = list(_unwritable(document))
    if faults:
        raise Rejected(faults)
    parts: list[str] = []
    for comment in document.before:
        parts.append(f"<!--{comment.text}-->\n")
    if document.kind is Kind.SNIPPET:
        _children(document.root.children, 0, False, parts)
    else:
        _block(document.root, 0, False, parts)
    for comment in document.after:
        parts.append(f"<!--{comment.text}-->\n")
    return "".join(parts)


def write_element(element: Element) -> str:
    """One element in its canonical spelling."""
    parts: list[str] = []
    _block(element, 0, False, parts)
    return "".join(parts)


def attribute_text(value: str) -> str:
    r"""A value between the quotes that suit it.

    >>> attribute_text('@(a["b"] && c)')
    '\'@(a["b"] &amp;&amp; c)\''
    """
    if '"' in value:
        return f"'{value.translate(_SINGLE)}'"
    return f'"{value.translate(_DOUBLE)}"'


def _children(children: tuple[Node, ...], level: int, verbatim: bool, parts: list[str]) -> None:
    """Nodes without text between them, each on its own line; mixed content as it is."""
    if any(isinstance(child, Text) for child in children):
        _inline(children, verbatim, parts)
        return
    for child in children:
        _block(child, level, verbatim, parts)


def _block(node: Node, level: int, verbatim: bool, parts: list[str]) -> None:
    pad = INDENT * level
    if isinstance(node, Comment):
        parts.append(f"{pad}<!--{node.text}-->\n")
        return
    if isinstance(node, Text):
        parts.append(f"{pad}{_escaped(node, verbatim)}\n")
        return
    if not node.children or _is_inline(node):
        parts.append(pad)
        _inline((node,), verbatim, parts)
        parts.append("\n")
        return
    verbatim = verbatim or node.name in VERBATIM
    parts.append(f"{pad}<{_head(node)}>\n")
    for child in node.children:
        _block(child, level + 1, verbatim, parts)
    parts.append(f"{pad}</{node.name}>\n")


def _is_inline(element: Element) -> bool:
    """Content with text, and markup inside a verbatim element, gets no line ends of ours."""
    if any(isinstance(child, Text) for child in element.children):
        return True
    return element.name in VERBATIM and any(isinstance(child, Element) for child in element.children)


def _inline(nodes: tuple[Node, ...], verbatim: bool, parts: list[str]) -> None:
    for node in nodes:
        if isinstance(node, Comment):
            parts.append(f"<!--{node.text}-->")
        elif isinstance(node, Text):
            parts.append(_escaped(node, verbatim))
        elif not node.children:
            parts.append(f"<{_head(node)} />")
        else:
            parts.append(f"<{_head(node)}>")
            _inline(node.children, verbatim or node.name in VERBATIM, parts)
            parts.append(f"</{node.name}>")


def _escaped(text: Text, verbatim: bool) -> str:
    """White space alone would be taken for layout, so its first character is written as a reference."""
    value = text.value
    if value and not value.strip() and not verbatim:
        return f"&#{ord(value[0])};" + value[1:].translate(_TEXT)
    return value.translate(_TEXT)


def _head(element: Element) -> str:
    pieces = (f" {name}={attribute_text(item.value)}" for name, item in element.attributes.items())
    return element.name + "".join(pieces)


def _unwritable(document: Document) -> Iterator[Diagnostic]:
    for comment in (*document.before, *document.after):
        yield from _check_comment(comment)
    for element in document.root.walk():
        for attribute in element.attributes.values():
            yield from _check(attribute.value, attribute.value_span)
        for child in element.children:
            if isinstance(child, Text):
                yield from _check(child.value, child.span)
            elif isinstance(child, Comment):
                yield from _check_comment(child)


def _check(value: str, span: Span) -> Iterator[Diagnostic]:
    found = FORBIDDEN.search(value)
    if found:
        message = f"the character U+{ord(found.group()):04X} is not allowed"
        yield codes.FORBIDDEN_CHARACTER.at(span, message, hint="remove it")


def _check_comment(comment: Comment) -> Iterator[Diagnostic]:
    yield from _check(comment.text, comment.span)
    if "--" in comment.text or comment.text.endswith("-") or "\r" in comment.text:
        message = 'a comment must not hold "--" or a carriage return'
        yield codes.NOT_WELL_FORMED.at(comment.span, message, hint="write one dash")
