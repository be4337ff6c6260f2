"""ICollection<T>, IList<T> and IDictionary<K, V>: what each collection does behind them.

Source: https://learn.microsoft.com/dotnet/api/system.collections.generic.icollection-1, ilist-1 and
idictionary-2 (.NET Core 3.1);
https://www.newtonsoft.com/json/help/html/T_Newtonsoft_Json_Linq_JContainer.htm (13.0).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind.conversions import as_pairs
from gatewright.apim.expressions.faults import NetError, argument_null, out_of_range
from gatewright.apim.expressions.hashed import NetDict, NetSet
from gatewright.apim.expressions.library import collections as lists
from gatewright.apim.expressions.library import dictionaries as dicts
from gatewright.apim.expressions.library.collections import same
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.values import Lazy, NetArray, Pair, Value

_DOCS = "https://learn.microsoft.com/dotnet/api/system.collections.generic."
_SPACE = "System.Collections.Generic"
Call = Callable[..., Value]


def _by_kind(plain: Call, kinds: dict[type, Call]) -> Call:
    """A behaviour for lists and arrays, and those of other collections."""
    made = singledispatch(plain)
    for kind, call in kinds.items():
        made.register(kind, call)
    return made


def _derived(values: Lazy, *_: Value) -> Value:
    """Keys and values of a dictionary cannot be changed."""
    what = "key" if values.ty.name == "KeyCollection" else "value"
    message = f"Mutating a {what} collection derived from a dictionary is not allowed."
    raise NetError("NotSupportedException", message)


# --------------------------------------------------------------------------- dictionaries as ICollection


def _key(key: Value) -> Value:
    if key is None:
        raise argument_null("key")
    return key


def _has_pair(values: NetDict, pair: Pair) -> bool:
    found = values.find(_key(pair.key))
    return found is not None and same(found[1], pair.value)


def _drop_pair(values: NetDict, pair: Pair) -> bool:
    return _has_pair(values, pair) and values.drop(pair.key)


# --------------------------------------------------------------------------- JSON as ICollection, IList


def _token_at(values: j.JContainer, index: int) -> j.JToken:
    held = values.children()
    if not 0 <= index < len(held):
        raise out_of_range("index", lists.RANGE)
    return held[index]


def _has(values: j.JContainer, item: Value) -> bool:
    if isinstance(item, Pair):
        return isinstance(values, j.JObject) and values.get(item.key) is item.value is not None
    return values.index(item) >= 0


def _property(name: str | None, value: j.JToken | None) -> j.JProperty:
    if name is None:
        raise argument_null("name")
    return j.JProperty(name, value)


def _add(values: j.JContainer, item: Value) -> None:
    values.insert(values.size(), _property(item.key, item.value) if isinstance(item, Pair) else item)


def _drop(values: j.JContainer, item: Value) -> bool:
    if not _has(values, item):
        return False
    if isinstance(values, j.JObject) and isinstance(item, Pair):
        item = values.props[item.key]
    values.remove_child(item)
    return True


def _copy(values: j.JContainer, target: NetArray, index: int) -> None:
    pairs = target.ty.args[0].name == "KeyValuePair"
    lists.copy_to(as_pairs(values) if pairs else values, target, index)


# --------------------------------------------------------------------------- JObject as IDictionary


def _needed(name: str | None) -> str:
    if name is None:
        raise argument_null("propertyName")
    return name


def _put(values: j.JObject, name: str | None, value: j.JToken | None) -> None:
    values.set(_needed(name), value)


def _try_get(values: j.JObject, name: str | None) -> tuple[bool, j.JToken | None]:
    return name in values.props, values.get(name)


def _remove_name(values: j.JObject, name: str | None) -> bool:
    found = None if name is None else values.props.get(name)
    if found is not None:
        values.remove_child(found)
    return found is not None


def _names(values: j.JObject) -> Lazy:
    return Lazy(t.make("KeyCollection", (t.STRING, t.JTOKEN)), lambda: list(values.props))


def _no_values(values: j.JObject) -> Value:
    raise NetError("NotImplementedException", "The method or operation is not implemented.")


# --------------------------------------------------------------------------- the interfaces

_clear = _by_kind(
    lists.clear_items,
    {NetDict: NetDict.clear, NetSet: NetSet.clear, j.JContainer: lambda v: v.clear(), Lazy: _derived},
)
_COLLECTION = (
    member("int Count", lambda v: sum(1 for _ in v)),
    member(
        "bool Contains(T item)",
        _by_kind(
            lambda v, x: any(same(y, x) for y in v),
            {NetDict: _has_pair, NetSet: lambda v, x: v.key(x) in v.data, j.JContainer: _has},
        ),
    ),
    member(
        "void Add(T item)",
        _by_kind(
            lists.add_item,
            {
                NetDict: lambda v, x: dicts.insert_new(v, _key(x.key), x.value),
                NetSet: NetSet.add,
                j.JContainer: _add,
                Lazy: _derived,
            },
        ),
    ),
    member(
        "bool Remove(T item)",
        _by_kind(
            lists.remove_item,
            {
                NetDict: _drop_pair,
                NetSet: lambda v, x: v.leave(v.key(x)),
                j.JContainer: _drop,
                Lazy: _derived,
            },
        ),
    ),
    member("void Clear()", _clear),
    member("void CopyTo(T[] array, int arrayIndex)", _by_kind(lists.copy_to, {j.JContainer: _copy})),
    member("bool IsReadOnly", lambda v: isinstance(v, (NetArray, Lazy))),
)
_LIST = (
    member(
        "T this[int index]",
        _by_kind(lists.item_at, {j.JContainer: _token_at}),
        _by_kind(
            lists.set_at,
            {j.JContainer: lambda v, at, x: v.replace_child(_token_at(v, at), x)},
        ),
    ),
    member(
        "int IndexOf(T item)",
        _by_kind(lambda v, x: lists.find_item(v.items, x), {j.JContainer: lambda v, x: v.index(x)}),
    ),
    member(
        "void Insert(int index, T item)",
        _by_kind(lists.insert_item, {j.JContainer: lambda v, at, x: v.insert(at, x)}),
    ),
    member(
        "void RemoveAt(int index)",
        _by_kind(lists.remove_at, {j.JContainer: lambda v, at: v.remove_child(_token_at(v, at))}),
    ),
)
_DICTIONARY = (
    member(
        "V this[K k]",
        _by_kind(dicts.get_at, {j.JObject: lambda v, k: v.get(_needed(k))}),
        _by_kind(dicts.set_at, {j.JObject: _put}),
    ),
    member("int Count", _by_kind(len, {j.JObject: lambda v: v.size()})),
    member(
        "bool ContainsKey(K key)",
        _by_kind(lambda v, k: v.find(k) is not None, {j.JObject: lambda v, k: k in v.props}),
    ),
    member(
        "bool TryGetValue(K? key, out V value)",
        _by_kind(lambda v, k: dicts.try_get(v, _key(k)), {j.JObject: _try_get}),
    ),
    member(
        "void Add(K key, V value)",
        _by_kind(dicts.insert_new, {j.JObject: lambda v, k, x: v.add_property(j.JProperty(k, x))}),
    ),
    member("bool Remove(K? key)", _by_kind(lambda v, k: v.drop(_key(k)), {j.JObject: _remove_name})),
    member("void Clear()", _clear),
    member("ICollection<K> Keys", _by_kind(dicts.keys_of, {j.JObject: _names})),
    member("ICollection<V> Values", _by_kind(dicts.values_of, {j.JObject: _no_values})),
)


TYPES = (
    TypeEntry(
        "ICollection<T>", _SPACE, _DOCS + "icollection-1", _COLLECTION, "interface", ("IEnumerable<T>",)
    ),
    TypeEntry("IList<T>", _SPACE, _DOCS + "ilist-1", _LIST, "interface", ("ICollection<T>",)),
    TypeEntry(
        "IDictionary<K, V>",
        _SPACE,
        _DOCS + "idictionary-2",
        _DICTIONARY,
        "interface",
        ("ICollection<KeyValuePair<K, V>>",),
    ),
)
