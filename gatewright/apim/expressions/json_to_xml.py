"""JSON as LINQ to XML, the way Newtonsoft's XmlNodeConverter reads it.

Attributes are the members that begin with `@` and come first; arrays are elements of one name.

Source: https://www.newtonsoft.com/json/help/html/ConvertingJSONandXML.htm (13.0).
"""

from __future__ import annotations

import re
from typing import NoReturn

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions import xml_nodes as x
from gatewright.apim.expressions.faults import NetError, argument, argument_null
from gatewright.apim.expressions.json_reader import Pairs, decode, parse, scalar
from gatewright.apim.expressions.json_xml import JSON_NAMESPACE
from gatewright.apim.expressions.library.xml_values import xml_text
from gatewright.apim.expressions.utf16 import to_units
from gatewright.apim.expressions.xml_names import XML, XMLNS, XName, checked_name

_META = ("$values", "$id", "$ref", "$type", "$value")
_ESCAPED = re.compile("_x[0-9A-Fa-f]{4}_")
Json = Pairs | list["Json"] | j.JValue


def json_to_xml(
    text: str, root: str | None = None, array_attribute: bool = False, encode_special: bool = False
) -> x.XDocument | None:
    """`JsonConvert.DeserializeXNode`.

    Args:
        text: JSON with one member at its top, or with any where `root` is given.
        root: the name of the element around everything.
        array_attribute: mark elements that were the only one of an array.
        encode_special: names beginning with `@`, `#` and `?` are elements like any other.

    Raises:
        NetError: JsonReaderException, JsonSerializationException, or what XML itself refuses.
    """
    if not text.strip():
        return None
    found = _shaped(text)
    if isinstance(found, j.JValue) and found.kind == j.NULL:
        return None
    if not isinstance(found, Pairs):
        fail("XmlNodeConverter can only convert JSON that begins with an object.")
    maker = _Maker(array_attribute, encode_special)
    if root:
        maker.element(maker.document, root, found)
    else:
        maker.members(maker.document, found)
    return maker.document


def fail(message: str) -> NoReturn:
    """Raises JsonSerializationException."""
    raise NetError("JsonSerializationException", message)


def _shaped(text: str) -> Json:
    """JSON as pairs, lists and values; members that occur twice stay both."""
    try:
        return _of_plain(decode(text))
    except (ValueError, RecursionError):
        return _of_tree(parse(text))


def _of_plain(found: object) -> Json:
    if isinstance(found, Pairs):
        return Pairs((to_units(name), _of_plain(value)) for name, value in found)
    return [_of_plain(v) for v in found] if isinstance(found, list) else scalar(found, True)


def _of_tree(token: j.JToken) -> Json:
    if isinstance(token, j.JObject):
        return Pairs((name, _of_tree(prop.value)) for name, prop in token.props.items())
    if isinstance(token, j.JValue):
        return token
    return [_of_tree(v) for v in token.children()]


def _text(value: Json) -> str | None:
    """A value as XML has it."""
    if not isinstance(value, j.JValue):
        fail("Cannot get an XML string value from token type 'StartObject'.")
    return None if value.value is None else xml_text(value.value)


def encode_name(name: str, colon: bool = True) -> str:
    """`XmlConvert.EncodeName`: what may not stand in a name becomes `_xHHHH_`."""
    out: list[str] = []
    for at, c in enumerate(name):
        good = c.isalpha() or c == "_" or (c == ":" and colon)
        good = good or (at > 0 and (c.isalnum() or c in "-.\xb7"))
        if c == "_" and _ESCAPED.match(name, at):
            good = False
        out.append(c if good else f"_x{ord(c):04X}_")
    return "".join(out)


class _Scopes:
    """The prefixes in force; those that an element declares hold for what comes behind it too."""

    def __init__(self) -> None:
        self.levels: list[dict[str, str]] = [{"xml": XML, "xmlns": XMLNS}]

    def find(self, prefix: str) -> str:
        return next((s[prefix] for s in reversed(self.levels) if prefix in s), "")

    def prefix_of(self, uri: str) -> str | None:
        return next((p for s in reversed(self.levels) for p, u in s.items() if u == uri and p), None)

    def forget_default(self) -> None:
        self.levels[-1].pop("", None)


