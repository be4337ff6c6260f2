"""`gatewright report`: who used what, and what it cost."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli import options
from gatewright.cli.output import Findings, emit, render_findings, say

if TYPE_CHECKING:
    from gatewright.chargeback.report import Report
    from gatewright.diagnostics import Diagnostic


class Form(StrEnum):
    """How a report is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(help="Chargeback by tenant, model, day …, from ledgers and dated prices.")
    def report(
        usage: Annotated[list[Path], typer.Argument(metavar="USAGE…", show_default=False)],
        by: Annotated[str, typer.Option(help="Keys, separated by commas.")] = "tenant,model",
        since: Annotated[str | None, typer.Option(metavar="DATE", help="From this day on (UTC).")] = None,
        until: Annotated[str | None, typer.Option(metavar="DATE", help="Up to this day, excluded.")] = None,
        form: Annotated[Form, typer.Option("--format", help="How the report is written.")] = Form.TABLE,
        config: options.Config = options.CONFIG,
        env: options.Env = options.ENV,
    ) -> int:
        result, notes = charged(usage, by, since, until, config, env)
        emit(written(result, form))
        if notes:
            say(render_findings(notes, Findings.TEXT).rstrip("\n"))
        return 0


def charged(
    usage: list[Path], by: str, since: str | None, until: str | None, config: Path, env: str
) -> tuple[Report, list[Diagnostic]]:
    """The report over ledgers with the rates and meters of a configuration."""
    from gatewright.chargeback.ledger import LedgerNotes, read_ledger
    from gatewright.chargeback.meters import meters
    from gatewright.chargeback.ratecard import load_ratecards
    from gatewright.chargeback.report import report as make
    from gatewright.estate import load

    notes = LedgerNotes()
    result = make(
        read_ledger(usage, notes),
        meters(load(config, env)),
        load_ratecards(config / "prices"),
        by=keys(by),
        since=day(since, "--since"),
        until=day(until, "--until"),
    )
    return result, [*notes.warnings, *result.warnings()]


def written(result: Report, form: Form) -> str:
    """A report as a table for people, CSV or JSON."""
    from gatewright.chargeback import tables

    match form:
        case Form.CSV:
            return tables.to_csv(result)
        case Form.JSON:
            return tables.to_json(result)
        case Form.TABLE:
            return tables.to_text(result)


def keys(by: str) -> list[str]:
    """The keys of a `--by` option."""
    from gatewright.chargeback.report import KEYS

    names = [name.strip() for name in by.split(",") if name.strip()]
    unknown = [name for name in names if name not in KEYS]
    if unknown or not names:
        raise typer.BadParameter(
            f"--by takes some of {', '.join(KEYS)}; not {', '.join(unknown) or 'nothing'}"
        )
    return names


def day(text: str | None, option: str) -> datetime | None:
    """A day as the moment it begins in UTC."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as fault:
        raise typer.BadParameter(f"{option} takes a date such as 2026-11-01, not {text!r}") from fault
