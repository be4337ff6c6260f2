"""Calls of library members: the chosen form, its arguments, and the closure that runs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import lambdas, overloads, passing
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import (
    Bound,
    Code,
    Frame,
    LambdaRef,
    MethodGroup,
    Operand,
    TypeRef,
)
from gatewright.apim.expressions.bind.overloads import Arg, Candidate
from gatewright.apim.expressions.bind.scope import Scope
from gatewright.apim.expressions.faults import null_reference
from gatewright.apim.expressions.library.catalog import Found
from gatewright.apim.expressions.signature import Entry, Signature
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Value, box


def arguments(b: Binder, scope: Scope, nodes: Sequence[tree.Argument]) -> list[Arg]:
    """The operands of written arguments."""
    from gatewright.apim.expressions.bind import expressions

    out: list[Arg] = []
    for node in nodes:
        if node.declares is not None:
            operand: Operand = _declared(b, scope, node)
        elif node.mode == "out" and isinstance(node.value, tree.Name) and node.value.name == "_":
            operand = Bound(t.NEVER, lambda f: None, node.value)
        else:
            operand = expressions.bind(b, scope, node.value)
        if isinstance(operand, TypeRef):
            b.fail(codes.INVALID, node, f"{operand.ty.show()} is a type; a value should stand here")
        out.append(Arg(operand, node, node.name, node.mode))
    return out


def _declared(b: Binder, scope: Scope, node: tree.Argument) -> Operand:
    if isinstance(node.declares, tree.VarType) or node.declares is None:
        return Bound(t.NEVER, lambda f: None, node.value)
    from gatewright.apim.expressions.bind import expressions

    ty = b.type_of(node.declares)
    if not isinstance(node.value, tree.Name):
        b.fail(codes.INVALID, node, "a name should stand behind out")
    if node.value.name == "_":
        return Bound(t.NEVER, lambda f: None, node.value)
    b.unassigned = True
    expressions.declare(b, scope, node.value.name, ty, node.value)
    return expressions.bind(b, scope, node.value)


# --------------------------------------------------------------------------- method calls


def find_methods(b: Binder, group: MethodGroup) -> list[Found]:
    """The forms of a method: static ones of a type, or instance ones of a value's type."""
    static = group.target is None
    found = [
        x for x in b.library.members(group.ty, group.name) if x[0].kind == "method" and x[0].static is static
    ]
    if not static and b.library.is_interface(group.ty):
        known = {x[0] for x in found}
        objects = b.library.members(t.OBJECT, group.name)
        found.extend(x for x in objects if x[0] not in known and x[0].kind == "method" and not x[0].static)
    if not static:
        from gatewright.apim.expressions.bind import tuples

        found.extend((signature, {}) for signature in tuples.methods(group.ty, group.name))
    return found


def call_group(b: Binder, scope: Scope, group: MethodGroup, values: Sequence[Bound]) -> Bound:
    """A call with values that are bound already (a method used as a delegate)."""
    args = [
        Arg(v, tree.Argument(v.node.at, v.node.end, tree.CondTarget(v.node.at, v.node.end))) for v in values
    ]
    return call(b, scope, group, args, group.node)


def call(b: Binder, scope: Scope, group: MethodGroup, args: list[Arg], node: tree.Node) -> Bound:
    """A method call.

    Raises:
        Rejected: EXP304 for an unknown method, EXP306 when no form takes the arguments.
    """
    b.spend(node)
    if group.local is not None:
        from gatewright.apim.expressions.bind import functions

        return functions.call(b, scope, group.local, group, args, node)
    found = find_methods(b, group)
    chosen = overloads.resolve(b, scope, found, args, group.type_args)
    if chosen is not None:
        return emit(b, scope, chosen, group.target, args, node)
    extensions = b.library.extensions(group.name) if group.target is not None else []
    if group.target is not None and extensions:
        this = Arg(
            group.target, tree.Argument(group.node.at, group.node.end, tree.CondTarget(node.at, node.end))
        )
        whole = [this, *args]
        chosen = overloads.resolve(b, scope, [(s, {}) for s in extensions], whole, group.type_args)
        if chosen is not None:
            return emit(b, scope, chosen, None, whole, node)
    if not found and not _applies(b, group, extensions):
        unknown_member(b, group.ty, group.name, group.node)
    explain(b, args)
    shown = ", ".join(show_argument(a) for a in args)
    forms = [s.entry.text for s, _ in found] + [s.entry.text for s in extensions]
    hint = f"known: {'; '.join(forms[:3])}"
    b.fail(codes.NO_OVERLOAD, node, f"no form of {group.ty.show()}.{group.name} takes ({shown})", hint)


