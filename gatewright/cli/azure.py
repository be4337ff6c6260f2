"""Which API Management service a command means: options, azd's variables, and the clients for it."""

from __future__ import annotations

import ipaddress
import os
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from gatewright.cli.progress import bar

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

    from gatewright.apim.bundle import Bundle
    from gatewright.deploy import Plan, Values
    from gatewright.deploy.azure import AzureService
    from gatewright.deploy.lock import Lock
    from gatewright.deploy.vault import AzureVault

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
PUBLIC_ARM = "https://management.azure.com"


class Form(StrEnum):
    """How results are written."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Where:
    """The options that name a service and its vault."""

    subscription_id: str
    resource_group: str
    service: str
    endpoint: str = PUBLIC_ARM
    scope: str | None = None
    key_vault: str | None = None


@dataclass(frozen=True, slots=True)
class Filling:
    """The options that say what is filled in, and how hard to work."""

    sets: list[str] | None = None
    key_vault_identity: str | None = None
    concurrency: int = 8


@dataclass(frozen=True, slots=True)
class Azure:
    """The clients of a service, with one credential; nothing is sent yet."""

    where: Where
    service: AzureService
    credential: TokenCredential

    def vault(self) -> AzureVault:
        """The client of the vault.

        Raises:
            Rejected: DEP802 when it is not named, DEP803 when its address is none.
        """
        return open_vault(self.where.key_vault, self.credential)


def connect(where: Where) -> Azure:
    """The clients of a service; nothing is sent yet.

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
    credential = DefaultAzureCredential()
    return Azure(where, AzureService.connect(target, credential), credential)


def open_vault(uri: str | None, credential: TokenCredential) -> AzureVault:
    """The client of a vault; nothing is sent yet.

    Raises:
        Rejected: DEP802 when it is not named, DEP803 when its address is none.
    """
    from gatewright.deploy import codes
    from gatewright.deploy.desired import VAULT, VAULT_HINT
    from gatewright.deploy.vault import AzureVault
    from gatewright.diagnostics import Rejected

    if not uri:
        message = "the URI of the key vault that keeps the keys of tenants is not given"
        raise Rejected([codes.UNFILLED.at(None, message, hint=VAULT_HINT)])
    if not VAULT.fullmatch(uri):
        hint = "it looks like https://example.vault.azure.net/"
        raise Rejected([codes.BAD_VALUE.at(None, f"{uri!r} is no URI of a key vault", hint=hint)])
    return AzureVault.connect(uri, credential)


def lock(service: AzureService, *, break_it: bool = False) -> Lock:
    """The deployment lock of a service, for one run."""
    from gatewright.deploy.lock import Lock

    return Lock(service, uuid.uuid4().hex[:12], lambda: datetime.now(UTC), break_it)


def load_bundle(build: Path, env: str) -> Bundle:
    """The bundle of an environment.

    Raises:
        Rejected: GEN41x; DEP801 when it was generated for another environment.
    """
    from gatewright.apim.bundle import Bundle
    from gatewright.deploy import codes
    from gatewright.diagnostics import Rejected, Span

    bundle = Bundle.load(build)
    if bundle.environment != env:
        message = f"the bundle was generated for {bundle.environment}, not for {env}"
        hint = f"gatewright generate --env {env}"
        raise Rejected([codes.BAD_TARGET.at(Span(str(build / "bundle.json")), message, hint=hint)])
    return bundle


def compare(
    azure: Azure,
    bundle: Bundle,
    build: Path,
    filling: Filling,
    *,
    prune: bool = False,
    adopt: list[str] | None = None,
) -> Plan:
    """The plan of a bundle against a service.

    Raises:
        Rejected: for anything that makes the comparison impossible.
    """
    from gatewright.deploy import desired, plan
    from gatewright.deploy.live import Reader

    service = azure.service
    wanted = desired(bundle, build, _values(azure, filling, list(bundle.placeholders)))
    service.check()
    own_global = bundle.service.global_policy is not None
    with bar("reading", None):
        state = Reader(service, bundle.marker, filling.concurrency, own_global).state()
    return plan(wanted, state, prune=prune, adopt=adopt or [])


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
    elif parts.scheme == "http" and not is_loopback(parts.hostname):
        found.append((f"--endpoint {where.endpoint!r} is plain HTTP", "https, except on this machine itself"))
    return found


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _values(azure: Azure, filling: Filling, names: list[str]) -> Values:
    from gatewright.deploy import Values, codes, variable
    from gatewright.diagnostics import Rejected, nearest

    values = {name: os.environ[variable(name)] for name in names if os.environ.get(variable(name))}
    for item in filling.sets or []:
        name, equals, value = item.partition("=")
        if not equals or name not in names:
            close = nearest(name, names)
            hint = f"did you mean {close}?" if close else "known: " + ", ".join(names)
            raise Rejected([codes.BAD_VALUE.at(None, f"--set {item} sets no placeholder", hint=hint)])
        values[name] = value
    identity = filling.key_vault_identity
    reads = values.get("apimClientId") if identity is None else identity or None
    return Values(azure.service.service_id, values, azure.where.key_vault, reads)
