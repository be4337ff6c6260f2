"""What every part of binding shares: the library, conversions, type names, faults."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NoReturn

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind.bound import MISSING, Bound, Operand
from gatewright.apim.expressions.bind.conversions import Conversions, Convert, same
from gatewright.apim.expressions.extract import Extract
from gatewright.apim.expressions.library.catalog import Library
from gatewright.apim.expressions.library.entry import TypeEntry
from gatewright.apim.expressions.library.outside import ALLOWED_ELSEWHERE, FORBIDDEN, MEMBERS
from gatewright.apim.expressions.signature import Signature
from gatewright.apim.expressions.types import Ty
from gatewright.diagnostics import Code, Rejected, nearest

Trace = Callable[[int, int, object], None]
"""Told of each step: where it stands in the C# text, and its value or exception."""


@dataclass(slots=True)
class Binder:
    """One expression being bound.

    Attributes:
        strict: whether the allow-list of API Management is kept.
        truths: the conditions that are constants, by where they stand.
        unassigned: whether a variable was declared without a value.
        generics: what the type parameters of the local functions around mean here.
        overflow: True inside `checked`, False inside `unchecked`, None where neither is written.
    """

    text: Extract
    library: Library
    conversions: Conversions
    strict: bool
    trace: Trace | None = None
    work: int = 0
    overflow: bool | None = None
    truths: dict[tuple[int, int], bool] = field(default_factory=dict)
    unassigned: bool = False
    generics: dict[str, Ty] = field(default_factory=dict)
    anonymous: dict[tuple[str, ...], str] = field(default_factory=dict)

    # ---------------------------------------------------------------- faults

    def fail(self, code: Code, node: tree.Node, message: str, hint: str | None = None) -> NoReturn:
        """Rejects the expression at a node."""
        raise Rejected([self.text.fault(code, node.at, node.end, message, hint)])

    def spend(self, node: tree.Node) -> None:
        """Bounds the work of binding: nested lambdas are bound more than once.

        Raises:
            Rejected: EXP309 when an expression takes too long to bind.
        """
        self.work += 1
        if self.work > 40_000:
            self.fail(codes.TOO_COMPLEX, node, "the expression is too complex")

    def suggest(self, name: str, known: Iterable[str]) -> str | None:
        """A hint with the nearest known name."""
        close = nearest(name, known)
        return f"did you mean {close}?" if close else None

    # ---------------------------------------------------------------- the allow-list

    def check_type(self, entry: TypeEntry, node: tree.Node) -> None:
        """EXP308 when policies may not name a type."""
        if self.strict and entry.allowed is False:
            message = f"{entry.namespace}.{entry.name.partition('<')[0]} is not allowed in policy expressions"
            self.fail(codes.NOT_ALLOWED, node, message)

    def check_member(self, signature: Signature, node: tree.Node) -> None:
        """EXP308 when policies may not use a member."""
        if not self.strict:
            return
        entry = self.library.entry(signature.owner.name, len(signature.owner.args))
        entry = entry or self.library.entry(signature.owner.name)
        if entry is None or entry.allowed is True:
            return
        if entry.allowed is False or signature.name not in entry.allowed:
            owner = entry.name.partition("<")[0]
            message = f"{owner}.{signature.name.lstrip('.')} is not allowed in policy expressions"
            self.fail(codes.NOT_ALLOWED, node, message)

    def check_elsewhere(self, ty: Ty, name: str, node: tree.Node) -> None:
        """Refuses a member that .NET has and the library has not, by the code that fits."""
        for base in self.library.bases(ty):
            if name not in MEMBERS.get(base.name, ()):
                continue
            entry = self.library.entry(base.name, len(base.args)) or self.library.entry(base.name)
            refused = base.name in FORBIDDEN or (entry is not None and entry.allowed is not True)
            if self.strict and refused:
                message = f"{base.name}.{name} is not allowed in policy expressions"
                self.fail(codes.NOT_ALLOWED, node, message)
            self.fail(codes.NOT_EMULATED, node, f"{base.name}.{name} is not interpreted here")

    # ---------------------------------------------------------------- types

    def type_of(self, node: tree.TypeNode) -> Ty:
        """A type as written.

        Raises:
            Rejected: EXP303 for an unknown name, EXP308 for one that is not allowed.
        """
        match node:
            case tree.ArrayOf(element=element, rank=rank):
                inner = self.type_of(element)
                return t.array(inner) if rank == 1 else t.grid(inner, rank)
            case tree.NullableOf(element=element):
                inner = self.type_of(element)
                if not self.library.is_value(inner) and not t.is_parameter(inner):
                    self.fail(codes.INVALID, node, f"{inner.show()} can be null by itself", "leave out the ?")
                return t.nullable(inner)
            case tree.TupleOf(elements=elements):
                return t.tuple_of(
                    tuple(self.type_of(e) for e, _ in elements), tuple(name for _, name in elements)
                )
            case tree.VarType():
                self.fail(codes.INVALID, node, "var may not stand here", "write the type")
            case tree.RefOf():
                self.fail(codes.INVALID, node, "a reference may not stand here")
            case tree.NamedType():
                return self._named(node)

    def _named(self, node: tree.NamedType) -> Ty:
        found = self.find_type(node)
        if found is None:
            hint = self.suggest(node.name, self.library.type_names)
            self.fail(codes.UNKNOWN_NAME, node, f"the type {node.name} is not known", hint)
        return found

    def find_type(self, node: tree.NamedType) -> Ty | None:
        """A type by its name, or None."""
        if node.name in self.generics and not node.args and not node.scope:
            return self.generics[node.name]
        if node.name in _KEYWORDS and not node.args and not node.scope:
            return _KEYWORDS[node.name]
        if node.name == "dynamic":
            # https://github.com/MicrosoftDocs/azure-docs/issues/49430 (2020-03-06)
            message = "API Management does not know dynamic"
            self.fail(codes.NO_DYNAMIC, node, message, "write JObject or JToken, and value[name]")
        if node.name == "ValueTuple" and len(node.args) > 1:
            return t.tuple_of(tuple(self.type_of(a) for a in node.args))
        if node.name == "Nullable" and len(node.args) == 1:
            return t.nullable(self.type_of(node.args[0]))
        if node.name in t.KEYWORDS and not node.args:
            return t.KEYWORDS[node.name]
        entry = self.library.entry(node.name, len(node.args))
        if entry is None:
            self._elsewhere(node)
        if entry is None or (node.scope and node.scope != entry.namespace):
            return None
        self.check_type(entry, node)
        return t.make(node.name, tuple(self.type_of(a) for a in node.args))

    def _elsewhere(self, node: tree.NamedType) -> None:
        """Refuses a type that .NET has and the library has not, by the code that fits."""
        if node.name in ALLOWED_ELSEWHERE:
            self.fail(codes.NOT_EMULATED, node, f"the type {node.name} is not interpreted here")
        if node.name in FORBIDDEN:
            self.fail(codes.NOT_ALLOWED, node, f"{node.name} is not allowed in policy expressions")

    # ---------------------------------------------------------------- conversions of bound values

    def value(self, operand: Operand) -> Bound:
        """An operand that has to be a value.

        Raises:
            Rejected: EXP310 for a type, method or lambda.
        """
        if isinstance(operand, Bound):
            if operand.ty is t.VOID:
                self.fail(codes.WRONG_TYPE, operand.node, "this has no value (void)")
            return operand
        what = type(operand).__name__.removesuffix("Ref").replace("MethodGroup", "method").lower()
        self.fail(codes.INVALID, operand.node, f"a value should stand here, not a {what}")

    def fits(self, source: Bound, target: Ty) -> bool:
        """Whether a value converts implicitly, constants included."""
        if self.conversions.implicit(source.ty, target) is not None:
            return True
        return self._constant_fits(source, target)

    def _constant_fits(self, source: Bound, target: Ty) -> bool:
        from gatewright.apim.expressions.numbers import bounds

        inner = target.args[0] if target.name == "?" else target
        if source.is_const and source.ty is t.INT and inner in t.INTEGRAL_BITS and inner is not t.CHAR:
            low, high = bounds(inner)
            return bool(low <= source.const <= high)
        if source.is_const and source.ty is t.LONG and inner is t.ULONG:
            return bool(source.const >= 0)
        if source.is_const and source.const == 0 and source.ty is t.INT and self.library.is_enum(inner):
            return True
        return source.ty.name == "default"

    def convert(self, source: Bound, target: Ty) -> Bound | None:
        """A value as another type, implicitly; None where C# has no such conversion."""
        step = self.conversions.implicit(source.ty, target)
        if step is same:
            return source if source.ty is target else Bound(target, source.code, source.node, source.const)
        if step is None:
            if not self._constant_fits(source, target):
                return None
            if source.ty.name == "default":
                from gatewright.apim.expressions.bind.defaults import default_value

                value = default_value(self.library, target)
                return Bound(target, lambda f: value, source.node, value)
            if self.library.is_enum(target):
                zero = self.library.enum_value(target, 0)
                return Bound(target, lambda f: zero, source.node, zero)
            return Bound(target, source.code, source.node, source.const)
        return self._apply(source, target, step)

    def explicit(self, source: Ty, target: Ty) -> Convert | None:
        """How a cast turns a type into another; inside `checked`, a number that does not fit throws."""
        if self.overflow:
            found = self.conversions.checked(source, target)
            if found is not None:
                return found
        return self.conversions.explicit(source, target)

    @contextmanager
    def within(self, overflow: bool | None) -> Iterator[None]:
        """Binds what stands inside `checked` or `unchecked`."""
        before, self.overflow = self.overflow, overflow
        try:
            yield
        finally:
            self.overflow = before

    def _apply(self, source: Bound, target: Ty, step: object) -> Bound:
        code = source.code
        assert callable(step)
        if source.is_const and self.library.is_value(source.ty) and target is not t.JTOKEN:
            value = step(source.const)
            keep = value if target in t.NUMERIC else MISSING
            return Bound(target, lambda f: value, source.node, keep)
        return Bound(target, lambda f: step(code(f)), source.node)

    def need(self, source: Bound, target: Ty) -> Bound:
        """A value as another type.

        Raises:
            Rejected: EXP305 where C# has no implicit conversion.
        """
        found = self.convert(source, target)
        if found is None:
            message = f"{_a(source.ty)} cannot become {_a(target)} by itself"
            hint = None
            if self.conversions.explicit(source.ty, target) is not None:
                hint = f"write ({target.show()}) in front of it"
            self.fail(codes.WRONG_TYPE, source.node, message, hint)
        return found


def _a(ty: Ty) -> str:
    shown = ty.show()
    return ("an " if shown[:1].lower() in "aeio" else "a ") + shown if ty is not t.NULL else "null"


_KEYWORDS = {ty.name: ty for ty in (*t.KEYWORDS.values(),)} | {"void": t.VOID}
