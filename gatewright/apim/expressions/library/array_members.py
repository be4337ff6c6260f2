"""Further members of System.Array: searches within ranges, sorting with keys, arrays of unknown type.

Source: https://learn.microsoft.com/dotnet/api/system.array (.NET Core 3.1).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument, index_out_of_range, out_of_range
from gatewright.apim.expressions.hashed import Comparer
from gatewright.apim.expressions.library.arrays import copy_array
from gatewright.apim.expressions.library.collections import same
from gatewright.apim.expressions.library.compare import compare, equal
from gatewright.apim.expressions.library.entry import member
from gatewright.apim.expressions.library.runtime import conversions, default
from gatewright.apim.expressions.limits import check_size
from gatewright.apim.expressions.values import NetArray, NetList, NetType, Value, boxed_items

_RANGE = "Index was out of range. Must be non-negative and less than the size of the collection."
_COUNT = "Count must be positive and count must refer to a location within the string/array/collection."


def span(items: list[Value], start: int, count: int | None) -> range:
    """The places of a range, forwards.

    Raises:
        NetError: ArgumentOutOfRangeException.
    """
    if not 0 <= start <= len(items):
        raise out_of_range("startIndex", _RANGE)
    if count is not None and not 0 <= count <= len(items) - start:
        raise out_of_range("count", _COUNT)
    return range(start, len(items) if count is None else start + count)


def span_back(items: list[Value], start: int, count: int | None) -> range:
    """The places of a range, backwards from its start.

    Raises:
        NetError: ArgumentOutOfRangeException.
    """
    if not items:
        if start not in (-1, 0):
            raise out_of_range("startIndex", _RANGE)
        return range(0)
    if not 0 <= start < len(items):
        raise out_of_range("startIndex", _RANGE)
    if count is not None and (count < 0 or start - count + 1 < 0):
        raise out_of_range("count", _COUNT)
    return range(start, -1 if count is None else start - count, -1)


def find_equal(values: Value, item: Value, start: int = 0, count: int | None = None) -> int:
    """`IndexOf` within a range."""
    return next((i for i in span(values.items, start, count) if same(values.items[i], item)), -1)


def find_last_equal(values: Value, item: Value, start: int | None = None, count: int | None = None) -> int:
    """`LastIndexOf` within a range."""
    at = len(values.items) - 1 if start is None else start
    return next((i for i in span_back(values.items, at, count) if same(values.items[i], item)), -1)


def find_test(values: Value, *given: Value) -> int:
    """`FindIndex(startIndex, count, match)`."""
    *at, test = given
    start, count = (*at, None)[:2]
    return next((i for i in span(values.items, start, count) if test(values.items[i])), -1)


def find_last_test(values: Value, *given: Value) -> int:
    """`FindLastIndex(startIndex, count, match)`."""
    *at, test = given
    start, count = (*at, None, None)[:2]
    place = len(values.items) - 1 if start is None else start
    return next((i for i in span_back(values.items, place, count) if test(values.items[i])), -1)


def part(items: list[Value], start: int, count: int) -> slice:
    """A range of items.

    Raises:
        NetError: ArgumentOutOfRangeException, ArgumentException.
    """
    if start < 0 or count < 0:
        raise out_of_range("index" if start < 0 else "length", "Non-negative number required.")
    if start + count > len(items):
        raise argument("Offset and length were out of bounds for the array.")
    return slice(start, start + count)


def binary_search(values: Value, *given: Value) -> int:
    """`BinarySearch`: the place, or the complement of where the item would stand."""
    *at, item = [g for g in given if not isinstance(g, Comparer)]
    comparer = next((g for g in given if isinstance(g, Comparer)), None)
    low, count = at or (0, len(values.items))
    part(values.items, low, count)
    high = low + count - 1
    order: Callable[[Value, Value], int] = compare if comparer is None else order_of(comparer)
    while low <= high:
        middle = (low + high) // 2
        found = order(values.items[middle], item)
        if found == 0:
            return middle
        low, high = (middle + 1, high) if found < 0 else (low, middle - 1)
    return ~low


def order_of(comparer: Comparer) -> Callable[[Value, Value], int]:
    """How a comparer orders two values."""

    def order(a: Value, b: Value) -> int:
        x, y = comparer.sort(a), comparer.sort(b)
        return int(x > y) - int(x < y)

    return order


def sort_part(values: Value, start: int, count: int, comparer: Comparer | None = None) -> None:
    """`Sort` of a range."""
    where = part(values.items, start, count)
    key = cmp_to_key(compare) if comparer is None else comparer.sort
    values.items[where] = sorted(values.items[where], key=key)
    if isinstance(values, NetList):
        values.version += 1


def reverse_part(values: Value, start: int, count: int) -> None:
    """`Reverse` of a range."""
    where = part(values.items, start, count)
    values.items[where] = values.items[where][::-1]
    if isinstance(values, NetList):
        values.version += 1


def _sort_keys(keys: NetArray, items: NetArray, comparer: Comparer | None = None) -> None:
    if len(items) < len(keys):
        raise argument("Offset and length were out of bounds for the array.")
    key = cmp_to_key(compare) if comparer is None else comparer.sort
    order = sorted(range(len(keys)), key=lambda i: key(keys.items[i]))
    keys.items[:] = [keys.items[i] for i in order]
    items.items[: len(keys)] = [items.items[i] for i in order]


def _fill(values: NetArray, item: Value, *at: int) -> None:
    start, count = at or (0, len(values.items))
    if not 0 <= start <= len(values.items):
        raise out_of_range("startIndex", _RANGE)
    if not 0 <= count <= len(values.items) - start:
        raise out_of_range("count", _COUNT)
    values.items[start : start + count] = [item] * count


def _one_dimension(dimension: int) -> int:
    if dimension != 0:
        raise index_out_of_range()
    return 0


def _get(values: NetArray, index: int) -> Value:
    if not 0 <= index < len(values.items):
        raise index_out_of_range()
    return next(iter(boxed_items(NetArray(values.ty, [values.items[index]]))))


def _set(values: NetArray, item: Value, index: int) -> None:
    if not 0 <= index < len(values.items):
        raise index_out_of_range()
    element = values.ty.args[0]
    if item is None:
        values.items[index] = default(element)
    elif conversions().is_instance(item, element):
        values.items[index] = conversions().cast(item, element)
    else:
        raise NetError("InvalidCastException", "Object cannot be stored in an array of this type.")


def _create(kind: NetType, length: int) -> NetArray:
    if length < 0:
        raise out_of_range("length", "Non-negative number required.")
    check_size(length)
    return NetArray(t.array(kind.of), [default(kind.of)] * length)


def _boxed_find(values: NetArray, item: Value, *at: int) -> int:
    start, count = (*at, None, None)[:2]
    boxed = list(boxed_items(values))
    return next((i for i in span(boxed, start or 0, count) if equal(boxed[i], item)), -1)


_A = "T[] array"
MEMBERS = {
    "Array": (
        member("bool IsReadOnly", lambda a: False),
        member("bool IsFixedSize", lambda a: True),
        member("int GetLowerBound(int dimension)", lambda a, d: _one_dimension(d)),
        member("int GetUpperBound(int dimension)", lambda a, d: _one_dimension(d) + len(a) - 1),
        member("long GetLongLength(int dimension)", lambda a, d: _one_dimension(d) + len(a)),
        member("object GetValue(int index)", _get),
        member("object GetValue(long index)", _get),
        member("void SetValue(object? value, int index)", _set),
        member("void SetValue(object? value, long index)", _set),
        member("static Array CreateInstance(Type elementType, int length)", _create),
        member(f"static int BinarySearch<T>({_A}, T value)", binary_search),
        member(f"static int BinarySearch<T>({_A}, T value, IComparer<T>? comparer)", binary_search),
        member(f"static int BinarySearch<T>({_A}, int index, int length, T value)", binary_search),
        member(
            f"static int BinarySearch<T>({_A}, int index, int length, T value, IComparer<T>? comparer)",
            binary_search,
        ),
        member("static int IndexOf(Array array, object? value)", _boxed_find),
        member(f"static int IndexOf<T>({_A}, T value, int startIndex)", find_equal),
        member(f"static int IndexOf<T>({_A}, T value, int startIndex, int count)", find_equal),
        member(f"static int LastIndexOf<T>({_A}, T value, int startIndex)", find_last_equal),
        member(f"static int LastIndexOf<T>({_A}, T value, int startIndex, int count)", find_last_equal),
        member(f"static int FindIndex<T>({_A}, int startIndex, Predicate<T> match)", find_test),
        member(f"static int FindIndex<T>({_A}, int startIndex, int count, Predicate<T> match)", find_test),
        member(f"static int FindLastIndex<T>({_A}, Predicate<T> match)", find_last_test),
        member(f"static int FindLastIndex<T>({_A}, int startIndex, Predicate<T> match)", find_last_test),
        member(
            f"static int FindLastIndex<T>({_A}, int startIndex, int count, Predicate<T> match)",
            find_last_test,
        ),
        member("static void Reverse(Array array)", lambda a: a.items.reverse()),
        member(f"static void Reverse<T>({_A}, int index, int length)", reverse_part),
        member("static void Sort(Array array)", lambda a: sort_part(a, 0, len(a))),
        member(f"static void Sort<T>({_A}, int index, int length)", sort_part),
        member(f"static void Sort<T>({_A}, int index, int length, IComparer<T>? comparer)", sort_part),
        member("static void Sort<K, V>(K[] keys, V[] items)", _sort_keys),
        member("static void Sort<K, V>(K[] keys, V[] items, IComparer<K>? comparer)", _sort_keys),
        member(f"static void Fill<T>({_A}, T value)", _fill),
        member(f"static void Fill<T>({_A}, T value, int startIndex, int count)", _fill),
        member("static void ConstrainedCopy(Array a, int i, Array b, int j, int length)", copy_array),
    )
}
