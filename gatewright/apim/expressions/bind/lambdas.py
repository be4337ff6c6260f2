"""Lambdas, local functions and methods as delegates: Python callables over a new frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import Bound, Code, Frame, LambdaRef, MethodGroup
from gatewright.apim.expressions.bind.conversions import same
from gatewright.apim.expressions.bind.scope import FIRST_SLOT, FrameScope, Scope, Variable
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Value
from gatewright.diagnostics import Rejected

if TYPE_CHECKING:
    from gatewright.apim.expressions.bind.functions import Local

STATEMENTS = (tree.Call, tree.Assign, tree.New, tree.CondAccess, tree.Unary, tree.ThrowExpr)


@dataclass(slots=True)
class Body:
    """A lambda's body, bound for given parameter types.

    Attributes:
        result: the type it returns; `void` for none.
        value: the expression of an expression body, else None.
        block: binds a block body, or a body that is itself a lambda or method, for a return type.
    """

    frame: FrameScope
    result: Ty | None
    value: Bound | None
    block: Callable[[Ty], Code] | None

    def returns(self, b: Binder, result: Ty) -> bool:
        """Whether the body fits a return type."""
        if result is t.VOID:
            return self.block is not None or self._statement()
        if self.value is not None:
            return self.value.ty is not t.VOID and b.fits(self.value, result)
        if self.result is None or self.result is t.VOID:
            return self.result is None and self._each(result)
        return b.conversions.implicit(self.result, result) is not None or self._each(result)

    def _statement(self) -> bool:
        return self.value is not None and isinstance(self.value.node, STATEMENTS)

    def _each(self, result: Ty) -> bool:
        if self.block is None:
            return False
        try:
            self.block(result)
        except Rejected:
            return False
        return True


def body_of(b: Binder, scope: Scope, ref: LambdaRef, params: tuple[Ty, ...]) -> Body | None:
    """The body for these parameter types, or None when the lambda cannot take them."""
    if params not in ref.bodies:
        ref.bodies[params] = None
        ref.bodies[params] = _bind_body(b, scope, ref, params)
    return ref.bodies[params]


def _bind_body(b: Binder, scope: Scope, ref: LambdaRef, params: tuple[Ty, ...]) -> Body | None:
    node = ref.node
    if node.any:
        inner = _unnamed(scope, params)
    else:
        fits = len(node.parameters) == len(params)
        found = _parameters(b, scope, node.parameters, params) if fits else None
        if found is None:
            return None
        inner = found
    try:
        with b.within(ref.overflow):
            return bind_body(b, inner, node.body)
    except Rejected as fault:
        ref.fault = fault
        return None


def _unnamed(scope: Scope, params: tuple[Ty, ...]) -> Scope:
    """The scope of `delegate { ... }`, which looks at none of its arguments."""
    inner = scope.framed(function=True)
    for number, ty in enumerate(params):
        inner.declare(f"<{number}>", ty)
    return inner


def _parameters(
    b: Binder, scope: Scope, written: tuple[tree.Parameter, ...], params: tuple[Ty, ...]
) -> Scope | None:
    inner = scope.framed(function=True)
    for parameter, ty in zip(written, params, strict=True):
        if parameter.type is not None and b.type_of(parameter.type).plain is not ty.plain:
            return None
        if parameter.name in inner.names:
            b.fail(codes.INVALID, parameter, f"{parameter.name} is declared twice")
        check_name(b, scope, parameter)
        declared_parameter(inner, parameter.name, ty).writable = not parameter.fixed
    return inner


def check_name(b: Binder, scope: Scope, parameter: tree.Parameter) -> None:
    """Refuses a parameter that is called like a variable around it, as C# 7 does."""
    for name in parameter.name.split(" "):
        if scope.find(name) is not None or name == "context":
            b.fail(codes.INVALID, parameter, f"{name} is already declared", "choose another name")
        scope.reserve(name)


def declared_parameter(inner: Scope, name: str, ty: Ty) -> Variable:
    """Declares a parameter, or the members of one that is taken apart."""
    held = inner.declare(name, ty)
    names = name.split(" ")
    if len(names) > 1:
        for number, (part, of) in enumerate(zip(names, ty.args, strict=True)):
            inner.names[part] = Variable(part, of, held.frame, held.slot, writable=False, member=number)
    return held


def bind_body(b: Binder, inner: Scope, body: tree.Expr | tree.Block) -> Body:
    """A body whose parameters are declared."""
    from gatewright.apim.expressions.bind import expressions, statements

    if not isinstance(body, tree.Block):
        value = expressions.bind(b, inner, body)
        if isinstance(value, (LambdaRef, MethodGroup)):
            made = value
            return Body(inner.frame, None, None, lambda ty: expressions.operand_to(b, inner, made, ty).code)
        value = b.value(value) if not isinstance(value, Bound) else value
        return Body(inner.frame, value.ty, value, None)
    found = statements.returned_types(b, inner, body)

    overflow = b.overflow

    def block(result: Ty) -> Code:
        with b.within(overflow):
            return statements.function_body(b, inner, body, result)

    return Body(inner.frame, found, None, block)


