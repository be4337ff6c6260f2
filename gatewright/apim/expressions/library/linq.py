"""System.Linq.Enumerable: lazy where LINQ is lazy; every element costs a step through the lambdas.

Source: https://learn.microsoft.com/dotnet/api/system.linq.enumerable (.NET Core 3.1).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from gatewright.apim.expressions import numbers
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import (
    NetError,
    argument,
    argument_null,
    invalid_operation,
    out_of_range,
)
from gatewright.apim.expressions.library.collections import new_list, new_set, same
from gatewright.apim.expressions.library.compare import compare
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.library.runtime import conversions, default
from gatewright.apim.expressions.limits import Run, check_size
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Comparer, Lazy, NetArray, NetDict, NetList, boxed_items

_DOCS = "https://learn.microsoft.com/dotnet/api/system.linq."
Items = Iterable[Any]
Test = Callable[[Any], bool]


def _none() -> NetError:
    return invalid_operation("Sequence contains no elements")


def _no_match() -> NetError:
    return invalid_operation("Sequence contains no matching element")


# --------------------------------------------------------------------------- one element


def _first(items: Items, test: Test | None = None) -> Any:  # noqa: ANN401
    for item in items:
        if test is None or test(item):
            return item
    raise _none() if test is None else _no_match()


def _first_or(ty: Ty, items: Items, test: Test | None = None) -> Any:  # noqa: ANN401
    for item in items:
        if test is None or test(item):
            return item
    return default(ty)


def _last(items: Items, test: Test | None = None) -> Any:  # noqa: ANN401
    found = [x for x in items if test is None or test(x)]
    if not found:
        raise _none() if test is None else _no_match()
    return found[-1]


def _last_or(ty: Ty, items: Items, test: Test | None = None) -> Any:  # noqa: ANN401
    found = [x for x in items if test is None or test(x)]
    return found[-1] if found else default(ty)


def _single(items: Items, test: Test | None = None) -> Any:  # noqa: ANN401
    found = [x for x in items if test is None or test(x)]
    if len(found) > 1:
        what = "element" if test is None else "matching element"
        raise invalid_operation(f"Sequence contains more than one {what}")
    if not found:
        raise _none() if test is None else _no_match()
    return found[0]


def _single_or(ty: Ty, items: Items, test: Test | None = None) -> Any:  # noqa: ANN401
    found = [x for x in items if test is None or test(x)]
    if len(found) > 1:
        what = "element" if test is None else "matching element"
        raise invalid_operation(f"Sequence contains more than one {what}")
    return found[0] if found else default(ty)


def _element(items: Items, index: int) -> Any:  # noqa: ANN401
    if index >= 0:
        for item in itertools.islice(iter(items), index, index + 1):
            return item
    if not isinstance(items, (NetArray, NetList)):
        raise out_of_range("index")
    message = "Index was out of range. Must be non-negative and less than the size of the collection."
    raise out_of_range("index", message)


def _element_or(ty: Ty, items: Items, index: int) -> Any:  # noqa: ANN401
    return next(itertools.islice(iter(items), index, index + 1), default(ty)) if index >= 0 else default(ty)


# --------------------------------------------------------------------------- lazy steps


def _where(ty: Ty, items: Items, test: Test) -> Lazy:
    return Lazy(ty, lambda: (x for x in items if test(x)))


def _where_index(ty: Ty, items: Items, test: Callable[[Any, int], bool]) -> Lazy:
    return Lazy(ty, lambda: (x for i, x in enumerate(items) if test(x, i)))


def _select(ty: Ty, items: Items, step: Callable[[Any], Any]) -> Lazy:
    return Lazy(ty, lambda: map(step, items))


def _select_index(ty: Ty, items: Items, step: Callable[[Any, int], Any]) -> Lazy:
    return Lazy(ty, lambda: (step(x, i) for i, x in enumerate(items)))


def _flat(ty: Ty, items: Items, step: Callable[[Any], Items]) -> Lazy:
    return Lazy(ty, lambda: (y for x in items for y in step(x)))


def _flat_pairs(ty: Ty, items: Items, step: Callable[[Any], Items], join: Callable[[Any, Any], Any]) -> Lazy:
    return Lazy(ty, lambda: (join(x, y) for x in items for y in step(x)))


def _skip(ty: Ty, items: Items, count: int) -> Lazy:
    return Lazy(ty, lambda: itertools.islice(iter(items), max(0, count), None))


def _take(ty: Ty, items: Items, count: int) -> Lazy:
    return Lazy(ty, lambda: itertools.islice(iter(items), max(0, count)))


def _skip_last(ty: Ty, items: Items, count: int) -> Lazy:
    return Lazy(ty, lambda: (lambda found: found[: max(0, len(found) - max(0, count))])(list(items)))


def _take_last(ty: Ty, items: Items, count: int) -> Lazy:
    return Lazy(ty, lambda: list(items)[-count:] if count > 0 else [])


def _distinct(ty: Ty, items: Items, comparer: Comparer | None = None) -> Lazy:
    return Lazy(ty, lambda: iter(new_set(ty, items, comparer)))


def _union(ty: Ty, first: Items, second: Items, comparer: Comparer | None = None) -> Lazy:
    return Lazy(ty, lambda: iter(new_set(ty, itertools.chain(first, second), comparer)))


def _except(ty: Ty, first: Items, second: Items, comparer: Comparer | None = None) -> Lazy:
    def start() -> Iterator[Any]:
        seen = new_set(ty, second, comparer)
        for item in first:
            if seen.add(item):
                yield item

    return Lazy(ty, start)


def _intersect(ty: Ty, first: Items, second: Items, comparer: Comparer | None = None) -> Lazy:
    def start() -> Iterator[Any]:
        wanted = new_set(ty, second, comparer)
        for item in first:
            if wanted.data.pop(wanted.key(item), wanted) is not wanted:
                yield item

    return Lazy(ty, start)


def _default_if_empty(ty: Ty, items: Items, *given: Any) -> Lazy:  # noqa: ANN401
    def start() -> Iterator[Any]:
        empty = True
        for item in items:
            empty = False
            yield item
        if empty:
            yield given[0] if given else default(ty.args[0])

    return Lazy(ty, start)


def _range(ty: Ty, run: Run, start: int, count: int) -> Lazy:
    if count < 0 or start + count - 1 > 0x7FFFFFFF:
        raise out_of_range("count")

    def numbers_() -> Iterator[int]:
        for value in range(start, start + count):
            run.tick()
            yield value

    return Lazy(ty, numbers_)


def _repeat(ty: Ty, run: Run, value: Any, count: int) -> Lazy:  # noqa: ANN401
    if count < 0:
        raise out_of_range("count")

    def values() -> Iterator[Any]:
        for _ in range(count):
            run.tick()
            yield value

    return Lazy(ty, values)


def _cast(ty: Ty, items: Items) -> Lazy:
    return Lazy(ty, lambda: conversions().cast_items(items, ty.args[0]))


def _of_type(ty: Ty, items: Items) -> Lazy:
    wanted, rules = ty.args[0], conversions()
    return Lazy(
        ty, lambda: (rules.cast(x, wanted) for x in boxed_items(items) if rules.is_instance(x, wanted))
    )


def _zip(ty: Ty, first: Items, second: Items, join: Callable[[Any, Any], Any]) -> Lazy:
    return Lazy(ty, lambda: (join(a, b) for a, b in zip(first, second, strict=False)))


# --------------------------------------------------------------------------- order


class Ordered(Lazy):
    """An ordered sequence: what it sorts, and by which keys in turn."""

    __slots__ = ("keys", "source")

    def __init__(self, ty: Ty, source: Items, keys: list[tuple[Callable[[Any], Any], Any, bool]]) -> None:
        super().__init__(ty, self.sorted)
        self.source = source
        self.keys = keys

    def sorted(self) -> list[Any]:
        """The elements in order; equal ones stay as they were."""
        found = list(self.source)
        for key, order, down in reversed(self.keys):
            keyed = [(key(x), x) for x in found]
            sort = order.sort if isinstance(order, Comparer) else cmp_to_key(compare)
            keyed.sort(key=lambda pair, sort=sort: sort(pair[0]), reverse=down)  # type: ignore[misc]
            found = [x for _, x in keyed]
        return found


def _order(down: bool) -> Callable[..., Ordered]:
    return lambda ty, items, key, order=None: Ordered(ty, items, [(key, order, down)])


def _then(down: bool) -> Callable[..., Ordered]:
    return lambda ty, items, key, order=None: Ordered(ty, items.source, [*items.keys, (key, order, down)])


def _order_members() -> Iterator[Entry]:
    for name, build, source, down in (
        ("OrderBy", _order, "IEnumerable", False),
        ("OrderByDescending", _order, "IEnumerable", True),
        ("ThenBy", _then, "IOrderedEnumerable", False),
        ("ThenByDescending", _then, "IOrderedEnumerable", True),
    ):
        head = f"static IOrderedEnumerable<T> {name}<T, K>(this {source}<T> source, Func<T, K> keySelector"
        yield member(head + ")", build(down), typed=True)
        yield member(head + ", IComparer<K>? comparer)", build(down), typed=True)


# --------------------------------------------------------------------------- groups


class Group(Lazy):
    """An `IGrouping<K, T>`."""

    __slots__ = ("items", "key")

    def __init__(self, ty: Ty, key: Any, items: list[Any]) -> None:  # noqa: ANN401
        super().__init__(ty, lambda: items)
        self.key = key
        self.items = items


def groups_of(
    ty: Ty,
    items: Items,
    key: Callable[[Any], Any],
    pick: Callable[[Any], Any] | None,
    comparer: Comparer | None,
) -> list[Group]:
    """The groups of a sequence, in the order of their first elements."""
    found: dict[Any, Group] = {}
    for item in items:
        name = key(item)
        at = name if comparer is None else comparer.key(name)
        if at not in found:
            found[at] = Group(ty, name, [])
        found[at].items.append(item if pick is None else pick(item))
    return list(found.values())


def _group(ty: Ty, items: Items, key: Any, comparer: Comparer | None = None) -> Lazy:  # noqa: ANN401
    return Lazy(ty, lambda: groups_of(ty.args[0], items, key, None, comparer))


def _group_pick(ty: Ty, items: Items, key: Any, pick: Any, comparer: Comparer | None = None) -> Lazy:  # noqa: ANN401
    return Lazy(ty, lambda: groups_of(ty.args[0], items, key, pick, comparer))


def _group_result(ty: Ty, items: Items, key: Any, result: Any) -> Lazy:  # noqa: ANN401
    inner = t.make("IGrouping", (t.OBJECT, t.OBJECT))
    return Lazy(ty, lambda: (result(g.key, g) for g in groups_of(inner, items, key, None, None)))


def _join(ty: Ty, outer: Items, inner: Items, key: Any, other: Any, result: Any) -> Lazy:  # noqa: ANN401
    def start() -> Iterator[Any]:
        table: dict[Any, list[Any]] = {}
        for item in inner:
            table.setdefault(other(item), []).append(item)
        for item in outer:
            for match in table.get(key(item), ()):
                yield result(item, match)

    return Lazy(ty, start)


def _group_join(ty: Ty, outer: Items, inner: Items, key: Any, other: Any, result: Any) -> Lazy:  # noqa: ANN401
    def start() -> Iterator[Any]:
        table: dict[Any, list[Any]] = {}
        for item in inner:
            table.setdefault(other(item), []).append(item)
        for item in outer:
            found = table.get(key(item), [])
            yield result(item, Lazy(_ANYTHING, lambda found=found: found))  # type: ignore[misc]

    return Lazy(ty, start)


_ANYTHING = t.enumerable(t.OBJECT)


class Lookup(Lazy):
    """An `ILookup<K, T>`."""

    __slots__ = ("comparer", "groups")

    def __init__(self, ty: Ty, groups: list[Group], comparer: Comparer | None = None) -> None:
        super().__init__(ty, lambda: groups)
        self.groups = groups
        self.comparer = comparer

    def at(self, key: Any) -> Lazy:  # noqa: ANN401
        """The group of a key, empty where there is none."""
        by: Callable[[Any], Any] = (lambda k: k) if self.comparer is None else self.comparer.key
        found = next((g for g in self.groups if same(by(g.key), by(key))), None)
        return found or Lazy(t.enumerable(self.ty.args[1]), lambda: ())


def lookup_of(ty: Ty, items: Items, key: Any, pick: Any = None, comparer: Comparer | None = None) -> Lookup:  # noqa: ANN401
    """`ToLookup`."""
    return Lookup(ty, groups_of(t.make("IGrouping", ty.args), items, key, pick, comparer), comparer)


# --------------------------------------------------------------------------- into collections


def _to_array(ty: Ty, items: Items) -> NetArray:
    return NetArray(ty, list(items))


def _to_dict(ty: Ty, items: Items, key: Any, *more: Any) -> NetDict:  # noqa: ANN401
    pick = more[0] if more and callable(more[0]) else None
    comparer = next((m for m in more if isinstance(m, Comparer)), None)
    made = NetDict(ty, comparer)
    for item in items:
        name = key(item)
        if name is None:
            raise argument_null("key")
        if made.find(name) is not None:
            from gatewright.apim.expressions.text import text_of

            raise argument(f"An item with the same key has already been added. Key: {text_of(name)}")
        made.put(name, item if pick is None else pick(item))
    return made


def _append(ty: Ty, items: Items, item: Any) -> Lazy:  # noqa: ANN401
    return Lazy(ty, lambda: itertools.chain(items, [item]))


def _prepend(ty: Ty, items: Items, item: Any) -> Lazy:  # noqa: ANN401
    return Lazy(ty, lambda: itertools.chain([item], items))


# --------------------------------------------------------------------------- numbers


def _count(items: Items, test: Test | None = None) -> int:
    if test is None:
        try:
            return len(items)  # type: ignore[arg-type]
        except TypeError:
            return sum(1 for _ in items)
    return sum(1 for x in items if test(x))


def _sum(ty: Ty, items: Items, pick: Callable[[Any], Any] | None = None) -> Any:  # noqa: ANN401
    values = [x for x in (items if pick is None else map(pick, items)) if x is not None]
    plain = ty.args[0] if ty.name == "?" else ty
    if plain is t.DECIMAL:
        total = Decimal(0)
        for value in values:
            total = numbers.decimal_add(total, value)
        return total
    if plain in t.INTEGRAL_BITS:
        whole = sum(values)
        low, high = numbers.bounds(plain)
        if not low <= whole <= high:
            raise NetError("OverflowException", "Arithmetic operation resulted in an overflow.")
        return whole
    result = 0.0
    for value in values:
        result += value
    return result


def _average(ty: Ty, items: Items, pick: Callable[[Any], Any] | None = None) -> Any:  # noqa: ANN401
    values = [x for x in (items if pick is None else map(pick, items)) if x is not None]
    if not values:
        if ty.name == "?":
            return None
        raise _none()
    plain = ty.args[0] if ty.name == "?" else ty
    if plain is t.DECIMAL:
        return numbers.decimal_divide(_sum(plain, values), Decimal(len(values)))
    total: float = sum(values) if isinstance(values[0], int) else _sum(plain, values)
    return total / len(values)


def _extreme(sign: int) -> Callable[..., Any]:
    def run(ty: Ty, items: Items, pick: Callable[[Any], Any] | None = None) -> Any:  # noqa: ANN401
        best: Any = None
        for value in items if pick is None else map(pick, items):
            if value is None:
                continue
            if isinstance(value, float) and value != value:
                if sign < 0:
                    return value
                best = value if best is None else best
                continue
            if best is None or best != best or compare(value, best) * sign > 0:
                best = value
        if best is None and conversions().library.is_value(ty):
            raise _none()
        return best

    return run


def _numeric_members() -> Iterator[Entry]:
    for name, call in (("Sum", _sum), ("Average", _average), ("Max", _extreme(1)), ("Min", _extreme(-1))):
        for kind in ("int", "long", "double", "decimal", "float"):
            result = (
                kind if name != "Average" else {"decimal": "decimal", "float": "float"}.get(kind, "double")
            )
            for mark in ("", "?"):
                yield member(
                    f"static {result}{mark} {name}(this IEnumerable<{kind}{mark}> source)", call, typed=True
                )
                yield member(
                    f"static {result}{mark} {name}<T>(this IEnumerable<T> source, Func<T, "
                    f"{kind}{mark}> selector)",
                    call,
                    typed=True,
                )
        if name in ("Max", "Min"):
            yield member(f"static T {name}<T>(this IEnumerable<T> source)", call, typed=True)
            yield member(
                f"static R {name}<T, R>(this IEnumerable<T> source, Func<T, R> selector)", call, typed=True
            )


def _aggregate(items: Items, step: Callable[[Any, Any], Any]) -> Any:  # noqa: ANN401
    source = iter(items)
    try:
        total = next(source)
    except StopIteration:
        raise _none() from None
    for item in source:
        total = step(total, item)
    return total


def _aggregate_from(items: Items, seed: Any, step: Callable[[Any, Any], Any], *last: Any) -> Any:  # noqa: ANN401
    for item in items:
        seed = step(seed, item)
    return last[0](seed) if last else seed


def _equal(first: Items, second: Items) -> bool:
    missing = object()
    return all(same(a, b) for a, b in itertools.zip_longest(first, second, fillvalue=missing))


def _reverse(ty: Ty, items: Items) -> Lazy:
    return Lazy(ty, lambda: list(items)[::-1])


def _to_list(ty: Ty, items: Items) -> Any:  # noqa: ANN401
    made = new_list(ty, items)
    check_size(len(made))
    return made


_S = "this IEnumerable<T> source"
_P = "Func<T, bool> predicate"


def _both(name: str, result: str, call: Callable[..., Any], typed: bool) -> tuple[Entry, Entry]:
    return (
        member(f"static {result} {name}<T>({_S})", call, typed=typed),
        member(f"static {result} {name}<T>({_S}, {_P})", call, typed=typed),
    )


def _sets(name: str, call: Callable[..., Any]) -> tuple[Entry, Entry]:
    head = f"static IEnumerable<T> {name}<T>(this IEnumerable<T> first, IEnumerable<T> second"
    return (
        member(head + ")", call, typed=True),
        member(head + ", IEqualityComparer<T>? comparer)", call, typed=True),
    )


_ENUMERABLE = (
    *_both("First", "T", _first, False),
    *_both("FirstOrDefault", "T", _first_or, True),
    *_both("Last", "T", _last, False),
    *_both("LastOrDefault", "T", _last_or, True),
    *_both("Single", "T", _single, False),
    *_both("SingleOrDefault", "T", _single_or, True),
    *_both("Count", "int", _count, False),
    *_both("LongCount", "long", _count, False),
    member(f"static bool Any<T>({_S})", lambda s: any(True for _ in s)),
    member(f"static bool Any<T>({_S}, {_P})", lambda s, p: any(p(x) for x in s)),
    member(f"static bool All<T>({_S}, {_P})", lambda s, p: all(p(x) for x in s)),
    member(f"static T ElementAt<T>({_S}, int index)", _element),
    member(f"static T ElementAtOrDefault<T>({_S}, int index)", _element_or, typed=True),
    member(f"static IEnumerable<T> Where<T>({_S}, {_P})", _where, typed=True),
    member(f"static IEnumerable<T> Where<T>({_S}, Func<T, int, bool> predicate)", _where_index, typed=True),
    member(f"static IEnumerable<R> Select<T, R>({_S}, Func<T, R> selector)", _select, typed=True),
    member(f"static IEnumerable<R> Select<T, R>({_S}, Func<T, int, R> selector)", _select_index, typed=True),
    member(
        f"static IEnumerable<R> SelectMany<T, R>({_S}, Func<T, IEnumerable<R>> selector)", _flat, typed=True
    ),
    member(
        f"static IEnumerable<R> SelectMany<T, C, R>({_S}, Func<T, IEnumerable<C>> collectionSelector, "
        "Func<T, C, R> resultSelector)",
        _flat_pairs,
        typed=True,
    ),
    member(f"static IEnumerable<T> Skip<T>({_S}, int count)", _skip, typed=True),
    member(f"static IEnumerable<T> Take<T>({_S}, int count)", _take, typed=True),
    member(f"static IEnumerable<T> SkipLast<T>({_S}, int count)", _skip_last, typed=True),
    member(f"static IEnumerable<T> TakeLast<T>({_S}, int count)", _take_last, typed=True),
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
    member(f"static IEnumerable<T> Distinct<T>({_S})", _distinct, typed=True),
    member(f"static IEnumerable<T> Distinct<T>({_S}, IEqualityComparer<T>? comparer)", _distinct, typed=True),
    *_sets("Union", _union),
    *_sets("Except", _except),
    *_sets("Intersect", _intersect),
    member(
        "static IEnumerable<T> Concat<T>(this IEnumerable<T> first, IEnumerable<T> second)",
        lambda ty, a, b: Lazy(ty, lambda: itertools.chain(a, b)),
        typed=True,
    ),
    member(f"static IEnumerable<T> DefaultIfEmpty<T>({_S})", _default_if_empty, typed=True),
    member(f"static IEnumerable<T> DefaultIfEmpty<T>({_S}, T defaultValue)", _default_if_empty, typed=True),
    member(f"static IEnumerable<T> Reverse<T>({_S})", _reverse, typed=True),
    member(f"static IEnumerable<T> Append<T>({_S}, T element)", _append, typed=True),
    member(f"static IEnumerable<T> Prepend<T>({_S}, T element)", _prepend, typed=True),
    member("static IEnumerable<R> Cast<R>(this IEnumerable source)", _cast, typed=True),
    member("static IEnumerable<R> OfType<R>(this IEnumerable source)", _of_type, typed=True),
    member(f"static IEnumerable<T> AsEnumerable<T>({_S})", lambda s: s),
    member(
        "static IEnumerable<R> Zip<T, U, R>(this IEnumerable<T> first, IEnumerable<U> second, "
        "Func<T, U, R> resultSelector)",
        _zip,
        typed=True,
    ),
    *_order_members(),
    member(
        f"static IEnumerable<IGrouping<K, T>> GroupBy<T, K>({_S}, Func<T, K> keySelector)", _group, typed=True
    ),
    member(
        f"static IEnumerable<IGrouping<K, T>> GroupBy<T, K>({_S}, Func<T, K> keySelector, "
        "IEqualityComparer<K>? comparer)",
        _group,
        typed=True,
    ),
    member(
        f"static IEnumerable<IGrouping<K, E>> GroupBy<T, K, E>({_S}, Func<T, K> keySelector, "
        f"Func<T, E> elementSelector)",
        _group_pick,
        typed=True,
    ),
    member(
        f"static IEnumerable<R> GroupBy<T, K, R>({_S}, Func<T, K> keySelector, Func<K, "
        f"IEnumerable<T>, R> resultSelector)",
        _group_result,
        typed=True,
    ),
    member(
        "static IEnumerable<R> Join<T, U, K, R>(this IEnumerable<T> outer, IEnumerable<U> inner, "
        "Func<T, K> outerKey, "
        "Func<U, K> innerKey, Func<T, U, R> resultSelector)",
        _join,
        typed=True,
    ),
    member(
        "static IEnumerable<R> GroupJoin<T, U, K, R>(this IEnumerable<T> outer, IEnumerable<U> inner, "
        "Func<T, K> outerKey, Func<U, K> innerKey, Func<T, IEnumerable<U>, R> resultSelector)",
        _group_join,
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
    *_numeric_members(),
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
    member("static IEnumerable<int> Range(int start, int count)", _range, typed=True, run=True),
    member("static IEnumerable<T> Repeat<T>(T element, int count)", _repeat, typed=True, run=True),
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
