"""One policy file, checked whole: what Azure would refuse, its C# expressions, and what we advise."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from gatewright.apim import codes, expressions, lint
from gatewright.apim.document import Kind, Known, Scope, reference_faults, scan, validate
from gatewright.apim.document.placeholders import template_part
from gatewright.diagnostics import Diagnostic, Rejected, Span

NOT_INTERPRETED = frozenset({"EXP302", "EXP311"})
"""Faults that say what our interpreter lacks; they say nothing about Azure."""


def check(
    text: str,
    file: str,
    *,
    kind: Kind | str | None = None,
    scope: Scope | str | None = None,
    tier: str | None = None,
    known: Known | None = None,
) -> Iterator[Diagnostic]:
    """Every finding in a policy file.

    Args:
        text: the file, decoded.
        file: how it is called in diagnostics.
        kind: what it must be; None takes what it is.
        scope: where it will stand; None leaves scopes unchecked.
        tier: of the service; None leaves gateways unchecked.
        known: fragments, named values and backends that exist; None leaves references unchecked.
    """
    document = scan(text, file, kind)
    yield from validate(document, kind, scope, tier, check_expression=expression_faults)
    if known:
        yield from reference_faults(document, known)
    yield from lint.run(document, kind, scope)


@lru_cache(maxsize=4096)
def expression_faults(source: str, start: Span) -> tuple[Diagnostic, ...]:
    """What is wrong with one expression, the allow-list included; places counted from a start.

    Remembered: files of one gateway repeat their expressions, and a place is counted within the expression.
    """
    try:
        expressions.compile(source, origin=start, strict=True)
    except Rejected as rejected:
        return tuple(_for_a_file(fault, source, start) for fault in rejected.diagnostics)
    return ()


def _for_a_file(fault: Diagnostic, source: str, start: Span) -> Diagnostic:
    """What our interpreter lacks, and what a template's placeholder breaks, is no fault of the file."""
    if fault.code in NOT_INTERPRETED:
        hint = "API Management may accept it; try the policy there"
        return codes.UNCHECKED_EXPRESSION.at(fault.span, fault.message, hint=hint)
    if found := template_part(source):
        line = source.count("\n", 0, found.start())
        column = found.start() - source.rfind("\n", 0, found.start())
        if line == 0:
            column += start.column - 1
        place = Span(start.file, start.line + line, column, start.line + line, column + len(found.group()))
        hint = "lint what your deployment fills in, or use a named value, {{name}}"
        message = f"the placeholder {found.group()} keeps this expression from being checked"
        return codes.PLACEHOLDER.at(place, message, hint=hint)
    return fault
