"""Statements of a block."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions.parse import arguments
from gatewright.apim.expressions.parse.expressions import expression
from gatewright.apim.expressions.parse.patterns import pattern
from gatewright.apim.expressions.parse.reader import Reader, Syntax
from gatewright.apim.expressions.parse.types import identifier, type_of

_REFUSED = {
    "unsafe_statement": "unsafe",
    "fixed_statement": "fixed",
    "using_directive": "a using directive",
    "class_declaration": "a class declaration",
    "local_function_statement": "a local function",
}


def whole_block(outer: Reader) -> tree.Block:
    """The statements of `@{...}`."""
    r, body = outer.statements_of(outer.text.code, 0)
    return tree.Block(0, len(outer.text.code), _all(r, body))


def block(r: Reader, node: Syntax) -> tree.Block:
    """`{ ... }`."""
    return tree.Block(r.at(node), r.end(node), _all(r, node))


def _all(r: Reader, node: Syntax) -> tuple[tree.Statement, ...]:
    return tuple(statement(r, child) for child in r.kids(node))


def statement(r: Reader, node: Syntax) -> tree.Statement:
    """Any statement of the grammar as ours.

    Raises:
        Rejected: EXP302 for a construct that is not interpreted.
    """
    convert = _CONVERT.get(node.type)
    if convert is None:
        r.refuse(node, _REFUSED.get(node.type, node.type.replace("_", " ")))
    return convert(r, node)


def _declare(r: Reader, node: Syntax) -> tree.Statement:
    constant = False
    for child in node.children:
        if child.type == "modifier":
            constant = r.source(child) == "const"
            if not constant:
                r.fail(codes.SYNTAX, child, f"{r.source(child)} may not stand before a local variable")
        elif child.type in ("using", "await"):
            r.refuse(node, "a using declaration of C# 8")
    held = next(child for child in node.named_children if child.type == "variable_declaration")
    taken = _taken_apart(r, held)
    return taken or declaration(r, held, constant)


def _taken_apart(r: Reader, node: Syntax) -> tree.Statement | None:
    """`var (a, b) = value` as an assignment that declares its variables."""
    found = next((c for c in r.kids(node) if c.type == "variable_declarator"), None)
    name = next((c for c in r.kids(found) if c.type == "tuple_pattern"), None) if found else None
    if found is None or name is None:
        return None
    value = expression(r, r.kids(found)[-1])
    at, end = r.at(node), r.end(node)
    return tree.ExprStatement(at, end, tree.Assign(at, end, "", _new_variables(r, name), value))


def _new_variables(r: Reader, node: Syntax) -> tree.Tuple:
    """`(a, (b, _))` behind `var`."""
    items: list[tree.Argument] = []
    for child in r.kids(node):
        at, end = r.at(child), r.end(child)
        value: tree.Expr
        if child.type == "tuple_pattern":
            value = _new_variables(r, child)
        else:
            value = tree.NewVariable(at, end, tree.VarType(at, end), identifier(r, child))
        items.append(tree.Argument(at, end, value))
    return tree.Tuple(r.at(node), r.end(node), tuple(items))


def declaration(r: Reader, node: Syntax, constant: bool = False) -> tree.Declare:
    """`T a = x, b`."""
    names: list[tuple[str, tree.Expr | None, int]] = []
    for child in r.kids(node):
        if child.type != "variable_declarator":
            continue
        name = child.child_by_field_name("name")
        if name is None or name.type != "identifier":
            r.refuse(node, "this declaration")
        values = [c for c in r.kids(child) if c != name]
        if any(c.type == "bracketed_argument_list" for c in values):
            r.fail(codes.SYNTAX, child, "brackets may not stand behind a variable's name")
        value = expression(r, values[-1]) if values else None
        names.append((identifier(r, name), value, r.at(name)))
    return tree.Declare(r.at(node), r.end(node), type_of(r, r.need(node, "type")), tuple(names), constant)


def _expression(r: Reader, node: Syntax) -> tree.Statement:
    return tree.ExprStatement(r.at(node), r.end(node), expression(r, r.kids(node)[0]))


def _if(r: Reader, node: Syntax) -> tree.Statement:
    other = node.child_by_field_name("alternative")
    test = expression(r, r.need(node, "condition"))
    yes = statement(r, r.need(node, "consequence"))
    return tree.If(r.at(node), r.end(node), test, yes, statement(r, other) if other else None)


def _while(r: Reader, node: Syntax) -> tree.Statement:
    test, body = r.need(node, "condition"), r.need(node, "body")
    first = node.type == "do_statement"
    return tree.While(r.at(node), r.end(node), expression(r, test), statement(r, body), first)


def _for(r: Reader, node: Syntax) -> tree.Statement:
    init: list[tree.Statement] = []
    for child in node.children_by_field_name("initializer"):
        if child.type == "variable_declaration":
            init.append(declaration(r, child))
        elif child.is_named:
            init.append(tree.ExprStatement(r.at(child), r.end(child), expression(r, child)))
    update = [expression(r, c) for c in node.children_by_field_name("update") if c.is_named]
    found = node.child_by_field_name("condition")
    test = expression(r, found) if found else None
    body = statement(r, r.need(node, "body"))
    return tree.For(r.at(node), r.end(node), tuple(init), test, tuple(update), body)


def _foreach(r: Reader, node: Syntax) -> tree.Statement:
    left = r.need(node, "left")
    values = expression(r, r.need(node, "right"))
    body = statement(r, r.need(node, "body"))
    at, end = r.at(node), r.end(node)
    if left.type != "identifier":
        return _foreach_parts(r, node, left, values, body)
    kind = type_of(r, r.need(node, "type"))
    return tree.ForEach(at, end, kind, identifier(r, left), values, body)


def _foreach_parts(
    r: Reader, node: Syntax, left: Syntax, values: tree.Expr, body: tree.Statement
) -> tree.Statement:
    """`foreach (var (a, b) in values)`: each element is taken apart in front of the body."""
    at, end = r.at(left), r.end(left)
    element = f"<{at}>"
    parts = _new_variables(r, left) if left.type == "tuple_pattern" else expression(r, left)
    taken = tree.Assign(at, end, "", parts, tree.Name(at, end, element))
    inner = tree.Block(body.at, body.end, (tree.ExprStatement(at, end, taken), body))
    return tree.ForEach(r.at(node), r.end(node), tree.VarType(at, end), element, values, inner)


def _return(r: Reader, node: Syntax) -> tree.Statement:
    kids = r.kids(node)
    return tree.Return(r.at(node), r.end(node), expression(r, kids[0]) if kids else None)


def _throw(r: Reader, node: Syntax) -> tree.Statement:
    kids = r.kids(node)
    return tree.Throw(r.at(node), r.end(node), expression(r, kids[0]) if kids else None)


def _break(r: Reader, node: Syntax) -> tree.Statement:
    return tree.Break(r.at(node), r.end(node))


def _continue(r: Reader, node: Syntax) -> tree.Statement:
    return tree.Continue(r.at(node), r.end(node))


def _try(r: Reader, node: Syntax) -> tree.Statement:
    catches = tuple(_catch(r, child) for child in r.kids(node) if child.type == "catch_clause")
    last = next((child for child in node.named_children if child.type == "finally_clause"), None)
    final = block(r, r.kids(last)[0]) if last else None
    if not catches and final is None:
        r.fail(codes.SYNTAX, node, "catch or finally should stand behind try")
    return tree.Try(r.at(node), r.end(node), block(r, r.need(node, "body")), catches, final)


def _catch(r: Reader, node: Syntax) -> tree.Catch:
    kind, name, test = None, None, None
    for child in r.kids(node):
        if child.type == "catch_declaration":
            kind = type_of(r, r.need(child, "type"))
            found = child.child_by_field_name("name")
            name = identifier(r, found) if found else None
        elif child.type == "catch_filter_clause":
            test = expression(r, r.kids(child)[0])
    return tree.Catch(r.at(node), r.end(node), kind, name, test, block(r, r.need(node, "body")))


def _using(r: Reader, node: Syntax) -> tree.Statement:
    body = r.need(node, "body")
    held = next(child for child in r.kids(node) if child != body)
    resource: tree.Declare | tree.Expr
    resource = declaration(r, held) if held.type == "variable_declaration" else expression(r, held)
    return tree.Using(r.at(node), r.end(node), resource, statement(r, body))


def _lock(r: Reader, node: Syntax) -> tree.Statement:
    value, body = r.kids(node)[:2]
    return tree.Lock(r.at(node), r.end(node), expression(r, value), statement(r, body))


def _switch(r: Reader, node: Syntax) -> tree.Statement:
    value = expression(r, r.need(node, "value"))
    sections: list[tree.Section] = []
    cases: list[tree.Case] = []
    for child in r.kids(r.need(node, "body")):
        case, body = _section(r, child)
        cases.append(case)
        if body:
            sections.append(tree.Section(r.at(child), r.end(child), tuple(cases), body))
            cases = []
    if cases:
        r.fail(codes.INVALID, node, "the last label of a switch has no statements", "write break;")
    return tree.Switch(r.at(node), r.end(node), value, tuple(sections))


def _section(r: Reader, node: Syntax) -> tuple[tree.Case, tuple[tree.Statement, ...]]:
    found: tree.Pattern | None = None
    test: tree.Expr | None = None
    body: list[tree.Statement] = []
    default = node.children[0].type == "default"
    labelled = default
    for child in r.kids(node):
        if not labelled:
            labelled = True
            if child.type.endswith("pattern") or child.type == "discard":
                found = pattern(r, child, expression)
            else:
                found = tree.ConstPattern(r.at(child), r.end(child), expression(r, child))
        elif child.type == "when_clause":
            test = expression(r, r.kids(child)[0])
        else:
            body.append(statement(r, child))
    return tree.Case(r.at(node), r.end(node), None if default else found, test), tuple(body)


def _function(r: Reader, node: Syntax) -> tree.Statement:
    if any(child.type == "modifier" for child in node.children):
        r.refuse(node, "a local function with a modifier")
    body = node.child_by_field_name("body")
    if body is None:
        r.fail(codes.SYNTAX, node, "a local function needs a body")
    written = node.child_by_field_name("type_parameters")
    generics = tuple(identifier(r, r.kids(kid)[-1]) for kid in r.kids(written)) if written else ()
    inner: tree.Expr | tree.Block
    inner = block(r, body) if body.type == "block" else expression(r, r.kids(body)[0])
    kind = type_of(r, r.need(node, "type"))
    given = arguments.parameters(r, r.need(node, "parameters"))
    name, limits = identifier(r, r.need(node, "name")), tuple(_limits(r, node))
    return tree.LocalFunction(r.at(node), r.end(node), kind, name, given, inner, generics, limits)


def _limits(r: Reader, node: Syntax) -> Iterator[tuple[str, str | tree.TypeNode]]:
    """What `where T : ...` asks of type parameters."""
    for clause in (c for c in r.kids(node) if c.type == "type_parameter_constraints_clause"):
        name, *wanted = r.kids(clause)
        for item in wanted:
            kind = item.child_by_field_name("type")
            if kind is None or r.source(kind) == "unmanaged":
                yield identifier(r, name), r.source(item).replace(" ", "")
            else:
                yield identifier(r, name), type_of(r, kind)


def _empty(r: Reader, node: Syntax) -> tree.Statement:
    return tree.Empty(r.at(node), r.end(node))


def _checked(r: Reader, node: Syntax) -> tree.Statement:
    inner = block(r, r.kids(node)[0])
    return tree.CheckedBlock(r.at(node), r.end(node), node.children[0].type == "checked", inner)


def _goto(r: Reader, node: Syntax) -> tree.Statement:
    kids = r.kids(node)
    if node.children[1].type not in ("case", "default"):
        return tree.Goto(r.at(node), r.end(node), identifier(r, kids[0]))
    return tree.GotoCase(r.at(node), r.end(node), expression(r, kids[0]) if kids else None)


def _labeled(r: Reader, node: Syntax) -> tree.Statement:
    name, *body = r.kids(node)
    if not body:
        r.fail(codes.SYNTAX, node, "a statement should stand behind a label")
    return tree.Labeled(r.at(node), r.end(node), identifier(r, name), statement(r, body[0]))


def _yield(r: Reader, node: Syntax) -> tree.Statement:
    kids = r.kids(node)
    return tree.Yield(r.at(node), r.end(node), expression(r, kids[0]) if kids else None)


_CONVERT: dict[str, Callable[[Reader, Syntax], tree.Statement]] = {
    "local_declaration_statement": _declare,
    "expression_statement": _expression,
    "block": block,
    "if_statement": _if,
    "while_statement": _while,
    "do_statement": _while,
    "for_statement": _for,
    "foreach_statement": _foreach,
    "return_statement": _return,
    "throw_statement": _throw,
    "break_statement": _break,
    "continue_statement": _continue,
    "try_statement": _try,
    "using_statement": _using,
    "lock_statement": _lock,
    "switch_statement": _switch,
    "local_function_statement": _function,
    "empty_statement": _empty,
    "checked_statement": _checked,
    "goto_statement": _goto,
    "labeled_statement": _labeled,
    "yield_statement": _yield,
}
