"""System.Text.RegularExpressions, run by the `regex` package with a time limit.

Source: https://learn.microsoft.com/dotnet/standard/base-types/regular-expression-language-quick-reference.
"""

from __future__ import annotations

import re as plain_re
from collections.abc import Callable, Iterator
from typing import Any

import regex  # type: ignore[import-untyped]

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import Exceeded, NetError, out_of_range
from gatewright.apim.expressions.library.entry import TypeEntry, enum, member
from gatewright.apim.expressions.limits import check_size
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.values import EnumValue, Lazy, NetArray

_DOCS = "https://learn.microsoft.com/dotnet/api/system.text.regularexpressions."
_SPACE = "System.Text.RegularExpressions"
_SECONDS = 0.25
_STRINGS = t.array(t.STRING)


class NetRegex:
    """A compiled .NET pattern."""

    __slots__ = ("names", "options", "pattern", "seconds", "source")
    ty = t.make("Regex")

    def __init__(self, source: str, options: Any = None, limit: Any = None) -> None:  # noqa: ANN401
        self.seconds = None if limit is None else limit.ticks / 1e7
        if self.seconds is not None and limit.ticks != -10_000 and self.seconds <= 0:
            raise out_of_range("matchTimeout")
        bits = options.number if isinstance(options, EnumValue) else 0
        self.source = source
        self.options = bits
        flags = regex.VERSION0
        for bit, flag in (
            (1, regex.IGNORECASE),
            (2, regex.MULTILINE),
            (16, regex.DOTALL),
            (32, regex.VERBOSE),
        ):
            flags |= flag if bits & bit else 0
        try:
            self.pattern = regex.compile(translated(source, bits), flags)
        except (regex.error, OverflowError, RecursionError) as fault:
            message = f"Invalid pattern '{source}': {fault}"
            raise NetError("RegexParseException", message) from fault
        self.names = _names(self.pattern)

    def net_text(self) -> str:
        """The pattern."""
        return self.source


def _names(pattern: Any) -> list[str]:  # noqa: ANN401
    """Group names in .NET's order: numbered groups first, then named ones."""
    named = {number: name for name, number in pattern.groupindex.items()}
    unnamed = [n for n in range(1, pattern.groups + 1) if n not in named]
    return ["0", *map(str, range(1, len(unnamed) + 1)), *(named[n] for n in sorted(named))]


def _number_of(r: NetRegex, index: int) -> int | None:
    """The engine's group number of .NET's group number."""
    named = sorted(r.pattern.groupindex.values())
    unnamed = [n for n in range(1, r.pattern.groups + 1) if n not in named]
    order = [0, *unnamed, *named]
    return order[index] if 0 <= index < len(order) else None


def translated(source: str, options: int) -> str:
    """A .NET pattern in the engine's own spelling."""
    out: list[str] = []
    at, depth = 0, 0
    while at < len(source):
        step = source[at]
        if step == "\\":
            piece, at = _escape(source, at, depth)
            out.append(piece)
            continue
        if depth:
            if step == "]" and source[at - 1 : at] != "[" and source[at - 2 : at] != "[^":
                depth -= 1
            elif step == "[" and not source.startswith("[:", at):
                out.append("\\[")
                at += 1
                continue
            out.append(step)
            at += 1
            continue
        if step == "[":
            depth += 1
        elif source.startswith("(?<", at) and source[at + 3 : at + 4] not in ("=", "!"):
            out.append("(?P<")
            at += 3
            continue
        elif source.startswith("(?'", at):
            close = source.find("'", at + 3)
            out.append(f"(?P<{source[at + 3 : close]}>")
            at = close + 1
            continue
        elif step == "$" and not options & 2:
            out.append(r"(?=\n?\Z)")
            at += 1
            continue
        elif step == "." and not options & 16:
            out.append(r"[^\n]")
            at += 1
            continue
        out.append(step)
        at += 1
    return "".join(out)


def _escape(source: str, at: int, depth: int) -> tuple[str, int]:
    kind = source[at + 1 : at + 2]
    if not kind:
        raise NetError(
            "RegexParseException",
            f"Invalid pattern '{source}' at offset {at + 1}. Illegal \\\\ at end of pattern.",
        )
    if kind == "k" and source[at + 2 : at + 3] == "<":
        close = source.find(">", at)
        return f"(?P={source[at + 3 : close]})", close + 1
    if kind == "z":
        return r"\Z", at + 2
    if kind == "Z":
        return r"(?=\n?\Z)", at + 2
    if kind == "e":
        return r"\x1b", at + 2
    if kind == "d" and not depth:
        return r"\p{Nd}", at + 2
    return source[at : at + 2], at + 2


def guarded(r: NetRegex, run: Callable[[float], Any]) -> Any:  # noqa: ANN401
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

    def __init__(self, match: Any, number: int | str | None, name: str) -> None:  # noqa: ANN401
        self.name = name
        start, end = match.span(number) if match is not None and number is not None else (-1, -1)
        self.success = start >= 0
        self.index = max(start, 0)
        self.length = max(end - start, 0)
        self.text = match.group(number) if self.success else ""
        self.captures = (
            list(zip(match.starts(number), match.captures(number), strict=True)) if self.success else []
        )

    def net_text(self) -> str:
        """The matched text."""
        return self.text


