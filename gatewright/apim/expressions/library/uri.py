"""System.Uri, WebUtility, Guid, Environment.NewLine."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from html.entities import name2codepoint

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError
from gatewright.apim.expressions.library.convert import byte_array
from gatewright.apim.expressions.library.entry import TypeEntry, enum, member
from gatewright.apim.expressions.library.primitives import trying
from gatewright.apim.expressions.limits import Run
from gatewright.apim.expressions.net_guid import Guid, parse_guid
from gatewright.apim.expressions.net_uri import (
    Uri,
    escape_data,
    escape_uri,
    starts_with_drive,
    unescape_data,
    url_decode,
    url_encode,
    well_formed,
)
from gatewright.apim.expressions.utf16 import from_units, to_units
from gatewright.apim.expressions.values import EnumValue, NetArray, Value

_DOCS = "https://learn.microsoft.com/dotnet/api/system."
_STRINGS = t.array(t.STRING)


def _absolute(name: str) -> Callable[[Uri], Value]:
    def get(uri: Uri) -> Value:
        uri.need()
        return getattr(uri, name)

    return get


def _segments(uri: Uri) -> NetArray:
    return NetArray(_STRINGS, re.findall(r"[^/]*/|[^/]+\Z", uri.absolute_path))


def _make(text: str, kind: EnumValue) -> Uri:
    made = Uri(text, relative=kind.number != 1)
    if kind.number == 2 and made.absolute:
        raise NetError(
            "UriFormatException",
            "A relative URI cannot be created because the 'uriString' parameter represents an absolute URI.",
        )
    return made


def combine(base: Uri, relative: str) -> Uri:
    """An address relative to another.

    Source: RFC 3986, 5.2.2 "Transform References"; .NET keeps the fragment when nothing is given.
    """
    base.need()
    text = relative.strip()
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text) is not None or starts_with_drive(text):
        return Uri(text)
    if base.path[1:2] == ":" and not text.startswith(("//", "\\\\")):
        found = _beside_file(base, text)
        if found is not None:
            return found
    lead = base.absolute_uri[: len(base.absolute_uri) - len(base.path + base.query + base.fragment)]
    if text.startswith(("//", "\\\\")):
        return Uri(f"{base.scheme}:{text}")
    if text.startswith(("/", "\\")):
        return Uri(lead + text)
    if not text:
        return Uri(base.net_text())
    if text.startswith("?"):
        return Uri(lead + base.path + text)
    if text.startswith("#"):
        return Uri(lead + base.path + base.query + text)
    return Uri(lead + base.path.rpartition("/")[0] + "/" + text)


def _beside_file(base: Uri, text: str) -> Uri | None:
    """An address relative to a path with the letter of a drive, where it is another path."""
    lead = "" if base.drive else "file:///"
    path = unescape_data(base.path) if base.drive else base.path
    if text.startswith(("/", "\\")):
        return Uri(lead + path[:2] + text)
    if text and (base.drive or text[0] not in "?#"):
        return Uri(lead + path.rpartition("/")[0] + "/" + text)
    return None


def _left(uri: Uri, part: EnumValue) -> str:
    uri.need()
    lead = f"{uri.scheme}://" + ("/" if uri.path[1:2] == ":" else "")
    user = f"{uri.user_info}@" if uri.user_info else ""
    match part.number:
        case 0:
            return f"{uri.scheme}://"
        case 1 if not uri.authority:
            return ""
        case 1:
            return lead + user + uri.authority
        case 2:
            return lead + user + uri.authority + uri.path
        case _:
            return lead + user + uri.authority + uri.path + uri.query


def _try_create(text: str | None, kind: EnumValue) -> tuple[bool, Uri | None]:
    if text is None:
        return False, None
    try:
        return True, _make(text, kind)
    except NetError:
        return False, None


def _well_formed(text: str | None, kind: EnumValue) -> bool:
    made, uri = _try_create(text, kind)
    return made and uri is not None and well_formed(uri)


def _local_path(uri: Uri) -> str:
    path = unescape_data(uri.absolute_path)
    return path.replace("/", "\\") if path[1:2] == ":" else path


def _bare_host(uri: Uri) -> str:
    """The host without the brackets of an IPv6 address."""
    uri.need()
    return uri.host.strip("[]")


def _idn_host(uri: Uri) -> str:
    """The host in ASCII."""
    host = _bare_host(uri)
    try:
        return host if host.isascii() else from_units(host).encode("idna").decode("ascii")
    except UnicodeError:
        return host


_URI = (
    member("new(string uriString)", Uri),
    member("new(string uriString, UriKind kind)", _make),
    member("new(Uri baseUri, string? relativeUri)", lambda u, s: combine(u, s or "")),
    member("string Scheme", _absolute("scheme")),
    member("string Host", _absolute("host")),
    member("string DnsSafeHost", _bare_host),
    member("string IdnHost", _idn_host),
    member("string Authority", _absolute("authority")),
    member("int Port", _absolute("port")),
    member("string Query", _absolute("query")),
    member("string Fragment", _absolute("fragment")),
    member("string UserInfo", _absolute("user_info")),
    member("string AbsolutePath", lambda u: u.absolute_path),
    member("string LocalPath", _local_path),
    member("string AbsoluteUri", lambda u: u.absolute_uri),
    member("string PathAndQuery", lambda u: u.absolute_path + u.query),
    member("string OriginalString", lambda u: u.original),
    member("string[] Segments", _segments),
    member("bool IsAbsoluteUri", lambda u: u.absolute),
    member("bool IsDefaultPort", lambda u: u.is_default_port),
    member("bool IsLoopback", lambda u: u.host in ("localhost", "127.0.0.1", "[::1]")),
    member("bool IsFile", lambda u: u.scheme == "file"),
    member("string GetLeftPart(UriPartial part)", _left),
    member("string ToString()", Uri.net_text),
    member("bool Equals(object? comparand)", lambda a, b: a == b),
    member("static bool operator ==(Uri? a, Uri? b)", lambda a, b: a == b),
    member("static bool operator !=(Uri? a, Uri? b)", lambda a, b: a != b),
    member("static string EscapeDataString(string stringToEscape)", escape_data),
    member("static string UnescapeDataString(string stringToUnescape)", unescape_data),
    member("static string EscapeUriString(string stringToEscape)", escape_uri),
    member("static bool TryCreate(string? uriString, UriKind uriKind, out Uri result)", _try_create),
    member("static bool IsWellFormedUriString(string? uriString, UriKind uriKind)", _well_formed),
    member("static string UriSchemeHttps", lambda: "https"),
    member("static string UriSchemeHttp", lambda: "http"),
)

# --------------------------------------------------------------------------- WebUtility

_HTML = {"<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "&": "&amp;"}


def _html_encode(text: str | None) -> str | None:
    if text is None:
        return None
    plain = from_units(text)
    return "".join(
        _HTML.get(c) or (f"&#{ord(c)};" if 160 <= ord(c) < 256 or ord(c) > 0xFFFF else c) for c in plain
    )


_ENTITY = re.compile(r"&(?:#(\d+)|#[xX]([0-9A-Fa-f]+)|(\w+));", re.ASCII)


def _decoded(found: re.Match[str]) -> str:
    """One character reference; what HTML 4 does not know stays."""
    decimal, hexadecimal, name = found.groups()
    if name is not None:
        code = 39 if name == "apos" else name2codepoint.get(name)
        return found.group() if code is None else chr(code)
    number = int(decimal) if decimal is not None else int(hexadecimal, 16)
    return found.group() if 0xD800 <= number <= 0xDFFF or number > 0x10FFFF else chr(number)


def _html_decode(text: str | None) -> str | None:
    if text is None:
        return None
    return to_units(_ENTITY.sub(_decoded, from_units(text)))


# --------------------------------------------------------------------------- Guid


def _new_guid(run: Run) -> Guid:
    from gatewright.apim.expressions.context import Context

    context = run.context
    assert isinstance(context, Context)
    return Guid(context.new_guid())


def parse_guid_exact(text: str, pattern: str) -> Guid:
    """`Guid.ParseExact`.

    Raises:
        NetError: FormatException.
    """
    made = parse_guid(text)
    if made.net_format(pattern).lower() != text.strip().lower():
        raise NetError("FormatException", "Guid string should only contain hexadecimal characters.")
    return made


_EMPTY = Guid(uuid.UUID(int=0))
_GUID = (
    member("Guid default()", lambda: _EMPTY),
    member("new(string g)", parse_guid),
    member("new(byte[] b)", lambda b: Guid(uuid.UUID(bytes_le=bytes(b.items)))),
    member("static Guid NewGuid()", _new_guid, run=True),
    member("static Guid Empty", lambda: _EMPTY),
    member("static Guid Parse(string input)", parse_guid),
    member("static Guid ParseExact(string input, string format)", parse_guid_exact),
    member("static bool TryParse(string? input, out Guid result)", trying(parse_guid, _EMPTY)),
    member("string ToString()", Guid.net_text),
    member("string ToString(string? format)", lambda g, f: g.net_format(f or "D")),
    member("byte[] ToByteArray()", lambda g: byte_array(g.value.bytes_le)),
    member("bool Equals(Guid g)", lambda a, b: a == b),
    member("bool Equals(object? o)", lambda a, b: a == b),
    member("int CompareTo(Guid value)", lambda a, b: int(a > b) - int(a < b)),
    member("static bool operator ==(Guid a, Guid b)", lambda a, b: a == b),
    member("static bool operator !=(Guid a, Guid b)", lambda a, b: a != b),
)

TYPES = (
    TypeEntry("Uri", "System", _DOCS + "uri", _URI),
    enum("UriKind", "System", _DOCS + "urikind", "RelativeOrAbsolute Absolute Relative", allowed=False),
    enum("UriPartial", "System", _DOCS + "uripartial", "Scheme Authority Path Query"),
    TypeEntry(
        "WebUtility",
        "System.Net",
        _DOCS + "net.webutility",
        (
            member("static string UrlEncode(string? value)", lambda v: None if v is None else url_encode(v)),
            member("static string UrlDecode(string? value)", lambda v: None if v is None else url_decode(v)),
            member("static string HtmlEncode(string? value)", _html_encode),
            member("static string HtmlDecode(string? value)", _html_decode),
        ),
        "static",
    ),
    TypeEntry("Guid", "System", _DOCS + "guid", _GUID, "struct", ("IComparable", "IFormattable")),
    TypeEntry(
        "Environment",
        "System",
        _DOCS + "environment",
        (member("static string NewLine", lambda: "\n"),),
        "static",
        allowed=False,
    ),
)
