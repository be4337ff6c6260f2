"""Exceptions that policies catch and throw."""

from __future__ import annotations

from typing import Any

from gatewright.apim.expressions.faults import NetError, argument, argument_null, base_of, out_of_range
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.text import text_of

_DOCS = "https://learn.microsoft.com/dotnet/api/system.exception"


def _bare() -> NetError:
    return NetError("Exception", "", extra={"bare": True})


def _made(message: str | None, inner: NetError | None = None) -> NetError:
    if message is None:
        return NetError("Exception", "", inner, {"bare": True})
    return NetError("Exception", message, inner)


def _extra(name: str) -> Any:  # noqa: ANN401
    return lambda fault: fault.extra.get(name)


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
        member("string StackTrace", lambda e: "   at Expression"),
        member("string Source", lambda e: "Expression"),
        member("string HelpLink", lambda e: None),
        member("int HResult", lambda e: -2146233088),
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
    "System.Xml": "XmlException",
    "System.Text.RegularExpressions": "RegexMatchTimeoutException RegexParseException",
    "Newtonsoft.Json": "JsonException JsonSerializationException",
}


def _plain(name: str, namespace: str) -> TypeEntry:
    return TypeEntry(
        name, namespace, _DOCS, kind="exception", bases=(base_of(name) or "Exception",), allowed=False
    )


TYPES = (
    _EXCEPTION,
    *(_plain(name, space) for space, names in _PLAIN.items() for name in names.split()),
    TypeEntry(
        "JsonReaderException",
        "Newtonsoft.Json",
        "https://www.newtonsoft.com/json/help/html/T_Newtonsoft_Json_JsonReaderException.htm",
        (
            member("int LineNumber", lambda e: e.extra.get("LineNumber", 0)),
            member("int LinePosition", lambda e: e.extra.get("LinePosition", 0)),
            member("string Path", lambda e: e.extra.get("Path", "")),
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
