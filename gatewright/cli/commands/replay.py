"""`gatewright replay`: recorded traffic through the generated gateway."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli import options, progress, stack
from gatewright.cli.output import emit, say

if TYPE_CHECKING:
    from gatewright.harness.local import LocalOptions
    from gatewright.harness.replay import ReplayOptions, ReplayResult, Row
    from gatewright.recordings import Exchange


class Form(StrEnum):
    """How the result is written."""

    TEXT = "text"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(help="Run recorded traffic through the generated gateway, proxy and an upstream.")
    def replay(
        recordings: Annotated[list[Path], typer.Argument(metavar="RECORDING…", show_default=False)],
        upstream: stack.Upstream = "simulated",
        tenant: Annotated[
            str | None, typer.Option(metavar="TENANT", help="Whose requests those are that do not say.")
        ] = None,
        names: stack.Maps = None,
        without: stack.Without = None,
        fault: stack.Faults = None,
        parallel: Annotated[int, typer.Option(min=1, max=256, help="Requests at a time.")] = 1,
        ledger: stack.Ledger = None,
        form: Annotated[Form, typer.Option("--format", help="How the result is written.")] = Form.TEXT,
        config: options.Config = options.CONFIG,
        env: options.Env = options.ENV,
        templates: options.Templates = options.TEMPLATES,
        build: options.Build = None,
    ) -> int:
        from gatewright.harness.local import LocalOptions
        from gatewright.harness.replay import ReplayOptions

        mapped = stack.read_map(names or [])
        switched_off = stack.read_without(without)
        exchanges = stack.read_recordings(recordings)
        chosen = LocalOptions(
            upstream=stack.read_upstream(upstream, fault or [], mapped, exchanges),
            ledger=ledger,
            without=switched_off,
        )
        folder = stack.build_folder(config, env, templates, build)
        sending = ReplayOptions(tenant=tenant, names=tuple(mapped), parallel=parallel)
        result, where = asyncio.run(run(folder, chosen, exchanges, sending))
        if form is Form.JSON:
            emit(json.dumps(result.to_json(), indent=2, ensure_ascii=False) + "\n")
        else:
            emit("".join(f"{text}\n" for text in (*row_lines(result.rows), "", *summary_lines(result))))
        if switched_off:
            say(f"without {' and '.join(sorted(switched_off))}: those policies let everything pass")
        say(f"ledger: {where}")
        return 1 if result.differences else 0


async def run(
    folder: Path, chosen: LocalOptions, exchanges: Sequence[Exchange], sending: ReplayOptions
) -> tuple[ReplayResult, Path]:
    """Starts a local stack, sends the recorded requests, and stops it; the result and the ledger."""
    from dataclasses import replace

    from gatewright.harness.local import LocalGateway
    from gatewright.harness.replay import replay

    async with LocalGateway(folder, chosen) as local:
        with progress.bar("replaying", len(exchanges)) as step:
            result = await replay(exchanges, local, replace(sending, on_row=lambda _: step()))
        return result, local.ready.ledger


def row_lines(rows: Sequence[Row]) -> Iterator[str]:
    """A line for each recorded exchange that was sent: whose, what, status, by whom."""
    for row in rows:
        outcome = row.outcome
        if outcome is None:
            continue
        name = f"{Path(row.source.file).name}#{row.source.entry}"
        by = outcome.backend or "-"
        if outcome.refused_by:
            by = f"refused by {outcome.refused_by}: {outcome.reason or '-'}"
        elif outcome.cache == "hit":
            by = "cache"
        tries = " > ".join(f"{a.backend} {a.status or 'no answer'}" for a in outcome.attempts)
        extra = f"  [{tries}]" if len(outcome.attempts) > 1 else ""
        note = f"  DIFFERS: {row.difference}" if row.difference else ""
        tenant, model = row.tenant or "?", row.model or "-"
        yield f"{name:<20} {tenant:<18} {model:<12} {row.status or '---'}  {by}{extra}{note}"


def summary_lines(result: ReplayResult) -> Iterator[str]:
    """The whole in numbers: skipped, refused, served."""
    for reason, count in sorted(result.skipped.items()):
        yield f"skipped {count}: {reason}"
    yield from result.summary.lines()
    if result.differences:
        yield f"DIFFERENT from the recording: {result.differences}"
