"""`ToObject<T>` and `DeserializeObject<T>`: JSON trees as .NET collections and primitives.

Source: Newtonsoft.Json 13.0, `JsonSerializer.Deserialize`.
"""

from __future__ import annotations

from decimal import Decimal

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError
from gatewright.apim.expressions.hashed import NetDict, NetSet
from gatewright.apim.expressions.json_casts import to_bytes
from gatewright.apim.expressions.json_merge import property_named
from gatewright.apim.expressions.library.convert import to_type
from gatewright.apim.expressions.library.runtime import conversions, default
from gatewright.apim.expressions.net_datetime import DateTime, iso_datetime
from gatewright.apim.expressions.text import full_name, text_of
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Anon, NetArray, NetList, Pair, Value, member_names

_COLLECTIONS = frozenset(
    "[] List IList ICollection IEnumerable IReadOnlyList IReadOnlyCollection HashSet ISet Queue Stack".split()
)
_PLAIN = frozenset(
    (
        *(*t.NUMERIC, t.BOOL, t.STRING, t.DATETIME),
        *(t.make(name) for name in ("DateTimeOffset", "TimeSpan", "Guid", "Uri")),
    )
)
_BYTES = t.array(t.BYTE)
DICTIONARIES = frozenset({"Dictionary", "IDictionary", "IReadOnlyDictionary"})


def to_object(token: j.JToken, ty: Ty) -> Value:
    """A tree as a value of a type.

    Raises:
        NetError: JsonSerializationException or the exception of a scalar conversion.
    """
    library = conversions().library
    if library.derives(token.ty, ty) and ty is not t.OBJECT:
        return token.clone()
    if ty is t.OBJECT:
        return token.value if isinstance(token, j.JValue) else token
    if isinstance(token, j.JValue) and token.value is None:
        if library.is_value(ty):
            raise NetError(
                "JsonSerializationException", f"Error converting value {{null}} to type '{full_name(ty)}'."
            )
        return None
    if ty is _BYTES and isinstance(token, j.JValue):
        return to_bytes(token)
    if ty.name in _COLLECTIONS:
        return collection(ty, _items(token, ty, ty.args[0]))
    if ty.name in DICTIONARIES:
        return _dictionary(token, ty)
    if ty.name in ("XElement", "XDocument", "XNode", "XContainer", "XObject"):
        return _xml(token, ty)
    names = _members_of(ty)
    if names and isinstance(token, j.JObject):
        return _built(token, ty, names)
    return _scalar(token, ty)


def collection(ty: Ty, items: list[Value]) -> Value:
    """The array, list or set of a type with its elements; None where the type is none of them."""
    if ty.name == "[]":
        return NetArray(ty, items)
    if ty.name in ("HashSet", "ISet"):
        made = NetSet(t.make("HashSet", ty.args))
        for item in items:
            made.add(item)
        return made
    if ty.name in ("Queue", "Stack"):
        return NetList(ty, items if ty.name == "Queue" else items[::-1])
    return NetList(t.make("List", ty.args), items) if ty.name in _COLLECTIONS else None


def key_of(name: str, ty: Ty) -> Value:
    """A member's name as a key of a dictionary.

    Raises:
        NetError: JsonSerializationException where it is no such key.
    """
    if ty is t.STRING:
        return name
    try:
        return to_object(j.JValue(name, j.STRING), ty)
    except NetError as fault:
        message = f"Could not convert string '{name}' to dictionary key type '{full_name(ty)}'."
        raise NetError("JsonSerializationException", message, fault) from fault


def cast_or_made(token: j.JToken, ty: Ty) -> Value:
    """`token.ToObject<T>()`: as `(T)token` gives it, where T is a plain type.

    Raises:
        NetError: the exception of the cast, or what `to_object` raises.
    """
    if (ty.args[0] if ty.name == "?" else ty) in _PLAIN:
        step = conversions().explicit(t.JTOKEN, ty)
        if step is not None:
            return step(token)
    return to_object(token, ty)


def _items(token: j.JToken, ty: Ty, element: Ty) -> list[Value]:
    if not isinstance(token, j.JArray):
        raise wrong(token, ty)
    return [to_object(x, element) for x in token.items]


def _dictionary(token: j.JToken, ty: Ty) -> NetDict:
    if not isinstance(token, j.JObject):
        raise wrong(token, ty)
    made = NetDict(t.make("Dictionary", ty.args))
    for name, prop in token.props.items():
        made.put(key_of(name, ty.args[0]), to_object(prop.value, ty.args[1]))
    return made


