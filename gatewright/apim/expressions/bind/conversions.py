"""Conversions between types: identity, numeric, nullable, boxing, reference and user-defined.

Source: C# language specification, chapter 10 "Conversions".
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from gatewright.apim.expressions import numbers
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, arithmetic_overflow, null_reference
from gatewright.apim.expressions.json_tokens import JObject
from gatewright.apim.expressions.library.catalog import Library
from gatewright.apim.expressions.signature import Signature
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import (
    Anon,
    Lazy,
    Pair,
    Value,
    box,
    boxed_items,
    runtime_type,
    unbox,
)

Convert = Callable[[Value], Value]


def same(value: Value) -> Value:
    """The identity conversion."""
    return value


class Conversions:
    """Which type becomes which, and how. Answers are kept, types being interned."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._implicit: dict[tuple[Ty, Ty], Convert | None] = {}
        self._explicit: dict[tuple[Ty, Ty], Convert | None] = {}

    # ---------------------------------------------------------------- implicit

    def implicit(self, source: Ty, target: Ty) -> Convert | None:
        """How a type becomes another without a cast; None where it does not."""
        key = (source, target)
        if key not in self._implicit:
            self._implicit[key] = self._standard(source, target) or self._user(source, target, False)
        return self._implicit[key]

    def _standard(self, source: Ty, target: Ty) -> Convert | None:
        if source.plain is target.plain or source is t.NEVER:
            return same
        if source is t.NULL:
            return same if self.library.is_reference(target) or target.name == "?" else None
        if source is t.VOID or target is t.VOID:
            return None
        if target in t.WIDENS.get(source, ()):
            return numeric(source, target)
        if target.name == "?":
            return self._to_nullable(source, target)
        if source.name == "ValueTuple" and target.name == "ValueTuple":
            return self._tuple(source, target, self.implicit)
        if self.library.is_reference(target) and not t.is_parameter(target):
            return self._reference(source, target)
        return None

    def _to_nullable(self, source: Ty, target: Ty) -> Convert | None:
        inner = target.args[0]
        if source.name == "?":
            step = self._standard(source.args[0], inner)
            return None if step is None else lifted(step)
        return self._standard(source, inner)

    def _tuple(self, source: Ty, target: Ty, way: Callable[[Ty, Ty], Convert | None]) -> Convert | None:
        """A tuple whose elements convert one by one."""
        if len(source.args) != len(target.args):
            return None
        steps: list[Convert] = []
        for mine, wanted in zip(source.args, target.args, strict=True):
            step = way(mine, wanted)
            if step is None:
                return None
            steps.append(step)
        ty = target.plain
        return lambda v: Anon(ty, tuple([step(x) for step, x in zip(steps, v.values, strict=True)]))

    def _reference(self, source: Ty, target: Ty) -> Convert | None:
        if source.name == "?":
            plain = self.library.derives(source.args[0], target)
            return (box(source) or same) if plain else None
        if not self.library.derives(source, target):
            return None
        if self.library.is_value(source):
            return box(source) or same
        return as_pairs if target is PAIRS and source.name in _OBJECTS else same

    # ---------------------------------------------------------------- user-defined

    def _operators(self, source: Ty, target: Ty, kind: str) -> list[Signature]:
        out: list[Signature] = []
        for ty in (source, target):
            for base in self.library.bases(ty.args[0] if ty.name == "?" else ty):
                entry = self.library.entry(base.name)
                if entry is not None and entry.kind not in ("interface", "enum"):
                    out.extend(self.library.own(entry).get(kind, ()))
        return list(dict.fromkeys(out))

    def _user(self, source: Ty, target: Ty, cast: bool) -> Convert | None:
        best: tuple[int, Convert] | None = None
        found = self._operators(source, target, "implicit")
        if cast:
            found = [*self._operators(source, target, "explicit"), *found]
        for signature in found:
            given = signature.params[0].ty
            if not cast:
                before, behind = self._standard(source, given), self._standard(signature.result, target)
            else:
                before = self._standard(source, given) or self._unwrap(source, given)
                behind = self._standard(signature.result, target) or self._cast_standard(
                    signature.result, target
                )
            if before is None or behind is None:
                continue
            cost = (given is not source) * 2 + (signature.result is not target) * 3
            if best is None or cost < best[0]:
                best = (cost, chained(before, signature.entry.call, behind))
        return best[1] if best else None

    def _unwrap(self, source: Ty, target: Ty) -> Convert | None:
        return self._cast_standard(source, target) if target in self.library.bases(source) else None

    # ---------------------------------------------------------------- explicit

    def explicit(self, source: Ty, target: Ty) -> Convert | None:
        """How a cast turns a type into another; None where C# has no such cast."""
        key = (source, target)
        if key not in self._explicit:
            found = self._standard(source, target) or self._cast_standard(source, target)
            found = found or self._user(source, target, False) or self._user(source, target, True)
            self._explicit[key] = found
        return self._explicit[key]

    def checked(self, source: Ty, target: Ty) -> Convert | None:
        """A cast between numbers inside `checked`; None for any other cast."""
        mine = source.args[0] if source.name == "?" else source
        wanted = target.args[0] if target.name == "?" else target
        if mine not in t.NUMERIC or wanted not in t.INTEGRAL_BITS or mine is t.DECIMAL:
            return None
        step = fitting(mine, wanted)
        if source.name != "?":
            return step
        return lifted(step) if target.name == "?" else chained(same, _value_of_nullable, step)

    def _cast_standard(self, source: Ty, target: Ty) -> Convert | None:
        if source in t.NUMERIC and target in t.NUMERIC:
            return numeric(source, target)
        if source.name == "ValueTuple" and target.name == "ValueTuple":
            return self._tuple(source, target, self.explicit)
        if source.name == "?" and target.name != "?":
            inner = same if source.args[0] is target else self._cast_standard(source.args[0], target)
            return None if inner is None else chained(same, _value_of_nullable, inner)
        if target.name == "?" and source.name == "?":
            step = self._cast_standard(source.args[0], target.args[0])
            return None if step is None else lifted(step)
        if self.library.is_enum(target) and source in t.NUMERIC:
            return lambda v: self.library.enum_value(target, int(v))
        if self.library.is_enum(source) and target in t.NUMERIC:
            return chained(same, int, numeric(t.INT, target))
        return self._downcast(source, target)

    def _downcast(self, source: Ty, target: Ty) -> Convert | None:
        if target.name == "?" and self.library.is_reference(source):
            step = self._downcast(source, target.args[0])
            return None if step is None else lifted(step)
        if not self.library.is_reference(source) or t.delegate_shape(source):
            return None
        if not self._related(source, target):
            return None
        if self.library.is_value(target):
            return self._unboxing(target)
        return self._checked(target)

    def _related(self, source: Ty, target: Ty) -> bool:
        if self.library.derives(target, source):
            return True
        if self.library.is_interface(target):
            return not (source is t.STRING or source.name.startswith("["))
        return self.library.is_interface(source) and not self.library.is_value(target)

    def _unboxing(self, target: Ty) -> Convert:
        def convert(value: Value) -> Value:
            if value is None:
                raise null_reference()
            if runtime_type(value).plain is not wanted:
                raise self.bad_cast(value, target)
            return unbox(value)

        wanted = target.plain
        cls = {t.INT: int, t.BOOL: bool, t.DOUBLE: float}.get(target)
        if cls is None:
            return convert
        return lambda value: value if type(value) is cls else convert(value)

    def _checked(self, target: Ty) -> Convert:
        def convert(value: Value) -> Value:
            if value is None or self.library.derives(runtime_type(value), target):
                return value
            raise self.bad_cast(value, target)

        if target is t.STRING:
            return lambda value: value if type(value) is str else convert(value)
        return convert

    def bad_cast(self, value: Value, target: Ty) -> NetError:
        """The InvalidCastException of a value that is not of the type."""
        source = runtime_type(value)
        name = self.library.full_name
        if self.library.is_value(source) and self.library.is_value(target):
            return NetError(
                "InvalidCastException",
                f"Unable to cast object of type '{name(source)}' to type '{name(target)}'.",
            )
        message = f"Unable to cast object of type '{name(source)}' to type '{name(target)}'."
        return NetError("InvalidCastException", message)

    # ---------------------------------------------------------------- run-time questions

    def is_instance(self, value: Value, target: Ty) -> bool:
        """Whether a boxed value is of a type, as `is` asks."""
        if value is None:
            return False
        wanted = target.args[0] if target.name == "?" else target
        return self.library.derives(runtime_type(value), wanted)

    def may_be(self, source: Ty, target: Ty) -> bool:
        """Whether a value of one type can be one of another without an operator that a type declares."""
        wanted = target.args[0] if target.name == "?" else target
        mine = source.args[0] if source.name == "?" else source
        if mine.plain is wanted.plain or source is t.NULL:
            return True
        if self.library.is_value(mine) and self.library.is_value(wanted):
            return False
        return self._standard(mine, wanted) is not None or self._cast_standard(mine, wanted) is not None

    def cast(self, value: Value, target: Ty) -> Value:
        """A boxed value as an unboxed value of a type, as `(T)` does."""
        convert = self.explicit(t.OBJECT, target)
        return value if convert is None else convert(value)

    def cast_items(self, source: Value, target: Ty) -> Value:
        """Every element of a sequence cast to a type."""
        convert = self.explicit(t.OBJECT, target) or same
        return map(convert, boxed_items(source))


