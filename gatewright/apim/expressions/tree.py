"""The syntax tree of a policy expression: frozen nodes with offsets into the C# text.

Source: C# language specification, chapters 12 and 13, https://learn.microsoft.com/dotnet/csharp/language-reference/.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """Anything in the tree.

    Attributes:
        at: offset of the first character in the C# text.
        end: offset behind the last character.
    """

    at: int
    end: int


# --------------------------------------------------------------------------- types


@dataclass(frozen=True, slots=True)
class NamedType(Node):
    """A type by its name, such as `List<string>`; `name` keeps the last part, `scope` what stands before."""

    name: str
    args: tuple[TypeNode, ...] = ()
    scope: str = ""


@dataclass(frozen=True, slots=True)
class ArrayOf(Node):
    """`T[]`; rank above one is written `T[,]`."""

    element: TypeNode
    rank: int = 1


@dataclass(frozen=True, slots=True)
class NullableOf(Node):
    """`T?`."""

    element: TypeNode


@dataclass(frozen=True, slots=True)
class TupleOf(Node):
    """`(int a, string b)`."""

    elements: tuple[tuple[TypeNode, str], ...]


@dataclass(frozen=True, slots=True)
class VarType(Node):
    """`var`."""


@dataclass(frozen=True, slots=True)
class RefOf(Node):
    """`ref T` or `ref readonly T`: the type of what stands for another variable."""

    element: TypeNode
    fixed: bool = False


TypeNode = NamedType | ArrayOf | NullableOf | TupleOf | VarType | RefOf

# --------------------------------------------------------------------------- expressions


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A constant. `kind` is a C# keyword (`int`, ...) or `null`; decimals keep their digits as text."""

    kind: str
    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Hole(Node):
    """`{value,alignment:format}` in an interpolated string."""

    value: Expr
    alignment: Expr | None
    format: str | None


@dataclass(frozen=True, slots=True)
class Interpolated(Node):
    """`$"..."`: texts and holes."""

    parts: tuple[str | Hole, ...]


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A simple name, with type arguments where written."""

    name: str
    type_args: tuple[TypeNode, ...] = ()


@dataclass(frozen=True, slots=True)
class TypeExpr(Node):
    """A type where an expression stands: `string.Join`, `int.Parse`."""

    type: TypeNode


@dataclass(frozen=True, slots=True)
class Member(Node):
    """`target.name<T>`."""

    target: Expr
    name: str
    name_at: int
    type_args: tuple[TypeNode, ...] = ()


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """An argument. `mode` is "", "out", "ref" or "in"; `declares` is the type of `out T x`."""

    value: Expr
    name: str | None = None
    mode: str = ""
    declares: TypeNode | None = None


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`target(args)`."""

    target: Expr
    args: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Index(Node):
    """`target[args]`."""

    target: Expr
    args: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class CondTarget(Node):
    """The value in front of `?.`, where it stands inside the part behind."""


@dataclass(frozen=True, slots=True)
class CondAccess(Node):
    """`target?.rest`: `rest` begins at its `CondTarget`."""

    target: Expr
    rest: Expr


@dataclass(frozen=True, slots=True)
class MemberInit(Node):
    """`Name = value` in an object initialiser."""

    name: str
    value: Expr | Initializer


@dataclass(frozen=True, slots=True)
class IndexInit(Node):
    """`[key] = value` in an object initialiser."""

    args: tuple[Argument, ...]
    value: Expr | Initializer


@dataclass(frozen=True, slots=True)
class Initializer(Node):
    """`{ ... }` behind `new`."""

    items: tuple[Expr | Initializer | MemberInit | IndexInit, ...]


@dataclass(frozen=True, slots=True)
class New(Node):
    """`new T(args) { ... }`."""

    type: TypeNode
    args: tuple[Argument, ...]
    init: Initializer | None


