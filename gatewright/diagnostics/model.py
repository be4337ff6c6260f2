"""What a fault is: span, code, diagnostic, and the one exception that carries them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a diagnostic weighs: an error stops the work, a warning and an info do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a text: 1-based line and column (in characters), end exclusive.

    A file without a position (say, one that cannot be opened) has line 0.
    """

    file: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of fault. The code is never reused; the name is its kebab-case twin.

    Attributes:
        code: three letters and three digits, such as `CFG112`.
        name: kebab-case name, such as `limit-above-ceiling`.
        severity: the usual severity of this kind.
        title: one sentence for lists and documentation.
        unreadable: the input could not be read at all (exit status 2 instead of 1).
    """

    code: str
    name: str
    severity: Severity
    title: str
    unreadable: bool = False

    def at(self, span: Span | None, message: str, *, hint: str | None = None) -> Diagnostic:
        """A diagnostic of this kind at a place."""
        return Diagnostic(self, message, span, hint)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: what, where, and what to do about it.

    Attributes:
        kind: the code it belongs to.
        message: one sentence, in the words of the file that is at fault.
        span: the place, or None where there is none (an option, a port).
        hint: the way out, one sentence in lower case, or None.
    """

    kind: Code
    message: str
    span: Span | None = None
    hint: str | None = None

    @property
    def code(self) -> str:
        """The code, such as `CFG112`."""
        return self.kind.code

    @property
    def name(self) -> str:
        """The kebab-case name of the code."""
        return self.kind.name

    @property
    def severity(self) -> Severity:
        """The severity of the code."""
        return self.kind.severity

    @property
    def is_error(self) -> bool:
        """Whether this finding stops the work."""
        return self.kind.severity is Severity.ERROR


class Rejected(Exception):
    """Input that cannot be used. Carries every fault that was found, at least one."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        if not self.diagnostics:
            raise ValueError("Rejected needs at least one diagnostic")
        super().__init__("; ".join(f"{d.code}: {d.message}" for d in self.diagnostics))

    @property
    def unreadable(self) -> bool:
        """Whether any fault says that the input could not be read at all."""
        return any(d.kind.unreadable for d in self.diagnostics)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name closest to a misspelt one, or None when none is close.

    >>> nearest("tokenPerMinute", ["tokensPerMinute", "tokenQuota"])
    'tokensPerMinute'
    """
    candidates = list(known)
    found = difflib.get_close_matches(name, candidates, n=1, cutoff=0.6)
    if not found:
        folded = {c.replace("-", "").replace("_", "").casefold(): c for c in candidates}
        return folded.get(name.replace("-", "").replace("_", "").casefold())
    return found[0]
