"""Chains: `a.b`, `a[0]`, `a(x)`, `a++` and `a?.b`, where one `?.` guards all that follows it.

Source: C# language specification, 12.8.8 "Null conditional member access".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions.parse.arguments import argument, arguments
from gatewright.apim.expressions.parse.reader import Reader, Syntax
from gatewright.apim.expressions.parse.types import identifier, type_arguments, type_of

CHAINED = frozenset(
    {
        "member_access_expression",
        "element_access_expression",
        "invocation_expression",
        "conditional_access_expression",
        "postfix_unary_expression",
        "member_binding_expression",
        "element_binding_expression",
        "identifier",
        "generic_name",
        "alias_qualified_name",
        "qualified_name",
    }
)
_LOOSE = frozenset(
    {
        "binary_expression",
        "prefix_unary_expression",
        "cast_expression",
        "conditional_expression",
        "assignment_expression",
        "lambda_expression",
        "throw_expression",
    }
)


@dataclass(frozen=True, slots=True)
class _Link:
    """A chain under way: what stands around it, what `?.` guards it, and the chain itself."""

    value: tree.Expr
    guard: tree.Expr | None = None
    outer: Callable[[tree.Expr], tree.Expr] | None = None

    def grow(self, step: Callable[[tree.Expr], tree.Expr]) -> _Link:
        return _Link(step(self.value), self.guard, self.outer)

    def close(self) -> tree.Expr:
        value = self.value
        if self.guard is not None:
            value = tree.CondAccess(self.guard.at, value.end, self.guard, value)
        return self.outer(value) if self.outer else value


def chain(r: Reader, node: Syntax) -> tree.Expr:
    """A whole chain as one expression."""
    base = node
    while (under := below(r, base)) is not None:
        base = under
    if base != node and base.type == "is_pattern_expression":  # `x is A.B`, read as `(x is A).B`
        from gatewright.apim.expressions.parse import expressions, precedence

        return precedence.rebuilt(r, node, expressions.expression)
    return _inner(r, node).close()


def below(r: Reader, node: Syntax) -> Syntax | None:
    """What a step of a chain stands behind; None where the chain begins."""
    match node.type:
        case "member_access_expression" | "element_access_expression":
            return r.need(node, "expression")
        case "invocation_expression":
            return r.need(node, "function")
        case "conditional_access_expression":
            return r.need(node, "condition")
        case "postfix_unary_expression":
            return r.kids(node)[0]
        case _:
            return None


def _base(r: Reader, node: Syntax) -> _Link:
    at, end = r.at(node), r.end(node)
    match node.type:
        case "identifier":
            return _Link(tree.Name(at, end, identifier(r, node)))
        case "generic_name":
            name, args = r.kids(node)[:2]
            return _Link(tree.Name(at, end, identifier(r, name), type_arguments(r, args)))
        case "alias_qualified_name":
            return _Link(tree.Name(at, end, identifier(r, r.need(node, "name"))))
        case "qualified_name":
            return _Link(tree.TypeExpr(at, end, type_of(r, node)))
        case "cast_expression" if indexes_name(r, node):
            return _indexed_name(r, node)
        case kind if kind in _LOOSE:
            return _loose(r, node)
        case _:
            from gatewright.apim.expressions.parse.expressions import expression

            return _Link(expression(r, node))


def indexes_name(r: Reader, node: Syntax) -> bool:
    """Whether a cast of a collection is `(x)["y"]`, perhaps with more steps behind."""
    base = r.need(node, "value")
    while (under := below(r, base)) is not None:
        base = under
    return base.type == "collection_expression"


def _indexed_name(r: Reader, node: Syntax) -> _Link:
    """`(x)["y"]`, which the grammar takes for a cast of a collection."""
    from gatewright.apim.expressions.parse.expressions import expression
    from gatewright.apim.expressions.parse.precedence import value_of

    name = value_of(r, r.need(node, "type"), expression)
    steps: list[Syntax] = []
    base = r.need(node, "value")
    while (under := below(r, base)) is not None:
        steps.append(base)
        base = under
    elements = [item for element in r.kids(base) for item in r.kids(element)]
    args = tuple(
        tree.Argument(r.at(item), r.end(item), expression(r, _unwrapped(r, item))) for item in elements
    )
    link = _Link(tree.Index(r.at(node), r.end(base), name, args))
    for step in reversed(steps):
        link = _grow(r, step, link)
    return link


def _unwrapped(r: Reader, node: Syntax) -> Syntax:
    while node.type in ("collection_element", "expression_element"):
        node = r.kids(node)[0]
    return node


def _loose(r: Reader, node: Syntax) -> _Link:
    """`a + b?.c`: the grammar lets `?.` guard `a + b`; C# lets it guard `b` alone."""
    from gatewright.apim.expressions.parse import precedence
    from gatewright.apim.expressions.parse.expressions import expression

    at = r.at(node)
    if precedence.is_misread(r, node):
        operands, operators, last = precedence.split(r, node, expression)
        if isinstance(last, tree.Node):
            r.fail(codes.SYNTAX, node, "put brackets around what stands before ?.")
        return _around(_inner(r, last), lambda v: precedence.grouped([*operands, v], operators))
    if node.type == "cast_expression":
        target = type_of(r, r.need(node, "type"))
        inner = _inner(r, r.need(node, "value"))
        return _around(inner, lambda v: tree.Cast(at, v.end, target, v))
    if node.type == "binary_expression":
        left = expression(r, r.need(node, "left"))
        op = r.source(r.need(node, "operator"))
        inner = _inner(r, r.need(node, "right"))
        return _around(inner, lambda v: tree.Binary(at, v.end, op, left, v))
    if node.type == "prefix_unary_expression":
        op = node.children[0].type
        inner = _inner(r, r.kids(node)[0])
        return _around(inner, lambda v: tree.Unary(at, v.end, op, v))
    if node.type == "conditional_expression":
        test, yes = (expression(r, r.need(node, name)) for name in ("condition", "consequence"))
        inner = _inner(r, r.need(node, "alternative"))
        return _around(inner, lambda v: tree.Ternary(at, v.end, test, yes, v))
    r.fail(codes.SYNTAX, node, "put brackets around what stands before ?.")


