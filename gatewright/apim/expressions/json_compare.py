"""Order and equality of JSON values and trees.

Source: Newtonsoft.Json 13.0, `JValue.Compare`, `JToken.DeepEquals`, `JTokenEqualityComparer`.
"""

from __future__ import annotations

from decimal import Decimal

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import argument
from gatewright.apim.expressions.hashed import Comparer
from gatewright.apim.expressions.net_datetime import DateTime, DateTimeOffset, TimeSpan
from gatewright.apim.expressions.net_guid import Guid
from gatewright.apim.expressions.net_uri import Uri
from gatewright.apim.expressions.values import NetArray, ULong, Value

_EPSILON = 2.2204460492503131e-16


def compare_values(a: j.JValue, b: Value) -> int:
    """`JValue.CompareTo`: a text is compared as what the other one is.

    Raises:
        NetError: ArgumentException, or the exception of a conversion, where the two have no order.
    """
    kind = a.kind
    if isinstance(b, j.JValue):
        if kind == j.STRING:
            kind = b.kind
        b = b.value
    return _compare(kind, a.value, b)


def values_equal(a: j.JValue, b: j.JValue) -> bool:
    """`JValue.Equals`: of one kind, and no difference in their order."""
    return a is b or (a.kind == b.kind and _compare(a.kind, a.value, b.value) == 0)


def _compare(kind: int, a: Value, b: Value) -> int:
    if a is b:
        return 0
    if a is None or b is None:
        return (a is not None) - (b is not None)
    match kind:
        case j.INTEGER:
            return _numbers(a, b, whole=True)
        case j.FLOAT:
            return _numbers(a, b, whole=False)
        case j.STRING | j.COMMENT | j.RAW:
            return _texts(a, b)
        case j.BOOLEAN:
            return _order(_converted(a, t.BOOL), _converted(b, t.BOOL))
        case j.DATE:
            return _dates(a, b)
        case j.BYTES:
            return _same_type(a, b, NetArray, "byte[]", lambda x: x.items)
        case j.GUID:
            return _same_type(a, b, Guid, "Guid", lambda x: x)
        case j.URI:
            return _same_type(a, b, Uri, "Uri", lambda x: x.net_text())
        case j.TIMESPAN:
            return _same_type(a, b, TimeSpan, "TimeSpan", lambda x: x)
    raise argument(f"Unexpected value type: {j.KIND_NAMES[kind]}", "valueType")


def _order(a: Value, b: Value) -> int:
    return int(a > b) - int(a < b)


def _converted(value: Value, ty: t.Ty) -> Value:
    from gatewright.apim.expressions.library.convert import to_type

    return to_type(value, ty)


def _numbers(a: Value, b: Value, whole: bool) -> int:
    from gatewright.apim.expressions.json_reader import Big

    if isinstance(a, Big) or isinstance(b, Big):
        return _order(int(a), int(b))
    if isinstance(a, (ULong, Decimal)) or isinstance(b, (ULong, Decimal)):
        return _order(_converted(a, t.DECIMAL), _converted(b, t.DECIMAL))
    if whole and not isinstance(a, float) and not isinstance(b, float):
        return _order(_converted(a, t.LONG), _converted(b, t.LONG))
    x, y = _converted(a, t.DOUBLE), _converted(b, t.DOUBLE)
    tolerance = (abs(x) + abs(y) + 10.0) * _EPSILON
    if x == y or -tolerance < x - y < tolerance:
        return 0
    if x != x or y != y:
        return int(x == x) - int(y == y)
    return _order(x, y)


def _texts(a: Value, b: Value) -> int:
    from gatewright.apim.expressions.library.compare import compare_ordinal
    from gatewright.apim.expressions.text import text_of

    return compare_ordinal(text_of(a), text_of(b))


def _dates(a: Value, b: Value) -> int:
    if isinstance(a, DateTime):
        return _order(a.ticks, b.ticks if isinstance(b, DateTimeOffset) else _converted(b, t.DATETIME).ticks)
    other = b.utc_ticks if isinstance(b, DateTimeOffset) else _converted(b, t.DATETIME).ticks
    return _order(a.utc_ticks, other)


def _same_type(a: Value, b: Value, wanted: type, name: str, key: Value) -> int:
    if not isinstance(b, wanted):
        raise argument(f"Object must be of type {name}.")
    return _order(key(a), key(b))


def deep_equals(a: j.JToken | None, b: j.JToken | None) -> bool:
    """`JToken.DeepEquals`: properties in any order."""
    if a is None or b is None:
        return a is b
    if a.kind != b.kind:
        return False
    if isinstance(a, j.JObject) and isinstance(b, j.JObject):
        return a.props.keys() == b.props.keys() and all(
            deep_equals(p.value, b.props[n].value) for n, p in a.props.items()
        )
    if isinstance(a, j.JValue) and isinstance(b, j.JValue):
        return values_equal(a, b)
    if getattr(a, "name", None) != getattr(b, "name", None):
        return False
    mine, theirs = a.children(), b.children()
    return len(mine) == len(theirs) and all(deep_equals(x, y) for x, y in zip(mine, theirs, strict=True))


def _key(token: j.JToken | None) -> object:
    """What is equal for trees that are equal."""
    if isinstance(token, j.JObject):
        return "object", frozenset((n, _key(p.value)) for n, p in token.props.items())
    if isinstance(token, j.JValue):
        value = token.value
        if isinstance(value, (int, float, Decimal)) and type(value) is not bool:
            value = float(value) if token.kind == j.FLOAT else int(value)
        return token.kind, tuple(value.items) if isinstance(value, NetArray) else value
    if token is None:
        return None
    return token.kind, getattr(token, "name", None), tuple(_key(x) for x in token.children())


EQUALITY = Comparer("JTokenEqualityComparer", _key, _key)
"""`JToken.EqualityComparer`."""
