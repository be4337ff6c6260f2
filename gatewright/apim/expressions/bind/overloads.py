"""Which form of a method a call means: applicability, type inference, betterness.

Source: C# language specification, 12.6.3 "Type inference" and 12.6.4 "Overload resolution".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import inference, lambdas
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import Bound, LambdaRef, MethodGroup, Operand
from gatewright.apim.expressions.bind.scope import Scope
from gatewright.apim.expressions.library.catalog import Found
from gatewright.apim.expressions.signature import Param, Signature
from gatewright.apim.expressions.types import Ty


@dataclass(frozen=True, slots=True)
class Arg:
    """An argument of a call: its operand, its name, and `out` or `ref`."""

    operand: Operand
    node: tree.Argument
    name: str | None = None
    mode: str = ""


@dataclass(slots=True)
class Candidate:
    """A form of a method that takes the arguments.

    Attributes:
        slots: for each parameter the arguments it takes: one, none (default), or several (`params`).
    """

    signature: Signature
    given: dict[Ty, Ty]
    slots: list[list[Arg]]
    expanded: bool
    types: list[Ty] = field(default_factory=list)

    @property
    def result(self) -> Ty:
        """The bound return type."""
        return t.substitute(self.signature.result, self.given)


def resolve(
    b: Binder,
    scope: Scope,
    found: Iterable[Found],
    args: Sequence[Arg],
    type_args: tuple[Ty, ...] = (),
) -> Candidate | None:
    """The best applicable form, or None when none takes the arguments.

    Raises:
        Rejected: EXP306 when two forms of a type take them equally well.
    """
    best: Candidate | None = None
    others: list[Candidate] = []
    for signature, given in found:
        if type_args and len(type_args) != len(signature.generics):
            continue
        for expanded in (False, True) if signature.variadic else (False,):
            candidate = _applicable(b, scope, signature, given, args, type_args, expanded)
            if candidate is None:
                continue
            others.append(candidate)
            if best is None or _better(b, scope, candidate, best, args):
                best = candidate
            break
    if best is not None and len(others) > 1:
        _settle(b, scope, best, others, args)
    return best


def _settle(b: Binder, scope: Scope, best: Candidate, others: list[Candidate], args: Sequence[Arg]) -> None:
    """Refuses a call for which no form is better than all others of its type."""
    for other in others:
        if other is best or other.signature.owner is not best.signature.owner or not args:
            continue
        known = all(isinstance(arg.operand, Bound) for arg in args)
        loose = best.signature.generics or best.signature.extension
        if (
            best.expanded
            or other.expanded
            or (known and loose)
            or bool(loose) != bool(other.signature.generics or other.signature.extension)
        ):
            continue
        if other.types != best.types and not _better(b, scope, best, other, args):
            one, two = best.signature.entry.text, other.signature.entry.text
            b.fail(codes.NO_OVERLOAD, args[0].node, f"this fits {one} and {two} equally well", "cast it")


def _applicable(
    b: Binder,
    scope: Scope,
    signature: Signature,
    given: dict[Ty, Ty],
    args: Sequence[Arg],
    type_args: tuple[Ty, ...],
    expanded: bool,
) -> Candidate | None:
    slots = _slots(signature.params, args, expanded)
    if slots is None:
        return None
    bound = dict(given)
    if signature.generics:
        if type_args:
            bound.update(zip(signature.generics, type_args, strict=True))
        else:
            inferred = inference.infer(b, scope, signature, given, slots, expanded)
            if inferred is None:
                return None
            bound = inferred
    candidate = Candidate(signature, bound, slots, expanded)
    for param, taken in zip(signature.params, slots, strict=True):
        ty = t.substitute(param.ty, bound)
        if expanded and param is signature.params[-1]:
            ty = ty.args[0]
        candidate.types.append(ty)
        if not all(accepts(b, scope, arg, ty, param) for arg in taken):
            return None
    return candidate


def _slots(params: tuple[Param, ...], args: Sequence[Arg], expanded: bool) -> list[list[Arg]] | None:
    slots: list[list[Arg]] = [[] for _ in params]
    for position, arg in enumerate(args):
        if arg.name is not None:
            index = next((i for i, p in enumerate(params) if p.name == arg.name), -1)
            if index < 0 or slots[index]:
                return None
        elif expanded and position >= len(params) - 1:
            index = len(params) - 1
        elif position < len(params):
            index = position
        else:
            return None
        slots[index].append(arg)
    for index, param in enumerate(params):
        last = expanded and index == len(params) - 1
        if not slots[index] and not param.optional and not last:
            return None
    return slots


def accepts(b: Binder, scope: Scope, arg: Arg, ty: Ty, param: Param) -> bool:
    """Whether an argument converts to a parameter's type."""
    if param.mode != arg.mode and not (param.mode == "in" and not arg.mode):
        return False
    if arg.mode:
        operand = arg.operand
        if isinstance(operand, Bound):
            return operand.ty.plain is ty.plain or operand.ty is t.NEVER
        return True
    return operand_fits(b, scope, arg.operand, ty)