@dataclass(frozen=True, slots=True)
class NewArray(Node):
    """`new T[size] { ... }`; without a type, `new[] { ... }` or a bare array initialiser.

    Attributes:
        sizes: one for each dimension, none where the elements alone say how many there are.
    """

    element: TypeNode | None
    sizes: tuple[Expr, ...]
    init: Initializer | None
    rank: int = 1


@dataclass(frozen=True, slots=True)
class Anonymous(Node):
    """`new { A = x, b.C }`."""

    members: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """A prefix operator: `- + ! ~ ++ --`; a postfix one has `op` `p++` or `p--`."""

    op: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """A binary operator, `??` included."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Assign(Node):
    """`left op= right`; `op` is empty for a plain assignment."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Ternary(Node):
    """`test ? yes : no`."""

    test: Expr
    yes: Expr
    no: Expr


@dataclass(frozen=True, slots=True)
class Cast(Node):
    """`(type)value`."""

    type: TypeNode
    value: Expr


@dataclass(frozen=True, slots=True)
class Paren(Node):
    """`(value)`."""

    value: Expr


@dataclass(frozen=True, slots=True)
class ConstPattern(Node):
    """`is 3`, `case "a":`; a bare name may turn out to be a type."""

    value: Expr


@dataclass(frozen=True, slots=True)
class DeclPattern(Node):
    """`is T name`; without a name, `is T`."""

    type: TypeNode
    name: str | None


Pattern = ConstPattern | DeclPattern


@dataclass(frozen=True, slots=True)
class Is(Node):
    """`value is pattern`."""

    value: Expr
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class As(Node):
    """`value as type`."""

    value: Expr
    type: TypeNode


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """A parameter of a lambda or local function; `type` is None where it is inferred.

    A name with spaces is an anonymous object that is taken apart into its members, a range variable of a
    query as `fixed` ones are. `mode` is "", "out", "ref" or "in"; `variadic` marks `params`.
    """

    name: str
    type: TypeNode | None = None
    mode: str = ""
    default: Expr | None = None
    variadic: bool = False
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Lambda(Node):
    """`(a, b) => body`, or `delegate (T a) { ... }`; `any` marks `delegate { ... }`, which takes anything."""

    parameters: tuple[Parameter, ...]
    body: Expr | Block
    any: bool = False


@dataclass(frozen=True, slots=True)
class TypeOf(Node):
    """`typeof(T)`."""

    type: TypeNode


@dataclass(frozen=True, slots=True)
class Default(Node):
    """`default(T)`, or `default` alone."""

    type: TypeNode | None


@dataclass(frozen=True, slots=True)
class ThrowExpr(Node):
    """`throw value` inside an expression."""

    value: Expr


@dataclass(frozen=True, slots=True)
class Tuple(Node):
    """`(a, b)`, with names where written."""

    items: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class NewVariable(Node):
    """`int a` or, with `var`, `a` on the left of a deconstruction."""

    type: TypeNode
    name: str


@dataclass(frozen=True, slots=True)
class Checked(Node):
    """`checked(value)` or `unchecked(value)`."""

    checked: bool
    value: Expr


@dataclass(frozen=True, slots=True)
class RefTo(Node):
    """`ref value`: the variable itself."""

    value: Expr


Expr = (
    Literal
    | Interpolated
    | Name
    | TypeExpr
    | Member
    | Call
    | Index
    | CondTarget
    | CondAccess
    | New
    | NewArray
    | Anonymous
    | Unary
    | Binary
    | Assign
    | Ternary
    | Cast
    | Paren
    | Is
    | As
    | Lambda
    | TypeOf
    | Default
    | ThrowExpr
    | Tuple
    | NewVariable
    | Checked
    | RefTo
)

# --------------------------------------------------------------------------- statements


@dataclass(frozen=True, slots=True)
class Declare(Node):
    """`T a = x, b;`; `const` and `using` declarations too."""

    type: TypeNode
    names: tuple[tuple[str, Expr | None, int], ...]
    constant: bool = False


