"""Types as they are written."""

from __future__ import annotations

import re

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions.parse.reader import Reader, Syntax
from gatewright.apim.expressions.parse.words import RESERVED

_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})")
_REFUSED = {
    "pointer_type": "a pointer type",
    "scoped_type": "a scoped type",
    "function_pointer_type": "a function pointer",
}


def type_of(r: Reader, node: Syntax) -> tree.TypeNode:
    """A type node of the grammar as ours.

    Raises:
        Rejected: EXP302 for pointers.
    """
    at, end = r.at(node), r.end(node)
    match node.type:
        case "predefined_type":
            return tree.NamedType(at, end, r.source(node))
        case "identifier":
            return tree.NamedType(at, end, identifier(r, node))
        case "implicit_type":
            return tree.VarType(at, end)
        case "generic_name":
            return generic(r, node)
        case "nullable_type":
            return tree.NullableOf(at, end, type_of(r, r.need(node, "type")))
        case "array_type":
            return _array(r, node)
        case "qualified_name":
            return _qualified(r, node)
        case "alias_qualified_name":
            return type_of(r, r.need(node, "name"))
        case "tuple_type":
            return tree.TupleOf(at, end, tuple(_element(r, child) for child in r.kids(node)))
        case "ref_type":
            fixed = any(child.type == "readonly" for child in node.children)
            return tree.RefOf(at, end, type_of(r, r.need(node, "type")), fixed)
        case kind if kind in _REFUSED:
            r.refuse(node, _REFUSED[kind])
        case _:
            r.fail(codes.SYNTAX, node, f"a type should stand here, not {r.source(node)[:40]}")


def identifier(r: Reader, node: Syntax) -> str:
    """A name without its `@`, its escapes read.

    Raises:
        Rejected: EXP301 for a keyword.
    """
    text = r.source(node)
    if text in RESERVED:
        r.fail(codes.SYNTAX, node, f"{text} is a keyword of C#", f"write @{text} for a name")
    if "\\" in text:
        text = _ESCAPED.sub(lambda m: chr(int(m[1] or m[2], 16)), text)
    return text.removeprefix("@")


def generic(r: Reader, node: Syntax) -> tree.NamedType:
    """`Name<T, U>`."""
    name, args = r.kids(node)[:2]
    if not r.kids(args):
        r.refuse(node, "a generic type without its types")
    return tree.NamedType(r.at(node), r.end(node), identifier(r, name), type_arguments(r, args))


def type_arguments(r: Reader, node: Syntax) -> tuple[tree.TypeNode, ...]:
    """The types inside `<...>`."""
    return tuple(type_of(r, child) for child in r.kids(node))


def _array(r: Reader, node: Syntax) -> tree.TypeNode:
    # `T[][,]` is an array of `T[,]`; the grammar puts the rank written last outside
    ranks: list[int] = []
    inner = node
    while inner.type == "array_type":
        ranks.append(r.source(r.need(inner, "rank")).count(",") + 1)
        inner = r.need(inner, "type")
    element = type_of(r, inner)
    for rank in ranks:
        element = tree.ArrayOf(r.at(node), r.end(node), element, rank)
    return element


def _qualified(r: Reader, node: Syntax) -> tree.TypeNode:
    scope = r.source(r.need(node, "qualifier")).replace(" ", "")
    last = type_of(r, r.need(node, "name"))
    if not isinstance(last, tree.NamedType):
        r.fail(codes.SYNTAX, node, "a type name should stand here")
    return tree.NamedType(r.at(node), r.end(node), last.name, last.args, scope)


def _element(r: Reader, node: Syntax) -> tuple[tree.TypeNode, str]:
    name = node.child_by_field_name("name")
    return type_of(r, r.need(node, "type")), identifier(r, name) if name else ""
