"""System.Tuple with one to eight elements.

Source: https://learn.microsoft.com/dotnet/api/system.tuple (.NET Core 3.1).
"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.values import Anon, Value

_DOCS = "https://learn.microsoft.com/dotnet/api/system.tuple"
_NAMES = "ABCDEFGH"


def _made(ty: t.Ty, *values: Value) -> Anon:
    return Anon(ty, values)


def _nested(ty: t.Ty, *values: Value) -> Anon:
    """`Tuple.Create` of eight: the last one stands in a tuple of its own."""
    return Anon(ty, (*values[:7], Anon(ty.args[7], values[7:])))


def _create() -> Iterator[Entry]:
    for size in range(1, 9):
        names = ", ".join(_NAMES[:size])
        given = ", ".join(f"{n} item{i}" for i, n in enumerate(_NAMES[:size], 1))
        made = names if size < 8 else names[:-1] + "Tuple<H>"
        yield member(
            f"static Tuple<{made}> Create<{names}>({given})", _nested if size == 8 else _made, typed=True
        )


def _types() -> Iterator[TypeEntry]:
    for size in range(1, 9):
        names = _NAMES[:size]
        given = ", ".join(f"{n} item{i}" for i, n in enumerate(names, 1))
        items = [
            member(f"{n} {'Rest' if i == 7 else f'Item{i + 1}'}", lambda v, i=i: v.values[i])
            for i, n in enumerate(names)
        ]
        yield TypeEntry(
            f"Tuple<{', '.join(names)}>",
            "System",
            f"{_DOCS}-{size}",
            (member(f"new({given})", _made, typed=True), *items),
            bases=("IComparable",),
        )


TYPES = (TypeEntry("Tuple", "System", _DOCS, tuple(_create()), "static"), *_types())
