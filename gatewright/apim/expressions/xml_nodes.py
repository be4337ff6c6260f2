"""LINQ to XML: nodes and attributes that know their parent.

Source: https://learn.microsoft.com/dotnet/api/system.xml.linq (.NET Core 3.1).
"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, invalid_operation
from gatewright.apim.expressions.limits import check_size
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.xml_names import XMLNS, XName, checked_name


class XObject:
    """A node or attribute."""

    __slots__ = ("annotations", "parent")
    ty: Ty = t.make("XObject")

    def __init__(self) -> None:
        self.parent: XContainer | None = None
        self.annotations: list[object] = []

    @property
    def document(self) -> XDocument | None:
        """The document at the root, or None."""
        at: XObject | None = self
        while at is not None:
            if isinstance(at, XDocument):
                return at
            at = at.parent
        return None

    def net_text(self) -> str:
        """The markup, indented."""
        from gatewright.apim.expressions.xml_writer import write

        return write(self)


class XAttribute(XObject):
    """An attribute; namespace declarations are attributes too."""

    __slots__ = ("name", "value")
    ty = t.make("XAttribute")

    def __init__(self, name: XName, value: str) -> None:
        super().__init__()
        self.name = name
        self.value = value

    @property
    def declares(self) -> str | None:
        """The prefix that the attribute declares; "" for the default namespace, None for a plain one."""
        if self.name.uri == XMLNS:
            return self.name.local
        return "" if not self.name.uri and self.name.local == "xmlns" else None

    def clone(self) -> XAttribute:
        """A copy without a parent."""
        return XAttribute(self.name, self.value)


class XNode(XObject):
    """Anything that may stand in an element."""

    __slots__ = ()
    ty = t.make("XNode")
    kind = "None"

    def clone(self) -> XNode:
        """A deep copy without a parent."""
        raise NetError("NotSupportedException", f"{self.ty.name} cannot be copied")

    def remove(self) -> None:
        """Takes the node out of its parent.

        Raises:
            NetError: InvalidOperationException when it has none.
        """
        if self.parent is None:
            raise invalid_operation("The parent is missing.")
        self.parent.nodes = [n for n in self.parent.nodes if n is not self]
        self.parent = None

    def beside(self, step: int) -> XNode | None:
        """The node before (-1) or behind (1)."""
        if self.parent is None:
            return None
        at = self.place() + step
        return self.parent.nodes[at] if 0 <= at < len(self.parent.nodes) else None

    def place(self) -> int:
        """The index in the parent."""
        if self.parent is None:
            raise invalid_operation("The parent is missing.")
        return next(i for i, n in enumerate(self.parent.nodes) if n is self)


class XText(XNode):
    """Text."""

    __slots__ = ("value",)
    ty = t.make("XText")
    kind = "Text"

    def __init__(self, value: str) -> None:
        super().__init__()
        self.value = value

    def clone(self) -> XText:
        """A copy without a parent."""
        return type(self)(self.value)


class XCData(XText):
    """`<![CDATA[...]]>`."""

    __slots__ = ()
    ty = t.make("XCData")
    kind = "CDATA"


class XComment(XNode):
    """`<!--...-->`."""

    __slots__ = ("value",)
    ty = t.make("XComment")
    kind = "Comment"

    def __init__(self, value: str) -> None:
        super().__init__()
        self.value = value

    def clone(self) -> XComment:
        """A copy without a parent."""
        return XComment(self.value)


class XInstruction(XNode):
    """`<?target data?>`."""

    __slots__ = ("data", "target")
    ty = t.make("XProcessingInstruction")
    kind = "ProcessingInstruction"

    def __init__(self, target: str, data: str) -> None:
        super().__init__()
        self.target = target
        self.data = data

    def clone(self) -> XInstruction:
        """A copy without a parent."""
        return XInstruction(self.target, self.data)


class XDoctype(XNode):
    """`<!DOCTYPE name ...>`; texts with one are never parsed."""

    __slots__ = ("internal", "name", "public", "system")
    ty = t.make("XDocumentType")
    kind = "DocumentType"

    def __init__(self, name: str, public: str | None, system: str | None, internal: str | None) -> None:
        super().__init__()
        self.name = checked_name(name)
        self.public = public
        self.system = system
        self.internal = internal

    def clone(self) -> XDoctype:
        """A copy without a parent."""
        return XDoctype(self.name, self.public, self.system, self.internal)


class XContainer(XNode):
    """A node with nodes inside."""

    __slots__ = ("nodes",)
    ty = t.make("XContainer")

    def __init__(self) -> None:
        super().__init__()
        self.nodes: list[XNode] = []

    def add_node(self, node: XNode, at: int | None = None) -> None:
        """Adds a node; one that has a parent already is copied."""
        if node.parent is not None or node is self:
            node = node.clone()
        check_size(len(self.nodes))
        if len(self.nodes) == 1 and type(self.nodes[0]) is XText and not self.nodes[0].value:
            self.nodes = []  # an empty text gives way to what comes
        node.parent = self
        self.nodes.insert(len(self.nodes) if at is None else at, node)

    def add_text(self, text: str) -> None:
        """Adds text, joined to a text that stands last."""
        last = self.nodes[-1] if self.nodes else None
        if type(last) is XText:
            last.value += text
            check_size(len(last.value))
        elif text or isinstance(self, XElement):
            self.add_node(XText(text))

    def elements(self) -> Iterator[XElement]:
        """The elements directly inside."""
        return (n for n in list(self.nodes) if isinstance(n, XElement))

    def descendants(self) -> Iterator[XNode]:
        """All nodes inside, in document order."""
        stack = list(reversed(self.nodes))
        while stack:
            node = stack.pop()
            yield node
            if isinstance(node, XContainer):
                stack.extend(reversed(node.nodes))


class XElement(XContainer):
    """An element; without nodes it is written `<a />`."""

    __slots__ = ("attributes", "name")
    ty = t.make("XElement")
    kind = "Element"

    def __init__(self, name: XName) -> None:
        super().__init__()
        self.name = name
        self.attributes: list[XAttribute] = []

    def add_attribute(self, attribute: XAttribute) -> None:
        """Adds an attribute.

        Raises:
            NetError: InvalidOperationException when there is one of its name.
        """
        if self.attribute(attribute.name) is not None:
            raise invalid_operation("Duplicate attribute.")
        if attribute.parent is not None:
            attribute = attribute.clone()
        attribute.parent = self
        self.attributes.append(attribute)

    def attribute(self, name: XName) -> XAttribute | None:
        """The attribute of a name, or None."""
        return next((a for a in self.attributes if a.name == name), None)

    @property
    def value(self) -> str:
        """All text inside."""
        if len(self.nodes) == 1 and isinstance(self.nodes[0], XText):
            return self.nodes[0].value
        return "".join(n.value for n in self.descendants() if isinstance(n, XText))

    def set_text(self, text: str) -> None:
        """Replaces what is inside by a text."""
        for node in self.nodes:
            node.parent = None
        self.nodes = []
        self.add_node(XText(text))

    def clone(self) -> XElement:
        """A copy without a parent."""
        made = XElement(self.name)
        for attribute in self.attributes:
            made.add_attribute(attribute.clone())
        for node in self.nodes:
            made.add_node(node.clone())
        return made


class XDeclaration:
    """`<?xml version="1.0" encoding="utf-8"?>`."""

    __slots__ = ("encoding", "standalone", "version")
    ty = t.make("XDeclaration")

    def __init__(self, version: str | None, encoding: str | None, standalone: str | None) -> None:
        self.version = version
        self.encoding = encoding
        self.standalone = standalone

    def net_text(self) -> str:
        """The declaration as markup."""
        parts = (("version", self.version), ("encoding", self.encoding), ("standalone", self.standalone))
        return "<?xml" + "".join(f' {n}="{v}"' for n, v in parts if v is not None) + "?>"


class XDocument(XContainer):
    """A document."""

    __slots__ = ("declaration",)
    ty = t.make("XDocument")
    kind = "Document"

    def __init__(self) -> None:
        super().__init__()
        self.declaration: XDeclaration | None = None

    @property
    def root(self) -> XElement | None:
        """The element, or None."""
        return next(self.elements(), None)

    def clone(self) -> XDocument:
        """A copy without a parent."""
        made = XDocument()
        made.declaration = self.declaration
        for node in self.nodes:
            made.add_node(node.clone())
        return made


def deep_equals(a: XNode | None, b: XNode | None) -> bool:
    """`XNode.DeepEquals`."""
    if a is None or b is None or type(a) is not type(b):
        return a is b
    if isinstance(a, XElement) and isinstance(b, XElement):
        same = a.name == b.name and [(x.name, x.value) for x in a.attributes] == [
            (x.name, x.value) for x in b.attributes
        ]
        return same and _same_nodes(a, b)
    if isinstance(a, XContainer) and isinstance(b, XContainer):
        return _same_nodes(a, b)
    return all(getattr(a, name, None) == getattr(b, name, None) for name in _LEAF_FIELDS)


_LEAF_FIELDS = ("value", "target", "data", "name", "public", "system", "internal")


def _same_nodes(a: XContainer, b: XContainer) -> bool:
    return len(a.nodes) == len(b.nodes) and all(
        deep_equals(x, y) for x, y in zip(a.nodes, b.nodes, strict=True)
    )
