"""`config/gateway.yaml`: the API Management service and what all tenants share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from gatewright.estate.declared import (
    ApiPath,
    ApplicationUri,
    Declared,
    EmailAddress,
    HeaderName,
    HostSuffix,
    Marker,
    MetricNamespace,
    Region,
    Seconds,
    SecretName,
    ServiceName,
    Text,
    Thumbprint,
    fault,
)
from gatewright.estate.tenants import TenantSettings

Tier = Literal[
    "Consumption", "Developer", "Basic", "Standard", "Premium", "BasicV2", "StandardV2", "PremiumV2"
]

AZURE_HOST_SUFFIXES = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")
"""Hosts of Azure OpenAI. API Management's identity token is valid for every account it may use, so that it is
sent to these hosts only."""

_NO_KEY_HEADERS = (
    "authorization",
    "connection",
    "content-",
    "cookie",
    "host",
    "transfer-encoding",
    "x-gatewright-",
)


class Publisher(Declared):
    """Who runs the gateway, as API Management asks."""

    name: Text = Field(max_length=100, description="Name of the organisation or team.")
    email: EmailAddress = Field(max_length=100, description="Where API Management sends its notifications.")


class Retry(Declared):
    """How often the gateway tries again before the client sees a failure.

    Each attempt goes through the pool again, so that it can reach another deployment. Only a failure before
    the first byte of the answer is tried again.
    """

    count: Annotated[int, Field(ge=0, le=50)] = Field(
        default=2,
        description="Attempts after the first, 0 to 50. Afterwards the client sees the last attempt's error.",
    )
    interval_seconds: Seconds = Field(
        default=1,
        alias="interval",
        description="The wait between attempts, such as 1s; the client waits longer.",
    )
    first_fast: bool = Field(default=True, description="Whether the first retry comes at once.")


class ProxyCertificate(Declared):
    """A client certificate that proves to the metering proxy that a request comes from the gateway.

    The ingress of the proxy then takes no connection without a client certificate.
    """

    key_vault_certificate: SecretName = Field(
        description="Name of the certificate in the Key Vault; it must be there before the deployment."
    )
    thumbprints: Annotated[tuple[Thumbprint, ...], Field(min_length=1, max_length=8)] = Field(
        description="SHA-256 thumbprints that the proxy believes: that of the certificate, and while it is "
        "renewed the next one too."
    )


class ServiceLimits(Declared):
    """Limits of the service instance where Microsoft raised them above the tier's documented ones."""

    products: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None, description="Products of the instance. Each tenant is one product."
    )


class Gateway(Declared):
    """The gateway: service, API surface, and the defaults of all tenants."""

    name: ServiceName = Field(description="Name of the API Management service.")
    tier: Tier = Field(
        description="Tier of the service. Decides which policies and how many tenants it supports."
    )
    location: Region = Field(description="Azure region of the service.")
    publisher: Publisher
    units: Annotated[int, Field(ge=1, le=31)] = Field(default=1, description="Scale units of the service.")
    marker: Marker = Field(
        default="gw-", description="Prefix of every id in API Management that Gatewright owns, such as gw-."
    )
    api_path: ApiPath = Field(
        default="openai", description="Path of the API. OpenAI clients of Azure expect it to end in openai."
    )
    subscription_key_header: HeaderName = Field(
        default="api-key",
        description="Header with the tenant's key. A request without a valid key gets 401.",
    )
    metering: Literal["proxy", "direct"] = Field(
        default="proxy",
        description="proxy: every answer is metered by the metering proxy. direct: not rendered yet.",
    )
    on_proxy_down: Literal["fail", "direct"] = Field(
        default="fail",
        description="fail: while the metering proxy is down, clients get 503. direct: not rendered yet.",
    )
    proxy_audience: ApplicationUri | None = Field(
        default=None,
        description="Application id URI of the metering proxy in Entra. With it the gateway's identity gets "
        "a token, which proves that a request comes from the gateway; without it, a shared secret does. "
        "No client sees a difference.",
    )
    proxy_certificate: ProxyCertificate | None = Field(
        default=None,
        description="Client certificate with which the gateway calls the metering proxy. With it, or with "
        "proxyAudience, the shared secret is not sent. No client sees a difference.",
    )
    own_global_policy: bool = Field(
        default=False, description="Whether Gatewright owns the service-wide policy. true: not rendered yet."
    )
    retry: Retry = Field(default_factory=Retry)
    timeout_seconds: Seconds = Field(
        default=120,
        alias="timeout",
        description="How long an attempt may take until its response headers arrive, such as 120s. "
        "After the last attempt the client gets 500 with the code timeout.",
    )
    metric_namespace: MetricNamespace = Field(
        default="gatewright", description="Namespace of the token metrics in Application Insights."
    )
    allowed_host_suffixes: tuple[HostSuffix, ...] = Field(
        default=(),
        description="Host suffixes that endpoint URLs may end with besides Azure OpenAI's own. "
        "The gateway's identity token is sent there.",
    )
    limits: ServiceLimits = Field(default_factory=ServiceLimits)
    tenant_defaults: TenantSettings = Field(
        default_factory=TenantSettings, description="What plans and tenants start from."
    )

    @property
    def host_suffixes(self) -> tuple[str, ...]:
        """Every suffix that an endpoint's host may end with."""
        return (*AZURE_HOST_SUFFIXES, *self.allowed_host_suffixes)

    @field_validator("subscription_key_header")
    @classmethod
    def _header_is_free(cls, value: str) -> str:
        if value.lower().startswith(_NO_KEY_HEADERS):
            raise fault("name", f'"{value}" cannot carry the key', "API Management reads api-key by custom")
        return value

    @field_validator("metering", "on_proxy_down")
    @classmethod
    def _not_direct(cls, value: str) -> str:
        if value == "direct":
            raise fault(
                "not_rendered", "direct is not rendered yet by this version of Gatewright", "remove it"
            )
        return value

    @field_validator("own_global_policy")
    @classmethod
    def _not_global(cls, value: bool) -> bool:
        if value:
            raise fault("not_rendered", "true is not rendered yet by this version of Gatewright", "remove it")
        return value
