"""`gatewright explain`: each setting of a tenant in force, and the file and line it comes from."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from gatewright.cli import codes, options
from gatewright.cli.output import emit
from gatewright.diagnostics import Rejected, nearest


class Form(StrEnum):
    """How settings are written."""

    TEXT = "text"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(help="Each setting of a tenant in force, and the file and line it comes from.")
    def explain(
        tenant: Annotated[str, typer.Argument(metavar="TENANT", show_default=False)],
        form: Annotated[Form, typer.Option("--format", help="How settings are written.")] = Form.TEXT,
        config: options.Config = options.CONFIG,
        env: options.Env = options.ENV,
    ) -> int:
        from gatewright.estate import load, origin

        estate = load(config, env)
        if tenant not in estate.tenants:
            close = nearest(tenant, estate.tenants)
            hint = f"did you mean {close}?" if close else f"declared: {', '.join(estate.tenants)}"
            raise Rejected([codes.NO_TENANT.at(None, f'no tenant is called "{tenant}"', hint=hint)])
        found = list(origin.settings(estate, tenant))
        if form is Form.JSON:
            rows = [
                {"setting": s.path, "value": s.value, "file": s.origin.file, "line": s.origin.line}
                for s in found
            ]
            emit(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
            return 0
        width = max((len(s.path) for s in found), default=0)
        values = max((len(s.value) for s in found), default=0)
        for s in found:
            emit(f"{s.path:<{width}}  {s.value:<{values}}  {s.origin.file}:{s.origin.line}\n")
        return 0
