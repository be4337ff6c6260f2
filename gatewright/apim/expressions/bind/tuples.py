"""Tuples: literals, elements by name, taking apart, comparing.

Source: C# language specification, 8.3.11 "Tuple types", 12.7 "Deconstruction", 12.12.11 "Tuple equality".
"""

from __future__ import annotations

from collections.abc import Callable

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import calls
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import MISSING, Bound, Code, Frame, Operand, Place
from gatewright.apim.expressions.bind.scope import Scope
from gatewright.apim.expressions.library.compare import compare
from gatewright.apim.expressions.signature import Entry, Param, Signature
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Anon, Value


def literal(b: Binder, scope: Scope, node: tree.Tuple, target: Ty | None = None) -> Operand:
    """`(a, name: b)`; each item becomes what the target asks for, where there is one."""
    from gatewright.apim.expressions.bind import expressions

    wanted = target.args if target is not None and len(target.args) == len(node.items) else None
    if wanted is None:
        values = [expressions.bind_value(b, scope, item.value) for item in node.items]
    else:
        values = [
            expressions.bind_to(b, scope, item.value, ty) for item, ty in zip(node.items, wanted, strict=True)
        ]
    names = tuple(item.name or _implied(item.value) for item in node.items)
    seen = [n for n in names if n]
    names = tuple(
        n if item.name or seen.count(n) == 1 else "" for n, item in zip(names, node.items, strict=True)
    )
    _check_names(b, node, names)
    ty = t.tuple_of(tuple(v.ty for v in values), names)
    made, items = ty.plain, [v.code for v in values]
    return Bound(ty, lambda f: Anon(made, tuple([i(f) for i in items])), node)


def _implied(value: tree.Expr) -> str:
    """The name that an element has by what it holds, as C# 7.1 gives it."""
    match value:
        case tree.Name(name=name) | tree.Member(name=name) | tree.CondAccess(rest=tree.Member(name=name)):
            return "" if name.startswith("Item") or name in ("Rest", "ToString") else name
        case _:
            return ""


def _check_names(b: Binder, node: tree.Tuple, names: tuple[str, ...]) -> None:
    for number, name in enumerate(names):
        if name and name in names[:number]:
            b.fail(codes.INVALID, node, f"two elements are called {name}")
        if name.startswith("Item") and name[4:].isdigit() and name != f"Item{number + 1}":
            b.fail(codes.INVALID, node, f"{name} is the name of another element")


def member(b: Binder, value: Bound, node: tree.Member) -> Bound | None:
    """`tuple.name` or `tuple.Item1`; None when there is no such element."""
    ty = value.ty
    numbered = [f"Item{n + 1}" for n in range(len(ty.args))]
    if node.name in ty.names:
        at = ty.names.index(node.name)
    elif node.name in numbered:
        at = numbered.index(node.name)
    else:
        return None
    code, outer = value.code, value.place
    place: Place | None = None
    if outer is not None and outer.save is not None and outer.variable:
        place = _element_place(ty.plain, outer, outer.save, at)
    return Bound(ty.args[at], lambda f: code(f).values[at], node, MISSING, place)


def _element_place(
    ty: Ty, outer: Place, put: Callable[[Frame, tuple[Value, ...], Value], None], at: int
) -> Place:
    load = outer.load

    def save(f: Frame, where: tuple[Value, ...], new: Value) -> None:
        values = load(f, where).values
        put(f, where, Anon(ty, (*values[:at], new, *values[at + 1 :])))

    return Place(outer.at, lambda f, where: load(f, where).values[at], save, variable=True)


# --------------------------------------------------------------------------- taking apart


