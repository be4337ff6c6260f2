"""OrderBy and ThenBy.

Source: https://learn.microsoft.com/dotnet/api/system.linq.enumerable.orderby (.NET Core 3.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cmp_to_key

from gatewright.apim.expressions.hashed import Comparer
from gatewright.apim.expressions.library.compare import compare
from gatewright.apim.expressions.library.entry import member
from gatewright.apim.expressions.library.linq_items import Items
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Lazy, Value


class Ordered(Lazy):
    """An ordered sequence: what it sorts, and by which keys in turn."""

    __slots__ = ("keys", "source")

    def __init__(
        self, ty: Ty, source: Items, keys: list[tuple[Callable[[Value], Value], Value, bool]]
    ) -> None:
        super().__init__(ty, self.sorted)
        self.source = source
        self.keys = keys

    def sorted(self) -> list[Value]:
        """The elements in order; equal ones stay as they were."""
        found = list(self.source)
        keyed: list[tuple[list[Value], bool]] = []
        for key, order, down in self.keys:  # all of the first keys before the second ones
            sort = order.sort if isinstance(order, Comparer) else cmp_to_key(compare)
            keyed.append(([sort(key(x)) for x in found], down))
        places = list(range(len(found)))
        for column, down in reversed(keyed):
            places.sort(key=column.__getitem__, reverse=down)
        return [found[place] for place in places]


def _order(down: bool) -> Callable[..., Ordered]:
    return lambda ty, items, key, order=None: Ordered(ty, items, [(key, order, down)])


def _then(down: bool) -> Callable[..., Ordered]:
    return lambda ty, items, key, order=None: Ordered(ty, items.source, [*items.keys, (key, order, down)])


def order_members() -> Iterator[Entry]:
    """`OrderBy`, `ThenBy` and their descending forms."""
    for name, build, source, down in (
        ("OrderBy", _order, "IEnumerable", False),
        ("OrderByDescending", _order, "IEnumerable", True),
        ("ThenBy", _then, "IOrderedEnumerable", False),
        ("ThenByDescending", _then, "IOrderedEnumerable", True),
    ):
        head = f"static IOrderedEnumerable<T> {name}<T, K>(this {source}<T> source, Func<T, K> keySelector"
        yield member(head + ")", build(down), typed=True)
        yield member(head + ", IComparer<K>? comparer)", build(down), typed=True)
