"""System.IConvertible, TypeCode and DBNull.

Source: https://learn.microsoft.com/dotnet/api/system.iconvertible (.NET Core 3.1).
"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.library.convert import to_type
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.library.runtime import conversions, enum_value
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.text import text_of
from gatewright.apim.expressions.values import EnumValue, NetType, Value, box, runtime_type

_DOCS = "https://learn.microsoft.com/dotnet/api/system."
_CODE = t.make("TypeCode")
CODES = {3: t.BOOL, 4: t.CHAR, 5: t.SBYTE, 6: t.BYTE, 7: t.SHORT, 8: t.USHORT, 9: t.INT, 10: t.UINT} | {
    11: t.LONG,
    12: t.ULONG,
    13: t.FLOAT,
    14: t.DOUBLE,
    15: t.DECIMAL,
    16: t.DATETIME,
    18: t.STRING,
}
"""The types that have a `TypeCode` of their own, by its number."""
_NUMBERS = {ty: code for code, ty in CODES.items()}
_JSON = {j.INTEGER: 11, j.FLOAT: 14, j.STRING: 18, j.BOOLEAN: 3, j.DATE: 16}


class DBNull:
    """The value that databases have for nothing."""

    __slots__ = ()
    ty = t.make("DBNull")

    def net_text(self) -> str:
        """Nothing."""
        return ""


DB_NULL = DBNull()


def code_of_type(ty: t.Ty) -> int:
    """The number of a type's `TypeCode`: 1 (Object) for all that have none."""
    if conversions().library.is_enum(ty):
        return 9
    return 2 if ty is DBNull.ty else _NUMBERS.get(ty, 1)


def code_of(value: Value) -> EnumValue:
    """`Convert.GetTypeCode(value)`."""
    number = 0 if value is None else code_of_type(runtime_type(value))
    if isinstance(value, j.JValue):
        number = 0 if value.value is None else _JSON.get(value.kind, 1)
    found: EnumValue = enum_value(_CODE, number)
    return found


def _code_of_type(kind: NetType | None) -> EnumValue:
    found: EnumValue = enum_value(_CODE, 0 if kind is None else code_of_type(kind.of))
    return found


def boxed_as(value: Value, ty: t.Ty) -> Value:
    """A value converted to a type and boxed."""
    wrap = box(ty)
    made = to_type(value, ty)
    return made if wrap is None else wrap(made)


def _members() -> Iterator[Entry]:
    yield member("TypeCode GetTypeCode()", code_of)
    yield member("string ToString(IFormatProvider? provider)", lambda v, p: text_of(v))
    for ty in CODES.values():
        if ty is not t.STRING:
            name = t.CLR_NAMES.get(ty, ty.name)
            yield member(f"{ty.name} To{name}(IFormatProvider? provider)", lambda v, p, ty=ty: to_type(v, ty))
    yield member(
        "object ToType(Type conversionType, IFormatProvider? provider)", lambda v, k, p: boxed_as(v, k.of)
    )


def _own(ty: t.Ty) -> Entry:
    """`GetTypeCode` of a primitive type, whose values do not carry it."""
    number = _NUMBERS[ty]
    return member("TypeCode GetTypeCode()", lambda value: enum_value(_CODE, number))


MEMBERS = {
    **{ty.name: (_own(ty),) for ty in CODES.values()},
    "Enum": (member("TypeCode GetTypeCode()", lambda v: enum_value(_CODE, 9)),),
    "Type": (member("static TypeCode GetTypeCode(Type? type)", _code_of_type),),
    "Convert": (
        member("static TypeCode GetTypeCode(object? value)", code_of),
        member("static object DBNull", lambda: DB_NULL),
        member("static bool IsDBNull(object? value)", lambda v: v is DB_NULL),
    ),
}
TYPES = (
    TypeEntry(
        "IConvertible",
        "System",
        _DOCS + "iconvertible",
        tuple(_members()),
        "interface",
        allowed=False,
    ),
    TypeEntry("DBNull", "System", _DOCS + "dbnull", bases=("IConvertible",), allowed=False),
)
