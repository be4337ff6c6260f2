"""Values at run time: Python objects that know their .NET type.

`string`, `int`, `double`, `bool` are `str`, `int`, `float`, `bool`; null is None. Other primitive types are
plain `int` or `str` while their static type is known, and one of the classes below once boxed into `object`.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, invalid_operation
from gatewright.apim.expressions.types import Ty

Value = Any
"""A run-time value: Python cannot say what it is, its static type does, checked when it was bound."""


class Long(int):
    """A boxed `long`."""

    __slots__ = ()


class Byte(int):
    """A boxed `byte`."""

    __slots__ = ()


class SByte(int):
    """A boxed `sbyte`."""

    __slots__ = ()


class Short(int):
    """A boxed `short`."""

    __slots__ = ()


class UShort(int):
    """A boxed `ushort`."""

    __slots__ = ()


class UInt(int):
    """A boxed `uint`."""

    __slots__ = ()


class ULong(int):
    """A boxed `ulong`."""

    __slots__ = ()


class Char(str):
    """A boxed `char`."""

    __slots__ = ()


class Single(float):
    """A boxed `float`."""

    __slots__ = ()


BOXES: dict[Ty, type] = {
    t.LONG: Long,
    t.BYTE: Byte,
    t.SBYTE: SByte,
    t.SHORT: Short,
    t.USHORT: UShort,
    t.UINT: UInt,
    t.ULONG: ULong,
    t.CHAR: Char,
    t.FLOAT: Single,
}
CLASSES: dict[type, Ty] = {cls: ty for ty, cls in BOXES.items()} | {
    str: t.STRING,
    int: t.INT,
    float: t.DOUBLE,
    bool: t.BOOL,
    decimal.Decimal: t.DECIMAL,
    NetError: t.EXCEPTION,
}


class Plain:
    """A plain `object`, as `new object()` makes it."""

    __slots__ = ()
    ty = t.OBJECT


class EnumValue:
    """A value of an enum: its type and number; its name is looked up in the enum's definition."""

    __slots__ = ("number", "text", "ty")

    def __init__(self, ty: Ty, number: int, text: str) -> None:
        self.ty = ty
        self.number = number
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EnumValue) and other.ty is self.ty and other.number == self.number

    def __hash__(self) -> int:
        return hash(self.number)

    def __int__(self) -> int:
        return self.number

    def __index__(self) -> int:
        return self.number


class NetType:
    """A `System.Type`."""

    __slots__ = ("of",)
    ty = t.TYPE

    def __init__(self, of: Ty) -> None:
        self.of = of

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NetType) and other.of is self.of

    def __hash__(self) -> int:
        return hash(self.of)


class NetArray:
    """A `T[]`; elements are unboxed values of T."""

    __slots__ = ("items", "ty")

    def __init__(self, ty: Ty, items: list[Value]) -> None:
        self.ty = ty
        self.items = items

    def __iter__(self) -> Iterator[Value]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def sizes(self) -> tuple[int, ...]:
        """How many elements each dimension has."""
        return (len(self.items),)


class NetReadOnly(NetArray):
    """A `ReadOnlyCollection<T>`: what the list or array behind it holds."""

    __slots__ = ("source",)

    def __init__(self, ty: Ty, source: Value) -> None:
        super().__init__(ty, source.items)
        self.source = source


class NetGrid(NetArray):
    """A `T[,]`: `items` holds the rows one behind the other."""

    __slots__ = ("lengths",)

    def __init__(self, ty: Ty, items: list[Value], lengths: tuple[int, ...]) -> None:
        super().__init__(ty, items)
        self.lengths = lengths

    def sizes(self) -> tuple[int, ...]:
        """How many elements each dimension has."""
        return self.lengths


class NetList:
    """A `List<T>`."""

    __slots__ = ("items", "ty", "version")

    def __init__(self, ty: Ty, items: list[Value]) -> None:
        self.ty = ty
        self.items = items
        self.version = 0

    def __iter__(self) -> Iterator[Value]:
        version = self.version
        for item in self.items:
            yield item
            if self.version != version:
                raise modified()

    def __len__(self) -> int:
        return len(self.items)


def modified() -> NetError:
    """A collection changed while it was enumerated."""
    return invalid_operation("Collection was modified; enumeration operation may not execute.")


class Lazy:
    """A lazily evaluated sequence, such as LINQ returns; every enumeration starts anew."""

    __slots__ = ("start", "ty")

    def __init__(self, ty: Ty, start: Callable[[], Iterable[Value]]) -> None:
        self.ty = ty
        self.start = start

    def __iter__(self) -> Iterator[Value]:
        return iter(self.start())


class Pair:
    """A `KeyValuePair<K, V>`."""

    __slots__ = ("key", "ty", "value")

    def __init__(self, ty: Ty, key: Value, value: Value) -> None:
        self.ty = ty
        self.key = key
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pair) and (self.key, self.value) == (other.key, other.value)

    def __hash__(self) -> int:
        return hash((self.key, self.value))


class Anon:
    """An anonymous object or tuple: values in the order of its type's members."""

    __slots__ = ("ty", "values")

    def __init__(self, ty: Ty, values: tuple[Value, ...]) -> None:
        self.ty = ty
        self.values = values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Anon) and other.ty is self.ty and other.values == self.values

    def __hash__(self) -> int:
        return hash(self.values)


def member_names(ty: Ty) -> list[str]:
    """The member names of an anonymous type."""
    inner = ty.name[len("anonymous{") : -1]
    return inner.split(",") if inner else []


def runtime_type(value: Value) -> Ty:
    """The .NET type of a boxed value that is not null."""
    found = CLASSES.get(type(value))
    if found is None:
        ty: Ty = value.ty
        return ty
    if found is t.EXCEPTION:
        return t.make(value.kind)
    return found


def box(ty: Ty) -> Callable[[Value], Value] | None:
    """How an unboxed value of a static type becomes an `object`; None where it is one already."""
    if ty.name == "?":
        inner = BOXES.get(ty.args[0])
        return None if inner is None else lambda v: None if v is None else inner(v)
    return BOXES.get(ty)


def unbox(value: Value) -> Value:
    """A boxed primitive as the plain Python value that its static type has."""
    cls = type(value)
    if cls in (str, int, bool, float):
        return value
    if cls is Char:
        return str(value)
    if cls is Single:
        return float(value)
    return int(value) if isinstance(value, int) else value


def boxed_items(source: Value) -> Iterator[Value]:
    """The elements of any sequence, boxed."""
    if isinstance(source, str):
        return map(Char, source)
    ty = getattr(source, "ty", None)
    wrap = box(ty.args[0]) if ty is not None and (len(ty.args) == 1 or ty.name in _PARTS) else None
    return iter(source) if wrap is None else map(wrap, source)


_PARTS = frozenset({"KeyCollection", "ValueCollection"})


def default_of(ty: Ty) -> Value:
    """`default(T)`, for types that need no library; None for reference types."""
    return _DEFAULTS.get(ty)


_DEFAULTS: dict[Ty, Value] = {
    t.BOOL: False,
    t.CHAR: "\0",
    t.FLOAT: 0.0,
    t.DOUBLE: 0.0,
    t.DECIMAL: decimal.Decimal(0),
} | {ty: 0 for ty in t.INTEGRAL_BITS if ty is not t.CHAR}
