"""JSON trees that come into being one level at a time, over text that was decoded once.

A body is read by many expressions; each gets a tree of its own, since trees can be changed, but pays only for
the levels that it looks at. The decoded form below is never changed.
"""

from __future__ import annotations

from typing import Any

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions.json_reader import MAX_DEPTH, Pairs, decode, scalar
from gatewright.apim.expressions.utf16 import to_units
from gatewright.apim.expressions.values import Value


class LazyObject(j.JObject):
    """A `JObject` whose properties are made when they are asked for, one by one or all."""

    __slots__ = ("_made", "_some", "_source")

    def __init__(self, source: Pairs) -> None:
        self.parent = None
        self.version = 0
        self._source = source
        self._made: dict[str, j.JProperty] | None = None
        self._some: dict[str, j.JProperty] = {}

    @property
    def props(self) -> dict[str, j.JProperty]:
        """The properties by name."""
        made = self._made
        if made is None:
            made = self._made = {}
            for name, value in self._source:
                name = to_units(name)
                made[name] = self._some.get(name) or self._property(name, value)
        return made

    @props.setter
    def props(self, value: dict[str, j.JProperty]) -> None:
        self._made = value

    def _property(self, name: str, value: object) -> j.JProperty:
        prop = j.JProperty.__new__(j.JProperty)
        prop.name = name
        prop.parent = self
        prop.value = child = lazy(value)
        child.parent = prop
        return prop

    def item(self, key: Value) -> j.JToken | None:
        """`token[key]`; of a name that occurs twice the last one counts."""
        if self._made is not None or type(key) is not str:
            return super().item(key)
        prop = self._some.get(key)
        if prop is None:
            for name, value in reversed(self._source):
                if name == key or to_units(name) == key:
                    prop = self._some[key] = self._property(key, value)
                    break
            else:
                return None
        return prop.value


class LazyArray(j.JArray):
    """A `JArray` whose elements are made when they are first asked for."""

    __slots__ = ("_made", "_source")

    def __init__(self, source: list[Any]) -> None:
        self.parent = None
        self.version = 0
        self._source = source
        self._made: list[j.JToken] | None = None

    @property
    def items(self) -> list[j.JToken]:
        """The elements."""
        made = self._made
        if made is None:
            made = self._made = [lazy(value) for value in self._source]
            for child in made:
                child.parent = self
        return made

    @items.setter
    def items(self, value: list[j.JToken]) -> None:
        self._made = value


def lazy(found: object) -> j.JToken:
    """The token of a decoded value."""
    if isinstance(found, Pairs):
        return LazyObject(found)
    return LazyArray(found) if isinstance(found, list) else scalar(found, True)


def decoded(text: str) -> Pairs | list[Any] | None:
    """Plain JSON decoded for `lazy`, or None for what has to be read in another way."""
    try:
        found = decode(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) and _shallow(found, 1) else None


def _shallow(found: Pairs | list[Any], depth: int) -> bool:
    values = [v for _, v in found] if isinstance(found, Pairs) else found
    return depth <= MAX_DEPTH and all(_shallow(v, depth + 1) for v in values if isinstance(v, list))
