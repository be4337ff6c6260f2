"""Expressions: literals, operators, creation. Chains of `.`, `[]`, `()` and `?.` are in `chains`."""

from __future__ import annotations

from collections.abc import Callable

from gatewright.apim.expressions import codes, literals, tree
from gatewright.apim.expressions.parse import arguments, chains, creation, patterns, precedence, queries
from gatewright.apim.expressions.parse.reader import Reader, Syntax
from gatewright.apim.expressions.parse.types import identifier, type_of
from gatewright.diagnostics import Rejected

MAX_DEPTH = 120


def whole_expression(outer: Reader, code: str, shift: int) -> tree.Expr:
    """The one expression that makes up a text.

    Raises:
        Rejected: EXP301 when it is not one whole expression.
    """
    if not code.strip():
        raise Rejected([outer.text.fault(codes.SYNTAX, shift, shift + 1, "the expression is empty")])
    r, body = outer.statements_of(code, shift, "return ", "\n;")
    found = r.kids(body)
    if len(found) != 1 or found[0].type != "return_statement" or len(r.kids(found[0])) != 1:
        r.fail(codes.SYNTAX, body, "this is not one C# expression", "write @{ ... } for statements")
    return expression(r, r.kids(found[0])[0])


def expression(r: Reader, node: Syntax) -> tree.Expr:
    """Any expression of the grammar as ours.

    Raises:
        Rejected: EXP302 for a construct that is not interpreted.
    """
    if node.type in chains.CHAINED:
        return chains.chain(r, node)
    convert = _CONVERT.get(node.type)
    if convert is None:
        r.refuse(node, _REFUSED.get(node.type, node.type.replace("_", " ")))
    return convert(r, node)


def _literal(r: Reader, node: Syntax) -> tree.Expr:
    text = r.source(node)
    try:
        kind, value = _literal_value(node.type, text)
    except literals.BadLiteral as fault:
        r.fail(codes.SYNTAX, node, str(fault))
    return tree.Literal(r.at(node), r.end(node), kind, value)


def _literal_value(kind: str, text: str) -> tuple[str, str | int | float | bool | None]:
    match kind:
        case "string_literal" | "verbatim_string_literal":
            return "string", literals.string_value(text)
        case "character_literal":
            return "char", literals.char_value(text)
        case "integer_literal":
            return literals.integer_value(text)
        case "real_literal":
            return literals.real_value(text)
        case "boolean_literal":
            return "bool", text == "true"
        case _:
            return "null", None


def _interpolated(r: Reader, node: Syntax) -> tree.Expr:
    text = r.source(node)
    at = r.at(node)
    if text.startswith("$$") or '"""' in text[:5]:
        r.refuse(node, "a raw string")
    parts: list[str | tree.Hole] = []
    try:
        for piece in literals.interpolated_pieces(text):
            if isinstance(piece, str):
                parts.append(piece)
                continue
            value = whole_expression(r, piece.value, at + piece.value_at)
            alignment = None
            if piece.alignment is not None:
                alignment = whole_expression(r, piece.alignment, at + piece.alignment_at)
            where = at + piece.value_at
            parts.append(tree.Hole(where, where + len(piece.value), value, alignment, piece.format))
    except literals.BadLiteral as fault:
        r.fail(codes.SYNTAX, node, str(fault))
    return tree.Interpolated(at, r.end(node), tuple(parts))


def _binary(r: Reader, node: Syntax) -> tree.Expr:
    if precedence.is_misread(r, node):
        return precedence.rebuilt(r, node, expression)
    if node.named_children[-1].type == "initializer_expression":
        return creation.new_of_tuples(r, node)
    # left-deep: a long sum must not become deep recursion of ours
    line: list[Syntax] = []
    while node.type == "binary_expression":
        line.append(node)
        node = r.need(node, "left")
    left = expression(r, node)
    while len(line) > 1 and chains.is_generic_call(r, line[-2]):
        left = chains.generic_call(r, line[-2], expression)
        del line[-2:]
    for step in reversed(line):
        op = r.source(r.need(step, "operator"))
        right = expression(r, r.need(step, "right"))
        if op == ">>>":
            r.refuse(step, "the operator >>>")
        left = tree.Binary(left.at, r.end(step), op, left, right)
    return left


