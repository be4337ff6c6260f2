"""Uri.GetComponents and what goes with it.

Source: https://learn.microsoft.com/dotnet/api/system.uri.getcomponents (.NET Core 3.1).
"""

from __future__ import annotations

from collections.abc import Callable

from gatewright.apim.expressions.faults import out_of_range
from gatewright.apim.expressions.library.entry import enum, member
from gatewright.apim.expressions.library.strings import compare_with
from gatewright.apim.expressions.library.uri_members import encoded_at, relative_to
from gatewright.apim.expressions.net_uri import Uri, shown, unescape_data, well_formed
from gatewright.apim.expressions.values import EnumValue

_DOCS = "https://learn.microsoft.com/dotnet/api/system."
SCHEME, USER, HOST, PORT, PATH, QUERY, FRAGMENT, STRONG_PORT, NORMALIZED_HOST = (1 << n for n in range(9))
_KEEP, _SERIALIZED = 1 << 30, -(1 << 31)
_PARTS = (
    "Scheme=1 UserInfo=2 Host=4 Port=8 Path=16 Query=32 Fragment=64 StrongPort=128 NormalizedHost=256 "
    "KeepDelimiter=1073741824 SerializationInfoString=-2147483648 AbsoluteUri=127 HostAndPort=132 "
    "StrongAuthority=134 SchemeAndServer=13 HttpRequestUrl=61 PathAndQuery=48"
)


_SHOWN: dict[int, Callable[[str], str]] = {1: str, 2: unescape_data, 3: shown}


def components(uri: Uri, parts: EnumValue, form: EnumValue) -> str:
    """`GetComponents`: one part stands without its delimiter, several with those between them."""
    if not 1 <= form.number <= 3:
        raise out_of_range("format")
    bits = parts.number
    if bits == _SERIALIZED:
        return uri.absolute_uri if uri.absolute else uri.original
    uri.need()
    keep = bool(bits & _KEEP)
    bits &= ~_KEEP
    several = keep or bits not in (
        SCHEME,
        USER,
        HOST,
        PORT,
        PATH,
        QUERY,
        FRAGMENT,
        STRONG_PORT,
        NORMALIZED_HOST,
    )
    show = _SHOWN[form.number]
    return (
        _lead(uri, bits, several, show)
        + _part(bits & PATH, show(uri.path), "/", several)
        + _part(bits & QUERY, show(uri.query), "?", several)
        + _part(bits & FRAGMENT, show(uri.fragment), "#", several)
    )


def _part(wanted: int, text: str, delimiter: str, several: bool) -> str:
    if not wanted:
        return ""
    return text if several else text.removeprefix(delimiter)


def _lead(uri: Uri, bits: int, several: bool, show: Callable[[str], str]) -> str:
    out = uri.scheme if bits & SCHEME else ""
    if bits & SCHEME and several:
        out += "://" if uri.authority or uri.scheme == "file" else ":"
    if bits & USER and uri.user_info:
        out += show(uri.user_info) + ("@" if several else "")
    if bits & (HOST | NORMALIZED_HOST):
        out += uri.host
    if bits & STRONG_PORT or (bits & PORT and not uri.is_default_port):
        out += f":{uri.port}" if several else str(uri.port)
    return out


def _compare(a: Uri | None, b: Uri | None, parts: EnumValue, form: EnumValue, how: EnumValue) -> int:
    if a is None or b is None:
        return (a is not None) - (b is not None)
    if not (a.absolute and b.absolute):
        if a.absolute or b.absolute:
            return 1 if a.absolute else -1
        return compare_with(a.original, b.original, how.number)
    return compare_with(components(a, parts, form), components(b, parts, form), how.number)


def _unescape(pattern: str, index: int) -> tuple[str, int]:
    if not 0 <= index < len(pattern):
        raise out_of_range("index")
    if encoded_at(pattern, index):
        return chr(int(pattern[index + 1 : index + 3], 16)), index + 3
    return pattern[index], index + 1


def _relative_text(base: Uri, target: Uri) -> str:
    found = relative_to(base, target)
    return found.net_text() if found.absolute else found.original


MEMBERS = {
    "Uri": (
        member("string GetComponents(UriComponents components, UriFormat format)", components),
        member(
            "static int Compare(Uri? uri1, Uri? uri2, UriComponents partsToCompare, UriFormat compareFormat, "
            "StringComparison comparisonType)",
            _compare,
        ),
        member("bool IsWellFormedOriginalString()", well_formed),
        member("string MakeRelative(Uri toUri)", _relative_text),
        member("static char HexUnescape(string pattern, ref int index)", _unescape),
    )
}
TYPES = (
    enum("UriComponents", "System", _DOCS + "uricomponents", _PARTS, allowed=False),
    enum(
        "UriFormat",
        "System",
        _DOCS + "uriformat",
        "None UriEscaped Unescaped SafeUnescaped",
        allowed=False,
    ),
)
