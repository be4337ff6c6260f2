"""Tenants and plans: what they name must exist, and what they may use must have a limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gatewright.diagnostics import Diagnostic, Span, nearest
from gatewright.diagnostics.yaml import Node
from gatewright.estate.codes import (
    ABOVE_INT32,
    NO_LIMIT,
    NO_MODEL,
    QUOTA_BELOW_RATE,
    RESERVED_SECRET,
    SHARED_SECRET,
    UNKNOWN_REFERENCE,
)
from gatewright.estate.draft import Draft
from gatewright.estate.quantities import shown
from gatewright.estate.tenants import ModelAccess, Tenant
from gatewright.estate.tiers import lacks

RESERVED_SECRET_PREFIX = "gateway-"
_INT32 = 2**31 - 1


def check_tenants(draft: Draft) -> Iterator[Diagnostic]:
    """References, limits, secrets."""
    for node in draft.sources.plans.values():
        yield from _aliases(draft, node, "models")
        yield from _aliases(draft, node, "ceilings")
    for node in draft.sources.tenants.values():
        yield from _plan(draft, node)
        yield from _aliases(draft, node, "models")
    limited = draft.gateway is None or not lacks(draft.gateway.tier, "token limits")
    for name, tenant in draft.tenants.items():
        node = draft.sources.tenants[name]
        if tenant.plan not in draft.sources.plans:
            continue  # what the plan would have given is unknown
        if not tenant.models:
            message = f'tenant "{name}" may use no model: every call gets 403'
            yield NO_MODEL.at(node.at(["models"]), message, hint="add models: {…}")
        for alias, access in tenant.models.items():
            yield from _limits(node, alias, access, limited)
    yield from _secrets(draft)


def _plan(draft: Draft, node: Node) -> Iterator[Diagnostic]:
    """Read from the node, so that a tenant that is wrong elsewhere is told this, too."""
    named = node.get(["plan"])
    if named is not None and isinstance(named.value, str) and named.value not in draft.names.plans:
        yield _unknown("plan", named.value, draft.names.plans, named.span)


def _aliases(draft: Draft, node: Node, key: str) -> Iterator[Diagnostic]:
    known = draft.names.models
    named = node.get([key])
    for alias, item in named.value.items() if named and isinstance(named.value, Mapping) else ():
        if alias not in known and item.value is not None:
            yield _unknown("model alias", alias, known, node.key_at([key, alias]))


def _unknown(what: str, name: str, known: frozenset[str], place: Span) -> Diagnostic:
    close = nearest(name, sorted(known))
    hint = f"did you mean {close}?" if close else f"declared: {', '.join(sorted(known)) or 'none'}"
    return UNKNOWN_REFERENCE.at(place, f"{shown(name)} is no {what} that is declared", hint=hint)


def _limits(node: Node, alias: str, access: ModelAccess, limited: bool) -> Iterator[Diagnostic]:
    rate, quota = access.tokens_per_minute, access.token_quota
    if rate is None and quota is None:
        if limited:
            hint = "write tokensPerMinute or tokenQuota, here or in the plan"
            message = f'model "{alias}" has neither tokensPerMinute nor tokenQuota'
            yield NO_LIMIT.at(node.key_at(["models", alias]), message, hint=hint)
        return
    if rate is not None and quota is not None and quota.tokens < rate:
        place = node.at(["models", alias, "tokenQuota", "tokens"])
        message = "tokenQuota is smaller than tokensPerMinute: one minute can use it up"
        yield QUOTA_BELOW_RATE.at(place, message, hint="raise the quota, or lower the rate")
    for value, path in (
        (rate, ["models", alias, "tokensPerMinute"]),
        (quota.tokens if quota else None, ["models", alias, "tokenQuota", "tokens"]),
    ):
        if value is not None and value > _INT32:
            message = f"{path[-1]} is above 2,147,483,647, the largest 32-bit integer"
            hint = "API Management does not say that it accepts more"
            yield ABOVE_INT32.at(node.at(path), message, hint=hint)


def _secrets(draft: Draft) -> Iterator[Diagnostic]:
    """One secret, one tenant. Key Vault folds cases."""
    owners: dict[str, str] = {}
    for name, tenant in draft.tenants.items():
        for secret, place in _secrets_of(tenant, draft.sources.tenants[name]):
            folded = secret.casefold()
            if folded.startswith(RESERVED_SECRET_PREFIX):
                message = f'keyVaultSecret "{secret}" is reserved for the platform'
                hint = f"choose a name that does not begin with {RESERVED_SECRET_PREFIX}"
                yield RESERVED_SECRET.at(place, message, hint=hint)
            first = owners.setdefault(folded, name)
            if first != name:
                message = f'keyVaultSecret "{secret}" is the key of tenant "{first}", too'
                yield SHARED_SECRET.at(place, message, hint=f"give it one of its own, such as {name}-key")


def _secrets_of(tenant: Tenant, node: Node) -> Iterator[tuple[str, Span]]:
    for index, access in enumerate(tenant.access):
        if access.subscription_key is not None:
            place = node.at(["access", index, "subscriptionKey", "keyVaultSecret"])
            yield access.subscription_key.key_vault_secret, place
