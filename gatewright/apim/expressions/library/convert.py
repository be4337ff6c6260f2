"""System.Convert and BitConverter.

Source: https://learn.microsoft.com/dotnet/api/system.convert (.NET Core 3.1).
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_EVEN, Decimal

from gatewright.apim.expressions import numbers
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument, bad_format, out_of_range
from gatewright.apim.expressions.json_values import JValue
from gatewright.apim.expressions.library.entry import TypeEntry, enum, member
from gatewright.apim.expressions.library.primitives import (
    overflow_of,
    parse_bool,
    parse_decimal,
    parse_double,
    parse_integer,
)
from gatewright.apim.expressions.library.runtime import conversions, default
from gatewright.apim.expressions.net_datetime import DateTime
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.text import full_name, text_of
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import (
    Char,
    EnumValue,
    NetArray,
    NetType,
    Single,
    Value,
    runtime_type,
)

_DOCS = "https://learn.microsoft.com/dotnet/api/system."
BYTES = t.array(t.BYTE)


def byte_array(data: bytes) -> NetArray:
    """Python bytes as a `byte[]`."""
    return NetArray(BYTES, list(data))


def to_type(value: Value, ty: Ty) -> Value:
    """`Convert.ToXxx` of a boxed value; null gives the default.

    Raises:
        NetError: FormatException, OverflowException, InvalidCastException.
    """
    if value is None:
        return default(ty)
    if isinstance(value, EnumValue):
        value = value.number
    if ty is t.STRING:
        return text_of(value)
    if isinstance(value, JValue):
        step = conversions().explicit(t.JTOKEN, ty)
        if step is not None:
            return step(value)
    if ty is t.BOOL:
        return _to_bool(value)
    if ty is t.CHAR:
        return _to_char(value)
    if ty is t.DATETIME:
        return _to_datetime(value)
    if isinstance(value, Char):
        if ty in t.INTEGRAL_BITS:
            return _bounded(ord(value), ty)
        raise _bad(value, ty)
    if isinstance(value, str):
        return _parse(value, ty)
    if not isinstance(value, (int, float, Decimal)):
        raise _bad(value, ty)
    return _numeric(value, ty)


def _bad(value: Value, ty: Ty) -> NetError:
    source = runtime_type(value)
    shown = t.CLR_NAMES.get(source, source.name)
    if source in t.CLR_NAMES or source is t.DATETIME:
        return NetError(
            "InvalidCastException", f"Invalid cast from '{shown}' to '{t.CLR_NAMES.get(ty, ty.name)}'."
        )
    message = f"Unable to cast object of type '{full_name(source)}' to type 'System.IConvertible'."
    return NetError("InvalidCastException", message)


def _parse(text: str, ty: Ty) -> Value:
    if ty in t.INTEGRAL_BITS:
        return parse_integer(text, ty)
    if ty is t.DECIMAL:
        return parse_decimal(text)
    return numbers.single(parse_double(text)) if ty is t.FLOAT else parse_double(text)


def _numeric(value: Value, ty: Ty) -> Value:
    if ty in (t.DOUBLE, t.FLOAT):
        wide = numbers.decimal_to_double(value) if isinstance(value, Decimal) else float(value)
        return wide if ty is t.DOUBLE else numbers.single(wide)
    if ty is t.DECIMAL:
        digits = 7 if isinstance(value, Single) else 15
        return numbers.to_decimal(value, digits) if isinstance(value, float) else Decimal(value)
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise overflow_of(ty)
        return _bounded(round(value), ty)
    if isinstance(value, Decimal):
        return _bounded(int(value.to_integral_value(ROUND_HALF_EVEN)), ty)
    return _bounded(int(value), ty)


def _bounded(value: int, ty: Ty) -> int:
    low, high = numbers.bounds(ty)
    if not low <= value <= high:
        raise overflow_of(ty)
    return value


def _to_bool(value: Value) -> bool:
    if isinstance(value, Char) or not isinstance(value, (str, int, float, Decimal)):
        raise _bad(value, t.BOOL)
    return parse_bool(value) if isinstance(value, str) else bool(value)


def _to_char(value: Value) -> str:
    if isinstance(value, Char):
        return str(value)
    if isinstance(value, str):
        if len(value) != 1:
            raise bad_format("String must be exactly one character long.")
        return value
    if isinstance(value, bool) or not isinstance(value, int):
        raise _bad(value, t.CHAR)
    return chr(_bounded(int(value), t.USHORT))


def _to_datetime(value: Value) -> DateTime:
    if isinstance(value, DateTime):
        return value
    if isinstance(value, str) and not isinstance(value, Char):
        from gatewright.apim.expressions.library.dates import parsed

        return parsed(value)
    raise _bad(value, t.DATETIME)


def _from_base(text: str | None, base: int, ty: Ty) -> int:
    if text is None:
        return 0
    body = text
    if base not in (2, 8, 10, 16):
        raise argument("Invalid Base.")
    if base == 10:
        return parse_integer(body, ty)
    if not body:
        raise out_of_range(
            "startIndex",
            "Index was out of range. Must be non-negative and less than the size of the collection.",
        )
    lowered = body.lower().removeprefix("0x") if base == 16 else body
    try:
        if not lowered or not lowered.isalnum():
            raise ValueError
        value = int(lowered, base)
    except ValueError as fault:
        raise bad_format(
            "Could not find any recognizable digits."
            if not lowered[:1].isdigit()
            else "Additional non-parsable characters are at the end of the string."
        ) from fault
    bits = t.INTEGRAL_BITS[ty][0]
    if value >= 1 << bits:
        raise overflow_of(t.UINT if bits == 32 else t.ULONG)
    return numbers.wrapper(ty)(value)


def from_base(ty: Ty) -> Callable[[str | None, int], int]:
    """`Convert.ToInt32(text, base)` and its kin."""
    return lambda text, base: _from_base(text, base, ty)


def _to_base(value: int, base: int, bits: int) -> str:
    if base not in (2, 8, 10, 16):
        raise argument("Invalid Base.")
    if base == 10:
        return str(value)
    return format(value & ((1 << bits) - 1), {2: "b", 8: "o", 16: "x"}[base])


def to_base64(data: NetArray, option: EnumValue | None = None) -> str:
    """`Convert.ToBase64String`."""
    text = base64.b64encode(bytes(data.items)).decode()
    if option is not None and int(option) == 1:
        return "\r\n".join(text[i : i + 76] for i in range(0, len(text), 76))
    return text


def from_base64(text: str) -> NetArray:
    """`Convert.FromBase64String`: white space is ignored.

    Raises:
        NetError: FormatException.
    """
    plain = "".join(c for c in text if c not in " \t\r\n")
    try:
        return byte_array(base64.b64decode(plain, validate=True))
    except (binascii.Error, ValueError) as fault:
        message = (
            "The input is not a valid Base-64 string as it contains a non-base 64 character, more "
            "than two padding "
            "characters, or an illegal character among the padding characters."
        )
        raise bad_format(message) from fault


_KINDS = {
    "ToInt32": t.INT,
    "ToInt64": t.LONG,
    "ToInt16": t.SHORT,
    "ToByte": t.BYTE,
    "ToSByte": t.SBYTE,
    "ToUInt16": t.USHORT,
    "ToUInt32": t.UINT,
    "ToUInt64": t.ULONG,
    "ToDouble": t.DOUBLE,
    "ToSingle": t.FLOAT,
    "ToDecimal": t.DECIMAL,
    "ToBoolean": t.BOOL,
    "ToChar": t.CHAR,
    "ToDateTime": t.DATETIME,
    "ToString": t.STRING,
}


def _conversions() -> Iterator[Entry]:
    for name, ty in _KINDS.items():

        def call(value: Value, *_: Value, ty: Ty = ty) -> Value:
            return text_of(value) if ty is t.STRING else to_type(value, ty)

        yield member(f"static {ty.name} {name}(object? value)", call)
        yield member(f"static {ty.name} {name}(object? value, IFormatProvider? provider)", call)
        if name in ("ToInt32", "ToInt64", "ToByte"):
            yield member(f"static {ty.name} {name}(string? value, int fromBase)", from_base(ty))
    for kind, bits in (("byte", 8), ("short", 16), ("int", 32), ("long", 64)):

        def shown(value: int, base: int, bits: int = bits) -> str:
            return _to_base(value, base, bits)

        yield member(f"static string ToString({kind} value, int toBase)", shown)


def _change_type(value: Value, kind: NetType) -> Value:
    from gatewright.apim.expressions.values import box

    if value is None and conversions().library.is_value(kind.of):
        raise NetError("InvalidCastException", "Null object cannot be converted to a value type.")
    made = None if value is None else to_type(value, kind.of)
    wrap = box(kind.of)
    return made if wrap is None or made is None else wrap(made)


_CONVERT = (
    member("static string ToString(string? value)", lambda s: s),
    *_conversions(),
    member("static string ToBase64String(byte[] inArray)", to_base64),
    member("static string ToBase64String(byte[] inArray, Base64FormattingOptions options)", to_base64),
    member(
        "static string ToBase64String(byte[] inArray, int offset, int length)",
        lambda a, o, n: to_base64(NetArray(BYTES, a.items[o : o + n])),
    ),
    member("static byte[] FromBase64String(string s)", from_base64),
    member("static object ChangeType(object? value, Type conversionType)", _change_type),
    member(
        "static object ChangeType(object? value, Type conversionType, IFormatProvider? provider)",
        lambda v, k, p: _change_type(v, k),
    ),
)

# --------------------------------------------------------------------------- BitConverter


def _hex(data: NetArray, start: int = 0, length: int | None = None) -> str:
    end = len(data.items) if length is None else start + length
    if not 0 <= start <= len(data.items):
        raise out_of_range("startIndex")
    return "-".join(f"{b:02X}" for b in data.items[start:end])


def _read(pattern: str) -> Callable[[NetArray, int], Value]:
    size = struct.calcsize(pattern)

    def run(data: NetArray, start: int) -> Value:
        if not 0 <= start < len(data.items):
            raise out_of_range(
                "startIndex",
                "Index was out of range. Must be non-negative and less than the size of the collection.",
            )
        if start + size > len(data.items):
            raise argument(
                "Destination array is not long enough to copy all the items in the collection. Check array "
                "index and length.",
                "value",
            )
        return struct.unpack_from(pattern, bytes(data.items), start)[0]

    return run


def _pack(pattern: str) -> Callable[[Value], NetArray]:
    return lambda value: byte_array(struct.pack(pattern, value))


_PATTERNS = {
    "int": ("ToInt32", "<i"),
    "long": ("ToInt64", "<q"),
    "short": ("ToInt16", "<h"),
    "ushort": ("ToUInt16", "<H"),
    "uint": ("ToUInt32", "<I"),
    "ulong": ("ToUInt64", "<Q"),
    "double": ("ToDouble", "<d"),
    "float": ("ToSingle", "<f"),
    "bool": ("ToBoolean", "<?"),
}
_BITS = (
    member("static string ToString(byte[] value)", _hex),
    member("static string ToString(byte[] value, int startIndex)", _hex),
    member("static string ToString(byte[] value, int startIndex, int length)", _hex),
    member("static bool IsLittleEndian", lambda: True),
    *(
        member(f"static {k} {name}(byte[] value, int startIndex)", _read(p))
        for k, (name, p) in _PATTERNS.items()
    ),
    *(member(f"static byte[] GetBytes({k} value)", _pack(p)) for k, (_, p) in _PATTERNS.items()),
)

TYPES = (
    TypeEntry("Convert", "System", _DOCS + "convert", _CONVERT, "static"),
    TypeEntry("BitConverter", "System", _DOCS + "bitconverter", _BITS, "static"),
    enum(
        "Base64FormattingOptions",
        "System",
        _DOCS + "base64formattingoptions",
        "None InsertLineBreaks",
        allowed=False,
    ),
)
