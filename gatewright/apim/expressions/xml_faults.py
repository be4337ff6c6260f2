"""What is wrong with an XML text, in .NET's words and at its places.

Source: https://learn.microsoft.com/dotnet/api/system.xml.xmlexception; the
messages were checked against .NET Core 3.1.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.parsers import expat

Opened = Sequence[tuple[str, int, int]]
"""The elements that are open: name, line, and position of the name."""

_NAME = re.compile(r"[^\s/>=;<&'\"]*")
_CODES = {
    name: expat.errors.codes[getattr(expat.errors, name)] for name in dir(expat.errors) if name[:4] == "XML_"
}
_ROOT = "Data at the root level is invalid."
_DECLARED = (
    "Unexpected XML declaration. The XML declaration must be the first node in the document, and no "
    "whitespace characters are allowed to appear before it."
)


def at(line: int, position: int) -> str:
    """A place as messages end with it."""
    return f"Line {line}, position {position}."


def describe(text: str, code: int, line: int, column: int, opened: Opened) -> str:
    """The message for a fault of the parser.

    Args:
        text: the whole text.
        code: expat's number of the fault.
        line: where it is, from 1.
        column: where it is, from 0.
        opened: the elements that were open.
    """
    lines = text.split("\n")
    here = lines[line - 1][column:] if line <= len(lines) else ""
    start = text.lstrip(" \t\r\n")
    if not start:
        return "Root element is missing."
    if not start.startswith("<") or len(text) < 4:
        lead = text[: len(text) - len(start)]
        return f"{_ROOT} {at(lead.count(chr(10)) + 1, len(lead) - (lead.rfind(chr(10)) + 1) + 1)}"
    if code in (_CODES["XML_ERROR_NO_ELEMENTS"], _CODES["XML_ERROR_UNCLOSED_TOKEN"]):
        return _ended(lines, here, opened)
    return _named(code, line, column, here, opened) or _token(lines, line, column, here)


def _named(code: int, line: int, column: int, here: str, opened: Opened) -> str:
    """Faults that expat has a number for; nothing for the others."""
    if code == _CODES["XML_ERROR_TAG_MISMATCH"] and opened:
        name, its_line, position = opened[-1]
        end = _NAME.match(here)
        other = end.group() if end else ""
        found = (
            f"The '{name}' start tag on line {its_line} position {position} does not match the end tag of "
        )
        return f"{found}'{other}'. {at(line, column + 1)}"
    if code == _CODES["XML_ERROR_JUNK_AFTER_DOC_ELEMENT"]:
        again = here[:1] == "<" and here[1:2].isalpha()
        return (
            f"There are multiple root elements. {at(line, column + 2)}"
            if again
            else f"{_ROOT} {at(line, column + 1)}"
        )
    named = _NAME.match(here[1:] if here[:1] == "&" else here)
    name = named.group() if named else ""
    if code == _CODES["XML_ERROR_DUPLICATE_ATTRIBUTE"]:
        return f"'{name}' is a duplicate attribute name. {at(line, column + 1)}"
    if code == _CODES["XML_ERROR_UNDEFINED_ENTITY"]:
        return f"Reference to undeclared entity '{name}'. {at(line, column + 2)}"
    if code == _CODES["XML_ERROR_MISPLACED_XML_PI"]:
        return f"{_DECLARED} {at(line, column + 3)}"
    return ""


def _ended(lines: list[str], here: str, opened: Opened) -> str:
    """The text ends too early."""
    end = at(len(lines), len(lines[-1]) + 1)
    if here.count('"') % 2 or here.count("'") % 2:
        return f"There is an unclosed literal string. {end}"
    names = ", ".join(name for name, _, _ in reversed(opened))
    still = f" The following elements are not closed: {names}." if names else ""
    return f"Unexpected end of file has occurred.{still} {end}"


def _token(lines: list[str], line: int, column: int, here: str) -> str:
    """A character stands where none like it may stand."""
    before = lines[line - 1][:column]
    c = here[:1]
    place = at(line, column + 1)
    code = f"'{c}' character, hexadecimal value 0x{ord(c or ' '):02X}"
    if c and c < " ":
        return f"'{c}', hexadecimal value 0x{ord(c):02X}, is an invalid character. {place}"
    if before.endswith("<"):
        return (
            f"Unexpected end tag. {at(line, column + 2)}"
            if c == "/"
            else f"Name cannot begin with the {code}. {place}"
        )
    if before.endswith("&"):
        return f"An error occurred while parsing EntityName. {place}"
    wanted = "'='"
    if re.search(r"&\w+\Z", before):
        wanted = "';'"
    elif re.search(r"=\s*\Z", before):
        wanted = "'\"' or '''"
    return f"'{c}' is an unexpected token. The expected token is {wanted}. {place}"
