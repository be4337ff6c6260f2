"""`gatewright drift`: compare `build/<env>/` and the last deployment with what is in API Management."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli import options
from gatewright.cli.commands import deploy as shared
from gatewright.cli.output import emit

if TYPE_CHECKING:
    from gatewright.deploy import Drift


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(help="Compare build/<env>/ and the last deployment with what is in API Management.")
    def drift(
        env: shared.Env,
        subscription_id: shared.AzureSubscription,
        resource_group: shared.Group,
        service: shared.ServiceName,
        endpoint: shared.Endpoint = shared.PUBLIC_ARM,
        scope: shared.TokenScope = None,
        build: options.Build = None,
        sets: shared.Sets = None,
        key_vault: shared.Vault = None,
        key_vault_identity: shared.VaultIdentity = None,
        concurrency: shared.Concurrency = 8,
        form: Annotated[
            shared.Form, typer.Option("--format", help="How the result is written.")
        ] = shared.Form.TEXT,
    ) -> int:
        from gatewright.deploy import drift as differences

        where = shared.Where(
            subscription_id,
            resource_group,
            service,
            endpoint,
            scope,
            sets or [],
            key_vault,
            key_vault_identity,
            concurrency,
        )
        _, planned = shared.compare(where, build or Path("build") / env, env)
        found = list(differences(planned))
        emit(_json(found) if form is shared.Form.JSON else _text(found))
        return 1 if found else 0


def _json(found: list[Drift]) -> str:
    rows = [
        {"entity": item.key.path, "difference": item.difference.value, "diff": item.diff} for item in found
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


def _text(found: list[Drift]) -> str:
    if not found:
        return "no drift\n"
    parts = []
    for item in found:
        parts.append(f"{item.difference.value}: {item.key.path}\n")
        parts.extend(f"    {line}\n" for line in item.diff.splitlines())
    return "".join(parts)