def operand_fits(b: Binder, scope: Scope, operand: Operand, ty: Ty) -> bool:
    """Whether a value, lambda or method converts to a type."""
    if isinstance(operand, Bound):
        return operand.ty is not t.VOID and b.fits(operand, ty)
    shape = t.delegate_shape(ty)
    if shape is None:
        return False
    params, result = shape
    if isinstance(operand, LambdaRef):
        body = lambdas.body_of(b, scope, operand, params)
        return body is not None and body.returns(b, result)
    if isinstance(operand, MethodGroup):
        return lambdas.group_result(b, scope, operand, params, result) is not None
    return False


# --------------------------------------------------------------------------- betterness


def _better(b: Binder, scope: Scope, new: Candidate, old: Candidate, args: Sequence[Arg]) -> bool:
    new_wins = old_wins = False
    for arg in args:
        ours, theirs = _type_for(new, arg), _type_for(old, arg)
        if ours is theirs:
            continue
        rank = _better_conversion(b, scope, arg.operand, ours, theirs)
        new_wins |= rank > 0
        old_wins |= rank < 0
    if new_wins != old_wins:
        return new_wins
    if bool(new.signature.generics) != bool(old.signature.generics):
        return not new.signature.generics
    if new.expanded != old.expanded:
        return not new.expanded
    unused = [sum(not s for s in c.slots) for c in (new, old)]
    if unused[0] != unused[1]:
        return unused[0] < unused[1]
    return _more_specific(b, new.signature, old.signature)


def _more_specific(b: Binder, new: Signature, old: Signature) -> bool:
    if len(new.params) != len(old.params):
        return False
    ranks = [_specific(n.ty, o.ty) for n, o in zip(new.params, old.params, strict=True)]
    return max(ranks, default=0) > 0 and min(ranks, default=0) >= 0


def _specific(new: Ty, old: Ty) -> int:
    """1 when the first of two parameter types is the more specific, -1 when the second is, else 0."""
    if t.is_parameter(new) or t.is_parameter(old):
        return t.is_parameter(old) - t.is_parameter(new)
    if len(new.args) != len(old.args) or (new.name != old.name and not new.args):
        return 0
    ranks = [_specific(n, o) for n, o in zip(new.args, old.args, strict=True)]
    if max(ranks, default=0) > 0 and min(ranks, default=0) >= 0:
        return 1
    return -1 if min(ranks, default=0) < 0 and max(ranks, default=0) <= 0 else 0


def _type_for(candidate: Candidate, arg: Arg) -> Ty:
    for ty, taken in zip(candidate.types, candidate.slots, strict=True):
        if any(a is arg for a in taken):
            return ty
    raise AssertionError("an argument without a parameter")


def _better_conversion(b: Binder, scope: Scope, operand: Operand, ours: Ty, theirs: Ty) -> int:
    if isinstance(operand, LambdaRef):
        return _better_lambda(b, scope, operand, ours, theirs)
    if isinstance(operand, Bound):
        if operand.ty is ours:
            return 1
        if operand.ty is theirs:
            return -1
    return better_type(b, ours, theirs)


def better_type(b: Binder, ours: Ty, theirs: Ty) -> int:
    """1 when the first type is the better target, -1 when the second is, else 0."""
    to_theirs = b.conversions.implicit(ours, theirs) is not None
    to_ours = b.conversions.implicit(theirs, ours) is not None
    if to_theirs != to_ours:
        return 1 if to_theirs else -1
    signed, unsigned = (t.SBYTE, t.SHORT, t.INT, t.LONG), (t.BYTE, t.USHORT, t.UINT, t.ULONG)
    if ours in signed and theirs in unsigned:
        return 1
    return -1 if theirs in signed and ours in unsigned else 0


def _better_lambda(b: Binder, scope: Scope, operand: LambdaRef, ours: Ty, theirs: Ty) -> int:
    one, two = t.delegate_shape(ours), t.delegate_shape(theirs)
    if one is None or two is None or one[0] != two[0]:
        return 0
    body = lambdas.body_of(b, scope, operand, one[0])
    if body is None or body.result is None:
        return 0
    if (one[1] is t.VOID) != (two[1] is t.VOID):
        return -1 if one[1] is t.VOID else 1
    if body.result is one[1]:
        return 1
    if body.result is two[1]:
        return -1
    return better_type(b, one[1], two[1])
