"""Words that are keywords for the grammar or for C#, but not for both.

The grammar knows later versions of C#, in which `async`, `with`, `record` and the like are keywords in places
where C# 7.3 has ordinary names. The parser sees other letters in place of such a word, of the same length, so
that places stay; the text of a node is always read from what was written.

Source: C# language specification, 6.4.4 "Keywords"; 15.15.1, by which `await` is a keyword only inside
`async` functions.
"""

from __future__ import annotations

import re

RESERVED = frozenset(
    "abstract as base bool break byte case catch char checked class const continue decimal default "
    "delegate do double else enum event explicit extern false finally fixed float for foreach goto if "
    "implicit in int interface internal is lock long namespace new null object operator out override "
    "params private protected public readonly ref return sbyte sealed short sizeof stackalloc static "
    "string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using virtual "
    "void volatile while".split()
)

# what follows `async`, `await`, `with` and `yield` where they are no names
_OPERATORS = (
    rb"(?:is|as|in|on|by|select|where|orderby|group|join|let|into|equals|ascending|descending|when)\b"
)
_LAMBDA = rb"\s+(?:delegate\b|[\w@]+\s*=>|[\w.]+(?:<[^;{}()]{0,200}>)?\s+\w+\s*[(<])|\s*\([^()]{0,500}\)\s*=>"
_NAMES = re.compile(
    rb"(?<![\w\\])(?:(?:file|field|init|managed|nint|notnull|nuint|record|required|scoped|unmanaged)(?!\w)"
    rb"|async(?!\w)(?!" + _LAMBDA + rb")"
    rb"|(?<=[\w>\]?]\s)(?<!return\s)async(?=\()"
    rb"|await(?!\w)(?!\s+(?!" + _OPERATORS + rb")[A-Za-z_@])"
    rb"|with(?!\w)(?!\s*\{)"
    rb"|yield(?!\w)(?!\s+(?:return|break)\b))"
)
_CALL = re.compile(rb"(?<=\w)\s*(\()([^();{}]+)(\))(?=\s*(?:[-+*/%&|^]|<<|>>)?=[^=>])")


def masked(data: bytes) -> bytes:
    """The text with a name in place of each word that is one in C# 7.3 alone.

    >>> masked(b"var async = with + awaiting;")
    b'var a_ync = w_th + awaiting;'
    """
    return _NAMES.sub(lambda m: m[0][:1] + b"_" + m[0][2:], data)


def with_indexed_calls(data: bytes) -> bytes:
    """The text with `F[x] = y` in place of `F(x) = y`, which the grammar does not know.

    >>> with_indexed_calls(b"At(1) = 2;")
    b'At[1] = 2;'
    """
    return _CALL.sub(lambda m: m[0].replace(b"(", b"[").replace(b")", b"]"), data)
