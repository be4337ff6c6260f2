"""StringComparer.

Source: https://learn.microsoft.com/dotnet/api/system.stringcomparer (.NET Core 3.1).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from gatewright.apim.expressions.hashed import Comparer
from gatewright.apim.expressions.library.compare import (
    culture_key,
    hash_of,
)
from gatewright.apim.expressions.library.entry import TypeEntry, enum, member
from gatewright.apim.expressions.library.strings import upper
from gatewright.apim.expressions.values import Value

_DOCS = "https://learn.microsoft.com/dotnet/api/system."


@cache
def comparer(name: str) -> Comparer:
    """A `StringComparer` by its property's name."""
    ignoring = name.endswith("IgnoreCase")
    if name.startswith("Ordinal"):
        key: Callable[[Value], Value] = upper if ignoring else (lambda s: s)
        return Comparer(name, _or_null(key), _sort_null(key))
    return Comparer(
        name, _or_null(upper if ignoring else (lambda s: s)), _sort_null(lambda s: culture_key(s, ignoring))
    )


def _or_null(key: Callable[[Value], Value]) -> Callable[[Value], Value]:
    return lambda s: None if s is None else key(s)


def _sort_null(key: Callable[[Value], Value]) -> Callable[[Value], Value]:
    return lambda s: (0,) if s is None else (1, key(s))


_COMPARERS = (
    "Ordinal",
    "OrdinalIgnoreCase",
    "InvariantCulture",
    "InvariantCultureIgnoreCase",
    "CurrentCulture",
    "CurrentCultureIgnoreCase",
)


def _order(c: Comparer, a: str | None, b: str | None) -> int:
    x, y = c.sort(a), c.sort(b)
    return int(x > y) - int(x < y)


TYPES = (
    TypeEntry(
        "StringComparer",
        "System",
        _DOCS + "stringcomparer",
        (
            *(member(f"static StringComparer {n}", lambda n=n: comparer(n)) for n in _COMPARERS),
            member("bool Equals(string? a, string? b)", lambda c, a, b: c.key(a) == c.key(b)),
            member("int Compare(string? a, string? b)", _order),
            member("int GetHashCode(string s)", lambda c, s: hash_of(c.key(s))),
        ),
        bases=("IEqualityComparer<string>", "IComparer<string>"),
    ),
    enum(
        "StringComparison",
        "System",
        _DOCS + "stringcomparison",
        "CurrentCulture CurrentCultureIgnoreCase InvariantCulture InvariantCultureIgnoreCase "
        "Ordinal OrdinalIgnoreCase",
    ),
)
