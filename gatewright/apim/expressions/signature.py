"""Signatures of library members, written as C# writes them, and read once when a type is first used.

`string? value` marks an argument that may be null; any other reference argument throws ArgumentNullException.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Value

_TOKEN = re.compile(
    r"\s*(operator\s*[-+*/%&|^<>=!~]+|[A-Za-z_][A-Za-z0-9_.]*|[<>\[\],()?=]|\"[^\"]*\"|-?[0-9]+)"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One member as the library states it.

    Attributes:
        text: its signature.
        call: its behaviour: takes the target and the arguments; `out` values follow the result in a tuple.
        put: how a property or indexer is set, or None.
        typed: whether `call` first takes the bound return type; the type of the last argument where that
            one is `out`.
        run: whether `call` then takes the running evaluation (budget, context).
    """

    text: str
    call: Callable[..., Value]
    put: Callable[..., Value] | None = None
    typed: bool = False
    run: bool = False


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a member."""

    name: str
    ty: Ty
    mode: str = ""
    nullable: bool = False
    optional: bool = False
    default: str | int | bool | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """A member, ready for overload resolution.

    Attributes:
        owner: the type that declares it, with its parameters open.
        name: `.ctor` for constructors, `this` for indexers, `op+` and the like for operators.
        kind: `method`, `property`, `field`, `indexer`, `constructor`, `operator`, `implicit`, `explicit`.
        generics: the method's own type parameters.
    """

    owner: Ty
    name: str
    kind: str
    static: bool
    extension: bool
    result: Ty
    params: tuple[Param, ...]
    generics: tuple[Ty, ...]
    entry: Entry
    variadic: bool = False
    scope: frozenset[str] = field(default_factory=frozenset)


class _Reader:
    def __init__(self, text: str, generics: frozenset[str]) -> None:
        self.tokens = [m.group(1) for m in _TOKEN.finditer(text)]
        self.at = 0
        self.generics = set(generics)

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def skip(self, token: str) -> bool:
        if self.peek() == token:
            self.at += 1
            return True
        return False

    def type(self) -> tuple[Ty, bool]:
        """A type, and whether `?` on a reference type marks it as open to null."""
        name = self.take()
        args: list[Ty] = []
        if self.skip("<"):
            while not self.skip(">"):
                args.append(self.type()[0])
                self.skip(",")
        ty = t.parameter(name) if name in self.generics else t.make(name, tuple(args))
        ty = t.KEYWORDS.get(ty.name, ty)
        marked = False
        while self.peek() in ("[", "?"):
            if self.skip("?"):
                if is_value(ty):
                    ty = t.nullable(ty)
                else:
                    marked = True
                continue
            self.take()
            self.take()
            ty = t.array(ty)
        return ty, marked


VALUE_TYPES = frozenset(
    {
        *(ty.name for ty in t.NUMERIC),
        "bool",
        "DateTime",
        "TimeSpan",
        "DateTimeOffset",
        "Guid",
        "KeyValuePair",
        "ValueTuple",
        "HashAlgorithmName",
        # enums
        "DateTimeKind",
        "DayOfWeek",
        "JTokenType",
        "Formatting",
        "StringComparison",
        "StringSplitOptions",
        "MidpointRounding",
        "RegexOptions",
        "UriPartial",
        "UriKind",
        "Base64FormattingOptions",
        "ProductState",
        "BackendType",
        "SaveOptions",
        "LoadOptions",
        "XmlNodeType",
        "CipherMode",
        "PaddingMode",
        "MergeArrayHandling",
        "MergeNullValueHandling",
        "NumberStyles",
        "DateTimeStyles",
        "TypeCode",
        "UriComponents",
        "UriHostNameType",
        "AddressFamily",
        "X509ContentType",
        "X509NameType",
        "UriFormat",
        "UnicodeCategory",
        "RSAEncryptionPaddingMode",
        "RSASignaturePaddingMode",
        "NormalizationForm",
    }
)


def is_value(ty: Ty) -> bool:
    """Whether a type is a value type (`Nullable<T>` included)."""
    return ty.name in VALUE_TYPES or ty.name == "?"


def read(owner: Ty, entry: Entry) -> Signature:
    """Reads one entry's text."""
    generics = frozenset(a.name[1:] for a in owner.args)
    own = re.search(r"(\w+)<([\w, ]+)>\(", entry.text)
    extra = own.group(2).replace(" ", "").split(",") if own and " operator " not in entry.text else []
    r = _Reader(entry.text, generics | frozenset(extra))
    static = r.skip("static")
    if r.peek() == "new":
        r.take()
        params = _params(r)
        return _make(owner, ".ctor", "constructor", True, owner, params, (), entry)
    if r.peek() in ("implicit", "explicit"):
        kind = r.take()
        r.take()
        result, _ = r.type()
        return _make(owner, kind, kind, True, result, _params(r), (), entry)
    result, _ = r.type()
    name = r.take()
    if name.startswith("operator"):
        return _make(owner, "op" + name[8:].strip(), "operator", True, result, _params(r), (), entry)
    if name == "this":
        r.skip("[")
        return _make(owner, "this", "indexer", False, result, _params(r, "]"), (), entry)
    if r.skip("<"):
        while not r.skip(">"):
            r.take()
    if r.peek() != "(":
        return _make(owner, name, "property", static, result, ((), False, False), (), entry)
    own_types = tuple(t.parameter(x) for x in extra)
    return _make(owner, name, "method", static, result, _params(r), own_types, entry)


def _make(
    owner: Ty,
    name: str,
    kind: str,
    static: bool,
    result: Ty,
    params: tuple[tuple[Param, ...], bool, bool],
    generics: tuple[Ty, ...],
    entry: Entry,
) -> Signature:
    found, variadic, extension = params
    return Signature(owner, name, kind, static, extension, result, found, generics, entry, variadic)


def _params(r: _Reader, close: str = ")") -> tuple[tuple[Param, ...], bool, bool]:
    r.skip("(")
    out: list[Param] = []
    variadic = extension = False
    while not r.skip(close):
        mode = ""
        if r.skip("this"):
            extension = True
        elif r.skip("params"):
            variadic = True
        elif r.peek() in ("out", "ref"):
            mode = r.take()
        ty, marked = r.type()
        name = r.take()
        optional, default = False, None
        if r.skip("="):
            optional, default = True, _constant(r.take())
        loose = t.is_parameter(ty) and name != "key"  # a dictionary's key may never be null
        out.append(Param(name, ty, mode, marked or is_value(ty) or loose, optional, default))
        r.skip(",")
    return tuple(out), variadic, extension


def _constant(token: str) -> str | int | bool | None:
    if token == "null" or token == "default":
        return None
    if token in ("true", "false"):
        return token == "true"
    return token[1:-1] if token.startswith('"') else int(token)
