"""Newtonsoft.Json.Linq and JsonConvert.

Source: https://www.newtonsoft.com/json/help/html/N_Newtonsoft_Json_Linq.htm (13.0).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from gatewright.apim.expressions import json_compare as compare
from gatewright.apim.expressions import json_convert as convert
from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument, invalid_operation
from gatewright.apim.expressions.json_objects import cast_or_made
from gatewright.apim.expressions.json_path import finder, select
from gatewright.apim.expressions.json_reader import parse
from gatewright.apim.expressions.json_writer import write
from gatewright.apim.expressions.library.compare import equal
from gatewright.apim.expressions.library.entry import TypeEntry, enum, member
from gatewright.apim.expressions.library.json_conversions import (
    explicit_casts,
    implicit_casts,
    value_as,
    values_as,
    wrapped,
)
from gatewright.apim.expressions.library.runtime import conversions
from gatewright.apim.expressions.text import format_value, text_of
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import EnumValue, Lazy, Value

_DOCS = "https://www.newtonsoft.com/json/help/html/T_Newtonsoft_Json_"
_SPACE = "Newtonsoft.Json.Linq"
_TOKENS = "IEnumerable<JToken>"


# --------------------------------------------------------------------------- tokens


def lazy_tokens(name: str, items: Callable[[], Iterable[j.JToken]]) -> Lazy:
    """A sequence of tokens that is made when it is gone through."""
    return Lazy(t.enumerable(t.make(name)), items)


def descendants(token: j.JToken, own: bool) -> Lazy:
    """Every token inside, in order."""

    def walk(at: j.JToken) -> Iterator[j.JToken]:
        for child in at:
            yield child
            yield from walk(child)

    def start() -> Iterator[j.JToken]:
        if own:
            yield token
        yield from walk(token)

    return lazy_tokens("JToken", start)


def _ancestors(token: j.JToken, own: bool) -> Lazy:
    def start() -> Iterator[j.JToken]:
        at = token if own else token.parent
        while at is not None:
            yield at
            at = at.parent

    return lazy_tokens("JToken", start)


def _path(token: j.JToken) -> str:
    steps: list[str] = []
    at = token
    while at.parent is not None:
        parent = at.parent
        if isinstance(at, j.JProperty):
            plain = all(c not in " '/\"[]().\t\n\r\f\b\\\u0085\u2028\u2029" for c in at.name) and at.name
            steps.append(f".{at.name}" if plain else f"['{at.name}']")
        elif isinstance(parent, j.JArray):
            steps.append(f"[{parent.index(at)}]")
        at = parent
    return "".join(reversed(steps)).removeprefix(".")


def _parent_needed(token: j.JToken) -> j.JContainer:
    if token.parent is None:
        raise invalid_operation("The parent is missing.")
    return token.parent


def _remove(token: j.JToken) -> None:
    _parent_needed(token).remove_child(token)


def _replace(token: j.JToken, value: j.JToken | None) -> None:
    _parent_needed(token).replace_child(token, value)


def _beside(step: int) -> Callable[[j.JToken], j.JToken | None]:
    def run(token: j.JToken) -> j.JToken | None:
        if token.parent is None:
            return None
        around = list(token.parent.children())
        at = next(i for i, x in enumerate(around) if x is token) + step
        return around[at] if 0 <= at < len(around) else None

    return run


def _add_beside(step: int) -> Callable[[j.JToken, Value], None]:
    def run(token: j.JToken, value: Value) -> None:
        parent = _parent_needed(token)
        parent.insert(parent.index(token) + step, convert.content(value))

    return run


def _select_one(token: j.JToken, path: str, must: bool = False) -> j.JToken | None:
    found = select(token, path, must)
    if len(found) > 1:
        raise NetError("JsonException", "Path returned multiple tokens.")
    return found[0] if found else None


def _select_all(token: j.JToken, path: str, must: bool = False) -> Lazy:
    find = finder(path, must)
    return lazy_tokens("JToken", lambda: find(token))


def _text(token: j.JToken, formatting: EnumValue, *_: Value) -> str:
    return write(token, formatting.number == 1)


def set_item(token: j.JToken, key: Value, value: j.JToken | None) -> None:
    """`token[key] = value`."""
    if isinstance(token, j.JObject):
        if type(key) is not str:
            raise argument(
                f"Set JObject values with invalid key value: {text_of(key)}. Object property name expected."
            )
        token.set(key, value)
    elif isinstance(token, j.JArray):
        if type(key) is not int:
            raise argument(
                f'Set JArray values with invalid key value: "{text_of(key)}". Int32 array index expected.'
            )
        token.put(key, value)
    else:
        raise invalid_operation(f"Cannot set child value on {token.full}.")


def _kind(token: j.JToken) -> EnumValue:
    from gatewright.apim.expressions.library.runtime import enum_value

    return enum_value(_KIND, token.kind)


_KIND = t.make("JTokenType")


def _edge(at: int) -> Callable[[j.JToken], j.JToken | None]:
    def run(token: j.JToken) -> j.JToken | None:
        if isinstance(token, j.JValue):
            raise invalid_operation(f"Cannot access child value on {token.full}.")
        items = list(token.children())
        return items[at] if items else None

    return run


_JTOKEN = (
    *implicit_casts(),
    *explicit_casts(),
    member("JTokenType Type", _kind),
    member("JContainer Parent", lambda x: x.parent),
    member("JToken Root", j.JToken.root),
    member("string Path", _path),
    member("JToken Next", _beside(1)),
    member("JToken Previous", _beside(-1)),
    member("JToken First", _edge(0)),
    member("JToken Last", _edge(-1)),
    member("bool HasValues", lambda x: bool(x.children())),
    member("JToken this[object? key]", lambda x, key: x.item(key), set_item),
    member("string ToString()", text_of),
    member("string ToString(Formatting formatting, params JsonConverter[]? converters)", _text),
    member("JToken SelectToken(string path)", _select_one),
    member("JToken SelectToken(string path, bool errorWhenNoMatch)", _select_one),
    member(f"{_TOKENS} SelectTokens(string path)", _select_all),
    member(f"{_TOKENS} SelectTokens(string path, bool errorWhenNoMatch)", _select_all),
    member(
        "JEnumerable<JToken> Children()",
        lambda x: Lazy(t.make("JEnumerable", (t.JTOKEN,)), lambda: x),
    ),
    member(
        "JEnumerable<T> Children<T>()",
        lambda ty, x: Lazy(ty, lambda: _of(x, ty.args[0])),
        typed=True,
    ),
    member(f"{_TOKENS} Ancestors()", lambda x: _ancestors(x, False)),
    member(f"{_TOKENS} AncestorsAndSelf()", lambda x: _ancestors(x, True)),
    member("T Value<T>(object? key)", lambda ty, x, key: value_as(ty, x.item(key)), typed=True),
    member(f"{_TOKENS} Values()", lambda x: lazy_tokens("JToken", lambda: inner_values(x))),
    member("IEnumerable<T> Values<T>()", values_as, typed=True),
    member("JToken DeepClone()", j.copy_of),
    member("void Remove()", _remove),
    member("void Replace(JToken? value)", _replace),
    member("void AddAfterSelf(object? content)", _add_beside(1)),
    member("void AddBeforeSelf(object? content)", _add_beside(0)),
    member("T ToObject<T>()", lambda ty, x: cast_or_made(x, ty), typed=True),
    member("static JToken Parse(string? json)", parse),
    member("static JToken FromObject(object o)", convert.from_object),
    member("static bool DeepEquals(JToken? t1, JToken? t2)", compare.deep_equals),
    member("bool Equals(object? obj)", equal),
)


def _of(items: Iterable[Value], ty: Ty) -> Iterator[Value]:
    rules = conversions()
    return (x for x in items if rules.is_instance(x, ty))


def inner_values(token: j.JToken) -> Iterator[j.JToken]:
    """What stands inside, properties as their values."""
    return (x.value if isinstance(x, j.JProperty) else x for x in token)


_JVALUE = (
    *(
        member(f"new({ty.name} value)", wrapped(ty))
        for ty in (t.LONG, t.ULONG, t.DECIMAL, t.DOUBLE, t.FLOAT, t.BOOL, t.CHAR)
    ),
    *(
        member(f"new({name} value)", convert.text_value if name.startswith("string") else convert.value_of)
        for name in ("string?", "DateTime", "DateTimeOffset", "Guid", "Uri?", "TimeSpan", "object?")
    ),
    member("new(JValue other)", lambda v: v.clone()),
    member("object Value", lambda v: v.value, lambda v, x: _set_value(v, x)),
    member("string ToString()", text_of),
    member("string ToString(string? format)", lambda v, f: format_value(v.value, f or "")),
    member("string ToString(IFormatProvider? p)", lambda v, p: text_of(v)),
    member("string ToString(Formatting formatting, params JsonConverter[]? converters)", _text),
    member("bool Equals(JValue? other)", equal),
    member("int CompareTo(JValue? obj)", lambda a, b: 1 if b is None else compare.compare_values(a, b)),
    member("static JValue CreateNull()", lambda: j.JValue(None, j.NULL)),
    member("static JValue CreateUndefined()", lambda: j.JValue(None, j.UNDEFINED)),
    member("static JValue CreateString(string? value)", convert.value_of),
    member("static JValue CreateComment(string? value)", lambda s: j.JValue(s, j.COMMENT)),
)


def _set_value(target: j.JValue, value: Value) -> None:
    made = convert.value_of(value)
    assert isinstance(made, j.JValue)
    target.value, target.kind = made.value, made.kind


_JVALUE_BASES = ("JToken", "IComparable", "IConvertible", "IFormattable")


TYPES = (
    TypeEntry("JToken", _SPACE, _DOCS + "Linq_JToken.htm", _JTOKEN, bases=(_TOKENS,)),
    TypeEntry("JValue", _SPACE, _DOCS + "Linq_JValue.htm", _JVALUE, bases=_JVALUE_BASES),
    TypeEntry(
        "JRaw", _SPACE, _DOCS + "Linq_JRaw.htm", (member("new(object? rawJson)", j.JRaw),), bases=("JValue",)
    ),
    enum("JTokenType", _SPACE, _DOCS + "Linq_JTokenType.htm", " ".join(j.KIND_NAMES.values())),
)
