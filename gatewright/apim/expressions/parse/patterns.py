"""Patterns behind `is` and `case`: constants, types and declarations, as C# 7 has them."""

from __future__ import annotations

from collections.abc import Callable

from gatewright.apim.expressions import tree
from gatewright.apim.expressions.parse.reader import Reader, Syntax
from gatewright.apim.expressions.parse.types import identifier, type_of

_LATER = {
    "negated_pattern": "the pattern not of C# 9",
    "relational_pattern": "a relational pattern of C# 9",
    "and_pattern": "the pattern and of C# 9",
    "or_pattern": "the pattern or of C# 9",
    "recursive_pattern": "a property pattern of C# 8",
    "list_pattern": "a list pattern of C# 11",
    "discard": "the pattern _ of C# 8",
    "parenthesized_pattern": "a pattern in brackets of C# 9",
}


def pattern(r: Reader, node: Syntax, expression: Callable[[Reader, Syntax], tree.Expr]) -> tree.Pattern:
    """A pattern of the grammar as ours.

    Raises:
        Rejected: EXP302 for patterns of later versions of C#.
    """
    at, end = r.at(node), r.end(node)
    match node.type:
        case "constant_pattern":
            return tree.ConstPattern(at, end, expression(r, r.kids(node)[0]))
        case "declaration_pattern":
            name = node.child_by_field_name("name")
            declared = identifier(r, name) if name and name.type == "identifier" else None
            return tree.DeclPattern(at, end, type_of(r, r.need(node, "type")), declared)
        case "var_pattern":
            name = r.kids(node)[-1]
            kind = tree.VarType(at, end)
            return tree.DeclPattern(at, end, kind, identifier(r, name))
        case "type_pattern":
            return tree.DeclPattern(at, end, type_of(r, r.kids(node)[0]), None)
        case kind:
            r.refuse(node, _LATER.get(kind, kind.replace("_", " ")))