def _inner(r: Reader, node: Syntax) -> _Link:
    steps: list[Syntax] = []
    while (under := below(r, node)) is not None:
        steps.append(node)
        node = under
    link = _base(r, node)
    for step in reversed(steps):
        link = _grow(r, step, link)
    return link


def applied(r: Reader, node: Syntax, base: Syntax, instead: Syntax) -> tree.Expr:
    """A chain from a node down to its base, with something else in place of the base."""
    steps: list[Syntax] = []
    while node != base and (under := below(r, node)) is not None:
        steps.append(node)
        node = under
    link = _inner(r, instead)
    for step in reversed(steps):
        link = _grow(r, step, link)
    return link.close()


def _around(inner: _Link, wrap: Callable[[tree.Expr], tree.Expr]) -> _Link:
    outer = inner.outer
    if outer is None:
        return _Link(inner.value, inner.guard, wrap)
    return _Link(inner.value, inner.guard, lambda v: wrap(outer(v)))


def _grow(r: Reader, node: Syntax, link: _Link) -> _Link:
    end = r.end(node)
    match node.type:
        case "member_access_expression":
            return link.grow(_member(r, r.need(node, "name"), end))
        case "element_access_expression":
            written = r.need(node, "subscript")
            args = arguments(r, written)
            if r.source(written)[:1] == "(":  # a call that is assigned to, see `words.with_indexed_calls`
                return link.grow(lambda v: tree.Call(v.at, end, v, args))
            made = r.need(node, "expression")
            if (
                made.type == "array_creation_expression"
                and made.children[-1].type != "initializer_expression"
            ):
                r.fail(codes.SYNTAX, written, "only the first [] behind new may hold a size")
            return link.grow(lambda v: tree.Index(v.at, end, v, args))
        case "invocation_expression":
            args = arguments(r, r.need(node, "arguments"))
            return link.grow(lambda v: tree.Call(v.at, end, v, args))
        case "postfix_unary_expression":
            return _postfix(r, node, link)
        case _:
            return _guarded(r, node, link)