@dataclass(frozen=True, slots=True)
class ExprStatement(Node):
    """An expression as a statement."""

    value: Expr


@dataclass(frozen=True, slots=True)
class Block(Node):
    """`{ ... }`."""

    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class If(Node):
    """`if (test) yes else no`."""

    test: Expr
    yes: Statement
    no: Statement | None


@dataclass(frozen=True, slots=True)
class While(Node):
    """`while (test) body`; `do body while (test)` where `first` is true."""

    test: Expr
    body: Statement
    first: bool


@dataclass(frozen=True, slots=True)
class For(Node):
    """`for (init; test; update) body`."""

    init: tuple[Statement, ...]
    test: Expr | None
    update: tuple[Expr, ...]
    body: Statement


@dataclass(frozen=True, slots=True)
class ForEach(Node):
    """`foreach (T name in values) body`."""

    type: TypeNode
    name: str
    values: Expr
    body: Statement


@dataclass(frozen=True, slots=True)
class Return(Node):
    """`return value;`."""

    value: Expr | None


@dataclass(frozen=True, slots=True)
class Throw(Node):
    """`throw value;`; without a value, the caught exception again."""

    value: Expr | None


@dataclass(frozen=True, slots=True)
class Break(Node):
    """`break;`."""


@dataclass(frozen=True, slots=True)
class Continue(Node):
    """`continue;`."""


@dataclass(frozen=True, slots=True)
class Catch(Node):
    """`catch (T name) when (test) { ... }`."""

    type: TypeNode | None
    name: str | None
    test: Expr | None
    body: Block


@dataclass(frozen=True, slots=True)
class Try(Node):
    """`try { } catch { } finally { }`."""

    body: Block
    catches: tuple[Catch, ...]
    last: Block | None


@dataclass(frozen=True, slots=True)
class Using(Node):
    """`using (var x = ...) body`."""

    resource: Declare | Expr
    body: Statement


@dataclass(frozen=True, slots=True)
class Lock(Node):
    """`lock (value) body`."""

    value: Expr
    body: Statement


@dataclass(frozen=True, slots=True)
class Case(Node):
    """One label of a switch: a pattern with an optional test, or `default`."""

    pattern: Pattern | None
    test: Expr | None


@dataclass(frozen=True, slots=True)
class Section(Node):
    """The labels of a switch that share statements."""

    cases: tuple[Case, ...]
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Switch(Node):
    """`switch (value) { ... }`."""

    value: Expr
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class LocalFunction(Node):
    """`T name(parameters) { ... }` inside a block.

    Attributes:
        limits: what `where` asks of type parameters: a type, "struct", "class", "new()" or "unmanaged".
    """

    type: TypeNode
    name: str
    parameters: tuple[Parameter, ...]
    body: Expr | Block
    generics: tuple[str, ...] = ()
    limits: tuple[tuple[str, str | TypeNode], ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedBlock(Node):
    """`checked { ... }` or `unchecked { ... }`."""

    checked: bool
    body: Block


@dataclass(frozen=True, slots=True)
class GotoCase(Node):
    """`goto case value;`; without a value, `goto default;`."""

    value: Expr | None


@dataclass(frozen=True, slots=True)
class Goto(Node):
    """`goto label;`."""

    label: str


@dataclass(frozen=True, slots=True)
class Labeled(Node):
    """`label: statement`."""

    label: str
    body: Statement


@dataclass(frozen=True, slots=True)
class Yield(Node):
    """`yield return value;`; without a value, `yield break;`."""

    value: Expr | None


@dataclass(frozen=True, slots=True)
class Empty(Node):
    """`;`."""


Statement = (
    Declare
    | ExprStatement
    | Block
    | If
    | While
    | For
    | ForEach
    | Return
    | Throw
    | Break
    | Continue
    | Try
    | Using
    | Lock
    | Switch
    | LocalFunction
    | CheckedBlock
    | GotoCase
    | Goto
    | Labeled
    | Yield
    | Empty
)
