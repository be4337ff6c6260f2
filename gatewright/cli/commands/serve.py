"""`gatewright serve`: local gateway, proxy and upstream, until they are told to stop."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli import options, stack
from gatewright.cli.output import emit, say
from gatewright.diagnostics import Rejected

if TYPE_CHECKING:
    from gatewright.harness.local import LocalOptions
    from gatewright.harness.ready import Ready

Port = Annotated[int, typer.Option(min=0, max=65535, help="The gateway's port; 0 picks a free one.")]
UpstreamKey = Annotated[
    str | None,
    typer.Option(
        envvar="GATEWRIGHT_UPSTREAM_KEY",
        metavar="KEY",
        show_envvar=True,
        help="The api-key for a URL upstream; best given in the environment.",
    ),
]


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(help="Local gateway, metering proxy and upstream, on 127.0.0.1.")
    def serve(
        upstream: stack.Upstream = "simulated",
        port: Port = 8080,
        as_json: Annotated[bool, typer.Option("--json", help="One line of JSON once all answers.")] = False,
        fault: stack.Faults = None,
        names: stack.Maps = None,
        without: stack.Without = None,
        ledger: stack.Ledger = None,
        upstream_key: UpstreamKey = None,
        config: options.Config = options.CONFIG,
        env: options.Env = options.ENV,
        templates: options.Templates = options.TEMPLATES,
        build: options.Build = None,
    ) -> int:
        from gatewright.harness.local import LocalOptions

        chosen = LocalOptions(
            upstream=stack.read_upstream(upstream, fault or [], stack.read_map(names or [])),
            port=port,
            ledger=ledger,
            without=stack.read_without(without),
            upstream_headers={"api-key": upstream_key} if upstream_key else {},
        )
        folder = stack.build_folder(config, env, templates, build)
        return asyncio.run(run(folder, chosen, as_json=as_json))


async def run(folder: Path, chosen: LocalOptions, *, as_json: bool) -> int:
    """Serves until SIGTERM or SIGINT.

    Raises:
        Rejected: what cannot start, or the proxy that ended by itself.
    """
    from gatewright.harness.local import LocalGateway

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with LocalGateway(folder, chosen) as local:
        announce(local.ready, as_json=as_json)
        failed = asyncio.ensure_future(local.until_failed())
        stopped = asyncio.ensure_future(stop.wait())
        await asyncio.wait({failed, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if failed.done():
            raise Rejected([failed.result()])
        failed.cancel()
    if local.recorder is not None:
        say(f"recorded {local.recorder.recorded} exchanges, left out {local.recorder.dropped}")
    say("stopped")
    return 0


def announce(ready: Ready, *, as_json: bool) -> None:
    """Says where everything is: one line of JSON on stdout, or prose on stderr."""
    if as_json:
        emit(f"{ready.to_json()}\n")
        return
    say(f"gateway   {ready.gateway}")
    say(f"proxy     {ready.proxy}")
    say(f"upstream  {ready.upstream}")
    say(f"ledger    {ready.ledger}")
    for tenant, key in ready.keys.items():
        say(f"key       {tenant}: {key}")
    say(f"models    {', '.join(f'{alias} ({kind})' for alias, kind in ready.models.items())}")
    say("Ctrl-C stops it")
