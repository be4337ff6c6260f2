r"""Where a text stands in another one, as the invariant culture sees it.

A letter with its accents is one thing, however it is spelled, and characters that cannot be seen count for
nothing. `\r\n` is two characters here, as on Windows.

Source: https://learn.microsoft.com/dotnet/standard/base-types/best-practices-strings; checked against ICU.
"""

from __future__ import annotations

import re
import unicodedata

from gatewright.apim.expressions.library.chars import lower_char

_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
Places = list[tuple[str, int]]
"""What counts in a text: each letter with its accents, and where it begins."""


def plain(s: str, value: str) -> bool:
    """Whether the two can be compared character by character."""
    return s.isascii() and value.isascii() and _CONTROLS.search(s + value) is None


def _places(text: str, ignore_case: bool) -> Places:
    out: Places = []
    high = ""
    for at, c in enumerate(text):
        if "\ud800" <= c <= "\udbff":
            high = c
            continue
        whole, start = (high + c, at - 1) if high and "\udc00" <= c <= "\udfff" else (c, at)
        high = ""
        if _unseen(whole):
            continue
        for step in unicodedata.normalize("NFD", whole):
            if unicodedata.combining(step) and out:
                out[-1] = (out[-1][0] + step, out[-1][1])
            else:
                out.append((lower_char(step) if ignore_case and len(step) == 1 else step, start))
                if len(whole) == 2:
                    out[-1] = (whole, start)
                    break
    return out


def _unseen(c: str) -> bool:
    if len(c) != 1:
        return False
    return _CONTROLS.match(c) is not None or c == "\u200b" or unicodedata.category(c) == "Cf"


def _found(s: str, value: str, ignore_case: bool, last: bool) -> int:
    theirs = [key for key, _ in _places(value, ignore_case)]
    mine = _places(s, ignore_case)
    starts = range(len(mine) - len(theirs) + 1)
    if value and not s:
        return -1
    if not theirs:
        return max(0, len(s) - 1) if last else 0
    for at in reversed(starts) if last else starts:
        if [key for key, _ in mine[at : at + len(theirs)]] == theirs:
            return mine[at][1]
    return -1


def find(s: str, value: str, ignore_case: bool = False) -> int:
    """The first place, or -1."""
    return _found(s, value, ignore_case, last=False)


def find_last(s: str, value: str, ignore_case: bool = False) -> int:
    """The last place, or -1."""
    return _found(s, value, ignore_case, last=True)


def starts(s: str, value: str, ignore_case: bool = False) -> bool:
    """Whether a text begins with another."""
    theirs = [key for key, _ in _places(value, ignore_case)]
    if value and not s:
        return False
    return [key for key, _ in _places(s, ignore_case)[: len(theirs)]] == theirs


def ends(s: str, value: str, ignore_case: bool = False) -> bool:
    """Whether a text ends with another."""
    theirs = [key for key, _ in _places(value, ignore_case)]
    if value and not theirs:
        return bool(s) and _unseen(s[-1])
    mine = [key for key, _ in _places(s, ignore_case)]
    return len(mine) >= len(theirs) and mine[len(mine) - len(theirs) :] == theirs
