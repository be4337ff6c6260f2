"""`gatewright generate`: write `build/<env>/`."""

from __future__ import annotations

from pathlib import Path

import typer

from gatewright.cli import options
from gatewright.cli.output import Findings, emit, render_findings, say, status


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(help="Write build/<env>/: policies, bundle, routes and Bicep parameters.")
    def generate(
        config: options.Config = options.CONFIG,
        env: options.Env = options.ENV,
        templates: options.Templates = options.TEMPLATES,
        build: options.Build = None,
        infra: Path = typer.Option(Path("infra"), metavar="DIR", help="Where azd looks for parameters."),
    ) -> int:
        from gatewright.cli.rendering import examine
        from generator import write

        examined = examine(config, env, templates)
        if examined.found:
            emit(render_findings(examined.found, Findings.TEXT, examined.texts))
        if status(examined.found) or examined.estate is None:
            say("nothing was written")
            return status(examined.found)
        out = build or Path("build") / env
        result = write(examined.files, out)
        if infra.is_dir():
            write_text(infra / "main.parameters.json", examined.files["main.parameters.json"])
        counts = (
            f"{len(result.written)} written, {len(result.unchanged)} unchanged, {len(result.removed)} removed"
        )
        say(f"{out}: {counts}")
        return 0


def write_text(path: Path, text: str) -> None:
    """Writes a file in one step: it is whole or unchanged."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, "utf-8", newline="\n")
    part.replace(path)
