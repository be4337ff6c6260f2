"""What the service itself, by its tier, does not allow."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.diagnostics import Diagnostic
from gatewright.estate.codes import LONG_TIMEOUT, MANY_TENANTS, TIER_LACKS, TIER_STREAMS, TOO_MANY_TENANTS
from gatewright.estate.draft import Draft
from gatewright.estate.gateway import Gateway
from gatewright.estate.tiers import PRODUCTS, lacks

_NEAR = 0.9
_HONOURED_TIMEOUT_SECONDS = 240


def check_service(draft: Draft) -> Iterator[Diagnostic]:
    """Tenants against products of the tier, features against the tier, the timeout."""
    gateway = draft.gateway
    if gateway is None:
        return
    yield from _tenants(draft, gateway)
    yield from _features(draft, gateway)
    if gateway.timeout_seconds > _HONOURED_TIMEOUT_SECONDS:
        # "Values greater than 240 seconds may not be honored." forward-request policy, 2023-10-19
        place = draft.sources.gateway.at(["timeout"])
        hint = "idle connections may be dropped after 240s; write 240s or less"
        yield LONG_TIMEOUT.at(place, "timeout is longer than API Management promises to honour", hint=hint)


def _tenants(draft: Draft, gateway: Gateway) -> Iterator[Diagnostic]:
    own = gateway.limits.products
    limit = own or PRODUCTS[gateway.tier]
    count = len(draft.names.tenants)
    of = "limits.products" if own else f"tier {gateway.tier}"
    place = draft.sources.gateway.at(["limits", "products"] if own else ["tier"])
    message = f"each tenant is a product: there are {count:,}, and {of} allows {limit:,}"
    if count > limit:
        hint = "choose a larger tier, or write limits: {products: …} if Microsoft raised the limit"
        yield TOO_MANY_TENANTS.at(place, message, hint=hint)
    elif count >= _NEAR * limit:
        yield MANY_TENANTS.at(place, message, hint="plan a larger tier or a second gateway")


def _features(draft: Draft, gateway: Gateway) -> Iterator[Diagnostic]:
    tier = gateway.tier
    if lacks(tier, "streamed answers"):
        place = draft.sources.gateway.at(["tier"])
        message = f"tier {tier} does not support server-sent events: streamed answers may break"
        yield TIER_STREAMS.at(place, message, hint="choose another tier")
    if lacks(tier, "circuit breakers"):
        for name, endpoint in draft.endpoints.items():
            if endpoint.breaker is not None:
                node = draft.sources.endpoints[name]
                message = f"breaker: tier {tier} has no circuit breakers"
                yield TIER_LACKS.at(
                    node.key_at(["breaker"]), message, hint="remove it, or choose another tier"
                )
    if not (lacks(tier, "token limits") or lacks(tier, "the built-in cache")):
        return
    for name, tenant in draft.tenants.items():
        node = draft.sources.tenants[name]
        for alias, access in tenant.models.items():
            for key, value in (
                ("tokensPerMinute", access.tokens_per_minute),
                ("tokenQuota", access.token_quota),
            ):
                if value is not None and lacks(tier, "token limits"):
                    message = f"{key}: tier {tier} has no token limits"
                    place = node.key_at(["models", alias, key])
                    yield TIER_LACKS.at(place, message, hint="remove it, or choose another tier")
            if access.cache is not None:
                yield _no_cache(tier, draft, name, ["models", alias, "cache"])
        if tenant.cache is not None:
            yield _no_cache(tier, draft, name, ["cache"])


def _no_cache(tier: str, draft: Draft, tenant: str, path: list[str | int]) -> Diagnostic:
    place = draft.sources.tenants[tenant].key_at(path)
    message = f"cache: tier {tier} has no built-in cache"
    return TIER_LACKS.at(place, message, hint="remove it, or choose another tier")