def deconstruct(b: Binder, scope: Scope, node: tree.Assign, left: tree.Tuple) -> Bound:
    """`(a, b) = value`, `var (a, b) = value`."""
    from gatewright.apim.expressions.bind import expressions

    if len(_new_ones(left)) > 1:
        b.fail(codes.INVALID, left, "new variables and others may not be mixed here", "declare them before")
    # what stands on the left is evaluated first, then the right side, then all is stored
    places = _places(b, scope, left)
    if isinstance(node.right, tree.Tuple) and len(node.right.items) == len(left.items):
        wanted = [place.ty if isinstance(place, Bound) else None for place in places]
        values = []
        for item, ty in zip(node.right.items, wanted, strict=True):
            plain = ty is None or ty is t.NEVER
            values.append(
                expressions.bind_value(b, scope, item.value)
                if plain
                else expressions.bind_to(b, scope, item.value, ty or t.OBJECT)
            )
        codes_ = [v.code for v in values]
        made = t.tuple_of(tuple(v.ty for v in values))
        ty = made.plain
        right = Bound(made, lambda f: Anon(ty, tuple([c(f) for c in codes_])), node.right)
    else:
        right = expressions.bind_value(b, scope, node.right)
    store, shaped = _store(b, scope, left, places, right.ty)
    code, starts = right.code, [p.place.at for p in _flat(places) if p.place is not None]

    def run(f: Frame) -> Value:
        where = iter([start(f) for start in starts])
        value = code(f)
        store(f, value, where)
        return value

    return Bound(shaped, run, node)


def _new_ones(node: tree.Tuple) -> set[bool]:
    """Whether what stands on the left is declared there, for each that is not `_`."""
    found: set[bool] = set()
    for item in node.items:
        value = item.value
        if isinstance(value, tree.Tuple):
            found |= _new_ones(value)
        elif not (isinstance(value, tree.Name) and value.name == "_"):
            found.add(isinstance(value, tree.NewVariable))
    return found


Left = Bound | tree.NewVariable | list["Left"]


def _places(b: Binder, scope: Scope, node: tree.Tuple) -> list[Left]:
    from gatewright.apim.expressions.bind import expressions

    out: list[Left] = []
    for item in node.items:
        value = item.value
        if isinstance(value, tree.Tuple):
            out.append(_places(b, scope, value))
        elif isinstance(value, tree.NewVariable):
            if value.name == "_" or isinstance(value.type, tree.VarType):
                out.append(value)
            else:
                ty = b.type_of(value.type)
                expressions.declare(b, scope, value.name, ty, value)
                at = tree.Name(value.at, value.end, value.name)
                out.append(expressions.bind_value(b, scope, at))
        elif isinstance(value, tree.Name) and value.name == "_" and scope.find("_") is None:
            out.append(tree.NewVariable(value.at, value.end, tree.VarType(value.at, value.end), "_"))
        else:
            bound = expressions.bind_value(b, scope, value)
            if bound.place is None or bound.place.save is None:
                b.fail(codes.INVALID, value, "this cannot be assigned")
            out.append(bound)
    return out


def _flat(places: list[Left]) -> list[Bound]:
    out: list[Bound] = []
    for place in places:
        if isinstance(place, list):
            out.extend(_flat(place))
        elif isinstance(place, Bound):
            out.append(place)
    return out


def _store(
    b: Binder, scope: Scope, node: tree.Tuple, places: list[Left], ty: Ty
) -> tuple[Callable[[Frame, Value, Value], None], Ty]:
    """How a value is taken apart, and the type of the tuple that this gives."""
    from gatewright.apim.expressions.bind import expressions

    parts = parts_of(b, node, ty)
    if parts is None or len(parts) != len(places):
        b.fail(codes.WRONG_TYPE, node, f"{ty.show()} cannot be taken apart into {len(places)} values")
    steps: list[Callable[[Frame, Value, Value], None]] = []
    types: list[Ty] = []
    for item, place, (of, get) in zip(node.items, places, parts, strict=True):
        if isinstance(place, list):
            assert isinstance(item.value, tree.Tuple)
            inner, shaped = _store(b, scope, item.value, place, of)
            steps.append(_nested(get, inner))
            types.append(shaped)
            continue
        if isinstance(place, tree.NewVariable):
            kind = of if isinstance(place.type, tree.VarType) else b.type_of(place.type)
            if of is t.NULL or kind is t.NULL:
                b.fail(codes.WRONG_TYPE, place, "null has no type of its own", "write the type")
            types.append(kind)
            if place.name == "_":
                continue
            variable = expressions.declare(b, scope, place.name, of, place)
            steps.append(_into_slot(get, variable.slot))
            continue
        converted = b.need(Bound(of, lambda f: f[2], item), place.ty)
        save = place.place.save if place.place is not None else None
        if save is None:
            b.fail(codes.INVALID, item, "this cannot be assigned")
        steps.append(_into_place(get, converted.code, save))
        types.append(place.ty)

    def store(f: Frame, value: Value, where: Value) -> None:
        for step in steps:
            step(f, value, where)

    return store, t.tuple_of(tuple(types))


