"""Numbers as texts: standard and custom formats, invariant culture, .NET Core 3.1 rules.

Source: https://learn.microsoft.com/dotnet/standard/base-types/standard-numeric-format-strings and
custom-numeric-format-strings.
"""

from __future__ import annotations

import math
import re
import struct
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal

from gatewright.apim.expressions.faults import Exceeded, bad_format
from gatewright.apim.expressions.values import Byte, Long, SByte, Short, Single, UInt, ULong, UShort

_CONTEXT = Context(prec=10_800, rounding=ROUND_HALF_UP, Emax=99999, Emin=-99999)
# a double is rounded from its exact value, half to even; decimals and integers half away from zero
_EVEN = Context(prec=10_800, rounding=ROUND_HALF_EVEN, Emax=99999, Emin=-99999)
_STANDARD = re.compile(r"([A-Za-z])([0-9]{0,9})\Z")
_BITS = {Byte: 8, SByte: 8, Short: 16, UShort: 16, UInt: 32, Long: 64, ULong: 64}
Number = int | float | Decimal


def double_text(value: float) -> str:
    """The shortest text that reads back as the same double.

    >>> double_text(0.1 + 0.2), double_text(1e17), double_text(1e-5)
    ('0.30000000000000004', '1E+17', '1E-05')
    """
    if value != value:
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return _general_from_repr(repr(value))


def single_text(value: float) -> str:
    """The shortest text that reads back as the same `float`."""
    if not value or value != value or math.isinf(value):
        return double_text(value)
    from gatewright.apim.expressions.numbers import single

    for digits in range(1, 10):
        text = f"{value:.{digits - 1}e}"
        if single(float(text)) == value and not _halfway(float(text), value):
            return _general_from_repr(repr(float(text)), 9)
    return double_text(value)


def _halfway(shown: float, value: float) -> bool:
    """Whether a text lies exactly between two `float`s; .NET does not take it for the shortest one."""
    bits: int = struct.unpack("<i", struct.pack("<f", value))[0]
    around = (
        struct.unpack("<f", struct.pack("<i", b))[0] for b in (bits - 1, bits + 1) if b >= 0 or bits < 0
    )
    return any(shown * 2 == value + other for other in around)


def _general_from_repr(text: str, limit: int = 17) -> str:
    number = Decimal(text)
    sign, digits, exponent = number.as_tuple()
    shown = "".join(map(str, digits)).rstrip("0") or "0"
    assert isinstance(exponent, int)
    point = len(digits) + exponent
    if shown == "0":
        return "-0" if sign else "0"
    return ("-" if sign else "") + _place(shown, point, limit)


def _place(shown: str, point: int, limit: int) -> str:
    """Digits with the point after `point` of them, in scientific form where it is far away."""
    if point > limit or point < -3:
        mantissa = shown[0] + ("." + shown[1:] if len(shown) > 1 else "")
        exponent = point - 1
        return f"{mantissa}E{'+' if exponent >= 0 else '-'}{abs(exponent):02d}"
    if point <= 0:
        return "0." + "0" * -point + shown
    if len(shown) <= point:
        return shown + "0" * (point - len(shown))
    return shown[:point] + "." + shown[point:]


def format_number(value: Number, pattern: str) -> str:
    """A number in a standard or custom format; an empty pattern is `G`.

    Raises:
        NetError: FormatException for a format the type does not have.
    """
    if isinstance(value, float) and (value != value or math.isinf(value)):
        return double_text(value)
    found = _STANDARD.match(pattern) if pattern else None
    if not pattern:
        return plain(value)
    if found:
        return _standard(value, found.group(1), found.group(2))
    return _custom(value, pattern)