_OBJECTS = frozenset({"JObject", "IDictionary", "ICollection"})
PAIRS = t.enumerable(t.make("KeyValuePair", (t.STRING, t.JTOKEN)))


def pairs_of(value: Value) -> Value:
    """A JObject as the sequence of name and value pairs that `foreach` sees."""
    if value is None:
        return None
    ty = PAIRS.args[0]
    return Lazy(PAIRS, lambda: (Pair(ty, p.name, p.value) for p in value))


def as_pairs(value: Value) -> Value:
    """A JObject as its pairs, where it came as the dictionary that it is; anything else as it is."""
    return pairs_of(value) if isinstance(value, JObject) else value


def _value_of_nullable(value: Value) -> Value:
    if value is None:
        raise NetError("InvalidOperationException", "Nullable object must have a value.")
    return value


def lifted(step: Convert) -> Convert:
    """A conversion that leaves null alone."""
    return same if step is same else (lambda v: None if v is None else step(v))


def chained(before: Convert, middle: Convert, behind: Convert) -> Convert:
    """Three conversions in a row."""
    steps = [s for s in (before, middle, behind) if s is not same]
    match steps:
        case []:
            return same
        case [one]:
            return one
        case [one, two]:
            return lambda v: two(one(v))
        case [one, two, three]:
            return lambda v: three(two(one(v)))
        case _:
            raise AssertionError


