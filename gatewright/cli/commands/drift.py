"""`gatewright drift`: compare `build/<env>/` and the last deployment with what is in API Management."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli import azure, options
from gatewright.cli.output import Findings, emit, render_findings, say

if TYPE_CHECKING:
    from gatewright.deploy import Drift, Key
    from gatewright.deploy.activity import Change


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(help="Compare build/<env>/ and the last deployment with what is in API Management.")
    def drift(
        env: azure.Env,
        subscription_id: azure.AzureSubscription,
        resource_group: azure.Group,
        service: azure.ServiceName,
        endpoint: azure.Endpoint = azure.PUBLIC_ARM,
        scope: azure.TokenScope = None,
        build: options.Build = None,
        sets: azure.Sets = None,
        key_vault: azure.Vault = None,
        key_vault_identity: azure.VaultIdentity = None,
        concurrency: azure.Concurrency = 8,
        who: bool = typer.Option(True, help="Say who wrote last what differs (Activity Log)."),
        form: Annotated[
            azure.Form, typer.Option("--format", help="How the result is written.")
        ] = azure.Form.TEXT,
    ) -> int:
        from gatewright.deploy import drift as differences

        target = azure.connect(
            azure.Where(subscription_id, resource_group, service, endpoint, scope, key_vault)
        )
        folder = build or Path("build") / env
        filling = azure.Filling(sets, key_vault_identity, concurrency)
        planned = azure.compare(target, azure.load_bundle(folder, env), folder, filling)
        found = list(differences(planned))
        changes = _changes(target, found, concurrency) if who else {}
        emit(_json(found, changes) if form is azure.Form.JSON else _text(found, changes))
        return 1 if found else 0


def _changes(target: azure.Azure, found: list[Drift], concurrency: int) -> Mapping[Key, Change]:
    """Who wrote what differs last; a warning where the log cannot be read."""
    from gatewright.deploy import codes
    from gatewright.deploy.activity import ActivityLog
    from gatewright.deploy.arm import Arm
    from gatewright.diagnostics import Rejected

    log = ActivityLog(Arm.connect(target.service.target, target.credential), lambda: datetime.now(UTC))
    try:
        return log.last((item.key for item in found), concurrency)
    except Rejected as rejected:
        message = f"who made the changes is not known: {rejected.diagnostics[0].message}"
        warning = codes.WHO_UNKNOWN.at(
            None, message, hint="the role Reader on the resource group, or --no-who"
        )
        say(render_findings([warning], Findings.TEXT).rstrip("\n"))
        return {}


def _json(found: list[Drift], changes: Mapping[Key, Change]) -> str:
    rows = [
        {
            "entity": item.key.path,
            "difference": item.difference.value,
            "lastWrite": asdict(changes[item.key]) if item.key in changes else None,
            "diff": item.diff,
        }
        for item in found
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


def _text(found: list[Drift], changes: Mapping[Key, Change]) -> str:
    if not found:
        return "no drift\n"
    parts = []
    for item in found:
        change = changes.get(item.key)
        who = f" (last written by {change.caller} at {change.at})" if change else ""
        parts.append(f"{item.difference.value}: {item.key.path}{who}\n")
        parts.extend(f"    {line}\n" for line in item.diff.splitlines())
    return "".join(parts)