def _scalar(token: j.JToken, ty: Ty) -> Value:
    inner = ty.args[0] if ty.name == "?" else ty
    if not isinstance(token, j.JValue):
        raise _unexpected(token.ty.name) if inner in READ_AS else wrong(token, ty)
    if inner in READ_AS:
        return read_as(token.value, ty, inner)
    if conversions().library.is_enum(inner):
        return _enum(token.value, inner)
    step = conversions().explicit(t.JTOKEN, ty)
    if step is None:
        raise wrong(token, ty)
    try:
        return step(token)
    except NetError as fault:
        message = f"Error converting value to type '{full_name(ty)}'."
        raise NetError("JsonSerializationException", message, fault) from fault


def _enum(value: Value, ty: Ty) -> Value:
    library = conversions().library
    found = library.enum_named(ty, value) if isinstance(value, str) else None
    if found is not None:
        return found
    if isinstance(value, int):
        return library.enum_value(ty, int(value))
    raise NetError("JsonSerializationException", f"Error converting value to type '{full_name(ty)}'.")


# --------------------------------------------------------------------------- scalars by what they become


class RawNumber(str):
    """A number as it was written."""

    __slots__ = ()


READ_AS = frozenset({t.INT, t.BYTE, t.SHORT, t.DOUBLE, t.FLOAT, t.DECIMAL, t.BOOL, t.STRING, t.DATETIME})
"""Types that the reader itself converts to, with errors of its own."""


def read_as(found: Value, ty: Ty, inner: Ty) -> Value:
    """A scalar read as what it becomes; a number may be given as it was written.

    Raises:
        NetError: JsonReaderException, JsonSerializationException for null.
    """
    if found is None or (found == "" and inner is not t.STRING):
        if conversions().library.is_reference(ty) or ty.name == "?":
            return None
        raise NetError(
            "JsonSerializationException", f"Error converting value {{null}} to type '{full_name(ty)}'."
        )
    if isinstance(found, list):
        raise _unexpected("{")
    if inner is t.STRING:
        return str(text_of(found))
    if inner is t.BOOL and isinstance(found, RawNumber):
        return float(found) != 0
    if inner is t.DATETIME and isinstance(found, str) and not isinstance(found, RawNumber):
        moment = iso_datetime(found)
        if moment is not None:
            return moment
    plain = (DateTime,) if inner is t.DATETIME else (str, int, float, Decimal)
    if not isinstance(found, (*plain, str)) or (isinstance(found, bool) and inner is not t.BOOL):
        raise _unexpected(text_of(found))
    try:
        return to_type(str(found) if isinstance(found, str) else found, inner)
    except NetError as fault:
        raise _unexpected(text_of(found)) from fault


def _unexpected(found: str) -> NetError:
    return NetError("JsonReaderException", f"Could not convert the value: {found}.")


# --------------------------------------------------------------------------- objects with members


def _xml(token: j.JToken, ty: Ty) -> Value:
    from gatewright.apim.expressions.json_to_xml import json_to_xml
    from gatewright.apim.expressions.json_writer import write

    made = json_to_xml(write(token, False))
    if made is None or ty.name != "XElement":
        return made
    root = made.root
    if root is not None:
        root.remove()
    return root


def _members_of(ty: Ty) -> list[str]:
    """The names of what an object of a type is made from; empty for other types."""
    if ty.name.startswith("anonymous{"):
        return member_names(ty)
    if ty.name in ("Tuple", "ValueTuple"):
        return [f"Item{n + 1}" for n in range(len(ty.args))]
    return ["Key", "Value"] if ty.name == "KeyValuePair" else []


def _built(token: j.JObject, ty: Ty, names: list[str]) -> Value:
    """An anonymous object, tuple or pair; what is not named keeps its default."""
    values: list[Value] = []
    for name, kind in zip(names, ty.args, strict=True):
        found = property_named(token, name, 5)
        values.append(default(kind) if found is None else to_object(found.value, kind))
    return Pair(ty, values[0], values[1]) if ty.name == "KeyValuePair" else Anon(ty, tuple(values))


def wrong(token: j.JToken, ty: Ty) -> NetError:
    """A token of a kind that does not become the type."""
    return NetError(
        "JsonSerializationException",
        f"Cannot deserialize the current JSON {j.KIND_NAMES[token.kind].lower()} into type "
        f"'{full_name(ty)}'.",
    )
