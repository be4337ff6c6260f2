"""Exceptions that policies catch and throw."""

from __future__ import annotations

import re
from collections.abc import Callable

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import (
    NetError,
    argument,
    argument_null,
    base_of,
    default_message,
    out_of_range,
)
from gatewright.apim.expressions.hashed import NetDict
from gatewright.apim.expressions.library.dictionaries import insert_new
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.text import text_of
from gatewright.apim.expressions.values import Value

_DOCS = "https://learn.microsoft.com/dotnet/api/system.exception"


def _bare() -> NetError:
    fault = _made(None)
    fault.extra["bare"] = "new"
    return fault


def _made(message: str | None, inner: NetError | None = None) -> NetError:
    if message is None:
        return NetError("Exception", default_message("", "System.Exception"), inner, {"bare": "null"})
    return NetError("Exception", message, inner)


def _extra(name: str) -> Callable[[NetError], Value]:
    return lambda fault: fault.extra.get(name)


def _put(name: str) -> Callable[[NetError, Value], None]:
    def put(fault: NetError, value: Value) -> None:
        fault.extra[name] = value

    return put


def _thrown(fault: NetError) -> bool:
    return fault.__traceback__ is not None


def _source(fault: NetError) -> Value:
    return fault.extra.get("Source", "Expression" if _thrown(fault) else None)


_NUMBERS = {
    "SystemException": 0x80131501,
    "ApplicationException": 0x80131600,
    "ArgumentException": 0x80070057,
    "ArgumentNullException": 0x80004003,
    "ArgumentOutOfRangeException": 0x80131502,
    "ArithmeticException": 0x80070216,
    "ArrayTypeMismatchException": 0x80131503,
    "CryptographicException": 0x80131501,
    "DivideByZeroException": 0x80020012,
    "FormatException": 0x80131537,
    "IndexOutOfRangeException": 0x80131508,
    "InvalidCastException": 0x80004002,
    "InvalidOperationException": 0x80131509,
    "IOException": 0x80131620,
    "KeyNotFoundException": 0x80131577,
    "NotImplementedException": 0x80004001,
    "NotSupportedException": 0x80131515,
    "NullReferenceException": 0x80004003,
    "ObjectDisposedException": 0x80131622,
    "OutOfMemoryException": 0x8007000E,
    "OverflowException": 0x80131516,
    "RankException": 0x80131517,
    "TimeoutException": 0x80131505,
    "UnauthorizedAccessException": 0x80070005,
    "UriFormatException": 0x80131537,
    "XmlException": 0x80131940,
}


def _number(fault: NetError) -> Value:
    """`HResult`: the number of the nearest type that has one."""
    kind = fault.kind
    while kind not in _NUMBERS and base_of(kind):
        kind = base_of(kind) or ""
    return fault.extra.get("HResult", _NUMBERS.get(kind, 0x80131500) - (1 << 32))


def _data(fault: NetError) -> NetDict:
    found = fault.extra.get("Data")
    if not isinstance(found, NetDict):
        found = fault.extra["Data"] = NetDict(t.make("IDictionary"), pair=_PAIR)
    return found


_PAIR = t.make("KeyValuePair", (t.OBJECT, t.OBJECT))
_DATA = TypeEntry(
    "IDictionary",
    "System.Collections",
    "https://learn.microsoft.com/dotnet/api/system.collections.idictionary",
    (
        member("object this[object key]", lambda d, k: (d.find(k) or (k, None))[1], NetDict.put),
        member("int Count", len),
        member("bool Contains(object key)", lambda d, k: d.find(k) is not None),
        member("void Add(object key, object? value)", insert_new),
        member("void Remove(object key)", lambda d, k: d.drop(k) and None),
        member("void Clear()", NetDict.clear),
    ),
    "interface",
    allowed=False,
)
_PLACE = re.compile(r"Path '(.*)', line (\d+), position (\d+)\.\Z", re.DOTALL)


def _place(group: int) -> Callable[[NetError], Value]:
    """Where a JSON text is wrong, which its message says."""

    def find(fault: NetError) -> Value:
        found = _PLACE.search(fault.message)
        text = "" if found is None else found.group(group)
        return text if group == 1 else int(text or 0)

    return find


def _xml_place(group: int) -> Callable[[NetError], int]:
    def find(fault: NetError) -> int:
        found = re.search(r"Line (\d+), position (\d+)\.\Z", fault.message)
        return 0 if found is None else int(found.group(group))

    return find


