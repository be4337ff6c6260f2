"""Delegates as values: several in a row, and when two are equal.

A delegate is a Python function with its .NET type in `ty`, or a `Multicast` of several. What makes one equal
to another stands in its `key`: its code with the identity of what it was made over, or None where C# makes a
single object of it.

Source: C# language specification, 10.7 "Anonymous function conversions", 12.12.9 "Delegate equality
operators".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatewright.apim.expressions.types import Ty

if TYPE_CHECKING:
    from gatewright.apim.expressions.values import Value


class Multicast:
    """A delegate that calls several in a row and gives what the last one gives."""

    __slots__ = ("parts", "ty")

    def __init__(self, ty: Ty, parts: tuple[Value, ...]) -> None:
        self.ty = ty
        self.parts = parts

    def __call__(self, *values: Value) -> Value:
        """Calls each part."""
        result: Value = None
        for part in self.parts:
            result = part(*values)
        return result


def parts(value: Value) -> tuple[Value, ...]:
    """The single delegates that a delegate calls; none for null."""
    if value is None:
        return ()
    return value.parts if isinstance(value, Multicast) else (value,)


def keys(value: Value) -> tuple[Value, ...]:
    """What makes each part equal: its key, else the function itself.

    It says something only while the delegate is held: what it was made over counts by its identity.
    """
    return tuple([getattr(part, "key", part) for part in parts(value)])


def same(one: Value, two: Value) -> bool:
    """Whether two delegates are equal."""
    return keys(one) == keys(two)


def same_object(one: Value, two: Value) -> bool:
    """Whether two values are one object: the delegates of a lambda that uses no variable are."""
    if one is two:
        return True
    key = getattr(one, "key", None) if callable(one) else None
    return isinstance(key, tuple) and key[-1] is None and getattr(two, "key", None) is key
