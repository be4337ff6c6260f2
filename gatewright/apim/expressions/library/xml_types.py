"""System.Xml.Linq.

Source: https://learn.microsoft.com/dotnet/api/system.xml.linq (.NET Core 3.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions import xml_nodes as x
from gatewright.apim.expressions.faults import argument_null
from gatewright.apim.expressions.library.entry import TypeEntry, enum, member
from gatewright.apim.expressions.library.xml_content import (
    add,
    add_first,
    around,
    child_of,
    copied,
    declared,
    document_of,
    element_of,
    remove_all,
    remove_attribute,
    remove_attributes,
    remove_inside,
    remove_nodes,
    replace_nodes,
    replace_with,
    set_attribute,
    set_element,
)
from gatewright.apim.expressions.library.xml_values import value_casts, xml_text
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import EnumValue, Lazy, Value
from gatewright.apim.expressions.xml_names import XML, XMLNS, XName, XNamespace, checked_name, name_of
from gatewright.apim.expressions.xml_reader import parse_document, parse_element
from gatewright.apim.expressions.xml_writer import write

_DOCS = "https://learn.microsoft.com/dotnet/api/system.xml.linq."
_SPACE = "System.Xml.Linq"
Name = XName | None


# --------------------------------------------------------------------------- queries

_ELEMENTS = t.enumerable(t.make("XElement"))


def _children(ty: Ty, target: x.XContainer, *name: Name) -> Lazy:
    return Lazy(ty, lambda: (e for e in target.elements() if not name or e.name == name[0]))


def _below(target: x.XContainer, name: tuple[Name, ...], own: bool) -> Iterator[x.XNode]:
    if own and isinstance(target, x.XElement) and (not name or target.name == name[0]):
        yield target
    for node in target.descendants():
        if isinstance(node, x.XElement) and (not name or node.name == name[0]):
            yield node


def _descendants(own: bool) -> Callable[..., Lazy]:
    def run(ty: Ty, target: x.XContainer, *name: Name) -> Lazy:
        return Lazy(ty, lambda: _below(target, name, own))

    return run


def _above(node: x.XObject, name: tuple[Name, ...], own: bool) -> Iterator[x.XElement]:
    at: x.XObject | None = node if own else node.parent
    while isinstance(at, x.XElement):
        if not name or at.name == name[0]:
            yield at
        at = at.parent


def _ancestors(own: bool) -> Callable[..., Lazy]:
    return lambda ty, node, *name: Lazy(ty, lambda: _above(node, name, own))


def _attributes(ty: Ty, target: x.XElement, *name: Name) -> Lazy:
    return Lazy(ty, lambda: [a for a in target.attributes if not name or a.name == name[0]])


def _siblings(behind: bool, elements: bool) -> Callable[..., Lazy]:
    def find(node: x.XNode, name: tuple[Name, ...]) -> Iterator[x.XNode]:
        if node.parent is None:
            return
        nodes, at = list(node.parent.nodes), node.place()
        for other in nodes[at + 1 :] if behind else nodes[:at]:
            if not elements:
                yield other
            elif isinstance(other, x.XElement) and (not name or other.name == name[0]):
                yield other

    return lambda ty, node, *name: Lazy(ty, lambda: find(node, name))


def _each(one: Callable[..., Iterable[Value]]) -> Callable[..., Lazy]:
    """A query over every item of a sequence."""
    return lambda ty, items, *more: Lazy(ty, lambda: (r for i in items for r in one(ty, i, *more)))


def _owner(node: x.XObject) -> x.XElement | None:
    return node.parent if isinstance(node.parent, x.XElement) else None


def _kind(node: x.XNode) -> EnumValue | None:
    from gatewright.apim.expressions.library import library

    return library().enum_named(t.make("XmlNodeType"), node.kind)


def _prefix_of(target: x.XElement, namespace: XNamespace) -> str | None:
    for element in _above(target, (), True):
        for attribute in element.attributes:
            if attribute.declares and attribute.value == namespace.uri:
                return attribute.declares
    return "xml" if namespace.uri == XML else None


def _namespace_of(target: x.XElement, prefix: str) -> XNamespace | None:
    for element in _above(target, (), True):
        for attribute in element.attributes:
            if attribute.declares == prefix:
                return XNamespace(attribute.value)
    return XNamespace(XML) if prefix == "xml" else None


def _text(node: x.XObject, options: EnumValue) -> str:
    return write(node, not options.number & 1)


def _cast(value: x.XElement | x.XAttribute | None) -> str | None:
    return None if value is None else value.value


# --------------------------------------------------------------------------- members

_NODE = (
    member("XNode NextNode", lambda n: n.beside(1)),
    member("XNode PreviousNode", lambda n: n.beside(-1)),
    member("void Remove()", lambda n: n.remove()),
    member("void AddAfterSelf(object? content)", around(True)),
    member("void AddAfterSelf(params object[]? content)", around(True)),
    member("void AddBeforeSelf(object? content)", around(False)),
    member("void AddBeforeSelf(params object[]? content)", around(False)),
    member("void ReplaceWith(object? content)", replace_with),
    member("void ReplaceWith(params object[]? content)", replace_with),
    member("IEnumerable<XElement> Ancestors()", _ancestors(False), typed=True),
    member("IEnumerable<XElement> Ancestors(XName? name)", _ancestors(False), typed=True),
    member("IEnumerable<XElement> ElementsAfterSelf()", _siblings(True, True), typed=True),
    member("IEnumerable<XElement> ElementsAfterSelf(XName? name)", _siblings(True, True), typed=True),
    member("IEnumerable<XElement> ElementsBeforeSelf()", _siblings(False, True), typed=True),
    member("IEnumerable<XElement> ElementsBeforeSelf(XName? name)", _siblings(False, True), typed=True),
    member("IEnumerable<XNode> NodesAfterSelf()", _siblings(True, False), typed=True),
    member("IEnumerable<XNode> NodesBeforeSelf()", _siblings(False, False), typed=True),
    member("string ToString()", x.XObject.net_text),
    member("string ToString(SaveOptions options)", _text),
    member("static bool DeepEquals(XNode? n1, XNode? n2)", x.deep_equals),
)
_CONTAINER = (
    member("void Add(object? content)", add),
    member("void Add(params object[]? content)", add),
    member("void AddFirst(object? content)", add_first),
    member("void AddFirst(params object[]? content)", add_first),
    member("XElement Element(XName? name)", child_of),
    member("IEnumerable<XElement> Elements()", _children, typed=True),
    member("IEnumerable<XElement> Elements(XName? name)", _children, typed=True),
    member("IEnumerable<XElement> Descendants()", _descendants(False), typed=True),
    member("IEnumerable<XElement> Descendants(XName? name)", _descendants(False), typed=True),
    member(
        "IEnumerable<XNode> DescendantNodes()", lambda ty, c: Lazy(ty, lambda: c.descendants()), typed=True
    ),
    member("IEnumerable<XNode> Nodes()", lambda ty, c: Lazy(ty, lambda: list(c.nodes)), typed=True),
    member("XNode FirstNode", lambda c: c.nodes[0] if c.nodes else None),
    member("XNode LastNode", lambda c: c.nodes[-1] if c.nodes else None),
    member("void RemoveNodes()", remove_nodes),
    member("void ReplaceNodes(object? content)", replace_nodes),
    member("void ReplaceNodes(params object[]? content)", replace_nodes),
)


def _set_name(target: x.XElement, name: XName) -> None:
    target.name = name


def _put_value(target: x.XAttribute | x.XText | x.XComment, value: str | None) -> None:
    if value is None:
        raise argument_null("value")
    target.value = value


_ELEMENT = (
    member("new(XName name)", element_of),
    member("new(XName name, object? content)", element_of),
    member("new(XName name, params object[]? content)", element_of),
    member("new(XElement other)", copied),
    member("static XElement Parse(string text)", parse_element),
    member(
        "static XElement Parse(string text, LoadOptions options)",
        lambda s, o: parse_element(s, o.number & 1 > 0),
    ),
    member("XName Name", lambda e: e.name, _set_name),
    member("string Value", lambda e: e.value, lambda e, v: e.set_text(v)),
    member("void SetValue(object value)", lambda e, v: e.set_text(xml_text(v))),
    member("XAttribute Attribute(XName? name)", lambda e, n: e.attribute(n)),
    member("IEnumerable<XAttribute> Attributes()", _attributes, typed=True),
    member("IEnumerable<XAttribute> Attributes(XName? name)", _attributes, typed=True),
    member("XAttribute FirstAttribute", lambda e: e.attributes[0] if e.attributes else None),
    member("XAttribute LastAttribute", lambda e: e.attributes[-1] if e.attributes else None),
    member("bool HasAttributes", lambda e: bool(e.attributes)),
    member("bool HasElements", lambda e: any(True for _ in e.elements())),
    member("bool IsEmpty", lambda e: not e.nodes),
    member("IEnumerable<XElement> DescendantsAndSelf()", _descendants(True), typed=True),
    member("IEnumerable<XElement> DescendantsAndSelf(XName? name)", _descendants(True), typed=True),
    member("IEnumerable<XElement> AncestorsAndSelf()", _ancestors(True), typed=True),
    member("IEnumerable<XElement> AncestorsAndSelf(XName? name)", _ancestors(True), typed=True),
    member("void RemoveAll()", remove_inside),
    member("void RemoveAttributes()", remove_attributes),
    member("void SetAttributeValue(XName name, object? value)", set_attribute),
    member("void SetElementValue(XName name, object? value)", set_element),
    member("XNamespace GetDefaultNamespace()", lambda e: _namespace_of(e, "") or XNamespace("")),
    member("XNamespace GetNamespaceOfPrefix(string prefix)", _namespace_of),
    member("string GetPrefixOfNamespace(XNamespace ns)", _prefix_of),
    member("static explicit operator string(XElement? element)", _cast),
    *value_casts("XElement"),
)
_ATTRIBUTE = (
    member("new(XName name, object value)", lambda n, v: x.XAttribute(n, xml_text(v))),
    member("new(XAttribute other)", x.XAttribute.clone),
    member("XName Name", lambda a: a.name),
    member("string Value", lambda a: a.value, _put_value),
    member("void SetValue(object value)", lambda a, v: _put_value(a, xml_text(v))),
    member("bool IsNamespaceDeclaration", lambda a: a.declares is not None),
    member("void Remove()", remove_attribute),
    member("string ToString()", x.XObject.net_text),
    member("static explicit operator string(XAttribute? attribute)", _cast),
    *value_casts("XAttribute"),
)
_NAMES = (
    TypeEntry(
        "XName",
        _SPACE,
        _DOCS + "xname",
        (
            member("static XName Get(string expandedName)", name_of),
            member(
                "static XName Get(string localName, string namespaceName)",
                lambda n, ns: XName(checked_name(n), ns),
            ),
            member("string LocalName", lambda n: n.local),
            member("XNamespace Namespace", lambda n: XNamespace(n.uri)),
            member("string NamespaceName", lambda n: n.uri),
            member("string ToString()", XName.net_text),
            member("static implicit operator XName(string? expandedName)", name_of),
            member("static bool operator ==(XName? left, XName? right)", lambda a, b: a == b),
            member("static bool operator !=(XName? left, XName? right)", lambda a, b: a != b),
        ),
    ),
    TypeEntry(
        "XNamespace",
        _SPACE,
        _DOCS + "xnamespace",
        (
            member("static XNamespace Get(string namespaceName)", XNamespace),
            member("static XNamespace None", lambda: XNamespace("")),
            member("static XNamespace Xml", lambda: XNamespace(XML)),
            member("static XNamespace Xmlns", lambda: XNamespace(XMLNS)),
            member("XName GetName(string localName)", lambda s, n: XName(checked_name(n), s.uri)),
            member("string NamespaceName", lambda s: s.uri),
            member("string ToString()", XNamespace.net_text),
            member(
                "static implicit operator XNamespace(string? namespaceName)",
                lambda s: None if s is None else XNamespace(s),
            ),
            member(
                "static XName operator +(XNamespace ns, string localName)",
                lambda s, n: XName(checked_name(n), s.uri),
            ),
            member("static bool operator ==(XNamespace? left, XNamespace? right)", lambda a, b: a == b),
            member("static bool operator !=(XNamespace? left, XNamespace? right)", lambda a, b: a != b),
        ),
    ),
)


def _sequences() -> Iterator[Entry]:
    """The same questions to every item of a sequence."""
    for kind, name, call in (
        ("XContainer", "Elements", _children),
        ("XContainer", "Descendants", _descendants(False)),
        ("XElement", "DescendantsAndSelf", _descendants(True)),
        ("XNode", "Ancestors", _ancestors(False)),
        ("XElement", "AncestorsAndSelf", _ancestors(True)),
    ):
        head = f"static IEnumerable<XElement> {name}(this IEnumerable<{kind}> source"
        yield member(head + ")", _each(call), typed=True)
        yield member(head + ", XName? name)", _each(call), typed=True)
    head = "static IEnumerable<XAttribute> Attributes(this IEnumerable<XElement> source"
    yield member(head + ")", _each(_attributes), typed=True)
    yield member(head + ", XName? name)", _each(_attributes), typed=True)
    yield member(
        "static IEnumerable<XNode> Nodes(this IEnumerable<XContainer> source)",
        _each(lambda ty, c: list(c.nodes)),
        typed=True,
    )
    yield member("static void Remove(this IEnumerable<XNode> source)", remove_all)
    yield member("static void Remove(this IEnumerable<XAttribute> source)", remove_all)


def _type(name: str, members: tuple[Entry, ...], *bases: str) -> TypeEntry:
    return TypeEntry(name, _SPACE, _DOCS + name.lower(), members, bases=bases)


_VALUE = member("string Value", lambda n: n.value, _put_value)

TYPES = (
    *_NAMES,
    _type(
        "XObject",
        (
            member("XElement Parent", _owner),
            member("XDocument Document", lambda n: n.document),
            member("XmlNodeType NodeType", _kind),
        ),
    ),
    _type("XNode", _NODE, "XObject"),
    _type("XContainer", _CONTAINER, "XNode"),
    _type("XElement", _ELEMENT, "XContainer"),
    _type("XAttribute", _ATTRIBUTE, "XObject"),
    _type("XText", (member("new(string value)", x.XText), _VALUE), "XNode"),
    _type("XCData", (member("new(string value)", x.XCData),), "XText"),
    _type("XComment", (member("new(string value)", x.XComment), _VALUE), "XNode"),
    _type(
        "XProcessingInstruction",
        (
            member("new(string target, string data)", x.XInstruction),
            member("string Target", lambda n: n.target),
            member("string Data", lambda n: n.data),
        ),
        "XNode",
    ),
    _type(
        "XDeclaration",
        (
            member("new(string? version, string? encoding, string? standalone)", x.XDeclaration),
            member("string Version", lambda d: d.version),
            member("string Encoding", lambda d: d.encoding),
            member("string Standalone", lambda d: d.standalone),
            member("string ToString()", x.XDeclaration.net_text),
        ),
    ),
    TypeEntry(
        "XDocument",
        _SPACE,
        _DOCS + "xdocument",
        (
            member("new()", x.XDocument),
            member("new(params object[]? content)", document_of),
            member("new(XDeclaration? declaration, params object[]? content)", declared),
            member("new(XDocument other)", x.XDocument.clone),
            member("static XDocument Parse(string text)", parse_document),
            member(
                "static XDocument Parse(string text, LoadOptions options)",
                lambda s, o: parse_document(s, o.number & 1 > 0),
            ),
            member("XElement Root", lambda d: d.root),
            member("XDeclaration Declaration", lambda d: d.declaration),
        ),
        bases=("XContainer",),
    ),
    TypeEntry("XmlExtensions", _SPACE, _DOCS + "extensions", tuple(_sequences()), "static"),
    enum("SaveOptions", _SPACE, _DOCS + "saveoptions", "None DisableFormatting OmitDuplicateNamespaces"),
    enum("LoadOptions", _SPACE, _DOCS + "loadoptions", "None PreserveWhitespace SetBaseUri SetLineInfo=4"),
    enum(
        "XmlNodeType",
        "System.Xml",
        "https://learn.microsoft.com/dotnet/api/system.xml.xmlnodetype",
        "None Element Attribute Text CDATA EntityReference Entity ProcessingInstruction Comment Document "
        "DocumentType DocumentFragment Notation Whitespace SignificantWhitespace EndElement EndEntity "
        "XmlDeclaration",
    ),
)