def plain(value: Number) -> str:
    """A number without a format."""
    if isinstance(value, Single):
        return single_text(value)
    if isinstance(value, float):
        return double_text(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(int(value))


def _exact(value: Number) -> Decimal:
    if isinstance(value, Single):
        return Decimal(single_text(value))
    return Decimal(value) if not isinstance(value, int) else Decimal(int(value))


def _standard(value: Number, kind: str, given: str) -> str:
    upper = kind.upper()
    precision = int(given) if given else -1
    if precision > 10_000:
        raise Exceeded("SizeLimitExceeded", "a number would get more than 10000 digits")
    match upper:
        case "G" | "R":
            return _general(value, kind, precision if upper == "G" else -1)
        case "D":
            if not isinstance(value, int):
                raise bad_format("Format specifier was invalid.")
            digits = str(abs(int(value))).rjust(max(precision, 0), "0")
            return ("-" if value < 0 else "") + digits
        case "X":
            return _hex(value, kind, precision)
        case "F":
            return _signed(_fixed(_exact(value), 2 if precision < 0 else precision, False, value), value)
        case "N":
            return _signed(_fixed(_exact(value), 2 if precision < 0 else precision, True, value), value)
        case "E":
            return _scientific(_exact(value), kind, 6 if precision < 0 else precision, 3, value)
        case "P":
            scaled = _CONTEXT.multiply(_exact(value), Decimal(100))
            text = _fixed(scaled, 2 if precision < 0 else precision, True, value)
            return _signed(text, value) + " %"
        case "C":
            text = _fixed(_exact(value), 2 if precision < 0 else precision, True, value)
            negative = value < 0 and any(c in "123456789" for c in text)
            return f"(¤{text})" if negative else f"¤{text}"
        case _:
            raise bad_format("Format specifier was invalid.")


def _signed(text: str, value: Number) -> str:
    negative = value < 0 or (isinstance(value, float) and math.copysign(1, value) < 0)
    if negative and (isinstance(value, float) or any(c in "123456789" for c in text)):
        return "-" + text
    return text


def _rounding(original: Number) -> str:
    return ROUND_HALF_EVEN if isinstance(original, float) else ROUND_HALF_UP


def _fixed(value: Decimal, places: int, grouped: bool, original: Number) -> str:
    context = _EVEN if isinstance(original, float) else _CONTEXT
    rounded = abs(value).quantize(Decimal(1).scaleb(-places), context=context)
    text = format(rounded, "f")
    if not grouped:
        return text
    whole, dot, rest = text.partition(".")
    return f"{int(whole):,}{dot}{rest}"


def _hex(value: Number, kind: str, precision: int) -> str:
    if not isinstance(value, int):
        raise bad_format("Format specifier was invalid.")
    bits = _BITS.get(type(value), 32)
    text = f"{int(value) & ((1 << bits) - 1):x}"
    return (text.upper() if kind == "X" else text).rjust(max(precision, 0), "0")


def _general(value: Number, kind: str, precision: int) -> str:
    if precision <= 0:
        if isinstance(value, int) or not kind.islower():
            return plain(value)
        return plain(value).replace("E", "e")
    exact = _exact(value)
    if exact == 0:
        return "0"
    digits = len(str(abs(int(value)))) if isinstance(value, int) else 0
    if isinstance(value, int) and precision >= digits:
        return plain(value)
    rounded = Context(prec=precision, rounding=_rounding(value)).plus(abs(exact))
    _, parts, exponent = rounded.as_tuple()
    assert isinstance(exponent, int)
    shown = "".join(map(str, parts)).rstrip("0") or "0"
    point = len(parts) + exponent
    text = _place_general(shown, point, precision, kind)
    return "-" + text if value < 0 else text


def _place_general(shown: str, point: int, precision: int, kind: str) -> str:
    if point > precision or point < -3:
        mantissa = shown[0] + ("." + shown[1:] if len(shown) > 1 else "")
        exponent = point - 1
        letter = "E" if kind == "G" else "e"
        return f"{mantissa}{letter}{'+' if exponent >= 0 else '-'}{abs(exponent):02d}"
    return _place(shown, point, 10**6)


def _scientific(value: Decimal, kind: str, precision: int, width: int, original: Number) -> str:
    if value == 0:
        digits, exponent = "0" * (precision + 1), 0
    else:
        rounded = Context(prec=precision + 1, rounding=_rounding(original)).plus(abs(value))
        _, parts, exp = rounded.as_tuple()
        assert isinstance(exp, int)
        digits = "".join(map(str, parts)).ljust(precision + 1, "0")
        exponent = len(parts) + exp - 1
    mantissa = digits[0] + ("." + digits[1:] if precision else "")
    sign = "-" if original < 0 else ""
    return f"{sign}{mantissa}{kind}{'+' if exponent >= 0 else '-'}{abs(exponent):0{width}d}"


# --------------------------------------------------------------------------- custom formats


def _sections(pattern: str) -> list[str]:
    out, buffer, at = [], "", 0
    while at < len(pattern):
        step = pattern[at]
        if step in "\"'":
            close = pattern.find(step, at + 1)
            close = len(pattern) if close < 0 else close
            buffer += pattern[at : close + 1]
            at = close + 1
            continue
        if step == "\\":
            buffer += pattern[at : at + 2]
            at += 2
            continue
        if step == ";":
            out.append(buffer)
            buffer = ""
        else:
            buffer += step
        at += 1
    return [*out, buffer]


def _custom(value: Number, pattern: str) -> str:
    sections = _sections(pattern)
    exact = _exact(value)
    if isinstance(value, float):
        # custom formats see at most 15 digits of a double
        exact = Context(prec=15, rounding=ROUND_HALF_UP).plus(exact)
    section, sign = _choose(sections, exact)
    text, zero = _render(abs(exact), section)
    if zero and exact != 0:
        if len(sections) > 2 and sections[2]:
            return _render(Decimal(0), sections[2])[0]
        section = sections[0]
        sign = ""
        text, _ = _render(Decimal(0), section)
    return sign + text


def _choose(sections: list[str], exact: Decimal) -> tuple[str, str]:
    if exact < 0:
        if len(sections) > 1 and sections[1]:
            return sections[1], ""
        return sections[0], "-"
    if exact == 0 and len(sections) > 2 and sections[2]:
        return sections[2], ""
    return sections[0], ""


def _tokens(section: str) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    at = 0
    while at < len(section):
        step = section[at]
        exponent = re.compile(r"[eE][+-]?0+").match(section, at)
        if step in "\"'":
            close = section.find(step, at + 1)
            close = len(section) if close < 0 else close
            out.append(("text", section[at + 1 : close]))
            at = close + 1
        elif step == "\\":
            out.append(("text", section[at + 1 : at + 2]))
            at += 2
        elif exponent:
            out.append(("exp", exponent.group()))
            at = exponent.end()
        elif step in "0#.,%‰":
            if step != "." or (".", ".") not in out:  # a second point is dropped
                out.append((step, step))
            at += 1
        else:
            out.append(("text", step))
            at += 1
    return out


def _render(value: Decimal, section: str) -> tuple[str, bool]:
    """A value that is not negative in one section; whether all its digits came out zero."""
    tokens = _tokens(section)
    kinds = [k for k, _ in tokens]
    point = kinds.index(".") if "." in kinds else len(kinds)
    whole = [i for i, k in enumerate(kinds) if k in "0#" and i < point and len(k) == 1]
    parts = [i for i, k in enumerate(kinds) if k in "0#" and i > point and len(k) == 1]
    grouped, scale = _commas(kinds, whole, point)
    value = value.scaleb(2 * kinds.count("%") + 3 * kinds.count("‰") - 3 * scale, context=_CONTEXT)
    if "exp" in kinds:
        return _render_exponent(value, tokens, whole, parts), False
    rounded = value.quantize(Decimal(1).scaleb(-len(parts)), context=_CONTEXT)
    digits, _, fraction = format(rounded, "f").partition(".")
    digits = digits.lstrip("0")
    zeros = [i for i in whole if kinds[i] == "0"]
    least = len(whole) - whole.index(zeros[0]) if zeros else 0
    digits = digits.rjust(least, "0")
    fraction = _fraction(fraction, [kinds[i] for i in parts])
    return _assemble(tokens, whole, parts, digits, fraction, grouped), rounded == 0


def _commas(kinds: list[str], whole: list[int], point: int) -> tuple[bool, int]:
    grouped, scale = False, 0
    for i, kind in enumerate(kinds[:point]):
        if kind != ",":
            continue
        if whole and i > whole[-1]:
            scale += 1
        elif whole and whole[0] < i < whole[-1]:
            grouped = True
    return grouped, scale


def _fraction(fraction: str, kinds: list[str]) -> str:
    last = max((i for i, k in enumerate(kinds) if k == "0"), default=-1)
    while len(fraction) > last + 1 and fraction.endswith("0"):
        fraction = fraction[:-1]
    return fraction


def _assemble(
    tokens: list[tuple[str, str]],
    whole: list[int],
    parts: list[int],
    digits: str,
    fraction: str,
    grouped: bool,
) -> str:
    out: list[str] = []
    first = whole[0] if whole else -1
    surplus = len(digits) - len(whole)
    given = list(digits)
    remaining = len(digits)
    for i, (kind, text) in enumerate(tokens):
        if kind == "text" or kind in "%‰":
            out.append(text)
        elif kind == ".":
            out += [digits if first < 0 else "", "." if fraction else ""]
        elif i in whole:
            position = whole.index(i)
            take = surplus + 1 if position == 0 and surplus > 0 else (1 if position >= -surplus else 0)
            for _ in range(take):
                out.append(given.pop(0))
                remaining -= 1
                if grouped and remaining and remaining % 3 == 0:
                    out.append(",")
        elif i in parts:
            index = parts.index(i)
            if index < len(fraction):
                out.append(fraction[index])
    return "".join(out)


def _render_exponent(
    value: Decimal, tokens: list[tuple[str, str]], whole: list[int], parts: list[int]
) -> str:
    count = max(1, len(whole))
    if value == 0:
        digits, exponent = "0" * (count + len(parts)), 0
    else:
        rounded = Context(prec=count + len(parts), rounding=ROUND_HALF_UP).plus(value)
        _, found, exp = rounded.as_tuple()
        assert isinstance(exp, int)
        digits = "".join(map(str, found)).ljust(count + len(parts), "0")
        exponent = len(found) + exp - count
    fraction = _fraction(digits[count:], [tokens[i][0] for i in parts])
    out: list[str] = []
    given = list(digits[:count])
    for i, (kind, text) in enumerate(tokens):
        if kind == "text":
            out.append(text)
        elif kind == "." and fraction:
            out.append(".")
        elif i in whole:
            out.append(given.pop(0))
        elif i in parts and parts.index(i) < len(fraction):
            out.append(fraction[parts.index(i)])
        elif kind == "exp":
            width = text.count("0")
            sign = "-" if exponent < 0 else "+" if "+" in text else ""
            out.append(f"{text[0]}{sign}{abs(exponent):0{width}d}")
    return "".join(out)
