"""A plan's ceilings: the most that a tenant's own file may set."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.diagnostics import Diagnostic, Span
from gatewright.diagnostics.yaml import Node
from gatewright.estate.codes import ABOVE_CEILING
from gatewright.estate.draft import Draft
from gatewright.estate.tenants import Ceiling, ModelAccess, TokenQuota

_HOURS = {"hour": 1, "day": 24, "week": 7 * 24, "month": 31 * 24, "year": 366 * 24}


def check_ceilings(draft: Draft) -> Iterator[Diagnostic]:
    """Each limit of each tenant against its plan."""
    for name, tenant in draft.tenants.items():
        plan = draft.plans.get(tenant.plan)
        if plan is None:
            continue
        for alias, ceiling in plan.ceilings.items():
            access = tenant.models.get(alias)
            if access is not None:
                check = _Check(draft.sources.tenants[name], draft.sources.plans[plan.id], plan.id, alias)
                yield from check.rate(access, ceiling)
                yield from check.quota(access, ceiling)


class _Check:
    """One tenant's access to one model against one ceiling."""

    def __init__(self, tenant: Node, plan: Node, plan_id: str, alias: str) -> None:
        self.tenant, self.plan, self.plan_id, self.alias = tenant, plan, plan_id, alias

    def rate(self, access: ModelAccess, ceiling: Ceiling) -> Iterator[Diagnostic]:
        most, asked = ceiling.tokens_per_minute, access.tokens_per_minute
        if most is None:
            return
        most_text = _written(self.plan, ["ceilings", self.alias, "tokensPerMinute"])
        place = self.ceiling("tokensPerMinute")
        if asked is None:
            yield self.absent("tokensPerMinute", most_text, place)
        elif asked > most:
            path = ["models", self.alias, "tokensPerMinute"]
            text = f"tokensPerMinute {_written(self.tenant, path)} exceeds the ceiling {most_text}"
            yield self.above(text, self.tenant.at(path), place)

    def quota(self, access: ModelAccess, ceiling: Ceiling) -> Iterator[Diagnostic]:
        most, asked = ceiling.token_quota, access.token_quota
        if most is None:
            return
        most_text = self.quota_text(self.plan, ["ceilings", self.alias], most)
        place = self.ceiling("tokenQuota")
        if asked is None:
            yield self.absent("tokenQuota", most_text, place)
        elif largest(asked, most.per) > most.tokens:
            asked_text = self.quota_text(self.tenant, ["models", self.alias], asked)
            text = f"tokenQuota {asked_text} exceeds the ceiling {most_text}"
            yield self.above(text, self.tenant.at(["models", self.alias, "tokenQuota", "tokens"]), place)

    def quota_text(self, node: Node, path: list[str], quota: TokenQuota) -> str:
        return f"{_written(node, [*path, 'tokenQuota', 'tokens'])} per {quota.per}"

    def ceiling(self, key: str) -> Span:
        return self.plan.key_at(["ceilings", self.alias, key])

    def above(self, text: str, place: Span, ceiling: Span) -> Diagnostic:
        return ABOVE_CEILING.at(place, f'{text} of plan "{self.plan_id}"', hint=_hint("lower it", ceiling))

    def absent(self, key: str, most: str, ceiling: Span) -> Diagnostic:
        message = f'model "{self.alias}" has no {key}, and plan "{self.plan_id}" has a ceiling of {most}'
        place = self.tenant.key_at(["models", self.alias])
        return ABOVE_CEILING.at(place, message, hint=_hint(f"set {key}", ceiling))


def _hint(first: str, ceiling: Span) -> str:
    return f"{first}, or ask the platform team to raise the ceiling in {ceiling.file}:{ceiling.line}"


def _written(node: Node, path: list[str]) -> str:
    found = node.get(path)
    return str(found.value) if found is not None else ""


def largest(quota: TokenQuota, per: str) -> int:
    """The most tokens that a quota allows within one period of another kind.

    A longer quota may be used up within the period; a shorter one begins anew in it (weeks once more).
    """
    own, other = _HOURS[quota.per], _HOURS[per]
    if own >= other:
        return quota.tokens
    times = -(-other // own)
    return quota.tokens * (times + 1 if quota.per == "week" else times)