class _Maker:
    """A document being made."""

    def __init__(self, array_attribute: bool, encode_special: bool) -> None:
        self.document = x.XDocument()
        self.array_attribute = array_attribute
        self.encode_special = encode_special
        self.scopes = _Scopes()

    def members(self, at: x.XContainer, pairs: list[tuple[str, Json]]) -> None:
        """What the members of an object become inside a node."""
        for name, value in pairs:
            if at is self.document and self.document.root is not None:
                fail("JSON root object has multiple properties.")
            if not isinstance(value, list) or isinstance(value, Pairs):
                self.value(at, name, value)
                continue
            before = len(at.nodes)
            for item in value:
                self.value(at, name, item)
            if len(value) == 1 and self.array_attribute and len(at.nodes) > before:
                self.mark(at.nodes[before])

    def mark(self, node: x.XNode) -> None:
        """Marks an element as an array."""
        assert isinstance(node, x.XElement)
        node.add_attribute(x.XAttribute(XName("Array", JSON_NAMESPACE), "true"))
        at: x.XObject | None = node
        while isinstance(at, x.XElement):
            if any(a.declares and a.value == JSON_NAMESPACE for a in at.attributes):
                return
            at = at.parent
        node.add_attribute(x.XAttribute(XName("json", XMLNS), JSON_NAMESPACE))

    def value(self, at: x.XContainer, name: str, value: Json) -> None:
        """What one member becomes."""
        if not self.encode_special and self.special(at, name, value):
            return
        if isinstance(value, list) and not isinstance(value, Pairs):
            inner = self.made(at, name)
            for item in value:
                self.value(inner, name, item)
            if self.array_attribute:
                self.mark(inner)
            return
        self.element(at, name, value)

    def special(self, at: x.XContainer, name: str, value: Json) -> bool:
        """Text, CDATA, instructions and the declaration; whether it was one."""
        if name in ("#text", "#whitespace", "#significant-whitespace", "#cdata-section"):
            text = _text(value)
            if text is None:
                raise argument_null("value")
            self.text(at, x.XCData(text) if name == "#cdata-section" else x.XText(text))
        elif name == "?xml":
            self.declaration(value)
        elif name.startswith("?"):
            at.add_node(x.XInstruction(name[1:], _text(value) or ""))
        elif name.upper() == "!DOCTYPE":
            self.doctype(at, value)
        else:
            return False
        return True

    def text(self, at: x.XContainer, node: x.XText) -> None:
        """Adds a text; a document takes white space alone."""
        if at is self.document and (isinstance(node, x.XCData) or node.value.strip(" \t\r\n")):
            raise argument("Non-whitespace characters cannot be added to content.")
        if isinstance(node, x.XCData):
            at.add_node(node)
        else:
            at.add_text(node.value)

    def declaration(self, value: Json) -> None:
        """`<?xml ...?>`."""
        found: dict[str, str | None] = {}
        for name, inner in value if isinstance(value, Pairs) else ():
            if name not in ("@version", "@encoding", "@standalone"):
                fail(f"Unexpected property name encountered while deserializing XmlDeclaration: {name}")
            found[name[1:]] = _text(inner)
        declared = x.XDeclaration(found.get("version"), found.get("encoding"), found.get("standalone"))
        self.document.declaration = declared

    def doctype(self, at: x.XContainer, value: Json) -> None:
        """`<!DOCTYPE ...>`."""
        found = {name: _text(inner) for name, inner in value} if isinstance(value, Pairs) else {}
        name = found.get("@name")
        if name is None:
            raise argument_null("name")
        at.add_node(
            x.XDoctype(name, found.get("@public"), found.get("@system"), found.get("@internalSubset"))
        )

    # ---------------------------------------------------------------- elements

    def element(self, at: x.XContainer, name: str, value: Json) -> None:
        """An element, or the attribute of a name that begins with `@`."""
        if not name:
            fail("XmlNodeConverter cannot convert JSON with an empty property name to XML.")
        pairs: list[tuple[str, Json]] = list(value) if isinstance(value, Pairs) else []
        attributes: dict[str, str | None] = {}
        if not self.encode_special:
            attributes, pairs = self.leading(pairs)
            if name.startswith("@"):
                self.attribute(at, name[1:], _text(value))
                return
            if name in _META:
                prefix = self.scopes.prefix_of(JSON_NAMESPACE) or "json"
                if name != "$values":
                    self.attribute(at, f"{prefix}:{name[1:]}", _text(value))
                    return
                name = f"{prefix}:values"
        made = self.made(at, name)
        for label, text in attributes.items():
            self.attribute(made, label, text)
        if isinstance(value, Pairs):
            if pairs:
                self.scopes.levels.append({})
                self.members(made, pairs)
                self.scopes.levels.pop()
            self.scopes.forget_default()
            return
        shown = _text(value)
        if shown is not None:
            made.add_text(shown)

    def leading(self, pairs: list[tuple[str, Json]]) -> tuple[dict[str, str | None], list[tuple[str, Json]]]:
        """The attributes at the head of an object's members, and the members behind them."""
        found: dict[str, str | None] = {}
        for at, (name, value) in enumerate(pairs):
            if name.startswith("@"):
                label = name[1:]
            elif name in _META:
                prefix = self.json_prefix(found)
                if name == "$values":
                    return found, pairs[at:]
                label = f"{prefix}:{name[1:]}"
            else:
                return found, pairs[at:]
            if label in found:
                raise argument(f"An item with the same key has already been added. Key: {label}")
            found[label] = _text(value)
            if label == "xmlns" or label.startswith("xmlns:"):
                self.scopes.levels[-1][label[6:]] = found[label] or ""
        return found, []

    def json_prefix(self, attributes: dict[str, str | None]) -> str:
        """The prefix of Newtonsoft's own namespace, declared where it is not yet."""
        prefix = self.scopes.prefix_of(JSON_NAMESPACE)
        if prefix is None:
            numbers = ["", *map(str, range(1, 100))]
            prefix = next(p for p in (f"json{n}" for n in numbers) if not self.scopes.find(p))
            attributes[f"xmlns:{prefix}"] = JSON_NAMESPACE
            self.scopes.levels[-1][prefix] = JSON_NAMESPACE
        return prefix

    def made(self, at: x.XContainer, name: str) -> x.XElement:
        """A new element inside a node."""
        made = x.XElement(self.qualified(name, default=self.scopes.find("")))
        at.add_node(made)
        return made

    def attribute(self, at: x.XContainer, name: str, text: str | None) -> None:
        """An attribute of a node."""
        if not isinstance(at, x.XElement):
            fail(f"JSON root object has property '@{name}' that will be converted to an attribute.")
        if text is None:
            raise argument_null("value")
        at.add_attribute(x.XAttribute(self.qualified(name, default=""), text))

    def qualified(self, name: str, default: str) -> XName:
        """A name whose prefix, if it has one, is in force."""
        if self.encode_special:
            return XName(encode_name(name, colon=False), default)
        prefix, colon, local = name.partition(":")
        if not colon or not prefix or not local:
            return XName(checked_name(encode_name(name)), default)
        uri = self.scopes.find(prefix)
        return XName(checked_name(encode_name(local if uri else name)), uri)
