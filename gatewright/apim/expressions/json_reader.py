"""JSON text to trees, as Newtonsoft reads it.

Plain JSON takes a fast way through Python's scanner; what that refuses is read again leniently:
comments, single quotes, names without quotes, trailing commas, `undefined`.

Source: Newtonsoft.Json 13.0, `JsonTextReader`; MaxDepth 64.
"""

from __future__ import annotations

import json
import re
from typing import Any

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions.faults import NetError, argument_null
from gatewright.apim.expressions.json_lenient import LenientReader
from gatewright.apim.expressions.net_datetime import iso_datetime
from gatewright.apim.expressions.utf16 import to_units
from gatewright.apim.expressions.values import Long

MAX_DEPTH = 64
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T|/Date\(")
_DECODER = json.JSONDecoder(object_pairs_hook=lambda pairs: Pairs(pairs))


class Pairs(list[tuple[str, Any]]):
    """The members of an object, in order."""


class Big(int):
    """A boxed `BigInteger`."""

    __slots__ = ()


def decode(text: str) -> object:
    """Plain JSON as lists, pairs and scalars.

    Raises:
        ValueError: when it is not plain JSON.
    """
    found: object = _DECODER.decode(text)
    return found


def parse(text: str | None, dates: bool = True, name: str = "JToken") -> j.JToken:
    """A tree from JSON text.

    Args:
        text: the JSON.
        dates: whether texts that look like dates become dates.
        name: the type that is read, for messages.

    Raises:
        NetError: JsonReaderException, ArgumentNullException.
    """
    if text is None:
        raise argument_null("s")
    try:
        return _build(decode(text), dates, 1)
    except (ValueError, RecursionError):
        return LenientReader(text, dates, MAX_DEPTH).whole(name)


def parse_as(text: str | None, wanted: type[j.JToken], name: str) -> j.JToken:
    """A tree whose root has to be an object or array.

    Raises:
        NetError: JsonReaderException when it is something else.
    """
    found = parse(text, name=name)
    if isinstance(found, wanted):
        return found
    token = {j.OBJECT: "StartObject", j.ARRAY: "StartArray"}.get(found.kind) or j.KIND_NAMES[found.kind]
    what = "an object" if name == "JObject" else "an array"
    raise NetError(
        "JsonReaderException",
        f"Error reading {name} from JsonReader. Current JsonReader item is not {what}: {token}. "
        f"Path '', line 1, position {_root_position(text or '', found)}.",
    )


def _root_position(text: str, found: j.JToken) -> int:
    lead = len(text) - len(text.lstrip())
    return lead + 1 if isinstance(found, j.JContainer) else len(text.rstrip())


def _build(found: object, dates: bool, depth: int) -> j.JToken:
    if isinstance(found, Pairs):
        if depth > MAX_DEPTH:
            raise ValueError("depth")
        made = j.JObject()
        props = made.props
        for name, value in found:
            name = to_units(name)
            prop = j.JProperty.__new__(j.JProperty)
            prop.name = name
            prop.parent = made
            child = _build(value, dates, depth + 1)
            child.parent = prop
            prop.value = child
            props[name] = prop
        return made
    if isinstance(found, list):
        if depth > MAX_DEPTH:
            raise ValueError("depth")
        array = j.JArray()
        for value in found:
            child = _build(value, dates, depth + 1)
            child.parent = array
            array.items.append(child)
        return array
    return scalar(found, dates)


def scalar(found: object, dates: bool) -> j.JValue:
    """A JSON scalar as a value."""
    if type(found) is str:
        text = to_units(found)
        if dates and 19 <= len(text) <= 40 and _DATE.match(text):
            moment = iso_datetime(text)
            if moment is not None:
                return j.JValue(moment, j.DATE)
        return j.JValue(text, j.STRING)
    if found is None:
        return j.JValue(None, j.NULL)
    if type(found) is bool:
        return j.JValue(found, j.BOOLEAN)
    if type(found) is int:
        fits = -(1 << 63) <= found < 1 << 63
        return j.JValue(Long(found) if fits else Big(found), j.INTEGER)
    return j.JValue(found, j.FLOAT)
