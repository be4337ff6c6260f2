"""Brackets of C# by a reader of its own, so that the reader under test is not its own judge."""

from __future__ import annotations

import re

_TOKENS = re.compile(
    r"//[^\n]*|/\*.*?\*/"
    r'|(?:\$@|@\$)"(?:[^"]|"")*"|@"(?:[^"]|"")*"'
    r'|\$"(?:\{\{|\}\}|\{[^{}]*\}|\\.|[^"\\{}])*"'
    r'|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|[()\[\]{}]',
    re.DOTALL,
)
_PARTNER = {")": "(", "]": "[", "}": "{"}


def _tokens(source: str) -> list[tuple[int, str]]:
    return [(found.start(), found.group()) for found in _TOKENS.finditer(source)]


def brackets(source: str) -> list[tuple[int, int]]:
    """Offsets of each pair of brackets outside of strings, characters and comments; the outermost first."""
    stack: list[int] = []
    pairs: list[tuple[int, int]] = []
    for at, token in _tokens(source):
        if token in "([{":
            stack.append(at)
        elif token in _PARTNER and stack:
            pairs.append((stack.pop(), at))
    return sorted(pairs)


def unmatched(source: str) -> list[int] | None:
    """Where a reader may say that brackets do not match; None where they do."""
    stack: list[tuple[int, str]] = []
    for at, token in _tokens(source):
        if token in "([{":
            stack.append((at, token))
        elif token in _PARTNER:
            if not stack or stack[-1][1] != _PARTNER[token]:
                return [at, *([stack[-1][0]] if stack else [])]
            stack.pop()
            if not stack and source[at + 1 :].strip():
                more = unmatched("(" + source[at + 1 :])
                return [at + 1, *([at + offset for offset in more] if more else [_close(source, at + 1)])]
    return [stack[-1][0], stack[0][0]] if stack else None


def _close(source: str, start: int) -> int:
    """Where the bracket closes that would have been opened just before an offset."""
    return start - 1 + dict(brackets("(" + source[start:]))[0]


def plain_code(source: str, at: int) -> bool:
    """Whether an offset stands outside of strings, characters and comments."""
    return not any(start <= at < start + len(token) for start, token in _tokens(source) if len(token) > 1)
