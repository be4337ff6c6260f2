"""`gatewright check`: the configuration, and everything that is rendered from it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

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
        infra: Annotated[bool, typer.Option("--infra", help="Check infra/ and azure.yaml instead.")] = False,
    ) -> int:
        if infra:
            from gatewright.infra.build import check_build, compiler
            from gatewright.infra.check import MAIN, check_infra

            found = list(check_infra(Path()))
            command = compiler(os.environ)
            if command is not None:
                found.extend(check_build(Path.cwd(), MAIN, command, os.environ))
            if form is not Findings.TEXT or found:
                emit(render_findings(found, form))
            if form is Findings.TEXT:
                errors = sum(item.is_error for item in found)
                built = "compiled" if command is not None else "no Bicep compiler here"
                say(f"infra: {errors} errors, {len(found) - errors} warnings; {built}")
            return status(found)
        from gatewright.cli.rendering import examine

        examined = examine(config, env, templates)
        if form is not Findings.TEXT or examined.found:
            emit(render_findings(examined.found, form, examined.texts))
        if examined.estate is not None and form is Findings.TEXT:
            say(examined.summary())
        return status(examined.found)