def numeric(source: Ty, target: Ty) -> Convert:
    """A numeric conversion, implicit or explicit."""
    if source is target:
        return same
    if source is t.CHAR:
        return chained(same, ord, numeric(t.USHORT, target))
    if target is t.CHAR:
        wrap = numeric(source, t.USHORT)
        return lambda v: chr(wrap(v))
    if target in (t.DOUBLE, t.FLOAT):
        wide = numbers.decimal_to_double if source is t.DECIMAL else float
        return wide if target is t.DOUBLE else lambda v: numbers.single(wide(v))
    if target is t.DECIMAL:
        if source is t.FLOAT:
            return lambda v: numbers.to_decimal(v, 7)
        return numbers.to_decimal if source is t.DOUBLE else Decimal
    if source in (t.FLOAT, t.DOUBLE):
        return lambda v: numbers.truncate(v, target)
    if source is t.DECIMAL:
        return lambda v: numbers.decimal_to_int(v, target)
    if target in t.WIDENS.get(source, ()):
        return same
    return numbers.wrapper(target)


def fitting(source: Ty, target: Ty) -> Convert:
    """A conversion to a whole number that throws where the number does not fit."""
    low, high = numbers.bounds(target)

    def convert(value: Value) -> Value:
        number = ord(value) if source is t.CHAR else value
        if number != number or not low - 1 < number < high + 1:
            raise arithmetic_overflow()
        return chr(int(number)) if target is t.CHAR else int(number)

    return convert
