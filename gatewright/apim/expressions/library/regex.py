"""System.Text.RegularExpressions, run by the `regex` package with a time limit.

Source: https://learn.microsoft.com/dotnet/standard/base-types/regular-expression-language-quick-reference.
"""

from __future__ import annotations

import re as plain_re
from collections.abc import Callable, Iterable, Iterator

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import out_of_range
from gatewright.apim.expressions.library.collections import copy_to
from gatewright.apim.expressions.library.entry import TypeEntry, enum, member
from gatewright.apim.expressions.library.regex_values import (
    _RIGHT_TO_LEFT,
    Capture,
    Group,
    Match,
    NetRegex,
    all_matches,
    first_match,
    match_within,
    next_match,
)
from gatewright.apim.expressions.library.runtime import enum_value
from gatewright.apim.expressions.limits import check_size
from gatewright.apim.expressions.net_datetime import TimeSpan
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.values import EnumValue, Lazy, NetArray, Value

_DOCS = "https://learn.microsoft.com/dotnet/api/system.text.regularexpressions."
_SPACE = "System.Text.RegularExpressions"
_STRINGS = t.array(t.STRING)


def _matches(r: NetRegex, text: str, start: int | None = None) -> Lazy:
    found = all_matches(r, text, start)
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
        groups = m.groups()
        key = number or name
        if key.isdigit():
            return groups[int(key)].text if int(key) < len(groups) else token.group()
        return next((g.text for g in groups if g.name == key), token.group())

    return _TOKEN.sub(one, template)


def _some(r: NetRegex, text: str, count: int, start: int | None) -> list[Match]:
    """The first matches, in the order of the text; -1 is all."""
    if count < -1:
        raise out_of_range("count", "Count cannot be less than -1.")
    found = all_matches(r, text, start)[: None if count < 0 else count]
    return found[::-1] if r.options & _RIGHT_TO_LEFT else found


def _replace(
    r: NetRegex, text: str, new: str | Callable[[Match], str], count: int = -1, start: int | None = None
) -> str:
    out: list[str] = []
    at = size = 0
    for m in _some(r, text, count, start):
        value = _expand(r, new, m) if isinstance(new, str) else (new(m) or "")
        size += len(value)
        check_size(size)
        out += [text[at : m.index], value]
        at = m.index + m.length
    return "".join([*out, text[at:]])


def _split(r: NetRegex, text: str, count: int = 0, start: int | None = None) -> NetArray:
    if count < 0:
        raise out_of_range("count", "Count cannot be less than -1.")
    out: list[str] = []
    at = 0
    for m in _some(r, text, count - 1 if count else -1, start):
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
    return first_match(made, text).success


def _both(head: str, tail: str, call: Callable[..., Value]) -> Iterator[Entry]:
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


def _item(values: Value, at: int) -> Value:
    items = list(values)
    if not 0 <= at < len(items):
        raise out_of_range("i", "Specified argument was out of the range of valid values.")
    return items[at]


def _group_at(groups: Iterable[Group], at: int | str) -> Group:
    for number, group in enumerate(groups):
        if at in (number, group.name):
            return group
    return Group(None, None, str(at))


_COPIES = (
    member("void CopyTo(Array array, int arrayIndex)", copy_to),
    member("bool IsReadOnly", lambda found: True),
    member("bool IsSynchronized", lambda found: False),
)


def _groups(m: Match) -> Lazy:
    return Lazy(t.make("GroupCollection"), m.groups)


def _captures(g: Group) -> Lazy:
    return Lazy(t.make("CaptureCollection"), lambda: [Capture(s, x) for s, x in g.captures])


_REGEX = (
    member("new(string pattern)", NetRegex),
    member("new(string pattern, RegexOptions options)", NetRegex),
    member("new(string pattern, RegexOptions options, TimeSpan matchTimeout)", NetRegex),
    *_both("bool IsMatch", "", lambda r, s: first_match(r, s).success),
    *_both("Match Match", "", first_match),
    *_both("MatchCollection Matches", "", _matches),
    *_both("string Replace", "string replacement", _replace),
    *_both("string Replace", "MatchEvaluator evaluator", _replace),
    *_both("string[] Split", "", _split),
    member("string Replace(string input, string replacement, int count)", _replace),
    member("string Replace(string input, MatchEvaluator evaluator, int count)", _replace),
    member("string[] Split(string input, int count)", _split),
    member("Match Match(string input, int startat)", first_match),
    member("static string Escape(string str)", _escape_text),
    member("static string Unescape(string str)", _unescape),
    member("bool IsMatch(string input, int startat)", lambda r, s, i: first_match(r, s, i).success),
    member("Match Match(string input, int beginning, int length)", match_within),
    member("MatchCollection Matches(string input, int startat)", _matches),
    member("string Replace(string input, string replacement, int count, int startat)", _replace),
    member("string Replace(string input, MatchEvaluator evaluator, int count, int startat)", _replace),
    member("string[] Split(string input, int count, int startat)", _split),
    member("RegexOptions Options", lambda r: enum_value(t.make("RegexOptions"), r.options)),
    member("bool RightToLeft", lambda r: bool(r.options & _RIGHT_TO_LEFT)),
    member(
        "TimeSpan MatchTimeout", lambda r: TimeSpan(-10_000 if r.seconds is None else round(r.seconds * 1e7))
    ),
    member("static TimeSpan InfiniteMatchTimeout", lambda: TimeSpan(-10_000)),
    member("int[] GetGroupNumbers()", lambda r: NetArray(t.array(t.INT), list(range(len(r.names))))),
    member("string GroupNameFromNumber(int i)", lambda r, i: r.names[i] if 0 <= i < len(r.names) else ""),
    member("int GroupNumberFromName(string name)", lambda r, n: r.names.index(n) if n in r.names else -1),
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
            member("Match NextMatch()", next_match),
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
            *_COPIES,
        ),
        bases=("IEnumerable<Group>",),
        allowed=frozenset({"Count", "this"}),
    ),
    TypeEntry(
        "MatchCollection",
        _SPACE,
        _DOCS + "matchcollection",
        (member("int Count", lambda g: len(list(g))), member("Match this[int i]", _item), *_COPIES),
        bases=("IEnumerable<Match>",),
    ),
    TypeEntry(
        "CaptureCollection",
        _SPACE,
        _DOCS + "capturecollection",
        (member("int Count", lambda g: len(list(g))), member("Capture this[int i]", _item), *_COPIES),
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
