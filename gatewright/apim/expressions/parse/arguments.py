"""Arguments of calls, and parameters of lambdas and local functions."""

from __future__ import annotations

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions.parse.reader import Reader, Syntax
from gatewright.apim.expressions.parse.types import identifier, type_of


def arguments(r: Reader, node: Syntax) -> tuple[tree.Argument, ...]:
    """The arguments inside `(...)` or `[...]`."""
    out: list[tree.Argument] = []
    for child in r.kids(node):
        out.extend(_compared(r, child) or (argument(r, child),))
    return tuple(out)


def _compared(r: Reader, node: Syntax) -> tuple[tree.Argument, ...]:
    """`a < b, c > d` as arguments, which the grammar takes for the declaration of a generic `d`."""
    from gatewright.apim.expressions.parse.expressions import expression
    from gatewright.apim.expressions.parse.precedence import value_of

    held = r.kids(node)
    if node.type != "argument" or len(node.children) != 1 or held[0].type != "declaration_expression":
        return ()
    kind, name = r.need(held[0], "type"), r.need(held[0], "name")
    if kind.type != "generic_name":
        return ()
    first, written = r.kids(kind)[:2]
    inner = [value_of(r, child, expression) for child in r.kids(written)]
    smaller = tree.Name(r.at(first), r.end(first), identifier(r, first))
    larger = tree.Name(r.at(name), r.end(name), identifier(r, name))
    values = [
        tree.Binary(smaller.at, inner[0].end, "<", smaller, inner[0]),
        *inner[1:-1],
        tree.Binary(inner[-1].at, larger.end, ">", inner[-1], larger),
    ]
    if len(inner) == 1:
        r.fail(codes.SYNTAX, node, "put brackets around this comparison")
    return tuple(tree.Argument(v.at, v.end, v) for v in values)


def argument(r: Reader, node: Syntax) -> tree.Argument:
    """One argument: named, `out`, `ref` or plain."""
    from gatewright.apim.expressions.parse.expressions import expression

    at, end = r.at(node), r.end(node)
    if node.type != "argument":
        return tree.Argument(at, end, expression(r, node))
    name = node.child_by_field_name("name")
    mode = next((child.type for child in node.children if child.type in ("out", "ref", "in")), "")
    value = [child for child in r.kids(node) if child != name][-1]
    label = identifier(r, name) if name else None
    if value.type == "declaration_expression" and mode:
        kind = type_of(r, r.need(value, "type"))
        declared = r.need(value, "name")
        target = tree.Name(r.at(declared), r.end(declared), identifier(r, declared))
        return tree.Argument(at, end, target, label, mode, kind)
    return tree.Argument(at, end, expression(r, value), label, mode)


def parameters(r: Reader, node: Syntax) -> tuple[tree.Parameter, ...]:
    """The parameters of a lambda or local function."""
    out = [_parameter(r, child) for child in r.kids(node) if child.type == "parameter"]
    variadic = sum(child.type == "params" for child in node.children)
    if variadic:
        # the grammar lays type and name of `params` into the list itself
        kind, name = r.need(node, "type"), r.need(node, "name")
        at, end = r.at(kind), r.end(name)
        last = r.kids(node)[-1]
        if variadic > 1 or last.end_byte > name.end_byte:
            r.fail(codes.INVALID, node, "params may only stand at the last parameter")
        out.append(tree.Parameter(at, end, identifier(r, name), type_of(r, kind), variadic=True))
    return tuple(out)


def _parameter(r: Reader, node: Syntax) -> tree.Parameter:
    from gatewright.apim.expressions.parse.expressions import expression

    kind = node.child_by_field_name("type")
    mode = next((r.source(c) for c in node.children if c.type == "modifier"), "")
    if mode not in ("", "ref", "out", "in"):
        r.refuse(node, f"a parameter with {mode}")
    name = r.need(node, "name")
    default = None
    if any(c.type == "=" for c in node.children):
        default = expression(r, r.kids(node)[-1])
    ty = type_of(r, kind) if kind else None
    return tree.Parameter(r.at(node), r.end(node), identifier(r, name), ty, mode, default)
