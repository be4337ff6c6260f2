"""LINQ to XML as JSON, the way Newtonsoft's XmlNodeConverter writes it.

A comment stays where it is written as text; a tree has no place for one (`comments` says which is meant).

Source: https://www.newtonsoft.com/json/help/html/ConvertingJSONandXML.htm (13.0).
"""

from __future__ import annotations

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions import xml_nodes as x
from gatewright.apim.expressions.xml_names import XML, XName

JSON_NAMESPACE = "http://james.newtonking.com/projects/json"
_ARRAY = XName("Array", JSON_NAMESPACE)


def xml_to_json(node: x.XObject, whole: bool = True, comments: bool = False) -> j.JToken:
    """An object with the node under its name; without `whole`, what stands under the name."""
    if isinstance(node, x.XDocument):
        made = j.JObject()
        if node.declaration is not None:
            d = node.declaration
            parts = {"@version": d.version, "@encoding": d.encoding, "@standalone": d.standalone}
            made.set("?xml", _object({k: j.JValue(v, j.STRING) for k, v in parts.items() if v is not None}))
        _grouped(made, node, comments)
        return made
    if not whole:
        return _value(node, comments)
    return _object({_name(node): _value(node, comments)})


def _object(members: dict[str, j.JToken]) -> j.JObject:
    made = j.JObject()
    for name, value in members.items():
        made.set(name, value)
    return made


def _text(text: str) -> j.JValue:
    return j.JValue(text, j.STRING)


def _name(node: x.XObject) -> str:
    match node:
        case x.XElement():
            return _qualified(node, node.name)
        case x.XAttribute():
            if node.declares is not None:
                return f"@xmlns:{node.declares}" if node.declares else "@xmlns"
            return "@" + _qualified(node.parent, node.name)
        case x.XCData():
            return "#cdata-section"
        case x.XText():
            return "#text"
        case x.XInstruction():
            return f"?{node.target}"
        case _:
            return "#comment"


def _qualified(at: x.XObject | None, name: XName) -> str:
    """A name with the prefix that its namespace has here."""
    while isinstance(at, x.XElement):
        for attribute in at.attributes:
            if attribute.declares is not None and attribute.value == name.uri:
                return f"{attribute.declares}:{name.local}" if attribute.declares else name.local
        at = at.parent
    return f"xml:{name.local}" if name.uri == XML else name.local


def _value(node: x.XObject, comments: bool) -> j.JToken:
    if isinstance(node, (x.XAttribute, x.XText)):
        return _text(node.value)
    if isinstance(node, x.XInstruction):
        return _text(node.data)
    assert isinstance(node, x.XElement)
    inside = _inside(node)
    if all(map(_for_newtonsoft, node.attributes)):
        if not inside:
            return _text("") if node.nodes else j.JValue(None, j.NULL)
        if len(inside) == 1 and type(inside[0]) is x.XText:
            return _text(inside[0].value)
    made = j.JObject()
    for attribute in node.attributes:
        if not _for_newtonsoft(attribute):
            made.set(_name(attribute), _value(attribute, comments))
    _grouped(made, node, comments)
    return made


def _inside(node: x.XContainer) -> list[x.XNode]:
    return [
        n for n in node.nodes if not isinstance(n, x.XDoctype) and not (type(n) is x.XText and not n.value)
    ]


def _for_newtonsoft(attribute: x.XAttribute) -> bool:
    """Whether an attribute only tells Newtonsoft what is an array."""
    if attribute.declares is not None:
        return attribute.value == JSON_NAMESPACE
    return attribute.name == _ARRAY


def _is_array(node: x.XElement) -> bool:
    found = node.attribute(_ARRAY)
    return found is not None and found.value.lower() in ("true", "1")


def _grouped(made: j.JObject, node: x.XContainer, comments: bool) -> None:
    """The nodes inside by name; those of one name as an array."""
    groups: dict[str, list[j.JToken]] = {}
    arrays: set[str] = set()
    for child in _inside(node):
        inside = groups.setdefault(_name(child), [])
        if isinstance(child, x.XElement) and _is_array(child):
            arrays.add(_name(child))
        inside.append(_text(child.value) if isinstance(child, x.XComment) else _value(child, comments))
    for name, values in groups.items():
        if name == "#comment" and len(values) == 1:
            if comments:
                made.props[name] = j.JComment(name, values[0])
            continue
        if name == "#comment":
            values = []  # so does Newtonsoft
        if len(values) == 1 and name not in arrays:
            made.set(name, values[0])
            continue
        array = j.JArray()
        for value in values:
            array.add(value)
        made.set(name, array)
