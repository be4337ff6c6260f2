"""Further members of Uri and WebUtility: checks, components, relative addresses.

Source: https://learn.microsoft.com/dotnet/api/system.uri, system.net.webutility (.NET Core 3.1).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument, out_of_range
from gatewright.apim.expressions.library.convert import byte_array
from gatewright.apim.expressions.library.entry import enum, member
from gatewright.apim.expressions.library.runtime import enum_value
from gatewright.apim.expressions.library.uri import combine
from gatewright.apim.expressions.net_uri import Uri, url_decode_bytes, url_encode_bytes
from gatewright.apim.expressions.values import EnumValue, NetArray

_KIND = t.make("UriHostNameType")
_DOCS = "https://learn.microsoft.com/dotnet/api/system."
_HEX = "0123456789abcdefABCDEF"


def host_kind(host: str) -> int:
    """The number of a `UriHostNameType`."""
    if not host:
        return 0
    plain = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        return 3 if ipaddress.ip_address(plain).version == 4 else 4
    except ValueError:
        pass
    label = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?"
    return 2 if re.fullmatch(rf"{label}(?:\.{label})*\.?", host) else 0


def _host_type(uri: Uri) -> EnumValue:
    uri.need()
    return enum_value(_KIND, host_kind(uri.host))


def relative_to(base: Uri, target: Uri) -> Uri:
    """`MakeRelativeUri`."""
    base.need()
    target.need()
    if (base.scheme, base.authority) != (target.scheme, target.authority):
        return target
    ours, theirs = base.path.split("/"), target.path.split("/")
    same = 0
    while same < min(len(ours), len(theirs)) - 1 and ours[same] == theirs[same]:
        same += 1
    if base.path == target.path and same == len(ours) - 1:
        return Uri(target.query + target.fragment, relative=True)
    path = "../" * (len(ours) - 1 - same) + "/".join(theirs[same:])
    return Uri((path or "./") + target.query + target.fragment, relative=True)


def _is_base(base: Uri, other: Uri) -> bool:
    if not other.absolute:
        return True
    folder = base.path.rpartition("/")[0] + "/"
    return (base.scheme, base.authority) == (other.scheme, other.authority) and other.path.startswith(folder)


def _try_combine(base: Uri, relative: Uri | str | None) -> tuple[bool, Uri | None]:
    try:
        return True, combine(base, relative.original if isinstance(relative, Uri) else relative or "")
    except NetError:
        return False, None


def _digit(c: str) -> int:
    if c not in _HEX:
        raise argument("Non-hex digit.", "digit")
    return int(c, 16)


def _escape(c: str) -> str:
    if ord(c) > 255:
        raise out_of_range("character")
    return f"%{ord(c):02X}"


def encoded_at(text: str, index: int) -> bool:
    """Whether an escape of a byte stands at a place."""
    piece = text[index : index + 3]
    return len(piece) == 3 and piece[0] == "%" and all(c in _HEX for c in piece[1:])


def _scheme_ok(name: str | None) -> bool:
    return bool(name) and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", name or "") is not None


def _bytes(call: Callable[[bytes], bytes]) -> Callable[[NetArray, int, int], NetArray]:
    def run(data: NetArray, offset: int, count: int) -> NetArray:
        if not 0 <= offset <= len(data.items):
            raise out_of_range("offset")
        if not 0 <= count <= len(data.items) - offset:
            raise out_of_range("count")
        return byte_array(call(bytes(data.items[offset : offset + count])))

    return run


_SCHEMES = {"File": "file", "Ftp": "ftp", "Gopher": "gopher", "Mailto": "mailto", "News": "news"} | {
    "Nntp": "nntp",
    "NetTcp": "net.tcp",
    "NetPipe": "net.pipe",
}
MEMBERS = {
    "Uri": (
        member("new(Uri baseUri, Uri relativeUri)", lambda b, r: combine(b, r.original)),
        *(member(f"static string UriScheme{n}", lambda s=s: s) for n, s in _SCHEMES.items()),
        member("static string SchemeDelimiter", lambda: "://"),
        member("UriHostNameType HostNameType", _host_type),
        member("bool IsUnc", lambda u: False),
        member("bool UserEscaped", lambda u: False),
        member(
            "static UriHostNameType CheckHostName(string? name)",
            lambda n: enum_value(_KIND, host_kind(n or "")),
        ),
        member("static bool CheckSchemeName(string? schemeName)", _scheme_ok),
        member("static string HexEscape(char character)", _escape),
        member("static bool IsHexEncoding(string pattern, int index)", encoded_at),
        member("static bool IsHexDigit(char character)", lambda c: c in _HEX),
        member("static int FromHex(char digit)", _digit),
        member("Uri MakeRelativeUri(Uri uri)", relative_to),
        member("bool IsBaseOf(Uri uri)", _is_base),
        member("static bool TryCreate(Uri? baseUri, string? relativeUri, out Uri result)", _try_combine),
        member("static bool TryCreate(Uri? baseUri, Uri? relativeUri, out Uri result)", _try_combine),
    ),
    "WebUtility": (
        member(
            "static byte[] UrlEncodeToBytes(byte[] value, int offset, int count)", _bytes(url_encode_bytes)
        ),
        member(
            "static byte[] UrlDecodeToBytes(byte[] value, int offset, int count)", _bytes(url_decode_bytes)
        ),
    ),
}
TYPES = (
    enum(
        "UriHostNameType",
        "System",
        _DOCS + "urihostnametype",
        "Unknown Basic Dns IPv4 IPv6",
        allowed=False,
    ),
)
