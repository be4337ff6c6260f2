"""System.Enum: names and numbers as texts and back.

Source: https://learn.microsoft.com/dotnet/api/system.enum (.NET Core 3.1).
"""

from __future__ import annotations

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument
from gatewright.apim.expressions.library.entry import member
from gatewright.apim.expressions.text import format_value
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import EnumValue, NetArray, NetType, Value


def _values(ty: Ty) -> tuple[tuple[str, int], ...]:
    from gatewright.apim.expressions.library import library

    entry = library().entry(ty.name)
    if entry is None or entry.kind != "enum":
        raise argument("Type provided must be an Enum.", "enumType")
    return entry.values


def _of(ty: Ty, number: int) -> EnumValue:
    from gatewright.apim.expressions.library import library

    return library().enum_value(ty, number)


def parse_enum(ty: Ty, text: str, ignore: bool = False) -> EnumValue:
    """`Enum.Parse`: a name, names with commas, or a number.

    Raises:
        NetError: ArgumentException, OverflowException.
    """
    values = _values(ty)
    plain = text.strip()
    if not plain:
        raise argument("Must specify valid information for parsing in the string.", "value")
    if plain.lstrip("+-").isascii() and plain.lstrip("+-").isdigit():
        number = int(plain)
        if not -(1 << 31) <= number < 1 << 31:
            raise NetError("OverflowException", "Value was either too large or too small for an Int32.")
        return _of(ty, number)
    names = {(n.lower() if ignore else n): number for n, number in values}
    total = 0
    for part in plain.split(","):
        name = part.strip()
        found = names.get(name.lower() if ignore else name)
        if found is None:
            raise argument(f"Requested value '{text}' was not found.")
        total |= found
    return _of(ty, total)


def _try(ty: Ty, text: str | None, ignore: bool = False) -> tuple[bool, EnumValue]:
    try:
        return (True, parse_enum(ty, text, ignore)) if text is not None else (False, _of(ty, 0))
    except NetError:
        return False, _of(ty, 0)


def _sorted(ty: Ty) -> list[tuple[str, int]]:
    return sorted(_values(ty), key=lambda item: item[1] & 0xFFFFFFFF)


def _name(kind: NetType, value: Value) -> str | None:
    return next((n for n, number in _values(kind.of) if number == int(value)), None)


def _defined(kind: NetType, value: Value) -> bool:
    values = _values(kind.of)
    if isinstance(value, str):
        return any(n == value for n, _ in values)
    return any(number == int(value) for _, number in values)


def _numbered(kind: NetType, value: Value) -> EnumValue:
    _values(kind.of)
    return _of(kind.of, int(value))


MEMBERS = {
    "Enum": (
        member("string ToString(IFormatProvider? provider)", lambda v, p: v.text),
        member(
            "string ToString(string? format, IFormatProvider? p)", lambda v, f, p: format_value(v, f or "G")
        ),
        member("static object Parse(Type enumType, string value)", lambda k, s: parse_enum(k.of, s)),
        member(
            "static object Parse(Type enumType, string value, bool ignoreCase)",
            lambda k, s, i: parse_enum(k.of, s, i),
        ),
        member("static Type GetUnderlyingType(Type enumType)", lambda k: NetType(t.INT)),
        member("static T Parse<T>(string value)", parse_enum, typed=True),
        member("static T Parse<T>(string value, bool ignoreCase)", parse_enum, typed=True),
        member("static bool TryParse<T>(string? value, out T result)", _try, typed=True),
        member("static bool TryParse<T>(string? value, bool ignoreCase, out T result)", _try, typed=True),
        member(
            "static string[] GetNames(Type enumType)",
            lambda k: NetArray(t.array(t.STRING), [n for n, _ in _sorted(k.of)]),
        ),
        member("static string GetName(Type enumType, object value)", _name),
        member("static bool IsDefined(Type enumType, object value)", _defined),
        member("static object ToObject(Type enumType, object value)", _numbered),
        member(
            "static string Format(Type enumType, object value, string format)",
            lambda k, v, f: format_value(_numbered(k, v), f),
        ),
        member(
            "static Array GetValues(Type enumType)",
            lambda k: NetArray(t.array(k.of), [_of(k.of, n) for _, n in _sorted(k.of)]),
        ),
    )
}
