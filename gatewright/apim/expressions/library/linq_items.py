"""What every LINQ method takes, and what it says when nothing is there.

Source: https://learn.microsoft.com/dotnet/api/system.linq.enumerable (.NET Core 3.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gatewright.apim.expressions.faults import (
    NetError,
    invalid_operation,
)
from gatewright.apim.expressions.values import Value

Items = Iterable[Value]


Test = Callable[[Value], bool]


def no_elements() -> NetError:
    """A sequence is empty that may not be."""
    return invalid_operation("Sequence contains no elements")


def no_match() -> NetError:
    """No element passes the test."""
    return invalid_operation("Sequence contains no matching element")
