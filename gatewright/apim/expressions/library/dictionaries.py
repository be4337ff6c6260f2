"""Dictionary, its interfaces, and KeyValuePair.

Source: https://learn.microsoft.com/dotnet/api/system.collections.generic.dictionary-2 (.NET Core 3.1).
"""

from __future__ import annotations

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind.conversions import as_pairs
from gatewright.apim.expressions.faults import (
    NetError,
    argument,
    argument_null,
)
from gatewright.apim.expressions.hashed import Comparer, NetDict
from gatewright.apim.expressions.library.collections import capacity, copy_to, same
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.library.runtime import default
from gatewright.apim.expressions.limits import check_size
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Lazy, Pair, Value

_DOCS = "https://learn.microsoft.com/dotnet/api/system.collections.generic."


_SPACE = "System.Collections.Generic"


def key_missing(key: Value) -> NetError:
    """A dictionary does not have a key."""
    from gatewright.apim.expressions.text import text_of

    return NetError(
        "KeyNotFoundException", f"The given key '{text_of(key)}' was not present in the dictionary."
    )


def set_at(values: NetDict, key: Value, value: Value) -> None:
    """`dictionary[key] = value`."""
    if key is None:  # seen once the value is known
        raise argument_null("key")
    check_size(len(values))
    values.put(key, value)


def get_at(values: NetDict, key: Value) -> Value:
    """`dictionary[key]`."""
    if key is None:
        raise argument_null("key")
    found = values.find(key)
    if found is None:
        raise key_missing(key)
    return found[1]


def insert_new(values: NetDict, key: Value, value: Value) -> None:
    """`Dictionary.Add`."""
    if values.find(key) is not None:
        from gatewright.apim.expressions.text import text_of

        raise argument(f"An item with the same key has already been added. Key: {text_of(key)}")
    check_size(len(values))
    values.put(key, value)


def _try_add(values: NetDict, key: Value, value: Value) -> bool:
    if values.find(key) is not None:
        return False
    values.put(key, value)
    return True


def try_get(values: NetDict, key: Value) -> tuple[bool, Value]:
    """`TryGetValue`."""
    found = values.find(key)
    return (False, default(values.pair.args[1])) if found is None else (True, found[1])


def _copied(ty: Ty, source: Value, comparer: Comparer | None = None) -> NetDict:
    made = NetDict(ty, comparer)
    for pair in as_pairs(source):
        insert_new(made, pair.key, pair.value)
    return made


def keys_of(values: NetDict) -> Lazy:
    """`Keys`."""
    return Lazy(t.make("KeyCollection", values.pair.args), lambda: (k for k, _ in values.entries()))


def values_of(values: NetDict) -> Lazy:
    """`Values`."""
    return Lazy(t.make("ValueCollection", values.pair.args[::-1]), lambda: (v for _, v in values.entries()))


_READ = (
    member("V this[K k]", get_at, set_at),
    member("int Count", len),
    member("bool ContainsKey(K key)", lambda d, k: d.find(k) is not None),
    member("bool TryGetValue(K key, out V value)", try_get),
)


_DICT = (
    member("new()", NetDict, typed=True),
    member("new(int capacity)", lambda ty, n: NetDict(ty) if capacity(n) >= 0 else None, typed=True),
    member("new(IEqualityComparer<K>? comparer)", NetDict, typed=True),
    member("new(IDictionary<K, V> dictionary)", _copied, typed=True),
    member("new(IDictionary<K, V> dictionary, IEqualityComparer<K>? comparer)", _copied, typed=True),
    *_READ,
    member("void Add(K key, V value)", insert_new),
    member("bool TryAdd(K key, V value)", _try_add),
    member("bool Remove(K key)", NetDict.drop),
    member("void Clear()", NetDict.clear),
    member("bool ContainsValue(V value)", lambda d, v: any(same(x, v) for _, x in d.data.values())),
    member("KeyCollection<K, V> Keys", keys_of),
    member("ValueCollection<V, K> Values", values_of),
)
_PART = (
    member("int Count", lambda v: sum(1 for _ in v)),
    member("void CopyTo(T[] array, int index)", copy_to),
)


TYPES = (
    TypeEntry(
        "IReadOnlyDictionary<K, V>",
        _SPACE,
        _DOCS + "ireadonlydictionary-2",
        (
            member("V this[K k]", get_at),
            *_READ[1:],
            member("IEnumerable<K> Keys", keys_of),
            member("IEnumerable<V> Values", values_of),
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
        hidden=frozenset({"ICollection", "IDictionary"}),
    ),
    *(
        TypeEntry(
            f"{name}<T, O>",  # what it holds, and the other part of the dictionary
            _SPACE,
            f"{_DOCS}dictionary-2.{name.lower()}",
            _PART,
            bases=("ICollection<T>", "IReadOnlyCollection<T>"),
            allowed=frozenset({"Count", "CopyTo"}),
            hidden=frozenset({"ICollection"}),
        )
        for name in ("KeyCollection", "ValueCollection")
    ),
    TypeEntry(
        "KeyValuePair<K, V>",
        _SPACE,
        _DOCS + "keyvaluepair-2",
        (
            member("new(K? key, V value)", Pair, typed=True),
            member("K Key", lambda p: p.key),
            member("V Value", lambda p: p.value),
        ),
        "struct",
    ),
)
