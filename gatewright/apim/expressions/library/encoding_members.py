"""Further members of System.Text.Encoding: parts of arrays, code pages, conversion.

Source: https://learn.microsoft.com/dotnet/api/system.text.encoding (.NET Core 3.1).
"""

from __future__ import annotations

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument, out_of_range
from gatewright.apim.expressions.library.convert import byte_array
from gatewright.apim.expressions.library.encoding import Encoding
from gatewright.apim.expressions.library.entry import member
from gatewright.apim.expressions.values import NetArray

_PAGES = {65001: "utf-8", 20127: "us-ascii", 28591: "iso-8859-1", 1200: "utf-16", 1201: "utf-16BE"} | {
    12000: "utf-32"
}
_NUMBERS = {name: number for number, name in _PAGES.items()}
_NAMES = {"utf-8": "Unicode (UTF-8)", "us-ascii": "US-ASCII", "iso-8859-1": "Western European (ISO)"} | {
    "utf-16": "Unicode",
    "utf-16BE": "Unicode (Big-Endian)",
    "utf-32": "Unicode (UTF-32)",
}
_MARKS = {"utf-8": b"\xef\xbb\xbf", "utf-16": b"\xff\xfe", "utf-16BE": b"\xfe\xff", "utf-32": b"\xff\xfe\0\0"}


def _page(number: int) -> Encoding:
    if number == 0:
        return Encoding("utf-8")
    if not 0 <= number <= 65535:
        raise out_of_range("codepage", "Valid values are between 0 and 65535, inclusive.")
    name = _PAGES.get(number)
    if name is None:
        raise NetError("NotSupportedException", f"No data is available for encoding {number}.")
    return Encoding(name)


def _part(items: list[int] | list[str] | str, index: int, count: int, name: str) -> slice:
    if index < 0 or count < 0:
        raise out_of_range("index" if index < 0 else "count", "Non-negative number required.")
    if index + count > len(items):
        raise out_of_range(name, "Index and count must refer to a location within the buffer.")
    return slice(index, index + count)


def _text(e: Encoding, text: str, index: int, count: int) -> NetArray:
    return byte_array(e.encode(text[_part(text, index, count, "index")]))


def _chars(e: Encoding, chars: NetArray, index: int, count: int) -> NetArray:
    return byte_array(e.encode("".join(chars.items[_part(chars.items, index, count, "chars")])))


def _chars_of(e: Encoding, data: NetArray, index: int, count: int) -> NetArray:
    raw = bytes(data.items[_part(data.items, index, count, "bytes")])
    return NetArray(t.array(t.CHAR), list(e.decode(raw)))


def _into_bytes(
    e: Encoding, source: str | NetArray, index: int, count: int, target: NetArray, at: int
) -> int:
    text = source if isinstance(source, str) else "".join(source.items)
    data = e.encode(text[_part(text, index, count, "s")])
    if not 0 <= at <= len(target.items):
        raise out_of_range("byteIndex", "Index was out of range.")
    if at + len(data) > len(target.items):
        raise argument("The output byte buffer is too small to contain the encoded data.", "bytes")
    target.items[at : at + len(data)] = data
    return len(data)


def _into_chars(e: Encoding, data: NetArray, index: int, count: int, target: NetArray, at: int) -> int:
    text = e.decode(bytes(data.items[_part(data.items, index, count, "bytes")]))
    if not 0 <= at <= len(target.items):
        raise out_of_range("charIndex", "Index was out of range.")
    if at + len(text) > len(target.items):
        raise argument("The output char buffer is too small to contain the decoded characters.", "chars")
    target.items[at : at + len(text)] = text
    return len(text)


def _most_bytes(e: Encoding, count: int) -> int:
    if count < 0:
        raise out_of_range("charCount", "Non-negative number required.")
    return {"utf-8": 3 * (count + 1), "us-ascii": count + 1, "iso-8859-1": count + 1}.get(
        e.name, 4 * (count + 1) if e.name == "utf-32" else 2 * (count + 1)
    )


def _most_chars(e: Encoding, count: int) -> int:
    if count < 0:
        raise out_of_range("byteCount", "Non-negative number required.")
    if e.name == "utf-8":
        return count + 1
    if e.name == "utf-32":
        return count // 2 + 2
    return count if e.name in ("us-ascii", "iso-8859-1") else (count >> 1) + (count & 1) + 1


def _converted(source: Encoding, target: Encoding, data: NetArray, *at: int) -> NetArray:
    index, count = at or (0, len(data.items))
    raw = bytes(data.items[_part(data.items, index, count, "bytes")])
    return byte_array(target.encode(source.decode(raw)))


MEMBERS = {
    "Encoding": (
        member("static Encoding GetEncoding(int codepage)", _page),
        member("static byte[] Convert(Encoding srcEncoding, Encoding dstEncoding, byte[] bytes)", _converted),
        member(
            "static byte[] Convert(Encoding srcEncoding, Encoding dstEncoding, byte[] bytes, int index, "
            "int count)",
            _converted,
        ),
        member("int CodePage", lambda e: _NUMBERS[e.name]),
        member("string EncodingName", lambda e: _NAMES[e.name]),
        member("string BodyName", lambda e: e.name),
        member("string HeaderName", lambda e: e.name),
        member("bool IsSingleByte", lambda e: e.name in ("us-ascii", "iso-8859-1")),
        member("byte[] GetPreamble()", lambda e: byte_array(_MARKS.get(e.name, b""))),
        member("byte[] GetBytes(string s, int index, int count)", _text),
        member("byte[] GetBytes(char[] chars, int index, int count)", _chars),
        member(
            "int GetBytes(string s, int charIndex, int charCount, byte[] bytes, int byteIndex)", _into_bytes
        ),
        member(
            "int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex)",
            _into_bytes,
        ),
        member("int GetByteCount(char[] chars)", lambda e, c: len(e.encode("".join(c.items)))),
        member("int GetByteCount(char[] chars, int index, int count)", lambda e, *v: len(_chars(e, *v))),
        member("int GetByteCount(string s, int index, int count)", lambda e, *v: len(_text(e, *v))),
        member("int GetCharCount(byte[] bytes, int index, int count)", lambda e, *v: len(_chars_of(e, *v))),
        member("char[] GetChars(byte[] bytes, int index, int count)", _chars_of),
        member(
            "int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)",
            _into_chars,
        ),
        member("int GetMaxByteCount(int charCount)", _most_bytes),
        member("int GetMaxCharCount(int byteCount)", _most_chars),
        member("bool Equals(object? value)", lambda a, b: a == b),
        member("object Clone()", lambda e: e),
    )
}
