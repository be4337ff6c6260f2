"""`(a.b) + c`, which the grammar takes for a cast of `+c`.

C# reads brackets around a name in front of `+ - * &` as a value, unless the name is a keyword such as `int`;
what stands around is then grouped anew by precedence.

Source: C# language specification, 12.9.7 "Cast expressions" and 12.4.2 "Operator precedence".
"""

from __future__ import annotations

from collections.abc import Callable

from gatewright.apim.expressions import tree
from gatewright.apim.expressions.parse.reader import Reader, Syntax
from gatewright.apim.expressions.parse.types import type_of

Expression = Callable[[Reader, Syntax], tree.Expr]
_LEVELS = (
    ("??",),
    ("||",),
    ("&&",),
    ("|",),
    ("^",),
    ("&",),
    ("==", "!="),
    ("<", ">", "<=", ">="),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/", "%"),
)
_LEVEL = {op: level for level, ops in enumerate(_LEVELS) for op in ops}


def _is_name(r: Reader, node: Syntax) -> bool:
    """Whether a type is written like a value: `a.b`, or `a.b["c"]`, read as an array of that size."""
    if node.type == "array_type":
        return bool(r.kids(r.need(node, "rank"))) and _is_name(r, r.need(node, "type"))
    return node.type in ("identifier", "qualified_name")


def _named_cast(r: Reader, node: Syntax) -> bool:
    if node.type != "cast_expression" or not _is_name(r, r.need(node, "type")):
        return False
    value = r.need(node, "value")
    return value.type == "prefix_unary_expression" and value.children[0].type in ("+", "-", "*", "&", "^")


def is_misread(r: Reader, node: Syntax) -> bool:
    """Whether such a cast is an operand of the operators at a node."""
    stack = [node]
    while stack:
        at = stack.pop()
        if at.type == "binary_expression":
            stack += [r.need(at, "left"), r.need(at, "right")]
        elif _named_cast(r, at):
            return True
    return False


def rebuilt(r: Reader, node: Syntax, expression: Expression) -> tree.Expr:
    """The operators at a node, grouped as C# groups them."""
    operands: list[tree.Expr] = []
    operators: list[str] = []

    def flatten(at: Syntax) -> None:
        if at.type == "binary_expression":
            flatten(r.need(at, "left"))
            operators.append(r.source(r.need(at, "operator")))
            flatten(r.need(at, "right"))
        elif _named_cast(r, at):
            operands.append(value_of(r, r.need(at, "type"), expression))
            inner = r.need(at, "value")
            operators.append(inner.children[0].type)
            flatten(r.kids(inner)[0])
        else:
            operands.append(expression(r, at))

    flatten(node)
    return _grouped(operands, operators)


def value_of(r: Reader, node: Syntax, expression: Expression) -> tree.Expr:
    """What was read as a type, as the value that it is."""
    if node.type == "array_type":
        target = value_of(r, r.need(node, "type"), expression)
        args = tuple(tree.Argument(r.at(k), r.end(k), expression(r, k)) for k in r.kids(r.need(node, "rank")))
        return tree.Index(target.at, r.end(node), target, args)
    named = type_of(r, node)
    if not isinstance(named, tree.NamedType) or named.args:
        r.refuse(node, "a type in front of an operator")
    first, *rest = [*named.scope.split("."), named.name] if named.scope else [named.name]
    found: tree.Expr = tree.Name(named.at, named.end, first)
    for part in rest:
        found = tree.Member(named.at, named.end, found, part, max(named.at, named.end - len(part)))
    return tree.Paren(named.at, named.end, found)


def _grouped(operands: list[tree.Expr], operators: list[str]) -> tree.Expr:
    if not operators:
        return operands[0]
    lowest = min(_LEVEL.get(op, 0) for op in operators)
    places = [i for i, op in enumerate(operators) if _LEVEL.get(op, 0) == lowest]
    at = places[0] if lowest == 0 else places[-1]  # ?? groups from the right
    left = _grouped(operands[: at + 1], operators[:at])
    right = _grouped(operands[at + 1 :], operators[at + 1 :])
    return tree.Binary(left.at, right.end, operators[at], left, right)
