"""`new`: objects with initialisers, and anonymous objects."""

from __future__ import annotations

from collections.abc import Callable

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import access, calls, overloads
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import Bound, Frame, MethodGroup, Operand
from gatewright.apim.expressions.bind.defaults import default_value
from gatewright.apim.expressions.bind.scope import Scope
from gatewright.apim.expressions.faults import NetError, default_message
from gatewright.apim.expressions.library.catalog import Found
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Anon, Value

Step = Callable[[Frame], None]


def new(b: Binder, scope: Scope, node: tree.New) -> Operand:
    """`new T(args) { ... }`."""
    ty = b.type_of(node.type)
    if t.delegate_shape(ty) and len(node.args) == 1:
        from gatewright.apim.expressions.bind import expressions

        return expressions.bind_to(b, scope, node.args[0].value, ty)
    if ty.name == "?":
        return _nullable(b, scope, ty, node)
    made = _constructed(b, scope, ty, node)
    if node.init is None:
        return made
    return _initialised(b, scope, made, node.init)


def _nullable(b: Binder, scope: Scope, ty: Ty, node: tree.New) -> Bound:
    """`new int?(5)`, and `new int?()`, which is null."""
    from gatewright.apim.expressions.bind import expressions

    if node.init is not None or len(node.args) > 1:
        b.fail(codes.NO_OVERLOAD, node, f"{ty.show()} is made of one value")
    if not node.args:
        return Bound(ty, lambda f: None, node)
    return b.need(expressions.bind_to(b, scope, node.args[0].value, ty.args[0]), ty)


def _constructed(b: Binder, scope: Scope, ty: Ty, node: tree.New) -> Bound:
    entry = b.library.entry(ty.name, len(ty.args)) or b.library.entry(ty.name)
    args = calls.arguments(b, scope, node.args)
    given = dict(zip(b.library.open_type(entry).args, ty.args, strict=False)) if entry else {}
    found: list[Found] = []
    if entry is not None:
        found = [(s, given) for s in b.library.own(entry).get(".ctor", ())]
    if entry is not None and entry.kind == "exception" and not found:
        return _exception(b, scope, ty, args, node)
    chosen = overloads.resolve(b, scope, found, args)
    if chosen is None:
        if not args and b.library.is_value(ty):
            value = default_value(b.library, ty)
            return Bound(ty, lambda f: value, node)
        if not found:
            b.fail(codes.INVALID, node, f"new {ty.show()} cannot be made")
        calls.explain(b, args)
        shown = ", ".join(calls.show_argument(a) for a in args)
        hint = "known: " + "; ".join(s.entry.text for s, _ in found[:3])
        b.fail(codes.NO_OVERLOAD, node, f"no constructor of {ty.show()} takes ({shown})", hint)
    return calls.emit(b, scope, chosen, None, args, node)


def _exception(b: Binder, scope: Scope, ty: Ty, args: list[overloads.Arg], node: tree.New) -> Bound:
    base = b.library.entry("Exception")
    assert base is not None
    found: list[Found] = [(s, {}) for s in b.library.own(base).get(".ctor", ())]
    chosen = overloads.resolve(b, scope, found, args)
    if chosen is None:
        b.fail(codes.NO_OVERLOAD, node, f"no constructor of {ty.show()} takes these arguments")
    made = calls.emit(b, scope, chosen, None, args, node)
    code, name, full = made.code, ty.name, b.library.full_name(ty)

    def build(f: Frame) -> NetError:
        fault: NetError = code(f)
        fault.kind = name
        bare = fault.extra.pop("bare", None)
        if bare:
            fault.message = default_message(name if bare == "new" else "", full)
        return fault

    return Bound(ty, build, node)


# --------------------------------------------------------------------------- initialisers


def _initialised(b: Binder, scope: Scope, made: Bound, init: tree.Initializer) -> Bound:
    kinds = {isinstance(item, (tree.MemberInit, tree.IndexInit)) for item in init.items}
    if len(kinds) > 1:
        b.fail(codes.INVALID, init, "elements and members may not be mixed in one initialiser")
    inner = scope.inner()
    held = inner.declare("new", made.ty)
    slot, code = held.slot, made.code
    target = Bound(made.ty, lambda f: f[slot], tree.Literal(init.at, init.end, "int", 0))
    steps = [_item(b, inner, target, item) for item in init.items]

    def build(f: Frame) -> Value:
        value = code(f)
        for step in steps:
            f[slot] = value
            step(f)
        return value

    return Bound(made.ty, build, made.node)


def _item(
    b: Binder,
    scope: Scope,
    target: Bound,
    item: tree.Expr | tree.Initializer | tree.MemberInit | tree.IndexInit,
) -> Step:
    from gatewright.apim.expressions.bind import expressions

    if isinstance(item, (tree.MemberInit, tree.IndexInit)):
        return _assigned(b, scope, target, item)
    group = MethodGroup(target, target.ty, "Add", (), item)
    if isinstance(item, tree.Initializer):
        nodes = [_argument(b, x) for x in item.items]
        return calls.call(b, scope, group, calls.arguments(b, scope, nodes), item).code
    operand = expressions.bind(b, scope, item)
    node = tree.Argument(item.at, item.end, item)
    return calls.call(b, scope, group, [overloads.Arg(operand, node)], item).code


def _argument(
    b: Binder, item: tree.Expr | tree.Initializer | tree.MemberInit | tree.IndexInit
) -> tree.Argument:
    if isinstance(item, (tree.Initializer, tree.MemberInit, tree.IndexInit)):
        b.fail(codes.SYNTAX, item, "inside the braces of an element stand values only")
    return tree.Argument(item.at, item.end, item)


def _assigned(b: Binder, scope: Scope, target: Bound, item: tree.MemberInit | tree.IndexInit) -> Step:
    from gatewright.apim.expressions.bind import expressions

    place_node = tree.CondTarget(item.at, item.end)
    inner = scope.inner()
    inner.names["?"] = scope.find("new") or inner.declare("?", target.ty)
    left: Operand
    if isinstance(item, tree.MemberInit):
        left = access.member(b, inner, tree.Member(item.at, item.end, place_node, item.name, item.at))
    else:
        left = access.index(b, inner, tree.Index(item.at, item.end, place_node, item.args))
    bound = b.value(left)
    if isinstance(item.value, tree.Initializer):
        return _initialised(b, scope, bound, item.value).code
    if bound.place is None or bound.place.save is None:
        b.fail(codes.INVALID, item, "this member cannot be set")
    at, save = bound.place.at, bound.place.save
    value = expressions.bind_to(b, scope, item.value, bound.ty).code

    def store(f: Frame) -> None:
        where = at(f)
        save(f, where, value(f))

    return store


# --------------------------------------------------------------------------- anonymous objects


def anonymous(b: Binder, scope: Scope, node: tree.Anonymous) -> Operand:
    """`new { A = x, b.C }`."""
    from gatewright.apim.expressions.bind import expressions

    values = [expressions.bind_value(b, scope, value) for _, value in node.members]
    for value in values:
        if value.ty is t.NULL:
            b.fail(codes.WRONG_TYPE, value.node, "null has no type here", "cast it: (string)null")
    labels = [label for label, _ in node.members]
    if len(set(labels)) < len(labels):
        b.fail(codes.INVALID, node, "two members have the same name")
    name = "anonymous{" + ",".join(label for label, _ in node.members) + "}"
    ty = t.make(name, tuple(v.ty for v in values))
    made, items = ty.plain, [v.code for v in values]
    return Bound(ty, lambda f: Anon(made, tuple([i(f) for i in items])), node)
