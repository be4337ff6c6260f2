"""Look-up in the library: types by name, members by name through base types, extension methods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.library.entry import TypeEntry
from gatewright.apim.expressions.signature import VALUE_TYPES, Entry, Signature, read
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import EnumValue

Found = tuple[Signature, dict[Ty, Ty]]
_ARRAY_BASES = ("IList", "ICollection", "IEnumerable", "IReadOnlyList", "IReadOnlyCollection")
_COVARIANT = frozenset({"IEnumerable", "IEnumerator", "IReadOnlyList", "IReadOnlyCollection", "IGrouping"})
_PARTS = frozenset({"KeyCollection", "ValueCollection"})  # classes inside Dictionary
_ROOTS = {"enum": t.make("Enum"), "delegate": t.make("Delegate")}  # what all types of a kind derive from


class Library:
    """All types with their members. Signatures are read when a type is first used."""

    def __init__(self, types: Iterable[TypeEntry]) -> None:
        self._entries: dict[str, TypeEntry] = {}
        self._by_arity: dict[tuple[str, int], TypeEntry] = {}
        for entry in types:
            name, _, rest = entry.name.partition("<")
            arity = rest.count(",") + 1 if rest else 0
            self._by_arity[name, arity] = entry
            self._entries.setdefault(name, entry)
        self._signatures: dict[str, dict[str, list[Signature]]] = {}
        self._lookups: dict[tuple[Ty, str], tuple[Found, ...]] = {}
        self._bases: dict[Ty, tuple[Ty, ...]] = {}
        self._assignable: dict[tuple[Ty, Ty], bool] = {}
        self._enum_values: dict[tuple[str, int], EnumValue] = {}
        self._texts: dict[str, str] = {}

    # ---------------------------------------------------------------- types

    def entry(self, name: str, arity: int | None = None) -> TypeEntry | None:
        """A type's entry by its simple name."""
        if arity is None:
            return self._entries.get(name)
        return self._by_arity.get((name, arity))

    @property
    def type_names(self) -> Iterable[str]:
        """The simple names of all types."""
        return self._entries.keys()

    @cached_property
    def namespaces(self) -> frozenset[str]:
        """All namespaces with their parents."""
        out: set[str] = set()
        for entry in self._entries.values():
            parts = entry.namespace.split(".")
            out.update(".".join(parts[: n + 1]) for n in range(len(parts)))
        return frozenset(out)

    def _own(self, ty: Ty) -> TypeEntry | None:
        return self._by_arity.get((ty.name, len(ty.args))) or self._entries.get(ty.name)

    def open_type(self, entry: TypeEntry) -> Ty:
        """A type with its parameters open."""
        name, _, rest = entry.name.partition("<")
        args = tuple(t.parameter(p.strip()) for p in rest.rstrip(">").split(",")) if rest else ()
        return t.KEYWORDS.get(name, t.make(name, args))

    def is_value(self, ty: Ty) -> bool:
        """Whether a type is a value type that cannot be null."""
        return ty.name in VALUE_TYPES

    def is_reference(self, ty: Ty) -> bool:
        """Whether a type can be null by itself."""
        return ty.name not in VALUE_TYPES and ty.name != "?" and ty is not t.VOID

    def is_enum(self, ty: Ty) -> bool:
        """Whether a type is an enum."""
        entry = self._entries.get(ty.name)
        return entry is not None and entry.kind == "enum"

    def is_interface(self, ty: Ty) -> bool:
        """Whether a type is an interface."""
        entry = self._own(ty)
        return entry is not None and entry.kind == "interface"

    def full_name(self, ty: Ty) -> str:
        """A type's name with namespace, as exception messages show it."""
        if ty.name.startswith("["):
            return self.full_name(ty.args[0]) + ty.name
        if ty.name == "?":
            return f"System.Nullable`1[{self.full_name(ty.args[0])}]"
        if ty.name in _PARTS:
            parts = ty.args if ty.name == "KeyCollection" else ty.args[::-1]
            shown = ",".join(self.full_name(a) for a in parts)
            return f"System.Collections.Generic.Dictionary`2+{ty.name}[{shown}]"
        if ty in t.CLR_NAMES:
            return "System." + t.CLR_NAMES[ty]
        entry = self._own(ty)
        name = f"{entry.namespace}.{ty.name}" if entry and entry.namespace else ty.name
        if ty.args:
            return f"{name}`{len(ty.args)}[{','.join(self.full_name(a) for a in ty.args)}]"
        return name

    def interned(self, text: str) -> str:
        """The one object for a constant text: `object == "text"` asks for the same object."""
        return self._texts.setdefault(text, text)

    # ---------------------------------------------------------------- enums

    def enum_value(self, ty: Ty, number: int) -> EnumValue:
        """The one object for a number of an enum."""
        found = self._enum_values.get((ty.name, number))
        if found is None:
            found = EnumValue(ty, number, self._enum_text(ty, number))
            self._enum_values[ty.name, number] = found
        return found

    def enum_named(self, ty: Ty, name: str) -> EnumValue | None:
        """A value of an enum by its name."""
        entry = self._entries[ty.name]
        number = dict(entry.values).get(name)
        return None if number is None else self.enum_value(ty, number)

    def _enum_text(self, ty: Ty, number: int) -> str:
        values = self._entries[ty.name].values
        for name, value in values:
            if value == number:
                return name
        if ty.name in ("RegexOptions", "SaveOptions", "DateTimeStyles", "NumberStyles"):
            parts, rest = [], number
            for name, value in sorted(values, key=lambda item: -item[1]):
                if value and rest & value == value:
                    parts.append(name)
                    rest -= value
            if not rest:
                return ", ".join(reversed(parts))
        return str(number)

    # ---------------------------------------------------------------- bases

    def bases(self, ty: Ty) -> tuple[Ty, ...]:
        """A type and everything it derives from or implements, nearest first; `object` last."""
        found = self._bases.get(ty)
        if found is None:
            seen: dict[Ty, None] = {ty: None}
            queue = [ty]
            while queue:
                for base in self._direct(queue.pop(0)):
                    if base not in seen:
                        seen[base] = None
                        queue.append(base)
            seen.pop(t.OBJECT, None)
            found = (*seen, t.OBJECT)
            self._bases[ty] = found
        return found

    def _direct(self, ty: Ty) -> Iterator[Ty]:
        if ty.name == "[]":
            yield from (t.make(name, ty.args) for name in _ARRAY_BASES)
            yield t.make("Array")
            return
        if ty.name.startswith("[,"):
            yield t.make("Array")
            return
        if ty.name == "?":
            return
        entry = self._own(ty)
        if entry is None:
            return
        opened = self.open_type(entry)
        given = dict(zip(opened.args, ty.args, strict=False))
        for text in entry.bases:
            base = read(opened, Entry(f"{text} x", lambda: None)).result
            yield t.substitute(base, given)
        if entry.kind in _ROOTS:
            yield _ROOTS[entry.kind]

    def derives(self, ty: Ty, base: Ty) -> bool:
        """Whether a reference of one type is a reference of another, variance included."""
        key = (ty, base)
        found = self._assignable.get(key)
        if found is None:
            found = self._assignable[key] = self._derives(ty.plain, base.plain)
        return found

    def _derives(self, ty: Ty, base: Ty) -> bool:
        if base is t.OBJECT:
            return True
        for candidate in self.bases(ty):
            if candidate is base or self._varies(candidate, base):
                return True
        return False

    def _varies(self, ty: Ty, base: Ty) -> bool:
        if ty.name != base.name or len(ty.args) != len(base.args):
            return False
        if ty.name == "[]" or ty.name in _COVARIANT:
            return all(
                a is b or (self.is_reference(a) and self.is_reference(b) and self.derives(a, b))
                for a, b in zip(ty.args, base.args, strict=True)
            )
        if ty.name == "Func":
            *given, result = zip(ty.args, base.args, strict=True)
            fits = result[0] is result[1] or (
                self.is_reference(result[0]) and self.derives(result[0], result[1])
            )
            return fits and all(a is b or (self.is_reference(b) and self.derives(b, a)) for a, b in given)
        if ty.name in ("Action", "Predicate", "Comparison"):
            return all(
                a is b or (self.is_reference(b) and self.derives(b, a))
                for a, b in zip(ty.args, base.args, strict=True)
            )
        return False

    # ---------------------------------------------------------------- members

    def own(self, entry: TypeEntry) -> dict[str, list[Signature]]:
        """The members that a type declares itself, by name."""
        found = self._signatures.get(entry.name)
        if found is None:
            owner = self.open_type(entry)
            found = {}
            for item in entry.members:
                signature = read(owner, item)
                found.setdefault(signature.name, []).append(signature)
            self._signatures[entry.name] = found
        return found

    def members(self, ty: Ty, name: str) -> tuple[Found, ...]:
        """The members of a type with a name, own ones before those of base types."""
        key = (ty, name)
        found = self._lookups.get(key)
        if found is None:
            found = self._lookups[key] = tuple(self._find(ty, name))
        return found

    def _find(self, ty: Ty, name: str) -> Iterator[Found]:
        """Members of classes first; those of interfaces only where no class has the name."""
        bases = self.bases(ty)
        if self.is_interface(ty):
            yield from self._in(bases, name)
            return
        classes = [x for x in bases if not self.is_interface(x)]
        found = list(self._in(classes, name))
        hidden = {name for x in classes if (entry := self._own(x)) is not None for name in entry.hidden}
        if ty.name.startswith("["):
            hidden |= {"ICollection", "IList"}
        interfaces = [x for x in bases if self.is_interface(x) and x.name not in hidden]
        yield from found or self._in(interfaces, name)

    def _in(self, bases: Iterable[Ty], name: str) -> Iterator[Found]:
        for base in bases:
            if base.name == "[]":
                entry = self._entries.get("Array<T>", self._by_arity.get(("ArrayOf", 1)))
            else:
                entry = self._own(base)
            if entry is None:
                continue
            given = dict(zip(self.open_type(entry).args, base.args, strict=False))
            for signature in self.own(entry).get(name, ()):
                yield signature, given

    def member_names(self, ty: Ty) -> set[str]:
        """The names of everything a type has, for hints."""
        names: set[str] = set()
        for base in self.bases(ty):
            entry = self._own(base)
            if entry is not None:
                names.update(self.own(entry))
                names.update(name for name, _ in entry.values)
        names.update(self._extensions)
        return {n for n in names if n[:1].isalpha() and not n.startswith("op")}

    @cached_property
    def _extensions(self) -> dict[str, list[Signature]]:
        out: dict[str, list[Signature]] = {}
        for entry in self._by_arity.values():
            if entry.kind == "static" and any("(this " in item.text for item in entry.members):
                for name, signatures in self.own(entry).items():
                    out.setdefault(name, []).extend(s for s in signatures if s.extension)
        return out

    def extensions(self, name: str) -> list[Signature]:
        """Extension methods of a name."""
        return self._extensions.get(name, [])
