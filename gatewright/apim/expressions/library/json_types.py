"""Newtonsoft.Json.Linq and JsonConvert.

Source: https://www.newtonsoft.com/json/help/html/N_Newtonsoft_Json_Linq.htm (13.0).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gatewright.apim.expressions import json_convert as convert
from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument, invalid_operation
from gatewright.apim.expressions.json_objects import cast_or_made, to_object
from gatewright.apim.expressions.json_path import select
from gatewright.apim.expressions.json_reader import Big, parse, parse_as
from gatewright.apim.expressions.json_writer import value_text, write
from gatewright.apim.expressions.library.compare import equal
from gatewright.apim.expressions.library.convert import to_type
from gatewright.apim.expressions.library.entry import TypeEntry, enum, member
from gatewright.apim.expressions.library.runtime import conversions
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.text import format_value, full_name, text_of
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import EnumValue, Lazy, box, runtime_type, unbox

_DOCS = "https://www.newtonsoft.com/json/help/html/T_Newtonsoft_Json_"
_SPACE = "Newtonsoft.Json.Linq"
_NUMBERS = (
    t.INT,
    t.LONG,
    t.SHORT,
    t.BYTE,
    t.SBYTE,
    t.USHORT,
    t.UINT,
    t.ULONG,
    t.DOUBLE,
    t.FLOAT,
    t.DECIMAL,
    t.CHAR,
)
_TOKENS = "IEnumerable<JToken>"


# --------------------------------------------------------------------------- conversions


def _implicit() -> Iterator[Entry]:
    """`JToken x = 5`: one for each type, nullable ones too."""
    for ty in (*_NUMBERS, t.BOOL):
        wrap = _wrapped(ty)
        yield member(f"static implicit operator JToken({ty.name} value)", wrap)
        yield member(f"static implicit operator JToken({ty.name}? value)", wrap)
    yield member("static implicit operator JToken(string? value)", convert.text_value)
    for name in (
        "DateTime",
        "DateTimeOffset",
        "TimeSpan",
        "Guid",
        "Uri?",
        "byte[]?",
        "DateTime?",
        "Guid?",
        "DateTimeOffset?",
        "TimeSpan?",
    ):
        yield member(f"static implicit operator JToken({name} value)", convert.value_of)


def _wrapped(ty: Ty) -> Any:  # noqa: ANN401
    if ty in t.INTEGRAL_BITS and ty is not t.CHAR:
        return lambda v: convert.value_of(None) if v is None else convert.integer_value(v)
    if ty is t.CHAR:
        return lambda v: convert.value_of(v if v is None else str(v))
    inner = box(ty)
    return convert.value_of if inner is None else lambda v: convert.value_of(v if v is None else inner(v))


def _explicit() -> Iterator[Entry]:
    """`(int)token`: one for each type, nullable ones too."""
    yield member("static explicit operator string(JToken? value)", convert.to_string)
    for ty in (*_NUMBERS, t.BOOL):
        yield member(f"static explicit operator {ty.name}(JToken? value)", convert.to_number(ty))
        yield member(
            f"static explicit operator {ty.name}?(JToken? value)", convert.to_nullable(convert.to_number(ty))
        )
    for name, call in (
        ("DateTime", convert.to_datetime),
        ("DateTimeOffset", convert.to_offset),
        ("Guid", convert.to_guid),
        ("TimeSpan", convert.to_timespan),
    ):
        yield member(f"static explicit operator {name}(JToken? value)", call)
        yield member(f"static explicit operator {name}?(JToken? value)", convert.to_nullable(call))


def _value(ty: Ty, token: j.JToken | None) -> Any:  # noqa: ANN401
    """`token.Value<T>()`: the token where it is a T, else its value as `Convert.ChangeType` changes it."""
    if token is None:
        return _default(ty)
    library = conversions().library
    if ty is t.OBJECT or library.derives(token.ty, ty):
        return token
    if not isinstance(token, j.JValue):
        raise _bad_cast(f"Cannot cast {token.full} to Newtonsoft.Json.Linq.JToken.")
    value, inner = token.value, ty.args[0] if ty.name == "?" else ty
    if value is None:
        if library.is_value(ty) and inner is ty:
            raise _bad_cast("Null object cannot be converted to a value type.")
        return None
    source = None if isinstance(value, Big) else runtime_type(value)
    if source is inner:
        return unbox(value)
    if source is None or source not in _CHANGED:
        raise _bad_cast("Object must implement IConvertible.")
    if inner not in _CHANGED:
        raise _bad_cast(f"Invalid cast from '{full_name(source)}' to '{full_name(inner)}'.")
    return to_type(value, inner)


_CHANGED = frozenset((*_NUMBERS, t.BOOL, t.STRING, t.DATETIME))


def _bad_cast(message: str) -> NetError:
    return NetError("InvalidCastException", message)


def _values(ty: Ty, token: j.JToken) -> Lazy:
    """`token.Values<T>()`."""
    if isinstance(token, j.JValue):
        raise NetError("InvalidOperationException", f"Cannot access child value on {token.full}.")
    return Lazy(ty, lambda: (_value(ty.args[0], v) for v in token.children()))


def _each_value(ty: Ty, source: Iterable[j.JToken]) -> Lazy:
    """`tokens.Values<T>()`: the values of plain tokens and of what the others hold."""

    def held(x: j.JToken) -> Iterable[j.JToken]:
        return (x,) if isinstance(x, j.JValue) else x.children()

    return Lazy(ty, lambda: (_value(ty.args[0], v) for x in source for v in held(x)))


def _default(ty: Ty) -> Any:  # noqa: ANN401
    from gatewright.apim.expressions.library.runtime import default

    return default(ty)


# --------------------------------------------------------------------------- tokens


def _lazy(name: str, items: Any) -> Lazy:  # noqa: ANN401
    return Lazy(t.enumerable(t.make(name)), items)


def _descendants(token: j.JToken, own: bool) -> Lazy:
    def walk(at: j.JToken) -> Iterator[j.JToken]:
        for child in at.children():
            yield child
            yield from walk(child)

    def start() -> Iterator[j.JToken]:
        if own:
            yield token
        yield from walk(token)

    return _lazy("JToken", start)


def _ancestors(token: j.JToken, own: bool) -> Lazy:
    def start() -> Iterator[j.JToken]:
        at = token if own else token.parent
        while at is not None:
            yield at
            at = at.parent

    return _lazy("JToken", start)


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


def _beside(step: int) -> Any:  # noqa: ANN401
    def run(token: j.JToken) -> j.JToken | None:
        if token.parent is None:
            return None
        around = list(token.parent.children())
        at = next(i for i, x in enumerate(around) if x is token) + step
        return around[at] if 0 <= at < len(around) else None

    return run


def _add_beside(step: int) -> Any:  # noqa: ANN401
    def run(token: j.JToken, value: Any) -> None:  # noqa: ANN401
        parent = _parent_needed(token)
        if not isinstance(parent, j.JArray):
            made = convert.content(value)
            if not isinstance(parent, j.JObject) or not isinstance(made, j.JProperty):
                raise argument(f"Can not add {made.full} to {parent.full}.")
            items = list(parent.props.values())
            at = next(i for i, x in enumerate(items) if x is token) + step
            parent.add_property(made)
            items.insert(at, parent.props[made.name])
            parent.props = {p.name: p for p in items}
            return
        parent.insert(parent.index(token) + step, convert.content(value))

    return run


def _select_one(token: j.JToken, path: str, must: bool = False) -> j.JToken | None:
    found = select(token, path, must)
    if len(found) > 1:
        raise NetError("JsonException", "Path returned multiple tokens.")
    return found[0] if found else None


def _text(token: j.JToken, formatting: EnumValue, *_: Any) -> str:  # noqa: ANN401
    return write(token, formatting.number == 1)


def _set_item(token: j.JToken, key: Any, value: j.JToken | None) -> None:  # noqa: ANN401
    if isinstance(token, j.JObject):
        if type(key) is not str:
            raise argument(
                f"Set JObject values with invalid key value: {text_of(key)}. Object property name expected.",
                "key",
            )
        token.set(key, value)
    elif isinstance(token, j.JArray):
        if type(key) is not int:
            raise argument(
                f'Set JArray values with invalid key value: "{text_of(key)}". Int32 array index expected.',
                "key",
            )
        token.put(key, value)
    else:
        raise invalid_operation(f"Cannot set child value on {token.full}.")


def _kind(token: j.JToken) -> Any:  # noqa: ANN401
    from gatewright.apim.expressions.library.runtime import enum_value

    return enum_value(_KIND, token.kind)


_KIND = t.make("JTokenType")


def _edge(at: int) -> Any:  # noqa: ANN401
    def run(token: j.JToken) -> j.JToken | None:
        if isinstance(token, j.JValue):
            raise invalid_operation(f"Cannot access child value on {token.full}.")
        items = list(token.children())
        return items[at] if items else None

    return run


_JTOKEN = (
    *_implicit(),
    *_explicit(),
    member("JTokenType Type", _kind),
    member("JContainer Parent", lambda x: x.parent),
    member("JToken Root", j.JToken.root),
    member("string Path", _path),
    member("JToken Next", _beside(1)),
    member("JToken Previous", _beside(-1)),
    member("JToken First", _edge(0)),
    member("JToken Last", _edge(-1)),
    member("bool HasValues", lambda x: bool(x.children())),
    member("JToken this[object? key]", lambda x, key: x.item(key), _set_item),
    member("string ToString()", text_of),
    member("string ToString(Formatting formatting, params JsonConverter[]? converters)", _text),
    member("JToken SelectToken(string path)", _select_one),
    member("JToken SelectToken(string path, bool errorWhenNoMatch)", _select_one),
    member(f"{_TOKENS} SelectTokens(string path)", lambda x, p: _lazy("JToken", lambda: select(x, p))),
    member(
        f"{_TOKENS} SelectTokens(string path, bool errorWhenNoMatch)",
        lambda x, p, must: _lazy("JToken", lambda: select(x, p, must)),
    ),
    member(
        "JEnumerable<JToken> Children()",
        lambda x: Lazy(t.make("JEnumerable", (t.JTOKEN,)), lambda: list(x.children())),
    ),
    member(
        "JEnumerable<T> Children<T>()",
        lambda ty, x: Lazy(ty, lambda: _of(x.children(), ty.args[0])),
        typed=True,
    ),
    member(f"{_TOKENS} Ancestors()", lambda x: _ancestors(x, False)),
    member(f"{_TOKENS} AncestorsAndSelf()", lambda x: _ancestors(x, True)),
    member("T Value<T>(object? key)", lambda ty, x, key: _value(ty, x.item(key)), typed=True),
    member(f"{_TOKENS} Values()", lambda x: _lazy("JToken", lambda: _inner(x))),
    member("IEnumerable<T> Values<T>()", _values, typed=True),
    member("JToken DeepClone()", j.copy_of),
    member("void Remove()", _remove),
    member("void Replace(JToken? value)", _replace),
    member("void AddAfterSelf(object? content)", _add_beside(1)),
    member("void AddBeforeSelf(object? content)", _add_beside(0)),
    member("T ToObject<T>()", lambda ty, x: cast_or_made(x, ty), typed=True),
    member("static JToken Parse(string json)", parse),
    member("static JToken FromObject(object o)", convert.from_object),
    member("static bool DeepEquals(JToken? t1, JToken? t2)", convert.deep_equals),
    member("bool Equals(object? obj)", equal),
)


def _of(items: Iterable[Any], ty: Ty) -> Iterator[Any]:
    rules = conversions()
    return (x for x in items if rules.is_instance(x, ty))


def _inner(token: j.JToken) -> list[j.JToken]:
    return [x.value if isinstance(x, j.JProperty) else x for x in token.children()]


# --------------------------------------------------------------------------- containers


def _new_object(*values: Any) -> j.JObject:  # noqa: ANN401
    made = j.JObject()
    for value in values:
        convert.add_content(made, value)
    return made


def _new_array(*values: Any) -> j.JArray:  # noqa: ANN401
    made = j.JArray()
    for value in values:
        convert.add_content(made, value)
    return made


def _new_property(name: str, value: Any) -> j.JProperty:  # noqa: ANN401
    return j.JProperty(name, convert.content(value))


def _property_many(name: str, values: Any) -> j.JProperty:  # noqa: ANN401
    if values is None:
        return j.JProperty(name, None)
    made = j.JArray()
    for item in values:
        convert.add_content(made, item)
    return j.JProperty(name, made)


def _get(o: j.JObject, name: str | None) -> j.JToken | None:
    return o.get(name)


def _put(o: j.JObject, name: str, value: j.JToken | None) -> None:
    o.set(name, value)


def _get_how(o: j.JObject, name: str, how: EnumValue) -> j.JToken | None:
    found = o.get(name)
    if found is not None or how.number not in (1, 3, 5):
        return found
    return next((p.value for n, p in o.props.items() if n.upper() == name.upper()), None)


def _try_get(o: j.JObject, name: str, *how: EnumValue) -> tuple[bool, j.JToken | None]:
    found = _get_how(o, name, *how) if how else o.get(name)
    return found is not None, found


def _remove_name(o: j.JObject, name: str) -> bool:
    prop = o.props.get(name)
    if prop is None:
        return False
    o.remove_child(prop)
    return True


def _merge(target: j.JContainer, content: Any, *settings: Any) -> None:  # noqa: ANN401
    if isinstance(target, j.JObject) and isinstance(content, j.JObject):
        for name, prop in content.props.items():
            old = target.get(name)
            if isinstance(old, j.JContainer) and type(old) is type(prop.value):
                _merge(old, prop.value)
            elif old is None or not (isinstance(prop.value, j.JValue) and prop.value.kind == j.NULL):
                target.set(name, j.copy_of(prop.value))
    elif isinstance(target, j.JArray):
        for item in content:
            target.add(convert.content(item))


_CONTAINER = (
    member("int Count", lambda x: len(x.children())),
    member("void Add(object? content)", convert.add_content),
    member("void RemoveAll()", lambda x: x.clear()),
    member("void Merge(object? content)", _merge),
    member(f"{_TOKENS} Descendants()", lambda x: _descendants(x, False)),
    member(f"{_TOKENS} DescendantsAndSelf()", lambda x: _descendants(x, True)),
    member("void AddFirst(object? content)", lambda x, v: _add_first(x, v)),
    member("void ReplaceAll(object? content)", lambda x, v: _replace_all(x, v)),
)


def _replace_all(target: j.JObject | j.JArray, value: Any) -> None:  # noqa: ANN401
    target.clear()
    convert.add_content(target, value)


def _add_first(target: j.JContainer, value: Any) -> None:  # noqa: ANN401
    made = convert.content(value)
    if isinstance(target, j.JArray):
        target.insert(0, made)
    elif isinstance(target, j.JObject):
        target.add(made)
        items = list(target.props.values())
        target.props = {p.name: p for p in [items[-1], *items[:-1]]}


_JOBJECT = (
    member("new()", j.JObject),
    member("new(JObject other)", j.copy_of),
    member("new(object? content)", _new_object),
    member("new(params object[] content)", lambda v: _new_object(*v)),
    member("JToken this[string propertyName]", _get, _put),
    member("JToken this[object? key]", lambda x, key: x.item(key), _set_item),
    member(
        "IEnumerable<JProperty> Properties()", lambda o: _lazy("JProperty", lambda: list(o.props.values()))
    ),
    member("JProperty Property(string name)", lambda o, n: o.props.get(n)),
    member(
        "JProperty Property(string name, StringComparison how)",
        lambda o, n, h: (lambda v: v.parent if v is not None else None)(_get_how(o, n, h)),
    ),
    member(
        "JEnumerable<JToken> PropertyValues()",
        lambda o: Lazy(t.make("JEnumerable", (t.JTOKEN,)), lambda: [p.value for p in o.props.values()]),
    ),
    member("JToken GetValue(string? propertyName)", _get),
    member("JToken GetValue(string propertyName, StringComparison comparison)", _get_how),
    member("bool TryGetValue(string propertyName, out JToken value)", _try_get),
    member("bool TryGetValue(string propertyName, StringComparison comparison, out JToken value)", _try_get),
    member("bool ContainsKey(string propertyName)", lambda o, n: n in o.props),
    member("void Add(string propertyName, JToken? value)", lambda o, n, v: o.add_property(j.JProperty(n, v))),
    member("bool Remove(string propertyName)", _remove_name),
    member("static JObject Parse(string json)", lambda s: parse_as(s, j.JObject, "JObject")),
    member("static JObject FromObject(object o)", lambda o: _from(o, j.JObject)),
)


def _from(value: Any, wanted: type[j.JToken]) -> j.JToken:  # noqa: ANN401
    made = convert.from_object(value)
    if not isinstance(made, wanted):
        raise argument(
            f"Object serialized to {j.KIND_NAMES[made.kind]}. {wanted.__name__} instance expected."
        )
    return made


_JARRAY = (
    member("new()", j.JArray),
    member("new(JArray other)", j.copy_of),
    member("new(object? content)", _new_array),
    member("new(params object[] content)", lambda v: _new_array(*v)),
    member("JToken this[int index]", lambda a, i: a.item(i), j.JArray.put),
    member("JToken this[object? key]", lambda x, key: x.item(key), _set_item),
    member("void Add(JToken? item)", j.JArray.add),
    member("void Insert(int index, JToken? item)", j.JArray.insert),
    member("bool Remove(JToken item)", lambda a, x: a.index(x) >= 0 and (a.remove_child(x), True)[1]),
    member("void RemoveAt(int index)", lambda a, i: a.remove_child(a.item(i))),
    member("void Clear()", j.JArray.clear),
    member("bool Contains(JToken item)", lambda a, x: a.index(x) >= 0),
    member("int IndexOf(JToken item)", j.JArray.index),
    member("static JArray Parse(string json)", lambda s: parse_as(s, j.JArray, "JArray")),
    member("static JArray FromObject(object o)", lambda o: _from(o, j.JArray)),
)
_JVALUE = (
    *(
        member(f"new({ty.name} value)", _wrapped(ty))
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
    member("int CompareTo(JValue? obj)", lambda a, b: 1 if b is None else convert.compare_values(a, b)),
    member("static JValue CreateNull()", lambda: j.JValue(None, j.NULL)),
    member("static JValue CreateUndefined()", lambda: j.JValue(None, j.UNDEFINED)),
    member("static JValue CreateString(string? value)", convert.value_of),
    member("static JValue CreateComment(string? value)", lambda s: j.JValue(s, j.COMMENT)),
)


def _set_value(target: j.JValue, value: Any) -> None:  # noqa: ANN401
    made = convert.value_of(value)
    assert isinstance(made, j.JValue)
    target.value, target.kind = made.value, made.kind


_JPROPERTY = (
    member("new(string name, object? content)", _new_property),
    member("new(string name, params object[]? content)", _property_many),
    member("new(JProperty other)", lambda p: p.clone()),
    member("string Name", lambda p: p.name),
    member("JToken Value", lambda p: p.value, j.JProperty.set),
)

# --------------------------------------------------------------------------- sequences of tokens


def _each_index(ty: Ty, items: Iterable[Any], key: Any) -> Lazy:  # noqa: ANN401
    return Lazy(ty, lambda: (v for x in items if (v := x.item(key)) is not None))


_EXTENSIONS = (
    member("static U Value<U>(this IEnumerable<JToken> value)", lambda ty, x: _value(ty, x), typed=True),
    member(
        "static IEnumerable<JToken> Values(this IEnumerable<JToken> source)",
        lambda s: _lazy("JToken", lambda: (v for x in s for v in _inner(x))),
    ),
    member(
        "static IEnumerable<JToken> Values(this IEnumerable<JToken> source, object? key)",
        lambda s, k: _each_index(t.enumerable(t.JTOKEN), s, k),
    ),
    member("static IEnumerable<U> Values<U>(this IEnumerable<JToken> source)", _each_value, typed=True),
    member(
        "static IEnumerable<U> Values<U>(this IEnumerable<JToken> source, object? key)",
        lambda ty, s, k: Lazy(ty, lambda: (_value(ty.args[0], v) for x in s if (v := x.item(k)) is not None)),
        typed=True,
    ),
    member(
        "static IEnumerable<JProperty> Properties(this IEnumerable<JObject> source)",
        lambda s: _lazy("JProperty", lambda: (p for o in s for p in list(o.props.values()))),
    ),
    member(
        "static IEnumerable<JToken> Children<T>(this IEnumerable<T> source)",
        lambda s: _lazy("JToken", lambda: (c for x in s for c in list(x.children()))),
    ),
    member(
        "static IEnumerable<JToken> Descendants<T>(this IEnumerable<T> source)",
        lambda s: _lazy("JToken", lambda: (d for x in s for d in _descendants(x, False))),
    ),
)

# --------------------------------------------------------------------------- JsonConvert


def serialize(value: Any, *how: Any) -> str:  # noqa: ANN401
    """`JsonConvert.SerializeObject`."""
    indented = bool(how and isinstance(how[0], EnumValue) and how[0].number == 1)
    return write(convert.serialized(value), indented)


def _deserialize(ty: Ty, text: str) -> Any:  # noqa: ANN401
    if not text.strip():
        return _default(ty)
    return to_object(parse(text), ty)


_CONVERT = (
    member("static string SerializeObject(object? value)", serialize),
    member("static string SerializeObject(object? value, Formatting formatting)", serialize),
    member(
        "static object DeserializeObject(string value)",
        lambda s: _boxed_token(parse(s)) if s.strip() else None,
    ),
    member("static T DeserializeObject<T>(string value)", _deserialize, typed=True),
    member("static string ToString(object? value)", lambda v: value_text(v, 0)),
)


def _boxed_token(token: j.JToken) -> Any:  # noqa: ANN401
    return token.value if isinstance(token, j.JValue) else token


TYPES = (
    TypeEntry("JToken", _SPACE, _DOCS + "Linq_JToken.htm", _JTOKEN, bases=(_TOKENS,)),
    TypeEntry(
        "JContainer", _SPACE, _DOCS + "Linq_JContainer.htm", _CONTAINER, bases=("JToken", "IList<JToken>")
    ),
    TypeEntry(
        "JObject",
        _SPACE,
        _DOCS + "Linq_JObject.htm",
        _JOBJECT,
        bases=("JContainer", "IEnumerable<KeyValuePair<string, JToken>>"),
    ),
    TypeEntry("JArray", _SPACE, _DOCS + "Linq_JArray.htm", _JARRAY, bases=("JContainer",)),
    TypeEntry("JProperty", _SPACE, _DOCS + "Linq_JProperty.htm", _JPROPERTY, bases=("JContainer",)),
    TypeEntry("JValue", _SPACE, _DOCS + "Linq_JValue.htm", _JVALUE, bases=("JToken",)),
    TypeEntry(
        "JRaw", _SPACE, _DOCS + "Linq_JRaw.htm", (member("new(object? rawJson)", j.JRaw),), bases=("JValue",)
    ),
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
    enum("JTokenType", _SPACE, _DOCS + "Linq_JTokenType.htm", " ".join(j.KIND_NAMES.values())),
)
