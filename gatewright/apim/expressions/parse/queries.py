"""LINQ query syntax, rewritten to the method calls it stands for.

Several range variables travel as one anonymous object; a lambda's parameter that names several (with
spaces between) is taken apart when it is bound.

Source: C# language specification, 12.20.3 "Query expression translation".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gatewright.apim.expressions import tree
from gatewright.apim.expressions.parse.reader import Reader, Syntax
from gatewright.apim.expressions.parse.types import identifier, type_of

Expression = Callable[[Reader, Syntax], tree.Expr]


def query(r: Reader, node: Syntax, expression: Expression) -> tree.Expr:
    """`from x in xs ... select y` as calls of Select, Where and the like."""
    first, *clauses = r.kids(node)
    name, source = _range(r, first, expression)
    state = _Query(r, expression, source, (name,))
    for clause in clauses:
        state.clause(clause)
    return state.value


def _range(r: Reader, node: Syntax, expression: Expression) -> tuple[str, tree.Expr]:
    kids = r.kids(node)
    written = node.child_by_field_name("type")
    source = expression(r, kids[-1])
    if written is not None:
        cast = tree.Member(source.at, source.end, source, "Cast", source.at, (type_of(r, written),))
        source = tree.Call(source.at, source.end, cast, ())
    return identifier(r, r.need(node, "name")), source


@dataclass(slots=True)
class _Query:
    r: Reader
    expression: Expression
    value: tree.Expr
    names: tuple[str, ...]

    def clause(self, node: Syntax) -> None:
        """One more clause."""
        kids = self.r.kids(node)
        match node.type:
            case "where_clause":
                self._call(node, "Where", self._over(kids[0]))
            case "let_clause":
                name = identifier(self.r, kids[0])
                made = self._object(node, (*self.names, name), self.expression(self.r, kids[1]))
                self._call(node, "Select", self._lambda(node, (self._parameter(),), made))
                self.names = (*self.names, name)
            case "order_by_clause":
                self._order(node)
            case "from_clause":
                self._from(node)
            case "join_clause":
                self._join(node)
            case "select_clause":
                self._call(node, "Select", self._over(kids[0]))
            case "group_clause":
                self._group(node, kids)
            case "identifier":
                self.names = (identifier(self.r, node),)
            case _:
                self.r.refuse(node, f"{node.type.replace('_', ' ')} in a LINQ query")

    def _parameter(self) -> str:
        return " ".join(self.names)

    def _lambda(self, node: Syntax, names: tuple[str, ...], body: tree.Expr) -> tree.Lambda:
        at, end = self.r.at(node), self.r.end(node)
        return tree.Lambda(at, end, tuple(tree.Parameter(at, end, n, fixed=True) for n in names), body)

    def _over(self, node: Syntax) -> tree.Lambda:
        return self._lambda(node, (self._parameter(),), self.expression(self.r, node))

    def _call(self, node: Syntax, method: str, *args: tree.Expr) -> None:
        at, end = self.r.at(node), self.r.end(node)
        target = tree.Member(at, end, self.value, method, at)
        given = tuple(tree.Argument(a.at, a.end, a) for a in args)
        self.value = tree.Call(at, end, target, given)

    def _object(self, node: Syntax, names: tuple[str, ...], last: tree.Expr | None = None) -> tree.Expr:
        at, end = self.r.at(node), self.r.end(node)
        values: list[tree.Expr] = [tree.Name(at, end, n) for n in names]
        if last is not None:
            values[-1] = last
        return tree.Anonymous(at, end, tuple(zip(names, values, strict=True)))

    def _order(self, node: Syntax) -> None:
        method = "OrderBy"
        children = [c for c in node.children if c.type not in ("comment", "orderby", ",")]
        at = 0
        while at < len(children):
            descending = at + 1 < len(children) and children[at + 1].type == "descending"
            self._call(node, method + ("Descending" if descending else ""), self._over(children[at]))
            at += 1
            while at < len(children) and children[at].type in ("ascending", "descending"):
                at += 1
            method = "ThenBy"

    def _from(self, node: Syntax) -> None:
        name, source = _range(self.r, node, self.expression)
        names = (*self.names, name)
        inner = self._lambda(node, (self._parameter(),), source)
        pair = self._lambda(node, (self._parameter(), name), self._object(node, names))
        self._call(node, "SelectMany", inner, pair)
        self.names = names

    def _join(self, node: Syntax) -> None:
        kids = self.r.kids(node)
        into = kids.pop() if kids[-1].type == "join_into_clause" else None
        name, source = identifier(self.r, kids[0]), self.expression(self.r, kids[1])
        outer = self._over(kids[2])
        inner = self._lambda(node, (name,), self.expression(self.r, kids[3]))
        method = "Join"
        if into is not None:
            method, name = "GroupJoin", identifier(self.r, self.r.kids(into)[0])
        names = (*self.names, name)
        pair = self._lambda(node, (self._parameter(), name), self._object(node, names))
        self._call(node, method, source, outer, inner, pair)
        self.names = names

    def _group(self, node: Syntax, kids: list[Syntax]) -> None:
        element, key = kids
        plain = element.type == "identifier" and (identifier(self.r, element),) == self.names
        self._call(node, "GroupBy", self._over(key), *(() if plain else (self._over(element),)))


__all__ = ["query"]
