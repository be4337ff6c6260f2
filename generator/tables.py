"""What the workspace has to know beside usage: budgets, limits and deployments, as rows of plain JSON.

Infrastructure puts them behind functions of the workspace (`infra/kql/functions`), always as data, never as
text of a query.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from generator.plan import Plan, endpoint_url
from generator.routes import Json

Rows = Sequence[Mapping[str, Json]]


def tables(plan: Plan, rates: Rows) -> Mapping[str, Json]:
    """The tables of a plan.

    Args:
        plan: what is rendered.
        rates: what a million tokens cost behind each backend and when, as the price files say.
    """
    return {
        "rates": list(rates),
        "budgets": list(_budgets(plan)),
        "limits": list(_limits(plan)),
        "deployments": list(_deployments(plan)),
    }


def first_version_routes(plan: Plan) -> Mapping[str, Json]:
    """The routes as the first version's proxy reads them (`AzureAIProxy:ProxyConfig`).

    It knows deployments, not aliases: a deployment has the endpoints of every pool that it stands in, each
    with its best priority.
    """
    found: dict[str, dict[str, int]] = {}
    for _, model in sorted(plan.estate.models.items()):
        for member in model.pool:
            address = endpoint_url(plan.estate.endpoints[member.endpoint])
            places = found.setdefault(member.deployment, {})
            places[address] = min(places.get(address, member.priority), member.priority)
    return {
        "routes": [
            {"name": name, "endpoints": [{"address": a, "priority": p} for a, p in sorted(places.items())]}
            for name, places in sorted(found.items())
        ]
    }


def _budgets(plan: Plan) -> Iterator[Mapping[str, Json]]:
    for item in plan.products:
        budget = item.tenant.budget
        if budget is not None:
            told = sorted({*budget.warn_at, 100})
            yield {
                "tenant": item.tenant.id,
                "amount": str(budget.usd),
                "per": budget.per,
                "percentages": list(told),
            }


def _limits(plan: Plan) -> Iterator[Mapping[str, Json]]:
    for item in plan.products:
        for alias, access in sorted(item.tenant.models.items()):
            quota = access.token_quota
            if access.tokens_per_minute is not None or quota is not None:
                minute = access.tokens_per_minute
                yield {
                    "tenant": item.tenant.id,
                    "model": alias,
                    **({"tokensPerMinute": minute} if minute is not None else {}),
                    **({"quota": quota.tokens, "per": quota.per} if quota is not None else {}),
                }


def _deployments(plan: Plan) -> Iterator[Mapping[str, Json]]:
    for _, endpoint in sorted(plan.estate.endpoints.items()):
        for name, item in sorted(endpoint.deployments.items()):
            yield {
                "backend": item.backend_id,
                "account": endpoint.id,
                "deployment": name,
                "sku": item.sku,
                "capacity": item.capacity,
            }