class Match(Group):
    """A match, found or not."""

    __slots__ = ("found", "input", "regex")
    ty = t.make("Match")

    def __init__(self, r: NetRegex | None, text: str, found: Any) -> None:  # noqa: ANN401
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
            out.append(Group(self.found, _number_of(self.regex, number), name))
        return out


def _match(r: NetRegex, text: str, start: int = 0) -> Match:
    if not 0 <= start <= len(text):
        raise out_of_range("startat", "Start index cannot be less than 0 or greater than input length.")
    return Match(r, text, guarded(r, lambda s: r.pattern.search(text, start, timeout=s)))


def _next(m: Match) -> Match:
    if m.regex is None or m.found is None:
        return m
    end = m.found.end() + (m.length == 0)
    if end > len(m.input):
        return Match(m.regex, m.input, None)
    return _match(m.regex, m.input, end)


def _all(r: NetRegex, text: str) -> list[Match]:
    return [Match(r, text, m) for m in guarded(r, lambda s: list(r.pattern.finditer(text, timeout=s)))]


def _matches(r: NetRegex, text: str) -> Lazy:
    found = _all(r, text)
    return Lazy(t.make("MatchCollection"), lambda: found)


_TOKEN = plain_re.compile(r"\$(?:(\$)|(\d+)|\{(\w+)\}|(&)|(`)|(')|(\+)|(_))")


def _expand(r: NetRegex, template: str, m: Match) -> str:
    def one(token: plain_re.Match[str]) -> str:
        dollar, number, name, whole, before, behind, last, everything = token.groups()
        if dollar:
            return "$"
        if whole:
            return m.text
        if before:
            return m.input[: m.index]
        if behind:
            return m.input[m.index + m.length :]
        if everything:
            return m.input
        if last:
            return m.groups()[-1].text
        key = number or name
        groups = m.groups()
        for group in groups:
            if group.name == key:
                return group.text
        return token.group()

    return _TOKEN.sub(one, template)


def _replace(r: NetRegex, text: str, new: str | Callable[[Match], str], count: int = -1) -> str:
    out: list[str] = []
    at = size = 0
    for number, m in enumerate(_all(r, text)):
        if number == count:
            break
        value = _expand(r, new, m) if isinstance(new, str) else (new(m) or "")
        size += len(value)
        check_size(size)
        out += [text[at : m.index], value]
        at = m.index + m.length
    return "".join([*out, text[at:]])


def _split(r: NetRegex, text: str, count: int = 0) -> NetArray:
    out: list[str] = []
    at = 0
    found = _all(r, text)
    for number, m in enumerate(found):
        if count and number == count - 1:
            break
        out.append(text[at : m.index])
        out += [g.text for g in m.groups()[1:] if g.success]
        at = m.index + m.length
    return NetArray(_STRINGS, [*out, text[at:]])