def _applies(b: Binder, group: MethodGroup, extensions: Sequence[Signature]) -> bool:
    for signature in extensions:
        wanted = signature.params[0].ty
        names = {base.name for base in b.library.bases(group.ty)}
        if wanted.name in names or t.is_parameter(wanted):
            return True
    return False


def unknown_member(b: Binder, ty: Ty, name: str, node: tree.Node) -> NoReturn:
    """EXP304, with the nearest member; EXP308 and EXP311 for one that .NET has and the library has not."""
    b.check_elsewhere(ty, name, node)
    b.fail(
        codes.UNKNOWN_MEMBER,
        node,
        f"{ty.show()} has no member {name}",
        b.suggest(name, b.library.member_names(ty)),
    )


def explain(b: Binder, args: Sequence[Arg]) -> None:
    """Raises what is wrong inside a lambda among the arguments, where something is."""
    for arg in args:
        if isinstance(arg.operand, LambdaRef):
            lambdas.explain(b, arg.operand)


def show_argument(arg: Arg) -> str:
    """An argument's type, as faults show it."""
    prefix = f"{arg.mode} " if arg.mode else ""
    operand = arg.operand
    if isinstance(operand, Bound):
        return prefix + operand.ty.show()
    return prefix + ("lambda" if isinstance(operand, LambdaRef) else "method")


# --------------------------------------------------------------------------- code


def emit(
    b: Binder, scope: Scope, chosen: Candidate, target: Bound | None, args: Sequence[Arg], node: tree.Node
) -> Bound:
    """The closure of a call."""
    signature = chosen.signature
    b.check_member(signature, node)
    result = chosen.result
    last_out = bool(signature.params) and signature.params[-1].mode == "out"
    function = prepared(signature.entry, chosen.types[-1] if last_out else result)
    given = passing.argument_codes(b, scope, chosen, result)
    inputs = passing.in_order(scope, args, chosen, given)
    outs = passing.out_stores(b, scope, chosen)
    wrap = None
    if target is not None and signature.owner is t.OBJECT and not b.library.is_reference(target.ty):
        wrap = box(target.ty) or (lambda value: value)
    if target is not None and not signature.static and wrap is not None:
        value, boxed = target.code, wrap
        inputs.insert(0, lambda f: not_null(boxed(value(f))))
    elif target is not None and not signature.static:
        inputs.insert(0, guarded(b, target, inputs[:]))
    first = len(inputs) - len(given) + signature.entry.run
    function = passing.refusing(function, given, first)
    code = invoke(function, inputs, signature.entry.run)
    if result is t.STRING or result.name in _SIZED:
        code = paid(code)
    return Bound(result, passing.with_outs(code, outs) if outs else code, node)


_SIZED = frozenset({"[]", "List", "HashSet", "Dictionary"})


def paid(code: Code) -> Code:
    """A call that makes a text or collection, paid by its size."""

    def run(f: Frame) -> Value:
        value = code(f)
        if value is not None and (size := len(value)) > 1024:
            f[0].large(size)
        return value

    return run


def prepared(entry: Entry, result: Ty) -> Callable[..., Value]:
    """A member's behaviour with the bound return type filled in, where it asks for it."""
    call_: Callable[..., Value] = entry.call
    if not entry.typed:
        return call_
    return lambda *values: call_(result, *values)


def guarded(b: Binder, target: Bound, args: Sequence[Code] = ()) -> Code:
    """A target that throws NullReferenceException when it is null, once the arguments were evaluated."""
    code = target.code
    if not b.library.is_reference(target.ty) or isinstance(target.node, tree.Literal):
        return code
    if isinstance(target.node, tree.Name) and target.node.name == "context":
        return code

    def check(f: Frame) -> Value:
        value = code(f)
        if value is None:
            for argument in args:
                argument(f)
            raise null_reference()
        return value

    return check


def not_null(value: Value) -> Value:
    """A value that has to be there.

    Raises:
        NetError: NullReferenceException when it is null.
    """
    if value is None:
        raise null_reference()
    return value


def invoke(function: Callable[..., Value], inputs: list[Code], run: bool) -> Code:
    """A closure that evaluates the inputs in order and calls."""
    if run:
        return lambda f: function(f[0], *[i(f) for i in inputs])
    match inputs:
        case []:
            return lambda f: function()
        case [a]:
            return lambda f: function(a(f))
        case [a, b]:
            return lambda f: function(a(f), b(f))
        case [a, b, c]:
            return lambda f: function(a(f), b(f), c(f))
        case _:
            return lambda f: function(*[i(f) for i in inputs])
