"""How values become XML and C#: the filters of the templates.

Configuration never becomes C# source. A string inside C# goes through `csharp_string`; a literal attribute or
text goes through `literal`, which writes as an expression what API Management would not read as a literal.
"""

from __future__ import annotations

import re

from markupsafe import Markup

_PLAIN = re.compile(r"[A-Za-z0-9 _-]")
_XML_ESCAPES = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "'": "&apos;",
        "\t": "&#9;",
        "\n": "&#10;",
        "\r": "&#13;",
    }
)


def csharp_string(value: str) -> str:
    r"""The inside of a C# string literal: everything outside `[A-Za-z0-9 _-]` as `\uXXXX`.

    Characters beyond U+FFFF become a surrogate pair, as C# strings are UTF-16.

    >>> print(csharp_string('a"b'), csharp_string("\U0001f600"))
    a\u0022b \uD83D\uDE00
    """
    return "".join(item if _PLAIN.fullmatch(item) else _escaped(item) for item in value)


def literal(value: str) -> Markup:
    r"""A literal attribute value or text that API Management takes as exactly this text.

    What would begin an expression (`@(`, `@{`) or hold a named value (`{{`) is written as an expression that
    gives the text.

    >>> print(literal("R&D"), literal("@(1)"))
    R&amp;D @(&quot;\u0040\u00281\u0029&quot;)
    """
    if value.lstrip().startswith(("@(", "@{")) or "{{" in value:
        return Markup(f"@(&quot;{csharp_string(value)}&quot;)")
    return Markup(value.translate(_XML_ESCAPES))


def one_line(value: str) -> str:
    r"""C# of several lines on one: XML would read the line ends of an attribute as blanks anyway.

    Raises:
        ValueError: for a `//` comment, which would swallow the rest.

    >>> one_line("@{\n    return 1;\n}")
    '@{ return 1; }'
    """
    lines = [line.strip() for line in value.splitlines()]
    if any(line.startswith("//") for line in lines):
        raise ValueError("a // comment would swallow the lines behind it; use a template comment")
    return type(value)(" ".join(line for line in lines if line))


def truth(value: bool) -> str:
    """A boolean as XML writes it.

    >>> truth(True)
    'true'
    """
    return "true" if value else "false"


def _escaped(character: str) -> str:
    data = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{data[i]:02X}{data[i + 1]:02X}" for i in range(0, len(data), 2))
