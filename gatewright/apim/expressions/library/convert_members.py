"""Further members of Convert, BitConverter and Guid.

Source: https://learn.microsoft.com/dotnet/api/system.convert, system.bitconverter, system.guid (.NET Core
3.1).
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Callable

from gatewright.apim.expressions import numbers
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument, out_of_range
from gatewright.apim.expressions.library.convert import (
    BYTES,
    byte_array,
    from_base,
    from_base64,
    to_base64,
    to_type,
)
from gatewright.apim.expressions.library.convertible import CODES
from gatewright.apim.expressions.library.entry import member
from gatewright.apim.expressions.net_guid import Guid
from gatewright.apim.expressions.values import BOXES, EnumValue, NetArray, Value


def _boxed(ty: t.Ty, value: Value) -> Value:
    wrap = BOXES.get(ty)
    return value if wrap is None else wrap(value)


def _change(value: Value, code: EnumValue, *_: Value) -> Value:
    ty = CODES.get(code.number)
    if code.number == 1:
        return value
    if ty is None:
        raise argument("Unknown TypeCode value.")
    if value is None:
        if ty is t.STRING:
            return None
        raise NetError("InvalidCastException", "Null object cannot be converted to a value type.")
    return _boxed(ty, to_type(value, ty))


def _part(data: NetArray, offset: int, length: int, option: EnumValue | None = None) -> str:
    if offset < 0 or length < 0 or offset + length > len(data.items):
        raise out_of_range("offset", "Index was out of range.")
    return to_base64(NetArray(BYTES, data.items[offset : offset + length]), option)


def _of_chars(data: NetArray, offset: int, length: int) -> NetArray:
    if offset < 0 or length < 0 or offset + length > len(data.items):
        raise out_of_range("offset", "Index was out of range.")
    return from_base64("".join(data.items[offset : offset + length]))


_CHARS = "byte[] inArray, int offsetIn, int length, char[] outArray, int offsetOut"


def _to_chars(
    data: NetArray, start: int, length: int, out: NetArray, at: int, option: EnumValue | None = None
) -> int:
    """`ToBase64CharArray`: how many characters were written."""
    if length < 0 or start < 0 or at < 0:
        raise out_of_range("length" if length < 0 else "offsetIn" if start < 0 else "offsetOut")
    if start > len(data.items) - length:
        raise out_of_range("offsetIn", "Offset and length must refer to a position in the string.")
    text = to_base64(NetArray(BYTES, data.items[start : start + length]), option)
    if at > len(out.items) - len(text):
        raise out_of_range(
            "offsetOut",
            "Either offset did not refer to a position in the string, or there is an insufficient length of "
            "destination character array.",
        )
    out.items[at : at + len(text)] = text
    return len(text)


def _char_at(data: NetArray, start: int) -> str:
    if not 0 <= start < len(data.items):
        raise out_of_range("startIndex")
    if start + 2 > len(data.items):
        raise argument("Destination array is not long enough.", "value")
    return chr(data.items[start] | data.items[start + 1] << 8)


def _again(source: str, target: str) -> Callable[[Value], Value]:
    return lambda value: struct.unpack(target, struct.pack(source, value))[0]


def _guid(a: int, b: int, c: int, *rest: Value) -> Guid:
    tail = bytes(rest[0].items if isinstance(rest[0], NetArray) else rest)
    if len(tail) != 8:
        raise argument("Byte array for GUID must be exactly 8 bytes long.", "d")
    head = struct.pack(">IHH", a & 0xFFFFFFFF, b & 0xFFFF, c & 0xFFFF)
    return Guid(uuid.UUID(bytes=head + tail))


def _try_exact(text: str | None, pattern: str) -> tuple[bool, Guid]:
    from gatewright.apim.expressions.library.uri import parse_guid_exact

    try:
        return (
            (True, parse_guid_exact(text, pattern)) if text is not None else (False, Guid(uuid.UUID(int=0)))
        )
    except NetError:
        return False, Guid(uuid.UUID(int=0))


_EIGHT = ", ".join(f"byte {c}" for c in "defghijk")
MEMBERS = {
    "Convert": (
        member("static object ChangeType(object? value, TypeCode typeCode)", _change),
        member(
            "static object ChangeType(object? value, TypeCode typeCode, IFormatProvider? provider)", _change
        ),
        *(
            member(f"static {ty.name} To{t.CLR_NAMES[ty]}(string? value, int fromBase)", from_base(ty))
            for ty in (t.SBYTE, t.SHORT, t.USHORT, t.UINT, t.ULONG)
        ),
        member(
            "static string ToBase64String(byte[] inArray, int offset, int length, "
            "Base64FormattingOptions options)",
            _part,
        ),
        *(
            member(f"static int ToBase64CharArray({_CHARS}{more})", _to_chars)
            for more in ("", ", Base64FormattingOptions options")
        ),
        member("static byte[] FromBase64CharArray(char[] inArray, int offset, int length)", _of_chars),
    ),
    "BitConverter": (
        member("static byte[] GetBytes(char value)", lambda c: byte_array(struct.pack("<H", ord(c)))),
        member("static char ToChar(byte[] value, int startIndex)", _char_at),
        member("static long DoubleToInt64Bits(double value)", _again("<d", "<q")),
        member("static double Int64BitsToDouble(long value)", _again("<q", "<d")),
        member("static int SingleToInt32Bits(float value)", _again("<f", "<i")),
        member("static float Int32BitsToSingle(int value)", lambda n: numbers.single(_again("<i", "<f")(n))),
    ),
    "Guid": (
        member("new(int a, short b, short c, byte[] d)", _guid),
        member(f"new(int a, short b, short c, {_EIGHT})", _guid),
        member(f"new(uint a, ushort b, ushort c, {_EIGHT})", _guid),
        member("static bool TryParseExact(string? input, string format, out Guid result)", _try_exact),
        member("string ToString(string? format, IFormatProvider? p)", lambda g, f, p: g.net_format(f or "D")),
    ),
}
