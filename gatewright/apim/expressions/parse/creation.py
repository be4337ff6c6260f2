"""What stands behind `new`, and the items inside `{ ... }`."""

from __future__ import annotations

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions.parse import arguments
from gatewright.apim.expressions.parse.reader import Reader, Syntax
from gatewright.apim.expressions.parse.types import identifier, type_of


def expression(r: Reader, node: Syntax) -> tree.Expr:
    """Any expression of the grammar as ours."""
    from gatewright.apim.expressions.parse import expressions

    return expressions.expression(r, node)


def new(r: Reader, node: Syntax) -> tree.Expr:
    """`new T(args) { ... }`."""
    target = r.need(node, "type")
    written = node.child_by_field_name("arguments")
    init = node.child_by_field_name("initializer")
    if target.type == "array_type":
        return new_array(r, node)
    args = arguments.arguments(r, written) if written else ()
    filled = initializer(r, init) if init else None
    return tree.New(r.at(node), r.end(node), type_of(r, target), args, filled)


def new_of_tuples(r: Reader, node: Syntax) -> tree.Expr:
    """`new List<(int a, int b)> { ... }`, which the grammar reads as two comparisons."""
    left, init = r.need(node, "left"), r.need(node, "right")
    made = left.child_by_field_name("left")
    if made is None or made.type != "object_creation_expression":
        r.fail(codes.SYNTAX, node, "this is not C#")
    name, written = type_of(r, r.need(made, "type")), r.need(left, "right")
    if not isinstance(name, tree.NamedType) or written.type != "tuple_expression":
        r.fail(codes.SYNTAX, node, "this is not C#")
    elements: list[tuple[tree.TypeNode, str]] = []
    for argument in r.kids(written):
        element = r.kids(argument)[-1]
        if element.type == "declaration_expression":
            elements.append((type_of(r, r.need(element, "type")), identifier(r, r.need(element, "name"))))
        else:
            elements.append((type_of(r, element), ""))
    tuple_ = tree.TupleOf(r.at(written), r.end(written), tuple(elements))
    ty = tree.NamedType(name.at, r.end(written), name.name, (tuple_,), name.scope)
    return tree.New(r.at(node), r.end(node), ty, (), initializer(r, init))


def new_array(r: Reader, node: Syntax) -> tree.Expr:
    """`new T[n] { ... }`."""
    target = r.need(node, "type")
    inits = [child for child in node.named_children if child.type == "initializer_expression"]
    # new int[2][]: the grammar nests the sized rank innermost
    outer: list[Syntax] = [target]
    while r.need(outer[-1], "type").type == "array_type":
        outer.append(r.need(outer[-1], "type"))
    # what is made has the rank written first, and only that one says how many elements there are
    sizes = r.kids(r.need(outer[-1], "rank"))
    if any(r.kids(r.need(level, "rank")) for level in outer[:-1]):
        r.fail(codes.SYNTAX, node, "only the first [] may hold a size", "make the inner arrays in a loop")
    element = type_of(r, r.need(outer[-1], "type"))
    for level in outer[:-1]:
        element = tree.ArrayOf(r.at(level), r.end(level), element, _rank(r, level))
    given = tuple(expression(r, size) for size in sizes)
    init = initializer(r, inits[0]) if inits else None
    return tree.NewArray(r.at(node), r.end(node), element, given, init, _rank(r, outer[-1]))


def _rank(r: Reader, node: Syntax) -> int:
    return sum(child.type == "," for child in r.need(node, "rank").children) + 1


def implicit_array(r: Reader, node: Syntax) -> tree.Expr:
    """`new[] { ... }`."""
    rank = sum(child.type == "," for child in node.children) + 1
    return tree.NewArray(r.at(node), r.end(node), None, (), initializer(r, r.kids(node)[-1]), rank)


def bare_array(r: Reader, node: Syntax) -> tree.Expr:
    """`{ 1, 2 }` behind `T[] name =`."""
    return tree.NewArray(r.at(node), r.end(node), None, (), initializer(r, node))


def initializer(r: Reader, node: Syntax) -> tree.Initializer:
    """The items inside `{ ... }`."""
    return tree.Initializer(r.at(node), r.end(node), tuple(_item(r, child) for child in r.kids(node)))


def _item(r: Reader, node: Syntax) -> tree.Expr | tree.Initializer | tree.MemberInit | tree.IndexInit:
    if node.type == "initializer_expression":
        return initializer(r, node)
    if node.type != "assignment_expression":
        return expression(r, node)
    left, right = r.need(node, "left"), r.need(node, "right")
    value = initializer(r, right) if right.type == "initializer_expression" else expression(r, right)
    at, end = r.at(node), r.end(node)
    if left.type == "element_binding_expression":
        args = tuple(arguments.argument(r, child) for child in r.kids(left))
        return tree.IndexInit(at, end, args, value)
    if left.type == "identifier":
        return tree.MemberInit(at, end, identifier(r, left), value)
    return expression(r, node)


def anonymous(r: Reader, node: Syntax) -> tree.Expr:
    """`new { A = x, b.C }`."""
    members: list[tuple[str, tree.Expr]] = []
    children = r.kids(node)
    at = 0
    texts = [child for child in node.children if child.type != "comment"]
    while at < len(children):
        child = children[at]
        behind = texts[texts.index(child) + 1].type
        if child.type == "identifier" and behind == "=":
            members.append((identifier(r, child), expression(r, children[at + 1])))
            at += 2
            continue
        value = expression(r, child)
        members.append((_member_name(r, child, value), value))
        at += 1
    return tree.Anonymous(r.at(node), r.end(node), tuple(members))


def _member_name(r: Reader, node: Syntax, value: tree.Expr) -> str:
    match value:
        case tree.Name(name=name) | tree.Member(name=name):
            return name
        case tree.CondAccess(rest=tree.Member(name=name)):
            return name
        case _:
            r.fail(codes.INVALID, node, "a member of an anonymous object needs a name", "write Name = value")
