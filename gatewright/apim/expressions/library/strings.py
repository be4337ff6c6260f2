"""System.String, StringComparer, StringComparison."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import (
    NetError,
    argument,
    argument_null,
    index_out_of_range,
    out_of_range,
)
from gatewright.apim.expressions.library.compare import (
    compare_ordinal,
    compare_text,
    culture_key,
    equal,
    hash_of,
)
from gatewright.apim.expressions.library.entry import TypeEntry, enum, member
from gatewright.apim.expressions.library.primitives import WHITE, lower_char, upper_char
from gatewright.apim.expressions.limits import check_size
from gatewright.apim.expressions.text import composite, text_of
from gatewright.apim.expressions.values import Comparer, EnumValue, NetArray, boxed_items

_DOCS = "https://learn.microsoft.com/dotnet/api/system."
_STRINGS = t.array(t.STRING)
_WHITE = "".join(WHITE)


def _upper(s: str) -> str:
    return s.upper() if s.isascii() else "".join(map(upper_char, s))


def _lower(s: str) -> str:
    return s.lower() if s.isascii() else "".join(map(lower_char, s))


def fold(s: str, how: EnumValue) -> str:
    """A text as a StringComparison sees it."""
    return _upper(s) if how.number in (1, 3, 5) else s


# --------------------------------------------------------------------------- search


def _contains(s: str, value: str, how: EnumValue | None = None) -> bool:
    return value in s if how is None else fold(value, how) in fold(s, how)


def _starts(s: str, value: str, how: EnumValue | None = None) -> bool:
    return s.startswith(value) if how is None else fold(s, how).startswith(fold(value, how))


def _ends(s: str, value: str, how: EnumValue | None = None) -> bool:
    return s.endswith(value) if how is None else fold(s, how).endswith(fold(value, how))


def _check_start(s: str, start: int) -> None:
    if not 0 <= start <= len(s):
        message = "Index was out of range. Must be non-negative and less than the size of the collection."
        raise out_of_range("startIndex", message)


def index_of(s: str, value: str, start: int = 0, count: int | None = None) -> int:
    """`string.IndexOf`."""
    _check_start(s, start)
    if count is not None and not 0 <= count <= len(s) - start:
        message = (
            "Count must be positive and count must refer to a location within the string/array/collection."
        )
        raise out_of_range("count", message)
    return s.find(value, start, len(s) if count is None else start + count)


def _last_index(s: str, value: str, start: int | None = None) -> int:
    if start is None:
        return s.rfind(value)
    if not s:
        return 0 if not value and start in (-1, 0) else -1
    if not -1 <= start <= len(s):
        message = "Index was out of range. Must be non-negative and less than the size of the collection."
        raise out_of_range("startIndex", message)
    return s.rfind(value, 0, start + 1)


def _index_any(s: str, chars: NetArray) -> int:
    found = [i for c in chars.items if (i := s.find(c)) >= 0]
    return min(found, default=-1)


def _last_index_any(s: str, chars: NetArray) -> int:
    return max((s.rfind(c) for c in chars.items), default=-1)


# --------------------------------------------------------------------------- parts


def _char(s: str, index: int) -> str:
    if not 0 <= index < len(s):
        raise index_out_of_range()
    return s[index]


def _substring(s: str, start: int, length: int | None = None) -> str:
    if start < 0:
        raise out_of_range("startIndex", "StartIndex cannot be less than zero.")
    if start > len(s):
        raise out_of_range("startIndex", "startIndex cannot be larger than length of string.")
    if length is None:
        return s[start:]
    if length < 0:
        raise out_of_range("length", "Length cannot be less than zero.")
    if start + length > len(s):
        raise out_of_range("length", "Index and length must refer to a location within the string.")
    return s[start : start + length]


def _remove(s: str, start: int, count: int | None = None) -> str:
    if start < 0:
        raise out_of_range("startIndex", "StartIndex cannot be less than zero.")
    if count is None:
        if start >= len(s):
            raise out_of_range("startIndex", "startIndex must be less than length of string.")
        return s[:start]
    if count < 0:
        raise out_of_range("count", "Count cannot be less than zero.")
    if start + count > len(s):
        raise out_of_range("count", "Index and count must refer to a location within the string.")
    return s[:start] + s[start + count :]


def _insert(s: str, start: int, value: str) -> str:
    _check_start(s, start)
    return s[:start] + value + s[start:]


def replaced(s: str, old: str, new: str | None, how: EnumValue | None = None) -> str:
    """`string.Replace`."""
    if not old:
        raise argument("String cannot be of zero length.", "oldValue")
    if how is None or how.number not in (1, 3, 5):
        check_size(len(s) + s.count(old) * len(new or ""))
        return s.replace(old, new or "")
    folded, wanted, out, at = _upper(s), _upper(old), [], 0
    while (found := folded.find(wanted, at)) >= 0:
        out += [s[at:found], new or ""]
        at = found + len(old)
    return "".join([*out, s[at:]])


def _pad_left(s: str, width: int, fill: str = " ") -> str:
    if width < 0:
        raise out_of_range("totalWidth", "Non-negative number required.")
    check_size(width)
    return s.rjust(width, fill)


def _pad_right(s: str, width: int, fill: str = " ") -> str:
    if width < 0:
        raise out_of_range("totalWidth", "Non-negative number required.")
    check_size(width)
    return s.ljust(width, fill)


def _trim(side: Callable[..., str]) -> Callable[..., str]:
    def run(s: str, chars: NetArray | str | None = None) -> str:
        items = chars if isinstance(chars, str) else "".join(chars.items) if chars is not None else ""
        return side(s, items or _WHITE)

    return run


# --------------------------------------------------------------------------- split, join


def split(s: str, separators: list[str] | None, count: int | None, options: int) -> NetArray:
    """`string.Split`."""
    if count is not None and count < 0:
        raise out_of_range(
            "count",
            "Count must be positive and count must refer to a location within the string/array/collection.",
        )
    drop = bool(options & 1)
    if count == 0 or (drop and not s):
        return NetArray(_STRINGS, [])
    parts = _pieces(s, separators, count, drop)
    return NetArray(_STRINGS, parts)


def _pieces(s: str, separators: list[str] | None, count: int | None, drop: bool) -> list[str]:
    seps = [x for x in separators or () if x]
    if not separators:
        seps = list(WHITE)
    if not seps:
        return [s]
    if count is None and len(seps) == 1:
        parts = s.split(seps[0])
        return [p for p in parts if p] if drop else parts
    out: list[str] = []
    at = start = 0
    while at < len(s):
        if count is not None and len(out) == count - 1:
            break
        hit = next((x for x in seps if s.startswith(x, at)), None)
        if hit is None:
            at += 1
            continue
        if at > start or not drop:
            out.append(s[start:at])
        at += len(hit)
        start = at
    if drop and count is not None:
        while (hit := next((x for x in seps if s.startswith(x, start)), None)) is not None:
            start += len(hit)
    rest = s[start:]
    return out if drop and not rest else [*out, rest]


def _chars(value: NetArray | None) -> list[str] | None:
    return None if value is None else list(value.items)


def _texts(value: NetArray | None) -> list[str] | None:
    return None if value is None else [x for x in value.items if x]


def _join(separator: str | None, values: Iterable[Any]) -> str:
    parts = [text_of(v) for v in values]
    glue = separator or ""
    check_size(sum(map(len, parts)) + len(glue) * len(parts))
    return glue.join(parts)


def joined(separator: str | None, values: Any) -> str:  # noqa: ANN401
    return _join(separator, boxed_items(values))


def join_range(separator: str | None, values: NetArray, start: int, count: int) -> str:
    """`string.Join` of a part of an array."""
    if start < 0 or count < 0 or start + count > len(values.items):
        raise out_of_range("startIndex")
    return _join(separator, values.items[start : start + count])


def _concat(*values: Any) -> str:  # noqa: ANN401
    return "".join([text_of(v) for v in values])


def repeated(c: str, count: int) -> str:
    """`new string(c, count)`."""
    if count < 0:
        raise out_of_range("count", "'count' must be non-negative.")
    check_size(count)
    return c * count


def _equals(a: str | None, b: str | None, how: EnumValue) -> bool:
    if a is None or b is None:
        return a is b
    return fold(a, how) == fold(b, how)


def _compare(a: str | None, b: str | None, how: EnumValue | bool | None = None) -> int:
    if isinstance(how, EnumValue):
        return compare_with(a, b, how.number)
    return compare_text(a, b, bool(how))


def compare_with(a: str | None, b: str | None, how: int) -> int:
    """The order of two texts under a StringComparison."""
    return compare_ordinal(a, b, how == 5) if how >= 4 else compare_text(a, b, how in (1, 3))


def formatted(pattern: str, values: Any) -> str:  # noqa: ANN401
    text = composite(pattern, values)
    check_size(len(text))
    return text


_SPLITS = (
    member("string[] Split(params char[]? separator)", lambda s, x: split(s, _chars(x), None, 0)),
    member(
        "string[] Split(char separator, StringSplitOptions options = 0)",
        lambda s, c, o: split(s, [c], None, _number(o)),
    ),
    member(
        "string[] Split(char separator, int count, StringSplitOptions options = 0)",
        lambda s, c, n, o: split(s, [c], n, _number(o)),
    ),
    member(
        "string[] Split(string? separator, StringSplitOptions options = 0)",
        lambda s, x, o: (
            split(s, [x] if x else [], None, _number(o)) if x else NetArray(_STRINGS, _whole(s, o))
        ),
    ),
    member("string[] Split(char[]? separator, int count)", lambda s, x, n: split(s, _chars(x), n, 0)),
    member(
        "string[] Split(char[]? separator, StringSplitOptions options)",
        lambda s, x, o: split(s, _chars(x), None, o.number),
    ),
    member(
        "string[] Split(char[]? separator, int count, StringSplitOptions options)",
        lambda s, x, n, o: split(s, _chars(x), n, o.number),
    ),
    member(
        "string[] Split(string[]? separator, StringSplitOptions options)",
        lambda s, x, o: split(s, _texts(x), None, o.number),
    ),
    member(
        "string[] Split(string[]? separator, int count, StringSplitOptions options)",
        lambda s, x, n, o: split(s, _texts(x), n, o.number),
    ),
)


def _number(option: Any) -> int:  # noqa: ANN401
    return int(option)


def _whole(s: str, option: Any) -> list[str]:  # noqa: ANN401
    return [] if int(option) & 1 and not s else [s]


_STRING = (
    member("new(char c, int count)", repeated),
    member("new(char[]? value)", lambda v: "" if v is None else "".join(v.items)),
    member("new(char[] value, int startIndex, int length)", lambda v, i, n: "".join(v.items[i : i + n])),
    member("static string Empty", lambda: ""),
    member("int Length", len),
    member("char this[int index]", _char),
    member("char Chars(int index)", _char),
    member("static bool IsNullOrEmpty(string? value)", lambda v: not v),
    member(
        "static bool IsNullOrWhiteSpace(string? value)", lambda v: v is None or all(c in WHITE for c in v)
    ),
    member("bool Contains(string value)", _contains),
    member("bool Contains(string value, StringComparison comparisonType)", _contains),
    member("bool Contains(char value)", _contains),
    member("bool StartsWith(string value)", _starts),
    member("bool StartsWith(string value, StringComparison comparisonType)", _starts),
    member("bool StartsWith(char value)", _starts),
    member("bool EndsWith(string value)", _ends),
    member("bool EndsWith(string value, StringComparison comparisonType)", _ends),
    member("bool EndsWith(char value)", _ends),
    member("int IndexOf(string value)", index_of),
    member("int IndexOf(char value)", index_of),
    member("int IndexOf(string value, int startIndex)", index_of),
    member("int IndexOf(char value, int startIndex)", index_of),
    member("int IndexOf(string value, int startIndex, int count)", index_of),
    member("int IndexOf(char value, int startIndex, int count)", index_of),
    member(
        "int IndexOf(string value, StringComparison how)", lambda s, v, h: index_of(fold(s, h), fold(v, h))
    ),
    member(
        "int IndexOf(string value, int startIndex, StringComparison how)",
        lambda s, v, i, h: index_of(fold(s, h), fold(v, h), i),
    ),
    member("int LastIndexOf(string value)", _last_index),
    member("int LastIndexOf(char value)", _last_index),
    member("int LastIndexOf(string value, int startIndex)", _last_index),
    member("int LastIndexOf(char value, int startIndex)", _last_index),
    member(
        "int LastIndexOf(string value, StringComparison how)",
        lambda s, v, h: _last_index(fold(s, h), fold(v, h)),
    ),
    member("int IndexOfAny(char[] anyOf)", _index_any),
    member("int LastIndexOfAny(char[] anyOf)", _last_index_any),
    member("string Substring(int startIndex)", _substring),
    member("string Substring(int startIndex, int length)", _substring),
    member("string Remove(int startIndex)", _remove),
    member("string Remove(int startIndex, int count)", _remove),
    member("string Insert(int startIndex, string value)", _insert),
    member("string Replace(string oldValue, string? newValue)", replaced),
    member("string Replace(string oldValue, string? newValue, StringComparison how)", replaced),
    member("string Replace(char oldChar, char newChar)", lambda s, a, b: s.replace(a, b)),
    member("string ToUpper()", _upper),
    member("string ToLower()", _lower),
    member("string ToUpper(CultureInfo culture)", lambda s, c: _upper(s)),
    member("string ToLower(CultureInfo culture)", lambda s, c: _lower(s)),
    member("string ToUpperInvariant()", _upper),
    member("string ToLowerInvariant()", _lower),
    member("string Trim()", _trim(str.strip)),
    member("string Trim(char trimChar)", _trim(str.strip)),
    member("string Trim(params char[]? trimChars)", _trim(str.strip)),
    member("string TrimStart()", _trim(str.lstrip)),
    member("string TrimStart(char trimChar)", _trim(str.lstrip)),
    member("string TrimStart(params char[]? trimChars)", _trim(str.lstrip)),
    member("string TrimEnd()", _trim(str.rstrip)),
    member("string TrimEnd(char trimChar)", _trim(str.rstrip)),
    member("string TrimEnd(params char[]? trimChars)", _trim(str.rstrip)),
    member("string PadLeft(int totalWidth)", _pad_left),
    member("string PadLeft(int totalWidth, char paddingChar)", _pad_left),
    member("string PadRight(int totalWidth)", _pad_right),
    member("string PadRight(int totalWidth, char paddingChar)", _pad_right),
    *_SPLITS,
    member("char[] ToCharArray()", lambda s: NetArray(t.array(t.CHAR), list(s))),
    member(
        "char[] ToCharArray(int startIndex, int length)",
        lambda s, i, n: NetArray(t.array(t.CHAR), list(_substring(s, i, n))),
    ),
    member("string ToString()", lambda s: s),
    member("string ToString(IFormatProvider? provider)", lambda s, p: s),
    member("object Clone()", lambda s: s),
    member("bool Equals(string? value)", lambda a, b: a == b),
    member("bool Equals(object? obj)", equal),
    member("bool Equals(string? value, StringComparison comparisonType)", _equals),
    member("static bool Equals(string? a, string? b)", lambda a, b: a == b),
    member("static bool Equals(string? a, string? b, StringComparison comparisonType)", _equals),
    member("int GetHashCode()", hash_of),
    member("int CompareTo(string? strB)", compare_text),
    member("int CompareTo(object? value)", compare_text),
    member("static int Compare(string? a, string? b)", _compare),
    member("static int Compare(string? a, string? b, bool ignoreCase)", _compare),
    member("static int Compare(string? a, string? b, StringComparison how)", _compare),
    member("static int CompareOrdinal(string? a, string? b)", compare_ordinal),
    member("static string Concat(object? a)", _concat),
    member("static string Concat(string? a, string? b)", _concat),
    member("static string Concat(string? a, string? b, string? c)", _concat),
    member("static string Concat(string? a, string? b, string? c, string? d)", _concat),
    member("static string Concat(object? a, object? b)", _concat),
    member("static string Concat(object? a, object? b, object? c)", _concat),
    member("static string Concat(params string[] values)", lambda v: joined("", v)),
    member("static string Concat(params object[] args)", lambda v: joined("", v)),
    member("static string Concat(IEnumerable<string> values)", lambda v: joined("", v)),
    member("static string Concat<T>(IEnumerable<T> values)", lambda v: joined("", v)),
    member("static string Join(string? separator, params string[] value)", joined),
    member("static string Join(string? separator, params object[] values)", joined),
    member("static string Join(string? separator, IEnumerable<string> values)", joined),
    member("static string Join<T>(string? separator, IEnumerable<T> values)", joined),
    member("static string Join(char separator, params string[] value)", joined),
    member("static string Join(char separator, params object[] values)", joined),
    member("static string Join<T>(char separator, IEnumerable<T> values)", joined),
    member("static string Join(string? separator, string[] value, int startIndex, int count)", join_range),
    member("static string Format(string format, params object[] args)", formatted),
    member("static string Format(string format, object? arg0)", lambda f, a: formatted(f, [a])),
    member("static string Format(string format, object? a, object? b)", lambda f, *v: formatted(f, list(v))),
    member(
        "static string Format(string format, object? a, object? b, object? c)",
        lambda f, *v: formatted(f, list(v)),
    ),
    member(
        "static string Format(IFormatProvider? p, string format, params object[] args)",
        lambda p, f, v: formatted(f, v),
    ),
    member("static string Copy(string str)", lambda s: s),
    member("static string Intern(string str)", lambda s: s),
)


# --------------------------------------------------------------------------- comparers


def comparer(name: str) -> Comparer:
    """A `StringComparer` by its property's name."""
    ignoring = name.endswith("IgnoreCase")
    if name.startswith("Ordinal"):
        key: Callable[[Any], Any] = _upper if ignoring else (lambda s: s)
        return Comparer(name, _or_null(key), _sort_null(key))
    return Comparer(
        name, _or_null(_upper if ignoring else (lambda s: s)), _sort_null(lambda s: culture_key(s, ignoring))
    )


