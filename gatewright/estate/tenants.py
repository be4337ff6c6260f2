"""`config/plans/*.yaml` and `config/tenants/*.yaml`: who may use which model, and how much of it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from gatewright.estate.declared import (
    Alias,
    CalendarPeriod,
    Date,
    Declared,
    Dollars,
    NotRendered,
    Percent,
    PlanId,
    Seconds,
    SecretName,
    TenantId,
    Text,
    Tokens,
    fault,
)

MAX_CACHE_SECONDS = 7 * 86_400


class TokenQuota(Declared):
    """Tokens per calendar period (UTC)."""

    tokens: Tokens = Field(
        description="Tokens in one period, such as 400M. When they are used up the client gets 403 with "
        "Retry-After until the period ends. Counted per gateway region after each answer, so that calls "
        "already under way go over."
    )
    per: CalendarPeriod = Field(
        description="The period: it begins and ends by the UTC calendar, never rolling."
    )


class ResponseCache(Declared):
    """Exact cache of answers that were not streamed."""

    seconds: Annotated[Seconds, Field(ge=1, le=MAX_CACHE_SECONDS)] = Field(
        alias="ttl",
        description="How long an answer is kept, 1s to 7d. The same request of the same tenant gets the same "
        "answer again, and costs no tokens. Streams, errors and answers above 2 MiB are never cached.",
    )


class ModelAccess(Declared):
    """A model that a tenant may use, and how much of it."""

    tokens_per_minute: Tokens | None = Field(
        default=None,
        description="Tokens per minute, such as 60k. Above them the client gets 429 with Retry-After. "
        "Counted per gateway region and, without estimation, after each answer.",
    )
    token_quota: TokenQuota | None = Field(default=None, description="Tokens per calendar period; then 403.")
    estimate_prompt_tokens: bool = Field(
        default=False,
        description="Whether prompts are estimated before the call: a prompt above the limit is refused with "
        "429 instead of being answered once; costs time on each call.",
    )
    cache: ResponseCache | None = Field(
        default=None, description="Overrides the tenant's cache for this model."
    )
    semantic_cache: NotRendered = Field(default=None, description="Not rendered yet: refused.")
    content_safety: NotRendered = Field(default=None, description="Not rendered yet: refused.")


class Budget(Declared):
    """What a tenant plans to spend. API Management knows no money: reports warn, no call is refused."""

    usd: Dollars = Field(description="US dollars per period. Nothing is refused when they are spent.")
    per: CalendarPeriod = Field(description="The period, by the UTC calendar.")
    warn_at: tuple[Percent, ...] = Field(
        default=(), description="Shares of the budget at which reports warn, such as [50%, 80%]."
    )

    @field_validator("warn_at")
    @classmethod
    def _ascending(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if list(value) != sorted(set(value)):
            raise fault("value", "must ascend, each percentage once", "such as [50%, 80%]")
        return value


class TenantSettings(Declared):
    """What the gateway's defaults, a plan and a tenant may all set; the later one wins."""

    models: dict[Alias, ModelAccess] = Field(
        default_factory=dict,
        description="The models a tenant may use, by alias; any other model gets 403. null takes one away.",
    )
    cache: ResponseCache | None = Field(default=None, description="Exact cache of answers, for all models.")
    stream_usage: Literal["hidden", "visible", "off"] = Field(
        default="hidden",
        description="hidden: streams are metered exactly and look as without metering. visible: clients see "
        "the usage chunk, too. off: streams are left alone and, where they carry no usage, estimated.",
    )
    budget: Budget | None = Field(default=None, description="Planned spending; reports warn.")
    semantic_cache: NotRendered = Field(default=None, description="Not rendered yet: refused.")
    content_safety: NotRendered = Field(default=None, description="Not rendered yet: refused.")


class Ceiling(Declared):
    """The most that a tenant of a plan may be given of one model."""

    tokens_per_minute: Tokens | None = Field(default=None, description="Highest tokensPerMinute of a tenant.")
    token_quota: TokenQuota | None = Field(default=None, description="Highest tokenQuota of a tenant.")


class Plan(TenantSettings):
    """What most tenants share, and the ceilings for those that ask for more."""

    id: PlanId = Field(alias="plan", description="The plan's id; the file is called so.")
    display_name: Text = Field(max_length=100, description="The plan's name for people.")
    description: Text | None = Field(default=None, max_length=1_000, description="What the plan is for.")
    ceilings: dict[Alias, Ceiling] = Field(
        default_factory=dict, description="By alias: the most that a tenant's own file may set."
    )


class Owner(Declared):
    """Who answers for a tenant, and who pays."""

    team: Text = Field(max_length=100, description="The team.")
    contact: Text = Field(max_length=200, description="How to reach it, such as an email address.")
    cost_center: Text = Field(max_length=100, description='Where its cost is booked, quoted: "4711".')


class SubscriptionKey(Declared):
    """A subscription of API Management, whose key lies in Key Vault."""

    key_vault_secret: SecretName = Field(description="Name of the Key Vault secret that holds the key.")


class Access(Declared):
    """One way of a tenant to prove who it is."""

    subscription_key: SubscriptionKey | None = Field(
        default=None,
        description="A key in the gateway's key header. Without a valid one the client gets 401.",
    )
    entra: NotRendered = Field(default=None, description="Not rendered yet: refused.")

    @model_validator(mode="after")
    def _says_how(self) -> Self:
        if self.subscription_key is None:
            raise fault("value", "says no way of access", "write subscriptionKey: {keyVaultSecret: …}")
        return self


class Tenant(TenantSettings):
    """A tenant with everything that is in force for it."""

    more_keys: ClassVar[tuple[str, ...]] = ("environments",)

    id: TenantId = Field(alias="tenant", description="The tenant's id; the file is called so.")
    display_name: Text = Field(max_length=100, description="The tenant's name for people.")
    owner: Owner
    plan: PlanId = Field(description="The plan, see plans/.")
    access: tuple[Access, ...] = Field(min_length=1, description="How the tenant proves who it is.")
    expires: Date | None = Field(
        default=None,
        description="The last day (UTC) on which the tenant is served. Afterwards its clients get 403.",
    )
    formerly: NotRendered = Field(default=None, description="Not rendered yet: refused.")

    @field_validator("access")
    @classmethod
    def _one_key(cls, value: tuple[Access, ...]) -> tuple[Access, ...]:
        if len(value) > 1:
            raise fault(
                "not_rendered", "with more than one entry is not rendered yet by this version", "keep one key"
            )
        return value

    def cache_of(self, alias: str) -> ResponseCache | None:
        """The cache in force for one of the tenant's models: its own, else the tenant's."""
        return self.models[alias].cache or self.cache
