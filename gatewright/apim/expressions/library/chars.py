"""System.Char.

Source: https://learn.microsoft.com/dotnet/api/system.char (.NET Core 3.1).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, bad_format
from gatewright.apim.expressions.library.compare import equal
from gatewright.apim.expressions.library.entry import TypeEntry, enum, member
from gatewright.apim.expressions.library.primitives import WHITE, compared
from gatewright.apim.expressions.values import BOXES, Value

_DOCS = "https://learn.microsoft.com/dotnet/api/system."


_CHAR_TESTS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("IsDigit", lambda c: unicodedata.category(c) == "Nd"),
    ("IsLetter", str.isalpha),
    ("IsLetterOrDigit", lambda c: c.isalpha() or unicodedata.category(c) == "Nd"),
    ("IsUpper", lambda c: unicodedata.category(c) == "Lu"),
    ("IsLower", lambda c: unicodedata.category(c) == "Ll"),
    ("IsWhiteSpace", lambda c: c in WHITE),
    ("IsPunctuation", lambda c: unicodedata.category(c)[0] == "P"),
    ("IsSymbol", lambda c: unicodedata.category(c)[0] == "S"),
    ("IsNumber", lambda c: unicodedata.category(c)[0] == "N"),
    ("IsControl", lambda c: unicodedata.category(c) == "Cc"),
    ("IsSeparator", lambda c: unicodedata.category(c)[0] == "Z"),
    ("IsSurrogate", lambda c: "\ud800" <= c <= "\udfff"),
)


def upper_char(c: str) -> str:
    """`char.ToUpperInvariant`: one unit to one unit."""
    raised = c.upper()
    return raised if len(raised) == 1 and c != "\u0131" else c


def lower_char(c: str) -> str:
    """`char.ToLowerInvariant`."""
    lowered = c.lower()
    return lowered if len(lowered) == 1 else c


_CATEGORIES = dict(
    zip(
        "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Zs Zl Zp Cc Cf Cs Co Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Cn".split(),
        "UppercaseLetter LowercaseLetter TitlecaseLetter ModifierLetter OtherLetter NonSpacingMark "
        "SpacingCombiningMark EnclosingMark DecimalDigitNumber LetterNumber OtherNumber SpaceSeparator "
        "LineSeparator ParagraphSeparator Control Format Surrogate PrivateUse ConnectorPunctuation "
        "DashPunctuation OpenPunctuation ClosePunctuation InitialQuotePunctuation FinalQuotePunctuation "
        "OtherPunctuation MathSymbol CurrencySymbol ModifierSymbol OtherSymbol OtherNotAssigned".split(),
        strict=True,
    )
)


def _category(c: str) -> Value:
    from gatewright.apim.expressions.library.runtime import enum_value

    return enum_value(t.make("UnicodeCategory"), list(_CATEGORIES).index(unicodedata.category(c)))


def _parse_char(text: str) -> str:
    if len(text) != 1:
        raise bad_format("String must be exactly one character long.")
    return text


def _char_at(test: Callable[[str], bool]) -> Callable[[str, int], bool]:
    def run(text: str, index: int) -> bool:
        if not 0 <= index < len(text):
            raise NetError("ArgumentOutOfRangeException", "Index was out of range.")
        return test(text[index])

    return run


TYPES = (
    TypeEntry(
        "char",
        "System",
        _DOCS + "char",
        (
            member("string ToString()", str),
            member("static string ToString(char c)", str),
            member("bool Equals(char obj)", lambda a, b: a == b),
            member("bool Equals(object? obj)", lambda a, b: equal(BOXES[t.CHAR](a), b)),
            member("int CompareTo(char value)", lambda a, b: ord(a) - ord(b)),
            member("int CompareTo(object? value)", compared(t.CHAR, BOXES[t.CHAR])),
            *(member(f"static bool {name}(char c)", test) for name, test in _CHAR_TESTS),
            *(
                member(f"static bool {name}(string s, int index)", _char_at(test))
                for name, test in _CHAR_TESTS
            ),
            member("static char ToUpper(char c)", upper_char),
            member("static char ToLower(char c)", lower_char),
            member("static char ToUpperInvariant(char c)", upper_char),
            member("static char ToLowerInvariant(char c)", lower_char),
            member("static char Parse(string s)", _parse_char),
            member("static UnicodeCategory GetUnicodeCategory(char c)", _category),
            member("static UnicodeCategory GetUnicodeCategory(string s, int index)", _char_at(_category)),
            member("static double GetNumericValue(char c)", lambda c: float(unicodedata.numeric(c, -1.0))),
            member("static char MinValue", lambda: "\0"),
            member("static char MaxValue", lambda: "\uffff"),
        ),
        "struct",
        ("IComparable", "IConvertible"),
    ),
    enum(
        "UnicodeCategory",
        "System.Globalization",
        _DOCS + "globalization.unicodecategory",
        " ".join(_CATEGORIES.values()),
        allowed=False,
    ),
)
