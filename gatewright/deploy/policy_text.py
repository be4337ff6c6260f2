"""The form in which policy documents are compared: what Azure reformats is gone, what a person edits stays.

Gone: layout between elements, quoting, CRLF, references, comments outside the root, blanks at line ends, and
the indentation of C# that spans lines (kept where it holds a verbatim string).

Source: hashicorp/terraform-provider-azurerm issues 6441, 11230, 23388, 29521, 32483 (read 2026-08).
"""

from __future__ import annotations

from dataclasses import replace

from gatewright.apim.document import Attribute, Comment, Document, Element, Text, read, write
from gatewright.apim.document.model import Node
from gatewright.deploy.stamp import read_comment

_VERBATIM = ('@"', '@$"', '$@"')


def canonical(text: str, name: str) -> str:
    """A document of Azure's or of ours in the form for comparison.

    Args:
        text: XML, or what Azure calls `rawxml`.
        name: how it is called in diagnostics.

    Raises:
        Rejected: POL2xx when it cannot be read.
    """
    return canonical_of(read(text, name))


def canonical_of(document: Document) -> str:
    """A document in the form for comparison."""
    return write(replace(document, root=_element(document.root), before=(), after=()))


def stamp_of(text: str, name: str) -> tuple[str | None, bool]:
    """The fingerprint that the last deployment wrote into a document, and whether it wrote any.

    Raises:
        Rejected: POL2xx when the document cannot be read.
    """
    for comment in read(text, name).before:
        mark, is_stamp = read_comment(comment.text)
        if is_stamp:
            return mark, True
    return None, False


def _element(element: Element) -> Element:
    attributes = {name: Attribute.of(name, _value(item.value)) for name, item in element.attributes.items()}
    children = tuple(_node(child) for child in element.children)
    return replace(element, attributes=attributes, children=children)


def _node(node: Node) -> Node:
    if isinstance(node, Element):
        return _element(node)
    if isinstance(node, Comment):
        return Comment("\n".join(line.strip() for line in _lines(node.text)))
    return Text.of(_value(node.value))


def _value(value: str) -> str:
    lines = _lines(value)
    if len(lines) == 1:
        return value
    is_code = value.lstrip().startswith("@") and not any(mark in value for mark in _VERBATIM)
    return "\n".join(line.strip() if is_code else line.rstrip() for line in lines)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
