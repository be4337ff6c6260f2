"""The entities of API Management as the bundle holds them: frozen, camelCase in JSON, unknown keys refused.

Source: names and lengths, ARM contract Microsoft.ApiManagement 2024-05-01
(https://learn.microsoft.com/azure/templates/microsoft.apimanagement/, 2026-08).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import to_json

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,78}[a-z0-9]$")]
Title = Annotated[str, Field(min_length=1, max_length=300)]
Description = Annotated[str, Field(max_length=1000)]
KeyVaultSecret = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,127}$")]
_D, _H, _M, _S = (f"[0-9]+{unit}" for unit in "DHMS")
IsoDuration = Annotated[str, Field(pattern=f"^P({_D}|({_D})?T({_H}({_M})?({_S})?|{_M}({_S})?|{_S}))$")]
Status = Annotated[int, Field(ge=200, le=599)]
RelativeFile = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*\.xml$")
]


class Entity(BaseModel):
    """A frozen part of the bundle: camelCase in JSON, unknown keys refused."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True, strict=True
    )


class Service(Entity):
    """The API Management service: tier, region, and the service-wide policy where we own it."""

    tier: Literal[
        "Consumption",
        "Developer",
        "Basic",
        "Standard",
        "Premium",
        "BasicV2",
        "StandardV2",
        "PremiumV2",
    ]
    location: str
    global_policy: RelativeFile | None = None


class KeyParameterNames(Entity):
    """Where the client puts its subscription key; the query is looked at only when the header is absent."""

    header: str
    query: str


class Operation(Entity):
    """An operation of an API; the URL template begins behind the API's path."""

    id: Id
    display_name: Title
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
    url_template: Annotated[str, Field(pattern=r"^/", max_length=1000)]
    policy: RelativeFile | None = None


class Api(Entity):
    """An API with its operations and its policy."""

    id: Id
    display_name: Title
    description: Description
    path: Annotated[str, Field(max_length=400)]
    protocols: tuple[Literal["http", "https", "ws", "wss"], ...]
    subscription_required: bool
    subscription_key_parameter_names: KeyParameterNames
    policy: RelativeFile | None
    operations: tuple[Operation, ...]


class Product(Entity):
    """A product: one tenant's way into the APIs."""

    id: Id
    display_name: Title
    description: Description
    subscription_required: bool
    state: Literal["published", "notPublished"]
    apis: tuple[Id, ...]
    policy: RelativeFile | None


class Subscription(Entity):
    """A subscription of one product; its key is a Key Vault secret, named here and never held."""

    id: Id
    display_name: Annotated[str, Field(min_length=1, max_length=100)]
    product: Id
    state: Literal["active", "suspended"]
    key_vault_secret: KeyVaultSecret


class StatusRange(Entity):
    """Response statuses that count as failures, both ends included."""

    min: Status
    max: Status


class FailureCondition(Entity):
    """How many failures within which time open the circuit."""

    count: Annotated[int, Field(ge=1)]
    interval: IsoDuration
    status_code_ranges: Annotated[tuple[StatusRange, ...], Field(max_length=10)]
    error_reasons: Annotated[tuple[str, ...], Field(max_length=10)] = ()


class CircuitBreaker(Entity):
    """The one rule of a backend. The service documents a single rule, though its contract admits more."""

    name: Id
    failure_condition: FailureCondition
    trip_duration: IsoDuration | None
    accept_retry_after: bool

    @model_validator(mode="after")
    def _closes_again(self) -> CircuitBreaker:
        if self.trip_duration is None and not self.accept_retry_after:
            raise ValueError("a breaker that opens needs a tripDuration or acceptRetryAfter")
        return self


class SingleBackend(Entity):
    """A backend with a URL: one endpoint and one deployment."""

    id: Id
    type: Literal["Single"] = "Single"
    url: Annotated[str, Field(min_length=1, max_length=2000)]
    protocol: Literal["http", "soap"] = "http"
    description: Annotated[str, Field(max_length=2000)]
    circuit_breaker: CircuitBreaker | None


class PoolService(Entity):
    """A member of a pool; the lowest priority number is served first."""

    id: Id
    priority: Annotated[int, Field(ge=0, le=100)]
    weight: Annotated[int, Field(ge=0, le=100)]


class PoolServices(Entity):
    """The members of a pool."""

    services: Annotated[tuple[PoolService, ...], Field(min_length=1, max_length=30)]


class PoolBackend(Entity):
    """A load-balanced pool of single backends."""

    id: Id
    type: Literal["Pool"] = "Pool"
    description: Annotated[str, Field(max_length=2000)]
    pool: PoolServices


Backend = Annotated[SingleBackend | PoolBackend, Discriminator("type")]


class NamedValue(Entity):
    """A platform constant, or a reference to a Key Vault secret. Exactly one of the two."""

    id: Id
    display_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,256}$")]
    secret: bool
    key_vault_secret: KeyVaultSecret | None = None
    value: Annotated[str, Field(pattern=r"^(<[A-Za-z0-9.-]+>|[A-Za-z0-9._:/-]+)$")] | None = None

    @model_validator(mode="after")
    def _one_source(self) -> NamedValue:
        if (self.value is None) == (self.key_vault_secret is None):
            raise ValueError("a named value has a value or a keyVaultSecret, one of the two")
        if self.secret != (self.key_vault_secret is not None):
            raise ValueError("a secret named value comes from a keyVaultSecret, and no other does")
        return self


class Fragment(Entity):
    """A policy fragment and its file."""

    id: Id
    file: RelativeFile
    description: Description


class Model(Entity):
    """A model alias: what kind of calls it takes, and the backend (a pool) that serves it."""

    type: Literal["chat", "embeddings"]
    backend: Id


class TenantEntities(Entity):
    """Which entities belong to a tenant."""

    product: Id
    subscriptions: tuple[Id, ...]


def sentences(fault: ValueError) -> Iterator[str]:
    """What a refusal of the entities above says, one sentence for each thing that is wrong."""
    if not isinstance(fault, ValidationError):
        yield str(fault)
        return
    for error in fault.errors(include_url=False, include_input=False):
        path = ".".join(str(step) for step in error["loc"])
        yield f"{path}: {error['msg']}" if path else error["msg"]


def json_text(value: object) -> str:
    """JSON as every generated file holds it: keys in their order, two spaces, a newline at the end."""
    return to_json(value, indent=2).decode() + "\n"
