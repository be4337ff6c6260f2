"""System.Array.

Source: https://learn.microsoft.com/dotnet/api/system.array (.NET Core 3.1).
"""

from __future__ import annotations

from functools import cmp_to_key

from gatewright.apim.expressions.faults import (
    argument,
    index_out_of_range,
    out_of_range,
)
from gatewright.apim.expressions.library.collections import (
    copy_to,
    each_item,
    find_item,
    first_index,
    first_of,
    item_at,
    last_of,
    same,
)
from gatewright.apim.expressions.library.compare import compare
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.library.runtime import default
from gatewright.apim.expressions.limits import check_size
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import (
    NetArray,
)


def _array_reverse(values: NetArray) -> None:
    values.items.reverse()


def _array_resize(ty: Ty, values: NetArray, size: int) -> tuple[None, NetArray]:
    check_size(size)
    items = values.items[:size]
    return None, NetArray(values.ty, items + [default(values.ty.args[0])] * (size - len(items)))


def copy_array(source: NetArray, at: int, target: NetArray, to: int, count: int) -> None:
    """`Array.Copy`."""
    if at < 0 or to < 0 or count < 0:
        raise out_of_range("length", "Non-negative number required.")
    if at + count > len(source.items) or to + count > len(target.items):
        raise argument(
            "Source array was not long enough. Check the source index, length, and the array's lower bounds.",
            "sourceArray",
        )
    target.items[to : to + count] = source.items[at : at + count]


def _dimension(values: NetArray, dimension: int) -> int:
    sizes = values.sizes()
    if not 0 <= dimension < len(sizes):
        raise index_out_of_range()
    return sizes[dimension]


def _array_clear(values: NetArray, index: int, length: int) -> None:
    for at in range(index, index + length):
        item_at(values, at)
        values.items[at] = default(values.ty.args[0])


_ARRAY = (
    member("int Length", len),
    member("long LongLength", len),
    member("int Rank", lambda a: len(a.sizes())),
    member("int GetLength(int dimension)", _dimension),
    member("int GetUpperBound(int dimension)", lambda a, d: _dimension(a, d) - 1),
    member("int GetLowerBound(int dimension)", lambda a, d: _dimension(a, d) * 0),
    member("object Clone()", lambda a: NetArray(a.ty, list(a.items))),
    member("static void Sort<T>(T[] array)", lambda a: a.items.sort(key=cmp_to_key(compare))),
    member(
        "static void Sort<T>(T[] array, Comparison<T> comparison)",
        lambda a, c: a.items.sort(key=cmp_to_key(c)),
    ),
    member("static void Sort<T>(T[] array, IComparer<T> comparer)", lambda a, c: a.items.sort(key=c.sort)),
    member("static void Reverse<T>(T[] array)", _array_reverse),
    member("static int IndexOf<T>(T[] array, T value)", lambda a, v: find_item(a.items, v)),
    member(
        "static int LastIndexOf<T>(T[] array, T value)",
        lambda a, v: next((i for i in range(len(a.items) - 1, -1, -1) if same(a.items[i], v)), -1),
    ),
    member("static bool Exists<T>(T[] array, Predicate<T> match)", lambda a, p: any(p(x) for x in a.items)),
    member(
        "static bool TrueForAll<T>(T[] array, Predicate<T> match)", lambda a, p: all(p(x) for x in a.items)
    ),
    member(
        "static T Find<T>(T[] array, Predicate<T> match)",
        lambda ty, a, p: first_of(a.items, p, ty),
        typed=True,
    ),
    member(
        "static T FindLast<T>(T[] array, Predicate<T> match)",
        lambda ty, a, p: last_of(a.items, p, ty),
        typed=True,
    ),
    member(
        "static T[] FindAll<T>(T[] array, Predicate<T> match)",
        lambda a, p: NetArray(a.ty, [x for x in a.items if p(x)]),
    ),
    member("static int FindIndex<T>(T[] array, Predicate<T> match)", lambda a, p: first_index(a.items, p)),
    member(
        "static R[] ConvertAll<T, R>(T[] array, Converter<T, R> converter)",
        lambda ty, a, c: NetArray(ty, [c(x) for x in a.items]),
        typed=True,
    ),
    member("static void ForEach<T>(T[] array, Action<T> action)", lambda a, f: each_item(a, f)),
    member(
        "static void Copy(Array sourceArray, Array destinationArray, int length)",
        lambda a, b, n: copy_array(a, 0, b, 0, n),
    ),
    member(
        "static void Copy(Array sourceArray, int sourceIndex, Array destinationArray, int "
        "destinationIndex, int length)",
        copy_array,
    ),
    member("static void Clear(Array array, int index, int length)", _array_clear),
    member("static T[] Empty<T>()", lambda ty: NetArray(ty, []), typed=True),
    member("static void Resize<T>(ref T[] array, int newSize)", lambda a, n: _array_resize(a.ty, a, n)),
    member("void CopyTo(Array array, int index)", copy_to),
)


TYPES = (
    TypeEntry(
        "Array",
        "System",
        "https://learn.microsoft.com/dotnet/api/system.array",
        _ARRAY,
        bases=("IEnumerable",),
    ),
)
