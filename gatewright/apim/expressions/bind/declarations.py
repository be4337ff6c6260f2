"""Local variables and constants as they are declared.

Source: C# language specification, 13.6 "Declaration statements".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import expressions, references
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import Code, Frame, LambdaRef, MethodGroup
from gatewright.apim.expressions.bind.defaults import default_value
from gatewright.apim.expressions.bind.scope import Scope, Variable
from gatewright.apim.expressions.types import Ty

if TYPE_CHECKING:
    from gatewright.apim.expressions.bind.statements import Function, Step


def declare(b: Binder, scope: Scope, node: tree.Declare, function: Function) -> Step:
    """`T a = x, b;`."""
    from gatewright.apim.expressions.bind.statements import Step, sequence

    steps: list[Code] = []
    if isinstance(node.type, tree.VarType) and (node.constant or len(node.names) > 1):
        b.fail(
            codes.INVALID, node, "var declares one variable, and no const", "write the type instead of var"
        )
    if isinstance(node.type, tree.RefOf):
        return references.declare(b, scope, node, node.type)
    for name, value, at in node.names:
        where = tree.Node(at, at + len(name))
        steps.append(_variable(b, scope, node, name, value, where))
    return Step(sequence([s for s in steps if s is not None]))


def _variable(
    b: Binder, scope: Scope, node: tree.Declare, name: str, value: tree.Expr | None, where: tree.Node
) -> Code:
    early: Variable | None = None
    if isinstance(node.type, tree.VarType):
        if value is None:
            b.fail(codes.INVALID, where, "var needs a value", "write the type instead of var")
        bound = expressions.bind(b, scope, value)
        if isinstance(bound, (LambdaRef, MethodGroup)):
            b.fail(codes.INVALID, where, "a lambda has no type of its own", "write Func<...> instead of var")
        found = b.value(bound)
        if found.ty.name in ("null", "default") or t.NULL in found.ty.args or found.ty is t.NEVER:
            b.fail(codes.INVALID, where, "null has no type of its own", "write the type instead of var")
        ty = found.ty
    else:
        ty = b.type_of(node.type)
        if value is None:
            if node.constant:
                b.fail(codes.INVALID, where, "a const needs a value")
            expressions.declare(b, scope, name, ty, where)
            b.unassigned = True
            return _initial(b, scope, name, ty)
        if isinstance(value, tree.Lambda):
            # the lambda knows the variable that is to hold it
            b.unassigned = True
            early = expressions.declare(b, scope, name, ty, where)
        found = expressions.bind_to(b, scope, value, ty)
    variable = early or expressions.declare(b, scope, name, ty, where)
    if node.constant:
        text = ty is t.STRING or not b.library.is_reference(ty)
        if not found.is_const or not (text or found.const is None):
            b.fail(codes.INVALID, where, "a const needs a constant value")
        variable.is_constant, variable.constant = True, found.const
    return _store(found.code, variable.slot)


def _store(code: Code, slot: int) -> Code:
    def store(f: Frame) -> None:
        f[slot] = code(f)

    return store


def _initial(b: Binder, scope: Scope, name: str, ty: Ty) -> Code:
    value = default_value(b.library, ty)
    return _store(lambda f: value, scope.names[name].slot)
