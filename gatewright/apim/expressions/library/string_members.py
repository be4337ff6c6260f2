"""Further members of String, Char and StringComparer: searches within ranges, comparison by culture.

Source: https://learn.microsoft.com/dotnet/api/system.string, system.char, system.stringcomparer (.NET Core
3.1).
The culture is the invariant one whatever is given.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Literal

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument, out_of_range
from gatewright.apim.expressions.hashed import Comparer
from gatewright.apim.expressions.library import strings
from gatewright.apim.expressions.library.chars import lower_char, upper_char
from gatewright.apim.expressions.library.compare import compare, compare_text, equal
from gatewright.apim.expressions.library.entry import enum, member
from gatewright.apim.expressions.library.string_comparers import comparer
from gatewright.apim.expressions.library.string_parts import join_range, split
from gatewright.apim.expressions.utf16 import from_units, to_units
from gatewright.apim.expressions.values import EnumValue, NetArray, Value

_INDEX = "Index was out of range. Must be non-negative and less than the size of the collection."
_COUNT = "Count must be positive and count must refer to a location within the string/array/collection."


def _last(s: str, value: str, start: int, count: int | None = None, how: EnumValue | None = None) -> int:
    """`LastIndexOf` backwards from a place, over a number of characters."""
    if count is None:
        count = start + 1
    if not s and start in (-1, 0):
        return -1 if value else 0
    if not -1 <= start <= len(s):
        raise out_of_range("startIndex", _INDEX)
    if start == len(s):
        start, count = start - 1, max(count - 1, 0)
    if count < 0 or start - count + 1 < 0:
        raise out_of_range("count", _COUNT)
    if how is not None:
        s, value = strings.fold(s, how), strings.fold(value, how)
    return s.rfind(value, start - count + 1, start + 1)


def _last_how(s: str, value: str, start: int, how: EnumValue) -> int:
    return _last(s, value, start, None, how)


def _index_how(s: str, value: str, start: int, count: int, how: EnumValue) -> int:
    return strings.find_text(s, value, start, count, how)


def _any(s: str, chars: NetArray, start: int, count: int | None = None) -> int:
    if not 0 <= start <= len(s):
        raise out_of_range("startIndex", _INDEX)
    if count is not None and not 0 <= count <= len(s) - start:
        raise out_of_range("count", _COUNT)
    end = len(s) if count is None else start + count
    return min((i for c in chars.items if (i := s.find(c, start, end)) >= 0), default=-1)


def _last_any(s: str, chars: NetArray, start: int, count: int | None = None) -> int:
    if not s:
        return -1
    if not 0 <= start < len(s):
        raise out_of_range("startIndex", _INDEX)
    count = start + 1 if count is None else count
    if count < 0 or start - count + 1 < 0:
        raise out_of_range("count", _COUNT)
    return max((s.rfind(c, start - count + 1, start + 1) for c in chars.items), default=-1)


def _copy(s: str, start: int, target: NetArray, at: int, count: int) -> None:
    if count < 0 or start < 0 or start + count > len(s) or at < 0 or at + count > len(target.items):
        raise out_of_range("sourceIndex", _INDEX)
    target.items[at : at + count] = s[start : start + count]


def _sub(s: str | None, start: int, length: int, name: str) -> str | None:
    if s is None:
        return None
    if length < 0:
        raise out_of_range("length", "Length cannot be less than zero.")
    if not 0 <= start <= len(s):
        raise out_of_range(name, _INDEX)
    return s[start : start + length]


def _compare_parts(a: str | None, i: int, b: str | None, j: int, length: int, *how: EnumValue | bool) -> int:
    x, y = _sub(a, i, length, "indexA"), _sub(b, j, length, "indexB")
    if how and isinstance(how[0], EnumValue):
        return strings.compare_with(x, y, how[0].number)
    return compare_text(x, y, bool(how and how[0] is True))


def _ordinal_parts(a: str | None, i: int, b: str | None, j: int, length: int) -> int:
    return strings.compare_with(_sub(a, i, length, "indexA"), _sub(b, j, length, "indexB"), 4)


def _form(form: EnumValue | None) -> Literal["NFC", "NFD", "NFKC", "NFKD"]:
    match form.number if form is not None else 1:
        case 2:
            return "NFD"
        case 5:
            return "NFKC"
        case 6:
            return "NFKD"
        case _:
            return "NFC"


def _normal(s: str, form: EnumValue | None = None) -> str:
    return to_units(unicodedata.normalize(_form(form), from_units(s)))


def _culture(ignore: bool) -> Comparer:
    return comparer("InvariantCultureIgnoreCase" if ignore else "InvariantCulture")


def _by_kind(how: EnumValue) -> Comparer:
    names = ("CurrentCulture", "CurrentCultureIgnoreCase", "InvariantCulture", "InvariantCultureIgnoreCase")
    return comparer((*names, "Ordinal", "OrdinalIgnoreCase")[how.number])


def _objects_equal(c: Comparer, a: Value, b: Value) -> bool:
    if isinstance(a, str) and isinstance(b, str):
        return bool(c.key(a) == c.key(b))
    return equal(a, b)


def _objects_order(c: Comparer, a: Value, b: Value) -> int:
    if isinstance(a, str) and isinstance(b, str):
        return int(c.sort(a) > c.sort(b)) - int(c.sort(a) < c.sort(b))
    return compare(a, b)


_ICASE = "bool ignoreCase, CultureInfo? culture"
_STRING = (
    member(f"static int Compare(string? a, string? b, {_ICASE})", lambda a, b, i, c: compare_text(a, b, i)),
    *(
        member(
            f"static int Compare(string? a, int indexA, string? b, int indexB, int length{tail})",
            _compare_parts,
        )
        for tail in ("", ", bool ignoreCase", f", {_ICASE}", ", StringComparison comparisonType")
    ),
    member(
        "static int CompareOrdinal(string? a, int indexA, string? b, int indexB, int length)", _ordinal_parts
    ),
    member(
        f"bool StartsWith(string value, {_ICASE})",
        lambda s, v, i, c: compare_text(s[: len(v)], v, i) == 0,
    ),
    member(
        f"bool EndsWith(string value, {_ICASE})",
        lambda s, v, i, c: compare_text(s[len(s) - len(v) :], v, i) == 0 if len(v) <= len(s) else False,
    ),
    *(
        member(
            f"static string Format(IFormatProvider? p, string format, {args})",
            lambda p, f, *v: strings.formatted(f, list(v)),
        )
        for args in ("object? a", "object? a, object? b", "object? a, object? b, object? c")
    ),
    member("static string Join(char separator, string[] value, int startIndex, int count)", join_range),
    member(
        f"string Replace(string oldValue, string? newValue, {_ICASE})",
        lambda s, a, b, i, c: strings.replaced(
            s, a, b, EnumValue(t.make("StringComparison"), 3 if i else 2, "")
        ),
    ),
    member(
        "string[] Split(string? separator, int count, StringSplitOptions options = 0)",
        lambda s, x, n, o: split(s, [x] if x else [""], n, int(o)),
    ),
    member(
        "bool Contains(char value, StringComparison how)",
        lambda s, v, h: strings.fold(v, h) in strings.fold(s, h),
    ),
    member(
        "int IndexOf(char value, StringComparison how)",
        lambda s, v, h: strings.fold(s, h).find(strings.fold(v, h)),
    ),
    member("int IndexOf(string value, int startIndex, int count, StringComparison how)", _index_how),
    member("int IndexOfAny(char[] anyOf, int startIndex)", _any),
    member("int IndexOfAny(char[] anyOf, int startIndex, int count)", _any),
    member("int LastIndexOf(char value, int startIndex, int count)", _last),
    member("int LastIndexOf(string value, int startIndex, int count)", _last),
    member("int LastIndexOf(string value, int startIndex, StringComparison how)", _last_how),
    member("int LastIndexOf(string value, int startIndex, int count, StringComparison how)", _last),
    member("int LastIndexOfAny(char[] anyOf, int startIndex)", _last_any),
    member("int LastIndexOfAny(char[] anyOf, int startIndex, int count)", _last_any),
    member("void CopyTo(int sourceIndex, char[] destination, int destinationIndex, int count)", _copy),
    member("bool IsNormalized()", lambda s: _normal(s) == s),
    member("bool IsNormalized(NormalizationForm form)", lambda s, f: _normal(s, f) == s),
    member("string Normalize()", _normal),
    member("string Normalize(NormalizationForm form)", _normal),
    member("static string IsInterned(string str)", lambda s: s),
)


def _numeric_at(s: str, index: int) -> float:
    if not 0 <= index < len(s):
        raise out_of_range("index", _INDEX)
    return float(unicodedata.numeric(s[index], -1.0))


def _try_char(s: str | None) -> tuple[bool, str]:
    return (True, s) if s is not None and len(s) == 1 else (False, "\0")


def _high(c: str) -> bool:
    return "\ud800" <= c <= "\udbff"


def _low(c: str) -> bool:
    return "\udc00" <= c <= "\udfff"


def _pair_number(high: str, low: str) -> int:
    if not _high(high) or not _low(low):
        raise out_of_range("highSurrogate" if not _high(high) else "lowSurrogate", "A valid pair is needed.")
    return ord(from_units(high + low))


def _of_number(number: int) -> str:
    if not 0 <= number <= 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        raise out_of_range(
            "utf32", "A valid UTF32 value is between 0x000000 and 0x10ffff, without surrogates."
        )
    return to_units(chr(number))


def _number_at(s: str, index: int) -> int:
    if not 0 <= index < len(s):
        raise out_of_range("index", _INDEX)
    if _high(s[index]) and index + 1 < len(s) and _low(s[index + 1]):
        return _pair_number(s[index], s[index + 1])
    if "\ud800" <= s[index] <= "\udfff":
        raise argument(f"Found a surrogate char without a pair at index {index}.", "s")
    return ord(s[index])


def _at(test: Callable[[str], bool]) -> Callable[[str, int], bool]:
    def run(s: str, index: int) -> bool:
        if not 0 <= index < len(s):
            raise NetError("ArgumentOutOfRangeException", _INDEX)
        return bool(test(s[index]))

    return run


_CHAR = (
    member("string ToString(IFormatProvider? provider)", lambda c, p: c),
    member("static bool TryParse(string? s, out char result)", _try_char),
    member("static char ToUpper(char c, CultureInfo culture)", lambda c, x: upper_char(c)),
    member("static char ToLower(char c, CultureInfo culture)", lambda c, x: lower_char(c)),
    member("static double GetNumericValue(string s, int index)", _numeric_at),
    member("static bool IsHighSurrogate(char c)", _high),
    member("static bool IsLowSurrogate(char c)", _low),
    member("static bool IsHighSurrogate(string s, int index)", _at(_high)),
    member("static bool IsLowSurrogate(string s, int index)", _at(_low)),
    member("static bool IsSurrogatePair(char a, char b)", lambda a, b: _high(a) and _low(b)),
    member(
        "static bool IsSurrogatePair(string s, int index)",
        lambda s, i: _at(_high)(s, i) and i + 1 < len(s) and _low(s[i + 1]),
    ),
    member("static string ConvertFromUtf32(int utf32)", _of_number),
    member("static int ConvertToUtf32(char highSurrogate, char lowSurrogate)", _pair_number),
    member("static int ConvertToUtf32(string s, int index)", _number_at),
)

MEMBERS = {
    "string": _STRING,
    "char": _CHAR,
    "StringComparer": (
        member("static StringComparer FromComparison(StringComparison comparisonType)", _by_kind),
        member(
            "static StringComparer Create(CultureInfo culture, bool ignoreCase)", lambda c, i: _culture(i)
        ),
        member("int Compare(object? x, object? y)", _objects_order),
        member("bool Equals(object? x, object? y)", _objects_equal),
    ),
}
TYPES = (
    enum(
        "NormalizationForm",
        "System.Text",
        "https://learn.microsoft.com/dotnet/api/system.text.normalizationform",
        "FormC=1 FormD FormKC=5 FormKD",
        allowed=False,
    ),
)