def is_generic_call(r: Reader, node: Syntax) -> bool:
    """Whether `a.As < T > (x)`, as the grammar sometimes reads it, is the call `a.As<T>(x)`."""
    left = r.need(node, "left")
    if node.type != "binary_expression" or r.source(r.need(node, "operator")) != ">":
        return False
    if left.type != "binary_expression" or r.source(r.need(left, "operator")) != "<":
        return False
    if r.need(left, "right").type not in ("identifier", "predefined_type", "generic_name"):
        return False
    base = r.need(node, "right")
    while True:
        under = r.need(base, "left") if base.type == "binary_expression" else below(r, base)
        if under is None:
            return base.type in ("parenthesized_expression", "tuple_expression")
        base = under


def generic_call(r: Reader, node: Syntax, expression: Callable[[Reader, Syntax], tree.Expr]) -> tree.Expr:
    """The call behind `a.As < T > (x)`."""
    left = r.need(node, "left")
    link = _inner(r, r.need(left, "left"))
    types = (type_of(r, r.need(left, "right")),)
    target = link.value
    if not isinstance(target, (tree.Name, tree.Member)):
        r.fail(codes.SYNTAX, node, "a method should stand before <")
    named = _Link(replace(target, type_args=types), link.guard, link.outer)
    return _applied(r, r.need(node, "right"), named, expression)


def _applied(
    r: Reader, node: Syntax, link: _Link, expression: Callable[[Reader, Syntax], tree.Expr]
) -> tree.Expr:
    if node.type == "binary_expression":
        left = _applied(r, r.need(node, "left"), link, expression)
        op = r.source(r.need(node, "operator"))
        return tree.Binary(left.at, r.end(node), op, left, expression(r, r.need(node, "right")))
    steps: list[Syntax] = []
    while (under := below(r, node)) is not None:
        steps.append(node)
        node = under
    args, end = arguments(r, node), r.end(node)
    link = link.grow(lambda v: tree.Call(v.at, end, v, args))
    for step in reversed(steps):
        link = _grow(r, step, link)
    return link.close()


def _member(r: Reader, name: Syntax, end: int) -> Callable[[tree.Expr], tree.Expr]:
    at = r.at(name)
    if name.type == "generic_name":
        first, args = r.kids(name)[:2]
        types = type_arguments(r, args)
        return lambda v: tree.Member(v.at, end, v, identifier(r, first), at, types)
    return lambda v: tree.Member(v.at, end, v, identifier(r, name), at)


def _postfix(r: Reader, node: Syntax, link: _Link) -> _Link:
    op = node.children[-1].type
    if op == "!":
        r.refuse(node, "the operator ! behind a value, of C# 8")
    return link.grow(lambda v: tree.Unary(v.at, r.end(node), "p" + op, v))


def _guarded(r: Reader, node: Syntax, link: _Link) -> _Link:
    """`target?.rest`: a second `?.` nests inside the first, which guards it too."""
    condition = r.need(node, "condition")
    bound = next(child for child in reversed(node.named_children) if child != condition)
    here = tree.CondTarget(r.at(condition), r.end(condition))
    steps: list[Syntax] = []
    inner = bound
    while inner.type not in ("member_binding_expression", "element_binding_expression"):
        under = below(r, inner)
        if under is None:
            r.fail(codes.SYNTAX, bound, "a member or [index] should stand behind ?")
        steps.append(inner)
        inner = under
    first = _Link(_binding(r, inner, here))
    for step in reversed(steps):
        first = _grow(r, step, first)
    rest = first.value
    if link.guard is None:
        return _Link(rest, link.value, link.outer)
    return _Nested.build(link, rest)


def _binding(r: Reader, node: Syntax, here: tree.CondTarget) -> tree.Expr:
    if node.type == "member_binding_expression":
        return _member(r, r.need(node, "name"), r.end(node))(here)
    args = tuple(argument(r, child) for child in r.kids(node))
    return tree.Index(here.at, r.end(node), here, args)


class _Nested:
    """`a?.b?.c`: the second guard takes the first chain as its target and everything after as its rest."""

    @staticmethod
    def build(link: _Link, rest: tree.Expr) -> _Link:
        guard, value, outer = link.guard, link.value, link.outer
        if guard is None:
            raise AssertionError("a nested guard needs an outer one")

        def wrap(whole: tree.Expr) -> tree.Expr:
            closed: tree.Expr = tree.CondAccess(guard.at, whole.end, guard, whole)
            return outer(closed) if outer else closed

        return _Link(rest, value, wrap)
