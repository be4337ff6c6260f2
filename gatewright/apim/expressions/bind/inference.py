"""Type arguments that the arguments of a call imply, and the best common type of several.

Source: C# language specification, 12.6.3 "Type inference".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import lambdas
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import Bound, LambdaRef, MethodGroup
from gatewright.apim.expressions.bind.scope import Scope
from gatewright.apim.expressions.signature import Signature
from gatewright.apim.expressions.types import Ty

if TYPE_CHECKING:
    from gatewright.apim.expressions.bind.overloads import Arg


def infer(
    b: Binder,
    scope: Scope,
    signature: Signature,
    given: dict[Ty, Ty],
    slots: list[list[Arg]],
    expanded: bool,
) -> dict[Ty, Ty] | None:
    """The type arguments that the arguments imply, or None."""
    bounds: dict[Ty, list[Ty]] = {g: [] for g in signature.generics}
    pairs: list[tuple[Ty, Arg]] = []
    for param, taken in zip(signature.params, slots, strict=True):
        ty = t.substitute(param.ty, given)
        if expanded and param is signature.params[-1]:
            ty = ty.args[0]
        pairs.extend((ty, arg) for arg in taken)
    for ty, arg in pairs:
        if isinstance(arg.operand, Bound) and arg.operand.ty not in (t.NULL, t.NEVER):
            _unify(b, ty, arg.operand.ty, bounds)
    fixed: dict[Ty, Ty] = dict(given)
    for ty, arg in pairs:
        if isinstance(arg.operand, (LambdaRef, MethodGroup)):
            _infer_delegate(b, scope, ty, arg.operand, bounds, fixed)
    for generic, found in bounds.items():
        if generic not in fixed:
            fixed_type = common_type(b, found)
            if fixed_type is None:
                return None
            fixed[generic] = fixed_type
    return fixed


def _infer_delegate(
    b: Binder,
    scope: Scope,
    ty: Ty,
    operand: LambdaRef | MethodGroup,
    bounds: dict[Ty, list[Ty]],
    fixed: dict[Ty, Ty],
) -> None:
    shape = t.delegate_shape(ty)
    if shape is None:
        return
    params, result = shape
    if isinstance(operand, LambdaRef):
        for param, written in zip(params, operand.node.parameters, strict=False):
            if written.type is not None and param in bounds:
                bounds[param].append(b.type_of(written.type))
    for generic in frozenset().union(*(t.open_parameters(p) for p in params)):
        if generic in bounds and generic not in fixed:
            found = common_type(b, bounds[generic])
            if found is not None:
                fixed[generic] = found
    settled = tuple(t.substitute(p, fixed) for p in params)
    if any(t.open_parameters(p) & bounds.keys() for p in settled):
        return
    if isinstance(operand, LambdaRef):
        body = lambdas.body_of(b, scope, operand, settled)
        returned = body.result if body is not None else None
    else:
        returned = lambdas.group_result(b, scope, operand, settled, None)
    if returned is not None and returned not in (t.VOID, t.NULL, t.NEVER):
        _unify(b, result, returned, bounds)


def _unify(b: Binder, param: Ty, arg: Ty, bounds: dict[Ty, list[Ty]]) -> None:
    if param in bounds:
        bounds[param].append(arg)
        return
    if not param.args:
        return
    if param.name == "?" and arg.name != "?":
        _unify(b, param.args[0], arg, bounds)
        return
    for base in b.library.bases(arg):
        if base.name == param.name and len(base.args) == len(param.args):
            for inner, found in zip(param.args, base.args, strict=True):
                _unify(b, inner, found, bounds)
            return


def common_type(b: Binder, types: Sequence[Ty]) -> Ty | None:
    """The one of several types that all others convert to."""
    unique = list(dict.fromkeys(ty for ty in types if ty is not t.NEVER))
    if len({ty.plain for ty in unique}) == 1:
        return unique[0] if len(unique) == 1 else unique[0].plain
    for candidate in unique:
        if candidate is not t.NULL and all(b.conversions.implicit(o, candidate) for o in unique):
            return candidate
    return None
