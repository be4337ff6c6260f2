"""`config/backends/*.yaml`: endpoints with their deployments, and the pool that serves each model alias.

Sources: API Management's contract for backends, api-version 2024-05-01; pools, priorities and breakers,
https://learn.microsoft.com/azure/api-management/backends (2025-11-20).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, PrivateAttr, WithJsonSchema, model_validator

from gatewright.estate.declared import (
    AccountName,
    Alias,
    Declared,
    DeploymentName,
    EndpointId,
    ModelName,
    ModelVersion,
    Region,
    Seconds,
    fault,
    reading,
)
from gatewright.estate.quantities import shown
from gatewright.estate.texts import slug

Sku = Literal[
    "Standard",
    "DataZoneStandard",
    "GlobalStandard",
    "ProvisionedManaged",
    "DataZoneProvisionedManaged",
    "GlobalProvisionedManaged",
]

DEFAULT_MARKER = "gw-"


def read_status_codes(value: object) -> tuple[int, int]:
    """A status code or a range of them, both ends included.

    >>> read_status_codes("500-504")
    (500, 504)
    """
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    found = re.fullmatch(r"([2-5][0-9]{2})(?:-([2-5][0-9]{2}))?", text, re.ASCII)
    low, high = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if low > high:
        raise ValueError(
            f"{shown(value)} is no range of status codes", "write 429 or 500-504, from 200 to 599"
        )
    return low, high


def read_url(value: object) -> str:
    """An endpoint's URL: https, a host name and nothing else; given back without a slash at the end."""
    text = value if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as refusal:
        raise ValueError(
            f"{shown(value)} is not a URL", "such as https://sample.openai.azure.com"
        ) from refusal
    if parts.scheme != "https" or not text.startswith("https://"):
        raise ValueError(
            f"{shown(value)} does not begin with https://", "endpoints are reached by https only"
        )
    for what, there in (
        ("user name or password", "@" in parts.netloc),
        ("port", port is not None or parts.netloc.endswith(":")),
        ("query", "?" in text),
        ("fragment", "#" in text),
        ("path", parts.path not in ("", "/")),
    ):
        if there:
            raise ValueError(f"{shown(value)} has a {what}", "write scheme and host alone: https://host")
    if not re.fullmatch(
        r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?(?:\.[a-z0-9-]{1,63})+", parts.netloc, re.ASCII
    ):
        raise ValueError(
            f"{shown(value)} has no proper host name", "lower-case letters, digits, hyphens and dots"
        )
    return f"https://{parts.netloc}"


StatusCodes = Annotated[
    tuple[int, int],
    reading("value", read_status_codes),
    WithJsonSchema(
        {
            "type": ["integer", "string"],
            "minimum": 200,
            "maximum": 599,
            "pattern": "^[2-5][0-9]{2}(-[2-5][0-9]{2})?$",
        }
    ),
]
EndpointUrl = Annotated[
    str,
    reading("url", read_url),
    WithJsonSchema({"type": "string", "pattern": r"^https://[a-z0-9-]+(\.[a-z0-9-]+)+/?$"}),
]


class Breaker(Declared):
    """When a deployment is left out of its pools for a while.

    Each gateway instance counts for itself, so that thresholds are approximate. API Management documents one
    rule for a backend, and sets no upper bound on a Retry-After that it honours.
    """

    failures: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=1, description="Failures within the window that open the breaker."
    )
    window_seconds: Annotated[Seconds, Field(ge=1)] = Field(
        default=60, alias="window", description="How long a failure counts, such as 1m."
    )
    trip_seconds: Annotated[Seconds, Field(ge=1)] = Field(
        default=30,
        alias="trip",
        description="How long the breaker stays open when the answer says no Retry-After, such as 30s. While "
        "every breaker of a pool is open, clients get 503.",
    )
    retry_after: bool = Field(
        default=True,
        description="Whether it stays open as long as the answer's Retry-After says; without bound.",
    )
    status_codes: tuple[StatusCodes, ...] = Field(
        default=((429, 429), (500, 504)),
        min_length=1,
        max_length=10,
        description="Status codes that count as failures: 429 or 500-504.",
    )


