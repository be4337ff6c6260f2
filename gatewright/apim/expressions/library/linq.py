"""System.Linq.Enumerable: lazy where LINQ is lazy; every element costs a step through the lambdas.

Source: https://learn.microsoft.com/dotnet/api/system.linq.enumerable (.NET Core 3.1).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sized

from gatewright.apim.expressions.faults import (
    argument,
    argument_null,
)
from gatewright.apim.expressions.hashed import Comparer, NetDict
from gatewright.apim.expressions.library.collections import new_list, same
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.library.linq_groups import (
    group_by,
    group_join,
    group_pick,
    group_result,
    join,
    lookup_of,
)
from gatewright.apim.expressions.library.linq_items import Items, Test, no_elements
from gatewright.apim.expressions.library.linq_numbers import numeric_members
from gatewright.apim.expressions.library.linq_order import order_members
from gatewright.apim.expressions.library.linq_steps import (
    append,
    cast,
    default_if_empty,
    distinct,
    element_at,
    element_at_or_default,
    except_with,
    first,
    first_or_default,
    intersect,
    last,
    last_or_default,
    of_type,
    prepend,
    range_of,
    repeat,
    select,
    select_index,
    select_many,
    select_many_pairs,
    single,
    single_or_default,
    skip,
    skip_last,
    take,
    take_last,
    union,
    where,
    where_index,
    zip_with,
)
from gatewright.apim.expressions.library.sets import new_set
from gatewright.apim.expressions.limits import check_size
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Lazy, NetArray, Value

_DOCS = "https://learn.microsoft.com/dotnet/api/system.linq."


# --------------------------------------------------------------------------- into collections


def _to_array(ty: Ty, items: Items) -> NetArray:
    return NetArray(ty, list(items))


def _to_dict(ty: Ty, items: Items, key: Value, *more: Value) -> NetDict:
    pick = more[0] if more and callable(more[0]) else None
    comparer = next((m for m in more if isinstance(m, Comparer)), None)
    made = NetDict(ty, comparer)
    for item in items:
        name = key(item)
        value = item if pick is None else pick(item)
        if name is None:
            raise argument_null("key")
        if made.find(name) is not None:
            from gatewright.apim.expressions.text import text_of

            raise argument(f"An item with the same key has already been added. Key: {text_of(name)}")
        made.put(name, value)
    return made


# --------------------------------------------------------------------------- numbers


def _count(items: Items, test: Test | None = None) -> int:
    if test is None:
        return len(items) if isinstance(items, Sized) else sum(1 for _ in items)
    return sum(1 for x in items if test(x))


def _aggregate(items: Items, step: Callable[[Value, Value], Value]) -> Value:
    source = iter(items)
    try:
        total = next(source)
    except StopIteration:
        raise no_elements() from None
    for item in source:
        total = step(total, item)
    return total


def _aggregate_from(items: Items, seed: Value, step: Callable[[Value, Value], Value], *last: Value) -> Value:
    for item in items:
        seed = step(seed, item)
    return last[0](seed) if last else seed


def _equal(first: Items, second: Items) -> bool:
    missing = object()
    return all(same(a, b) for a, b in itertools.zip_longest(first, second, fillvalue=missing))


def _reverse(ty: Ty, items: Items) -> Lazy:
    return Lazy(ty, lambda: list(items)[::-1])


def _to_list(ty: Ty, items: Items) -> Value:
    made = new_list(ty, items)
    check_size(len(made))
    return made


_S = "this IEnumerable<T> source"
_P = "Func<T, bool> predicate"


def _both(name: str, result: str, call: Callable[..., Value], typed: bool) -> tuple[Entry, Entry]:
    return (
        member(f"static {result} {name}<T>({_S})", call, typed=typed),
        member(f"static {result} {name}<T>({_S}, {_P})", call, typed=typed),
    )


def _sets(name: str, call: Callable[..., Value]) -> tuple[Entry, Entry]:
    head = f"static IEnumerable<T> {name}<T>(this IEnumerable<T> first, IEnumerable<T> second"
    return (
        member(head + ")", call, typed=True),
        member(head + ", IEqualityComparer<T>? comparer)", call, typed=True),
    )


_ENUMERABLE = (
    *_both("First", "T", first, False),
    *_both("FirstOrDefault", "T", first_or_default, True),
    *_both("Last", "T", last, False),
    *_both("LastOrDefault", "T", last_or_default, True),
    *_both("Single", "T", single, False),
    *_both("SingleOrDefault", "T", single_or_default, True),
    *_both("Count", "int", _count, False),
    *_both("LongCount", "long", _count, False),
    member(f"static bool Any<T>({_S})", lambda s: any(True for _ in s)),
    member(f"static bool Any<T>({_S}, {_P})", lambda s, p: any(p(x) for x in s)),
    member(f"static bool All<T>({_S}, {_P})", lambda s, p: all(p(x) for x in s)),
    member(f"static T ElementAt<T>({_S}, int index)", element_at),
    member(f"static T ElementAtOrDefault<T>({_S}, int index)", element_at_or_default, typed=True),
    member(f"static IEnumerable<T> Where<T>({_S}, {_P})", where, typed=True),
    member(f"static IEnumerable<T> Where<T>({_S}, Func<T, int, bool> predicate)", where_index, typed=True),
    member(f"static IEnumerable<R> Select<T, R>({_S}, Func<T, R> selector)", select, typed=True),
    member(f"static IEnumerable<R> Select<T, R>({_S}, Func<T, int, R> selector)", select_index, typed=True),
    member(
        f"static IEnumerable<R> SelectMany<T, R>({_S}, Func<T, IEnumerable<R>> selector)",
        select_many,
        typed=True,
    ),
    member(
        f"static IEnumerable<R> SelectMany<T, C, R>({_S}, Func<T, IEnumerable<C>> collectionSelector, "
        "Func<T, C, R> resultSelector)",
        select_many_pairs,
        typed=True,
    ),
    member(f"static IEnumerable<T> Skip<T>({_S}, int count)", skip, typed=True),
    member(f"static IEnumerable<T> Take<T>({_S}, int count)", take, typed=True),
    member(f"static IEnumerable<T> SkipLast<T>({_S}, int count)", skip_last, typed=True),
    member(f"static IEnumerable<T> TakeLast<T>({_S}, int count)", take_last, typed=True),
    member(
        f"static IEnumerable<T> SkipWhile<T>({_S}, {_P})",
        lambda ty, s, p: Lazy(ty, lambda: itertools.dropwhile(p, s)),
        typed=True,
    ),
    member(
        f"static IEnumerable<T> TakeWhile<T>({_S}, {_P})",
        lambda ty, s, p: Lazy(ty, lambda: itertools.takewhile(p, s)),
        typed=True,
    ),
    member(f"static IEnumerable<T> Distinct<T>({_S})", distinct, typed=True),
    member(f"static IEnumerable<T> Distinct<T>({_S}, IEqualityComparer<T>? comparer)", distinct, typed=True),
    *_sets("Union", union),
    *_sets("Except", except_with),
    *_sets("Intersect", intersect),
    member(
        "static IEnumerable<T> Concat<T>(this IEnumerable<T> first, IEnumerable<T> second)",
        lambda ty, a, b: Lazy(ty, lambda: itertools.chain(a, b)),
        typed=True,
    ),
    member(f"static IEnumerable<T> DefaultIfEmpty<T>({_S})", default_if_empty, typed=True),
    member(f"static IEnumerable<T> DefaultIfEmpty<T>({_S}, T defaultValue)", default_if_empty, typed=True),
    member(f"static IEnumerable<T> Reverse<T>({_S})", _reverse, typed=True),
    member(f"static IEnumerable<T> Append<T>({_S}, T element)", append, typed=True),
    member(f"static IEnumerable<T> Prepend<T>({_S}, T element)", prepend, typed=True),
    member("static IEnumerable<R> Cast<R>(this IEnumerable source)", cast, typed=True),
    member("static IEnumerable<R> OfType<R>(this IEnumerable source)", of_type, typed=True),
    member(f"static IEnumerable<T> AsEnumerable<T>({_S})", lambda s: s),
    member(
        "static IEnumerable<R> Zip<T, U, R>(this IEnumerable<T> first, IEnumerable<U> second, "
        "Func<T, U, R> resultSelector)",
        zip_with,
        typed=True,
    ),
    *order_members(),
    member(
        f"static IEnumerable<IGrouping<K, T>> GroupBy<T, K>({_S}, Func<T, K> keySelector)",
        group_by,
        typed=True,
    ),
    member(
        f"static IEnumerable<IGrouping<K, T>> GroupBy<T, K>({_S}, Func<T, K> keySelector, "
        "IEqualityComparer<K>? comparer)",
        group_by,
        typed=True,
    ),
    member(
        f"static IEnumerable<IGrouping<K, E>> GroupBy<T, K, E>({_S}, Func<T, K> keySelector, "
        f"Func<T, E> elementSelector)",
        group_pick,
        typed=True,
    ),
    member(
        f"static IEnumerable<R> GroupBy<T, K, R>({_S}, Func<T, K> keySelector, Func<K, "
        f"IEnumerable<T>, R> resultSelector)",
        group_result,
        typed=True,
    ),
    member(
        "static IEnumerable<R> Join<T, U, K, R>(this IEnumerable<T> outer, IEnumerable<U> inner, "
        "Func<T, K> outerKey, "
        "Func<U, K> innerKey, Func<T, U, R> resultSelector)",
        join,
        typed=True,
    ),
    member(
        "static IEnumerable<R> GroupJoin<T, U, K, R>(this IEnumerable<T> outer, IEnumerable<U> inner, "
        "Func<T, K> outerKey, Func<U, K> innerKey, Func<T, IEnumerable<U>, R> resultSelector)",
        group_join,
        typed=True,
    ),
    member(f"static ILookup<K, T> ToLookup<T, K>({_S}, Func<T, K> keySelector)", lookup_of, typed=True),
    member(
        f"static ILookup<K, E> ToLookup<T, K, E>({_S}, Func<T, K> keySelector, Func<T, E> elementSelector)",
        lookup_of,
        typed=True,
    ),
    member(f"static T[] ToArray<T>({_S})", _to_array, typed=True),
    member(f"static List<T> ToList<T>({_S})", _to_list, typed=True),
    member(f"static HashSet<T> ToHashSet<T>({_S})", new_set, typed=True),
    member(f"static HashSet<T> ToHashSet<T>({_S}, IEqualityComparer<T>? comparer)", new_set, typed=True),
    member(f"static Dictionary<K, T> ToDictionary<T, K>({_S}, Func<T, K> keySelector)", _to_dict, typed=True),
    member(
        f"static Dictionary<K, T> ToDictionary<T, K>({_S}, Func<T, K> keySelector, "
        f"IEqualityComparer<K>? comparer)",
        _to_dict,
        typed=True,
    ),
    member(
        f"static Dictionary<K, V> ToDictionary<T, K, V>({_S}, Func<T, K> keySelector, Func<T, V> "
        f"elementSelector)",
        _to_dict,
        typed=True,
    ),
    member(
        f"static Dictionary<K, V> ToDictionary<T, K, V>({_S}, Func<T, K> keySelector, Func<T, V> "
        f"elementSelector, "
        "IEqualityComparer<K>? comparer)",
        _to_dict,
        typed=True,
    ),
    *numeric_members(),
    member(f"static T Aggregate<T>({_S}, Func<T, T, T> func)", _aggregate),
    member(f"static A Aggregate<T, A>({_S}, A seed, Func<A, T, A> func)", _aggregate_from),
    member(
        f"static R Aggregate<T, A, R>({_S}, A seed, Func<A, T, A> func, Func<A, R> resultSelector)",
        _aggregate_from,
    ),
    member(f"static bool Contains<T>({_S}, T value)", lambda s, v: any(same(x, v) for x in s)),
    member(
        f"static bool Contains<T>({_S}, T value, IEqualityComparer<T>? comparer)",
        lambda s, v, c: any(c.key(x) == c.key(v) for x in s) if c else any(same(x, v) for x in s),
    ),
    member("static bool SequenceEqual<T>(this IEnumerable<T> first, IEnumerable<T> second)", _equal),
    member("static IEnumerable<int> Range(int start, int count)", range_of, typed=True, run=True),
    member("static IEnumerable<T> Repeat<T>(T element, int count)", repeat, typed=True, run=True),
    member("static IEnumerable<T> Empty<T>()", lambda ty: Lazy(ty, lambda: ()), typed=True),
)

TYPES = (
    TypeEntry("Enumerable", "System.Linq", _DOCS + "enumerable", _ENUMERABLE, "static"),
    TypeEntry(
        "IOrderedEnumerable<T>",
        "System.Linq",
        _DOCS + "iorderedenumerable-1",
        kind="interface",
        bases=("IEnumerable<T>",),
        allowed=False,
    ),
    TypeEntry(
        "ILookup<K, T>",
        "System.Linq",
        _DOCS + "ilookup-2",
        (
            member("int Count", lambda v: len(v.groups)),
            member("IEnumerable<T> this[K key]", lambda v, k: v.at(k)),
            member("bool Contains(K key)", lambda v, k: any(same(g.key, k) for g in v.groups)),
        ),
        "interface",
        ("IEnumerable<IGrouping<K, T>>",),
        allowed=False,
    ),
    TypeEntry(
        "IGrouping<K, T>",
        "System.Linq",
        _DOCS + "igrouping-2",
        (member("K Key", lambda g: g.key),),
        "interface",
        ("IEnumerable<T>",),
        allowed=False,
    ),
)