def delegate(b: Binder, scope: Scope, ref: LambdaRef, ty: Ty) -> Bound:
    """A lambda as a value of a delegate type.

    Raises:
        Rejected: EXP305 when it does not fit, or what is wrong inside it.
    """
    shape = t.delegate_shape(ty)
    if shape is None:
        b.fail(codes.WRONG_TYPE, ref.node, f"a lambda cannot become {ty.show()}")
    params, result = shape
    body = body_of(b, scope, ref, params)
    if body is None or not body.returns(b, result):
        explain(b, ref)
        b.fail(codes.WRONG_TYPE, ref.node, f"this lambda does not fit {ty.show()}")
    code = _code_of(b, body, result)
    make = closure(code, body.frame, len(params), ty)
    alone = None if not b.generics else 0
    return Bound(ty, _keyed(make, body.frame.captured, (make, alone)), ref.node)


def _keyed(make: Code, captured: int, alone: tuple[Code, int | None]) -> Code:
    """A lambda with what makes it equal: its code, and the frame nearest to it that it uses.

    One that uses none is a single object in C#, except inside a generic function: None says so.
    """

    def single(f: Frame) -> Value:
        found = make(f)
        found.key = alone
        return found

    def keyed(f: Frame) -> Value:
        found = make(f)
        found.key = (make, id(outward(f, captured - 1)))
        return found

    return keyed if captured else single


def outward(f: Frame, depth: int) -> Frame:
    """The frame that stands so many frames out."""
    for _ in range(depth):
        f = f[1]
    return f


def explain(b: Binder, ref: LambdaRef) -> None:
    """Raises what was wrong inside a lambda, where something was."""
    if ref.fault is not None:
        raise ref.fault


def _code_of(b: Binder, body: Body, result: Ty) -> Code:
    if body.value is not None:
        return body.value.code if result is t.VOID else b.need(body.value, result).code
    if body.block is None:
        raise AssertionError("a body without code")
    return body.block(result)


def closure(code: Code, frame: FrameScope, count: int, ty: Ty | None = None) -> Code:
    """Code that makes a callable over the frame it runs in; a delegate carries its type."""

    def make(f: Frame) -> Callable[..., Value]:
        run = f[0]
        spare = [None] * (frame.size - FIRST_SLOT - count)
        if count == 1:

            def one(value: Value) -> Value:
                run.left -= 1
                if run.left < 0:
                    run.refill()
                return code([run, f, value, *spare])

            one.ty = ty  # type: ignore[attr-defined]  # `runtime_type` asks for it
            return one

        def several(*values: Value) -> Value:
            run.left -= 1
            if run.left < 0:
                run.refill()
            return code([run, f, *values, *spare])

        several.ty = ty  # type: ignore[attr-defined]  # as above
        return several

    return make


# --------------------------------------------------------------------------- method groups


def _group_call(b: Binder, scope: Scope, group: MethodGroup, params: tuple[Ty, ...]) -> Bound | None:
    from gatewright.apim.expressions.bind import calls

    node = group.node
    args = []
    inner = _unnamed(scope, params)
    for number, ty in enumerate(params):
        slot = inner.names[f"<{number}>"].slot
        args.append(Bound(ty, itemgetter(slot), node))
    if group.target is not None:
        outer = group.target.code
        target = Bound(group.target.ty, lambda f: outer(f[1]), group.target.node)
        group = replace(group, target=target)
    try:
        return calls.call_group(b, inner, group, args)
    except Rejected:
        return None


def group_result(
    b: Binder, scope: Scope, group: MethodGroup, params: tuple[Ty, ...], result: Ty | None
) -> Ty | None:
    """What a method returns for these parameter types, or None when it does not fit."""
    call = _group_call(b, scope, group, params)
    if call is None:
        return None
    if result is None or result is t.VOID or b.conversions.implicit(call.ty, result) is not None:
        return call.ty
    return None


def group_delegate(b: Binder, scope: Scope, group: MethodGroup, ty: Ty) -> Bound:
    """A method as a value of a delegate type.

    Raises:
        Rejected: EXP305 when no form of the method fits.
    """
    shape = t.delegate_shape(ty)
    call = _group_call(b, scope, group, shape[0]) if shape else None
    if shape is None or call is None:
        b.fail(codes.WRONG_TYPE, group.node, f"the method {group.name} does not fit {ty.show()}")
    params, result = shape
    step = same if result is t.VOID else b.conversions.implicit(call.ty, result)
    if step is None:
        b.fail(codes.WRONG_TYPE, group.node, f"the method {group.name} does not fit {ty.show()}")
    inner, convert = call.code, step
    frame = FrameScope(None, FIRST_SLOT + len(params))
    make = closure(lambda f: convert(inner(f)), frame, len(params), ty)
    target = group.target.code if group.target is not None else _around(scope, group.local)
    name = (group.name, group.ty, group.local and id(group.local), params)

    def keyed(f: Frame) -> Value:
        found = make(f)
        held = target(f)
        found.key = (*name, id(held) if held is not None else None)
        found.held = held  # keeps the id its own
        return found

    return Bound(ty, keyed, group.node)


def _around(scope: Scope, local: Local | None) -> Code:
    """What a method is called on: nothing, or the variables that a local function uses."""
    if local is None:
        return lambda f: None
    depth = scope.frame.depth_to(local.scope.frame)
    return lambda f: outward(f, depth + local.captured - 1) if local.captured else None
