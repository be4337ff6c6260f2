"""JSON values from and to .NET values: the conversions of JToken.

Source: Newtonsoft.Json 13.0, `JToken` explicit operators, `JToken.FromObject`.
"""

from __future__ import annotations

from decimal import Decimal

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import argument, argument_null
from gatewright.apim.expressions.hashed import NetDict
from gatewright.apim.expressions.net_datetime import DateTime, DateTimeOffset, TimeSpan
from gatewright.apim.expressions.values import (
    Anon,
    Char,
    EnumValue,
    Long,
    NetArray,
    NetGrid,
    Pair,
    Value,
    box,
    boxed_items,
    member_names,
)
from gatewright.apim.expressions.xml_nodes import XObject


def value_of(value: Value) -> j.JToken:
    """A boxed .NET value as the JValue that `new JValue(value)` makes.

    Raises:
        NetError: ArgumentException for types JSON has no value for.
    """
    if value is None:
        return j.JValue(None, j.NULL)
    if type(value) is bool:
        return j.JValue(value, j.BOOLEAN)
    if type(value) is str:
        return j.JValue(value, j.STRING)
    if isinstance(value, int):
        return j.JValue(value, j.INTEGER)
    if isinstance(value, (float, Decimal)):
        return j.JValue(value, j.FLOAT)
    if isinstance(value, (DateTime, DateTimeOffset)):
        return j.JValue(value, j.DATE)
    if isinstance(value, TimeSpan):
        return j.JValue(value, j.TIMESPAN)
    if isinstance(value, EnumValue):
        return j.JValue(Long(value.number), j.INTEGER)
    from gatewright.apim.expressions.values import runtime_type

    ty = runtime_type(value)
    kind = {"Guid": j.GUID, "Uri": j.URI}.get(ty.name)
    if kind is not None:
        return j.JValue(value, kind)
    if ty is t.array(t.BYTE):
        return j.JValue(value, j.BYTES)
    from gatewright.apim.expressions.text import full_name

    raise argument(f"Could not determine JSON object type for type {full_name(ty)}.")


def text_value(value: str | None) -> j.JToken:
    """`JToken` from a `string`: null too is of the kind String."""
    return j.JValue(value, j.STRING)


def integer_value(value: int) -> j.JToken:
    """`JToken` from any integer: JSON integers are `long`."""
    return j.JValue(Long(value), j.INTEGER)


def content(value: Value) -> j.JToken:
    """A boxed value as content of a container: a token stays, a value becomes one, a sequence an array."""
    if isinstance(value, j.JToken):
        return value
    if (
        value is not None
        and not isinstance(value, str)
        and hasattr(value, "__iter__")
        and not is_bytes(value)
    ):
        made = j.JArray()
        for item in boxed_items(value):
            made.add(content(item))
        return made
    return value_of(value)


def is_bytes(value: Value) -> bool:
    """Whether a value is a `byte[]`."""
    return isinstance(value, NetArray) and value.ty.args[0] is t.BYTE


def add_content(target: j.JObject | j.JItems, value: Value) -> None:
    """`JContainer.Add(object)`: each item of a sequence, else the value itself."""
    many = (
        value is not None
        and not isinstance(value, (str, j.JToken))
        and hasattr(value, "__iter__")
        and not is_bytes(value)
    )
    if many:
        for item in boxed_items(value):
            add_content(target, item)
    else:
        target.add(content(value))


def from_object(value: Value) -> j.JToken:
    """`JToken.FromObject`: what the serializer makes of a value.

    Raises:
        NetError: ArgumentNullException for null.
    """
    if value is None:
        raise argument_null("o")
    if isinstance(value, XObject):
        from gatewright.apim.expressions.json_xml import xml_to_json

        return xml_to_json(value)
    return serialized(value)


def serialized(value: Value) -> j.JToken:
    """Any value as a JSON tree, the way the serializer writes it."""
    if isinstance(value, j.JToken):
        return j.copy_of(value)
    if isinstance(value, Anon):
        return _members(value)
    if isinstance(value, XObject):
        from gatewright.apim.expressions.json_xml import xml_to_json

        return xml_to_json(value, comments=True)
    if isinstance(value, NetDict):
        made = j.JObject()
        from gatewright.apim.expressions.text import text_of

        wrap = box(value.pair.args[1]) or (lambda v: v)
        for key, item in value.data.values():
            made.set(text_of(key), serialized(wrap(item)))
        return made
    if isinstance(value, NetGrid):
        return _rows(list(boxed_items(value)), value.sizes())
    if isinstance(value, Pair):
        made = j.JObject()
        for name, ty, item in zip(("Key", "Value"), value.ty.args, (value.key, value.value), strict=True):
            made.set(name, serialized((box(ty) or (lambda v: v))(item)))
        return made
    if (
        value is not None
        and not isinstance(value, str)
        and hasattr(value, "__iter__")
        and not is_bytes(value)
    ):
        array = j.JArray()
        for item in boxed_items(value):
            array.add(serialized(item))
        return array
    return value_of(str(value) if isinstance(value, Char) else value)


def _rows(items: list[Value], sizes: tuple[int, ...]) -> j.JArray:
    """An array of several dimensions as arrays in arrays."""
    made = j.JArray()
    if len(sizes) == 1:
        for item in items:
            made.add(serialized(item))
        return made
    step = len(items) // sizes[0] if sizes[0] else 0
    for row in range(sizes[0]):
        made.add(_rows(items[row * step : (row + 1) * step], sizes[1:]))
    return made


def _members(value: Anon) -> j.JObject:
    made = j.JObject()
    if value.ty.name in ("ValueTuple", "Tuple"):
        names = [f"Item{n + 1}" for n in range(len(value.values))]
    else:
        names = member_names(value.ty)
    for name, ty, item in zip(names, value.ty.args, value.values, strict=True):
        wrap = box(ty)
        made.set(name, serialized(item if wrap is None else wrap(item)))
    return made
