"""Faults inside an expression, moved to where its characters stand in the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from gatewright.apim.document.model import Attribute, Text
from gatewright.apim.document.values import Expression
from gatewright.diagnostics import Diagnostic, Span

CheckExpression = Callable[[str, Span], Iterable[Diagnostic]]
"""(expression with its `@( )` or `@{ }`, where it begins) → its faults, their places counted from there."""

_LINE_END = re.compile("\n")
_START = Span("", 1, 1, 1, 1)


def expression_faults(
    expression: Expression, holder: Attribute | Text, check: CheckExpression
) -> Iterator[Diagnostic]:
    """The faults of one expression, each at its place in the file, references and line ends regarded."""
    source = expression.source
    faults = tuple(check(source, _START))
    starts = [0, *(found.end() for found in _LINE_END.finditer(source))] if faults else [0]
    for fault in faults:
        span = fault.span
        if span is None or not span.line:
            yield replace(fault, span=holder.span_at(0, len(source)))
            continue
        start = _offset(starts, span.line, span.column, len(source))
        end = _offset(starts, span.end_line, span.end_column, len(source)) if span.end_line else start + 1
        yield replace(fault, span=holder.span_at(start, max(end, start + 1)))


def _offset(starts: list[int], line: int, column: int, size: int) -> int:
    return min(starts[min(line, len(starts)) - 1] + max(column, 1) - 1, size)
