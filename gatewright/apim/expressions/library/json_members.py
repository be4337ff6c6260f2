"""Further members of Newtonsoft.Json: JsonConvert's texts, neighbours, annotations, sequences of tokens.

Source: https://www.newtonsoft.com/json/help (13.0).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.json_objects import cast_or_made, to_object
from gatewright.apim.expressions.json_reader import parse
from gatewright.apim.expressions.json_writer import quote, write
from gatewright.apim.expressions.json_xml import xml_to_json
from gatewright.apim.expressions.library.entry import member
from gatewright.apim.expressions.library.json_types import serialize
from gatewright.apim.expressions.text import format_value
from gatewright.apim.expressions.values import Lazy, NetArray, NetType, box
from gatewright.apim.expressions.xml_nodes import XDocument

_TOKENS = "IEnumerable<JToken>"


def _tokens(start: Callable[[], Iterable[Any]]) -> Lazy:
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


def _above(own: bool) -> Callable[[Iterable[Any]], Lazy]:
    def find(items: Iterable[Any]) -> Iterator[j.JToken]:
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


def _of_type(token: j.JToken, kind: NetType) -> Any:  # noqa: ANN401
    return _boxed(cast_or_made(token, kind.of), kind.of)


def _boxed(value: Any, ty: t.Ty) -> Any:  # noqa: ANN401
    wrap = box(ty)
    return value if wrap is None or value is None else wrap(value)


def _of_xml(node: Any, formatting: Any = None, omit: bool = False) -> str:  # noqa: ANN401
    if node is None:
        return "null"
    root: Any = node.root if omit and isinstance(node, XDocument) else node
    return write(xml_to_json(root, not omit), formatting is not None and formatting.number == 1)


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


def _texts() -> Iterator[Any]:
    """`JsonConvert.ToString` of each type."""
    for kind in _KINDS:
        ty = t.make(kind.rstrip("?"))

        def show(value: Any, ty: t.Ty = ty) -> str:  # noqa: ANN401
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
            lambda s, k: _of_type(parse(s), k) if s.strip() else None,
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
    "JRaw": (member("new(JRaw other)", lambda o: o.clone()),),
    "Extensions": (
        member(f"static {_TOKENS} Ancestors<T>(this IEnumerable<T> source)", _above(False)),
        member(f"static {_TOKENS} AncestorsAndSelf<T>(this IEnumerable<T> source)", _above(True)),
        member(
            f"static {_TOKENS} DescendantsAndSelf<T>(this IEnumerable<T> source)",
            lambda items: _tokens(lambda: (n for item in items for n in _walk(item))),
        ),
        member(f"static {_TOKENS} AsJEnumerable(this {_TOKENS} source)", lambda items: items),
    ),
}
