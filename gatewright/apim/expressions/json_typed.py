"""`JsonConvert.DeserializeObject<T>`: JSON text as .NET collections and primitives.

A text is read by what it is to become: a number that becomes a `string` keeps its digits, and a date stays as
it is written. (`token.ToObject<T>()` starts from values: see `json_objects`.)

Source: Newtonsoft.Json 13.0, `JsonSerializerInternalReader.ReadForType`, `JsonTextReader.ReadAsXxx`.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError
from gatewright.apim.expressions.hashed import NetDict
from gatewright.apim.expressions.json_objects import (
    DICTIONARIES,
    READ_AS,
    RawNumber,
    collection,
    key_of,
    read_as,
    to_object,
)
from gatewright.apim.expressions.json_reader import Pairs, parse, scalar
from gatewright.apim.expressions.library.runtime import conversions
from gatewright.apim.expressions.text import full_name
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.utf16 import to_units
from gatewright.apim.expressions.values import Value

_DECODER = json.JSONDecoder(
    object_pairs_hook=lambda pairs: Pairs(pairs), parse_int=RawNumber, parse_float=RawNumber
)


def deserialize(text: str, ty: Ty) -> Value:
    """A JSON text as a value of a type.

    Raises:
        NetError: JsonReaderException, JsonSerializationException.
    """
    if ty is t.OBJECT or conversions().library.derives(ty, t.JTOKEN):
        return to_object(parse(text), ty)
    try:
        found = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return _checked(lambda: to_object(read_whole(text), ty), ty)
    return _made(found, ty)


def read_whole(text: str) -> j.JToken:
    """A tree of what is no plain JSON."""
    try:
        return parse(text)
    except NetError as fault:
        if fault.message.startswith(("Unexpected end of content", "Error reading J")):
            raise NetError("JsonSerializationException", fault.message) from fault
        raise


def _made(found: object, ty: Ty) -> Value:
    inner = ty.args[0] if ty.name == "?" else ty
    if inner in READ_AS:
        if isinstance(found, bool) and inner is t.STRING:
            return str(found).lower()  # as it is written
        return read_as(to_units(found) if type(found) is str else found, ty, inner)
    if isinstance(found, Pairs) and ty.name in DICTIONARIES:
        made = NetDict(t.make("Dictionary", ty.args))
        for name, value in found:
            made.put(key_of(to_units(name), ty.args[0]), _made(value, ty.args[1]))
        return made
    if isinstance(found, list) and not isinstance(found, Pairs) and ty.args:
        items = collection(ty, [_made(x, ty.args[0]) for x in found])
        if items is not None:
            return items
    return _checked(lambda: to_object(_token(found), ty), ty)


def _token(found: object) -> j.JToken:
    """A tree of what was decoded."""
    if isinstance(found, Pairs):
        made = j.JObject()
        for name, value in found:
            made.set(to_units(name), _token(value))
        return made
    if isinstance(found, list):
        array = j.JArray()
        for value in found:
            array.add(_token(value))
        return array
    if isinstance(found, RawNumber):
        return scalar(float(found) if any(c in found for c in ".eE") else int(found), False)
    return scalar(found, True)


def _checked(make: Callable[[], Value], ty: Ty) -> Value:
    """A conversion whose failure names the value's type."""
    try:
        return make()
    except NetError as fault:
        if fault.kind.startswith("Json"):
            raise
        message = f"Error converting value to type '{full_name(ty)}'."
        raise NetError("JsonSerializationException", message, fault) from fault
