"""System.Object, Type, Enum, Nullable, delegates and the common interfaces."""

from __future__ import annotations

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.delegates import same_object
from gatewright.apim.expressions.faults import NetError
from gatewright.apim.expressions.library.compare import compare, equal, hash_of
from gatewright.apim.expressions.library.entry import TypeEntry, enum, member
from gatewright.apim.expressions.text import format_value, full_name, text_of
from gatewright.apim.expressions.values import EnumValue, NetType, Plain, Value, runtime_type

_DOCS = "https://learn.microsoft.com/dotnet/api/system."


class _Culture:
    ty = t.make("CultureInfo")

    def net_text(self) -> str:
        return ""


CULTURE = _Culture()


def _has_value(value: Value) -> bool:
    return value is not None


def _nullable_value(value: Value) -> Value:
    if value is None:
        raise NetError("InvalidOperationException", "Nullable object must have a value.")
    return value


def _or_default(ty: t.Ty, value: Value) -> Value:
    from gatewright.apim.expressions.library.runtime import default

    return default(ty) if value is None else value


def _short_name(ty: NetType) -> str:
    plain = "Nullable" if ty.of.name == "?" else t.CLR_NAMES.get(ty.of, ty.of.name)
    if ty.of.name.startswith("["):
        return _short_name(NetType(ty.of.args[0])) + ty.of.name
    inside = ty.of.name in ("KeyCollection", "ValueCollection")  # the arity stands at the class around them
    return f"{plain}`{len(ty.of.args)}" if ty.of.args and not inside else plain


def _delegate(name: str) -> TypeEntry:
    return TypeEntry(name, "System", _DOCS + "delegate", kind="delegate")


_FUNCS = tuple(
    _delegate("Func<" + "".join(f"T{n}, " for n in range(1, count + 1)) + "R>") for count in range(5)
)
_ACTIONS = tuple(
    _delegate("Action<" + ", ".join(f"T{n}" for n in range(1, count + 1)) + ">") for count in range(1, 5)
)

_TYPE_CODES = (
    "Empty Object DBNull Boolean Char SByte Byte Int16 UInt16 Int32 UInt32 Int64 UInt64 Single Double "
    "Decimal "
    "DateTime String=18"
)


def _underlying(kind: NetType) -> NetType | None:
    return NetType(kind.of.args[0]) if kind.of.name == "?" else None


_NULLABLE = (
    member("static int Compare<T>(?<T> n1, ?<T> n2)", compare),
    member("static bool Equals<T>(?<T> n1, ?<T> n2)", equal),
    member("static Type GetUnderlyingType(Type nullableType)", _underlying),
)

TYPES = (
    TypeEntry(
        "object",
        "System",
        _DOCS + "object",
        (
            member("new()", Plain),
            member("string ToString()", text_of),
            member("bool Equals(object? obj)", equal),
            member("static bool Equals(object? a, object? b)", equal),
            member("static bool ReferenceEquals(object? a, object? b)", same_object),
            member("int GetHashCode()", hash_of),
            member("Type GetType()", lambda v: NetType(runtime_type(v))),
        ),
    ),
    TypeEntry(
        "Type",
        "System",
        _DOCS + "type",
        (
            member("string Name", _short_name),
            member("string FullName", lambda v: full_name(v.of)),
        ),
        allowed=False,
    ),
    TypeEntry(
        "Enum",
        "System",
        _DOCS + "enum",
        (
            member("string ToString()", text_of),
            member("string ToString(string format)", format_value),
            member("bool HasFlag(Enum flag)", lambda v, flag: v.number & flag.number == flag.number),
            member("int CompareTo(object? target)", compare),
        ),
        allowed=frozenset({"Parse", "TryParse", "ToString"}),
    ),
    TypeEntry(
        "?<T>",
        "System",
        _DOCS + "nullable-1",
        (
            member("bool HasValue", _has_value),
            member("T Value", _nullable_value),
            member("T GetValueOrDefault()", _or_default, typed=True),
            member("T GetValueOrDefault(T defaultValue)", lambda v, d: d if v is None else v),
            member("string ToString()", text_of),
            member("bool Equals(object? other)", equal),
        ),
    ),
    TypeEntry("IComparable", "System", _DOCS + "icomparable", kind="interface"),
    TypeEntry("IFormattable", "System", _DOCS + "iformattable", kind="interface"),
    TypeEntry("IDisposable", "System", _DOCS + "idisposable", kind="interface"),
    TypeEntry("ICloneable", "System", _DOCS + "icloneable", kind="interface"),
    TypeEntry("IFormatProvider", "System", _DOCS + "iformatprovider", kind="interface"),
    TypeEntry(
        "CultureInfo",
        "System.Globalization",
        _DOCS + "globalization.cultureinfo",
        (
            member("static CultureInfo InvariantCulture", lambda: CULTURE),
            member("static CultureInfo CurrentCulture", lambda: CULTURE),
        ),
        bases=("IFormatProvider",),
        allowed=False,
    ),
    enum("TypeCode", "System", _DOCS + "typecode", _TYPE_CODES, allowed=False),
    TypeEntry("Nullable", "System", _DOCS + "nullable", _NULLABLE, "static"),
    *_FUNCS,
    *_ACTIONS,
    _delegate("Action"),
    _delegate("Predicate<T>"),
    _delegate("Comparison<T>"),
    _delegate("Converter<T, R>"),
)


__all__ = ["TYPES", "EnumValue"]
