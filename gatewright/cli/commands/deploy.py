"""`gatewright deploy`: push `build/<env>/` to API Management."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from gatewright.cli import options
from gatewright.cli.output import Findings, emit, render_findings, say
from gatewright.cli.progress import bar

if TYPE_CHECKING:
    from gatewright.deploy import Plan, Values
    from gatewright.deploy.apply import Applied
    from gatewright.deploy.azure import AzureService

Env = Annotated[str, typer.Option("--env", metavar="NAME", help="The environment; required.")]
AzureSubscription = Annotated[
    str, typer.Option("--subscription-id", envvar="AZURE_SUBSCRIPTION_ID", help="The Azure subscription.")
]
Group = Annotated[
    str,
    typer.Option(
        "--resource-group",
        envvar=["APIM_RESOURCE_GROUP", "AZURE_RESOURCE_GROUP"],
        help="The resource group of the service.",
    ),
]
ServiceName = Annotated[
    str, typer.Option("--service", envvar="APIM_NAME", help="The API Management service.")
]
Endpoint = Annotated[
    str, typer.Option("--endpoint", metavar="URL", help="Azure Resource Manager, for other clouds or a fake.")
]
TokenScope = Annotated[
    str | None, typer.Option("--scope", help="Token scope; default is the endpoint's /.default.")
]
Sets = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Value of a placeholder; repeatable.")
]
Vault = Annotated[
    str | None,
    typer.Option(
        "--key-vault", envvar="AZURE_KEY_VAULT_ENDPOINT", metavar="URI", help="The gateway's key vault."
    ),
]
VaultIdentity = Annotated[
    str | None,
    typer.Option(
        "--key-vault-identity",
        metavar="CLIENT-ID",
        help="User-assigned identity that reads the vault; default the one of <apimClientId>; '' for the "
        "service's own.",
    ),
]
Concurrency = Annotated[int, typer.Option(min=1, max=32, help="Requests at once.")]
Adopt = Annotated[
    list[str] | None,
    typer.Option("--adopt", metavar="KIND/ID", help="Take over an entity that carries no mark of ours."),
]
PUBLIC_ARM = "https://management.azure.com"


class Form(StrEnum):
    """How results are written."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Where:
    """The options that name a service and what is filled in."""

    subscription_id: str
    resource_group: str
    service: str
    endpoint: str
    scope: str | None
    sets: list[str]
    key_vault: str | None
    key_vault_identity: str | None
    concurrency: int


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(help="Push build/<env>/ to API Management; touches only what carries Gatewright's mark.")
    def deploy(
        env: Env,
        subscription_id: AzureSubscription,
        resource_group: Group,
        service: ServiceName,
        endpoint: Endpoint = PUBLIC_ARM,
        scope: TokenScope = None,
        build: options.Build = None,
        sets: Sets = None,
        key_vault: Vault = None,
        key_vault_identity: VaultIdentity = None,
        prune: bool = typer.Option(False, "--prune", help="Delete what is no longer configured."),
        adopt: Adopt = None,
        dry_run: bool = typer.Option(False, "--dry-run", help="Say what would be done; write nothing."),
        break_lock: bool = typer.Option(
            False, "--break-lock", help="Take the lock of a deployment that died."
        ),
        concurrency: Concurrency = 8,
        form: Annotated[Form, typer.Option("--format", help="How the result is written.")] = Form.TEXT,
    ) -> int:
        where = Where(
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
        target, planned = compare(where, build or Path("build") / env, env, prune=prune, adopt=adopt or [])
        faults = list(planned.faults())
        if faults or dry_run:
            emit(_report(planned, None, form))
            say(render_findings(faults, Findings.TEXT).rstrip("\n")) if faults else None
            return 1 if faults else 0
        applied = _apply(target, planned, concurrency, break_lock)
        emit(_report(planned, applied, form))
        if applied.warnings:
            say(render_findings(applied.warnings, Findings.TEXT).rstrip("\n"))
        return 0


def compare(
    where: Where, build: Path, env: str, *, prune: bool = False, adopt: list[str] | None = None
) -> tuple[AzureService, Plan]:
    """The service that options name, and the plan of the bundle against it.

    Raises:
        Rejected: for anything that makes the comparison impossible.
    """
    from gatewright.apim.bundle import Bundle
    from gatewright.deploy import codes, desired, plan
    from gatewright.deploy.live import Reader
    from gatewright.diagnostics import Rejected, Span

    bundle = Bundle.load(build)
    if bundle.environment != env:
        message = f"the bundle was generated for {bundle.environment}, not for {env}"
        hint = f"gatewright generate --env {env}"
        raise Rejected([codes.BAD_TARGET.at(Span(str(build / "bundle.json")), message, hint=hint)])
    service = connect(where)
    wanted = desired(bundle, build, _values(where, service.service_id, list(bundle.placeholders)))
    service.check()
    own_global = bundle.service.global_policy is not None
    state = Reader(service, bundle.marker, where.concurrency, own_global).state()
    return service, plan(wanted, state, prune=prune, adopt=adopt or [])


def connect(where: Where) -> AzureService:
    """The client of a service; nothing is sent yet.

    Raises:
        Rejected: DEP801 for each option that cannot be used.
    """
    from azure.identity import DefaultAzureCredential

    from gatewright.deploy import codes
    from gatewright.deploy.azure import AzureService, Target
    from gatewright.diagnostics import Rejected

    faults = [codes.BAD_TARGET.at(None, message, hint=hint) for message, hint in _unusable(where)]
    if faults:
        raise Rejected(faults)
    target = Target(
        where.subscription_id, where.resource_group, where.service, where.endpoint.rstrip("/"), where.scope
    )
    return AzureService.connect(target, DefaultAzureCredential())


def _unusable(where: Where) -> list[tuple[str, str]]:
    found = []
    try:
        uuid.UUID(where.subscription_id)
    except ValueError:
        found.append((f"--subscription-id {where.subscription_id!r} is no GUID", "az account show"))
    if not re.fullmatch(r"[A-Za-z]([A-Za-z0-9-]{0,48}[A-Za-z0-9])?", where.service):
        found.append(
            (f"--service {where.service!r} is no name of a service", "1-50 letters, digits, hyphens")
        )
    if not re.fullmatch(r"[-\w.()]{1,90}", where.resource_group):
        found.append((f"--resource-group {where.resource_group!r} is no name of a group", "az group list"))
    parts = urlsplit(where.endpoint)
    if not parts.hostname or parts.scheme not in {"http", "https"} or parts.path.strip("/") or parts.query:
        found.append((f"--endpoint {where.endpoint!r} is no URL of a host", PUBLIC_ARM))
    elif parts.scheme == "http" and not _is_loopback(parts.hostname):
        found.append((f"--endpoint {where.endpoint!r} is plain HTTP", "https, except on this machine itself"))
    return found


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _values(where: Where, service_id: str, names: list[str]) -> Values:
    from gatewright.deploy import Values, codes, variable
    from gatewright.diagnostics import Rejected, nearest

    values = {name: os.environ[variable(name)] for name in names if os.environ.get(variable(name))}
    for item in where.sets:
        name, equals, value = item.partition("=")
        if not equals or name not in names:
            close = nearest(name, names)
            hint = f"did you mean {close}?" if close else "known: " + ", ".join(names)
            raise Rejected([codes.BAD_VALUE.at(None, f"--set {item} sets no placeholder", hint=hint)])
        values[name] = value
    identity = where.key_vault_identity
    reads = values.get("apimClientId") if identity is None else identity or None
    return Values(service_id, values, where.key_vault, reads)


def _apply(service: AzureService, planned: Plan, concurrency: int, break_lock: bool) -> Applied:
    from gatewright.deploy.apply import Applier
    from gatewright.deploy.lock import Lock

    lock = Lock(service, uuid.uuid4().hex[:12], lambda: datetime.now(UTC), break_lock)
    with bar("deploying", len(planned.writes)) as advance:
        applier = Applier(service, lock, time.sleep, concurrency, lambda step: advance())
        return applier.apply(planned)


def _report(planned: Plan, applied: Applied | None, form: Form) -> str:
    from gatewright.deploy import Action

    counts = {action.value: planned.count(action) for action in Action}
    shown = [step for step in planned.steps if step.action is not Action.UNCHANGED]
    if form is Form.JSON:
        result = {
            "applied": applied is not None,
            "written": len(applied.written) if applied else 0,
            "counts": counts,
            "steps": [{"action": step.action.value, "entity": step.key.path} for step in shown],
            "warnings": [item.message for item in applied.warnings] if applied else [],
        }
        return json.dumps(result, indent=2) + "\n"
    lines = [f"{step.action.value:9} {step.key.path}" for step in shown]
    done = f"{len(applied.written)} written" if applied else "nothing written"
    summary = ", ".join(f"{number} {name}" for name, number in counts.items() if number)
    return "".join(f"{line}\n" for line in [*lines, f"{done}: {summary or 'nothing configured'}"])
