"""Static types of C#: names with type arguments, interned so that equal types are one object.

Source: C# language specification, chapter 8 "Types".
"""

from __future__ import annotations

from functools import cache


class Ty:
    """A type: a name and its arguments. `[]` is an array, `?` a nullable value, `!T` a type parameter.

    Attributes:
        names: what the elements of a tuple are called, empty texts for those without a name.
        plain: the same type without any names of tuple elements; two types are identical when these are.
    """

    __slots__ = ("args", "name", "names", "plain")

    def __init__(self, name: str, args: tuple[Ty, ...], names: tuple[str, ...] = ()) -> None:
        self.name = name
        self.args = args
        self.names = names
        named = bool(names) or any(a.plain is not a for a in args)
        self.plain: Ty = make(name, tuple(a.plain for a in args)) if named else self

    def __repr__(self) -> str:
        return self.show()

    def show(self) -> str:
        """The type as C# writes it.

        >>> array(make("List", (STRING,))).show()
        'List<string>[]'
        """
        if self.name == "[]":
            return f"{self.args[0].show()}[]"
        if self.name.startswith("[,"):
            return self.args[0].show() + self.name
        if self.name == "?":
            return f"{self.args[0].show()}?"
        if self.name.startswith("anonymous"):
            return "anonymous"
        name = self.name.lstrip("!")
        return f"{name}<{','.join(a.show() for a in self.args)}>" if self.args else name


@cache
def _interned(name: str, args: tuple[Ty, ...], names: tuple[str, ...]) -> Ty:
    return Ty(name, args, names)


def make(name: str, args: tuple[Ty, ...] = (), names: tuple[str, ...] = ()) -> Ty:
    """The one type of this name with these arguments, and names for the elements of a tuple."""
    return _interned(name, args, names)


BOOL = make("bool")
BYTE = make("byte")
SBYTE = make("sbyte")
SHORT = make("short")
USHORT = make("ushort")
INT = make("int")
UINT = make("uint")
LONG = make("long")
ULONG = make("ulong")
FLOAT = make("float")
DOUBLE = make("double")
DECIMAL = make("decimal")
CHAR = make("char")
STRING = make("string")
OBJECT = make("object")
VOID = make("void")
NULL = make("null")
NEVER = make("never")
DATETIME = make("DateTime")
TIMESPAN = make("TimeSpan")
EXCEPTION = make("Exception")
JTOKEN = make("JToken")
TYPE = make("Type")

INTEGRAL_BITS = {SBYTE: (8, True), BYTE: (8, False), SHORT: (16, True), USHORT: (16, False)} | {
    INT: (32, True),
    UINT: (32, False),
    LONG: (64, True),
    ULONG: (64, False),
    CHAR: (16, False),
}
NUMERIC = frozenset(INTEGRAL_BITS) | {FLOAT, DOUBLE, DECIMAL}

KEYWORDS = {
    "Boolean": BOOL,
    "Byte": BYTE,
    "SByte": SBYTE,
    "Int16": SHORT,
    "UInt16": USHORT,
    "Int32": INT,
    "UInt32": UINT,
    "Int64": LONG,
    "UInt64": ULONG,
    "Single": FLOAT,
    "Double": DOUBLE,
    "Decimal": DECIMAL,
    "Char": CHAR,
    "String": STRING,
    "Object": OBJECT,
}
CLR_NAMES = {ty: name for name, ty in KEYWORDS.items()}

# implicit numeric conversions, C# specification 10.2.3
WIDENS: dict[Ty, frozenset[Ty]] = {
    SBYTE: frozenset({SHORT, INT, LONG, FLOAT, DOUBLE, DECIMAL}),
    BYTE: frozenset({SHORT, USHORT, INT, UINT, LONG, ULONG, FLOAT, DOUBLE, DECIMAL}),
    SHORT: frozenset({INT, LONG, FLOAT, DOUBLE, DECIMAL}),
    USHORT: frozenset({INT, UINT, LONG, ULONG, FLOAT, DOUBLE, DECIMAL}),
    INT: frozenset({LONG, FLOAT, DOUBLE, DECIMAL}),
    UINT: frozenset({LONG, ULONG, FLOAT, DOUBLE, DECIMAL}),
    LONG: frozenset({FLOAT, DOUBLE, DECIMAL}),
    ULONG: frozenset({FLOAT, DOUBLE, DECIMAL}),
    CHAR: frozenset({USHORT, INT, UINT, LONG, ULONG, FLOAT, DOUBLE, DECIMAL}),
    FLOAT: frozenset({DOUBLE}),
}


def array(element: Ty) -> Ty:
    """`T[]`."""
    return make("[]", (element,))


def grid(element: Ty, rank: int) -> Ty:
    """`T[,]` and the like: an array of several dimensions."""
    return make("[" + "," * (rank - 1) + "]", (element,))


def tuple_of(elements: tuple[Ty, ...], names: tuple[str, ...] = ()) -> Ty:
    """`(T a, U b)`; names count only where there is one."""
    return make("ValueTuple", elements, names if any(names) else ())


def nullable(element: Ty) -> Ty:
    """`T?` of a value type."""
    return make("?", (element,))


def enumerable(element: Ty) -> Ty:
    """`IEnumerable<T>`."""
    return make("IEnumerable", (element,))


def parameter(name: str) -> Ty:
    """A type parameter."""
    return make("!" + name)


def is_parameter(ty: Ty) -> bool:
    """Whether a type is a type parameter."""
    return ty.name.startswith("!")


def substitute(ty: Ty, given: dict[Ty, Ty]) -> Ty:
    """A type with its type parameters replaced."""
    if ty in given:
        return given[ty]
    if not ty.args:
        return ty
    return make(ty.name, tuple(substitute(a, given) for a in ty.args), ty.names)


def open_parameters(ty: Ty) -> frozenset[Ty]:
    """The type parameters that occur in a type."""
    if is_parameter(ty):
        return frozenset({ty})
    return frozenset().union(*(open_parameters(a) for a in ty.args))


def delegate_shape(ty: Ty) -> tuple[tuple[Ty, ...], Ty] | None:
    """Parameter and return types of a delegate type, or None for any other."""
    match ty.name:
        case "Func":
            return ty.args[:-1], ty.args[-1]
        case "Action":
            return ty.args, VOID
        case "Predicate":
            return ty.args, BOOL
        case "Comparison":
            return (ty.args[0], ty.args[0]), INT
        case "Converter":
            return ty.args[:1], ty.args[1]
        case "MatchEvaluator":
            return (make("Match"),), STRING
        case _:
            return None
