"""Sequences of tokens, and JsonConvert.

Source: https://www.newtonsoft.com/json/help/html/T_Newtonsoft_Json_Linq_Extensions.htm (13.0).
"""

from __future__ import annotations

from collections.abc import Iterable

from gatewright.apim.expressions import json_convert as convert
from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.json_typed import deserialize, read_whole
from gatewright.apim.expressions.json_writer import value_text, write
from gatewright.apim.expressions.library.entry import TypeEntry, enum, member
from gatewright.apim.expressions.library.json_conversions import default_of, each_value, value_as
from gatewright.apim.expressions.library.json_types import descendants, inner_values, lazy_tokens
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import EnumValue, Lazy, Value

_DOCS = "https://www.newtonsoft.com/json/help/html/T_Newtonsoft_Json_"


_SPACE = "Newtonsoft.Json.Linq"


def _each_index(ty: Ty, items: Iterable[Value], key: Value) -> Lazy:
    return Lazy(ty, lambda: (v for x in items if (v := x.item(key)) is not None))


_EXTENSIONS = (
    member("static U Value<U>(this IEnumerable<JToken> value)", lambda ty, x: value_as(ty, x), typed=True),
    member(
        "static IEnumerable<JToken> Values(this IEnumerable<JToken> source)",
        lambda s: lazy_tokens("JToken", lambda: (v for x in s for v in inner_values(x))),
    ),
    member(
        "static IEnumerable<JToken> Values(this IEnumerable<JToken> source, object? key)",
        lambda s, k: _each_index(t.enumerable(t.JTOKEN), s, k),
    ),
    member("static IEnumerable<U> Values<U>(this IEnumerable<JToken> source)", each_value, typed=True),
    member(
        "static IEnumerable<U> Values<U>(this IEnumerable<JToken> source, object? key)",
        lambda ty, s, k: Lazy(
            ty, lambda: (value_as(ty.args[0], v) for x in s if (v := x.item(k)) is not None)
        ),
        typed=True,
    ),
    member(
        "static IEnumerable<JProperty> Properties(this IEnumerable<JObject> source)",
        lambda s: lazy_tokens("JProperty", lambda: (p for o in s for p in o)),
    ),
    member(
        "static IEnumerable<JToken> Children(this IEnumerable<JToken> source)",
        lambda s: lazy_tokens("JToken", lambda: (c for x in s for c in x)),
    ),
    member(
        "static IEnumerable<JToken> Descendants(this IEnumerable<JToken> source)",
        lambda s: lazy_tokens("JToken", lambda: (d for x in s for d in descendants(x, False))),
    ),
)


def serialize(value: Value, *how: Value) -> str:
    """`JsonConvert.SerializeObject`."""
    indented = bool(how and isinstance(how[0], EnumValue) and how[0].number == 1)
    return write(convert.serialized(value), indented)


def _deserialize(ty: Ty, text: str) -> Value:
    if not text.strip():
        return default_of(ty)
    return deserialize(text, ty)


_CONVERT = (
    member("static string SerializeObject(object? value)", serialize),
    member("static string SerializeObject(object? value, Formatting formatting)", serialize),
    member(
        "static object DeserializeObject(string value)",
        lambda s: _boxed_token(read_whole(s)) if s.strip() else None,
    ),
    member("static T DeserializeObject<T>(string value)", _deserialize, typed=True),
    member("static string ToString(object? value)", lambda v: value_text(v, 0)),
)


def _boxed_token(token: j.JToken) -> Value:
    return token.value if isinstance(token, j.JValue) else token


TYPES = (
    TypeEntry(
        "JEnumerable<T>",
        _SPACE,
        _DOCS + "Linq_JEnumerable_1.htm",
        (member("JToken this[object key]", lambda s, k: _each_index(t.enumerable(t.JTOKEN), s, k)),),
        bases=("IEnumerable<T>",),
        allowed=False,
    ),
    TypeEntry("Extensions", _SPACE, _DOCS + "Linq_Extensions.htm", _EXTENSIONS, "static"),
    TypeEntry(
        "JsonConvert",
        "Newtonsoft.Json",
        _DOCS + "JsonConvert.htm",
        _CONVERT,
        "static",
        allowed=frozenset({"SerializeObject", "DeserializeObject"}),
    ),
    TypeEntry("JsonConverter", "Newtonsoft.Json", _DOCS + "JsonConverter.htm", allowed=False),
    enum("Formatting", "Newtonsoft.Json", _DOCS + "Formatting.htm", "None Indented"),
)
