"""`Uri`, and how URLs and HTML are escaped.

Source: https://learn.microsoft.com/dotnet/api/system.uri, system.net.webutility (.NET Core 3.1).
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError
from gatewright.apim.expressions.utf16 import from_units, to_units, utf8_bytes, utf8_text

_PORTS = {"mailto": 25, "http": 80, "https": 443, "ftp": 21, "ws": 80, "wss": 443}
_PARTS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?://([^/?#\\]*))?([^?#]*)(\?[^#]*)?(#.*)?\Z", re.DOTALL)
_DOS = re.compile(r"([Ff][Ii][Ll][Ee]:///)?([A-Za-z])[:|]([\\/][^?#]*)(\?[^#]*)?(#.*)?\Z", re.DOTALL)
_DRIVE = re.compile(r"[A-Za-z][:|].", re.DOTALL)
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")
_RESERVED = frozenset(";/?:@&=+$,#[]!'()*")


def invalid(text: str = "Invalid URI: The format of the URI could not be determined.") -> NetError:
    """A text that is no URI."""
    return NetError("UriFormatException", text)


def starts_with_drive(text: str) -> bool:
    """Whether a text begins with the letter of a drive and goes on: `c:x`, `c|x`."""
    return _DRIVE.match(text) is not None


class Uri:
    """A URI, absolute or (where allowed) relative."""

    __slots__ = (
        "absolute",
        "authority",
        "drive",
        "fragment",
        "host",
        "original",
        "path",
        "port",
        "query",
        "scheme",
        "user_info",
    )
    ty = t.make("Uri")

    def __init__(self, text: str, relative: bool = False) -> None:
        self.original = text
        self.absolute = True
        self.drive = False
        dos = _DOS.match(text.strip())
        if dos is not None:
            self._file(dos)
            return
        if starts_with_drive(text.strip()):
            raise invalid("Invalid URI: A Dos path must be rooted, for example, 'c:\\\\'.")
        found = _PARTS.match(text.strip())
        if found is None or (len(found.group(1)) == 1 and found.group(2) is None):  # a drive alone
            if not relative:
                raise invalid("Invalid URI: The URI is empty." if not text.strip() else invalid().message)
            self.absolute = False
            self.scheme = self.host = self.path = self.query = self.fragment = self.user_info = (
                self.authority
            ) = ""
            self.port = -1
            return
        self.scheme = found.group(1).lower()
        self._authority(found.group(2))
        if self.scheme == "mailto":
            self._mail(found.group(3))
        else:
            self.path = self._normal(found.group(3))
        self.query = escape_loose(found.group(4) or "", "?")
        self.fragment = escape_loose(found.group(5) or "", "#")

    def _file(self, found: re.Match[str]) -> None:
        r"""A path of Windows: of `c:\\x` alone all is path, behind `file:///` there may be more."""
        self.scheme, self.port = "file", -1
        self.host = self.user_info = self.authority = self.query = self.fragment = ""
        lead, letter, path, query, fragment = (group or "" for group in found.groups())
        self.drive = not lead
        if lead:
            path = escape_loose(path.replace("\\", "/"), "")
            self.query, self.fragment = escape_loose(query, "?"), escape_loose(fragment, "#")
        else:
            plain = (path + query + fragment).replace("\\", "/")
            path = _escape(plain, _UNRESERVED | _RESERVED - frozenset("?#"))
        self.path = _without_dots(f"{letter}:{path}")

    def _authority(self, given: str | None) -> None:
        if given is None:
            if self.scheme in _PORTS and self.scheme != "mailto":
                raise invalid("Invalid URI: The hostname could not be parsed.")
            self.host, self.port, self.user_info, self.authority = "", -1, "", ""
            return
        self.user_info, _, rest = given.rpartition("@")
        found = re.match(r"(\[[^\]]*\]|[^:]*)(?::(\d*))?\Z", rest)
        if found is None:
            raise invalid("Invalid URI: Invalid port specified.")
        self.host = found.group(1).lower()
        if not self.host or any(c in ' <>"{}|^`' for c in self.host):
            if self.scheme != "file":
                raise invalid("Invalid URI: The hostname could not be parsed.")
        default = _PORTS.get(self.scheme, -1)
        self.port = int(found.group(2)) if found.group(2) else default
        if self.port > 65535:
            raise invalid("Invalid URI: Invalid port specified.")
        self.authority = self.host if self.port == default else f"{self.host}:{self.port}"

    def _mail(self, address: str) -> None:
        """`mailto:user@host`."""
        user, at, host = address.partition("@")
        if at and not host:
            raise invalid("Invalid URI: The hostname could not be parsed.")
        host = host.lower() if at else address.lower()
        self.user_info, self.host, self.authority = escape_loose(user, "") if at else "", host, host
        self.path, self.port = "", 25

    def _normal(self, path: str) -> str:
        if self.scheme not in _PORTS and not self.authority:
            return escape_loose(path, "")
        return _without_dots(escape_loose(path.replace("\\", "/"), "") or "/")

    @property
    def absolute_path(self) -> str:
        """The escaped path."""
        self.need()
        return self.path

    @property
    def absolute_uri(self) -> str:
        """The whole URI, escaped."""
        self.need()
        return self._lead() + self.path + self.query + self.fragment

    def _lead(self) -> str:
        if not self.authority:
            return (
                f"{self.scheme}:"
                + ("//" if self.scheme == "file" else "")
                + ("/" if self.path[1:2] == ":" else "")
            )
        user = f"{self.user_info}@" if self.user_info else ""
        return f"{self.scheme}:{'' if self.scheme == 'mailto' else '//'}{user}{self.authority}"

    @property
    def is_default_port(self) -> bool:
        """Whether the port is the scheme's own."""
        self.need()
        return self.port == _PORTS.get(self.scheme, -1)

    def need(self) -> None:
        """Raises InvalidOperationException for a relative URI."""
        if not self.absolute:
            raise NetError("InvalidOperationException", "This operation is not supported for a relative URI.")

    def net_text(self) -> str:
        """The URI with harmless escapes undone."""
        if not self.absolute:
            return self.original
        if _STAYING.search(self.original) is not None:  # they stay, where the address escapes them
            text = self.original.strip()
            place = re.search("[?#]", text)
            lead = len(text) if place is None or self.drive else place.start()
            path, rest = text[:lead], text[lead:]
            shadow = Uri(path.translate(_SHADOWS) + rest.translate(_SHADOWS | _BACKSLASH))
            rest = shadow.path + shadow.query + shadow.fragment
            return shadow._lead() + shown(_SHADOWED.sub(lambda m: _UNSHADOWED[m.group()], rest))
        return self._lead() + shown(self.path) + shown(self.query) + shown(self.fragment)

    def json_text(self) -> str:
        """As Newtonsoft writes it: the text it was made from."""
        return self.original

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Uri) or self.absolute != other.absolute:
            return False
        if not self.absolute:
            return self.original == other.original
        return self._lead() + self.path + self.query == other._lead() + other.path + other.query

    def __hash__(self) -> int:
        return hash(self.original)


