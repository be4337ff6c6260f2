"""Bicep text → declarations. The only module that knows tree-sitter.

The grammar is more lenient than the compiler in one respect that matters: two members of an object or
array on one line. That rule is checked here.

Source: tree-sitter-bicep 1.1.0; https://github.com/Azure/bicep/blob/main/docs/grammar.md (2026-08).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TypeAlias

import tree_sitter_bicep
from tree_sitter import Language, Node, Parser

from gatewright.diagnostics import Diagnostic, Rejected, Span
from gatewright.infra import codes
from gatewright.infra.bicep import (
    Array,
    BicepFile,
    Call,
    Choice,
    Condition,
    Constant,
    Declaration,
    Entry,
    Expression,
    Index,
    Lambda,
    Loop,
    Member,
    Name,
    Object,
    Operation,
    Text,
)

_KINDS = {
    "parameter_declaration": "param",
    "variable_declaration": "var",
    "type_declaration": "type",
    "resource_declaration": "resource",
    "module_declaration": "module",
    "output_declaration": "output",
}
_PLAIN = frozenset(
    {"metadata_declaration", "comment", "diagnostic_comment", "decorators", "target_scope_assignment"}
)
_ESCAPE = re.compile(r"\\(u\{([0-9a-fA-F]{1,6})\}|.)", re.S)
_NAMESPACES = frozenset({"az", "sys"})
_SAFE = frozenset({".?", "?"})
_GUARDS = _SAFE | {"!", "!."}
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", "$": "$"}


def parse(text: str, file: str) -> BicepFile:
    """The declarations of a Bicep file.

    Raises:
        Rejected: INF002, INF003 or INF004 for every fault of its syntax.
    """
    reader = _Reader(text.encode(), file)
    root = Parser(Language(tree_sitter_bicep.language())).parse(reader.source).root_node
    faults = [*_broken(root, reader), *_one_line(root, reader)]
    if faults:
        raise Rejected(faults)
    return reader.file_of(root)


def _nodes(node: Node) -> Iterator[Node]:
    pending = [node]
    while pending:
        found = pending.pop()
        yield found
        pending.extend(reversed(found.children))


def _broken(root: Node, reader: _Reader) -> Iterator[Diagnostic]:
    for node in _nodes(root):
        if node.type == "ERROR" or node.is_missing:
            near = reader.text(node).split("\n")[0][:40] or node.type
            hint = "look for a quote, bracket or comma that is missing just before"
            yield codes.SYNTAX.at(reader.span(node), f"cannot be read near: {near}", hint=hint)


def _one_line(root: Node, reader: _Reader) -> Iterator[Diagnostic]:
    for node in _nodes(root):
        if node.type not in ("object", "array"):
            continue
        for before, after in pairwise(node.children):
            if before.is_named and after.is_named and before.end_point[0] == after.start_point[0]:
                if "comment" in before.type or "comment" in after.type or before.type == "decorators":
                    continue
                if _is_torn(before, after):
                    continue
                message = "this stands on the line of what is before it"
                yield codes.ONE_LINE.at(
                    reader.span(after), message, hint="put it on a line of its own, or a comma between"
                )
            if before.type == "," and before.end_point[0] != after.start_point[0]:
                message = "a comma ends this line"
                yield codes.ONE_LINE.at(reader.span(before), message, hint="remove it: a new line is enough")


@dataclass(frozen=True, slots=True)
class _Reader:
    source: bytes
    file: str

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode()

    def span(self, node: Node) -> Span:
        (line, column), (end_line, end_column) = node.start_point, node.end_point
        return Span(self.file, line + 1, column + 1, end_line + 1, end_column + 1)

    def file_of(self, root: Node) -> BicepFile:
        scope, declarations, decorators = "resourceGroup", list[Declaration](), tuple[Call, ...]()
        for node in root.named_children:
            if node.type == "target_scope_assignment":
                scope = _only_text(self.expression(node.named_children[-1]))
            elif node.type == "decorators":
                decorators = tuple(self.decorator(child) for child in node.named_children)
                continue
            elif node.type in _KINDS:
                declarations.append(self.declaration(node, decorators))
            elif node.type not in _PLAIN:
                hint = "keep to param, var, type, resource, module and output"
                raise Rejected([codes.SYNTAX.at(self.span(node), f"{node.type} is not used here", hint=hint)])
            decorators = ()
        return BicepFile(self.file, scope, tuple(declarations))

    def decorator(self, node: Node) -> Call:
        found = self.expression(node.named_children[0])
        if not isinstance(found, Call):
            raise Rejected([codes.SYNTAX.at(self.span(node), "a decorator is a call")])
        return found

    def declaration(self, node: Node, decorators: tuple[Call, ...]) -> Declaration:
        parts = [child for child in node.named_children if "comment" not in child.type]
        kind, name = _KINDS[node.type], parts[0]
        target = parts[1] if kind in ("resource", "module") else None
        typed = parts[-1] if kind == "type" else next((c for c in parts[1:] if c.type == "type"), None)
        assigned = any(child.type == "=" for child in node.children)
        return Declaration(
            kind,
            self.text(name),
            self.span(name),
            type=" ".join(self.text(typed).split()) if typed is not None else "",
            target=_only_text(self.expression(target)) if target is not None else "",
            target_span=self.span(target) if target is not None else None,
            existing=any(child.type == "existing" for child in node.children),
            value=self.expression(parts[-1]) if assigned and kind != "type" else None,
            decorators=decorators,
        )

    def expression(self, node: Node) -> Expression:
        builder = _BUILDERS.get(node.type)
        if builder is None:
            message = f"{node.type}: {self.text(node)[:40]} cannot be checked"
            raise Rejected([codes.SYNTAX.at(self.span(node), message, hint="write it more plainly")])
        return builder(self, node)

    def field(self, node: Node, name: str) -> Expression:
        found = node.child_by_field_name(name)
        if found is None:
            raise Rejected([codes.SYNTAX.at(self.span(node), f"{node.type} has no {name}")])
        return self.expression(found)


def _only_text(value: Expression) -> str:
    return (value.literal or "") if isinstance(value, Text) else ""


def _unescape(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        return chr(int(match[2], 16)) if match[2] else _ESCAPES.get(match[1], match[1])

    return _ESCAPE.sub(one, text)


def _string(reader: _Reader, node: Node) -> Expression:
    whole = reader.text(node)
    parts: list[str | Expression] = []
    start = node.children[0].end_byte
    if whole.startswith("'''"):
        return Text((whole[3:-3].removeprefix("\n"),), reader.span(node))
    for child in node.children:
        if child.type == "interpolation":
            if child.start_byte > start:
                parts.append(_unescape(reader.source[start : child.start_byte].decode()))
            parts.append(reader.expression(child.named_children[0]))
            start = child.end_byte
    end = node.children[-1].start_byte
    if end > start:
        parts.append(_unescape(reader.source[start:end].decode()))
    return Text(tuple(parts), reader.span(node))


def _constant(reader: _Reader, node: Node) -> Expression:
    text = reader.text(node)
    value = {"true": True, "false": False, "null": None}.get(text)
    return Constant(int(text) if text.lstrip("-").isdigit() else value, reader.span(node))


def _name(reader: _Reader, node: Node) -> Expression:
    return Name(reader.text(node), reader.span(node))


Wrap: TypeAlias = Callable[[Expression], Expression]


def _postfix(reader: _Reader, node: Node) -> Expression:
    return _onto(reader, node, lambda value: value)


def _onto(reader: _Reader, node: Node, wrap: Wrap) -> Expression:
    """Members, indexes and calls on the last operand: the grammar reads `a ? b : c.d` as `(a ? b : c).d`."""
    match node.type:
        case "member_expression":
            name = node.child_by_field_name("property") or node
            marks = {child.type for child in node.children}
            guarded, safe = not marks.isdisjoint(_GUARDS), not marks.isdisjoint(_SAFE)
            text, span = reader.text(name), reader.span(name)
            return _onto(reader, _part(node, "object"), lambda v: wrap(Member(v, text, span, guarded, safe)))
        case "subscript_expression":
            index, span = reader.field(node, "index"), reader.span(node)
            safe = any(child.type in _SAFE for child in node.children)
            return _onto(reader, _part(node, "object"), lambda v: wrap(Index(v, index, span, safe, safe)))
        case "call_expression":
            return _call(reader, node, wrap)
        case "ternary_expression":
            condition, yes = reader.field(node, "condition"), reader.field(node, "consequence")
            no = _onto(reader, _part(node, "alternative"), wrap)
            return _chosen(condition, yes, no, reader.span(node))
        case "lambda_expression":
            found = _lambda(reader, node)
            inner = _onto(reader, node.named_children[-1], wrap)
            return Lambda(found.names, inner, reader.span(node))
        case "binary_expression" | "unary_expression":
            *before, last = node.named_children
            operator = node.child_by_field_name("operator")
            operands = (*(reader.expression(child) for child in before), _onto(reader, last, wrap))
            return _operated(
                reader.text(operator) if operator is not None else "", operands, reader.span(node)
            )
        case _:
            return wrap(reader.expression(node))


def _part(node: Node, name: str) -> Node:
    return node.child_by_field_name(name) or node.named_children[0]


def _call(reader: _Reader, node: Node, wrap: Wrap) -> Expression:
    function = _part(node, "function")
    given = node.child_by_field_name("arguments")
    arguments = tuple(reader.expression(child) for child in given.named_children) if given is not None else ()
    if function.type == "member_expression":
        name = function.child_by_field_name("property") or function
        text, span = reader.text(name), reader.span(name)
        if reader.text(_part(function, "object")) in _NAMESPACES:
            return wrap(Call(text, arguments, reader.span(node), qualified=True))
        guarded = any(child.type in _GUARDS for child in function.children)
        call = partial(Call, text, arguments, span, guarded=guarded)
        return _onto(reader, _part(function, "object"), lambda v: wrap(call(of=v)))
    if function.type != "identifier":
        return _onto(reader, function, lambda v: wrap(_called(v, arguments, reader.span(node))))
    return wrap(Call(reader.text(function), arguments, reader.span(node)))


def _called(value: Expression, arguments: tuple[Expression, ...], span: Span) -> Expression:
    match value:
        case Name(name):
            return Call(name, arguments, span)
        case Member(of=of, name=name):
            return Call(name, arguments, span, of)
        case _:
            raise Rejected([codes.SYNTAX.at(span, "this cannot be called")])


def _object(reader: _Reader, node: Node) -> Expression:
    entries = []
    for child in node.named_children:
        if child.type == "object_property":
            key, value = child.named_children[0], child.named_children[-1]
            written = (
                reader.expression(key)
                if key.type == "string"
                else Text((reader.text(key),), reader.span(key))
            )
            entries.append(
                Entry(
                    written if isinstance(written, Text) else Text((), reader.span(key)),
                    reader.expression(value),
                )
            )
    return Object(tuple(entries), reader.span(node))


def _array(reader: _Reader, node: Node) -> Expression:
    nodes = [child for child in node.named_children if "comment" not in child.type]
    items: list[Expression] = []
    for place, child in enumerate(nodes):
        before = nodes[place - 1] if place else None
        if before is not None and _is_torn(before, child):
            items[-1] = _mended(reader, before, child)
        else:
            items.append(reader.expression(child))
    return Array(tuple(items), reader.span(node))


def _is_torn(before: Node, after: Node) -> bool:
    """Whether two items are one call: the grammar may read `[f(a).b]` as `f` and `(a).b`."""
    return before.type == "identifier" and before.end_byte == after.start_byte


def _mended(reader: _Reader, name: Node, rest: Node) -> Expression:
    match rest.type:
        case "parenthesized_expression":
            arguments = tuple(reader.expression(child) for child in rest.named_children)
            return Call(reader.text(name), arguments, reader.span(name))
        case "member_expression":
            key = rest.child_by_field_name("property") or rest
            return Member(_mended(reader, name, _part(rest, "object")), reader.text(key), reader.span(key))
        case "subscript_expression":
            inner = _mended(reader, name, _part(rest, "object"))
            return Index(inner, reader.field(rest, "index"), reader.span(rest))
        case _:
            message = f"{reader.text(name)}{reader.text(rest)[:40]} cannot be read"
            raise Rejected([codes.SYNTAX.at(reader.span(name), message, hint="put it on a line of its own")])


def _ternary(reader: _Reader, node: Node) -> Expression:
    condition, yes, no = (reader.field(node, name) for name in ("condition", "consequence", "alternative"))
    return _chosen(condition, yes, no, reader.span(node))


def _chosen(condition: Expression, yes: Expression, no: Expression, span: Span) -> Expression:
    if isinstance(condition, Lambda):
        return Lambda(condition.names, _chosen(condition.body, yes, no, span), condition.span)
    return Choice(condition, yes, no, span)


def _operation(reader: _Reader, node: Node) -> Expression:
    operator = node.child_by_field_name("operator")
    operands = tuple(reader.expression(child) for child in node.named_children)
    return _operated(reader.text(operator) if operator is not None else "", operands, reader.span(node))


def _operated(operator: str, operands: tuple[Expression, ...], span: Span) -> Expression:
    first, *rest = operands
    if isinstance(first, Lambda):  # the grammar reads `a => b ?? c` as `(a => b) ?? c`
        return Lambda(first.names, _operated(operator, (first.body, *rest), span), first.span)
    return Operation(operator, operands, span)


def _lambda(reader: _Reader, node: Node) -> Lambda:
    head, body = node.named_children[0], node.named_children[-1]
    names = [head] if head.type == "identifier" else head.named_children
    return Lambda(tuple(reader.text(name) for name in names), reader.expression(body), reader.span(node))


def _loop(reader: _Reader, node: Node) -> Expression:
    parts = [child for child in node.named_children if "comment" not in child.type]
    head, source, body = parts[0], parts[1], parts[-1]
    names = head.named_children if head.type == "for_loop_parameters" else [head]
    return Loop(
        tuple(reader.text(name) for name in names),
        reader.expression(source),
        reader.expression(body),
        reader.span(node),
    )


def _condition(reader: _Reader, node: Node) -> Expression:
    condition, body = node.named_children[0], node.named_children[-1]
    return Condition(reader.expression(condition), reader.expression(body), reader.span(node))


def _inner(reader: _Reader, node: Node) -> Expression:
    inside = [child for child in node.named_children if "comment" not in child.type]
    if len(inside) != 1:
        message = f"one expression stands in parentheses, not {len(inside)}"
        raise Rejected([codes.SYNTAX.at(reader.span(node), message)])
    return reader.expression(inside[0])


_BUILDERS: dict[str, Callable[[_Reader, Node], Expression]] = {
    "string": _string,
    "number": _constant,
    "boolean": _constant,
    "null": _constant,
    "identifier": _name,
    "member_expression": _postfix,
    "subscript_expression": _postfix,
    "call_expression": _postfix,
    "object": _object,
    "array": _array,
    "ternary_expression": _ternary,
    "binary_expression": _operation,
    "unary_expression": _operation,
    "lambda_expression": _lambda,
    "for_statement": _loop,
    "if_statement": _condition,
    "parenthesized_expression": _inner,
}
