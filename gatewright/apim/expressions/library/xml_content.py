"""What elements and documents are made of, and how it is changed.

Source: https://learn.microsoft.com/dotnet/api/system.xml.linq.xcontainer (.NET Core 3.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gatewright.apim.expressions import xml_nodes as x
from gatewright.apim.expressions.faults import NetError, invalid_operation
from gatewright.apim.expressions.library.xml_values import xml_text
from gatewright.apim.expressions.values import Lazy, NetArray, Value, boxed_items
from gatewright.apim.expressions.xml_names import XName


def fill(target: x.XContainer, content: Value) -> None:
    """Adds content as `XContainer.Add` does: nodes, attributes, sequences, and values as text."""
    if content is None:
        return
    if isinstance(content, x.XAttribute):
        if not isinstance(target, x.XElement):
            raise NetError("ArgumentException", "An attribute cannot be added to content.")
        target.add_attribute(content)
    elif type(content) is x.XText:
        target.add_text(content.value)
    elif isinstance(content, x.XNode):
        target.add_node(content)
    elif _is_sequence(content):
        for item in list(boxed_items(content)):
            fill(target, item)
    else:
        target.add_text(xml_text(content))


def _is_sequence(content: Value) -> bool:
    if isinstance(content, (x.XObject, str)):
        return False
    return isinstance(content, (NetArray, Lazy)) or hasattr(content, "__iter__")


def snapshot(content: Value) -> Value:
    """Content as it is now: a query over the nodes that it is to replace gives what it gave before."""
    return [snapshot(item) for item in boxed_items(content)] if _is_sequence(content) else content


def element_of(name: XName, *content: Value) -> x.XElement:
    """`new XElement(name, content)`."""
    made = x.XElement(name)
    for item in content:
        fill(made, item)
    return made


def copied(other: x.XElement) -> x.XElement:
    """`new XElement(other)`."""
    return other.clone()


def document_of(content: NetArray | None) -> x.XDocument:
    """`new XDocument(content)`."""
    made = x.XDocument()
    for item in content.items if content is not None else ():
        fill(made, item)
    return made


def declared(declaration: x.XDeclaration | None, content: NetArray | None) -> x.XDocument:
    """`new XDocument(declaration, content)`."""
    made = document_of(content)
    made.declaration = declaration
    return made


def add(target: x.XContainer, content: Value) -> None:
    """`Add`."""
    fill(target, content)


def add_first(target: x.XContainer, content: Value) -> None:
    """`AddFirst`."""
    content = snapshot(content)
    held, target.nodes = target.nodes, []
    fill(target, content)
    target.nodes.extend(held)


def around(behind: bool) -> Callable[[x.XNode, Value], None]:
    """`AddAfterSelf` and `AddBeforeSelf`."""

    def insert(node: x.XNode, content: Value) -> None:
        parent = node.parent
        if parent is None:
            raise invalid_operation("The parent is missing.")
        content = snapshot(content)
        at = node.place() + behind
        held = parent.nodes[at:]
        del parent.nodes[at:]
        fill(parent, content)
        parent.nodes.extend(held)

    return insert


def replace_with(node: x.XNode, content: Value) -> None:
    """`ReplaceWith`."""
    around(True)(node, content)
    node.remove()


def remove_nodes(target: x.XContainer) -> None:
    """`RemoveNodes`."""
    for node in target.nodes:
        node.parent = None
    target.nodes = []


def remove_attributes(target: x.XElement) -> None:
    """`RemoveAttributes`."""
    for attribute in target.attributes:
        attribute.parent = None
    target.attributes = []


def remove_inside(target: x.XElement) -> None:
    """`RemoveAll`."""
    remove_nodes(target)
    remove_attributes(target)


def replace_nodes(target: x.XContainer, content: Value) -> None:
    """`ReplaceNodes`."""
    content = snapshot(content)
    remove_nodes(target)
    fill(target, content)


def remove_attribute(attribute: x.XAttribute) -> None:
    """`XAttribute.Remove`."""
    owner = attribute.parent
    if not isinstance(owner, x.XElement):
        raise invalid_operation("The parent is missing.")
    owner.attributes = [a for a in owner.attributes if a is not attribute]
    attribute.parent = None


def remove_all(items: Iterable[Value]) -> None:
    """`Remove` of every item of a sequence."""
    for item in list(items):
        if isinstance(item, x.XAttribute):
            remove_attribute(item)
        elif item is not None:
            item.remove()


def set_attribute(target: x.XElement, name: XName, value: Value) -> None:
    """`SetAttributeValue`."""
    found = target.attribute(name)
    if value is None:
        if found is not None:
            remove_attribute(found)
    elif found is not None:
        found.value = xml_text(value)
    else:
        target.add_attribute(x.XAttribute(name, xml_text(value)))


def set_element(target: x.XElement, name: XName, value: Value) -> None:
    """`SetElementValue`."""
    found = child_of(target, name)
    if value is None:
        if found is not None:
            found.remove()
    elif found is not None:
        found.set_text(xml_text(value))
    else:
        target.add_node(element_of(name, value))


def child_of(target: x.XContainer, name: XName) -> x.XElement | None:
    """`Element(name)`."""
    return next((e for e in target.elements() if e.name == name), None)
