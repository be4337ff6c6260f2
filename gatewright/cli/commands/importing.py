"""`gatewright import --live`: an estate to start from, made from an API Management instance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli import azure, options
from gatewright.cli.output import Findings, emit, render_findings, status

if TYPE_CHECKING:
    from gatewright.deploy.starting import Start


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(
        "import", help="Start an estate from an API Management instance; writes into an empty folder only."
    )
    def from_live(
        subscription_id: azure.AzureSubscription,
        resource_group: azure.Group,
        service: azure.ServiceName,
        live: Annotated[
            bool, typer.Option("--live", help="From an instance; other sources are not read yet.")
        ] = False,
        to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Where the files go.")] = options.CONFIG,
        env: options.Env = options.ENV,
        endpoint: azure.Endpoint = azure.PUBLIC_ARM,
        scope: azure.TokenScope = None,
        templates: options.Templates = options.TEMPLATES,
    ) -> int:
        from gatewright.cli.rendering import examine
        from gatewright.deploy.arm import Arm
        from gatewright.deploy.inventory import take
        from gatewright.deploy.starting import start

        if not live:
            raise typer.BadParameter("--live is the only source so far: an API Management instance")
        _check_empty(to)
        target = azure.connect(azure.Where(subscription_id, resource_group, service, endpoint, scope))
        made = start(take(target.service, Arm.connect(target.service.target, target.credential)), env)
        _write(made, to)
        found = [*made.notes, *examine(to, env, templates).found]
        emit("".join(f"wrote {to / name}\n" for name in sorted(made.files)))
        emit(render_findings(found, Findings.TEXT))
        return 1 if status(found) else 0


def _check_empty(folder: Path) -> None:
    from gatewright.deploy import codes
    from gatewright.diagnostics import Rejected, Span

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = "there is something here already"
        raise Rejected([codes.NOT_EMPTY.at(Span(str(folder)), message, hint="--to names a new folder")])


def _write(made: Start, folder: Path) -> None:
    from gatewright.diagnostics.yaml import dump

    for name, content in made.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# Imported from API Management; yours to edit.\n{dump(content)}", "utf-8")
