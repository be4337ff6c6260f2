"""JSON tokens as .NET values: the casts of JToken.

Source: Newtonsoft.Json 13.0, `JToken` explicit operators.
"""

from __future__ import annotations

from collections.abc import Callable

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import argument, argument_null
from gatewright.apim.expressions.json_convert import is_bytes
from gatewright.apim.expressions.net_datetime import DateTime, DateTimeOffset, TimeSpan
from gatewright.apim.expressions.net_uri import Uri
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import (
    NetArray,
    Value,
)


def _scalar(token: j.JToken | None, wanted: str) -> Value:
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


def _kind_of(token: j.JToken) -> int:
    return token.value.kind if isinstance(token, j.JProperty) else token.kind


def _kind_name(token: j.JToken) -> str:
    return j.KIND_NAMES[_kind_of(token)]


def to_number(ty: Ty) -> Callable[[j.JToken | None], Value]:
    """`(int)token` and its kin."""

    def convert(token: j.JToken | None) -> Value:
        if token is None:
            raise argument_null("value")
        value = _scalar(token, t.CLR_NAMES[ty])
        if value is None and token.kind == j.NULL:
            raise argument(f"Can not convert Null to {t.CLR_NAMES[ty]}.")
        return change(value, ty, token)

    return convert


def change(value: Value, ty: Ty, token: j.JToken) -> Value:
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


def to_nullable(convert: Callable[[j.JToken | None], Value]) -> Callable[[j.JToken | None], Value]:
    """`(int?)token`: null stays null."""

    def run(token: j.JToken | None) -> Value:
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
    value = _scalar(token, "DateTime")
    if value is None and token.kind == j.STRING:
        return DateTime(0)
    if isinstance(value, DateTime):
        return value
    if isinstance(value, DateTimeOffset):
        return DateTime(value.ticks, 0)
    if isinstance(value, str):
        from gatewright.apim.expressions.library.dates import parsed

        return parsed(value)
    raise argument(f"Can not convert {_kind_name(token)} to DateTime.")


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
        from gatewright.apim.expressions.library.dates import offset_parsed

        return offset_parsed(value)
    raise argument(f"Can not convert {_kind_name(token)} to DateTimeOffset.")


def to_guid(token: j.JToken | None) -> Value:
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


def to_bytes(token: j.JToken | None) -> NetArray | None:
    """`(byte[])token`: bytes, or a text in Base64."""
    if token is None:
        return None
    from gatewright.apim.expressions.library.convert import from_base64

    value = _scalar(token, "byte array")
    if is_bytes(value):
        found: NetArray = value
        return found
    if isinstance(value, str) and _kind_of(token) == j.STRING:
        return from_base64(value)
    raise argument(f"Can not convert {_kind_name(token)} to byte array.")


def to_uri(token: j.JToken | None) -> Uri | None:
    """`(Uri)token`: an address, or the text of an absolute one."""
    if token is None:
        return None
    value = _scalar(token, "Uri")
    if value is None or isinstance(value, Uri):
        return value
    if isinstance(value, str) and _kind_of(token) == j.STRING:
        return Uri(value)
    raise argument(f"Can not convert {_kind_name(token)} to Uri.")
