"""`ToObject<T>` and `DeserializeObject<T>`: JSON trees as .NET collections and primitives.

Source: Newtonsoft.Json 13.0, `JsonSerializer.Deserialize`.
"""

from __future__ import annotations

from typing import Any

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError
from gatewright.apim.expressions.library.runtime import conversions
from gatewright.apim.expressions.text import full_name
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import NetArray, NetDict, NetList, NetSet

_LISTS = {"List": NetList, "IList": NetList, "ICollection": NetList, "IEnumerable": NetList}
_PLAIN = frozenset(
    (
        *(*t.NUMERIC, t.BOOL, t.STRING, t.DATETIME),
        *(t.make(name) for name in ("DateTimeOffset", "TimeSpan", "Guid", "Uri")),
    )
)
_DICTS = frozenset({"Dictionary", "IDictionary", "IReadOnlyDictionary"})


def to_object(token: j.JToken, ty: Ty) -> Any:  # noqa: ANN401
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
    if ty.name == "[]":
        return NetArray(ty, _items(token, ty, ty.args[0]))
    if ty.name in _LISTS:
        return NetList(t.make("List", ty.args), _items(token, ty, ty.args[0]))
    if ty.name == "HashSet":
        made = NetSet(ty)
        for item in _items(token, ty, ty.args[0]):
            made.add(item)
        return made
    if ty.name in _DICTS:
        return _dictionary(token, ty)
    return _scalar(token, ty)


def cast_or_made(token: j.JToken, ty: Ty) -> Any:  # noqa: ANN401
    """`token.ToObject<T>()`: as `(T)token` gives it, where T is a plain type.

    Raises:
        NetError: the exception of the cast, or what `to_object` raises.
    """
    if (ty.args[0] if ty.name == "?" else ty) in _PLAIN:
        step = conversions().explicit(t.JTOKEN, ty)
        if step is not None:
            return step(token)
    return to_object(token, ty)


def _items(token: j.JToken, ty: Ty, element: Ty) -> list[Any]:
    if not isinstance(token, j.JArray):
        raise _wrong(token, ty)
    return [to_object(x, element) for x in token.items]


def _dictionary(token: j.JToken, ty: Ty) -> NetDict:
    if not isinstance(token, j.JObject):
        raise _wrong(token, ty)
    made = NetDict(t.make("Dictionary", ty.args))
    for name, prop in token.props.items():
        made.put(name, to_object(prop.value, ty.args[1]))
    return made


def _scalar(token: j.JToken, ty: Ty) -> Any:  # noqa: ANN401
    step = conversions().explicit(t.JTOKEN, ty)
    if step is None or not isinstance(token, j.JValue):
        raise _wrong(token, ty)
    try:
        return step(token)
    except NetError as fault:
        if fault.kind in (
            "FormatException",
            "OverflowException",
            "InvalidCastException",
            "ArgumentException",
        ):
            raise
        raise _wrong(token, ty) from fault


def _wrong(token: j.JToken, ty: Ty) -> NetError:
    return NetError(
        "JsonSerializationException",
        f"Cannot deserialize the current JSON {j.KIND_NAMES[token.kind].lower()} into type "
        f"'{full_name(ty)}'.",
    )
