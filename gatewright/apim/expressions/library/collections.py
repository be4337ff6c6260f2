"""System.Collections.Generic and System.Array."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cmp_to_key
from typing import Any

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import (
    NetError,
    argument,
    argument_null,
    index_out_of_range,
    invalid_operation,
    out_of_range,
)
from gatewright.apim.expressions.library.compare import compare, equal
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.library.runtime import default
from gatewright.apim.expressions.limits import check_size
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import (
    Comparer,
    Lazy,
    NetArray,
    NetDict,
    NetList,
    NetSet,
    Pair,
)

_DOCS = "https://learn.microsoft.com/dotnet/api/system.collections.generic."
_RANGE = "Index was out of range. Must be non-negative and less than the size of the collection."


def key_missing(key: Any) -> NetError:  # noqa: ANN401
    """A dictionary does not have a key."""
    from gatewright.apim.expressions.text import text_of

    return NetError(
        "KeyNotFoundException", f"The given key '{text_of(key)}' was not present in the dictionary."
    )


def same(a: Any, b: Any) -> bool:  # noqa: ANN401
    """Equality of two unboxed elements of one static type."""
    return a is b or (type(a) is type(b) and equal(a, b)) or (isinstance(a, (int, float, str)) and a == b)


# --------------------------------------------------------------------------- lists


def _at(values: Any, index: int) -> Any:  # noqa: ANN401
    items = values.items
    if not 0 <= index < len(items):
        raise out_of_range("index", _RANGE)
    return items[index]


def _set_at(values: NetList, index: int, value: Any) -> None:  # noqa: ANN401
    if not 0 <= index < len(values.items):
        raise out_of_range("index", _RANGE)
    values.items[index] = value
    if isinstance(values, NetList):
        values.version += 1


def _add(values: NetList | NetArray, item: Any) -> None:  # noqa: ANN401
    if isinstance(values, NetArray):
        raise NetError("NotSupportedException", "Collection was of a fixed size.")
    check_size(len(values.items))
    values.items.append(item)
    values.version += 1


def _add_range(values: NetList, more: Iterable[Any]) -> None:
    items = list(more)
    check_size(len(values.items) + len(items))
    values.items.extend(items)
    values.version += 1


def _insert(values: NetList, index: int, item: Any) -> None:  # noqa: ANN401
    if not 0 <= index <= len(values.items):
        raise out_of_range("index", "Index must be within the bounds of the List.")
    values.items.insert(index, item)
    values.version += 1


def _find(items: list[Any], item: Any) -> int:  # noqa: ANN401
    return next((i for i, found in enumerate(items) if same(found, item)), -1)


def _remove(values: NetList, item: Any) -> bool:  # noqa: ANN401
    at = _find(values.items, item)
    if at < 0:
        return False
    values.items.pop(at)
    values.version += 1
    return True


def _remove_at(values: NetList, index: int) -> None:
    if not 0 <= index < len(values.items):
        raise out_of_range("index", _RANGE)
    values.items.pop(index)
    values.version += 1


def _remove_all(values: NetList, test: Callable[[Any], bool]) -> int:
    kept = [x for x in values.items if not test(x)]
    gone = len(values.items) - len(kept)
    values.items[:] = kept
    values.version += gone > 0
    return gone


def _remove_range(values: NetList, index: int, count: int) -> None:
    if index < 0 or count < 0:
        raise out_of_range("index" if index < 0 else "count", "Non-negative number required.")
    if index + count > len(values.items):
        raise argument(
            "Offset and length were out of bounds for the array or count is greater than the number of "
            "elements from index to the end of the source collection."
        )
    del values.items[index : index + count]
    values.version += 1


def _get_range(values: NetList, index: int, count: int) -> NetList:
    if index < 0 or count < 0:
        raise out_of_range("index" if index < 0 else "count", "Non-negative number required.")
    if index + count > len(values.items):
        raise argument(
            "Offset and length were out of bounds for the array or count is greater than the number of "
            "elements from index to the end of the source collection."
        )
    return NetList(values.ty, values.items[index : index + count])


def _clear(values: NetList) -> None:
    values.items.clear()
    values.version += 1


def _sort(values: NetList) -> None:
    _sort_by(values, compare)


def _sort_by(values: NetList, order: Callable[[Any, Any], int]) -> None:
    values.items.sort(key=cmp_to_key(order))
    values.version += 1


def _sort_with(values: NetList, comparer: Comparer) -> None:
    values.items.sort(key=comparer.sort)
    values.version += 1


def _reverse(values: NetList) -> None:
    values.items.reverse()
    values.version += 1


def _each(values: NetList, action: Callable[[Any], Any]) -> None:
    for item in values:
        action(item)


def _first(items: list[Any], test: Callable[[Any], bool], ty: Ty) -> Any:  # noqa: ANN401
    return next((x for x in items if test(x)), default(ty))


def _first_index(items: list[Any], test: Callable[[Any], bool]) -> int:
    return next((i for i, x in enumerate(items) if test(x)), -1)


def _last(items: list[Any], test: Callable[[Any], bool], ty: Ty) -> Any:  # noqa: ANN401
    return next((x for x in reversed(items) if test(x)), default(ty))


def new_list(ty: Ty, items: Iterable[Any] = ()) -> NetList:
    """A `List<T>`."""
    return NetList(ty, list(items))


def copy_to(values: Any, target: NetArray, index: int) -> None:  # noqa: ANN401
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


_LIST = (
    member("new()", new_list, typed=True),
    member("new(int capacity)", lambda ty, n: NetList(ty, []), typed=True),
    member("new(IEnumerable<T> collection)", new_list, typed=True),
    member("int Count", len),
    member("int Capacity", len),
    member("T this[int index]", _at, _set_at),
    member("void Add(T item)", _add),
    member("void AddRange(IEnumerable<T> collection)", _add_range),
    member("void Insert(int index, T item)", _insert),
    member("bool Remove(T item)", _remove),
    member("void RemoveAt(int index)", _remove_at),
    member("int RemoveAll(Predicate<T> match)", _remove_all),
    member("void RemoveRange(int index, int count)", _remove_range),
    member("List<T> GetRange(int index, int count)", _get_range),
    member("void Clear()", _clear),
    member("bool Contains(T item)", lambda v, x: _find(v.items, x) >= 0),
    member("int IndexOf(T item)", lambda v, x: _find(v.items, x)),
    member(
        "int LastIndexOf(T item)",
        lambda v, x: next((i for i in range(len(v.items) - 1, -1, -1) if same(v.items[i], x)), -1),
    ),
    member("void Sort()", _sort),
    member("void Sort(Comparison<T> comparison)", _sort_by),
    member("void Sort(IComparer<T> comparer)", _sort_with),
    member("void Reverse()", _reverse),
    member("void ForEach(Action<T> action)", _each),
    member("bool Exists(Predicate<T> match)", lambda v, p: any(p(x) for x in v.items)),
    member("T Find(Predicate<T> match)", lambda ty, v, p: _first(v.items, p, ty), typed=True),
    member("T FindLast(Predicate<T> match)", lambda ty, v, p: _last(v.items, p, ty), typed=True),
    member("List<T> FindAll(Predicate<T> match)", lambda v, p: NetList(v.ty, [x for x in v.items if p(x)])),
    member("int FindIndex(Predicate<T> match)", lambda v, p: _first_index(v.items, p)),
    member("bool TrueForAll(Predicate<T> match)", lambda v, p: all(p(x) for x in v.items)),
    member(
        "List<R> ConvertAll<R>(Converter<T, R> converter)",
        lambda ty, v, c: NetList(ty, [c(x) for x in v.items]),
        typed=True,
    ),
    member("T[] ToArray()", lambda ty, v: NetArray(ty, list(v.items)), typed=True),
    member("void CopyTo(T[] array)", lambda v, a: copy_to(v, a, 0)),
    member("void CopyTo(T[] array, int arrayIndex)", copy_to),
    member("IReadOnlyList<T> AsReadOnly()", lambda v: v),
)

# --------------------------------------------------------------------------- dictionaries


def _put(values: NetDict, key: Any, value: Any) -> None:  # noqa: ANN401
    if key is None:  # seen once the value is known
        raise argument_null("key")
    check_size(len(values))
    values.put(key, value)


def _get(values: NetDict, key: Any) -> Any:  # noqa: ANN401
    if key is None:
        raise argument_null("key")
    found = values.find(key)
    if found is None:
        raise key_missing(key)
    return found[1]


def insert_new(values: NetDict, key: Any, value: Any) -> None:  # noqa: ANN401
    """`Dictionary.Add`."""
    if values.find(key) is not None:
        from gatewright.apim.expressions.text import text_of

        raise argument(f"An item with the same key has already been added. Key: {text_of(key)}")
    check_size(len(values))
    values.put(key, value)


def _try_add(values: NetDict, key: Any, value: Any) -> bool:  # noqa: ANN401
    if values.find(key) is not None:
        return False
    values.put(key, value)
    return True


def _try_get(values: NetDict, key: Any) -> tuple[bool, Any]:  # noqa: ANN401
    found = values.find(key)
    return (False, default(values.pair.args[1])) if found is None else (True, found[1])


def _copied(ty: Ty, source: NetDict, comparer: Comparer | None = None) -> NetDict:
    made = NetDict(ty, comparer)
    for key, value in source.data.values():
        made.put(key, value)
    return made


def _keys(values: NetDict) -> Lazy:
    return Lazy(t.make("KeyCollection", values.pair.args[:1]), lambda: [k for k, _ in values.data.values()])


def _values(values: NetDict) -> Lazy:
    return Lazy(t.make("ValueCollection", values.pair.args[1:]), lambda: [v for _, v in values.data.values()])


def _clear_dict(values: NetDict) -> None:
    values.data.clear()
    values.version += 1


_READ = (
    member("V this[K k]", _get, _put),
    member("int Count", len),
    member("bool ContainsKey(K key)", lambda d, k: d.find(k) is not None),
    member("bool TryGetValue(K key, out V value)", _try_get),
)
_DICT = (
    member("new()", NetDict, typed=True),
    member("new(int capacity)", lambda ty, n: NetDict(ty), typed=True),
    member("new(IEqualityComparer<K>? comparer)", NetDict, typed=True),
    member("new(IDictionary<K, V> dictionary)", _copied, typed=True),
    member("new(IDictionary<K, V> dictionary, IEqualityComparer<K>? comparer)", _copied, typed=True),
    *_READ,
    member("void Add(K key, V value)", insert_new),
    member("bool TryAdd(K key, V value)", _try_add),
    member("bool Remove(K key)", NetDict.drop),
    member("void Clear()", _clear_dict),
    member("bool ContainsValue(V value)", lambda d, v: any(same(x, v) for _, x in d.data.values())),
    member("ICollection<K> Keys", _keys),
    member("ICollection<V> Values", _values),
)

# --------------------------------------------------------------------------- sets, queues, stacks


def new_set(ty: Ty, items: Iterable[Any] = (), comparer: Comparer | None = None) -> NetSet:
    """A `HashSet<T>`."""
    made = NetSet(ty, comparer)
    for item in items:
        made.add(item)
    return made


def _set_remove(s: NetSet, item: Any) -> bool:  # noqa: ANN401
    key = s.key(item)
    if key not in s.data:
        return False
    del s.data[key]
    return True


def _keyed(s: NetSet, other: Iterable[Any]) -> dict[Any, Any]:
    return {s.key(x): x for x in other}


def _union(s: NetSet, other: Iterable[Any]) -> None:
    for item in other:
        s.add(item)


def _keep(s: NetSet, other: Iterable[Any]) -> None:
    keys = _keyed(s, other)
    s.data = {k: v for k, v in s.data.items() if k in keys}


def _except(s: NetSet, other: Iterable[Any]) -> None:
    keys = _keyed(s, other)
    s.data = {k: v for k, v in s.data.items() if k not in keys}


_SET = (
    member("new()", new_set, typed=True),
    member("new(IEnumerable<T> collection)", new_set, typed=True),
    member("new(IEqualityComparer<T>? comparer)", lambda ty, c: NetSet(ty, c), typed=True),
    member("new(IEnumerable<T> collection, IEqualityComparer<T>? comparer)", new_set, typed=True),
    member("int Count", len),
    member("bool Add(T item)", NetSet.add),
    member("bool Remove(T item)", _set_remove),
    member("bool Contains(T item)", lambda s, x: s.key(x) in s.data),
    member("void Clear()", lambda s: s.data.clear()),
    member("void UnionWith(IEnumerable<T> other)", _union),
    member("void IntersectWith(IEnumerable<T> other)", _keep),
    member("void ExceptWith(IEnumerable<T> other)", _except),
    member("bool Overlaps(IEnumerable<T> other)", lambda s, o: any(k in s.data for k in _keyed(s, o))),
    member("bool SetEquals(IEnumerable<T> other)", lambda s, o: _keyed(s, o).keys() == s.data.keys()),
    member("bool IsSubsetOf(IEnumerable<T> other)", lambda s, o: s.data.keys() <= _keyed(s, o).keys()),
    member("bool IsSupersetOf(IEnumerable<T> other)", lambda s, o: s.data.keys() >= _keyed(s, o).keys()),
)


def _pop(values: NetList, at: int, what: str) -> Any:  # noqa: ANN401
    if not values.items:
        raise invalid_operation(f"{what} empty.")
    values.version += 1
    return values.items.pop(at)


def _peek(values: NetList, at: int, what: str) -> Any:  # noqa: ANN401
    if not values.items:
        raise invalid_operation(f"{what} empty.")
    return values.items[at]


def _push(values: NetList, item: Any) -> None:  # noqa: ANN401
    check_size(len(values.items))
    values.items.insert(0, item)
    values.version += 1


_QUEUE = (
    member("new()", new_list, typed=True),
    member("new(IEnumerable<T> collection)", new_list, typed=True),
    member("int Count", len),
    member("void Enqueue(T item)", _add),
    member("T Dequeue()", lambda q: _pop(q, 0, "Queue")),
    member("T Peek()", lambda q: _peek(q, 0, "Queue")),
    member("bool Contains(T item)", lambda v, x: _find(v.items, x) >= 0),
    member("void Clear()", _clear),
)
_STACK = (
    member("new()", new_list, typed=True),
    member("new(IEnumerable<T> collection)", lambda ty, c: NetList(ty, list(c)[::-1]), typed=True),
    member("int Count", len),
    member("void Push(T item)", _push),
    member("T Pop()", lambda s: _pop(s, 0, "Stack")),
    member("T Peek()", lambda s: _peek(s, 0, "Stack")),
    member("bool Contains(T item)", lambda v, x: _find(v.items, x) >= 0),
    member("void Clear()", _clear),
)

# --------------------------------------------------------------------------- arrays


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
        _at(values, at)
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
    member("static int IndexOf<T>(T[] array, T value)", lambda a, v: _find(a.items, v)),
    member(
        "static int LastIndexOf<T>(T[] array, T value)",
        lambda a, v: next((i for i in range(len(a.items) - 1, -1, -1) if same(a.items[i], v)), -1),
    ),
    member("static bool Exists<T>(T[] array, Predicate<T> match)", lambda a, p: any(p(x) for x in a.items)),
    member(
        "static bool TrueForAll<T>(T[] array, Predicate<T> match)", lambda a, p: all(p(x) for x in a.items)
    ),
    member(
        "static T Find<T>(T[] array, Predicate<T> match)", lambda ty, a, p: _first(a.items, p, ty), typed=True
    ),
    member(
        "static T FindLast<T>(T[] array, Predicate<T> match)",
        lambda ty, a, p: _last(a.items, p, ty),
        typed=True,
    ),
    member(
        "static T[] FindAll<T>(T[] array, Predicate<T> match)",
        lambda a, p: NetArray(a.ty, [x for x in a.items if p(x)]),
    ),
    member("static int FindIndex<T>(T[] array, Predicate<T> match)", lambda a, p: _first_index(a.items, p)),
    member(
        "static R[] ConvertAll<T, R>(T[] array, Converter<T, R> converter)",
        lambda ty, a, c: NetArray(ty, [c(x) for x in a.items]),
        typed=True,
    ),
    member("static void ForEach<T>(T[] array, Action<T> action)", lambda a, f: _each(a, f)),
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

_SPACE = "System.Collections.Generic"
TYPES = (
    TypeEntry("IEnumerable<T>", _SPACE, _DOCS + "ienumerable-1", kind="interface", bases=("IEnumerable",)),
    TypeEntry("IEnumerable", "System.Collections", _DOCS + "ienumerable", kind="interface", allowed=False),
    TypeEntry("IEqualityComparer<T>", _SPACE, _DOCS + "iequalitycomparer-1", kind="interface", allowed=False),
    TypeEntry("IComparer<T>", _SPACE, _DOCS + "icomparer-1", kind="interface", allowed=False),
    TypeEntry(
        "ICollection<T>",
        _SPACE,
        _DOCS + "icollection-1",
        (
            member("int Count", lambda v: sum(1 for _ in v)),
            member("bool Contains(T item)", lambda v, x: any(same(y, x) for y in v)),
            member("void Add(T item)", _add),
            member("bool Remove(T item)", _remove),
            member("void Clear()", _clear),
            member("void CopyTo(T[] array, int arrayIndex)", copy_to),
        ),
        "interface",
        ("IEnumerable<T>",),
    ),
    TypeEntry(
        "IReadOnlyCollection<T>",
        _SPACE,
        _DOCS + "ireadonlycollection-1",
        (member("int Count", lambda v: sum(1 for _ in v)),),
        "interface",
        ("IEnumerable<T>",),
    ),
    TypeEntry(
        "IList<T>",
        _SPACE,
        _DOCS + "ilist-1",
        (
            member("T this[int index]", _at, _set_at),
            member("int IndexOf(T item)", lambda v, x: _find(v.items, x)),
            member("void Insert(int index, T item)", _insert),
            member("void RemoveAt(int index)", _remove_at),
        ),
        "interface",
        ("ICollection<T>",),
    ),
    TypeEntry(
        "IReadOnlyList<T>",
        _SPACE,
        _DOCS + "ireadonlylist-1",
        (member("T this[int index]", _at),),
        "interface",
        ("IReadOnlyCollection<T>",),
        allowed=False,
    ),
    TypeEntry("ISet<T>", _SPACE, _DOCS + "iset-1", _SET[5:], "interface", ("ICollection<T>",)),
    TypeEntry("List<T>", _SPACE, _DOCS + "list-1", _LIST, bases=("IList<T>", "IReadOnlyList<T>")),
    TypeEntry(
        "IDictionary<K, V>",
        _SPACE,
        _DOCS + "idictionary-2",
        _DICT[5:],
        "interface",
        ("ICollection<KeyValuePair<K, V>>",),
    ),
    TypeEntry(
        "IReadOnlyDictionary<K, V>",
        _SPACE,
        _DOCS + "ireadonlydictionary-2",
        (
            member("V this[K k]", _get),
            *_READ[1:],
            member("IEnumerable<K> Keys", _keys),
            member("IEnumerable<V> Values", _values),
        ),
        "interface",
        ("IReadOnlyCollection<KeyValuePair<K, V>>",),
    ),
    TypeEntry(
        "Dictionary<K, V>",
        _SPACE,
        _DOCS + "dictionary-2",
        _DICT,
        bases=("IDictionary<K, V>", "IReadOnlyDictionary<K, V>"),
    ),
    TypeEntry(
        "KeyCollection<T>",
        _SPACE,
        _DOCS + "dictionary-2.keycollection",
        bases=("ICollection<T>",),
        allowed=False,
    ),
    TypeEntry(
        "ValueCollection<T>",
        _SPACE,
        _DOCS + "dictionary-2.valuecollection",
        bases=("ICollection<T>",),
        allowed=False,
    ),
    TypeEntry(
        "KeyValuePair<K, V>",
        _SPACE,
        _DOCS + "keyvaluepair-2",
        (
            member("new(K key, V value)", Pair, typed=True),
            member("K Key", lambda p: p.key),
            member("V Value", lambda p: p.value),
        ),
        "struct",
    ),
    TypeEntry("HashSet<T>", _SPACE, _DOCS + "hashset-1", _SET, bases=("ISet<T>", "IReadOnlyCollection<T>")),
    TypeEntry("Queue<T>", _SPACE, _DOCS + "queue-1", _QUEUE, bases=("IReadOnlyCollection<T>",)),
    TypeEntry("Stack<T>", _SPACE, _DOCS + "stack-1", _STACK, bases=("IReadOnlyCollection<T>",)),
    TypeEntry(
        "Array",
        "System",
        "https://learn.microsoft.com/dotnet/api/system.array",
        _ARRAY,
        bases=("IEnumerable",),
    ),
)
