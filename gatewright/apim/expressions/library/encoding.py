"""System.Text.Encoding.

Source: https://learn.microsoft.com/dotnet/api/system.text.encoding (.NET Core 3.1).
"""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument, out_of_range
from gatewright.apim.expressions.library.convert import byte_array
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.utf16 import to_units, utf8_bytes, utf8_text
from gatewright.apim.expressions.values import NetArray

_DOCS = "https://learn.microsoft.com/dotnet/api/system.text.encoding"


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding by its .NET web name."""

    name: str

    @property
    def ty(self) -> t.Ty:
        """`UTF8Encoding` and its kin."""
        return t.make(_CLASSES.get(self.name, "Encoding"))

    def encode(self, text: str) -> bytes:
        """UTF-16 units as bytes."""
        match self.name:
            case "utf-8":
                return utf8_bytes(text)
            case "us-ascii":
                return bytes(ord(c) if ord(c) < 128 else 63 for c in text)
            case "iso-8859-1":
                return bytes(ord(c) if ord(c) < 256 else 63 for c in text)
            case "utf-16":
                return text.encode("utf-16-le", "surrogatepass")
            case "utf-16BE":
                return text.encode("utf-16-be", "surrogatepass")
            case _:
                return (
                    text.encode("utf-16-le", "surrogatepass")
                    .decode("utf-16-le", "replace")
                    .encode("utf-32-le")
                )

    def decode(self, data: bytes) -> str:
        """Bytes as UTF-16 units."""
        match self.name:
            case "utf-8":
                return utf8_text(data)
            case "us-ascii":
                return "".join(chr(b) if b < 128 else "?" for b in data)
            case "iso-8859-1":
                return data.decode("latin-1")
            case "utf-16":
                return to_units(data.decode("utf-16-le", "replace"))
            case "utf-16BE":
                return to_units(data.decode("utf-16-be", "replace"))
            case _:
                return to_units(data.decode("utf-32-le", "replace"))


_CLASSES = {
    "utf-8": "UTF8Encoding",
    "us-ascii": "ASCIIEncoding",
    "iso-8859-1": "Latin1Encoding",
    "utf-16": "UnicodeEncoding",
    "utf-16BE": "UnicodeEncoding",
    "utf-32": "UTF32Encoding",
}
_PROPERTIES = {"UTF8": "utf-8", "ASCII": "us-ascii", "Unicode": "utf-16", "BigEndianUnicode": "utf-16BE"}
_PROPERTIES |= {"UTF32": "utf-32", "Default": "utf-8"}


def _named(name: str) -> Encoding:
    aliases = {
        "ascii": "us-ascii",
        "latin1": "iso-8859-1",
        "utf8": "utf-8",
        "unicode": "utf-16",
        "utf-16le": "utf-16",
    }
    found = aliases.get(name.lower(), name.lower())
    if found == "utf-16be":
        found = "utf-16BE"
    if found not in _CLASSES:
        raise argument(
            f"'{name}' is not a supported encoding name. For information on defining a custom encoding, see "
            "the documentation for the Encoding.RegisterProvider method.",
            "name",
        )
    return Encoding(found)


def _part(e: Encoding, data: NetArray, index: int, count: int) -> str:
    if index < 0 or count < 0 or index + count > len(data.items):
        raise out_of_range("bytes", "Index and count must refer to a location within the buffer.")
    return e.decode(bytes(data.items[index : index + count]))


def _bytes(e: Encoding, text: str | None) -> NetArray:
    if text is None:
        message = "String reference not set to an instance of a String. (Parameter 's')"
        raise NetError("ArgumentNullException", message, extra={"ParamName": "s"})
    return byte_array(e.encode(text))


_MEMBERS = (
    *(member(f"static Encoding {p}", lambda n=n: Encoding(n)) for p, n in _PROPERTIES.items()),
    member("static Encoding GetEncoding(string name)", _named),
    member("byte[] GetBytes(string? s)", _bytes),
    member("byte[] GetBytes(char[] chars)", lambda e, c: byte_array(e.encode("".join(c.items)))),
    member("string GetString(byte[] bytes)", lambda e, b: e.decode(bytes(b.items))),
    member("string GetString(byte[] bytes, int index, int count)", _part),
    member("int GetByteCount(string s)", lambda e, s: len(e.encode(s))),
    member("int GetCharCount(byte[] bytes)", lambda e, b: len(e.decode(bytes(b.items)))),
    member(
        "char[] GetChars(byte[] bytes)",
        lambda e, b: NetArray(t.array(t.CHAR), list(e.decode(bytes(b.items)))),
    ),
    member("string WebName", lambda e: e.name),
)

TYPES = (
    TypeEntry("Encoding", "System.Text", _DOCS, _MEMBERS),
    *(
        TypeEntry(name, "System.Text", _DOCS, bases=("Encoding",), allowed=False)
        for name in dict.fromkeys(_CLASSES.values())
        if name != "UTF8Encoding"
    ),
    TypeEntry(
        "UTF8Encoding",
        "System.Text",
        _DOCS,
        (member("new()", lambda: Encoding("utf-8")),),
        bases=("Encoding",),
        allowed=False,
    ),
)
