"""Equality, order and hashes as .NET has them; the order of texts is the invariant culture's.

Source: https://learn.microsoft.com/dotnet/standard/base-types/best-practices-strings.
Culture order goes through ICU there; here it is the collation order of the characters that policies use.
"""

from __future__ import annotations

import unicodedata

from gatewright.apim.expressions.delegates import same
from gatewright.apim.expressions.faults import NetError, invalid_operation
from gatewright.apim.expressions.values import Anon, EnumValue, Single, Value, box, runtime_type


def equal(a: Value, b: Value) -> bool:
    """`object.Equals` on boxed values: same type and same value."""
    if a is None or b is None:
        return a is b
    if type(a) is not type(b):
        return False
    if isinstance(a, float) and a != a:
        return bool(b != b)
    if callable(a):
        return same(a, b)
    from gatewright.apim.expressions import json_tokens as j

    if isinstance(a, j.JValue):
        from gatewright.apim.expressions.json_compare import values_equal

        return values_equal(a, b)
    return bool(a == b)


def hash_of(value: Value) -> int:
    """Some hash code; .NET's own differ from run to run too."""
    raw = hash(value) & 0xFFFFFFFF
    return raw - (1 << 32) if raw >= 1 << 31 else raw


_PUNCTUATION = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"


def culture_key(text: str, ignore_case: bool = False) -> tuple[Value, ...]:
    """A sort key of the invariant culture: letters before accents before case."""
    primary: list[tuple[int, Value]] = []
    accents: list[str] = []
    case: list[int] = []
    for step in unicodedata.normalize("NFD", text):
        if unicodedata.combining(step):
            accents.append(step)
            continue
        if step.isalpha():
            primary.append((3, step.lower()))
        elif step.isdigit():
            primary.append((2, step))
        elif step.isspace():
            primary.append((0, step))
        elif step in _PUNCTUATION:
            primary.append((1, _PUNCTUATION.index(step)))
        elif ord(step) < 32 or ord(step) == 0x200B or unicodedata.category(step) == "Cf":
            continue
        else:
            primary.append((1, 100 + ord(step)))
        case.append(1 if step.isupper() else 0)
        accents.append("")
    return (primary, accents, [] if ignore_case else case)


def compare_text(a: str | None, b: str | None, ignore_case: bool = False) -> int:
    """The order of two texts in the invariant culture."""
    if a is None or b is None:
        return (a is not None) - (b is not None)
    if a == b:
        return 0
    x, y = culture_key(a, ignore_case), culture_key(b, ignore_case)
    return (x > y) - (x < y)


def compare_ordinal(a: str | None, b: str | None, ignore_case: bool = False) -> int:
    """The order of two texts by code unit: the distance of the first ones that differ, or of the lengths."""
    if a is None or b is None:
        return (a is not None) - (b is not None)
    x, y = (a.upper(), b.upper()) if ignore_case else (a, b)
    if not ignore_case and (x == "") != (y == ""):
        return ord(x[0]) if x else -ord(y[0])  # the empty text ends with a zero
    for one, two in zip(x, y, strict=False):
        if one != two:
            return ord(one) - ord(two)
    if not ignore_case and len(x) != len(y) and min(len(x), len(y)) % 2:
        return ord(x[len(y)]) if len(x) > len(y) else -ord(y[len(x)])  # compared in pairs, so with the end
    return len(x) - len(y)


def compare(a: Value, b: Value) -> int:
    """`Comparer<T>.Default.Compare` on values of one type.

    Raises:
        NetError: InvalidOperationException or ArgumentException where the type has no order.
    """
    if a is None or b is None:
        return (a is not None) - (b is not None)
    if isinstance(a, str):
        if not isinstance(b, str):
            raise NetError("ArgumentException", "Object must be of type String.")
        return compare_text(a, b)
    if isinstance(a, float) and isinstance(b, float) and (a != a or b != b):
        return (a == a) - (b == b)
    if isinstance(a, EnumValue) and isinstance(b, EnumValue):
        return int(a.number > b.number) - int(a.number < b.number)
    if isinstance(a, Anon) and a.ty.name in ("ValueTuple", "Tuple"):
        return _compare_tuples(a, b)
    order = getattr(a, "net_compare", None)
    if order is not None:
        result: int = order(b)
        return result
    from gatewright.apim.expressions import json_tokens as j

    if isinstance(a, j.JValue):
        from gatewright.apim.expressions.json_compare import compare_values

        return compare_values(a, b)
    try:
        return int(a > b) - int(a < b)
    except TypeError as fault:
        raise invalid_operation("Failed to compare two elements in the array.") from fault


def _compare_tuples(a: Anon, b: Value) -> int:
    for ty, one, two in zip(a.ty.args, a.values, b.values, strict=True):
        wrap = box(ty) or (lambda v: v)
        found = compare(wrap(one), wrap(two))
        if found:
            return found
    return 0


def type_name(value: Value) -> str:
    """A value's type for messages."""
    return runtime_type(value).show()


__all__ = [
    "Single",
    "compare",
    "compare_ordinal",
    "compare_text",
    "culture_key",
    "equal",
    "hash_of",
    "type_name",
]
