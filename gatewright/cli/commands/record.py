"""`gatewright record`: serve, and write down what passes, redacted."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gatewright.cli import options, recordings, stack
from gatewright.cli.commands import serve


class Prompts(StrEnum):
    """What becomes of what was written."""

    KEEP = "keep"
    HASH = "hash"


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(help="Serve, and write a redacted recording of what passes the gateway.")
    def record(
        out: Annotated[
            Path, typer.Option(metavar="FILE", help="The HAR file, or *.flow for mitmproxy's kind.")
        ],
        comment: Annotated[str, typer.Option(help="What the recording is, for a person.")] = "",
        prompts: Annotated[
            Prompts, typer.Option(help="Whether prompts and answers are kept.")
        ] = Prompts.KEEP,
        upstream: stack.Upstream = "simulated",
        port: serve.Port = 8080,
        as_json: Annotated[bool, typer.Option("--json", help="One line of JSON once all answers.")] = False,
        fault: stack.Faults = None,
        without: stack.Without = None,
        ledger: stack.Ledger = None,
        upstream_key: serve.UpstreamKey = None,
        config: options.Config = options.CONFIG,
        env: options.Env = options.ENV,
        templates: options.Templates = options.TEMPLATES,
        build: options.Build = None,
    ) -> int:
        from gatewright.harness.local import LocalOptions
        from gatewright.harness.recorder import RecorderOptions
        from gatewright.recordings import FLOW_SUFFIXES

        recorded = RecorderOptions(
            out,
            comment=comment,
            prompt_key=secrets.token_bytes(32) if prompts is Prompts.HASH else None,
        )
        if out.suffix.lower() in FLOW_SUFFIXES:
            recorded = replace(recorded, write=recordings.write_flow_file)
        chosen = LocalOptions(
            upstream=stack.read_upstream(upstream, fault or [], []),
            port=port,
            ledger=ledger,
            without=stack.read_without(without),
            record=recorded,
            upstream_headers={"api-key": upstream_key} if upstream_key else {},
        )
        folder = stack.build_folder(config, env, templates, build)
        return asyncio.run(serve.run(folder, chosen, as_json=as_json))
