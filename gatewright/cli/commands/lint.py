"""`gatewright lint`: any policy file, ours or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli import codes, options
from gatewright.cli.output import Findings, emit, render_findings, say, status
from gatewright.diagnostics import Diagnostic, Rejected, Severity, Span, nearest
from gatewright.diagnostics.yaml import decode

if TYPE_CHECKING:
    from gatewright.apim.document import Known

_KINDS = ("document", "policies", "fragment", "snippet")


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(help="Check policy files: what Azure would refuse, and what we advise.")
    def lint(
        paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH…", show_default=False)] = None,
        form: options.FindingsForm = Findings.TEXT,
        tier: Annotated[str | None, typer.Option(help="Also check that this tier has each policy.")] = None,
        scope: Annotated[
            str | None,
            typer.Option(help="global, workspace, product, api or operation; default: bundle.json."),
        ] = None,
        kind: Annotated[
            str | None, typer.Option(help="document, fragment or snippet; default: by its root.")
        ] = None,
        select: Annotated[
            list[str] | None,
            typer.Option(metavar="CODE", help="Show these codes or prefixes alone; may be repeated."),
        ] = None,
        ignore: Annotated[
            list[str] | None, typer.Option(metavar="CODE", help="Leave these codes or prefixes out.")
        ] = None,
        explain: Annotated[str | None, typer.Option(metavar="CODE", help="Explain a code and exit.")] = None,
    ) -> int:
        if explain:
            from gatewright.cli.reference import explain_code

            emit(explain_code(explain))
            return 0
        if not paths:
            raise typer.BadParameter("name at least one policy file or folder")
        files, found = run(paths, kind=kind, scope=scope, tier=tier, select=select, ignore=ignore)
        if form is not Findings.TEXT or found:
            emit(render_findings(found, form))
        if form is Findings.TEXT:
            say(summary(files, found))
        return status(found)


def summary(files: int, found: list[Diagnostic]) -> str:
    """One line for a person."""
    counts = {severity: sum(item.severity is severity for item in found) for severity in Severity}
    text = f"{files} files: {counts[Severity.ERROR]} errors, {counts[Severity.WARNING]} warnings"
    notes = counts[Severity.INFO]
    return f"{text}, {notes} notes" if notes else text


def run(
    paths: list[Path],
    *,
    kind: str | None = None,
    scope: str | None = None,
    tier: str | None = None,
    select: list[str] | None = None,
    ignore: list[str] | None = None,
) -> tuple[int, list[Diagnostic]]:
    """How many files were looked at, and what was found in them.

    Raises:
        Rejected: CLI003 when a path does not exist, CLI008 for a setting that cannot be used.
        typer.BadParameter: for a kind or scope that does not exist.
    """
    from gatewright.apim.document import TIERS, Scope
    from gatewright.cli.lint_places import Places
    from gatewright.cli.lint_settings import settings
    from gatewright.cli.reference import lint_codes

    _word("kind", kind, _KINDS)
    _word("scope", scope, tuple(item.value for item in Scope))
    chosen = settings(Path.cwd(), select, ignore, tier, codes=lint_codes(), tiers=TIERS)
    places = Places()
    found: list[Diagnostic] = []
    files = list(policy_files(paths))
    for path in files:
        place = places.of(path)
        found.extend(
            lint_file(
                path,
                kind=kind or place.kind,
                scope=scope or place.scope,
                tier=chosen.tier or place.tier,
                known=place.known,
            )
        )
    return len(files), list(chosen.shown([*places.faults, *found]))


def _word(option: str, value: str | None, known: tuple[str, ...]) -> None:
    if value is None or value in known:
        return
    close = nearest(value, known)
    hint = f'did you mean "{close}"?' if close else f"one of {', '.join(known)}"
    raise typer.BadParameter(f'there is no {option} "{value}"; {hint}')


def policy_files(paths: list[Path]) -> Iterator[Path]:
    """Files as they are; below folders, every `*.xml` that begins as policies do.

    Raises:
        Rejected: CLI003 for each path that does not exist.
    """
    from gatewright.cli.lint_places import policies_in

    missing = [path for path in paths if not path.exists()]
    if missing:
        hint = "check its spelling"
        raise Rejected(
            codes.NO_FILE.at(Span(str(path)), "there is no such file", hint=hint) for path in missing
        )
    for path in paths:
        if path.is_dir():
            yield from policies_in(path)
        else:
            yield path


def lint_file(
    path: Path, *, kind: str | None, scope: str | None, tier: str | None, known: Known | None = None
) -> Iterator[Diagnostic]:
    """Findings in one policy file, expressions included."""
    from gatewright.apim import policyfile

    try:
        text = decode(path.read_bytes(), str(path))
    except Rejected as rejected:
        yield from rejected.diagnostics
        return
    except OSError as fault:
        hint = "check its permissions"
        yield codes.NO_FILE.at(Span(str(path)), f"cannot be read: {fault.strerror or fault}", hint=hint)
        return
    yield from policyfile.check(text, str(path), kind=kind, scope=scope, tier=tier, known=known)
