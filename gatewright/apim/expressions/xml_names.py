"""Names and namespaces of LINQ to XML.

Source: https://learn.microsoft.com/dotnet/api/system.xml.linq.xname (.NET Core 3.1).
"""

from __future__ import annotations

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument_null

XML = "http://www.w3.org/XML/1998/namespace"
XMLNS = "http://www.w3.org/2000/xmlns/"


class XNamespace:
    """A namespace; equal by its text."""

    __slots__ = ("uri",)
    ty = t.make("XNamespace")

    def __init__(self, uri: str) -> None:
        self.uri = uri

    def __eq__(self, other: object) -> bool:
        return isinstance(other, XNamespace) and other.uri == self.uri

    def __hash__(self) -> int:
        return hash(self.uri)

    def net_text(self) -> str:
        """The URI."""
        return self.uri


class XName:
    """A local name in a namespace; equal by both."""

    __slots__ = ("local", "uri")
    ty = t.make("XName")

    def __init__(self, local: str, uri: str = "") -> None:
        self.local = local
        self.uri = uri

    def __eq__(self, other: object) -> bool:
        return isinstance(other, XName) and (other.local, other.uri) == (self.local, self.uri)

    def __hash__(self) -> int:
        return hash((self.local, self.uri))

    def net_text(self) -> str:
        """`{namespace}local`, or the local name alone."""
        return f"{{{self.uri}}}{self.local}" if self.uri else self.local


def name_of(text: str | None) -> XName | None:
    """A name from `local` or `{namespace}local`.

    Raises:
        NetError: ArgumentException or XmlException for a text that is no name.
    """
    if text is None:
        return None
    if not text:
        raise NetError("ArgumentException", "The value cannot be an empty string. (Parameter 'expandedName')")
    if not text.startswith("{"):
        return XName(checked_name(text))
    uri, _, local = text[1:].rpartition("}")
    if not local or not uri:
        raise NetError("ArgumentException", f"'{text}' is an invalid expanded name.")
    return XName(checked_name(local), uri)


def checked_name(text: str) -> str:
    """A local name.

    Raises:
        NetError: XmlException when XML has no such name.
    """
    if not text:
        raise argument_null("localName")
    good = (text[0].isalpha() or text[0] == "_") and all(c.isalnum() or c in "_-." for c in text)
    if not good:
        raise NetError("XmlException", "The name contains a character that may not stand in it.")
    return text
