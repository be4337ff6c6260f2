"""Texts of values: `+` with a string, and interpolation.

Source: C# language specification, 12.10.5 "Addition operator" and 12.8.3 "Interpolated string expressions".
"""

from __future__ import annotations

from collections.abc import Callable

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import MISSING, Bound, Code, Frame, constant
from gatewright.apim.expressions.bind.scope import Scope
from gatewright.apim.expressions.limits import MAX_TEXT
from gatewright.apim.expressions.text import format_value, text_of
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Value, box


def stringer(ty: Ty) -> Callable[[Value], str] | None:
    """How a value of a static type becomes text; None where it is text already and not null."""
    if ty is t.CHAR:
        return None
    if ty in t.INTEGRAL_BITS:
        return str
    wrap = box(ty)
    if wrap is None:
        return text_of
    return lambda v: text_of(wrap(v))


def is_concat(left: Bound, right: Bound) -> bool:
    """Whether `+` means concatenation."""
    return t.STRING in (left.ty, right.ty)


def concat(b: Binder, parts: list[Bound], node: tree.Node) -> Bound:
    """A sum of texts, flattened."""
    if all(p.is_const and (p.ty is t.STRING or p.const is None) for p in parts):
        value = b.library.interned("".join(p.const or "" for p in parts))
        return Bound(t.STRING, lambda f: value, node, value)
    pieces = [_piece(p) for p in parts]
    if len(pieces) == 2:
        one, two = pieces

        def pair(f: Frame) -> str:
            value: str = one(f) + two(f)
            return value if len(value) <= 1024 else f[0].text(value)

        return Bound(t.STRING, pair, node, MISSING)

    def join(f: Frame) -> str:
        value = "".join([p(f) for p in pieces])
        return value if len(value) <= 1024 else f[0].text(value)

    return Bound(t.STRING, join, node)


def _piece(part: Bound) -> Code:
    code = part.code
    if part.is_const and isinstance(part.const, str):
        return code
    if part.ty is t.STRING:
        return lambda f: code(f) or ""
    step = stringer(part.ty)
    return code if step is None else (lambda f: step(code(f)))


def interpolate(b: Binder, scope: Scope, node: tree.Interpolated) -> Bound:
    """`$"..."`."""
    from gatewright.apim.expressions.bind import expressions

    pieces: list[Code] = []
    for part in node.parts:
        if isinstance(part, str):
            if part:
                pieces.append(constant(t.STRING, part, node).code)
            continue
        value = b.value(expressions.bind(b, scope, part.value))
        if value.ty is t.NULL:
            value = b.need(value, t.OBJECT)
        pieces.append(_hole(b, scope, value, part))

    def join(f: Frame) -> str:
        value = "".join([p(f) for p in pieces])
        return value if len(value) <= 1024 else f[0].text(value)

    return Bound(t.STRING, join, node)


def _formatted(value: Bound, pattern: str) -> Code:
    code, wrap = value.code, box(value.ty)
    if wrap is None:
        return lambda f: format_value(code(f), pattern)
    return lambda f: format_value(wrap(code(f)), pattern)


def _hole(b: Binder, scope: Scope, value: Bound, hole: tree.Hole) -> Code:
    pattern = hole.format
    text = _piece(value) if pattern is None else _formatted(value, pattern)
    if hole.alignment is None:
        return text
    from gatewright.apim.expressions.bind import expressions

    width = b.value(expressions.bind(b, scope, hole.alignment))
    if not width.is_const or not isinstance(width.const, int):
        b.fail(codes.INVALID, hole.alignment, "the alignment should be a constant number")
    size: int = width.const
    if abs(size) > MAX_TEXT:
        b.fail(codes.INVALID, hole.alignment, "the alignment is too wide")
    if size < 0:
        return lambda f: text(f).ljust(-size)
    return lambda f: text(f).rjust(size)