def _nested(
    get: Callable[[Value], Value], inner: Callable[[Frame, Value, Value], None]
) -> Callable[[Frame, Value, Value], None]:
    return lambda f, value, where: inner(f, get(value), where)


def _into_slot(get: Callable[[Value], Value], slot: int) -> Callable[[Frame, Value, Value], None]:
    def store(f: Frame, value: Value, where: Value) -> None:
        f[slot] = get(value)

    return store


def _into_place(
    get: Callable[[Value], Value], convert: Code, save: Callable[[Frame, tuple[Value, ...], Value], None]
) -> Callable[[Frame, Value, Value], None]:
    return lambda f, value, where: save(f, next(where), convert([f[0], None, get(value)]))


def parts_of(b: Binder, node: tree.Node, ty: Ty) -> list[tuple[Ty, Callable[[Value], Value]]] | None:
    """The types of what a value is taken apart into, and how; None where it cannot be."""
    if ty.name in ("ValueTuple", "Tuple"):
        return [(of, _value_at(n)) for n, of in enumerate(ty.args)]
    if ty.name == "KeyValuePair":
        return [(ty.args[0], lambda v: v.key), (ty.args[1], lambda v: v.value)]
    return None


def _value_at(number: int) -> Callable[[Value], Value]:
    return lambda v: calls.not_null(v).values[number]


# --------------------------------------------------------------------------- comparing


def methods(ty: Ty, name: str) -> list[Signature]:
    """The methods that take another tuple of the same type."""
    found = _METHODS.get(name) if ty.name == "ValueTuple" else None
    if found is None:
        return []
    result, entry = found
    param = Param("other", ty.plain, "", False)
    return [Signature(ty.plain, name, "method", False, False, result, (param,), (), entry)]


_METHODS = {
    "Equals": (t.BOOL, Entry("bool Equals(ValueTuple other)", lambda a, b: bool(a == b))),
    "CompareTo": (t.INT, Entry("int CompareTo(ValueTuple other)", compare)),
}


def equality(b: Binder, left: Bound, right: Bound, node: tree.Binary) -> Bound | None:
    """`==` and `!=` of two tuples, element by element, each side evaluated once."""
    one, two = left.ty, right.ty
    if one.name != "ValueTuple" or two.name != "ValueTuple" or len(one.args) != len(two.args):
        return None
    from gatewright.apim.expressions.bind import arithmetic

    tests: list[Code] = []
    for number, (mine, other) in enumerate(zip(one.args, two.args, strict=True)):
        x = Bound(mine, _part(2, number), _item(left.node, number))
        y = Bound(other, _part(3, number), _item(right.node, number))
        at = tree.Binary(node.at, node.end, "==", tree.CondTarget(node.at, node.end), node.right)
        both_null = mine is t.NULL and other is t.NULL
        tests.append((lambda f: True) if both_null else arithmetic.binary(b, x, y, at).code)
    first, second, wanted = left.code, right.code, node.op == "=="

    def compare(f: Frame) -> bool:
        g = [f[0], None, first(f).values, second(f).values]
        return all(test(g) for test in tests) is wanted

    return Bound(t.BOOL, compare, node)


def _part(side: int, number: int) -> Code:
    return lambda f: f[side][number]


def _item(node: tree.Node, number: int) -> tree.Node:
    return node.items[number].value if isinstance(node, tree.Tuple) else node
