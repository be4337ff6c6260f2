"""Further forms of Enumerable's methods: with comparers, with element selectors, with the index.

Source: https://learn.microsoft.com/dotnet/api/system.linq.enumerable (.NET Core 3.1).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.hashed import Comparer
from gatewright.apim.expressions.library.collections import same
from gatewright.apim.expressions.library.entry import member
from gatewright.apim.expressions.library.linq_groups import Group, groups_of, lookup_of
from gatewright.apim.expressions.library.linq_items import Items
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Lazy, Value

_ANYTHING = t.make("IGrouping", (t.OBJECT, t.OBJECT))
_SEQUENCE = t.enumerable(t.OBJECT)
Selector = Callable[[Value], Value]
Combiner = Callable[[Value, Value], Value]


def _group_pick(ty: Ty, items: Items, key: Value, pick: Value, comparer: Comparer | None) -> Lazy:
    return Lazy(ty, lambda: groups_of(ty.args[0], items, key, pick, comparer))


def _results(
    items: Items, key: Value, pick: Value, result: Value, comparer: Comparer | None
) -> Iterator[Value]:
    for group in groups_of(_ANYTHING, items, key, pick, comparer):
        yield result(group.key, group)


def _group_result(ty: Ty, items: Items, key: Value, result: Value, comparer: Comparer | None) -> Lazy:
    return Lazy(ty, lambda: _results(items, key, None, result, comparer))


def _pick_result(
    ty: Ty,
    items: Items,
    key: Value,
    pick: Value,
    result: Value,
    comparer: Comparer | None = None,
) -> Lazy:
    return Lazy(ty, lambda: _results(items, key, pick, result, comparer))


def _table(items: Items, key: Selector, comparer: Comparer | None) -> Callable[[Value], list[Value]]:
    made: dict[Value, Group] = {}
    for group in groups_of(_ANYTHING, items, key, None, comparer):
        made[group.key if comparer is None else comparer.key(group.key)] = group
    empty = Group(_ANYTHING, None, [])
    return lambda name: made.get(name if comparer is None else comparer.key(name), empty).items


def _matches(
    outer: Items, inner: Items, key: Selector, other: Selector, comparer: Comparer | None
) -> Iterator[tuple[Value, list[Value]]]:
    """Each outer item with the inner items of the same key."""
    find = _table(inner, other, comparer)
    for item in outer:
        yield item, find(key(item))


def _join(
    ty: Ty,
    outer: Items,
    inner: Items,
    key: Selector,
    other: Selector,
    result: Combiner,
    comparer: Comparer | None,
) -> Lazy:
    return Lazy(
        ty,
        lambda: (
            result(item, match)
            for item, found in _matches(outer, inner, key, other, comparer)
            for match in found
        ),
    )


def _group_join(
    ty: Ty,
    outer: Items,
    inner: Items,
    key: Selector,
    other: Selector,
    result: Combiner,
    comparer: Comparer | None,
) -> Lazy:
    return Lazy(
        ty,
        lambda: (
            result(item, _sequence(found)) for item, found in _matches(outer, inner, key, other, comparer)
        ),
    )


def _sequence(items: list[Value]) -> Lazy:
    return Lazy(_SEQUENCE, lambda: iter(items))


def _while(step: Callable[[Value, Value], Iterator[Value]]) -> Callable[[Ty, Items, Value], Lazy]:
    """`TakeWhile` and `SkipWhile` with the index."""

    def run(ty: Ty, items: Items, test: Callable[[Value, int], bool]) -> Lazy:
        return Lazy(ty, lambda: (x for x, _ in step(lambda pair: test(*pair), zip(items, itertools.count()))))

    return run


def _flat(ty: Ty, items: Items, step: Callable[[Value, int], Items]) -> Lazy:
    return Lazy(ty, lambda: (y for i, x in enumerate(items) for y in step(x, i)))


def _flat_pairs(ty: Ty, items: Items, step: Callable[[Value, int], Items], join: Value) -> Lazy:
    return Lazy(ty, lambda: (join(x, y) for i, x in enumerate(items) for y in step(x, i)))


def _equal(first: Items, second: Items, comparer: Comparer | None) -> bool:
    gone = object()
    key: Callable[[Value], Value] = (lambda x: x) if comparer is None else comparer.key
    return all(
        a is not gone and b is not gone and same(key(a), key(b))
        for a, b in itertools.zip_longest(first, second, fillvalue=gone)
    )


_S = "this IEnumerable<T> source"
_K = "Func<T, K> keySelector"
_E = "Func<T, E> elementSelector"
_C = "IEqualityComparer<K>? comparer"
_JOIN = "this IEnumerable<T> outer, IEnumerable<U> inner, Func<T, K> outerKey, Func<U, K> innerKey"
MEMBERS = {
    "Enumerable": (
        member(
            f"static IEnumerable<IGrouping<K, E>> GroupBy<T, K, E>({_S}, {_K}, {_E}, {_C})",
            _group_pick,
            typed=True,
        ),
        member(
            f"static IEnumerable<R> GroupBy<T, K, R>({_S}, {_K}, Func<K, IEnumerable<T>, R> "
            f"resultSelector, {_C})",
            _group_result,
            typed=True,
        ),
        member(
            f"static IEnumerable<R> GroupBy<T, K, E, R>({_S}, {_K}, {_E}, Func<K, IEnumerable<E>, R> "
            f"resultSelector)",
            _pick_result,
            typed=True,
        ),
        member(
            f"static IEnumerable<R> GroupBy<T, K, E, R>({_S}, {_K}, {_E}, "
            f"Func<K, IEnumerable<E>, R> resultSelector, {_C})",
            _pick_result,
            typed=True,
        ),
        member(
            f"static IEnumerable<R> Join<T, U, K, R>({_JOIN}, Func<T, U, R> resultSelector, {_C})",
            _join,
            typed=True,
        ),
        member(
            f"static IEnumerable<R> GroupJoin<T, U, K, R>({_JOIN}, Func<T, IEnumerable<U>, R> "
            f"resultSelector, {_C})",
            _group_join,
            typed=True,
        ),
        member(
            f"static ILookup<K, T> ToLookup<T, K>({_S}, {_K}, {_C})",
            lambda ty, s, k, c: lookup_of(ty, s, k, None, c),
            typed=True,
        ),
        member(f"static ILookup<K, E> ToLookup<T, K, E>({_S}, {_K}, {_E}, {_C})", lookup_of, typed=True),
        member(
            f"static IEnumerable<T> TakeWhile<T>({_S}, Func<T, int, bool> predicate)",
            _while(itertools.takewhile),
            typed=True,
        ),
        member(
            f"static IEnumerable<T> SkipWhile<T>({_S}, Func<T, int, bool> predicate)",
            _while(itertools.dropwhile),
            typed=True,
        ),
        member(
            f"static IEnumerable<R> SelectMany<T, R>({_S}, Func<T, int, IEnumerable<R>> selector)",
            _flat,
            typed=True,
        ),
        member(
            f"static IEnumerable<R> SelectMany<T, C, R>({_S}, Func<T, int, IEnumerable<C>> "
            f"collectionSelector, "
            "Func<T, C, R> resultSelector)",
            _flat_pairs,
            typed=True,
        ),
        member(
            "static bool SequenceEqual<T>(this IEnumerable<T> first, IEnumerable<T> second, "
            "IEqualityComparer<T>? comparer)",
            _equal,
        ),
    )
}
