"""The plan as routes of the metering proxy: `proxy/routes.json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from generator.plan import Member, Plan

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]


def routes(plan: Plan) -> Mapping[str, Json]:
    """Routes by backend id, the hosts they may lead to, and what the proxy must know about each tenant."""
    return {
        "version": 1,
        "routes": {member.id: _route(member) for member in plan.members},
        "allowedHostSuffixes": list(plan.estate.gateway.host_suffixes),
        "tenants": {item.tenant.id: {"streamUsage": item.tenant.stream_usage} for item in plan.products},
    }


def _route(member: Member) -> Mapping[str, Json]:
    return {
        "endpoint": member.url,
        "deployment": member.deployment.name,
        "model": member.deployment.model,
        "region": member.endpoint.region,
        "provider": member.endpoint.provider,
        "models": list(member.aliases),
    }
