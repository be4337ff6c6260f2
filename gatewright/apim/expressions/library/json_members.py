"""Further members of Newtonsoft.Json: JsonConvert's texts, neighbours, annotations, sequences of tokens.

Source: https://www.newtonsoft.com/json/help (13.0).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.json_compare import EQUALITY, deep_equals
from gatewright.apim.expressions.json_convert import add_content
from gatewright.apim.expressions.json_merge import MergeSettings, merge
from gatewright.apim.expressions.json_objects import cast_or_made, to_object
from gatewright.apim.expressions.json_reader import parse
from gatewright.apim.expressions.json_to_xml import json_to_xml
from gatewright.apim.expressions.json_typed import deserialize
from gatewright.apim.expressions.json_writer import quote, write
from gatewright.apim.expressions.json_xml import xml_to_json
from gatewright.apim.expressions.library.compare import hash_of
from gatewright.apim.expressions.library.entry import TypeEntry, enum, member
from gatewright.apim.expressions.library.json_sequences import serialize
from gatewright.apim.expressions.library.runtime import enum_value
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.text import format_value
from gatewright.apim.expressions.values import EnumValue, Lazy, NetArray, NetType, Value, box
from gatewright.apim.expressions.xml_nodes import XDocument, XObject

_TOKENS = "IEnumerable<JToken>"
_ROOTED = "string value, string? deserializeRootElementName"
_DOCS = "https://www.newtonsoft.com/json/help/html/T_Newtonsoft_Json_Linq_"
_SPACE = "Newtonsoft.Json.Linq"


def _tokens(start: Callable[[], Iterable[Value]]) -> Lazy:
    return Lazy(t.enumerable(t.JTOKEN), start)


def _beside(behind: bool) -> Callable[[j.JToken], Lazy]:
    """`AfterSelf` and `BeforeSelf`."""

    def find(token: j.JToken) -> Iterator[j.JToken]:
        if token.parent is None:
            return
        around = list(token.parent.children())
        at = next(i for i, other in enumerate(around) if other is token)
        yield from around[at + 1 :] if behind else around[:at]

    return lambda token: _tokens(lambda: find(token))


def _above(own: bool) -> Callable[[Iterable[Value]], Lazy]:
    def find(items: Iterable[Value]) -> Iterator[j.JToken]:
        for token in items:
            at = token if own else token.parent
            while at is not None:
                yield at
                at = at.parent

    return lambda items: _tokens(lambda: find(items))


def _walk(token: j.JToken) -> Iterator[j.JToken]:
    stack = [token]
    while stack:
        at = stack.pop()
        yield at
        stack.extend(reversed(list(at.children())))


def _copy_to(values: j.JArray, target: NetArray, index: int) -> None:
    from gatewright.apim.expressions.library.collections import copy_to

    copy_to(list(values.children()), target, index)


def _of_type(token: j.JToken, kind: NetType) -> Value:
    return _boxed(cast_or_made(token, kind.of), kind.of)


def _boxed(value: Value, ty: t.Ty) -> Value:
    wrap = box(ty)
    return value if wrap is None or value is None else wrap(value)


def _of_xml(node: XObject | None, formatting: EnumValue | None = None, omit: bool = False) -> str:
    if node is None:
        return "null"
    root = node.root if omit and isinstance(node, XDocument) else node
    if root is None:  # a document without a root writes nothing
        return ""
    return write(
        xml_to_json(root, not omit, comments=True), formatting is not None and formatting.number == 1
    )


def _delimited(text: str | None, delimiter: str) -> str:
    if text is None:
        return "null"
    if delimiter == '"':
        return quote(text)
    inner = quote(text)[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"'{inner}'"


_KINDS: tuple[str, ...] = (
    "DateTime",
    "DateTimeOffset",
    "bool",
    "char",
    "int",
    "short",
    "ushort",
    "uint",
    "long",
    "ulong",
)
_KINDS += ("float", "double", "byte", "sbyte", "decimal", "Guid", "TimeSpan", "Uri?", "string?", "Enum")


def _texts() -> Iterator[Entry]:
    """`JsonConvert.ToString` of each type."""
    for kind in _KINDS:
        ty = t.make(kind.rstrip("?"))

        def show(value: Value, ty: t.Ty = ty) -> str:
            if ty.name == "Enum":
                return quote(value.text)
            return serialize(_boxed(value, ty))

        yield member(f"static string ToString({kind} value)", show)


_NAMES = {"True": "true", "False": "false", "Null": "null", "Undefined": "undefined", "NaN": "NaN"} | {
    "PositiveInfinity": "Infinity",
    "NegativeInfinity": "-Infinity",
}
MEMBERS = {
    "JsonConvert": (
        *(member(f"static string {n}", lambda text=text: text) for n, text in _NAMES.items()),
        *_texts(),
        member("static string ToString(string? value, char delimiter)", _delimited),
        member("static string SerializeXNode(XObject? node)", _of_xml),
        member("static string SerializeXNode(XObject? node, Formatting formatting)", _of_xml),
        member(
            "static string SerializeXNode(XObject? node, Formatting formatting, bool omitRootObject)", _of_xml
        ),
        member(
            "static object DeserializeObject(string value, Type type)",
            lambda s, k: _boxed(deserialize(s, k.of), k.of) if s.strip() else None,
        ),
        member("static XDocument DeserializeXNode(string value)", json_to_xml),
        member(f"static XDocument DeserializeXNode({_ROOTED})", json_to_xml),
        member(f"static XDocument DeserializeXNode({_ROOTED}, bool writeArrayAttribute)", json_to_xml),
        member(
            f"static XDocument DeserializeXNode({_ROOTED}, bool writeArrayAttribute, "
            "bool encodeSpecialCharacters)",
            json_to_xml,
        ),
        member(
            "static T DeserializeAnonymousType<T>(string value, T anonymousTypeObject)",
            lambda ty, s, shape: to_object(parse(s), ty) if s.strip() else None,
            typed=True,
        ),
    ),
    "JToken": (
        member(f"{_TOKENS} AfterSelf()", _beside(True)),
        member(f"{_TOKENS} BeforeSelf()", _beside(False)),
        member("object ToObject(Type objectType)", _of_type),
        member("static JTokenEqualityComparer EqualityComparer", lambda: EQUALITY),
    ),
    "JArray": (
        member("bool IsReadOnly", lambda a: False),
        member("void CopyTo(JToken[] array, int arrayIndex)", _copy_to),
    ),
    "JValue": (
        member(
            "string ToString(string? format, IFormatProvider? p)",
            lambda v, f, p: format_value(v.value, f or ""),
        ),
    ),
    "JContainer": (member("void Merge(object? content, JsonMergeSettings? settings)", merge),),
    "JRaw": (member("new(JRaw other)", lambda o: o.clone()),),
    "Extensions": (
        member(f"static {_TOKENS} Ancestors(this IEnumerable<JToken> source)", _above(False)),
        member(f"static {_TOKENS} AncestorsAndSelf(this IEnumerable<JToken> source)", _above(True)),
        member(
            f"static {_TOKENS} DescendantsAndSelf(this IEnumerable<JToken> source)",
            lambda items: _tokens(lambda: (n for item in items for n in _walk(item))),
        ),
        member(f"static {_TOKENS} AsJEnumerable(this {_TOKENS} source)", lambda items: items),
    ),
}


# --------------------------------------------------------------------------- settings, comparer, constructors


def _setting(name: str) -> tuple[Callable[[MergeSettings], int], Callable[[MergeSettings, EnumValue], None]]:
    def put(settings: MergeSettings, value: EnumValue) -> None:
        setattr(settings, name, value.number)

    return (lambda settings: getattr(settings, name)), put


def _settings() -> Iterator[Entry]:
    for kind, label, name in (
        ("MergeArrayHandling", "MergeArrayHandling", "arrays"),
        ("MergeNullValueHandling", "MergeNullValueHandling", "nulls"),
        ("StringComparison", "PropertyNameComparison", "names"),
    ):
        get, put = _setting(name)
        ty = t.make(kind)
        yield member(f"{kind} {label}", lambda s, get=get, ty=ty: enum_value(ty, get(s)), put)


def _constructor(name: str, *content: Value) -> j.JConstructor:
    made = j.JConstructor(name)
    for value in content:
        add_content(made, value)
    return made


TYPES = (
    TypeEntry(
        "JsonMergeSettings",
        _SPACE,
        _DOCS + "JsonMergeSettings.htm",
        (member("new()", MergeSettings), *_settings()),
        allowed=False,
    ),
    enum(
        "MergeArrayHandling",
        _SPACE,
        _DOCS + "MergeArrayHandling.htm",
        "Concat Union Replace Merge",
        allowed=False,
    ),
    enum(
        "MergeNullValueHandling", _SPACE, _DOCS + "MergeNullValueHandling.htm", "Ignore Merge", allowed=False
    ),
    TypeEntry(
        "JTokenEqualityComparer",
        _SPACE,
        _DOCS + "JTokenEqualityComparer.htm",
        (
            member("new()", lambda: EQUALITY),
            member("bool Equals(JToken? x, JToken? y)", lambda c, a, b: deep_equals(a, b)),
            member("int GetHashCode(JToken? obj)", lambda c, token: hash_of(c.key(token))),
        ),
        bases=("IEqualityComparer<JToken>",),
        allowed=False,
    ),
    TypeEntry(
        "JConstructor",
        _SPACE,
        _DOCS + "JConstructor.htm",
        (
            member("new(string name)", _constructor),
            member("new(string name, object? content)", _constructor),
            member("new(string name, params object[] content)", lambda n, v: _constructor(n, *v)),
            member("new(JConstructor other)", j.JConstructor.clone),
            member("string Name", lambda c: c.name, lambda c, n: setattr(c, "name", n)),
        ),
        bases=("JContainer",),
    ),
)