def _assign(r: Reader, node: Syntax) -> tree.Expr:
    op = r.source(r.need(node, "operator"))[:-1]
    if op == "??":
        r.refuse(node, "the operator ??= of C# 8")
    left, right = (expression(r, r.need(node, side)) for side in ("left", "right"))
    return tree.Assign(r.at(node), r.end(node), op, left, right)


def _ternary(r: Reader, node: Syntax) -> tree.Expr:
    parts = [expression(r, r.need(node, name)) for name in ("condition", "consequence", "alternative")]
    return tree.Ternary(r.at(node), r.end(node), *parts)


def _prefix(r: Reader, node: Syntax) -> tree.Expr:
    if precedence.is_misread(r, node):
        return precedence.rebuilt(r, node, expression)
    op = node.children[0].type
    inner = r.kids(node)[0]
    value = expression(r, inner)
    if op in ("&", "*", "^"):
        r.refuse(node, f"the prefix operator {op}")
    if op == "-" and inner.type == "integer_literal" and isinstance(value, tree.Literal):
        smallest: dict[tuple[str, object], str] = {("uint", 1 << 31): "int", ("ulong", 1 << 63): "long"}
        kind = smallest.get((value.kind, value.value))
        if kind and isinstance(value.value, int):
            return tree.Literal(r.at(node), r.end(node), kind, -value.value)
    return tree.Unary(r.at(node), r.end(node), op, value)


def _cast(r: Reader, node: Syntax) -> tree.Expr:
    target = r.need(node, "type")
    value = r.need(node, "value")
    if chains.indexes_name(r, node):
        return chains.chain(r, node)
    if precedence.is_misread(r, node):
        return precedence.rebuilt(r, node, expression)
    return tree.Cast(r.at(node), r.end(node), type_of(r, target), expression(r, value))


def _as(r: Reader, node: Syntax) -> tree.Expr:
    end, kind = r.end(node), type_of(r, r.need(node, "right"))
    return _tested(r, r.need(node, "left"), lambda v: tree.As(v.at, end, v, kind))


def _tested(r: Reader, left: Syntax, wrap: Callable[[tree.Expr], tree.Expr]) -> tree.Expr:
    value = expression(r, left)
    return precedence.under(value, wrap) if precedence.is_misread(r, left) else wrap(value)


def _is(r: Reader, node: Syntax) -> tree.Expr:
    left, right = r.need(node, "left"), r.need(node, "right")
    end = r.end(node)
    pattern = tree.DeclPattern(r.at(right), r.end(right), type_of(r, right), None)
    return _tested(r, left, lambda v: tree.Is(v.at, end, v, pattern))


def _is_pattern(r: Reader, node: Syntax) -> tree.Expr:
    if precedence.swallowed(r, node) is not None:
        return precedence.rebuilt(r, node, expression)
    end, pattern = r.end(node), patterns.pattern(r, r.need(node, "pattern"), expression)
    return _tested(r, r.need(node, "expression"), lambda v: tree.Is(v.at, end, v, pattern))


def _paren(r: Reader, node: Syntax) -> tree.Expr:
    return tree.Paren(r.at(node), r.end(node), expression(r, r.kids(node)[0]))


def _typeof(r: Reader, node: Syntax) -> tree.Expr:
    return tree.TypeOf(r.at(node), r.end(node), type_of(r, r.need(node, "type")))


_SIZES = {
    "bool": 1,
    "byte": 1,
    "sbyte": 1,
    "short": 2,
    "ushort": 2,
    "char": 2,
    "int": 4,
    "uint": 4,
    "float": 4,
    "long": 8,
    "ulong": 8,
    "double": 8,
    "decimal": 16,
}


def _sizeof(r: Reader, node: Syntax) -> tree.Expr:
    size = _SIZES.get(r.source(r.need(node, "type")))
    if size is None:
        r.refuse(node, "sizeof of this type")
    return tree.Literal(r.at(node), r.end(node), "int", size)


def _default(r: Reader, node: Syntax) -> tree.Expr:
    found = node.child_by_field_name("type")
    return tree.Default(r.at(node), r.end(node), type_of(r, found) if found else None)


def _throw(r: Reader, node: Syntax) -> tree.Expr:
    return tree.ThrowExpr(r.at(node), r.end(node), expression(r, r.kids(node)[0]))


def _tuple(r: Reader, node: Syntax) -> tree.Expr:
    items = tuple(arguments.argument(r, child) for child in r.kids(node))
    return tree.Tuple(r.at(node), r.end(node), items)