_EXCEPTION = TypeEntry(
    "Exception",
    "System",
    _DOCS,
    (
        member("new()", _bare),
        member("new(string? message)", _made),
        member("new(string? message, Exception? innerException)", _made),
        member("string Message", lambda e: e.message),
        member("Exception InnerException", lambda e: e.inner),
        member("string StackTrace", lambda e: "   at Expression" if _thrown(e) else None),
        member("string Source", _source, _put("Source")),
        member("string HelpLink", _extra("HelpLink"), _put("HelpLink")),
        member("int HResult", _number, _put("HResult")),
        member("IDictionary Data", _data),
        member("string ToString()", text_of),
        member("Exception GetBaseException()", lambda e: _innermost(e)),
    ),
)


def _innermost(fault: NetError) -> NetError:
    while fault.inner is not None:
        fault = fault.inner
    return fault


_PLAIN = {
    "System": (
        "SystemException ApplicationException InvalidOperationException InvalidCastException FormatException "
        "NullReferenceException IndexOutOfRangeException ArithmeticException DivideByZeroException "
        "OverflowException "
        "NotSupportedException NotImplementedException TimeoutException UnauthorizedAccessException "
        "UriFormatException "
        "OutOfMemoryException ObjectDisposedException RankException ArrayTypeMismatchException"
    ),
    "System.Collections.Generic": "KeyNotFoundException",
    "System.IO": "IOException",
    "System.Security.Cryptography": "CryptographicException",
    "System.Text.RegularExpressions": "RegexMatchTimeoutException RegexParseException",
    "Newtonsoft.Json": "JsonException JsonSerializationException",
}


def _plain(name: str, namespace: str) -> TypeEntry:
    return TypeEntry(
        name, namespace, _DOCS, kind="exception", bases=(base_of(name) or "Exception",), allowed=False
    )


TYPES = (
    _EXCEPTION,
    _DATA,
    *(_plain(name, space) for space, names in _PLAIN.items() for name in names.split()),
    TypeEntry(
        "XmlException",
        "System.Xml",
        "https://learn.microsoft.com/dotnet/api/system.xml.xmlexception",
        (member("int LineNumber", _xml_place(1)), member("int LinePosition", _xml_place(2))),
        "exception",
        ("SystemException",),
        allowed=False,
    ),
    TypeEntry(
        "JsonReaderException",
        "Newtonsoft.Json",
        "https://www.newtonsoft.com/json/help/html/T_Newtonsoft_Json_JsonReaderException.htm",
        (
            member("int LineNumber", _place(2)),
            member("int LinePosition", _place(3)),
            member("string Path", _place(1)),
        ),
        "exception",
        ("JsonException",),
        allowed=False,
    ),
    TypeEntry(
        "ArgumentException",
        "System",
        _DOCS,
        (
            member("new()", lambda: argument("Value does not fall within the expected range.")),
            member("new(string? message)", lambda m: argument(m or "")),
            member("new(string? message, string? paramName)", lambda m, p: argument(m or "", p or "")),
            member(
                "new(string? message, Exception? inner)",
                lambda m, e: NetError("ArgumentException", m or "", e),
            ),
            member("string ParamName", _extra("ParamName")),
        ),
        "class",
        ("SystemException",),
        allowed=False,
    ),
    TypeEntry(
        "ArgumentNullException",
        "System",
        _DOCS,
        (
            member("new()", lambda: NetError("ArgumentNullException", "Value cannot be null.")),
            member("new(string? paramName)", lambda p: argument_null(p or "")),
            member(
                "new(string? paramName, string? message)",
                lambda p, m: NetError(
                    "ArgumentNullException", f"{m} (Parameter '{p}')", extra={"ParamName": p}
                ),
            ),
        ),
        "class",
        ("ArgumentException",),
        allowed=False,
    ),
    TypeEntry(
        "ArgumentOutOfRangeException",
        "System",
        _DOCS,
        (
            member(
                "new()",
                lambda: NetError(
                    "ArgumentOutOfRangeException", "Specified argument was out of the range of valid values."
                ),
            ),
            member("new(string? paramName)", lambda p: out_of_range(p or "")),
            member("new(string? paramName, string? message)", lambda p, m: out_of_range(p or "", m or "")),
        ),
        "class",
        ("ArgumentException",),
        allowed=False,
    ),
)
