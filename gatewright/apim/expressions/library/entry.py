"""How the library states a type: name, bases, members, and whether a policy may use it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.values import Value


@dataclass(frozen=True, slots=True)
class TypeEntry:
    """A .NET type.

    Attributes:
        name: with its parameters, such as `Dictionary<K, V>`.
        namespace: such as `System.Collections.Generic`.
        source: page that describes it.
        kind: `class`, `struct`, `interface`, `enum`, `static` or `exception`.
        bases: base class and interfaces, as C# writes them.
        members: its members.
        values: names and numbers of an enum.
        allowed: True when policies may use all of it, False for none, else the names they may use.
            Members of types that only appear as results need no list of their own.
        hidden: interfaces whose members it and what derives from it have only behind them.
    """

    name: str
    namespace: str
    source: str
    members: tuple[Entry, ...] = ()
    kind: str = "class"
    bases: tuple[str, ...] = ()
    values: tuple[tuple[str, int], ...] = ()
    allowed: bool | frozenset[str] = True
    hidden: frozenset[str] = frozenset()


def member(
    text: str,
    call: Callable[..., Value],
    put: Callable[..., Value] | None = None,
    *,
    typed: bool = False,
    run: bool = False,
) -> Entry:
    """A member: signature and behaviour in one place."""
    return Entry(text, call, put, typed, run)


def enum(
    name: str, namespace: str, source: str, values: str, allowed: bool | frozenset[str] = True
) -> TypeEntry:
    """An enum; `values` is `Name Name=5 ...`, counting up from 0."""
    numbered: list[tuple[str, int]] = []
    number = 0
    for item in values.split():
        label, _, given = item.partition("=")
        number = int(given) if given else number
        numbered.append((label, number))
        number += 1
    return TypeEntry(name, namespace, source, kind="enum", values=tuple(numbered), allowed=allowed)
