"""`gatewright lint`: any policy file, ours or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from gatewright.cli import codes, options
from gatewright.cli.output import Findings, emit, render_findings, say, status
from gatewright.diagnostics import Diagnostic, Rejected, Span
from gatewright.diagnostics.yaml import decode


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(help="Check policy files: what Azure would refuse, and what we advise.")
    def lint(
        paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH…", show_default=False)] = None,
        form: options.FindingsForm = Findings.TEXT,
        tier: Annotated[str | None, typer.Option(help="Also check that this tier has each policy.")] = None,
        scope: Annotated[str | None, typer.Option(help="global, product, api or operation.")] = None,
        kind: Annotated[str | None, typer.Option(help="document or fragment; default: by its root.")] = None,
        explain: Annotated[str | None, typer.Option(metavar="CODE", help="Explain a code and exit.")] = None,
    ) -> int:
        if explain:
            from gatewright.cli.reference import explain_code

            emit(explain_code(explain))
            return 0
        if not paths:
            raise typer.BadParameter("name at least one policy file or folder")
        files = list(policy_files(paths))
        found = [item for path in files for item in lint_file(path, kind=kind, scope=scope, tier=tier)]
        if form is not Findings.TEXT or found:
            emit(render_findings(found, form))
        if form is Findings.TEXT:
            errors = sum(item.is_error for item in found)
            say(f"{len(files)} files: {errors} errors, {len(found) - errors} warnings")
        return status(found)


def policy_files(paths: list[Path]) -> Iterator[Path]:
    """Files as they are, and every `*.xml` below folders.

    Raises:
        Rejected: CLI003 when a path does not exist.
    """
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.xml"))
        elif path.exists():
            yield path
        else:
            raise Rejected([codes.NO_FILE.at(Span(str(path)), "there is no such file")])


def lint_file(path: Path, *, kind: str | None, scope: str | None, tier: str | None) -> Iterator[Diagnostic]:
    """Findings in one policy file, expressions included."""
    from gatewright.apim import policyfile

    try:
        text = decode(path.read_bytes(), str(path))
    except Rejected as rejected:
        yield from rejected.diagnostics
        return
    except OSError as fault:
        yield codes.NO_FILE.at(Span(str(path)), f"cannot be read: {fault.strerror or fault}")
        return
    yield from policyfile.check(text, str(path), kind=kind, scope=scope, tier=tier)
