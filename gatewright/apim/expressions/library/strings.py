"""System.String, StringComparer, StringComparison."""

from __future__ import annotations

from collections.abc import Callable

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import (
    NetError,
    argument,
    argument_null,
    index_out_of_range,
    out_of_range,
)
from gatewright.apim.expressions.library import string_search
from gatewright.apim.expressions.library.chars import lower_char, upper_char
from gatewright.apim.expressions.library.compare import (
    compare_ordinal,
    compare_text,
    equal,
    hash_of,
)
from gatewright.apim.expressions.library.entry import TypeEntry, enum, member
from gatewright.apim.expressions.library.primitives import WHITE
from gatewright.apim.expressions.library.string_parts import (
    chars_of,
    concat,
    join_range,
    joined,
    repeated,
    split,
    texts_of,
)
from gatewright.apim.expressions.limits import check_size
from gatewright.apim.expressions.text import composite
from gatewright.apim.expressions.values import EnumValue, NetArray, Value

_DOCS = "https://learn.microsoft.com/dotnet/api/system."
_STRINGS = t.array(t.STRING)
_WHITE = "".join(WHITE)


def upper(s: str) -> str:
    """`ToUpper`: one unit becomes one unit."""
    return s.upper() if s.isascii() else "".join(map(upper_char, s))


def _lower(s: str) -> str:
    return s.lower() if s.isascii() else "".join(map(lower_char, s))


def fold(s: str, how: EnumValue) -> str:
    """A text as a StringComparison sees it."""
    return upper(s) if how.number in (1, 3, 5) else s


# --------------------------------------------------------------------------- search


def _contains(s: str, value: str, how: EnumValue | None = None) -> bool:
    return value in s if how is None else fold(value, how) in fold(s, how)


def _by_culture(s: str, value: str, how: EnumValue | None) -> bool:
    """Whether a comparison is the culture's, and may differ from one character by character."""
    return (how is None or how.number < 4) and not string_search.plain(s, value)


def _ignoring(how: EnumValue | None) -> bool:
    return how is not None and how.number in (1, 3, 5)


def _starts(s: str, value: str, how: EnumValue | None = None) -> bool:
    if _by_culture(s, value, how):
        return string_search.starts(s, value, _ignoring(how))
    return s.startswith(value) if how is None else fold(s, how).startswith(fold(value, how))


def _ends(s: str, value: str, how: EnumValue | None = None) -> bool:
    if _by_culture(s, value, how):
        return string_search.ends(s, value, _ignoring(how))
    return s.endswith(value) if how is None else fold(s, how).endswith(fold(value, how))


def find_text(
    s: str, value: str, start: int = 0, count: int | None = None, how: EnumValue | None = None
) -> int:
    """`string.IndexOf(string)`."""
    if not _by_culture(s, value, how):
        return index_of(
            s if how is None else fold(s, how), value if how is None else fold(value, how), start, count
        )
    index_of(s, "", start, count)  # checks the range
    part = s[start : len(s) if count is None else start + count]
    found = string_search.find(part, value, _ignoring(how))
    return found if found < 0 else found + start


def find_last_text(s: str, value: str, how: EnumValue | None = None) -> int:
    """`string.LastIndexOf(string)`."""
    if _by_culture(s, value, how):
        return string_search.find_last(s, value, _ignoring(how))
    return _last_index(s if how is None else fold(s, how), value if how is None else fold(value, how))


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
    folded, wanted, out, at = upper(s), upper(old), [], 0
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


def _equals(a: str | None, b: str | None, how: EnumValue) -> bool:
    if a is None or b is None:
        return a is b
    return a == b or compare_with(a, b, how.number) == 0


def _compare(a: str | None, b: str | None, how: EnumValue | bool | None = None) -> int:
    if isinstance(how, EnumValue):
        return compare_with(a, b, how.number)
    return compare_text(a, b, bool(how))


def compare_with(a: str | None, b: str | None, how: int) -> int:
    """The order of two texts under a StringComparison."""
    return compare_ordinal(a, b, how == 5) if how >= 4 else compare_text(a, b, how in (1, 3))


def formatted(pattern: str, values: Value) -> str:
    text = composite(pattern, values)
    check_size(len(text))
    return text


_SPLITS = (
    member("string[] Split(params char[]? separator)", lambda s, x: split(s, chars_of(x), None, 0)),
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
    member("string[] Split(char[]? separator, int count)", lambda s, x, n: split(s, chars_of(x), n, 0)),
    member(
        "string[] Split(char[]? separator, StringSplitOptions options)",
        lambda s, x, o: split(s, chars_of(x), None, o.number),
    ),
    member(
        "string[] Split(char[]? separator, int count, StringSplitOptions options)",
        lambda s, x, n, o: split(s, chars_of(x), n, o.number),
    ),
    member(
        "string[] Split(string[]? separator, StringSplitOptions options)",
        lambda s, x, o: split(s, texts_of(x), None, o.number),
    ),
    member(
        "string[] Split(string[]? separator, int count, StringSplitOptions options)",
        lambda s, x, n, o: split(s, texts_of(x), n, o.number),
    ),
)


def _number(option: EnumValue | int) -> int:
    return int(option)


def _whole(s: str, option: EnumValue | int) -> list[str]:
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
    member("bool StartsWith(char value)", str.startswith),
    member("bool EndsWith(string value)", _ends),
    member("bool EndsWith(string value, StringComparison comparisonType)", _ends),
    member("bool EndsWith(char value)", str.endswith),
    member("int IndexOf(string value)", find_text),
    member("int IndexOf(char value)", index_of),
    member("int IndexOf(string value, int startIndex)", find_text),
    member("int IndexOf(char value, int startIndex)", index_of),
    member("int IndexOf(string value, int startIndex, int count)", find_text),
    member("int IndexOf(char value, int startIndex, int count)", index_of),
    member("int IndexOf(string value, StringComparison how)", lambda s, v, h: find_text(s, v, 0, None, h)),
    member(
        "int IndexOf(string value, int startIndex, StringComparison how)",
        lambda s, v, i, h: find_text(s, v, i, None, h),
    ),
    member("int LastIndexOf(string value)", find_last_text),
    member("int LastIndexOf(char value)", _last_index),
    member("int LastIndexOf(string value, int startIndex)", _last_index),
    member("int LastIndexOf(char value, int startIndex)", _last_index),
    member("int LastIndexOf(string value, StringComparison how)", find_last_text),
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
    member("string ToUpper()", upper),
    member("string ToLower()", _lower),
    member("string ToUpper(CultureInfo culture)", lambda s, c: upper(s)),
    member("string ToLower(CultureInfo culture)", lambda s, c: _lower(s)),
    member("string ToUpperInvariant()", upper),
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
    member("static string Concat(object? a)", concat),
    member("static string Concat(string? a, string? b)", concat),
    member("static string Concat(string? a, string? b, string? c)", concat),
    member("static string Concat(string? a, string? b, string? c, string? d)", concat),
    member("static string Concat(object? a, object? b)", concat),
    member("static string Concat(object? a, object? b, object? c)", concat),
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


TYPES = (
    TypeEntry(
        "string",
        "System",
        _DOCS + "string",
        _STRING,
        bases=("IEnumerable<char>", "IComparable", "IConvertible", "ICloneable"),
    ),
    enum("StringSplitOptions", "System", _DOCS + "stringsplitoptions", "None RemoveEmptyEntries"),
)

__all__ = ["TYPES", "NetError", "argument_null", "compare_with"]
