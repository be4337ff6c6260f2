"""What a `context` tells beside request, response and API: operation, product, user, deployment and so on.

Source: https://learn.microsoft.com/azure/api-management/api-management-policy-expressions (2026-01-15),
"Context variable".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.hashed import NetDict
from gatewright.apim.expressions.values import Value


@dataclass(slots=True)
class Group:
    """`IGroup`."""

    id: str | None
    name: str | None

    ty = t.make("IGroup")


@dataclass(slots=True)
class UserIdentity:
    """`IUserIdentity`."""

    id: str | None
    provider: str | None

    ty = t.make("IUserIdentity")


@dataclass(slots=True)
class KeyNames:
    """`SubscriptionKeyParameterNames`."""

    header: str = "Ocp-Apim-Subscription-Key"
    query: str = "subscription-key"

    ty = t.make("ISubscriptionKeyParameterNames")


@dataclass(slots=True)
class Workspace:
    """`context.Workspace`."""

    id: str | None
    name: str | None

    ty = t.make("IWorkspace")


@dataclass(slots=True)
class Operation:
    """`context.Operation`."""

    id: str | None = None
    name: str | None = None
    method: str | None = "GET"
    url_template: str | None = None

    ty = t.make("IOperation")


@dataclass(slots=True)
class Product:
    """`context.Product`."""

    id: str | None = None
    name: str | None = None
    state: str = "Published"
    groups: tuple[Group, ...] = ()
    approval_required: bool = False
    subscription_required: bool = True
    subscription_limit: int | None = None

    ty = t.make("IProduct")


@dataclass(slots=True)
class Subscription:
    """`context.Subscription`."""

    id: str | None = None
    name: str | None = None
    key: str | None = None
    primary_key: str | None = None
    secondary_key: str | None = None
    created_date: datetime = datetime(2024, 1, 1, tzinfo=UTC)
    start_date: datetime | None = None
    end_date: datetime | None = None

    ty = t.make("ISubscription")


@dataclass(slots=True)
class User:
    """`context.User`."""

    id: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    note: str | None = None
    groups: tuple[Group, ...] = ()
    identities: tuple[UserIdentity, ...] = ()
    registration_date: datetime = datetime(2023, 1, 1, tzinfo=UTC)

    ty = t.make("IUser")


@dataclass(slots=True)
class Gateway:
    """`context.Deployment.Gateway`."""

    id: str | None = "managed"
    instance_id: str | None = "gw-0"
    is_managed: bool = True

    ty = t.make("IGateway")


@dataclass(slots=True)
class Deployment:
    """`context.Deployment`; certificates are what `load` of library/certificate_values.py gives."""

    region: str | None = "West Europe"
    service_id: str | None = "contoso"
    service_name: str | None = "contoso"
    gateway_id: str | None = "managed"
    gateway: Gateway = field(default_factory=Gateway)
    certificates: dict[str, Value] = field(default_factory=dict)

    ty = t.make("IDeployment")


@dataclass(slots=True)
class Backend:
    """`context.Backend`: known once a request was sent to one; `type` is `Single` or `Pool`."""

    id: str | None = None
    azure_region: str | None = None
    type: str = "Single"

    ty = t.make("IBackend")


@dataclass(slots=True)
class Foundry:
    """`context.Request.Foundry`: the model deployment of a request to a model service."""

    deployment: str | None = None

    ty = t.make("IFoundry")


@dataclass(slots=True)
class LastError:
    """`context.LastError`."""

    source: str | None = None
    reason: str | None = None
    message: str | None = None
    scope: str | None = None
    section: str | None = None
    path: str | None = None
    policy_id: str | None = None

    ty = t.make("ILastError")


@dataclass(slots=True)
class GraphQL:
    """`context.GraphQL`: argument names with JSON texts parsed by the library."""

    arguments: NetDict
    parent: NetDict

    ty = t.make("IGraphQL")
