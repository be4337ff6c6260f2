"""`<!-- nolint POL257: why -->`: the element behind the comment is not told off for this code.

In front of the root element, the comment holds for the whole file. Without a reason it holds for nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gatewright.apim.document.model import Comment, Document, Element, Kind
from gatewright.diagnostics import Code, Diagnostic, Severity, Span

NOLINT = Code("POL299", "nolint-without-reason", Severity.WARNING, "A nolint comment has no effect.")

_COMMENT = re.compile(r"\s*nolint\b\s*(.*)", re.DOTALL)
_BODY = re.compile(r"(POL2[5-9][0-9](?:\s*,\s*POL2[5-9][0-9])*)\s*:\s*(\S.*)", re.DOTALL)


_Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Silences:
    """By code, the ranges of a file it is silent in: ascending, none inside another."""

    ranges: Mapping[str, tuple[_Range, ...]]

    def cover(self, found: Diagnostic) -> bool:
        """Whether a finding lies in one of the ranges of its code."""
        ranges = self.ranges.get(found.code)
        if not ranges or found.span is None:
            return False
        at = (found.span.line, found.span.column)
        index = bisect_right(ranges, at, key=lambda item: item[0]) - 1
        return index >= 0 and at < ranges[index][1]


def silences(document: Document) -> tuple[Silences, list[Diagnostic]]:
    """The silences of a document, and what is wrong with its nolint comments."""
    found: dict[str, list[_Range]] = {}
    faults: list[Diagnostic] = []
    for comment, span in _comments(document):
        matched = _COMMENT.fullmatch(comment.text)
        if not matched:
            continue
        body = _BODY.fullmatch(matched.group(1))
        if not body:
            hint = "write <!-- nolint POL257: the reason -->; only POL250 to POL299 can be silenced"
            message = "this nolint names no advice code with a reason"
            faults.append(NOLINT.at(comment.span, message, hint=hint))
            continue
        place = ((span.line, span.column), (span.end_line, span.end_column))
        for code in body.group(1).split(","):
            found.setdefault(code.strip(), []).append(place)
    return Silences({code: _outermost(ranges) for code, ranges in found.items()}), faults


def _outermost(ranges: list[_Range]) -> tuple[_Range, ...]:
    kept: list[_Range] = []
    for item in sorted(ranges):
        if not kept or item[1] > kept[-1][1]:
            kept.append(item)
    return tuple(kept)


def _comments(document: Document) -> Iterator[tuple[Comment, Span]]:
    for comment in document.before:
        yield comment, document.root.span
    for element in document.root.walk():
        waiting: list[Comment] = []
        for child in element.children:
            if isinstance(child, Comment):
                waiting.append(child)
            elif isinstance(child, Element):
                yield from ((comment, child.span) for comment in waiting)
                waiting = []
        whole = document.kind is Kind.SNIPPET and element is document.root
        yield from ((comment, element.span if whole else comment.span) for comment in waiting)
