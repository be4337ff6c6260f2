"""Diagnostics as text with a caret, JSON, SARIF 2.1.0 and GitHub annotations.

Sources: SARIF 2.1.0, https://docs.oasis-open.org/sarif/sarif/v2.1.0/ (2023-08-28);
workflow commands, https://docs.github.com/actions/reference/workflow-commands-for-github-actions (2026-08).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from urllib.parse import quote

from gatewright.diagnostics.model import Code, Diagnostic, Severity, Span

Lines = Callable[[str], Sequence[str] | None]

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def ordered(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Diagnostics by file, place and code, without exact repeats."""

    def key(item: Diagnostic) -> tuple[str, int, int, str, str]:
        span = item.span or Span("")
        return (span.file, span.line, span.column, item.code, item.message)

    return sorted(dict.fromkeys(diagnostics), key=key)


def render_text(diagnostics: Iterable[Diagnostic], lines: Lines) -> str:
    """Each finding as `file:line:column: CODE severity: message [name]`, the line with a caret, and the hint.

    Args:
        diagnostics: what was found.
        lines: gives the lines of a file by its name, or None where it cannot be shown.
    """
    return "".join(_text(item, lines) for item in ordered(diagnostics))


def _text(item: Diagnostic, lines: Lines) -> str:
    place = f"{item.span}: " if item.span else ""
    out = [f"{place}{item.code} {item.severity}: {_printable(item.message)} [{item.name}]"]
    out.extend(_excerpt(item.span, lines))
    if item.hint:
        out.append(f"  hint: {_printable(item.hint)}")
    return "\n".join(out) + "\n"


def _excerpt(span: Span | None, lines: Lines) -> Iterator[str]:
    shown = lines(span.file) if span and span.line else None
    if not span or not shown or span.line > len(shown):
        return
    line = _printable(shown[span.line - 1])
    start = max(0, min(span.column - 1, len(line)))
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    width = max(1, min(end, len(line)) - start)
    if len(line) > 160:
        cut = max(0, start - 60)
        line, start, width = line[cut : cut + 160], start - cut, min(width, 100)
    yield f"  | {line}"
    yield f"  | {' ' * start}{'^' * width}"


def _printable(line: str) -> str:
    return "".join(c if c.isprintable() else " " for c in line.rstrip("\r\n"))


def render_json(diagnostics: Iterable[Diagnostic]) -> str:
    """A JSON array of `{file, line, column, code, name, severity, message, hint}`; no place: file is null."""
    rows = []
    for item in ordered(diagnostics):
        span = item.span
        rows.append(
            {
                "file": span.file if span else None,
                "line": span.line if span else 0,
                "column": span.column if span else 0,
                "code": item.code,
                "name": item.name,
                "severity": item.severity.value,
                "message": item.message,
                "hint": item.hint,
            }
        )
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


def render_github(diagnostics: Iterable[Diagnostic]) -> str:
    """One GitHub workflow command a finding; data and properties escaped as GitHub asks."""
    return "".join(_github(item) for item in ordered(diagnostics))


def _github(item: Diagnostic) -> str:
    properties = [f"title={_property(f'{item.code} {item.name}')}"]
    if item.span:
        properties.append(f"file={_property(item.span.file)}")
        if item.span.line:
            properties.append(f"line={item.span.line},col={item.span.column}")
    message = item.message + (f"\nhint: {item.hint}" if item.hint else "")
    return f"::{_COMMANDS[item.severity]} {','.join(properties)}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def render_sarif(diagnostics: Iterable[Diagnostic], *, version: str) -> str:
    """One SARIF 2.1.0 run; the rules are those of the findings."""
    found = ordered(diagnostics)
    rules = {item.code: item.kind for item in sorted(found, key=lambda d: d.code)}
    positions = {code: index for index, code in enumerate(rules)}
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "gatewright",
                        "version": version,
                        "rules": [_rule(kind) for kind in rules.values()],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(item, positions[item.code]) for item in found],
            }
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _rule(kind: Code) -> dict[str, object]:
    return {
        "id": kind.code,
        "name": kind.name,
        "shortDescription": {"text": kind.title},
        "defaultConfiguration": {"level": _LEVELS[kind.severity]},
    }


def _result(item: Diagnostic, rule: int) -> dict[str, object]:
    text = item.message + (f" Hint: {item.hint}" if item.hint else "")
    result: dict[str, object] = {
        "ruleId": item.code,
        "ruleIndex": rule,
        "level": _LEVELS[item.severity],
        "message": {"text": text},
    }
    if item.span:
        location: dict[str, object] = {"artifactLocation": {"uri": quote(item.span.file, safe="/:")}}
        if item.span.line:
            location["region"] = {"startLine": item.span.line, "startColumn": max(1, item.span.column)}
        result["locations"] = [{"physicalLocation": location}]
    return result