_METAS = "\\*+?|{[()^$.# \t\n\f\r"
_NAMED = {"\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def _escape_text(text: str) -> str:
    return "".join(_NAMED.get(c, "\\" + c) if c in _METAS else c for c in text)


def _unescape(text: str) -> str:
    from gatewright.apim.expressions.literals import BadLiteral, unescape

    def one(m: plain_re.Match[str]) -> str:
        try:
            return unescape(m.group())
        except BadLiteral:
            return m.group()[1:]

    return plain_re.sub(r"\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|.)", one, text, flags=plain_re.S)


def json_path_match(text: str, pattern: str) -> bool:
    """`=~` of JSONPath: `/pattern/options`."""
    body, _, flags = pattern[1:].rpartition("/")
    bits = sum({"i": 1, "m": 2, "s": 16, "x": 32}.get(c, 0) for c in flags)
    made = NetRegex(body, EnumValue(t.make("RegexOptions"), bits, ""))
    return _match(made, text).success


def _both(head: str, tail: str, call: Callable[..., Any]) -> Iterator[Entry]:
    """An instance method and its two static forms."""
    result, _, name = head.partition(" ")
    extra = f", {tail}" if tail else ""
    count = tail.count(",") + 1 if tail else 0
    yield member(f"{result} {name}(string input{extra})", call)
    yield member(
        f"static {result} {name}(string input, string pattern{extra})",
        lambda s, p, *more: call(NetRegex(p), s, *more),
    )
    yield member(
        f"static {result} {name}(string input, string pattern{extra}, RegexOptions options)",
        lambda s, p, *more: call(NetRegex(p, more[count]), s, *more[:count]),
    )
    yield member(
        f"static {result} {name}(string input, string pattern{extra}, RegexOptions options, "
        "TimeSpan matchTimeout)",
        lambda s, p, *more: call(NetRegex(p, *more[count:]), s, *more[:count]),
    )


def _item(values: Any, at: int) -> Any:  # noqa: ANN401
    items = list(values)
    if not 0 <= at < len(items):
        raise out_of_range("i", "Specified argument was out of the range of valid values.")
    return items[at]


def _group_at(groups: Lazy, at: int | str) -> Group:
    for number, group in enumerate(groups):
        if at in (number, group.name):
            return group  # type: ignore[no-any-return]
    return Group(None, None, str(at))


def _groups(m: Match) -> Lazy:
    return Lazy(t.make("GroupCollection"), m.groups)


class Capture(Group):
    """One capture of a group."""

    __slots__ = ()
    ty = t.make("Capture")

    def __init__(self, start: int, text: str) -> None:
        super().__init__(None, None, "")
        self.index, self.length, self.text, self.success = start, len(text), text, True


def _captures(g: Group) -> Lazy:
    return Lazy(t.make("CaptureCollection"), lambda: [Capture(s, x) for s, x in g.captures])


_REGEX = (
    member("new(string pattern)", NetRegex),
    member("new(string pattern, RegexOptions options)", NetRegex),
    member("new(string pattern, RegexOptions options, TimeSpan matchTimeout)", NetRegex),
    *_both("bool IsMatch", "", lambda r, s: _match(r, s).success),
    *_both("Match Match", "", _match),
    *_both("MatchCollection Matches", "", _matches),
    *_both("string Replace", "string replacement", _replace),
    *_both("string Replace", "MatchEvaluator evaluator", _replace),
    *_both("string[] Split", "", _split),
    member("string Replace(string input, string replacement, int count)", _replace),
    member("string Replace(string input, MatchEvaluator evaluator, int count)", _replace),
    member("string[] Split(string input, int count)", _split),
    member("bool IsMatch(string input, int startat)", lambda r, s, i: _match(r, s, i).success),
    member("Match Match(string input, int startat)", _match),
    member("static string Escape(string str)", _escape_text),
    member("static string Unescape(string str)", _unescape),
    member("string ToString()", NetRegex.net_text),
    member("string[] GetGroupNames()", lambda r: NetArray(_STRINGS, list(r.names))),
)

_NO_MATCH = "static Match Empty"
TYPES = (
    TypeEntry(
        "Regex",
        _SPACE,
        _DOCS + "regex",
        _REGEX,
        allowed=frozenset({".ctor", "IsMatch", "Match", "Matches", "Replace", "Unescape", "Split"}),
    ),
    TypeEntry(
        "Capture",
        _SPACE,
        _DOCS + "capture",
        (
            member("string Value", lambda c: c.text),
            member("int Index", lambda c: c.index),
            member("int Length", lambda c: c.length),
            member("string ToString()", lambda c: c.text),
        ),
        allowed=frozenset({"Index", "Length", "Value", "ToString"}),
    ),
    TypeEntry(
        "Group",
        _SPACE,
        _DOCS + "group",
        (
            member("bool Success", lambda g: g.success),
            member("string Name", lambda g: g.name),
            member("CaptureCollection Captures", _captures),
        ),
        bases=("Capture",),
        allowed=frozenset({"Captures", "Success"}),
    ),
    TypeEntry(
        "Match",
        _SPACE,
        _DOCS + "match",
        (
            member("GroupCollection Groups", _groups),
            member("Match NextMatch()", _next),
            member("string Result(string replacement)", lambda m, r: _expand(m.regex, r, m)),
            member(_NO_MATCH, lambda: Match(None, "", None)),
        ),
        bases=("Group",),
        allowed=frozenset({"Empty", "Groups", "Result"}),
    ),
    TypeEntry(
        "GroupCollection",
        _SPACE,
        _DOCS + "groupcollection",
        (
            member("int Count", lambda g: len(list(g))),
            member("Group this[int groupnum]", _group_at),
            member("Group this[string groupname]", _group_at),
        ),
        bases=("IEnumerable<Group>",),
        allowed=frozenset({"Count", "this"}),
    ),
    TypeEntry(
        "MatchCollection",
        _SPACE,
        _DOCS + "matchcollection",
        (member("int Count", lambda g: len(list(g))), member("Match this[int i]", _item)),
        bases=("IEnumerable<Match>",),
    ),
    TypeEntry(
        "CaptureCollection",
        _SPACE,
        _DOCS + "capturecollection",
        (member("int Count", lambda g: len(list(g))), member("Capture this[int i]", _item)),
        bases=("IEnumerable<Capture>",),
        allowed=frozenset({"Count", "this"}),
    ),
    TypeEntry("MatchEvaluator", _SPACE, _DOCS + "matchevaluator", kind="delegate"),
    enum(
        "RegexOptions",
        _SPACE,
        _DOCS + "regexoptions",
        "None IgnoreCase Multiline ExplicitCapture=4 Compiled=8 Singleline=16 "
        "IgnorePatternWhitespace=32 RightToLeft=64 "
        "ECMAScript=256 CultureInvariant=512",
    ),
)
