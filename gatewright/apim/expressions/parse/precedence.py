"""`(a.b) + c`, which the grammar takes for a cast of `+c`.

C# reads brackets around a name in front of `+ - * &` as a value, unless the name is a keyword such as `int`;
what stands around is then grouped anew by precedence. A prefix operator or cast in front, `-(a) + b`, belongs
to the value alone. `a is B && c`, which it takes for the pattern `B && c`, is put right in the same way.

Source: C# language specification, 12.9.7 "Cast expressions" and 12.4.2 "Operator precedence".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gatewright.apim.expressions import codes, tree
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
    ("<", ">", "<=", ">=", "is"),
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
    value = _base(r, r.need(node, "value"))
    return value.type == "prefix_unary_expression" and value.children[0].type in ("+", "-", "*", "&", "^")


_TESTS = ("is_expression", "is_pattern_expression", "as_expression")
_TAKING = (
    *_TESTS,
    "conditional_access_expression",
    "member_access_expression",
    "invocation_expression",
    "element_access_expression",
)


def _base(r: Reader, node: Syntax) -> Syntax:
    """What a chain begins with: `?.` in it takes hold of all operators in front."""
    from gatewright.apim.expressions.parse.chains import below

    while (inner := below(r, node)) is not None:
        node = inner
    return node


def _shifted(r: Reader, node: Syntax) -> Syntax | None:
    """`a < b >> 2`, which the grammar takes for `a<b> > 2`: what it reads as a generic name."""
    leaf = r.need(node, "left")
    while leaf.type == "binary_expression":
        leaf = r.need(leaf, "right")
    operator = r.need(node, "operator")
    if r.source(operator) != ">" or leaf.end_byte != operator.start_byte:
        return None
    return leaf if _generic(leaf) is not None else None


def _generic(node: Syntax) -> Syntax | None:
    """The generic name that a name, member or guarded member ends with."""
    if node.type == "conditional_access_expression":
        node = node.named_children[-1]
    name = node if node.type == "generic_name" else node.child_by_field_name("name")
    return name if name is not None and name.type == "generic_name" else None


def _compared(r: Reader, node: Syntax, expression: Expression) -> tuple[tree.Expr, tree.Expr]:
    """`a` and `b` of what the grammar takes for the generic name `a<b>`."""
    found, name = expression(r, node), _generic(node)
    written = r.kids(r.kids(name)[1]) if name is not None else []
    if len(written) == 1:
        size = value_of(r, written[0], expression)
        if isinstance(found, (tree.Name, tree.Member)):
            return replace(found, type_args=()), size
        if isinstance(found, tree.CondAccess) and isinstance(found.rest, tree.Member):
            return replace(found, rest=replace(found.rest, type_args=())), size
    r.refuse(node, "a type in front of an operator")


def _takes_all(r: Reader, node: Syntax) -> bool:
    """Whether a chain or type test begins with operators that stand in front of it."""
    if node.type in _TESTS:
        return is_misread(r, r.kids(node)[0])
    base = _base(r, node)
    return base.type == "binary_expression" or _constant(r, base) is not None or is_misread(r, base)


def swallowed(r: Reader, node: Syntax) -> Syntax | None:
    """The operators behind `is` that the grammar takes for a constant pattern; None for any other node."""
    inner = _constant(r, node)
    if inner is None:
        return None
    takes = inner.type == "binary_expression" or (inner.type in _TAKING and _takes_all(r, inner))
    return inner if takes else None


def _constant(r: Reader, node: Syntax) -> Syntax | None:
    """The constant behind `is`; None for any other node."""
    if node.type != "is_pattern_expression" or r.need(node, "pattern").type != "constant_pattern":
        return None
    return r.kids(r.need(node, "pattern"))[0]


def _cut_short(r: Reader, node: Syntax) -> bool:
    """Whether an operator that binds closer than `is` stands behind a test: `x is 1 + 2`."""
    left = r.need(node, "left")
    while left.type == "binary_expression":
        left = r.need(left, "right")
    closer = _LEVEL.get(r.source(r.need(node, "operator")), 0) > _LEVEL["is"]
    return closer and _constant(r, left) is not None


def _unwound(value: tree.Expr) -> tuple[list[tree.Expr], list[str]]:
    """Operands and operators of regrouped operators, in the order of the text."""
    if not isinstance(value, tree.Binary):
        return [value], []
    operands, operators = _unwound(value.left)
    behind, others = _unwound(value.right)
    return [*operands, *behind], [*operators, value.op, *others]


_MOST_PREFIXES = 200


def _innermost(r: Reader, node: Syntax) -> Syntax:
    """What stands behind prefix operators and casts.

    Raises:
        Rejected: EXP309 for very many of them.
    """
    for _ in range(_MOST_PREFIXES):
        if _named_cast(r, node):
            return node
        if node.type == "prefix_unary_expression":
            node = r.kids(node)[0]
        elif node.type == "cast_expression":
            node = r.need(node, "value")
        else:
            return node
    r.fail(codes.TOO_COMPLEX, node, "the expression is nested too deeply")


def is_misread(r: Reader, node: Syntax) -> bool:
    """Whether such a cast is an operand of the operators at a node."""
    stack = [node]
    while stack:
        at = stack.pop()
        if at.type == "binary_expression":
            if _shifted(r, at) is not None or _cut_short(r, at):
                return True
            stack += [r.need(at, "left"), r.need(at, "right")]
        elif at.type in _TAKING:
            if swallowed(r, at) is not None or _takes_all(r, at):
                return True
        elif _named_cast(r, _innermost(r, at)):
            return True
    return False


def rebuilt(r: Reader, node: Syntax, expression: Expression) -> tree.Expr:
    """The operators at a node, grouped as C# groups them."""
    operands, operators, last = split(r, node, expression)
    end = last if isinstance(last, tree.Node) else expression(r, last)
    return grouped([*operands, end], operators)


