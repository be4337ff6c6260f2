"""Values as texts: `ToString()`, `string.Format`, interpolation formats; invariant culture.

Source: https://learn.microsoft.com/dotnet/standard/base-types/composite-formatting (.NET Core 3.1).
"""

from __future__ import annotations

from decimal import Decimal

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, bad_format
from gatewright.apim.expressions.format_numbers import double_text, format_number
from gatewright.apim.expressions.limits import check_size
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import (
    Anon,
    EnumValue,
    NetType,
    Pair,
    Single,
    Value,
    boxed_items,
    member_names,
    runtime_type,
)


def text_of(value: Value) -> str:
    """A boxed value as text; null is empty."""
    cls = type(value)
    if cls is str:
        return str(value)
    if value is None:
        return ""
    if cls is bool:
        return "True" if value else "False"
    if cls is float:
        return double_text(value)
    if cls is Single:
        return format_number(value, "")
    if isinstance(value, (int, str)):
        return str(int(value)) if isinstance(value, int) else str(value)
    if cls is Decimal:
        return format(value if value else abs(value), "f")
    return object_text(value)


def object_text(value: Value) -> str:
    """`ToString()` of an object."""
    own = getattr(value, "net_text", None)
    if own is not None:
        text: str = own()
        return text
    if isinstance(value, EnumValue):
        return value.text
    if isinstance(value, Pair):
        key, item = (_boxed(ty, x) for ty, x in zip(value.ty.args, (value.key, value.value), strict=True))
        return f"[{text_of(key)}, {text_of(item)}]"
    if isinstance(value, Anon):
        return _anonymous(value)
    if isinstance(value, NetError):
        return error_text(value)
    if isinstance(value, NetType):
        return full_name(value.of)
    return full_name(runtime_type(value))


def full_name(ty: Ty) -> str:
    """A type's full name, as `Type.ToString()` gives it."""
    from gatewright.apim.expressions.library import library

    return library().full_name(ty)


def error_text(fault: NetError) -> str:
    """`Exception.ToString()`; there is no stack trace."""
    name = full_name(t.make(fault.kind))
    text = f"{name}: {fault.message}" if fault.message else name
    return (
        f"{text}\n ---> {error_text(fault.inner)}\n   --- End of inner exception stack trace ---"
        if fault.inner
        else text
    )


def _boxed(ty: Ty, value: Value) -> Value:
    from gatewright.apim.expressions.values import box

    wrap = box(ty)
    return value if wrap is None else wrap(value)


def _anonymous(value: Anon) -> str:
    texts = [text_of(_boxed(ty, v)) for ty, v in zip(value.ty.args, value.values, strict=True)]
    if value.ty.name in ("ValueTuple", "Tuple"):
        if len(texts) == 8 and isinstance(value.values[7], Anon):
            texts[7] = texts[7][1:-1]  # the rest is shown without brackets of its own
        return f"({', '.join(texts)})"
    names = member_names(value.ty)
    if not names:
        return "{ }"
    return "{ " + ", ".join(f"{n} = {x}" for n, x in zip(names, texts, strict=True)) + " }"


def format_value(value: Value, pattern: str) -> str:
    """A boxed value in a format; types that have no formats ignore it.

    Raises:
        NetError: FormatException for a pattern the type does not know.
    """
    if not pattern or value is None or type(value) in (str, bool):
        return text_of(value)
    if isinstance(value, Decimal) and not value:
        value = abs(value)  # .NET shows no sign on a zero
    if isinstance(value, (int, float, Decimal)):
        return format_number(value, pattern)
    own = getattr(value, "net_format", None)
    if own is not None:
        text: str = own(pattern)
        return text
    if isinstance(value, EnumValue):
        return _enum(value, pattern)
    return text_of(value)


def _enum(value: EnumValue, pattern: str) -> str:
    match pattern.upper():
        case "G" | "F":
            return value.text
        case "D":
            return str(value.number)
        case "X":
            return f"{value.number & 0xFFFFFFFF:08X}"
        case _:
            raise bad_format("Format String can be only 'G', 'g', 'X', 'x', 'F', 'f', 'D' or 'd'.")


def composite(pattern: str, values: Value) -> str:
    """`string.Format(pattern, values)`.

    Raises:
        NetError: FormatException for a broken pattern or an index without a value.
    """
    return "".join(composite_parts(pattern, values))


def composite_parts(pattern: str, values: Value) -> list[str]:
    """The pieces that `string.Format` puts together.

    Raises:
        NetError: FormatException for a broken pattern or an index without a value.
    """
    items = list(boxed_items(values))
    out: list[str] = []
    at, end = 0, len(pattern)
    while at < end:
        step = pattern[at]
        if step not in "{}":
            out.append(step)
            at += 1
            continue
        if pattern[at + 1 : at + 2] == step:
            out.append(step)
            at += 2
            continue
        if step == "}":
            raise bad_format()
        text, at = _hole(pattern, at + 1, items)
        out.append(text)
    return out


def _hole(pattern: str, at: int, items: list[Value]) -> tuple[str, int]:
    close = pattern.find("}", at)
    if close < 0:
        raise bad_format()
    body, _, given = pattern[at:close].partition(":")
    index, _, width = body.partition(",")
    number = index.rstrip(" ")
    if not number.isascii() or not number.isdigit():
        raise bad_format()
    if int(number) >= len(items):
        raise bad_format(
            "Index (zero based) must be greater than or equal to zero and less than the size of the "
            "argument list."
        )
    text = format_value(items[int(number)], given)
    if "," in body:
        size = width.strip(" ")
        if not size.lstrip("-").isdigit():
            raise bad_format()
        wide = int(size)
        check_size(abs(wide))
        text = text.rjust(wide) if wide > 0 else text.ljust(-wide)
    return text, close + 1
