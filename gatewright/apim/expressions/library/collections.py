"""System.Collections.Generic and System.Array."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cmp_to_key

from gatewright.apim.expressions.faults import (
    NetError,
    argument,
    out_of_range,
)
from gatewright.apim.expressions.hashed import Comparer
from gatewright.apim.expressions.library.compare import compare, equal
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.library.runtime import default
from gatewright.apim.expressions.limits import check_size
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import NetArray, NetList, NetReadOnly, Value

_DOCS = "https://learn.microsoft.com/dotnet/api/system.collections.generic."
RANGE = "Index was out of range. Must be non-negative and less than the size of the collection."


def same(a: Value, b: Value) -> bool:
    """Equality of two unboxed elements of one static type."""
    return a is b or (type(a) is type(b) and equal(a, b))


# --------------------------------------------------------------------------- lists


def item_at(values: Value, index: int) -> Value:
    """The element at a place."""
    items = values.items
    if not 0 <= index < len(items):
        raise out_of_range("index", RANGE)
    return items[index]


def set_at(values: NetList | NetArray, index: int, value: Value) -> None:
    """Sets the element at a place."""
    if not 0 <= index < len(values.items):
        raise out_of_range("index", RANGE)
    if isinstance(values, NetReadOnly):
        _resizable(values)
    values.items[index] = value
    if isinstance(values, NetList):
        values.version += 1


def _resizable(values: NetList | NetArray) -> NetList:
    """Refuses what an array or a view of a list cannot do."""
    if isinstance(values, NetArray):
        raise NetError("NotSupportedException", "Collection was of a fixed size.")
    return values


def capacity(size: int) -> int:
    """A capacity that a collection is made with.

    Raises:
        NetError: ArgumentOutOfRangeException when it is negative.
    """
    if size < 0:
        raise out_of_range("capacity", "Non-negative number required.")
    check_size(size)
    return size


def add_item(values: NetList | NetArray, item: Value) -> None:
    """`Add`."""
    held = _resizable(values)
    check_size(len(held.items))
    held.items.append(item)
    held.version += 1


def _add_range(values: NetList, more: Iterable[Value]) -> None:
    items = list(more)
    check_size(len(values.items) + len(items))
    values.items.extend(items)
    values.version += 1


def insert_item(values: NetList, index: int, item: Value) -> None:
    """`Insert`."""
    _resizable(values)
    if not 0 <= index <= len(values.items):
        raise out_of_range("index", "Index must be within the bounds of the List.")
    values.items.insert(index, item)
    values.version += 1


def find_item(items: list[Value], item: Value) -> int:
    """Where an element stands, or -1."""
    return next((i for i, found in enumerate(items) if same(found, item)), -1)


def remove_item(values: NetList, item: Value) -> bool:
    """`Remove`; whether it was there."""
    _resizable(values)
    at = find_item(values.items, item)
    if at < 0:
        return False
    values.items.pop(at)
    values.version += 1
    return True


def remove_at(values: NetList, index: int) -> None:
    """`RemoveAt`."""
    _resizable(values)
    if not 0 <= index < len(values.items):
        raise out_of_range("index", RANGE)
    values.items.pop(index)
    values.version += 1


def _remove_all(values: NetList, test: Callable[[Value], bool]) -> int:
    kept = [x for x in values.items if not test(x)]
    gone = len(values.items) - len(kept)
    values.items[:] = kept
    values.version += gone > 0
    return gone


def _range(values: NetList, index: int, count: int) -> slice:
    if index < 0 or count < 0:
        raise out_of_range("index" if index < 0 else "count", "Non-negative number required.")
    if index + count > len(values.items):
        raise argument(
            "Offset and length were out of bounds for the array or count is greater than the number of "
            "elements from index to the end of the source collection."
        )
    return slice(index, index + count)


def _remove_range(values: NetList, index: int, count: int) -> None:
    del values.items[_range(values, index, count)]
    values.version += 1


def _get_range(values: NetList, index: int, count: int) -> NetList:
    return NetList(values.ty, values.items[_range(values, index, count)])


def clear_items(values: NetList) -> None:
    """`Clear`."""
    _resizable(values)
    values.items.clear()
    values.version += 1


def _sort(values: NetList) -> None:
    _sort_by(values, compare)


def _sort_by(values: NetList, order: Callable[[Value, Value], int]) -> None:
    values.items.sort(key=cmp_to_key(order))
    values.version += 1


def _sort_with(values: NetList, comparer: Comparer) -> None:
    values.items.sort(key=comparer.sort)
    values.version += 1


def _reverse(values: NetList) -> None:
    values.items.reverse()
    values.version += 1


def each_item(values: NetList, action: Callable[[Value], Value]) -> None:
    """`ForEach`."""
    for item in values:
        action(item)


def first_of(items: list[Value], test: Callable[[Value], bool], ty: Ty) -> Value:
    """The first element that passes a test, or the default."""
    return next((x for x in items if test(x)), default(ty))


def first_index(items: list[Value], test: Callable[[Value], bool]) -> int:
    """Where the first element that passes a test stands, or -1."""
    return next((i for i, x in enumerate(items) if test(x)), -1)


def last_of(items: list[Value], test: Callable[[Value], bool], ty: Ty) -> Value:
    """The last element that passes a test, or the default."""
    return next((x for x in reversed(items) if test(x)), default(ty))


def new_list(ty: Ty, items: Iterable[Value] = ()) -> NetList:
    """A `List<T>`."""
    return NetList(ty, list(items))


def copy_to(values: Value, target: NetArray, index: int) -> None:
    """`CopyTo`."""
    items = list(values)
    if index < 0:
        raise out_of_range("arrayIndex", "Non-negative number required.")
    if index + len(items) > len(target.items):
        raise argument(
            "Destination array was not long enough. Check the destination index, length, and the array's "
            "lower bounds.",
            "destinationArray",
        )
    target.items[index : index + len(items)] = items


def _sized(ty: Ty, size: int) -> NetList:
    capacity(size)
    return NetList(ty, [])


_LIST = (
    member("new()", new_list, typed=True),
    member("new(int capacity)", _sized, typed=True),
    member("new(IEnumerable<T> collection)", new_list, typed=True),
    member("int Count", len),
    member("T this[int index]", item_at, set_at),
    member("void Add(T item)", add_item),
    member("void AddRange(IEnumerable<T> collection)", _add_range),
    member("void Insert(int index, T item)", insert_item),
    member("bool Remove(T item)", remove_item),
    member("void RemoveAt(int index)", remove_at),
    member("int RemoveAll(Predicate<T> match)", _remove_all),
    member("void RemoveRange(int index, int count)", _remove_range),
    member("List<T> GetRange(int index, int count)", _get_range),
    member("void Clear()", clear_items),
    member("bool Contains(T item)", lambda v, x: find_item(v.items, x) >= 0),
    member("int IndexOf(T item)", lambda v, x: find_item(v.items, x)),
    member(
        "int LastIndexOf(T item)",
        lambda v, x: next((i for i in range(len(v.items) - 1, -1, -1) if same(v.items[i], x)), -1),
    ),
    member("void Sort()", _sort),
    member("void Sort(Comparison<T> comparison)", _sort_by),
    member("void Sort(IComparer<T> comparer)", _sort_with),
    member("void Reverse()", _reverse),
    member("void ForEach(Action<T> action)", each_item),
    member("bool Exists(Predicate<T> match)", lambda v, p: any(p(x) for x in v.items)),
    member("T Find(Predicate<T> match)", lambda ty, v, p: first_of(v.items, p, ty), typed=True),
    member("T FindLast(Predicate<T> match)", lambda ty, v, p: last_of(v.items, p, ty), typed=True),
    member("List<T> FindAll(Predicate<T> match)", lambda v, p: NetList(v.ty, [x for x in v.items if p(x)])),
    member("int FindIndex(Predicate<T> match)", lambda v, p: first_index(v.items, p)),
    member("bool TrueForAll(Predicate<T> match)", lambda v, p: all(p(x) for x in v.items)),
    member(
        "List<R> ConvertAll<R>(Converter<T, R> converter)",
        lambda ty, v, c: NetList(ty, [c(x) for x in v.items]),
        typed=True,
    ),
    member("T[] ToArray()", lambda ty, v: NetArray(ty, list(v.items)), typed=True),
    member("void CopyTo(T[] array)", lambda v, a: copy_to(v, a, 0)),
    member("void CopyTo(T[] array, int arrayIndex)", copy_to),
)

_SPACE = "System.Collections.Generic"


TYPES = (
    TypeEntry("IEnumerable<T>", _SPACE, _DOCS + "ienumerable-1", kind="interface", bases=("IEnumerable",)),
    TypeEntry("IEnumerable", "System.Collections", _DOCS + "ienumerable", kind="interface", allowed=False),
    TypeEntry("IEqualityComparer<T>", _SPACE, _DOCS + "iequalitycomparer-1", kind="interface", allowed=False),
    TypeEntry("IComparer<T>", _SPACE, _DOCS + "icomparer-1", kind="interface", allowed=False),
    TypeEntry(
        "IReadOnlyCollection<T>",
        _SPACE,
        _DOCS + "ireadonlycollection-1",
        (member("int Count", lambda v: sum(1 for _ in v)),),
        "interface",
        ("IEnumerable<T>",),
    ),
    TypeEntry(
        "IReadOnlyList<T>",
        _SPACE,
        _DOCS + "ireadonlylist-1",
        (member("T this[int index]", item_at),),
        "interface",
        ("IReadOnlyCollection<T>",),
        allowed=False,
    ),
    TypeEntry(
        "List<T>",
        _SPACE,
        _DOCS + "list-1",
        _LIST,
        bases=("IList<T>", "IReadOnlyList<T>"),
        hidden=frozenset({"ICollection", "IList"}),
    ),
)
