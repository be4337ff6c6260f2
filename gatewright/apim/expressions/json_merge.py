"""`JContainer.Merge`: one tree into another.

Source: Newtonsoft.Json 13.0, `JContainer.MergeEnumerableContent`, `JObject.MergeItem`.
"""

from __future__ import annotations

from collections.abc import Iterable

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import argument
from gatewright.apim.expressions.json_compare import EQUALITY
from gatewright.apim.expressions.json_convert import content, is_bytes
from gatewright.apim.expressions.text import full_name
from gatewright.apim.expressions.values import Value, boxed_items, runtime_type

CONCAT, UNION, REPLACE, MERGE = range(4)
_IGNORE_CASE = (1, 3, 5)


class MergeSettings:
    """A `JsonMergeSettings`.

    Attributes:
        arrays: number of a `MergeArrayHandling`.
        nulls: number of a `MergeNullValueHandling`: 1 lets null replace a value.
        names: number of a `StringComparison`, by which names of properties are the same.
    """

    __slots__ = ("arrays", "names", "nulls")
    ty = t.make("JsonMergeSettings")

    def __init__(self) -> None:
        self.arrays = CONCAT
        self.nulls = 0
        self.names = 4


DEFAULT = MergeSettings()


def merge(target: j.JContainer, given: Value, settings: MergeSettings | None = None) -> None:
    """`container.Merge(content, settings)`.

    Raises:
        NetError: ArgumentException for content that is no token and no sequence.
    """
    if given is None:
        return
    if not isinstance(given, j.JToken) and not _is_sequence(given):
        name = full_name(runtime_type(given))
        raise argument(f"Could not determine JSON object type for type {name}.", "content")
    how = settings or DEFAULT
    match target:
        case j.JObject():
            if isinstance(given, j.JObject):
                _into_object(target, given, how)
        case j.JArray():
            if isinstance(given, j.JArray) or not isinstance(given, j.JToken):
                _into_items(target, boxed_items(given), how)
        case j.JConstructor():
            if isinstance(given, j.JConstructor):
                target.name = given.name or target.name
                _into_items(target, given.children(), how)
        case j.JProperty():
            if isinstance(given, j.JProperty) and given.value.kind != j.NULL:
                target.set(given.value)


def _is_sequence(value: Value) -> bool:
    return not isinstance(value, (str, j.JToken)) and hasattr(value, "__iter__") and not is_bytes(value)


def property_named(target: j.JObject, name: str, comparison: int) -> j.JProperty | None:
    """The property of a name, or one that a `StringComparison` takes for the same."""
    found = target.props.get(name)
    if found is None and comparison in _IGNORE_CASE:
        found = next((p for n, p in target.props.items() if n.upper() == name.upper()), None)
    return found


def _into_object(target: j.JObject, given: j.JObject, how: MergeSettings) -> None:
    for name, prop in list(given.props.items()):
        old, new = property_named(target, name, how.names), prop.value
        if old is None:
            target.add_property(j.JProperty(name, new))
        elif isinstance(old.value, j.JContainer) and old.value.kind == new.kind:
            merge(old.value, new, how)
        elif not _is_null(new) or how.nulls == 1:
            old.set(new)


def _is_null(token: j.JToken) -> bool:
    return isinstance(token, j.JValue) and token.value is None


def _into_items(target: j.JItems, given: Iterable[Value], how: MergeSettings) -> None:
    if how.arrays == MERGE:
        _by_place(target, list(given), how)
        return
    items = given
    if how.arrays == REPLACE:
        items = list(given)
        target.clear()
    known = {EQUALITY.key(x) for x in target.items} if how.arrays == UNION else None
    for item in items:
        made = content(item)
        if known is not None:
            key = EQUALITY.key(made)
            if key in known:
                continue
            known.add(key)
        target.add(made)


def _by_place(target: j.JItems, items: list[Value], how: MergeSettings) -> None:
    for at, item in enumerate(items):
        if at >= len(target.items):
            target.add(content(item))
            continue
        old = target.items[at]
        if isinstance(old, j.JContainer):
            merge(old, item, how)
        elif item is not None:
            made = content(item)
            if made.kind != j.NULL:
                target.put(at, made)
