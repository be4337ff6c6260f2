"""Arrays: how they are made, and their elements. A `T[,]` keeps its rows one behind the other."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import calls, inference, overloads
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import MISSING, Bound, Code, Frame, Operand, Place
from gatewright.apim.expressions.bind.defaults import default_value
from gatewright.apim.expressions.bind.scope import Scope
from gatewright.apim.expressions.faults import NetError, arithmetic_overflow, index_out_of_range
from gatewright.apim.expressions.limits import check_size
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import NetArray, NetGrid, Value


def array(b: Binder, scope: Scope, node: tree.NewArray) -> Operand:
    """`new T[n]`, `new T[] { ... }`, `new[] { ... }`, and the same with several dimensions."""
    if node.element is not None:
        return array_of(b, scope, node, b.type_of(node.element))
    from gatewright.apim.expressions.bind import expressions

    if node.init is None or b.text.code[node.at : node.at + 3] != "new":
        b.fail(codes.SYNTAX, node, "an array needs a type or elements")
    found, shape = _flat(b, node.init, node.rank)
    items = [expressions.bind_value(b, scope, item) for item in found]
    element = inference.common_type(b, [i.ty for i in items])
    if element is None or element is t.NULL:
        b.fail(codes.WRONG_TYPE, node, "the elements have no common type", "write new T[] { ... }")
    return _filled(element, shape, [b.need(i, element).code for i in items], node)


def array_of(b: Binder, scope: Scope, node: tree.NewArray, element: Ty, rank: int | None = None) -> Bound:
    """An array whose element type is known."""
    from gatewright.apim.expressions.bind import expressions

    if node.init is None:
        return _sized(b, scope, node, element)
    found, shape = _flat(b, node.init, rank or node.rank)
    sizes = [expressions.bind_value(b, scope, size) for size in node.sizes]
    if sizes and [size.const for size in sizes] != list(shape):
        b.fail(codes.INVALID, node, "the sizes should be constants that say how many elements there are")
    items = [expressions.bind_to(b, scope, item, element).code for item in found]
    return _filled(element, shape, items, node)


def _flat(b: Binder, init: tree.Initializer, rank: int) -> tuple[list[tree.Expr], tuple[int, ...]]:
    """The elements of an initialiser, row by row, and how many each dimension has."""
    if rank == 1:
        out: list[tree.Expr] = []
        for item in init.items:
            if isinstance(item, (tree.Initializer, tree.MemberInit, tree.IndexInit)):
                b.fail(codes.SYNTAX, item, "a value should stand here")
            out.append(item)
        return out, (len(out),)
    rows = []
    for item in init.items:
        inner = item.init if isinstance(item, tree.NewArray) and item.element is None else item
        if not isinstance(inner, tree.Initializer):
            b.fail(codes.INVALID, item, "a row in { } should stand here")
        rows.append(_flat(b, inner, rank - 1))
    shapes = {shape for _, shape in rows} or {(0,) * (rank - 1)}
    if len(shapes) > 1:
        b.fail(codes.INVALID, init, "the rows should be equally long")
    return [item for row, _ in rows for item in row], (len(rows), *shapes.pop())


def _sized(b: Binder, scope: Scope, node: tree.NewArray, element: Ty) -> Bound:
    from gatewright.apim.expressions.bind import expressions

    if not node.sizes:
        b.fail(codes.SYNTAX, node, "an array needs a size or elements")
    bound = [expressions.bind_value(b, scope, size) for size in node.sizes]
    if any(size.is_const and size.ty is t.INT and size.const < 0 for size in bound):
        b.fail(codes.INVALID, node, "the size of an array is never negative")
    sizes = [index_code(b, size) for size in bound]
    value = default_value(b.library, element)
    ty = t.array(element.plain) if len(sizes) == 1 else t.grid(element.plain, len(sizes))
    shown = t.array(element) if len(sizes) == 1 else t.grid(element, len(sizes))

    def make(f: Frame) -> NetArray:
        counts = tuple([size(f) for size in sizes])
        if min(counts) < 0:
            raise arithmetic_overflow()
        count = prod(counts)
        check_size(count)
        f[0].tick(count >> 6)
        items = [value] * count
        return NetArray(ty, items) if len(counts) == 1 else NetGrid(ty, items, counts)

    return Bound(shown, make, node)


def _filled(element: Ty, shape: tuple[int, ...], items: list[Code], node: tree.Node) -> Bound:
    if len(shape) == 1:
        ty = t.array(element.plain)
        return Bound(t.array(element), lambda f: NetArray(ty, [i(f) for i in items]), node)
    grid = t.grid(element.plain, len(shape))
    made = t.grid(element, len(shape))
    return Bound(made, lambda f: NetGrid(grid, [i(f) for i in items], shape), node)


# --------------------------------------------------------------------------- elements


def index_code(b: Binder, value: Bound) -> Code:
    """An index or size: an `int`, or another whole number."""
    for ty in (t.INT, t.UINT, t.LONG):
        found = b.convert(value, ty)
        if found is not None:
            return found.code
    return b.need(value, t.ULONG).code


def element(b: Binder, value: Bound, args: Sequence[overloads.Arg], node: tree.Index) -> Bound:
    """`array[i]`, `grid[i, j]`."""
    rank = max(1, value.ty.name.count(",") + 1)
    if len(args) != rank:
        b.fail(codes.NO_OVERLOAD, node, f"this array takes {rank} indexes, not {len(args)}")
    places = [index_code(b, b.value(arg.operand)) for arg in args]
    target = calls.guarded(b, value, places)
    if rank > 1:
        return _grid_element(value, target, places, node)
    position, given = places[0], value.code
    mixed = value.ty.args[0] is not t.STRING and b.library.is_reference(value.ty.args[0])

    def load(f: Frame, place: tuple[Value, ...]) -> Value:
        items, number = calls.not_null(place[0]).items, place[1]
        if not 0 <= number < len(items):
            raise index_out_of_range()
        return items[number]

    def save(f: Frame, place: tuple[Value, ...], new: Value) -> None:
        items, number = calls.not_null(place[0]).items, place[1]
        if not 0 <= number < len(items):
            raise index_out_of_range()
        if mixed and new is not None:
            _check_element(b, place[0], new)
        items[number] = new

    def code(f: Frame) -> Value:
        items = target(f).items
        number = position(f)
        if not 0 <= number < len(items):
            raise index_out_of_range()
        return items[number]

    place = Place(lambda f: (given(f), position(f)), load, save, variable=True)
    return Bound(value.ty.args[0], code, node, MISSING, place)


def _check_element(b: Binder, array: NetArray, value: Value) -> None:
    """A `string[]` may go as an `object[]`, but takes texts only."""
    of = array.ty.args[0]
    if of is not t.OBJECT and t.delegate_shape(of) is None and not b.conversions.is_instance(value, of):
        message = "Attempted to access an element as a type incompatible with the array."
        raise NetError("ArrayTypeMismatchException", message)


def _grid_element(value: Bound, target: Code, places: list[Code], node: tree.Index) -> Bound:
    given = value.code

    def load(f: Frame, place: tuple[Value, ...]) -> Value:
        return calls.not_null(place[0]).items[_number(place)]

    def save(f: Frame, place: tuple[Value, ...], new: Value) -> None:
        calls.not_null(place[0]).items[_number(place)] = new

    def code(f: Frame) -> Value:
        return load(f, (target(f), *[p(f) for p in places]))

    place = Place(lambda f: (given(f), *[p(f) for p in places]), load, save, variable=True)
    return Bound(value.ty.args[0], code, node, MISSING, place)


def _number(place: tuple[Value, ...]) -> int:
    """Where the element of a grid stands in its row of all elements."""
    grid, *positions = place
    number = 0
    for size, position in zip(grid.lengths, positions, strict=True):
        if not 0 <= position < size:
            raise index_out_of_range()
        number = number * size + position
    return number