def _new_variable(r: Reader, node: Syntax) -> tree.Expr:
    kind, name = r.need(node, "type"), r.need(node, "name")
    if kind.type == "pointer_type":
        # `a * b` as an argument, which the grammar takes for the declaration of a pointer
        left = precedence.value_of(r, r.need(kind, "type"), expression)
        right = tree.Name(r.at(name), r.end(name), identifier(r, name))
        return tree.Binary(r.at(node), r.end(node), "*", left, right)
    return tree.NewVariable(r.at(node), r.end(node), type_of(r, kind), identifier(r, name))


def _checked(r: Reader, node: Syntax) -> tree.Expr:
    on = node.children[0].type == "checked"
    return tree.Checked(r.at(node), r.end(node), on, expression(r, r.kids(node)[0]))


def _ref(r: Reader, node: Syntax) -> tree.Expr:
    return tree.RefTo(r.at(node), r.end(node), expression(r, r.kids(node)[0]))


def _predefined(r: Reader, node: Syntax) -> tree.Expr:
    return tree.TypeExpr(r.at(node), r.end(node), type_of(r, node))


def _lambda(r: Reader, node: Syntax) -> tree.Expr:
    if any(child.type == "modifier" for child in node.children):
        r.refuse(node, "an async or static lambda")
    written = r.need(node, "parameters")
    body = r.need(node, "body")
    if written.type == "implicit_parameter":
        parameters: tuple[tree.Parameter, ...] = (
            tree.Parameter(r.at(written), r.end(written), identifier(r, written)),
        )
    else:
        parameters = arguments.parameters(r, written)
    return tree.Lambda(r.at(node), r.end(node), parameters, _body(r, body))


def _delegate(r: Reader, node: Syntax) -> tree.Expr:
    written = node.child_by_field_name("parameters")
    if any(child.type == "modifier" for child in node.children):
        r.refuse(node, "an async or static lambda")
    parameters = arguments.parameters(r, written) if written else ()
    block = next(child for child in node.named_children if child.type == "block")
    return tree.Lambda(r.at(node), r.end(node), parameters, _body(r, block), written is None)


def _body(r: Reader, node: Syntax) -> tree.Expr | tree.Block:
    if node.type == "block":
        from gatewright.apim.expressions.parse import statements

        return statements.block(r, node)
    return expression(r, node)


_CONVERT: dict[str, Callable[[Reader, Syntax], tree.Expr]] = {
    "string_literal": _literal,
    "verbatim_string_literal": _literal,
    "character_literal": _literal,
    "integer_literal": _literal,
    "real_literal": _literal,
    "boolean_literal": _literal,
    "null_literal": _literal,
    "interpolated_string_expression": _interpolated,
    "binary_expression": _binary,
    "assignment_expression": _assign,
    "conditional_expression": _ternary,
    "prefix_unary_expression": _prefix,
    "cast_expression": _cast,
    "as_expression": _as,
    "is_expression": _is,
    "is_pattern_expression": _is_pattern,
    "parenthesized_expression": _paren,
    "typeof_expression": _typeof,
    "default_expression": _default,
    "throw_expression": _throw,
    "sizeof_expression": _sizeof,
    "tuple_expression": _tuple,
    "declaration_expression": _new_variable,
    "checked_expression": _checked,
    "ref_expression": _ref,
    "predefined_type": _predefined,
    "object_creation_expression": creation.new,
    "array_creation_expression": creation.new_array,
    "implicit_array_creation_expression": creation.implicit_array,
    "initializer_expression": creation.bare_array,
    "anonymous_object_creation_expression": creation.anonymous,
    "lambda_expression": _lambda,
    "anonymous_method_expression": _delegate,
    "query_expression": lambda r, node: queries.query(r, node, expression),
}

_REFUSED = {
    "raw_string_literal": "a raw string",
    "switch_expression": "a switch expression of C# 8",
    "range_expression": "a range of C# 8",
    "await_expression": "await",
    "collection_expression": "a collection expression of C# 12",
    "implicit_object_creation_expression": "new() without a type",
    "stackalloc_expression": "stackalloc",
    "implicit_stackalloc_expression": "stackalloc",
    "with_expression": "a with expression of C# 9",
    "makeref_expression": "__makeref",
    "this": "this",
    "base": "base",
}
