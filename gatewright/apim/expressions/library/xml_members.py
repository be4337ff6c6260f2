"""Further members of LINQ to XML: order in the document, annotations, readers and writers, document types.

Source: https://learn.microsoft.com/dotnet/api/system.xml.linq (.NET Core 3.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions import xml_nodes as x
from gatewright.apim.expressions.faults import invalid_operation
from gatewright.apim.expressions.library.compare import hash_of
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.library.runtime import conversions
from gatewright.apim.expressions.library.text_io import Reader, Writer
from gatewright.apim.expressions.library.xml_content import fill, remove_attributes, remove_inside, snapshot
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import EnumValue, Lazy, NetType, Value
from gatewright.apim.expressions.xml_reader import parse_element
from gatewright.apim.expressions.xml_writer import write

_DOCS = "https://learn.microsoft.com/dotnet/api/system.xml.linq."
_SPACE = "System.Xml.Linq"


# --------------------------------------------------------------------------- order


def _trail(node: x.XObject) -> tuple[x.XObject, list[int]]:
    """The root, and the places that lead down from it."""
    places: list[int] = []
    at: x.XObject = node
    while at.parent is not None and isinstance(at, x.XNode):
        places.append(at.place())
        at = at.parent
    return at, places[::-1]


def compare_order(a: x.XNode | None, b: x.XNode | None) -> int:
    """`XNode.CompareDocumentOrder`.

    Raises:
        NetError: InvalidOperationException when the nodes have no common ancestor.
    """
    if a is b:
        return 0
    if a is None or b is None:
        return -1 if a is None else 1
    (root, first), (other, second) = _trail(a), _trail(b)
    if root is not other:
        raise invalid_operation("A common ancestor is missing.")
    return (first > second) - (first < second)


def _in_order(ty: Ty, nodes: Iterable[Value]) -> Lazy:
    from functools import cmp_to_key

    return Lazy(ty, lambda: sorted(nodes, key=cmp_to_key(compare_order)))


class NodeComparer:
    """An XNodeDocumentOrderComparer or XNodeEqualityComparer, as LINQ and collections ask it."""

    __slots__ = ("ty",)

    def __init__(self, name: str) -> None:
        self.ty = t.make(name)


# --------------------------------------------------------------------------- annotations


def _annotate(node: x.XObject, value: Value) -> None:
    node.annotations.append(value)


def _annotations(node: x.XObject, ty: Ty) -> list[Value]:
    return [v for v in node.annotations if conversions().is_instance(v, ty)]


def _forget(node: x.XObject, kind: NetType) -> None:
    gone = _annotations(node, kind.of)
    node.annotations = [v for v in node.annotations if not any(v is g for g in gone)]


_ANNOTATIONS = (
    member("string BaseUri", lambda n: ""),
    member("void AddAnnotation(object annotation)", _annotate),
    member("T Annotation<T>()", lambda ty, n: next(iter(_annotations(n, ty)), None), typed=True),
    member("object Annotation(Type type)", lambda n, k: next(iter(_annotations(n, k.of)), None)),
    member(
        "IEnumerable<T> Annotations<T>()",
        lambda ty, n: Lazy(ty, lambda: _annotations(n, ty.args[0])),
        typed=True,
    ),
    member("void RemoveAnnotations(Type type)", _forget),
)


# --------------------------------------------------------------------------- nodes and sequences


def _below(node: x.XNode, own: bool) -> Iterator[x.XNode]:
    if own:
        yield node
    if isinstance(node, x.XContainer):
        yield from node.descendants()


def _each(own: bool) -> Callable[[Ty, Iterable[Value]], Lazy]:
    return lambda ty, items: Lazy(ty, lambda: (n for item in items for n in _below(item, own)))


def _beside(step: int) -> Callable[[x.XAttribute], x.XAttribute | None]:
    def run(attribute: x.XAttribute) -> x.XAttribute | None:
        owner = attribute.parent
        if not isinstance(owner, x.XElement):
            return None
        at = next(i for i, a in enumerate(owner.attributes) if a is attribute) + step
        return owner.attributes[at] if 0 <= at < len(owner.attributes) else None

    return run


def _replace_all(element: x.XElement, content: Value) -> None:
    content = snapshot(content)
    remove_inside(element)
    fill(element, content)


def _replace_attributes(element: x.XElement, content: Value) -> None:
    content = snapshot(content)
    remove_attributes(element)
    fill(element, content)


def _rest(reader: Reader) -> str:
    return reader.take(len(reader.rest()))


def _save(node: x.XElement | x.XDocument, writer: Writer, *options: EnumValue) -> None:
    declared = node.declaration if isinstance(node, x.XDocument) else None
    version = declared.version if declared is not None and declared.version else "1.0"
    standalone = (
        f' standalone="{declared.standalone}"' if declared is not None and declared.standalone else ""
    )
    lined = not (options and options[0].number & 1)
    text = f'<?xml version="{version}" encoding="utf-16"{standalone}?>'
    writer.write(text + ("\n" if lined else "") + write(node, lined))


def _doctype(document: x.XDocument) -> x.XDoctype | None:
    return next((n for n in document.nodes if isinstance(n, x.XDoctype)), None)


def _files(name: str, parse: Callable[..., Value]) -> tuple[Entry, ...]:
    return (
        member(f"static {name} Load(TextReader textReader)", lambda r: parse(_rest(r))),
        member(
            f"static {name} Load(TextReader textReader, LoadOptions options)",
            lambda r, o: parse(_rest(r), bool(o.number & 1)),
        ),
        member("void Save(TextWriter textWriter)", _save),
        member("void Save(TextWriter textWriter, SaveOptions options)", _save),
    )


def _setter(name: str) -> Callable[[Value, Value], None]:
    return lambda node, value: setattr(node, name, value)


_NODES = "static IEnumerable<XNode>"
_EMPTY = Lazy(t.enumerable(t.make("XElement")), lambda: ())
MEMBERS = {
    "XObject": _ANNOTATIONS,
    "XNode": (
        member("static int CompareDocumentOrder(XNode? n1, XNode? n2)", compare_order),
        member("bool IsAfter(XNode? node)", lambda a, b: compare_order(a, b) > 0),
        member("bool IsBefore(XNode? node)", lambda a, b: compare_order(a, b) < 0),
        member(
            "static XNodeDocumentOrderComparer DocumentOrderComparer",
            lambda: NodeComparer("XNodeDocumentOrderComparer"),
        ),
        member(
            "static XNodeEqualityComparer EqualityComparer", lambda: NodeComparer("XNodeEqualityComparer")
        ),
    ),
    "XElement": (
        member("static IEnumerable<XElement> EmptySequence", lambda: _EMPTY),
        member(
            "IEnumerable<XNode> DescendantNodesAndSelf()",
            lambda ty, e: Lazy(ty, lambda: _below(e, True)),
            typed=True,
        ),
        *(member(f"void ReplaceAll({p} content)", _replace_all) for p in ("object?", "params object[]?")),
        *(
            member(f"void ReplaceAttributes({p} content)", _replace_attributes)
            for p in ("object?", "params object[]?")
        ),
        *_files("XElement", parse_element),
    ),
    "XDocument": (
        member("XDocumentType DocumentType", _doctype),
        member("void Save(TextWriter textWriter)", _save),
        member("void Save(TextWriter textWriter, SaveOptions options)", _save),
    ),
    "XAttribute": (
        member(
            "static IEnumerable<XAttribute> EmptySequence",
            lambda: Lazy(t.enumerable(t.make("XAttribute")), lambda: ()),
        ),
        member("XAttribute NextAttribute", _beside(1)),
        member("XAttribute PreviousAttribute", _beside(-1)),
    ),
    "XText": (member("new(XText other)", lambda o: o.clone()),),
    "XCData": (member("new(XCData other)", lambda o: o.clone()),),
    "XComment": (member("new(XComment other)", lambda o: o.clone()),),
    "XProcessingInstruction": (member("new(XProcessingInstruction other)", lambda o: o.clone()),),
    "XDeclaration": (
        member("new(XDeclaration other)", lambda o: x.XDeclaration(o.version, o.encoding, o.standalone)),
    ),
    "XmlExtensions": (
        member(f"{_NODES} DescendantNodes(this IEnumerable<XContainer> source)", _each(False), typed=True),
        member(
            f"{_NODES} DescendantNodesAndSelf(this IEnumerable<XElement> source)", _each(True), typed=True
        ),
        member("static IEnumerable<T> InDocumentOrder<T>(this IEnumerable<T> source)", _in_order, typed=True),
    ),
}


def _hash(_: NodeComparer, node: x.XNode | None) -> int:
    return 0 if node is None else hash_of(write(node, False))


TYPES = (
    TypeEntry(
        "XNodeDocumentOrderComparer",
        _SPACE,
        _DOCS + "xnodedocumentordercomparer",
        (
            member("new()", lambda: NodeComparer("XNodeDocumentOrderComparer")),
            member("int Compare(XNode? x, XNode? y)", lambda c, a, b: compare_order(a, b)),
        ),
    ),
    TypeEntry(
        "XNodeEqualityComparer",
        _SPACE,
        _DOCS + "xnodeequalitycomparer",
        (
            member("new()", lambda: NodeComparer("XNodeEqualityComparer")),
            member("bool Equals(XNode? x, XNode? y)", lambda c, a, b: x.deep_equals(a, b)),
            member("int GetHashCode(XNode? obj)", _hash),
        ),
    ),
    TypeEntry(
        "XDocumentType",
        _SPACE,
        _DOCS + "xdocumenttype",
        (
            member(
                "new(string name, string? publicId, string? systemId, string? internalSubset)", x.XDoctype
            ),
            member("new(XDocumentType other)", lambda o: o.clone()),
            member("string Name", lambda n: n.name, _setter("name")),
            member("string PublicId", lambda n: n.public, _setter("public")),
            member("string SystemId", lambda n: n.system, _setter("system")),
            member("string InternalSubset", lambda n: n.internal, _setter("internal")),
        ),
        bases=("XNode",),
    ),
)
