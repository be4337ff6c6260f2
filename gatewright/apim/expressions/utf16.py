"""Texts as .NET holds them: one Python character for each UTF-16 unit, so that lengths and indexes agree.

A character beyond U+FFFF is two surrogates. `to_units` and `from_units` stand at the borders of the room.
"""

from __future__ import annotations


def to_units(text: str) -> str:
    r"""A Python text as UTF-16 units.

    >>> len(to_units("a\N{GRINNING FACE}"))
    3
    """
    if text.isascii() or max(text) <= "\uffff":
        return text
    data = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(data[i] | data[i + 1] << 8) for i in range(0, len(data), 2))


def from_units(text: str) -> str:
    r"""UTF-16 units as a Python text; a lone surrogate stays one.

    >>> from_units("a\ud83d\ude00")
    'a😀'
    """
    if text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def utf8_bytes(text: str) -> bytes:
    """UTF-8 of UTF-16 units; a lone surrogate becomes U+FFFD, as `Encoding.UTF8` does."""
    if text.isascii():
        return text.encode("ascii")
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode("utf-8")


def utf8_text(data: bytes) -> str:
    """UTF-16 units of UTF-8 bytes; what is not UTF-8 becomes U+FFFD."""
    return to_units(data.decode("utf-8", "replace"))
