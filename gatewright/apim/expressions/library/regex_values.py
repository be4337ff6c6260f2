"""Regex, Match, Group and Capture: what a search finds, within its time.

Source: https://learn.microsoft.com/dotnet/api/system.text.regularexpressions (.NET Core 3.1).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import regex

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import Exceeded, NetError, out_of_range
from gatewright.apim.expressions.library import regex_pattern
from gatewright.apim.expressions.net_datetime import TimeSpan
from gatewright.apim.expressions.values import EnumValue

_T = TypeVar("_T")


_SECONDS = 0.1


_RIGHT_TO_LEFT = 64


class NetRegex:
    """A compiled .NET pattern."""

    __slots__ = ("names", "numbers", "options", "pattern", "seconds", "source")
    ty = t.make("Regex")

    def __init__(self, source: str, options: EnumValue | None = None, limit: TimeSpan | None = None) -> None:
        self.seconds = None if limit is None else limit.ticks / 1e7
        if limit is not None and limit.ticks != -10_000 and limit.ticks <= 0:
            raise out_of_range("matchTimeout")
        bits = 0 if options is None else options.number
        self.source = source
        self.options = bits
        flags = regex.VERSION0
        flags |= regex.IGNORECASE if bits & regex_pattern.IGNORE_CASE else 0
        flags |= regex.REVERSE if bits & _RIGHT_TO_LEFT else 0
        written = regex_pattern.Pattern(source, bits)
        try:
            self.pattern = regex.compile(written.text(), flags)
        except (regex.error, OverflowError, RecursionError) as fault:
            message = f"Invalid pattern '{source}': {fault}"
            raise NetError("RegexParseException", message) from fault
        named = [n for n in written.names if n is not None]
        unnamed = len(written.names) - len(named)
        self.names = ["0", *map(str, range(1, unnamed + 1)), *named]
        self.numbers = [written.engine_number(n) for n in range(len(self.names))]

    def net_text(self) -> str:
        """The pattern."""
        return self.source


def guarded(r: NetRegex, run: Callable[[float], _T]) -> _T:
    """Runs the engine; a pattern that takes too long ends the evaluation.

    Raises:
        NetError: RegexMatchTimeoutException, when the pattern's own time was up.
        Exceeded: when ours was.
    """
    own = r.seconds if r.seconds is not None and 0 < r.seconds < _SECONDS else None
    try:
        return run(own or _SECONDS)
    except TimeoutError as fault:
        if own is not None:
            raise NetError(
                "RegexMatchTimeoutException",
                "The RegEx engine has timed out while trying to match a pattern to an input string.",
            ) from fault
        raise Exceeded(
            "RegexTimeLimitExceeded", f"a regular expression took more than {_SECONDS} s"
        ) from fault


class Group:
    """A group of a match: text, place, and whether it took part."""

    __slots__ = ("captures", "index", "length", "name", "success", "text")
    ty = t.make("Group")

    def __init__(self, match: regex.Match[str] | None, number: int | str | None, name: str) -> None:
        self.name = name
        self.success, self.index, self.length, self.text = False, 0, 0, ""
        self.captures: list[tuple[int, str]] = []
        if match is None or number is None or match.start(number) < 0:
            return
        start, end = match.span(number)
        self.success, self.index, self.length = True, start, end - start
        self.text = match.group(number)
        self.captures = list(zip(match.starts(number), match.captures(number), strict=True))

    def net_text(self) -> str:
        """The matched text."""
        return self.text


class Match(Group):
    """A match, found or not."""

    __slots__ = ("found", "input", "regex")
    ty = t.make("Match")

    def __init__(self, r: NetRegex | None, text: str, found: regex.Match[str] | None) -> None:
        super().__init__(found, 0, "0")
        self.regex = r
        self.input = text
        self.found = found

    def groups(self) -> list[Group]:
        """All groups in .NET's order."""
        if self.regex is None or self.found is None:
            return [self]
        out: list[Group] = [self]
        for number, name in enumerate(self.regex.names[1:], 1):
            out.append(Group(self.found, self.regex.numbers[number], name))
        return out


def first_match(r: NetRegex, text: str, start: int | None = None) -> Match:
    """`Match`: the first place that fits."""
    first, last = bounds_of(r, text, start)
    return Match(r, text, guarded(r, lambda s: r.pattern.search(text, first, last, timeout=s)))


def bounds_of(r: NetRegex, text: str, start: int | None) -> tuple[int, int]:
    """Where a search begins and ends."""
    """Where a search that begins at a place may look; from right to left it ends there."""
    if start is None:
        return 0, len(text)
    if not 0 <= start <= len(text):
        raise out_of_range("startat", "Start index cannot be less than 0 or greater than input length.")
    return (0, start) if r.options & _RIGHT_TO_LEFT else (start, len(text))


def match_within(r: NetRegex, text: str, start: int, length: int) -> Match:
    """`Match` within a part of the text."""
    """`Match(input, beginning, length)`: anchors see the part alone."""
    if not 0 <= start <= len(text) or not 0 <= length <= len(text) - start:
        raise out_of_range("length", "Length cannot be less than 0 or exceed input length.")
    part = first_match(r, text[start : start + length])
    part.index += start
    return part


def next_match(m: Match) -> Match:
    """`NextMatch`."""
    if m.regex is None or m.found is None:
        return m
    if m.regex.options & _RIGHT_TO_LEFT:
        end = m.found.start() - (m.length == 0)
    else:
        end = m.found.end() + (m.length == 0)
    if not 0 <= end <= len(m.input):
        return Match(m.regex, m.input, None)
    return first_match(m.regex, m.input, end)


def all_matches(r: NetRegex, text: str, start: int | None = None) -> list[Match]:
    """Every place that fits."""
    first, last = bounds_of(r, text, start)
    found = guarded(r, lambda s: list(r.pattern.finditer(text, first, last, timeout=s)))
    return [Match(r, text, m) for m in found]


class Capture(Group):
    """One capture of a group."""

    __slots__ = ()
    ty = t.make("Capture")

    def __init__(self, start: int, text: str) -> None:
        super().__init__(None, None, "")
        self.index, self.length, self.text, self.success = start, len(text), text, True
