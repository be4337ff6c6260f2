"""Values as tokens and tokens as values: the operators of JToken, `Value<T>` and `Values<T>`.

Source: Newtonsoft.Json 13.0, `JToken`, `Extensions.Convert`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from gatewright.apim.expressions import json_casts as casts
from gatewright.apim.expressions import json_convert as convert
from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument
from gatewright.apim.expressions.json_reader import Big
from gatewright.apim.expressions.library.convert import to_type
from gatewright.apim.expressions.library.entry import member
from gatewright.apim.expressions.library.runtime import conversions
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.text import full_name
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Lazy, Value, box, runtime_type, unbox

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


def implicit_casts() -> Iterator[Entry]:
    """`JToken x = 5`: one for each type, nullable ones too; a `char` goes as the number that it is."""
    for ty in (*(n for n in _NUMBERS if n is not t.CHAR), t.BOOL):
        wrap = wrapped(ty)
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


def wrapped(ty: Ty) -> Callable[[Value], j.JToken]:
    """How a value of a type becomes a token."""
    if ty in t.INTEGRAL_BITS and ty is not t.CHAR:
        return lambda v: convert.value_of(None) if v is None else convert.integer_value(v)
    if ty is t.CHAR:
        return lambda v: convert.value_of(v if v is None else str(v))
    inner = box(ty)
    return convert.value_of if inner is None else lambda v: convert.value_of(v if v is None else inner(v))


def explicit_casts() -> Iterator[Entry]:
    """`(int)token`: one for each type, nullable ones too."""
    yield member("static explicit operator string(JToken? value)", casts.to_string)
    for ty in (*_NUMBERS, t.BOOL):
        yield member(f"static explicit operator {ty.name}(JToken? value)", casts.to_number(ty))
        yield member(
            f"static explicit operator {ty.name}?(JToken? value)", casts.to_nullable(casts.to_number(ty))
        )
    for name, call in (
        ("DateTime", casts.to_datetime),
        ("DateTimeOffset", casts.to_offset),
        ("Guid", casts.to_guid),
        ("TimeSpan", casts.to_timespan),
    ):
        yield member(f"static explicit operator {name}(JToken? value)", call)
        yield member(f"static explicit operator {name}?(JToken? value)", casts.to_nullable(call))
    yield member("static explicit operator byte[](JToken? value)", casts.to_bytes)
    yield member("static explicit operator Uri(JToken? value)", casts.to_uri)


def value_as(ty: Ty, token: j.JToken | None) -> Value:
    """`token.Value<T>()`: the token where it is a T, else its value as `Convert.ChangeType` changes it."""
    if token is None:
        return default_of(ty)
    if not isinstance(token, j.JToken):
        raise argument("Source value must be a JToken.")
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


def values_as(ty: Ty, token: j.JToken) -> Lazy:
    """`token.Values<T>()`."""
    if isinstance(token, j.JValue):
        raise NetError("InvalidOperationException", f"Cannot access child value on {token.full}.")
    return Lazy(ty, lambda: (value_as(ty.args[0], v) for v in token))


def each_value(ty: Ty, source: Iterable[j.JToken]) -> Lazy:
    """`tokens.Values<T>()`: the values of plain tokens and of what the others hold."""

    def held(x: j.JToken) -> Iterable[j.JToken]:
        return (x,) if isinstance(x, j.JValue) else x.children()

    return Lazy(ty, lambda: (value_as(ty.args[0], v) for x in source for v in held(x)))


def default_of(ty: Ty) -> Value:
    """`default(T)`."""
    from gatewright.apim.expressions.library.runtime import default

    return default(ty)
