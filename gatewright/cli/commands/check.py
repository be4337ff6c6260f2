"""`gatewright check`: the configuration, and everything that is rendered from it."""

from __future__ import annotations

import typer

from gatewright.cli import options
from gatewright.cli.output import Findings, emit, render_findings, say, status


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(help="Validate and lint the configuration and everything rendered from it.")
    def check(
        config: options.Config = options.CONFIG,
        env: options.Env = options.ENV,
        templates: options.Templates = options.TEMPLATES,
        form: options.FindingsForm = Findings.TEXT,
    ) -> int:
        from gatewright.cli.rendering import examine

        examined = examine(config, env, templates)
        if form is not Findings.TEXT or examined.found:
            emit(render_findings(examined.found, form, examined.texts))
        if examined.estate is not None and form is Findings.TEXT:
            say(examined.summary())
        return status(examined.found)
