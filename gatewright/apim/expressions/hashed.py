"""Dictionaries and sets: what makes their keys equal, and the order in which .NET goes through them.

Source: https://learn.microsoft.com/dotnet/api/system.collections.generic.dictionary-2,
https://learn.microsoft.com/dotnet/api/system.collections.generic.hashset-1 (.NET Core 3.1).
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Iterator

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.delegates import keys
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Pair, Value, modified


class Comparer:
    """A `StringComparer` or default comparer: what makes keys equal, and how they sort."""

    __slots__ = ("key", "name", "sort")
    ty = t.make("StringComparer")

    def __init__(self, name: str, key: Callable[[Value], Value], sort: Callable[[Value], Value]) -> None:
        self.name = name
        self.key = key
        self.sort = sort


def _typed(value: Value) -> Value:
    """What makes a boxed value equal: its type too, for numbers of two types are never equal."""
    return (type(value), value) if isinstance(value, (int, float, str, decimal.Decimal)) else value


_OBJECTS = Comparer("ObjectEqualityComparer", _typed, lambda value: value)
_DELEGATES = Comparer("ObjectEqualityComparer", keys, lambda value: value)


def comparer_of(ty: Ty, given: Comparer | None) -> Comparer | None:
    """The comparer of a collection: for objects it looks at their types, for delegates at what they call."""
    if given is not None or not ty.args:
        return given
    if ty.args[0] is t.OBJECT:
        return _OBJECTS
    return _DELEGATES if t.delegate_shape(ty.args[0]) is not None else None


class _Hashed:
    """What dictionaries and sets have in common: `data` by what makes a key equal, in .NET's order.

    That is the order of adding, but a new entry takes the place of the one that was removed last.
    """

    __slots__ = ("_free", "_places", "comparer", "data", "ty", "version")
    _REUSED = ("Dictionary", "HashSet")

    def __init__(self, ty: Ty, comparer: Comparer | None = None) -> None:
        self.ty = ty
        self.comparer = comparer_of(ty, comparer)
        self.data: dict[Value, Value] = {}
        self.version = 0
        self._places: list[Value] | None = None
        self._free: list[int] = []

    def key(self, value: Value) -> Value:
        """What makes an element equal."""
        return value if self.comparer is None else self.comparer.key(value)

    def enter(self, at: Value, entry: Value) -> None:
        """Sets what stands under a key."""
        self.version += 1
        data, places = self.data, self._places
        if places is not None and at not in data:
            if self._free:
                places[self._free.pop()] = at
                data[at] = entry
                self.data = {key: data[key] for key in places if key is not _FREE}
                return
            places.append(at)
        data[at] = entry

    def leave(self, at: Value) -> bool:
        """Removes a key; whether it was there."""
        if at not in self.data:
            return False
        if self.ty.name in self._REUSED:
            self._places = self._places or list(self.data)
            place = self._places.index(at)
            self._places[place] = _FREE
            self._free.append(place)
        del self.data[at]
        self.version += 1
        return True

    def clear(self) -> None:
        """Removes everything."""
        self.data.clear()
        self._places, self._free = None, []
        self.version += 1

    def __len__(self) -> int:
        return len(self.data)


_FREE = object()


class NetDict(_Hashed):
    """A dictionary: `data` maps what makes a key equal to the key and its value."""

    __slots__ = ("pair",)

    def __init__(self, ty: Ty, comparer: Comparer | None = None, pair: Ty | None = None) -> None:
        super().__init__(ty, comparer)
        self.pair = pair or t.make("KeyValuePair", ty.args)

    def find(self, key: Value) -> tuple[Value, Value] | None:
        """The key as stored with its value, or None."""
        return self.data.get(key if self.comparer is None else self.comparer.key(key))

    def put(self, key: Value, value: Value) -> None:
        """Sets a value; a key that is there keeps its spelling."""
        at = key if self.comparer is None else self.comparer.key(key)
        old = self.data.get(at)
        self.enter(at, (key if old is None else old[0], value))

    def clear(self) -> None:
        """Removes everything. Going through it may go on, as .NET Core 3.1 has it."""
        version = self.version
        super().clear()
        self.version = version

    def drop(self, key: Value) -> bool:
        """Removes a key; whether it was there. Going through the others may go on."""
        version = self.version
        gone = self.leave(self.key(key))
        self.version = version
        return gone

    def __iter__(self) -> Iterator[Pair]:
        pair = self.pair
        for key, value in self.entries():
            yield Pair(pair, key, value)

    def entries(self) -> Iterator[tuple[Value, Value]]:
        """Each key with its value; what was removed meanwhile is left out, as .NET Core 3.1 does.

        Raises:
            NetError: InvalidOperationException when something is added or set meanwhile.
        """
        version = self.version
        for at, entry in list(self.data.items()):
            if at not in self.data:
                continue
            yield entry
            if self.version != version:
                raise modified()


class NetSet(_Hashed):
    """A `HashSet<T>`: `data` maps what makes an element equal to the element."""

    __slots__ = ()

    def add(self, value: Value) -> bool:
        """Adds an element; whether it is new."""
        key = self.key(value)
        if key in self.data:
            return False
        self.enter(key, value)
        return True

    def __iter__(self) -> Iterator[Value]:
        version = self.version
        for value in self.data.values():
            yield value
            if self.version != version:
                raise modified()
