"""LINQ methods that give one element, or a sequence made as it is gone through.

Source: https://learn.microsoft.com/dotnet/api/system.linq.enumerable (.NET Core 3.1).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from gatewright.apim.expressions.faults import (
    invalid_operation,
    out_of_range,
)
from gatewright.apim.expressions.hashed import Comparer
from gatewright.apim.expressions.library.linq_items import Items, Test, no_elements, no_match
from gatewright.apim.expressions.library.runtime import conversions, default
from gatewright.apim.expressions.library.sets import new_set
from gatewright.apim.expressions.limits import Run
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Lazy, NetArray, NetList, Value, boxed_items


def first(items: Items, test: Test | None = None) -> Value:
    """`First`."""
    for item in items:
        if test is None or test(item):
            return item
    raise no_elements() if test is None else no_match()


def first_or_default(ty: Ty, items: Items, test: Test | None = None) -> Value:
    """`FirstOrDefault`."""
    for item in items:
        if test is None or test(item):
            return item
    return default(ty)


def last(items: Items, test: Test | None = None) -> Value:
    """`Last`."""
    found = [x for x in items if test is None or test(x)]
    if not found:
        raise no_elements() if test is None else no_match()
    return found[-1]


def last_or_default(ty: Ty, items: Items, test: Test | None = None) -> Value:
    """`LastOrDefault`."""
    found = [x for x in items if test is None or test(x)]
    return found[-1] if found else default(ty)


def single(items: Items, test: Test | None = None) -> Value:
    """`Single`."""
    found = [x for x in items if test is None or test(x)]
    if len(found) > 1:
        what = "element" if test is None else "matching element"
        raise invalid_operation(f"Sequence contains more than one {what}")
    if not found:
        raise no_elements() if test is None else no_match()
    return found[0]


def single_or_default(ty: Ty, items: Items, test: Test | None = None) -> Value:
    """`SingleOrDefault`."""
    found = [x for x in items if test is None or test(x)]
    if len(found) > 1:
        what = "element" if test is None else "matching element"
        raise invalid_operation(f"Sequence contains more than one {what}")
    return found[0] if found else default(ty)


def element_at(items: Items, index: int) -> Value:
    """`ElementAt`."""
    if index >= 0:
        for item in itertools.islice(iter(items), index, index + 1):
            return item
    if not isinstance(items, (NetArray, NetList)):
        raise out_of_range("index")
    message = "Index was out of range. Must be non-negative and less than the size of the collection."
    raise out_of_range("index", message)


def element_at_or_default(ty: Ty, items: Items, index: int) -> Value:
    """`ElementAtOrDefault`."""
    return next(itertools.islice(iter(items), index, index + 1), default(ty)) if index >= 0 else default(ty)


def where(ty: Ty, items: Items, test: Test) -> Lazy:
    """`Where`."""
    return Lazy(ty, lambda: (x for x in items if test(x)))


def where_index(ty: Ty, items: Items, test: Callable[[Value, int], bool]) -> Lazy:
    """`Where` with the place of each element."""
    return Lazy(ty, lambda: (x for i, x in enumerate(items) if test(x, i)))


def select(ty: Ty, items: Items, step: Callable[[Value], Value]) -> Lazy:
    """`Select`."""
    return Lazy(ty, lambda: map(step, items))


def select_index(ty: Ty, items: Items, step: Callable[[Value, int], Value]) -> Lazy:
    """`Select` with the place of each element."""
    return Lazy(ty, lambda: (step(x, i) for i, x in enumerate(items)))


def select_many(ty: Ty, items: Items, step: Callable[[Value], Items]) -> Lazy:
    """`SelectMany`."""
    return Lazy(ty, lambda: (y for x in items for y in step(x)))


def select_many_pairs(
    ty: Ty, items: Items, step: Callable[[Value], Items], join: Callable[[Value, Value], Value]
) -> Lazy:
    """`SelectMany` with each element and what it holds."""
    return Lazy(ty, lambda: (join(x, y) for x in items for y in step(x)))


def skip(ty: Ty, items: Items, count: int) -> Lazy:
    """`Skip`."""
    return Lazy(ty, lambda: itertools.islice(iter(items), max(0, count), None))


def take(ty: Ty, items: Items, count: int) -> Lazy:
    """`Take`."""
    return Lazy(ty, lambda: itertools.islice(iter(items), max(0, count)))


def skip_last(ty: Ty, items: Items, count: int) -> Lazy:
    """`SkipLast`."""
    return Lazy(ty, lambda: (lambda found: found[: max(0, len(found) - max(0, count))])(list(items)))


def take_last(ty: Ty, items: Items, count: int) -> Lazy:
    """`TakeLast`."""
    return Lazy(ty, lambda: list(items)[-count:] if count > 0 else [])


def distinct(ty: Ty, items: Items, comparer: Comparer | None = None) -> Lazy:
    """`Distinct`."""
    return Lazy(ty, lambda: _once(ty, items, comparer))


def _once(ty: Ty, items: Items, comparer: Comparer | None) -> Iterator[Value]:
    seen = new_set(ty, (), comparer)
    return (item for item in items if seen.add(item))


def union(ty: Ty, first: Items, second: Items, comparer: Comparer | None = None) -> Lazy:
    """`Union`."""
    return Lazy(ty, lambda: _once(ty, itertools.chain(first, second), comparer))


def except_with(ty: Ty, first: Items, second: Items, comparer: Comparer | None = None) -> Lazy:
    """`Except`."""

    def start() -> Iterator[Value]:
        seen = new_set(ty, second, comparer)
        for item in first:
            if seen.add(item):
                yield item

    return Lazy(ty, start)


def intersect(ty: Ty, first: Items, second: Items, comparer: Comparer | None = None) -> Lazy:
    """`Intersect`."""

    def start() -> Iterator[Value]:
        wanted = new_set(ty, second, comparer)
        for item in first:
            if wanted.data.pop(wanted.key(item), wanted) is not wanted:
                yield item

    return Lazy(ty, start)


def default_if_empty(ty: Ty, items: Items, *given: Value) -> Lazy:
    """`DefaultIfEmpty`."""

    def start() -> Iterator[Value]:
        empty = True
        for item in items:
            empty = False
            yield item
        if empty:
            yield given[0] if given else default(ty.args[0])

    return Lazy(ty, start)


def range_of(ty: Ty, run: Run, start: int, count: int) -> Lazy:
    """`Range`."""
    if count < 0 or start + count - 1 > 0x7FFFFFFF:
        raise out_of_range("count")

    def numbers_() -> Iterator[int]:
        for value in range(start, start + count):
            run.tick()
            yield value

    return Lazy(ty, numbers_)


def repeat(ty: Ty, run: Run, value: Value, count: int) -> Lazy:
    """`Repeat`."""
    if count < 0:
        raise out_of_range("count")

    def values() -> Iterator[Value]:
        for _ in range(count):
            run.tick()
            yield value

    return Lazy(ty, values)


def cast(ty: Ty, items: Items) -> Lazy:
    """`Cast`."""
    return Lazy(ty, lambda: conversions().cast_items(items, ty.args[0]))


def of_type(ty: Ty, items: Items) -> Lazy:
    """`OfType`."""
    wanted, rules = ty.args[0], conversions()
    return Lazy(
        ty, lambda: (rules.cast(x, wanted) for x in boxed_items(items) if rules.is_instance(x, wanted))
    )


def zip_with(ty: Ty, first: Items, second: Items, join: Callable[[Value, Value], Value]) -> Lazy:
    """`Zip`."""
    return Lazy(ty, lambda: (join(a, b) for a, b in zip(first, second, strict=False)))


def append(ty: Ty, items: Items, item: Value) -> Lazy:
    """`Append`."""
    return Lazy(ty, lambda: itertools.chain(items, [item]))


def prepend(ty: Ty, items: Items, item: Value) -> Lazy:
    """`Prepend`."""
    return Lazy(ty, lambda: itertools.chain([item], items))