_KEPT = frozenset("%#?/\\@:;&=+$,[]!'()*")


def shown(text: str) -> str:
    """Undoes escapes of characters that cannot change the meaning."""

    def undo(match: re.Match[str]) -> str:
        given = match.group()
        shown = utf8_text(unquote_to_bytes(given))
        if "\ufffd" in shown:
            return given
        out, at = "", 0
        for c in from_units(shown):
            size = 3 * len(c.encode("utf-8", "surrogatepass"))
            kept = c in _KEPT or ord(c) < 32 or c == "\x7f"
            out += given[at : at + size] if kept else to_units(c)
            at += size
        return out

    return re.sub(r"(?:%[0-9A-Fa-f]{2})+", undo, text)


def _without_dots(path: str) -> str:
    """A path whose steps `.` and `..` are taken."""
    out: list[str] = []
    parts = path.split("/")
    for number, part in enumerate(parts):
        if part == "..":
            if len(out) > 1:
                out.pop()
        elif part != ".":
            out.append(part)
            continue
        if number == len(parts) - 1:
            out.append("")
    return "/".join(out) or "/"


def escape_loose(text: str, keep: str) -> str:
    """Escapes what a URI may not hold, leaving escapes that are there."""
    out: list[str] = []
    at = 0
    for piece in re.split(r"(%[0-9A-Fa-f]{2})", text):
        if at % 2:
            plain = chr(int(piece[1:], 16))
            out.append(plain if plain in _UNRESERVED else piece)
        else:
            out.append(_escape(piece, _UNRESERVED | _RESERVED - frozenset("#" if keep != "#" else "")))
        at += 1
    return "".join(out)


