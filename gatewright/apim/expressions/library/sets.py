"""HashSet, Queue and Stack.

Source: https://learn.microsoft.com/dotnet/api/system.collections.generic (.NET Core 3.1).
"""

from __future__ import annotations

from collections.abc import Iterable

from gatewright.apim.expressions.faults import (
    invalid_operation,
)
from gatewright.apim.expressions.hashed import Comparer, NetSet
from gatewright.apim.expressions.library.collections import add_item, clear_items, find_item, new_list
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.limits import check_size
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import NetList, Value

_DOCS = "https://learn.microsoft.com/dotnet/api/system.collections.generic."


_SPACE = "System.Collections.Generic"


def new_set(ty: Ty, items: Iterable[Value] = (), comparer: Comparer | None = None) -> NetSet:
    """A `HashSet<T>`."""
    made = NetSet(ty, comparer)
    for item in items:
        made.add(item)
    return made


def _set_remove(s: NetSet, item: Value) -> bool:
    return s.leave(s.key(item))


def _keyed(s: NetSet, other: Iterable[Value]) -> dict[Value, Value]:
    return {s.key(x): x for x in other}


def _union(s: NetSet, other: Iterable[Value]) -> None:
    for item in other:
        s.add(item)


def _keep(s: NetSet, other: Iterable[Value]) -> None:
    if not s.data:  # nobody is asked for the others
        return
    keys = _keyed(s, other)
    for key in [k for k in s.data if k not in keys]:
        s.leave(key)


def _except(s: NetSet, other: Iterable[Value]) -> None:
    for item in list(other) if s.data else ():
        s.leave(s.key(item))


_SET = (
    member("new()", new_set, typed=True),
    member("new(IEnumerable<T> collection)", new_set, typed=True),
    member("new(IEqualityComparer<T>? comparer)", lambda ty, c: NetSet(ty, c), typed=True),
    member("new(IEnumerable<T> collection, IEqualityComparer<T>? comparer)", new_set, typed=True),
    member("int Count", len),
    member("bool Add(T item)", NetSet.add),
    member("bool Remove(T item)", _set_remove),
    member("bool Contains(T item)", lambda s, x: s.key(x) in s.data),
    member("void Clear()", NetSet.clear),
    member("void UnionWith(IEnumerable<T> other)", _union),
    member("void IntersectWith(IEnumerable<T> other)", _keep),
    member("void ExceptWith(IEnumerable<T> other)", _except),
    member(
        "bool Overlaps(IEnumerable<T> other)",
        lambda s, o: bool(s.data) and any(k in s.data for k in _keyed(s, o)),
    ),
    member("bool SetEquals(IEnumerable<T> other)", lambda s, o: _keyed(s, o).keys() == s.data.keys()),
    member(
        "bool IsSubsetOf(IEnumerable<T> other)",
        lambda s, o: not s.data or s.data.keys() <= _keyed(s, o).keys(),
    ),
    member("bool IsSupersetOf(IEnumerable<T> other)", lambda s, o: s.data.keys() >= _keyed(s, o).keys()),
)


def _pop(values: NetList, at: int, what: str) -> Value:
    if not values.items:
        raise invalid_operation(f"{what} empty.")
    values.version += 1
    return values.items.pop(at)


def _peek(values: NetList, at: int, what: str) -> Value:
    if not values.items:
        raise invalid_operation(f"{what} empty.")
    return values.items[at]


def _push(values: NetList, item: Value) -> None:
    check_size(len(values.items))
    values.items.insert(0, item)
    values.version += 1


_QUEUE = (
    member("new()", new_list, typed=True),
    member("new(IEnumerable<T> collection)", new_list, typed=True),
    member("int Count", len),
    member("void Enqueue(T item)", add_item),
    member("T Dequeue()", lambda q: _pop(q, 0, "Queue")),
    member("T Peek()", lambda q: _peek(q, 0, "Queue")),
    member("bool Contains(T item)", lambda v, x: find_item(v.items, x) >= 0),
    member("void Clear()", clear_items),
)


_STACK = (
    member("new()", new_list, typed=True),
    member("new(IEnumerable<T> collection)", lambda ty, c: NetList(ty, list(c)[::-1]), typed=True),
    member("int Count", len),
    member("void Push(T item)", _push),
    member("T Pop()", lambda s: _pop(s, 0, "Stack")),
    member("T Peek()", lambda s: _peek(s, 0, "Stack")),
    member("bool Contains(T item)", lambda v, x: find_item(v.items, x) >= 0),
    member("void Clear()", clear_items),
)


TYPES = (
    TypeEntry("ISet<T>", _SPACE, _DOCS + "iset-1", _SET[5:], "interface", ("ICollection<T>",)),
    TypeEntry(
        "HashSet<T>",
        _SPACE,
        _DOCS + "hashset-1",
        _SET,
        bases=("ISet<T>", "IReadOnlyCollection<T>"),
        hidden=frozenset({"ICollection"}),
    ),
    TypeEntry("Queue<T>", _SPACE, _DOCS + "queue-1", _QUEUE, bases=("IReadOnlyCollection<T>",)),
    TypeEntry("Stack<T>", _SPACE, _DOCS + "stack-1", _STACK, bases=("IReadOnlyCollection<T>",)),
)
