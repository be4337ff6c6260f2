"""`gatewright deploy`: push `build/<env>/` to API Management."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli import azure, options
from gatewright.cli.output import Findings, emit, render_findings, say
from gatewright.cli.progress import bar
from gatewright.cli.stopping import told_to_stop

if TYPE_CHECKING:
    from gatewright.apim.bundle import Bundle
    from gatewright.deploy import Plan
    from gatewright.deploy.apply import Applied
    from gatewright.deploy.keys import Holder, Keyring
    from gatewright.diagnostics import Diagnostic

Adopt = Annotated[
    list[str] | None,
    typer.Option("--adopt", metavar="KIND/ID", help="Take over an entity that carries no mark of ours."),
]

LEAVING = "left at once: what was begun may be half done, and the lock stays until it expires or --break-lock"


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(help="Push build/<env>/ to API Management; touches only what carries Gatewright's mark.")
    def deploy(
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
        prune: bool = typer.Option(False, "--prune", help="Delete what is no longer configured."),
        adopt: Adopt = None,
        dry_run: bool = typer.Option(False, "--dry-run", help="Say what would be done; write nothing."),
        keys: bool = typer.Option(
            True, envvar="GATEWRIGHT_PUBLISH_KEYS", help="Publish the keys of tenants in the key vault."
        ),
        break_lock: bool = typer.Option(
            False, "--break-lock", help="Take the lock of a deployment that died."
        ),
        concurrency: azure.Concurrency = 8,
        form: Annotated[azure.Form, typer.Option("--format", help="How the result is written.")] = (
            azure.Form.TEXT
        ),
    ) -> int:
        target = azure.connect(
            azure.Where(subscription_id, resource_group, service, endpoint, scope, key_vault)
        )
        folder = build or Path("build") / env
        bundle = azure.load_bundle(folder, env)
        filling = azure.Filling(sets, key_vault_identity, concurrency)
        planned = azure.compare(target, bundle, folder, filling, prune=prune, adopt=adopt)
        _check_adopted(adopt or [], planned, bundle)
        faults = list(planned.faults())
        keyring = (
            _keyring(target, concurrency, adopt or [])
            if keys and bundle.subscriptions and not faults
            else None
        )
        unpublished = keyring.unpublished(_holders(bundle), planned) if keyring else ()
        if faults or dry_run:
            emit(_report(planned, unpublished, None, form))
            _tell([*faults, *planned.warnings()])
            return 1 if faults else 0
        applied = _apply(
            target, planned, unpublished, keyring, concurrency=concurrency, break_lock=break_lock
        )
        emit(_report(planned, unpublished, applied, form))
        _tell([*applied.warnings, *planned.warnings(), *_silent(target, bundle, folder)])
        return 0


def _tell(found: list[Diagnostic]) -> None:
    if found:
        say(render_findings(found, Findings.TEXT).rstrip("\n"))


def _check_adopted(adopt: list[str], planned: Plan, bundle: Bundle) -> None:
    """A path that names nothing of ours is a slip of the pen, not a wish without effect."""
    from gatewright.diagnostics import nearest

    known = [step.key.path for step in planned.steps if step.desired]
    known += [holder.path for holder in _holders(bundle)]
    for path in adopt:
        if path not in known:
            close = nearest(path, known)
            meant = f"; did you mean {close}?" if close else ""
            raise typer.BadParameter(f"--adopt {path} names no entity of the configuration{meant}")


def _silent(target: azure.Azure, bundle: Bundle, folder: Path) -> list[Diagnostic]:
    from gatewright.deploy import codes
    from gatewright.deploy.arm import Arm
    from gatewright.deploy.telemetry import silent
    from gatewright.diagnostics import Rejected

    try:
        return list(silent(bundle, folder, Arm.connect(target.service.target, target.credential)))
    except Rejected as rejected:  # everything is deployed: this is no reason to fail
        message = f"whether token metrics arrive is not known: {rejected.diagnostics[0].message}"
        return [codes.NO_METRICS.at(None, message)]


def _keyring(target: azure.Azure, concurrency: int, adopt: list[str]) -> Keyring:
    from gatewright.deploy.keys import Keyring

    return Keyring(target.service, target.vault(), concurrency, adopt)


def _holders(bundle: Bundle) -> list[Holder]:
    from gatewright.deploy.keys import Holder

    return [Holder(item.id, item.key_vault_secret) for item in bundle.subscriptions]


def _apply(
    target: azure.Azure,
    planned: Plan,
    unpublished: tuple[Holder, ...],
    keyring: Keyring | None,
    *,
    concurrency: int,
    break_lock: bool,
) -> Applied:
    from gatewright.deploy.apply import Applier

    with told_to_stop(LEAVING) as stop, bar("deploying", len(planned.writes) + len(unpublished)) as advance:
        applier = Applier(
            target.service,
            azure.lock(target.service, break_it=break_lock),
            stop.wait,
            concurrency,
            lambda step: advance(),
            keyring,
            stop,
        )
        return applier.apply(planned, unpublished)


def _report(planned: Plan, unpublished: tuple[Holder, ...], applied: Applied | None, form: azure.Form) -> str:
    from gatewright.deploy import Action

    counts = {action.value: planned.count(action) for action in Action} | {"publish": len(unpublished)}
    shown = [
        (step.action.value, step.key.path) for step in planned.steps if step.action is not Action.UNCHANGED
    ]
    shown += [("publish", holder.path) for holder in unpublished]
    if form is azure.Form.JSON:
        result = {
            "applied": applied is not None,
            "written": len(applied.written) if applied else 0,
            "published": len(applied.published) if applied else 0,
            "counts": counts,
            "steps": [{"action": action, "entity": path} for action, path in shown],
            "warnings": [
                item.message for item in (*(applied.warnings if applied else ()), *planned.warnings())
            ],
        }
        return json.dumps(result, indent=2) + "\n"
    lines = [f"{action:9} {path}" for action, path in shown]
    done = f"{len(applied.written) + len(applied.published)} written" if applied else "nothing written"
    summary = ", ".join(f"{number} {name}" for name, number in counts.items() if number)
    return "".join(f"{line}\n" for line in [*lines, f"{done}: {summary or 'nothing configured'}"])
