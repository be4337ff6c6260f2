"""What an API Management instance holds, whoever made it: where an estate can start from.

Keys and secrets are never asked for, and of named values only the names are kept.

Source: Microsoft.CognitiveServices accounts and deployments, api-version 2024-10-01.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from gatewright.deploy import codes
from gatewright.deploy.arm import Arm
from gatewright.deploy.azure import AzureService
from gatewright.deploy.entities import Json, Key, Kind, Properties
from gatewright.deploy.normal import mapping
from gatewright.diagnostics import Diagnostic, Rejected

Named = Mapping[str, Properties]
_APIM = {"api-version": "2024-05-01"}
_ACCOUNTS = {"api-version": "2024-10-01"}


@dataclass(frozen=True, slots=True)
class Account:
    """An Azure OpenAI account.

    Attributes:
        region: such as swedencentral.
        deployments: what Azure says of each, by name.
    """

    region: str
    deployments: Mapping[str, Mapping[str, Json]]


@dataclass(frozen=True, slots=True)
class Inventory:
    """An instance: entities by id, documents by path.

    Attributes:
        service: the ARM resource of the service.
        apis, products, subscriptions, backends: properties by id.
        named_values: their ids.
        documents: policies by path below the service.
        fragments: the ids of policy fragments.
        owners: mail addresses of users, by the owner id of a subscription.
        accounts: accounts that backends name, by host; absent where they may not be read.
        notes: what could not be read.
    """

    service: Mapping[str, Json]
    apis: Named
    products: Named
    subscriptions: Named
    backends: Named
    named_values: tuple[str, ...]
    documents: Mapping[str, str]
    fragments: tuple[str, ...]
    owners: Mapping[str, str]
    accounts: Mapping[str, Account]
    notes: tuple[Diagnostic, ...] = field(default=())


def take(service: AzureService, arm: Arm) -> Inventory:
    """Reads an instance, and the accounts that its backends name.

    Raises:
        Rejected: DEP82x when the instance cannot be read.
    """
    service.check()

    def listed(kind: Kind) -> dict[str, Properties]:
        return dict(service.list(kind))

    apis, products, backends = listed(Kind.API), listed(Kind.PRODUCT), listed(Kind.BACKEND)
    subscriptions = listed(Kind.SUBSCRIPTION)
    keys = [Key(Kind.GLOBAL_POLICY), *(Key(Kind.API_POLICY, (name,)) for name in apis)]
    keys += [Key(Kind.PRODUCT_POLICY, (name,)) for name in products]
    read = ((key.path, service.read(key)) for key in keys)
    notes: list[Diagnostic] = []
    return Inventory(
        arm.get("GET the service", service.service_id, _APIM),
        apis,
        products,
        subscriptions,
        backends,
        tuple(listed(Kind.NAMED_VALUE)),
        {path: str(found.properties.get("value") or "") for path, found in read if found},
        tuple(listed(Kind.FRAGMENT)),
        _owners(arm, subscriptions, notes),
        _accounts(arm, {host_of(item) for item in backends.values()}, notes),
        tuple(notes),
    )


def host_of(backend: Properties) -> str:
    """The host of a backend; empty for a pool."""
    try:
        return (urlsplit(str(backend.get("url") or "")).hostname or "").lower()
    except ValueError:
        return ""


def region_of(text: str) -> str:
    """A region as ARM ids spell it.

    >>> region_of("West Europe")
    'westeurope'
    """
    return text.replace(" ", "").lower()


def _owners(arm: Arm, subscriptions: Named, notes: list[Diagnostic]) -> dict[str, str]:
    found = {}
    for owner in sorted({str(item["ownerId"]) for item in subscriptions.values() if item.get("ownerId")}):
        path = f"{arm.target.service_id}/users/{owner.rpartition('/')[2]}"
        try:
            properties = mapping(arm.get("GET a user", path, _APIM).get("properties"))
        except Rejected as rejected:
            notes.append(codes.INCOMPLETE.at(None, rejected.diagnostics[0].message))
            continue
        found[owner] = str(properties.get("email") or "")
    return found


def _accounts(arm: Arm, hosts: set[str], notes: list[Diagnostic]) -> dict[str, Account]:
    try:
        return dict(_read_accounts(arm, hosts))
    except Rejected as rejected:
        hint = "the role Reader on the Azure OpenAI accounts; or complete config/backends/ by hand"
        notes.append(codes.INCOMPLETE.at(None, rejected.diagnostics[0].message, hint=hint))
        return {}


def _read_accounts(arm: Arm, hosts: set[str]) -> Iterator[tuple[str, Account]]:
    provider = f"/subscriptions/{arm.target.subscription_id}/providers/Microsoft.CognitiveServices"
    for account in arm.items("GET the Azure OpenAI accounts", f"{provider}/accounts", _ACCOUNTS):
        properties = mapping(account.get("properties"))
        places = [properties.get("endpoint"), *mapping(properties.get("endpoints")).values()]
        mine = {host_of({"url": place}) for place in places} & hosts
        if not mine:
            continue
        path = f"{account.get('id')}/deployments"
        deployments = {
            str(item.get("name")): item for item in arm.items("GET the deployments", path, _ACCOUNTS)
        }
        for host in mine:
            yield host, Account(region_of(str(account.get("location"))), deployments)
