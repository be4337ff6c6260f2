"""Expressions: one function for each kind of node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import (
    access,
    arithmetic,
    arrays,
    assignments,
    choices,
    creation,
    lambdas,
    references,
    strings,
    tuples,
    type_tests,
)
from gatewright.apim.expressions.bind.binder import Binder, Trace
from gatewright.apim.expressions.bind.bound import (
    MISSING,
    Bound,
    Code,
    Frame,
    LambdaRef,
    MethodGroup,
    NamespaceRef,
    Operand,
    Place,
    TypeRef,
    constant,
)
from gatewright.apim.expressions.bind.defaults import default_value
from gatewright.apim.expressions.bind.functions import Local
from gatewright.apim.expressions.bind.scope import Scope, Variable
from gatewright.apim.expressions.faults import NetError, null_reference
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import NetType, Value, box

CONTEXT = t.make("IProxyRequestContext")


def bind(b: Binder, scope: Scope, node: tree.Expr) -> Operand:
    """Any expression.

    Raises:
        Rejected: with the first fault in it.
    """
    operand = _BINDERS[type(node)](b, scope, node)
    if isinstance(operand, Bound) and operand.ty is t.BOOL and operand.is_const:
        b.truths[node.at, node.end] = operand.const
    if b.trace is not None and isinstance(operand, Bound) and not operand.is_const:
        return replace(operand, code=_traced(operand, node, b.trace))
    return operand


def _traced(value: Bound, node: tree.Node, trace: Trace) -> Code:
    """Code that tells its value, boxed, or the exception that came instead."""
    code, wrap = value.code, box(value.ty)

    def run(f: Frame) -> Value:
        try:
            found = code(f)
        except NetError as fault:
            trace(node.at, node.end, fault)
            raise
        trace(node.at, node.end, found if wrap is None or found is None else wrap(found))
        return found

    return run


def bind_value(b: Binder, scope: Scope, node: tree.Expr) -> Bound:
    """An expression that has to be a value."""
    return b.value(bind(b, scope, node))


def bind_value_or_void(b: Binder, scope: Scope, node: tree.Expr) -> Bound:
    """An expression that stands as a statement."""
    operand = bind(b, scope, node)
    return operand if isinstance(operand, Bound) else b.value(operand)


def bind_to(b: Binder, scope: Scope, node: tree.Expr, ty: Ty) -> Bound:
    """An expression as a value of a type.

    Raises:
        Rejected: EXP305 when it does not convert.
    """
    if isinstance(node, tree.NewArray) and ty.name.startswith("[") and bare(b, node):
        return arrays.array_of(b, scope, node, ty.args[0], ty.name.count(",") + 1)
    if isinstance(node, tree.Tuple) and ty.plain.name == "ValueTuple":
        return operand_to(b, scope, tuples.literal(b, scope, node, ty), ty)
    operand = bind(b, scope, node)
    return operand_to(b, scope, operand, ty)


def bare(b: Binder, node: tree.NewArray) -> bool:
    """Whether an array stands as `{ ... }` alone."""
    return node.element is None and b.text.code[node.at : node.at + 3] != "new"


def operand_to(b: Binder, scope: Scope, operand: Operand, ty: Ty) -> Bound:
    """An operand as a value of a type."""
    if isinstance(operand, LambdaRef):
        return lambdas.delegate(b, scope, operand, ty)
    if isinstance(operand, MethodGroup):
        return lambdas.group_delegate(b, scope, operand, ty)
    return b.need(b.value(operand), ty)


# --------------------------------------------------------------------------- names


def declare(b: Binder, scope: Scope, name: str, ty: Ty, node: tree.Node) -> Variable:
    """A new local variable.

    Raises:
        Rejected: EXP310 when the name is taken in this or an enclosing block.
    """
    if scope.find(name) is not None or name in scope.inside or name == "context":
        b.fail(codes.INVALID, node, f"{name} is already declared", "choose another name")
    if scope.parent is not None:
        scope.parent.reserve(name)
    return scope.declare(name, ty)


def _literal(b: Binder, scope: Scope, node: tree.Literal) -> Operand:
    if node.kind == "null":
        return constant(t.NULL, None, node)
    value: Value = node.value
    if node.kind == "decimal":
        value = Decimal(value)
    if node.kind == "string":
        value = b.library.interned(value)
    return constant(t.make(node.kind), value, node)


def _name(b: Binder, scope: Scope, node: tree.Name) -> Operand:
    variable = scope.find(node.name)
    if variable is not None and isinstance(variable.function, Local):
        type_args = tuple(b.type_of(a) for a in node.type_args)
        return MethodGroup(None, t.OBJECT, node.name, type_args, node, variable.function)
    if variable is not None:
        if node.type_args:
            b.fail(codes.SYNTAX, node, f"the variable {node.name} takes no types", "put brackets around it")
        return _variable(b, scope, variable, node)
    if node.name == "context":
        return Bound(CONTEXT, lambda f: f[0].context, node)
    found = b.find_type(tree.NamedType(node.at, node.end, node.name, node.type_args))
    if found is not None:
        return TypeRef(found, node)
    if node.name in b.library.namespaces:
        return NamespaceRef(node.name, node)
    if node.name in ("Equals", "ReferenceEquals"):  # every class has them, that of an expression too
        return MethodGroup(None, t.OBJECT, node.name, (), node)
    b.fail(
        codes.UNKNOWN_NAME,
        node,
        f"{node.name} is not declared and is no type",
        b.suggest(node.name, {*_visible(scope), "context", *b.library.type_names}),
    )


def _visible(scope: Scope) -> set[str]:
    names: set[str] = set()
    at: Scope | None = scope
    while at is not None:
        names.update(at.names)
        at = at.parent
    return names


def _variable(b: Binder, scope: Scope, variable: Variable, node: tree.Node) -> Bound:
    if variable.is_constant:
        return constant(variable.ty, variable.constant, node)
    if variable.ref:
        return references.variable(b, scope, variable, node)
    slot, depth = variable.slot, scope.frame.depth_to(variable.frame)
    place = variable_place(slot, depth, variable.writable)
    if variable.member is not None:
        held, number = place.load, variable.member
        return Bound(variable.ty, lambda f: held(f, ()).values[number], node)
    if depth == 0:
        return Bound(variable.ty, lambda f: f[slot], node, MISSING, place)
    if depth == 1:
        return Bound(variable.ty, lambda f: f[1][slot], node, MISSING, place)
    load = place.load
    return Bound(variable.ty, lambda f: load(f, ()), node, MISSING, place)


def variable_place(slot: int, depth: int, writable: bool = True) -> Place:
    """A local variable as something to assign."""

    def load(f: Frame, _: tuple[Value, ...]) -> Value:
        for _step in range(depth):
            f = f[1]
        return f[slot]

    def save(f: Frame, _: tuple[Value, ...], value: Value) -> None:
        for _step in range(depth):
            f = f[1]
        f[slot] = value

    return Place(lambda f: (), load, save if writable else None, variable=True)


def _type_expr(b: Binder, scope: Scope, node: tree.TypeExpr) -> Operand:
    return TypeRef(b.type_of(node.type), node)


def _paren(b: Binder, scope: Scope, node: tree.Paren) -> Operand:
    return bind(b, scope, node.value)


def _binary(b: Binder, scope: Scope, node: tree.Binary) -> Operand:
    if node.op == "??":
        return choices.coalesce(b, scope, node)
    line: list[tree.Binary] = []
    left_node: tree.Expr = node
    while isinstance(left_node, tree.Binary) and left_node.op != "??":
        line.append(left_node)
        left_node = left_node.left
    first = bind(b, scope, left_node)
    if isinstance(first, (LambdaRef, MethodGroup)):
        first = choices.alike(b, scope, first, bind(b, scope, line[-1].right))[0]
    left = b.value(first)
    parts: list[Bound] = []
    for step in reversed(line):
        left, parts = _step(b, scope, left, parts, step)
    return strings.concat(b, parts, node) if parts else left


def _step(
    b: Binder, scope: Scope, left: Bound, parts: list[Bound], step: tree.Binary
) -> tuple[Bound, list[Bound]]:
    """One more operator on a left-deep line; `parts` collects a sum of texts."""
    if step.op in ("&&", "||"):
        whole = strings.concat(b, parts, step.left) if parts else left
        first = b.need(whole, t.BOOL)
        second = b.need(bind_value(b, scope, step.right), t.BOOL)
        test, right_test = first.code, second.code
        if first.is_const and second.is_const:
            both = first.const and second.const
            return constant(t.BOOL, both if step.op == "&&" else first.const or second.const, step), []
        if step.op == "&&":
            return Bound(t.BOOL, lambda f: test(f) and right_test(f), step), []
        return Bound(t.BOOL, lambda f: test(f) or right_test(f), step), []
    right = choices.alike(b, scope, left, bind(b, scope, step.right))[1]
    own = step.op == "+" and any(s.params[1].ty is right.ty for s, _ in b.library.members(left.ty, "op+"))
    if step.op == "+" and not own and strings.is_concat(left, right) and t.VOID not in (left.ty, right.ty):
        grown = [*parts, right] if parts else [left, right]
        return Bound(t.STRING, left.code, step), grown
    if parts:
        left = strings.concat(b, parts, step.left)
    return arithmetic.binary(b, left, right, step), []


# --------------------------------------------------------------------------- the rest


def _lambda(b: Binder, scope: Scope, node: tree.Lambda) -> Operand:
    return LambdaRef(node, b.overflow)


def _typeof(b: Binder, scope: Scope, node: tree.TypeOf) -> Operand:
    found = NetType(b.type_of(node.type))
    return Bound(t.TYPE, lambda f: found, node)


def _default(b: Binder, scope: Scope, node: tree.Default) -> Operand:
    if node.type is None:
        return Bound(t.make("default"), lambda f: None, node)
    ty = b.type_of(node.type)
    value = default_value(b.library, ty)
    return constant(ty, value, node) if ty in t.NUMERIC else Bound(ty, lambda f: value, node)


def _throw(b: Binder, scope: Scope, node: tree.ThrowExpr) -> Operand:
    return Bound(t.NEVER, thrower(b, bind_value(b, scope, node.value)), node)


def thrower(b: Binder, value: Bound) -> Code:
    """Code that throws an exception value."""
    code = b.need(value, t.EXCEPTION).code

    def throw(f: Frame) -> Value:
        fault = code(f)
        if not isinstance(fault, NetError):
            raise null_reference()
        raise fault

    return throw


def _checked(b: Binder, scope: Scope, node: tree.Checked) -> Operand:
    with b.within(node.checked):
        return bind(b, scope, node.value)


def _misplaced(b: Binder, scope: Scope, node: tree.NewVariable) -> Operand:
    b.fail(codes.SYNTAX, node, "a declaration may not stand here")


def _ref(b: Binder, scope: Scope, node: tree.RefTo) -> Operand:
    b.fail(codes.INVALID, node, "ref may only stand where a variable is wanted", "leave out ref")


def _assign(b: Binder, scope: Scope, node: tree.Assign) -> Operand:
    return assignments.assign(b, scope, node)


_BINDERS: dict[type, Callable[[Binder, Scope, Any], Operand]] = {
    tree.Literal: _literal,
    tree.Name: _name,
    tree.TypeExpr: _type_expr,
    tree.Paren: _paren,
    tree.Ternary: choices.ternary,
    tree.Binary: _binary,
    tree.Cast: type_tests.cast,
    tree.As: type_tests.as_,
    tree.Is: type_tests.is_,
    tree.Lambda: _lambda,
    tree.TypeOf: _typeof,
    tree.Default: _default,
    tree.ThrowExpr: _throw,
    tree.Checked: _checked,
    tree.Assign: _assign,
    tree.Unary: lambda b, scope, node: assignments.unary(b, scope, node),
    tree.Interpolated: strings.interpolate,
    tree.Member: access.member,
    tree.Call: access.call,
    tree.Index: access.index,
    tree.CondAccess: access.conditional,
    tree.CondTarget: access.target,
    tree.New: creation.new,
    tree.NewArray: arrays.array,
    tree.Anonymous: creation.anonymous,
    tree.Tuple: tuples.literal,
    tree.NewVariable: _misplaced,
    tree.RefTo: _ref,
}
