"""`gatewright keys rotate`: new subscription keys for a tenant, without locking anybody out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from gatewright.cli import azure, options
from gatewright.cli.output import Findings, emit, render_findings, say

if TYPE_CHECKING:
    from gatewright.deploy.keys import Holder, Keyring


def register(app: typer.Typer) -> None:
    """Adds the command."""
    group = typer.Typer(help="The subscription keys of tenants.", no_args_is_help=True)
    app.add_typer(group, name="keys")
    group.callback()(lambda: None)  # a group stays one, however many commands it has

    @group.command(help="Make a tenant's spare key anew and publish it; with --finish, end the old one.")
    def rotate(
        tenant: str,
        env: azure.Env,
        subscription_id: azure.AzureSubscription,
        resource_group: azure.Group,
        service: azure.ServiceName,
        endpoint: azure.Endpoint = azure.PUBLIC_ARM,
        scope: azure.TokenScope = None,
        build: options.Build = None,
        key_vault: azure.Vault = None,
        finish: bool = typer.Option(
            False, "--finish", help="End the old key, once every client has read the new one."
        ),
        break_lock: bool = typer.Option(
            False, "--break-lock", help="Take the lock of a deployment that died."
        ),
    ) -> int:
        from gatewright.deploy.keys import Keyring, holders_of

        bundle = azure.load_bundle(build or Path("build") / env, env)
        holders = holders_of(bundle, tenant)
        target = azure.connect(
            azure.Where(subscription_id, resource_group, service, endpoint, scope, key_vault)
        )
        keyring = Keyring(target.service, target.vault())
        with azure.lock(target.service, break_it=break_lock).held() as warnings:
            for holder in holders:
                emit(_finished(keyring, holder) if finish else _rotated(keyring, holder))
        if warnings:
            say(render_findings(warnings, Findings.TEXT).rstrip("\n"))
        return 0


def _rotated(keyring: Keyring, holder: Holder) -> str:
    slot = keyring.rotate(holder)
    return (
        f"{holder.path} holds the new {slot} key of {holder.subscription}; the {slot.other} key still works\n"
        "when every client has read the secret again, end it: the same command with --finish\n"
    )


def _finished(keyring: Keyring, holder: Holder) -> str:
    slot = keyring.finish(holder)
    return f"the old {slot} key of {holder.subscription} is ended; {holder.path} holds the {slot.other} key\n"
