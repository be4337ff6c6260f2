"""What a value is: a literal, or one whole policy expression."""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.apim.document.csharp import Broken, begins, end_of


@dataclass(frozen=True, slots=True)
class Literal:
    """A text that stands for itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Expression:
    """A policy expression.

    Attributes:
        source: the C# with its `@( )` or `@{ }`, without white space around it.
        start: how many characters of the value stand before the `@`.
    """

    source: str
    start: int = 0


Content = Literal | Expression


def parse_value(text: str) -> Content:
    """A value as literal or expression; an expression is always the whole value.

    >>> parse_value(" @(1 + 1) ")
    Expression(source='@(1 + 1)', start=1)
    >>> parse_value("me@(example)")
    Literal(text='me@(example)')

    Source: rewrite-uri-policy (2024-07-23): either a literal or an expression, never both.
    """
    stripped = text.strip()
    if not begins(stripped):
        return Literal(text)
    end = end_of(stripped)
    if isinstance(end, Broken) or end != len(stripped):
        return Literal(text)
    return Expression(stripped, text.index("@"))
