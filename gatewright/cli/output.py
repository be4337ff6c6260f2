"""How findings reach people and machines: stdout for results, stderr for prose."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path

from gatewright import __version__
from gatewright.diagnostics import Diagnostic, render


class Findings(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


def status(found: Sequence[Diagnostic]) -> int:
    """The exit status that findings ask for: 0 none or advice only, 1 errors, 2 input that cannot be read."""
    if any(item.is_error and item.kind.unreadable for item in found):
        return 2
    return 1 if any(item.is_error for item in found) else 0


def render_findings(found: Iterable[Diagnostic], form: Findings, texts: dict[str, str] | None = None) -> str:
    """Findings in a form.

    Args:
        found: what was found.
        form: text, JSON, SARIF or GitHub annotations.
        texts: the content of files that are not on disk, by name.
    """
    match form:
        case Findings.TEXT:
            return render.render_text(found, _reader(texts or {}))
        case Findings.JSON:
            return render.render_json(found)
        case Findings.SARIF:
            return render.render_sarif(found, version=__version__)
        case Findings.GITHUB:
            return render.render_github(found)


def say(text: str) -> None:
    """Prose for a person, on stderr."""
    print(text, file=sys.stderr)


def emit(text: str) -> None:
    """A result, on stdout."""
    sys.stdout.write(text)
    sys.stdout.flush()


def _reader(texts: dict[str, str]) -> render.Lines:
    def lines(name: str) -> Sequence[str] | None:
        text = texts.get(name)
        if text is None:
            try:
                text = Path(name).read_text("utf-8-sig")
            except (OSError, UnicodeDecodeError, ValueError):
                return None
        return text.split("\n")

    return lines
