r"""LINQ to XML as markup, indented as `XNode.ToString()` does.

Source: .NET Core 3.1, `XmlWriter` with Indent: mixed content is not indented; prefixes that nobody
declared are declared where they are needed. A line ends with `\n`, as on Linux.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from gatewright.apim.expressions.faults import argument
from gatewright.apim.expressions.limits import check_size
from gatewright.apim.expressions.xml_names import XML
from gatewright.apim.expressions.xml_nodes import (
    XAttribute,
    XCData,
    XComment,
    XContainer,
    XDoctype,
    XDocument,
    XElement,
    XInstruction,
    XNode,
    XObject,
    XText,
)

_INVALID = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "\n"})
_VALUE = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#xA;", "\r": "&#xD;", "\t": "&#x9;"}
)


def write(node: XObject, indent: bool = True) -> str:
    """A node or attribute as markup."""
    if isinstance(node, XAttribute):
        prefix = _outer_prefix(node)
        return f'{prefix}{node.name.local}="{node.value.translate(_VALUE)}"'
    out = _Writer(indent)
    if isinstance(node, XElement):
        out.adopt(node)
    out.node(node, {"": "", "xml": XML}, 0, False)
    text = "".join(out.parts)
    check_size(len(text))
    bad = _INVALID.search(text)
    if bad is not None:
        found = bad.group()
        raise argument(f"'{found}', hexadecimal value 0x{ord(found):02X}, is an invalid character.")
    return text


def _doctype(node: XDoctype) -> str:
    text = f"<!DOCTYPE {node.name}"
    if node.public is not None:
        text += f' PUBLIC "{node.public}" "{node.system or ""}"'
    elif node.system is not None:
        text += f' SYSTEM "{node.system}"'
    else:
        text += " "
    if node.internal is not None:
        text += f"[{node.internal}]"
    return text + ">"


def _outer_prefix(node: XAttribute) -> str:
    if node.declares is not None:
        return "xmlns:" if node.declares else ""
    if not node.name.uri:
        return ""
    at = node.parent
    while isinstance(at, XElement):
        for declared in at.attributes:
            if declared.declares and declared.value == node.name.uri:
                return declared.declares + ":"
        at = at.parent
    return "xml:" if node.name.uri == XML else "p1:"


@dataclass(slots=True)
class _Writer:
    indent: bool
    parts: list[str] = field(default_factory=list)
    declared: list[tuple[str, str]] = field(default_factory=list)
    made: int = 0

    def adopt(self, element: XElement) -> None:
        """The declarations of the elements around, nearest last."""
        chain: list[XElement] = []
        at = element.parent
        while isinstance(at, XElement):
            chain.append(at)
            at = at.parent
        for outer in reversed(chain):
            self._declare(outer)

    def _declare(self, element: XElement) -> int:
        found = [(a.declares, a.value) for a in element.attributes if a.declares is not None]
        self.declared.extend(found)
        return len(found)

    def _prefix(self, uri: str, default: bool) -> str | None:
        """The prefix of a namespace by the declarations in the tree, or None."""
        if not uri:
            return ""
        hidden: set[str] = set()
        for prefix, value in reversed(self.declared):
            if value == uri and prefix not in hidden and (default or prefix):
                return prefix
            hidden.add(prefix)
        return "xml" if uri == XML else None

    def _line(self, depth: int, mixed: bool) -> None:
        if self.indent and not mixed and self.parts:
            self.parts.append("\n" + "  " * depth)

    def node(self, node: XObject, scope: dict[str, str], depth: int, mixed: bool) -> None:
        """One node; texts are written as they are, the rest on a line of its own unless content is mixed."""
        match node:
            case XCData(value=value):
                self.parts.append("<![CDATA[" + value.replace("]]>", "]]]]><![CDATA[>") + "]]>")
            case XText(value=value):
                self.parts.append(value.replace("\r\n", "\n").translate(_TEXT))
            case XElement():
                self._line(depth, mixed)
                self._element(node, scope, depth, mixed)
            case XDocument():
                self._children(node, scope, depth, mixed)
            case XComment(value=value):
                self._line(depth, mixed)
                self.parts.append(f"<!--{value}-->")
            case XInstruction(target=target, data=data):
                self._line(depth, mixed)
                self.parts.append(f"<?{target} {data}?>" if data else f"<?{target}?>")
            case XDoctype():
                self._line(depth, mixed)
                self.parts.append(_doctype(node))
            case _:
                raise AssertionError("a node without markup")

    def _children(self, node: XContainer, scope: dict[str, str], depth: int, mixed: bool) -> bool:
        for child in node.nodes:
            self.node(child, scope, depth, mixed)
            mixed = mixed or isinstance(child, XText)
        return mixed

    def _element(self, element: XElement, scope: dict[str, str], depth: int, mixed: bool) -> None:
        count = self._declare(element)
        name, inner = self._start(element, dict(scope))
        if not element.nodes:
            self.parts.append(" />")
        else:
            self.parts.append(">")
            mixed_inside = self._children(element, inner, depth + 1, mixed)
            lined = any(not isinstance(n, XText) for n in element.nodes) and not mixed_inside
            self._line(depth, not lined)
            self.parts.append(f"</{name}>")
        del self.declared[len(self.declared) - count :]

    def _start(self, element: XElement, scope: dict[str, str]) -> tuple[str, dict[str, str]]:
        uri = element.name.uri
        prefix = self._prefix(uri, True)
        if prefix is None:
            prefix = next((p for p, u in reversed(scope.items()) if u == uri), "")
        needed: dict[str, str] = {}
        if scope.get(prefix) != uri:
            scope[prefix] = needed[prefix] = uri
        name = f"{prefix}:{element.name.local}" if prefix else element.name.local
        self.parts.append("<" + name)
        for attribute in element.attributes:
            self._attribute(attribute, scope, needed)
        for declared, value in needed.items():
            mark = f"xmlns:{declared}" if declared else "xmlns"
            self.parts.append(f' {mark}="{value.translate(_VALUE)}"')
        return name, scope

    def _attribute(self, attribute: XAttribute, scope: dict[str, str], needed: dict[str, str]) -> None:
        value = attribute.value.translate(_VALUE)
        if attribute.declares is not None:
            needed.pop(attribute.declares, None)
            scope[attribute.declares] = attribute.value
            mark = f"xmlns:{attribute.declares}" if attribute.declares else "xmlns"
            self.parts.append(f' {mark}="{value}"')
            return
        prefix, uri = self._prefix(attribute.name.uri, False), attribute.name.uri
        if prefix is None:
            prefix = next((p for p, u in reversed(scope.items()) if u == uri and p), None)
        if prefix is None:
            self.made += 1
            prefix = f"p{self.made}"
        if uri and scope.get(prefix) != uri:
            scope[prefix] = needed[prefix] = uri
        self.parts.append(
            f' {prefix}:{attribute.name.local}="{value}"' if prefix else f' {attribute.name.local}="{value}"'
        )


__all__ = ["XNode", "write"]