class Deployment(Declared):
    """A model deployment of an Azure OpenAI account. Its name is its key in `deployments`."""

    model: ModelName = Field(description="The model, such as gpt-4.1.")
    version: ModelVersion = Field(description='The model\'s version, quoted: "2025-04-14".')
    sku: Sku = Field(
        description="How capacity is bought: pay-as-you-go (…Standard) or provisioned (…Managed)."
    )
    capacity: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        description="Thousands of tokens per minute (…Standard), or provisioned throughput units (…Managed)."
    )

    _name: str = PrivateAttr(default="")
    _backend_id: str = PrivateAttr(default="")

    @property
    def name(self) -> str:
        """The deployment's name in Azure."""
        return self._name

    @property
    def backend_id(self) -> str:
        """The id of its backend in API Management: marker, endpoint and the slug of its name."""
        return self._backend_id


class Endpoint(Declared):
    """An Azure OpenAI account in one region."""

    id: EndpointId = Field(alias="endpoint", description="The endpoint's id; the file is called so.")
    provider: Literal["azure.ai.openai"] = Field(
        default="azure.ai.openai", description="Who serves it, as OpenTelemetry names it."
    )
    region: Region = Field(description="The account's Azure region, such as swedencentral.")
    url: EndpointUrl | None = Field(default=None, description="https URL of an account that exists already.")
    account: AccountName | None = Field(
        default=None, description="Name of an account that the infrastructure of this repository provisions."
    )
    breaker: Breaker | None = Field(
        default=None, description="When its deployments are left out. Without it, pools never fail over."
    )
    deployments: dict[DeploymentName, Deployment] = Field(
        min_length=1, description="Its deployments, by name."
    )

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if (self.url is None) == (self.account is None):
            raise fault(
                "value",
                "needs either url (an account that exists) or account (one that is provisioned)",
                "write one of the two",
            )
        return self

    def model_post_init(self, context: object) -> None:
        """Tell each deployment its name and its backend's id."""
        for name, deployment in self.deployments.items():
            deployment._name = name
            deployment._backend_id = f"{_marker(context)}{self.id}-{slug(name)}"


class PoolMember(Declared):
    """A deployment that serves an alias."""

    endpoint: EndpointId = Field(description="The endpoint's id.")
    deployment: DeploymentName = Field(description="The deployment's name.")
    priority: Annotated[int, Field(ge=1, le=100)] = Field(
        default=1,
        description="1 is tried first. A higher number is used only while the breakers of all lower ones "
        "are open.",
    )
    weight: Annotated[int, Field(ge=1, le=100)] = Field(
        default=100, description="Its share among members of the same priority."
    )


def _read_type(value: object) -> object:
    known = ("responses", "completions", "images", "audio", "realtime", "batch", "rerank")
    if value in known:
        raise ValueError(
            f'"{value}" is not rendered yet by this version of Gatewright', "use chat or embeddings"
        )
    return value


class ModelAlias(Declared):
    """The name under which clients ask for a model, and the deployments behind it."""

    alias: Alias = Field(
        alias="model", description="What clients write as deployment or model; the file is called so."
    )
    type: Annotated[Literal["chat", "embeddings"], reading("not_rendered", _read_type)] = Field(
        description="The API that it speaks."
    )
    pool: tuple[PoolMember, ...] = Field(
        min_length=1, description="The deployments that serve it, at most 30."
    )

    _pool_id: str = PrivateAttr(default="")

    @property
    def pool_id(self) -> str:
        """The id of its backend pool in API Management."""
        return self._pool_id

    def model_post_init(self, context: object) -> None:
        """Make the pool's id."""
        self._pool_id = f"{_marker(context)}pool-{slug(self.alias)}"


def _marker(context: object) -> str:
    return str(context["marker"]) if isinstance(context, Mapping) else DEFAULT_MARKER
