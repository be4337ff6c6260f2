"""Runs the rules over a document; `<!-- nolint POL257: why -->` silences one for what follows it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import Protocol

from gatewright.apim import lint
from gatewright.apim.document.model import Document, Kind, Scope
from gatewright.apim.lint.silence import silences
from gatewright.apim.lint.subject import Subject
from gatewright.diagnostics import Code, Diagnostic


class Rule(Protocol):
    """A rule is a module: the code it finds, and how. Its docstring is what `--explain` shows."""

    CODE: Code

    def check(self, subject: Subject) -> Iterator[Diagnostic]:
        """What the rule finds."""
        ...


@cache
def rules() -> tuple[Rule, ...]:
    """The rules, by code."""
    names = sorted(item.name for item in pkgutil.iter_modules(lint.__path__) if item.name.startswith("pol"))
    return tuple(_rule(name) for name in names)


def _rule(name: str) -> Rule:
    module: Rule = importlib.import_module(f"{lint.__name__}.{name}")
    if module.CODE.code != name.partition("_")[0].upper():
        raise ValueError(f"{name} declares {module.CODE.code}")
    return module


def run(
    document: Document, kind: Kind | str | None = None, scope: Scope | str | None = None
) -> Iterator[Diagnostic]:
    """Advice on a document that Azure would accept.

    Args:
        document: what `scan` or `read` gave.
        kind: what it must be; None takes what it is.
        scope: where it will stand; None where that is not known.
    """
    place = Scope(scope) if scope and scope in set(Scope) else None
    subject = Subject.of(document, Kind.of(kind) if kind else document.kind, place)
    silenced, faults = silences(document)
    yield from faults
    for rule in rules():
        for found in rule.check(subject):
            if not silenced.cover(found):
                yield found
