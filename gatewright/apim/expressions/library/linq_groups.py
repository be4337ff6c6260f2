"""GroupBy, ToLookup, Join and GroupJoin.

Source: https://learn.microsoft.com/dotnet/api/system.linq.enumerable.groupby (.NET Core 3.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.hashed import Comparer, comparer_of
from gatewright.apim.expressions.library.collections import same
from gatewright.apim.expressions.library.linq_items import Items
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Lazy, Value


class Group(Lazy):
    """An `IGrouping<K, T>`."""

    __slots__ = ("items", "key")

    def __init__(self, ty: Ty, key: Value, items: list[Value]) -> None:
        super().__init__(ty, lambda: items)
        self.key = key
        self.items = items


def groups_of(
    ty: Ty,
    items: Items,
    key: Callable[[Value], Value],
    pick: Callable[[Value], Value] | None,
    comparer: Comparer | None,
) -> list[Group]:
    """The groups of a sequence, in the order of their first elements."""
    found: dict[Value, Group] = {}
    comparer = comparer_of(ty, comparer)
    for item in items:
        name = key(item)
        at = name if comparer is None else comparer.key(name)
        if at not in found:
            found[at] = Group(ty, name, [])
        found[at].items.append(item if pick is None else pick(item))
    return list(found.values())


def group_by(ty: Ty, items: Items, key: Value, comparer: Comparer | None = None) -> Lazy:
    """`GroupBy(key)`."""
    return Lazy(ty, lambda: groups_of(ty.args[0], items, key, None, comparer))


def group_pick(ty: Ty, items: Items, key: Value, pick: Value, comparer: Comparer | None = None) -> Lazy:
    """`GroupBy(key, element)`."""
    return Lazy(ty, lambda: groups_of(ty.args[0], items, key, pick, comparer))


def group_result(ty: Ty, items: Items, key: Value, result: Value) -> Lazy:
    """`GroupBy(key, result)`."""
    inner = t.make("IGrouping", (t.OBJECT, t.OBJECT))
    return Lazy(ty, lambda: (result(g.key, g) for g in groups_of(inner, items, key, None, None)))


def join(ty: Ty, outer: Items, inner: Items, key: Value, other: Value, result: Value) -> Lazy:
    """`Join`."""

    def start() -> Iterator[Value]:
        for item, found in _matched(outer, inner, key, other, True):
            for match in found:
                yield result(item, match)

    return Lazy(ty, start)


def group_join(ty: Ty, outer: Items, inner: Items, key: Value, other: Value, result: Value) -> Lazy:
    """`GroupJoin`."""

    def start() -> Iterator[Value]:
        for item, found in _matched(outer, inner, key, other):
            yield result(item, Lazy(_ANYTHING, found.__iter__))

    return Lazy(ty, start)


def _matched(
    outer: Items, inner: Items, key: Value, other: Value, needed: bool = False
) -> Iterator[tuple[Value, list[Value]]]:
    """Each outer element with the inner ones of its key; null is no key. None is asked for nobody."""
    table: dict[Value, list[Value]] | None = None
    for item in outer:
        if table is None:
            table = {}
            for match in inner:
                table.setdefault(other(match), []).append(match)
            table.pop(None, None)
            if needed and not table:
                return
        yield item, table.get(key(item), [])


_ANYTHING = t.enumerable(t.OBJECT)


class Lookup(Lazy):
    """An `ILookup<K, T>`."""

    __slots__ = ("comparer", "groups")

    def __init__(self, ty: Ty, groups: list[Group], comparer: Comparer | None = None) -> None:
        super().__init__(ty, lambda: groups)
        self.groups = groups
        self.comparer = comparer

    def at(self, key: Value) -> Lazy:
        """The group of a key, empty where there is none."""
        by: Callable[[Value], Value] = (lambda k: k) if self.comparer is None else self.comparer.key
        found = next((g for g in self.groups if same(by(g.key), by(key))), None)
        return found or Lazy(t.enumerable(self.ty.args[1]), lambda: ())


def lookup_of(
    ty: Ty, items: Items, key: Value, pick: Value = None, comparer: Comparer | None = None
) -> Lookup:
    """`ToLookup`."""
    return Lookup(ty, groups_of(t.make("IGrouping", ty.args), items, key, pick, comparer), comparer)
