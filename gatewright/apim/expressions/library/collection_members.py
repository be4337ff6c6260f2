"""Further members of List, HashSet, Queue, Stack and Dictionary.

Source: https://learn.microsoft.com/dotnet/api/system.collections.generic (.NET Core 3.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gatewright.apim.expressions.faults import argument, out_of_range
from gatewright.apim.expressions.hashed import Comparer, NetDict, NetSet
from gatewright.apim.expressions.library import array_members as ranges
from gatewright.apim.expressions.library.collections import copy_to
from gatewright.apim.expressions.library.entry import member
from gatewright.apim.expressions.library.runtime import default
from gatewright.apim.expressions.library.sets import new_set
from gatewright.apim.expressions.limits import check_size
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import NetArray, NetList, Pair, Value

_LONG = "Destination array was not long enough. Check the destination index, length, and the lower bounds."


def _insert_range(values: NetList, index: int, more: Iterable[Value]) -> None:
    if not 0 <= index <= len(values.items):
        raise out_of_range("index", "Index was out of range.")
    found = list(more)
    check_size(len(values.items) + len(found))
    values.items[index:index] = found
    values.version += 1


def _copy_range(values: NetList, index: int, target: NetArray, at: int, count: int) -> None:
    found = values.items[ranges.part(values.items, index, count)]
    if at < 0:
        raise out_of_range("arrayIndex", "Non-negative number required.")
    if at + count > len(target.items):
        raise argument(_LONG, "destinationArray")
    target.items[at : at + count] = found


_I = "int index, int count"
_LIST = (
    member("int BinarySearch(T item)", ranges.binary_search),
    member("int BinarySearch(T item, IComparer<T>? comparer)", ranges.binary_search),
    member("int BinarySearch(int index, int count, T item, IComparer<T>? comparer)", ranges.binary_search),
    member("void CopyTo(int index, T[] array, int arrayIndex, int count)", _copy_range),
    member("int FindIndex(int startIndex, Predicate<T> match)", ranges.find_test),
    member("int FindIndex(int startIndex, int count, Predicate<T> match)", ranges.find_test),
    member("int FindLastIndex(Predicate<T> match)", ranges.find_last_test),
    member("int FindLastIndex(int startIndex, Predicate<T> match)", ranges.find_last_test),
    member("int FindLastIndex(int startIndex, int count, Predicate<T> match)", ranges.find_last_test),
    member("int IndexOf(T item, int index)", ranges.find_equal),
    member(f"int IndexOf(T item, {_I})", ranges.find_equal),
    member("int LastIndexOf(T item, int index)", ranges.find_last_equal),
    member(f"int LastIndexOf(T item, {_I})", ranges.find_last_equal),
    member("void InsertRange(int index, IEnumerable<T> collection)", _insert_range),
    member(f"void Reverse({_I})", ranges.reverse_part),
    member(f"void Sort({_I}, IComparer<T>? comparer)", ranges.sort_part),
    member("void TrimExcess()", lambda v: None),
)


def _keys(s: NetSet, other: Iterable[Value]) -> set[Value]:
    return {s.key(x) for x in other}


def _symmetric(s: NetSet, other: Iterable[Value]) -> None:
    """`SymmetricExceptWith`: another set goes one by one; of a sequence the new items come first."""
    if isinstance(other, NetSet):
        for item in list(other):
            if not s.leave(s.key(item)):
                s.add(item)
        return
    held = list(s.data)
    given = {s.key(x): x for x in other}
    for key, item in given.items():
        if key not in s.data:
            s.enter(key, item)
    for key in reversed(held):
        if key in given:
            s.leave(key)


def _remove_where(s: NetSet, test: Callable[[Value], bool]) -> int:
    gone = [k for k, x in s.data.items() if test(x)]
    for key in gone:
        s.leave(key)
    return len(gone)


def _actual(ty: Ty, s: NetSet, item: Value) -> tuple[bool, Value]:
    key = s.key(item)
    return (True, s.data[key]) if key in s.data else (False, default(ty))


def _copy_set(s: NetSet, target: NetArray, at: int = 0, count: int | None = None) -> None:
    found = list(s)[: len(s) if count is None else count]
    copy_to(found, target, at)


_PROPER = (
    member("void SymmetricExceptWith(IEnumerable<T> other)", _symmetric),
    member("bool IsProperSubsetOf(IEnumerable<T> other)", lambda s, o: s.data.keys() < _keys(s, o)),
    member(
        "bool IsProperSupersetOf(IEnumerable<T> other)",
        lambda s, o: bool(s.data) and s.data.keys() > _keys(s, o),
    ),
)
_SET = (
    member("new(int capacity)", lambda ty, n: new_set(ty), typed=True),
    member("new(int capacity, IEqualityComparer<T>? comparer)", lambda ty, n, c: NetSet(ty, c), typed=True),
    member("void CopyTo(T[] array)", _copy_set),
    member("void CopyTo(T[] array, int arrayIndex)", _copy_set),
    member("void CopyTo(T[] array, int arrayIndex, int count)", _copy_set),
    member("bool TryGetValue(T equalValue, out T actualValue)", _actual, typed=True),
    *_PROPER,
    member("int RemoveWhere(Predicate<T> match)", _remove_where),
    member("void TrimExcess()", lambda s: None),
)


def _try_first(ty: Ty, values: NetList, remove: bool) -> tuple[bool, Value]:
    if not values.items:
        return False, default(ty)
    values.version += remove
    return True, values.items.pop(0) if remove else values.items[0]


_ENDS = (
    member("new(int capacity)", lambda ty, n: NetList(ty, []), typed=True),
    member("bool TryPeek(out T result)", lambda ty, v: _try_first(ty, v, False), typed=True),
    member("T[] ToArray()", lambda ty, v: NetArray(ty, list(v.items)), typed=True),
    member("void CopyTo(T[] array, int arrayIndex)", copy_to),
    member("void TrimExcess()", lambda v: None),
)


def _from_pairs(ty: Ty, pairs: Iterable[Pair], comparer: Comparer | None = None) -> NetDict:
    from gatewright.apim.expressions.library.dictionaries import insert_new

    made = NetDict(ty, comparer)
    for pair in pairs:
        insert_new(made, pair.key, pair.value)
    return made


def _taken(ty: Ty, values: NetDict, key: Value) -> tuple[bool, Value]:
    found = values.find(key)
    if found is None:
        return False, default(ty)
    values.drop(key)
    return True, found[1]


_PAIRS = "IEnumerable<KeyValuePair<K, V>> collection"
MEMBERS = {
    "List<T>": _LIST,
    "HashSet<T>": _SET,
    "ISet<T>": _PROPER,
    "Queue<T>": (
        *_ENDS,
        member("bool TryDequeue(out T result)", lambda ty, v: _try_first(ty, v, True), typed=True),
    ),
    "Stack<T>": (
        *_ENDS,
        member("bool TryPop(out T result)", lambda ty, v: _try_first(ty, v, True), typed=True),
    ),
    "Dictionary<K, V>": (
        member(
            "new(int capacity, IEqualityComparer<K>? comparer)", lambda ty, n, c: NetDict(ty, c), typed=True
        ),
        member(f"new({_PAIRS})", _from_pairs, typed=True),
        member(f"new({_PAIRS}, IEqualityComparer<K>? comparer)", _from_pairs, typed=True),
        member("bool Remove(K key, out V value)", _taken, typed=True),
        member("void TrimExcess()", lambda d: None),
    ),
}