def _escape(text: str, allowed: frozenset[str]) -> str:
    if all(c in allowed for c in text):
        return text
    return "".join(chr(x) if chr(x) in allowed and x < 128 else f"%{x:02X}" for x in utf8_bytes(text))


def escape_data(text: str) -> str:
    """`Uri.EscapeDataString`."""
    return _escape(text, _UNRESERVED)


_STAYING = re.compile(r"[\x00-\x1f\x7f]|[?#].*\\", re.DOTALL)
_SHADOWS = {n: 0xE000 + n for n in (*range(32), 127)}
_BACKSLASH = {92: 0xE000 + 92}  # in a path it is a slash
_UNSHADOWED = {escape_data(chr(shadow)): chr(n) for n, shadow in (_SHADOWS | _BACKSLASH).items()}
_SHADOWED = re.compile("|".join(_UNSHADOWED))


def escape_uri(text: str) -> str:
    """`Uri.EscapeUriString`."""
    return _escape(text, _UNRESERVED | _RESERVED)


def unescape_data(text: str) -> str:
    """`Uri.UnescapeDataString`: what is not UTF-8 stays escaped."""

    def undo(match: re.Match[str]) -> str:
        data = unquote_to_bytes(match.group())
        try:
            return to_units(data.decode("utf-8"))
        except UnicodeDecodeError:
            return _partly(data)

    return re.sub(r"(?:%[0-9A-Fa-f]{2})+", undo, text)


def _partly(data: bytes) -> str:
    out, at = "", 0
    while at < len(data):
        for size in (1, 2, 3, 4):
            try:
                out += to_units(data[at : at + size].decode("utf-8"))
            except UnicodeDecodeError:
                continue
            at += size
            break
        else:
            out += f"%{data[at]:02X}"
            at += 1
    return out


_URL_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!*()")


def url_encode(text: str | None) -> str:
    """`WebUtility.UrlEncode`: a space is `+`."""
    return _escape((text or ""), _URL_SAFE | {" "}).replace(" ", "+")


def url_decode(text: str | None) -> str:
    """`WebUtility.UrlDecode`."""
    plain = (text or "").replace("+", " ")
    if "%" not in plain:
        return plain
    return re.sub(r"(?:%[0-9A-Fa-f]{2})+", lambda m: utf8_text(unquote_to_bytes(m.group())), plain)


def url_encode_bytes(data: bytes) -> bytes:
    """`WebUtility.UrlEncodeToBytes`."""
    out = "".join("+" if x == 32 else chr(x) if chr(x) in _URL_SAFE else f"%{x:02X}" for x in data)
    return out.encode("ascii")


def url_decode_bytes(data: bytes) -> bytes:
    """`WebUtility.UrlDecodeToBytes`."""
    return unquote_to_bytes(data.replace(b"+", b" "))


def well_formed(uri: Uri) -> bool:
    """`IsWellFormedOriginalString`: nothing in the text had to be escaped or put right."""
    text = uri.original
    if re.search(r"[\x00-\x20\"<>\\^`{|}\x7f]|%(?![0-9A-Fa-f]{2})", text) is not None:
        return False
    if _DOS.match(text) is not None and not text.lower().startswith("file:"):
        return False
    if not uri.absolute:
        return ":" not in re.split(r"[/?#]", text)[0]
    return "//" in text or not uri.authority