def split(
    r: Reader, node: Syntax, expression: Expression
) -> tuple[list[tree.Expr], list[str], Syntax | tree.Expr]:
    """The operands and operators at a node in a row; the last operand is left as it is written."""
    from gatewright.apim.expressions.parse.chains import applied

    operands: list[tree.Expr] = []
    operators: list[str] = []
    shifted: list[Syntax] = []
    pending: list[Syntax | tree.Expr] = []

    def flatten(at: Syntax) -> None:
        if at.type == "binary_expression":
            leaf = _shifted(r, at)
            if leaf is not None:
                shifted.append(leaf)
            flatten(r.need(at, "left"))
            take(">>" if leaf is not None else r.source(r.need(at, "operator")))
            flatten(r.need(at, "right"))
        elif at in shifted:
            compared, size = _compared(r, at, expression)
            operands.append(compared)
            operators.append("<")
            pending.append(size)
        elif _named_cast(r, last := _innermost(r, at)):
            operands.append(_prefixed(r, at, value_of(r, r.need(last, "type"), expression)))
            inner = _base(r, r.need(last, "value"))
            operator, behind = inner.children[0].type, r.kids(inner)[0]
            if inner != r.need(last, "value"):
                # `(a) * b.c`: the grammar lets the operator belong to `b` alone
                operators.append(operator)
                pending.append(applied(r, r.need(last, "value"), inner, behind))
                return
            if operator == "&" and behind.type == "prefix_unary_expression":
                if behind.children[0].type == "&" and behind.start_byte == inner.start_byte + 1:
                    operator, behind = "&&", r.kids(behind)[0]
            operators.append(operator)
            flatten(behind)
        elif (pattern := _constant(r, at)) is not None:
            flatten(r.need(at, "expression"))
            take("is")
            flatten(pattern)
        elif at.type in _TAKING and (pattern := _constant(r, base := _base(r, at))) is not None:
            # `x is A.B`: the grammar takes `.B` for a member of the test
            flatten(r.need(base, "expression"))
            take("is")
            pending.append(applied(r, at, base, pattern))
        elif at.type in _TAKING and _takes_all(r, at):
            inside, between = _unwound(expression(r, at))
            operands.extend(inside[:-1])
            operators.extend(between)
            pending.append(inside[-1])
        else:
            pending.append(at)

    def take(operator: str) -> None:
        operands.extend(x if isinstance(x, tree.Node) else expression(r, x) for x in pending)
        pending.clear()
        operators.append(operator)

    flatten(node)
    return operands, operators, pending[0]


def under(value: tree.Expr, wrap: Callable[[tree.Expr], tree.Expr]) -> tree.Expr:
    """`is` and `as` behind regrouped operators take what stands last; `==` and looser ones stay around."""
    if isinstance(value, tree.Binary) and _LEVEL.get(value.op, 0) <= _LEVEL["=="]:
        right = under(value.right, wrap)
        return tree.Binary(value.at, right.end, value.op, value.left, right)
    return wrap(value)


def _prefixed(r: Reader, node: Syntax, value: tree.Expr) -> tree.Expr:
    """The prefix operators and casts from a node down, around a value."""
    if _named_cast(r, node):
        return value
    if node.type == "prefix_unary_expression":
        inner = _prefixed(r, r.kids(node)[0], value)
        return tree.Unary(r.at(node), value.end, node.children[0].type, inner)
    inner = _prefixed(r, r.need(node, "value"), value)
    return tree.Cast(r.at(node), value.end, type_of(r, r.need(node, "type")), inner)


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


def grouped(operands: list[tree.Expr], operators: list[str]) -> tree.Expr:
    """Operands and operators in a row as a tree, by precedence."""
    if not operators:
        return operands[0]
    lowest = min(_LEVEL.get(op, 0) for op in operators)
    places = [i for i, op in enumerate(operators) if _LEVEL.get(op, 0) == lowest]
    at = places[0] if lowest == 0 else places[-1]  # ?? groups from the right
    left = grouped(operands[: at + 1], operators[:at])
    right = grouped(operands[at + 1 :], operators[at + 1 :])
    if operators[at] == "is":
        return tree.Is(left.at, right.end, left, tree.ConstPattern(right.at, right.end, right))
    return tree.Binary(left.at, right.end, operators[at], left, right)
