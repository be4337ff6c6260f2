"""`gatewright record`: serve, and write down what passes, redacted."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from gatewright.cli import options, stack
from gatewright.cli.commands import serve


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(help="Serve, and write a redacted recording of what passes the gateway.")
    def record(
        out: Annotated[Path, typer.Option(metavar="FILE", help="The HAR file.")],
        comment: Annotated[str, typer.Option(help="What the recording is, for a person.")] = "",
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

        chosen = LocalOptions(
            upstream=stack.read_upstream(upstream, fault or [], []),
            port=port,
            ledger=ledger,
            without=stack.read_without(without),
            record=RecorderOptions(out, comment=comment),
            upstream_headers={"api-key": upstream_key} if upstream_key else {},
        )
        folder = stack.build_folder(config, env, templates, build)
        return asyncio.run(serve.run(folder, chosen, as_json=as_json))
