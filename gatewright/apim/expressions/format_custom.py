"""Numbers in custom formats, `#,##0.00;(0)`: sections, places, scaling and exponents.

Source: https://learn.microsoft.com/dotnet/standard/base-types/custom-numeric-format-strings (.NET Core 3.1).
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal

_CONTEXT = Context(prec=10_800, rounding=ROUND_HALF_UP, Emax=99999, Emin=-99999)


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


def custom(value: float | Decimal, pattern: str, exact: Decimal) -> str:
    """A number in a custom format; `exact` is its value to the last digit."""
    sections = _sections(pattern)
    if isinstance(value, float):
        # custom formats see at most 15 digits of a double
        exact = Context(prec=15, rounding=ROUND_HALF_UP).plus(exact)
    section, sign = _choose(sections, exact)
    text, zero = _render(abs(exact), section)
    if zero and exact != 0:
        if len(sections) > 2 and sections[2]:
            return _render(Decimal(0), sections[2])[0]
        section, sign = sections[0], ""
        text, _ = _render(Decimal(0), section)
    if zero and text and section is sections[0] and isinstance(value, float):
        sign = "-" if math.copysign(1, value) < 0 else ""  # a double keeps the sign of its zero
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
            out.append(("text" if any(k == "exp" for k, _ in out) else "exp", exponent.group()))
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
        return _render_exponent(value, tokens, whole, parts)
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
) -> tuple[str, bool]:
    """A value with an exponent; whether all its digits came out zero, as they may where no digit is asked."""
    count = len(whole)
    size = count + len(parts)
    if value == 0 or (not size and value.as_tuple().digits[0] < 5):
        digits, exponent, zero = "0" * size, 0, True
    else:
        rounded = Context(prec=size, rounding=ROUND_HALF_UP).plus(value) if size else None
        digits = "".join(map(str, rounded.as_tuple().digits)).ljust(size, "0") if rounded is not None else ""
        exponent = value.adjusted() + 2 if rounded is None else rounded.adjusted() + 1 - count
        zero = False
    fraction = _fraction(digits[count:], [tokens[i][0] for i in parts])
    out: list[str] = []
    given = list(digits[:count])
    for i, (kind, text) in enumerate(tokens):
        if kind == "text" or kind in "%‰":
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
    return "".join(out), zero
