"""All decisions of the generator: which entities there are, how they are called, which limits apply where.

Templates and entity writers below only write down what stands here or in the estate itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from gatewright.estate import Deployment, Endpoint, Estate, ModelAccess, ModelAlias, Tenant

Kind = Literal["chat", "embeddings"]

PERIODS = {"hour": "Hourly", "day": "Daily", "week": "Weekly", "month": "Monthly", "year": "Yearly"}
"""Calendar periods as `token-quota-period` spells them (llm-token-limit-policy, 2026-04-01)."""

PROOF_SECRET = "gateway-proxy-proof"
USER_KEY_SECRET = "gateway-user-key"


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the API and the kind of model that it needs."""

    id: str
    title: str
    url_template: str
    kind: Kind


OPERATIONS = (
    Operation(
        "chat-completions", "Chat completions", "/deployments/{deployment-id}/chat/completions", "chat"
    ),
    Operation("embeddings", "Embeddings", "/deployments/{deployment-id}/embeddings", "embeddings"),
    Operation("v1-chat-completions", "Chat completions (v1)", "/v1/chat/completions", "chat"),
    Operation("v1-embeddings", "Embeddings (v1)", "/v1/embeddings", "embeddings"),
)


@dataclass(frozen=True, slots=True)
class FragmentIds:
    """The ids of the four fragments."""

    model: str
    identity: str
    attribution: str
    error: str


@dataclass(frozen=True, slots=True)
class NamedValueIds:
    """The ids, and names in `{{ }}`, of the named values."""

    proof: str
    user_key: str
    client_id: str


@dataclass(frozen=True, slots=True)
class Member:
    """A deployment that serves at least one alias: a single backend, and a route of the proxy."""

    endpoint: Endpoint
    deployment: Deployment
    aliases: tuple[str, ...]

    @property
    def id(self) -> str:
        """The id of the backend."""
        return self.deployment.backend_id

    @property
    def url(self) -> str:
        """Where the endpoint answers: its URL, or a placeholder where it is still to be provisioned."""
        return endpoint_url(self.endpoint)


@dataclass(frozen=True, slots=True)
class AllowedModel:
    """What one tenant may use of one model.

    Attributes:
        alias: the model alias.
        counter_key: the key of its token counter, for this tenant and model alone.
        tokens_per_minute: the rate, or None.
        token_quota: tokens in a period, or None.
        token_quota_period: `Hourly` … `Yearly`, or None without quota.
        estimate_prompt_tokens: whether prompts are estimated before the call.
        cache_seconds: how long answers are kept, or None.
    """

    alias: str
    counter_key: str
    tokens_per_minute: int | None
    token_quota: int | None
    token_quota_period: str | None
    estimate_prompt_tokens: bool
    cache_seconds: int | None

    @property
    def limited(self) -> bool:
        """Whether there is a rate or a quota."""
        return self.tokens_per_minute is not None or self.token_quota is not None


@dataclass(frozen=True, slots=True)
class ProductPlan:
    """A tenant's product.

    Attributes:
        tenant: whose it is.
        id: of the product and of its subscription.
        closes: the first day on which requests are refused, or None.
        models: what may be used, by alias.
    """

    tenant: Tenant
    id: str
    closes: dt.date | None
    models: tuple[AllowedModel, ...]

    @property
    def file(self) -> str:
        """Its policy file, relative to the build folder."""
        return f"policies/products/{self.id}.xml"

    @property
    def key_vault_secret(self) -> str:
        """The Key Vault secret with the key of its subscription."""
        keys = (item.subscription_key for item in self.tenant.access)
        return next(key.key_vault_secret for key in keys if key is not None)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything decided for one environment; all sequences in their final order."""

    estate: Estate
    api_id: str
    fragment_ids: FragmentIds
    named_values: NamedValueIds
    operations: tuple[Operation, ...]
    members: tuple[Member, ...]
    pools: tuple[ModelAlias, ...]
    products: tuple[ProductPlan, ...]

    @property
    def api_file(self) -> str:
        """The policy file of the API, relative to the build folder."""
        return f"policies/apis/{self.api_id}.xml"

    @property
    def certificate_id(self) -> str:
        """The id of the client certificate for the proxy in API Management; the infrastructure makes it."""
        return self.named_values.proof

    @property
    def sends_secret(self) -> bool:
        """Whether the shared secret proves who is calling: where neither token nor certificate does."""
        gateway = self.estate.gateway
        return gateway.proxy_audience is None and gateway.proxy_certificate is None

    @property
    def caches(self) -> bool:
        """Whether any tenant caches answers; without one the API's policy has no cache in it."""
        return any(model.cache_seconds for product in self.products for model in product.models)

    def operations_of(self, kind: Kind) -> tuple[str, ...]:
        """The ids of the operations that need a kind of model."""
        return tuple(item.id for item in self.operations if item.kind == kind)


def plan(estate: Estate) -> Plan:
    """The plan of an estate."""
    marker = estate.gateway.marker
    return Plan(
        estate=estate,
        api_id=f"{marker}openai",
        fragment_ids=FragmentIds(
            f"{marker}model", f"{marker}identity", f"{marker}attribution", f"{marker}error"
        ),
        named_values=NamedValueIds(f"{marker}proxy-proof", f"{marker}user-key", f"{marker}apim-client-id"),
        operations=OPERATIONS,
        members=tuple(_members(estate)),
        pools=tuple(model for _, model in sorted(estate.models.items())),
        products=tuple(_product(tenant, marker) for _, tenant in sorted(estate.tenants.items())),
    )


def endpoint_url(endpoint: Endpoint) -> str:
    """The URL of an endpoint, or the placeholder of one that is still to be provisioned."""
    return endpoint.url if endpoint.url is not None else f"https://<{endpoint_placeholder(endpoint)}>"


def endpoint_placeholder(endpoint: Endpoint) -> str:
    """The name of the placeholder for the host of an endpoint."""
    return f"endpoint.{endpoint.id}"


def _members(estate: Estate) -> Iterator[Member]:
    served: dict[tuple[str, str], list[str]] = {}
    for alias, model in sorted(estate.models.items()):
        for member in model.pool:
            served.setdefault((member.endpoint, member.deployment), []).append(alias)
    for (endpoint_id, name), aliases in sorted(served.items()):
        endpoint = estate.endpoints[endpoint_id]
        yield Member(endpoint, endpoint.deployments[name], tuple(aliases))


def _product(tenant: Tenant, marker: str) -> ProductPlan:
    product_id = f"{marker}{tenant.id}"
    models = tuple(
        _allowed(tenant, alias, access, f"{product_id}:{alias}")
        for alias, access in sorted(tenant.models.items())
    )
    return ProductPlan(tenant, product_id, _closes(tenant.expires), models)


def _allowed(tenant: Tenant, alias: str, access: ModelAccess, counter_key: str) -> AllowedModel:
    quota, cache = access.token_quota, tenant.cache_of(alias)
    return AllowedModel(
        alias=alias,
        counter_key=counter_key,
        tokens_per_minute=access.tokens_per_minute,
        token_quota=quota.tokens if quota else None,
        token_quota_period=PERIODS[quota.per] if quota else None,
        estimate_prompt_tokens=access.estimate_prompt_tokens,
        cache_seconds=cache.seconds if cache else None,
    )


def _closes(expires: dt.date | None) -> dt.date | None:
    """The day after the last day; no day follows the last one that dates can tell."""
    return expires + dt.timedelta(days=1) if expires and expires < dt.date.max else None
