"""Where a policy expression ends: brackets are matched by C#'s lexical rules, nothing else is understood.

Strings (regular, verbatim, interpolated, and both), character literals and comments are skipped whole, so
that a bracket or a quote inside them does not count.

Source: the C# language specification, "Lexical structure",
https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/lexical-structure
(2023-11).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_NESTING = 24
"""Interpolated strings inside interpolated strings; and eight times this many brackets."""

_CODE = re.compile(r"""[^"'/(){}\[\]@$]+""")
_HOLE = re.compile(r"""[^"'/(){}\[\]@$:]+""")
_STRING = re.compile(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"')
_VERBATIM = re.compile(r'"[^"]*(?:""[^"]*)*"(?!")')
_CHAR = re.compile(r"'[^'\\\n]*(?:\\.[^'\\\n]*)*'")
_LINE = re.compile(r"//[^\n]*")
_PLAIN = re.compile(r'[^"\\{}\n]+')
_PLAIN_VERBATIM = re.compile(r'[^"{}]+')
_CLOSERS = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Broken:
    """Why an expression has no end.

    Attributes:
        offset: where the piece without an end begins, or the bracket that does not fit.
        reason: half a sentence, such as "this string is not closed".
        ran_out: whether the text ended; a longer text might hold the end.
    """

    offset: int
    reason: str
    ran_out: bool


class _Stop(Exception):
    def __init__(self, offset: int, reason: str, ran_out: bool) -> None:
        super().__init__(reason)
        self.broken = Broken(offset, reason, ran_out)


def begins(text: str, start: int = 0) -> bool:
    """Whether an expression begins at an offset: `@(` or `@{`."""
    return text.startswith(("@(", "@{"), start)


def end_of(text: str, start: int = 0) -> int | Broken:
    """The offset behind the bracket that closes the expression which begins at `start`.

    >>> end_of('@(a == ")")"')
    11
    """
    opener = text[start + 1]
    try:
        return _code(text, start + 2, start + 1, _CLOSERS[opener], 0)
    except _Stop as stop:
        return stop.broken


def _code(text: str, position: int, opened: int, closer: str, nesting: int, hole: bool = False) -> int:
    """The offset behind the closer; `hole` is the inside of an interpolated string's braces."""
    plain = _HOLE if hole else _CODE
    stack = [(closer, opened)]
    size = len(text)
    while position < size:
        found = plain.match(text, position)
        if found:
            position = found.end()
            if position >= size:
                break
        char = text[position]
        if char in ")]}":
            wanted, at = stack.pop()
            if char != wanted:
                raise _Stop(position, f'"{char}" stands where "{wanted}" should close "{text[at]}"', False)
            position += 1
            if not stack:
                return position
        elif char in "([{":
            stack.append((_CLOSERS[char], position))
            if len(stack) > MAX_NESTING * 8:
                raise _Stop(position, "brackets are nested too deeply", False)
            position += 1
        elif char == ":" and hole and len(stack) == 1:
            position = _until(text, "}", position, opened)
        else:
            position = _token(text, position, char, nesting)
    raise _Stop(stack[-1][1], f'"{text[stack[-1][1]]}" is not closed', True)


def _until(text: str, what: str, position: int, opened: int) -> int:
    end = text.find(what, position)
    if end < 0:
        raise _Stop(opened, f'"{text[opened]}" is not closed', True)
    return end


def _token(text: str, position: int, char: str, nesting: int) -> int:
    """The offset behind a string, a character, a comment, or one plain character."""
    if char == '"':
        return _match(_STRING, text, position, "this string is not closed")
    if char == "'":
        return _match(_CHAR, text, position, "this character is not closed")
    following = text[position + 1 : position + 3]
    if char == "/":
        if following.startswith("/"):
            return _match(_LINE, text, position, "this comment is not closed")
        if following.startswith("*"):
            return _until(text, "*/", position + 2, position) + 2
    elif char == "@" and following.startswith('"'):
        found = _VERBATIM.match(text, position + 1)
        if not found:
            raise _Stop(position, "this string is not closed", True)
        return found.end()
    elif char == "$" and following.startswith('"'):
        return _interpolated(text, position + 2, position, False, nesting)
    elif {char, following[:1]} == {"$", "@"} and following.endswith('"') and len(following) == 2:
        return _interpolated(text, position + 3, position, True, nesting)
    return position + 1


def _match(pattern: re.Pattern[str], text: str, position: int, reason: str) -> int:
    found = pattern.match(text, position)
    if not found:
        raise _Stop(position, reason, "\n" not in text[position:])
    return found.end()


def _interpolated(text: str, position: int, opened: int, verbatim: bool, nesting: int) -> int:
    """The offset behind an interpolated string whose text begins at `position`."""
    if nesting >= MAX_NESTING:
        raise _Stop(opened, "strings are nested too deeply", False)
    plain = _PLAIN_VERBATIM if verbatim else _PLAIN
    size = len(text)
    while position < size:
        found = plain.match(text, position)
        if found:
            position = found.end()
            continue
        char = text[position]
        doubled = text.startswith(char * 2, position)
        if char == '"' and not (verbatim and doubled):
            return position + 1
        if char == "\n":
            raise _Stop(opened, "this string is not closed", False)
        if char == "{" and not doubled:
            position = _code(text, position + 1, position, "}", nesting + 1, hole=True)
        elif char == "\\" and not verbatim:
            position += 2
        else:
            position += 2 if doubled else 1
    raise _Stop(opened, "this string is not closed", True)
