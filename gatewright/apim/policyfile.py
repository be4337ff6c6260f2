"""One policy file, checked whole: what Azure would refuse, its C# expressions, and what we advise."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.apim import expressions, lint
from gatewright.apim.document import Kind, Scope, scan, validate
from gatewright.diagnostics import Diagnostic, Rejected, Span


def check(
    text: str,
    file: str,
    *,
    kind: Kind | str | None = None,
    scope: Scope | str | None = None,
    tier: str | None = None,
) -> Iterator[Diagnostic]:
    """Every finding in a policy file.

    Args:
        text: the file, decoded.
        file: how it is called in diagnostics.
        kind: what it must be; None takes what it is.
        scope: where it will stand; None leaves scopes unchecked.
        tier: of the service; None leaves gateways unchecked.
    """
    document = scan(text, file, kind)
    yield from validate(document, kind, scope, tier, check_expression=expression_faults)
    yield from lint.run(document, kind, scope)


def expression_faults(source: str, start: Span) -> tuple[Diagnostic, ...]:
    """What is wrong with one expression, the allow-list included; places counted from a start."""
    try:
        expressions.compile(source, origin=start, strict=True)
    except Rejected as rejected:
        return rejected.diagnostics
    return ()