def _or_null(key: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda s: None if s is None else key(s)


def _sort_null(key: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda s: (0,) if s is None else (1, key(s))


_COMPARERS = (
    "Ordinal",
    "OrdinalIgnoreCase",
    "InvariantCulture",
    "InvariantCultureIgnoreCase",
    "CurrentCulture",
    "CurrentCultureIgnoreCase",
)


def _order(c: Comparer, a: str | None, b: str | None) -> int:
    x, y = c.sort(a), c.sort(b)
    return int(x > y) - int(x < y)


TYPES = (
    TypeEntry(
        "string",
        "System",
        _DOCS + "string",
        _STRING,
        bases=("IEnumerable<char>", "IComparable", "IConvertible", "ICloneable"),
    ),
    TypeEntry(
        "StringComparer",
        "System",
        _DOCS + "stringcomparer",
        (
            *(member(f"static StringComparer {n}", lambda n=n: comparer(n)) for n in _COMPARERS),
            member("bool Equals(string? a, string? b)", lambda c, a, b: c.key(a) == c.key(b)),
            member("int Compare(string? a, string? b)", _order),
            member("int GetHashCode(string s)", lambda c, s: hash_of(c.key(s))),
        ),
        bases=("IEqualityComparer<string>", "IComparer<string>"),
    ),
    enum(
        "StringComparison",
        "System",
        _DOCS + "stringcomparison",
        "CurrentCulture CurrentCultureIgnoreCase InvariantCulture InvariantCultureIgnoreCase "
        "Ordinal OrdinalIgnoreCase",
    ),
    enum("StringSplitOptions", "System", _DOCS + "stringsplitoptions", "None RemoveEmptyEntries"),
)

__all__ = ["TYPES", "NetError", "argument_null", "compare_with", "comparer"]
