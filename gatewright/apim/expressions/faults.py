"""Runtime errors: .NET exceptions by type name, and the one that callers of a program see.

Source: https://learn.microsoft.com/dotnet/api/system.exception (.NET Core 3.1), "Derived".
"""

from __future__ import annotations

_BASES = {
    "SystemException": "Exception",
    "ApplicationException": "Exception",
    "JsonException": "Exception",
    "JsonReaderException": "JsonException",
    "JsonWriterException": "JsonException",
    "JsonSerializationException": "JsonException",
    "ArgumentNullException": "ArgumentException",
    "ArgumentOutOfRangeException": "ArgumentException",
    "DecoderFallbackException": "ArgumentException",
    "EncoderFallbackException": "ArgumentException",
    "CultureNotFoundException": "ArgumentException",
    "RegexParseException": "ArgumentException",
    "DivideByZeroException": "ArithmeticException",
    "OverflowException": "ArithmeticException",
    "NotFiniteNumberException": "ArithmeticException",
    "UriFormatException": "FormatException",
    "ObjectDisposedException": "InvalidOperationException",
    "RegexMatchTimeoutException": "TimeoutException",
    "CryptographicException": "SystemException",
    "XmlException": "SystemException",
    "XPathException": "SystemException",
    "IOException": "SystemException",
    "TimeZoneNotFoundException": "Exception",
}


_MESSAGES = {
    "SystemException": "System error.",
    "ApplicationException": "Error in the application.",
    "ArgumentException": "Value does not fall within the expected range.",
    "ArgumentNullException": "Value cannot be null.",
    "ArgumentOutOfRangeException": "Specified argument was out of the range of valid values.",
    "InvalidOperationException": "Operation is not valid due to the current state of the object.",
    "InvalidCastException": "Specified cast is not valid.",
    "FormatException": "One of the identified items was in an invalid format.",
    "NullReferenceException": "Object reference not set to an instance of an object.",
    "IndexOutOfRangeException": "Index was outside the bounds of the array.",
    "ArithmeticException": "Overflow or underflow in the arithmetic operation.",
    "DivideByZeroException": "Attempted to divide by zero.",
    "OverflowException": "Arithmetic operation resulted in an overflow.",
    "NotSupportedException": "Specified method is not supported.",
    "NotImplementedException": "The method or operation is not implemented.",
    "TimeoutException": "The operation has timed out.",
    "UnauthorizedAccessException": "Attempted to perform an unauthorized operation.",
    "KeyNotFoundException": "The given key was not present in the dictionary.",
    "UriFormatException": "One of the identified items was in an invalid format.",
}


def default_message(name: str, full_name: str) -> str:
    """What `.Message` of an exception gives that was made without one."""
    return _MESSAGES.get(name, f"Exception of type '{full_name}' was thrown.")


def base_of(name: str) -> str | None:
    """The type that an exception type derives from; None for `Exception`."""
    if name == "Exception":
        return None
    return _BASES.get(name, "SystemException")


def is_kind(name: str, wanted: str) -> bool:
    """Whether an exception type is another one or derives from it."""
    at: str | None = name
    while at is not None:
        if at == wanted:
            return True
        at = base_of(at)
    return False


class NetError(Exception):
    """A .NET exception on its way; also the exception object that C# code sees.

    Attributes:
        kind: type name, such as `FormatException`.
        message: what `.Message` gives.
        inner: the inner exception, or None.
        extra: further properties by their C# name (`ParamName`, `LineNumber`, ...).
        landing: the `catch` that was found for it before a `finally` on its way ran.
    """

    def __init__(
        self, kind: str, message: str, inner: NetError | None = None, extra: dict[str, object] | None = None
    ) -> None:
        super().__init__(kind, message)
        self.kind = kind
        self.message = message
        self.inner = inner
        self.extra = extra or {}
        self.landing: object = None


class Exceeded(Exception):
    """The evaluation went over its budget; C# code cannot catch this.

    Attributes:
        kind: `StepLimitExceeded`, `TimeLimitExceeded`, `DepthLimitExceeded` or `SizeLimitExceeded`.
        message: which limit, in words.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


class Interrupted(Exception):
    """What a context's own member raises to break an evaluation off: it reaches the caller as it is."""


class PolicyException(Exception):
    """What ends an evaluation without a value.

    Attributes:
        dotnet_type: the .NET type name without namespace, such as `NullReferenceException`; for a budget that
            was exceeded a name of ours, such as `StepLimitExceeded`.
        message: the message .NET gives.
    """

    def __init__(self, dotnet_type: str, message: str) -> None:
        super().__init__(f"{dotnet_type}: {message}")
        self.dotnet_type = dotnet_type
        self.message = message


def null_reference() -> NetError:
    """A member of null was used."""
    return NetError("NullReferenceException", "Object reference not set to an instance of an object.")


def argument_null(name: str) -> NetError:
    """An argument is null that may not be."""
    message = f"Value cannot be null. (Parameter '{name}')"
    return NetError("ArgumentNullException", message, extra={"ParamName": name})


def out_of_range(name: str, message: str = "") -> NetError:
    """An argument is outside its range."""
    text = message or "Specified argument was out of the range of valid values."
    return NetError("ArgumentOutOfRangeException", f"{text} (Parameter '{name}')", extra={"ParamName": name})


def index_out_of_range() -> NetError:
    """An array or string was indexed outside its bounds."""
    return NetError("IndexOutOfRangeException", "Index was outside the bounds of the array.")


def argument(message: str, name: str = "") -> NetError:
    """An argument is wrong."""
    text = f"{message} (Parameter '{name}')" if name else message
    return NetError("ArgumentException", text, extra={"ParamName": name or None})


def bad_format(message: str = "Input string was not in a correct format.") -> NetError:
    """A text is not what a parser expects."""
    return NetError("FormatException", message)


def invalid_operation(message: str) -> NetError:
    """The state of an object does not allow this."""
    return NetError("InvalidOperationException", message)


def arithmetic_overflow() -> NetError:
    """A whole number left the bounds of its type where that is watched."""
    return NetError("OverflowException", "Arithmetic operation resulted in an overflow.")


def overflow(kind: str) -> NetError:
    """A number does not fit a type; `kind` is such as `an Int32`."""
    return NetError("OverflowException", f"Value was either too large or too small for {kind}.")
