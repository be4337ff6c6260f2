"""IEnumerator<T>: going through a sequence by hand.

Source: https://learn.microsoft.com/dotnet/api/system.collections.generic.ienumerator-1 (.NET Core 3.1). The
enumerators of lists, sets and dictionaries, which are structures of their own there, are objects here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind.conversions import pairs_of
from gatewright.apim.expressions.faults import NetError, invalid_operation
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.library.runtime import default
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Lazy, NetArray, NetList, Value, boxed_items

_DOCS = "https://learn.microsoft.com/dotnet/api/system.collections."


class Cursor:
    """An enumerator.

    Args:
        ty: its type.
        source: what it goes through.
        start: begins to go through it.
        strict: whether `Current` throws where there is none, as with arrays, texts, queues and stacks.
    """

    __slots__ = ("_left", "_start", "_state", "_strict", "_value", "source", "ty")

    def __init__(self, ty: Ty, source: Value, start: Callable[[], Iterator[Value]], strict: bool) -> None:
        self.ty = ty
        self.source = source
        self._start = start
        self._strict = strict
        self._left = start()
        self._state = "before"
        self._value = self._nothing()

    def _nothing(self) -> Value:
        return default(self.ty.args[0]) if self.ty.args else None

    def move(self) -> bool:
        """`MoveNext()`."""
        for value in self._left:
            self._value, self._state = value, "at"
            return True
        self._value, self._state = self._nothing(), "behind"
        return False

    def current(self) -> Value:
        """`Current`.

        Raises:
            NetError: InvalidOperationException where there is none and the sequence minds.
        """
        if self._state != "at" and self._strict:
            started = self._state != "before"
            raise invalid_operation(
                "Enumeration already finished." if started else "Enumeration has not started. Call MoveNext."
            )
        return self._value

    def reset(self) -> None:
        """`Reset()`.

        Raises:
            NetError: NotSupportedException for a query.
        """
        if isinstance(self.source, Lazy):
            raise NetError("NotSupportedException", "Specified method is not supported.")
        self._left = self._start()
        self._value, self._state = self._nothing(), "before"


def _of(ty: Ty, source: Value) -> Cursor:
    ends = isinstance(source, NetList) and source.ty.name in ("Queue", "Stack")
    strict = ends or isinstance(source, (NetArray, str))
    return Cursor(ty, source, lambda: iter(source), strict)


def cursor(ty: Ty, source: Lazy) -> Cursor:
    """The enumerator of an iterator."""
    return Cursor(ty, source, lambda: iter(source), False)


def _plain(source: Value) -> Cursor:
    """`IEnumerator` without a type: boxed elements."""
    return Cursor(t.make("IEnumerator"), source, lambda: iter(boxed_items(source)), True)


def _of_pairs(ty: Ty, source: Value) -> Cursor:
    return Cursor(ty, source, lambda: iter(pairs_of(source)), False)


_TYPED = member("IEnumerator<T> GetEnumerator()", _of, typed=True)
MEMBERS = {
    "IEnumerable<T>": (_TYPED,),
    "IEnumerable": (member("IEnumerator GetEnumerator()", _plain),),
    **{name: (_TYPED,) for name in ("List<T>", "HashSet<T>", "Queue<T>", "Stack<T>", "JEnumerable<T>")},
    "Dictionary<K, V>": (member("IEnumerator<KeyValuePair<K, V>> GetEnumerator()", _of, typed=True),),
    "Array": (member("IEnumerator GetEnumerator()", _plain),),
    "string": (member("IEnumerator<char> GetEnumerator()", _of, typed=True),),
    "JObject": (member("IEnumerator<KeyValuePair<string, JToken>> GetEnumerator()", _of_pairs, typed=True),),
    "JArray": (member("IEnumerator<JToken> GetEnumerator()", _of, typed=True),),
}
TYPES = (
    TypeEntry(
        "IEnumerator<T>",
        "System.Collections.Generic",
        _DOCS + "generic.ienumerator-1",
        (
            member("bool MoveNext()", Cursor.move),
            member("void Reset()", Cursor.reset),
            member("T Current", Cursor.current),
            member("void Dispose()", lambda e: None),
        ),
        "interface",
        ("IEnumerator", "IDisposable"),
    ),
    TypeEntry(
        "IEnumerator",
        "System.Collections",
        _DOCS + "ienumerator",
        (
            member("bool MoveNext()", Cursor.move),
            member("void Reset()", Cursor.reset),
            member("object Current", Cursor.current),
        ),
        "interface",
        allowed=False,
    ),
)
