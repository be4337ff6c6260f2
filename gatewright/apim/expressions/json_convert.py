"""JSON values from and to .NET values: the conversions of JToken, and the order of JValue.

Source: Newtonsoft.Json 13.0, `JToken` explicit operators, `JValue.CompareTo`, `JToken.FromObject`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument, argument_null, bad_format
from gatewright.apim.expressions.net_datetime import DateTime, DateTimeOffset, TimeSpan
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import (
    Anon,
    Char,
    EnumValue,
    Long,
    NetArray,
    NetDict,
    Pair,
    box,
    boxed_items,
)
from gatewright.apim.expressions.xml_nodes import XObject


def value_of(value: Any) -> j.JToken:  # noqa: ANN401
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


def content(value: Any) -> j.JToken:  # noqa: ANN401
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


def is_bytes(value: Any) -> bool:  # noqa: ANN401
    """Whether a value is a `byte[]`."""
    return isinstance(value, NetArray) and value.ty.args[0] is t.BYTE


def add_content(target: j.JObject | j.JArray, value: Any) -> None:  # noqa: ANN401
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


def _list_content(target: j.JObject | j.JArray, value: Any) -> None:  # noqa: ANN401
    add_content(target, value)


def from_object(value: Any) -> j.JToken:  # noqa: ANN401
    """`JToken.FromObject`: what the serializer makes of a value.

    Raises:
        NetError: ArgumentNullException for null.
    """
    if value is None:
        raise argument_null("o")
    return serialized(value)


def serialized(value: Any) -> j.JToken:  # noqa: ANN401
    """Any value as a JSON tree, the way the serializer writes it."""
    if isinstance(value, j.JToken):
        return j.copy_of(value)
    if isinstance(value, Anon):
        return _members(value)
    if isinstance(value, XObject):
        from gatewright.apim.expressions.json_xml import xml_to_json

        return xml_to_json(value)
    if isinstance(value, NetDict):
        made = j.JObject()
        from gatewright.apim.expressions.text import text_of

        wrap = box(value.pair.args[1]) or (lambda v: v)
        for key, item in value.data.values():
            made.set(text_of(key), serialized(wrap(item)))
        return made
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


def _members(value: Anon) -> j.JObject:
    made = j.JObject()
    if value.ty.name in ("ValueTuple", "Tuple"):
        names = [f"Item{n + 1}" for n in range(len(value.values))]
    else:
        names = value.ty.name[len("anonymous{") : -1].split(",")
    for name, ty, item in zip(names, value.ty.args, value.values, strict=True):
        wrap = box(ty)
        made.set(name, serialized(item if wrap is None else wrap(item)))
    return made


# --------------------------------------------------------------------------- out of JSON


def _scalar(token: j.JToken | None, wanted: str) -> Any:  # noqa: ANN401
    """The value inside a token."""
    if isinstance(token, j.JProperty):
        token = token.value
    if not isinstance(token, j.JValue) or token.kind in (j.UNDEFINED,):
        kind = "null" if token is None else j.KIND_NAMES[token.kind]
        raise argument(f"Can not convert {kind} to {wanted}.")
    return token.value


def to_string(token: j.JToken | None) -> str | None:
    """`(string)token`."""
    if token is None:
        return None
    value = _scalar(token, "String")
    if isinstance(token, j.JValue) and token.kind == j.RAW:
        return str(value)
    if value is None:
        return None
    if isinstance(value, str):
        return value
    if is_bytes(value):
        import base64

        return base64.b64encode(bytes(value.items)).decode()
    from gatewright.apim.expressions.text import text_of

    return text_of(value)


def _kind_name(token: j.JToken) -> str:
    return j.KIND_NAMES[token.kind]


def to_number(ty: Ty) -> Callable[[j.JToken | None], Any]:
    """`(int)token` and its kin."""

    def convert(token: j.JToken | None) -> Any:  # noqa: ANN401
        if token is None:
            raise argument_null("value")
        value = _scalar(token, t.CLR_NAMES[ty])
        if value is None and token.kind == j.NULL:
            raise argument(f"Can not convert Null to {t.CLR_NAMES[ty]}.")
        return change(value, ty, token)

    return convert


def change(value: Any, ty: Ty, token: j.JToken) -> Any:  # noqa: ANN401
    """A JSON scalar as a primitive, as `Convert` does.

    Raises:
        NetError: FormatException, OverflowException, InvalidCastException, ArgumentException.
    """
    from gatewright.apim.expressions.library.convert import to_type

    if token.kind in (j.DATE, j.BYTES, j.GUID, j.URI, j.TIMESPAN):
        raise argument(f"Can not convert {_kind_name(token)} to {t.CLR_NAMES[ty]}.")
    if token.kind == j.BOOLEAN and ty in (t.CHAR,):
        raise argument(f"Can not convert Boolean to {t.CLR_NAMES[ty]}.")
    return to_type(value, ty)


def to_nullable(convert: Callable[[j.JToken | None], Any]) -> Callable[[j.JToken | None], Any]:
    """`(int?)token`: null stays null."""

    def run(token: j.JToken | None) -> Any:  # noqa: ANN401
        if token is None:
            return None
        inner = token.value if isinstance(token, j.JProperty) else token
        if isinstance(inner, j.JValue) and inner.value is None and inner.kind in (j.NULL, j.STRING):
            return None
        return convert(token)

    return run


def to_datetime(token: j.JToken | None) -> DateTime:
    """`(DateTime)token`."""
    if token is None:
        raise argument_null("value")
    value = _scalar(token, "Date")
    if value is None and token.kind == j.STRING:
        return DateTime(0)
    if isinstance(value, DateTime):
        return value
    if isinstance(value, DateTimeOffset):
        return DateTime(value.ticks, 0)
    if isinstance(value, str):
        from gatewright.apim.expressions.parse_dates import parse_datetime

        return parse_datetime(value)
    raise argument(f"Can not convert {_kind_name(token)} to Date.")


def to_offset(token: j.JToken | None) -> DateTimeOffset:
    """`(DateTimeOffset)token`."""
    if token is None:
        raise argument_null("value")
    value = _scalar(token, "DateTimeOffset")
    if value is None and token.kind == j.STRING:
        return DateTimeOffset(0, 0)
    if isinstance(value, DateTimeOffset):
        return value
    if isinstance(value, DateTime):
        return DateTimeOffset(value.ticks, 0)
    if isinstance(value, str):
        from gatewright.apim.expressions.parse_dates import parse_offset

        return parse_offset(value)
    raise argument(f"Can not convert {_kind_name(token)} to DateTimeOffset.")


def to_guid(token: j.JToken | None) -> Any:  # noqa: ANN401
    """`(Guid)token`."""
    if token is None:
        raise argument_null("value")
    value = _scalar(token, "Guid")
    from gatewright.apim.expressions.net_guid import Guid, parse_guid

    if isinstance(value, Guid):
        return value
    if isinstance(value, str):
        return parse_guid(value)
    raise argument(f"Can not convert {_kind_name(token)} to Guid.")


def to_timespan(token: j.JToken | None) -> TimeSpan:
    """`(TimeSpan)token`."""
    if token is None:
        raise argument_null("value")
    value = _scalar(token, "TimeSpan")
    if isinstance(value, TimeSpan):
        return value
    if isinstance(value, str):
        from gatewright.apim.expressions.parse_spans import parse_timespan

        return parse_timespan(value)
    raise argument(f"Can not convert {_kind_name(token)} to TimeSpan.")


# --------------------------------------------------------------------------- order, equality


def compare_values(a: j.JValue, b: Any) -> int:  # noqa: ANN401
    """`JValue.CompareTo`."""
    other = b.value if isinstance(b, j.JValue) else b
    mine = a.value
    if mine is None or other is None:
        return (mine is not None) - (other is not None)
    if isinstance(mine, str) or isinstance(other, str):
        from gatewright.apim.expressions.text import text_of

        x, y = text_of(mine), text_of(other)
        return (x > y) - (x < y)
    if isinstance(mine, (int, float, Decimal)) and isinstance(other, (int, float, Decimal)):
        return int(mine > other) - int(mine < other)
    try:
        return int(mine > other) - int(mine < other)
    except TypeError as fault:
        raise argument("Object must be of the same type.") from fault


def deep_equals(a: j.JToken | None, b: j.JToken | None) -> bool:
    """`JToken.DeepEquals`."""
    if a is None or b is None:
        return a is b
    if isinstance(a, j.JObject) and isinstance(b, j.JObject):
        return a.props.keys() == b.props.keys() and all(
            deep_equals(p.value, b.props[n].value) for n, p in a.props.items()
        )
    if isinstance(a, j.JArray) and isinstance(b, j.JArray):
        return len(a.items) == len(b.items) and all(
            deep_equals(x, y) for x, y in zip(a.items, b.items, strict=True)
        )
    if isinstance(a, j.JProperty) and isinstance(b, j.JProperty):
        return a.name == b.name and deep_equals(a.value, b.value)
    if isinstance(a, j.JValue) and isinstance(b, j.JValue):
        if a.kind != b.kind and {a.kind, b.kind} != {j.INTEGER, j.FLOAT}:
            return False
        return bool(a.value == b.value)
    return False


def bad_number() -> NetError:
    """A text is no number."""
    return bad_format()
