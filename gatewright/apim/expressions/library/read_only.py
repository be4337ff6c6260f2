"""ReadOnlyCollection<T>, what compares keys, and pairs.

Source: https://learn.microsoft.com/dotnet/api/system.collections.objectmodel.readonlycollection-1,
system.collections.generic.keyvaluepair (.NET Core 3.1).
"""

from __future__ import annotations

from gatewright.apim.expressions.hashed import Comparer, NetDict, NetSet
from gatewright.apim.expressions.library.collections import copy_to, find_item, item_at, same
from gatewright.apim.expressions.library.compare import hash_of
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import NetArray, NetList, NetReadOnly, Pair, Value

_DOCS = "https://learn.microsoft.com/dotnet/api/system.collections."
DEFAULT = Comparer("GenericEqualityComparer", lambda x: x, lambda x: x)
"""Equality as the type has it."""


def read_only(ty: Ty, source: NetArray | NetList) -> NetReadOnly:
    """A view of a list or array: it shows what changes there."""
    return NetReadOnly(ty, source)


def _comparer(held: NetDict | NetSet) -> Comparer:
    return held.comparer or DEFAULT


def _equal(comparer: Comparer, a: Value, b: Value) -> bool:
    if comparer is DEFAULT:
        return same(a, b)
    return bool(comparer.key(a) == comparer.key(b))


def _deconstruct(pair: Pair) -> tuple[None, Value, Value]:
    return None, pair.key, pair.value


MEMBERS = {
    "Array": (
        member("static ReadOnlyCollection<T> AsReadOnly<T>(T[] array)", read_only, typed=True),
        member("bool IsSynchronized", lambda a: False),
        member("object SyncRoot", lambda a: a),
        member("void Initialize()", lambda a: None),
    ),
    "List<T>": (member("ReadOnlyCollection<T> AsReadOnly()", read_only, typed=True),),
    "Dictionary<K, V>": (member("IEqualityComparer<K> Comparer", _comparer),),
    "HashSet<T>": (member("IEqualityComparer<T> Comparer", _comparer),),
    "IEqualityComparer<T>": (
        member("bool Equals(T? x, T? y)", _equal),
        member("int GetHashCode(T obj)", lambda c, x: hash_of(c.key(x))),
    ),
    "KeyValuePair<K, V>": (member("void Deconstruct(out K key, out V value)", _deconstruct),),
}
TYPES = (
    TypeEntry(
        "ReadOnlyCollection<T>",
        "System.Collections.ObjectModel",
        _DOCS + "objectmodel.readonlycollection-1",
        (
            member("new(IList<T> list)", read_only, typed=True),
            member("int Count", len),
            member("T this[int index]", item_at),
            member("bool Contains(T value)", lambda v, x: find_item(v.items, x) >= 0),
            member("int IndexOf(T value)", lambda v, x: find_item(v.items, x)),
            member("void CopyTo(T[] array, int index)", copy_to),
        ),
        bases=("IList<T>", "IReadOnlyList<T>"),
        allowed=frozenset({"Count", "this", "Contains", "IndexOf", "CopyTo"}),
        hidden=frozenset({"ICollection", "IList"}),
    ),
    TypeEntry(
        "KeyValuePair",
        "System.Collections.Generic",
        _DOCS + "generic.keyvaluepair",
        (member("static KeyValuePair<K, V> Create<K, V>(K? key, V value)", Pair, typed=True),),
        "static",
    ),
)
