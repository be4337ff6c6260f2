"""Endpoints, deployments, and the pools that stand on them."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.diagnostics import Diagnostic, Span, nearest
from gatewright.estate.backends import Endpoint, ModelAlias, PoolMember
from gatewright.estate.codes import (
    BAD_URL,
    BREAKER_NOT_502,
    BREAKER_ON_530,
    ID_COLLISION,
    ID_TOO_LONG,
    NO_FAILOVER,
    POOL_MIXES_MODELS,
    POOL_MIXES_VECTORS,
    POOL_REPEATS,
    POOL_TOO_LARGE,
    UNKNOWN_REFERENCE,
    UNUSED_DEPLOYMENT,
)
from gatewright.estate.draft import Draft
from gatewright.estate.tiers import BACKEND_ID_LENGTH, POOL_MEMBERS

_PROXY_FAULT = 530
_UNREACHABLE = 502


def check_backends(draft: Draft) -> Iterator[Diagnostic]:
    """Hosts, breakers, ids, pool members."""
    for name, endpoint in draft.endpoints.items():
        yield from _host(draft, name, endpoint)
        yield from _breaker(draft, name, endpoint)
    yield from _ids(draft)
    for alias in draft.models.values():
        yield from _pool(draft, alias)
    yield from _unused(draft)


def _host(draft: Draft, name: str, endpoint: Endpoint) -> Iterator[Diagnostic]:
    if endpoint.url is None or draft.gateway is None:
        return
    suffixes = draft.gateway.host_suffixes
    host = endpoint.url.removeprefix("https://")
    if not host.endswith(suffixes):
        place = draft.sources.endpoints[name].at(["url"])
        message = f"url: the host {host} is no host of Azure OpenAI"
        hint = f"it must end with {', '.join(suffixes)}, or with one of gateway.yaml's allowedHostSuffixes"
        yield BAD_URL.at(place, message, hint=hint)


def _breaker(draft: Draft, name: str, endpoint: Endpoint) -> Iterator[Diagnostic]:
    breaker = endpoint.breaker
    if breaker is None:
        return
    place = draft.sources.endpoints[name].at(["breaker", "statusCodes"])
    for low, high in breaker.status_codes:
        if low <= _PROXY_FAULT <= high:
            message = (
                f"statusCodes {low}-{high} cover 530, which the metering proxy answers for its own faults"
            )
            hint = "end the range at 529: a fault of the proxy is no fault of the endpoint"
            yield BREAKER_ON_530.at(place, message, hint=hint)
    if not any(low <= _UNREACHABLE <= high for low, high in breaker.status_codes):
        message = "statusCodes leave out 502, which stands for an endpoint that cannot be reached"
        yield BREAKER_NOT_502.at(place, message, hint="add 500-504")


def _ids(draft: Draft) -> Iterator[Diagnostic]:
    """Backend ids: not too long, and no two the same once they are written as slugs."""
    seen: dict[str, Span] = {}
    for name, endpoint in draft.endpoints.items():
        node = draft.sources.endpoints[name]
        for deployment in endpoint.deployments.values():
            place = node.key_at(["deployments", deployment.name])
            yield from _id(deployment.backend_id, place, seen)
    for alias, model in draft.models.items():
        yield from _id(model.pool_id, draft.sources.models[alias].at(["model"]), seen)


def _id(name: str, place: Span, seen: dict[str, Span]) -> Iterator[Diagnostic]:
    if len(name) > BACKEND_ID_LENGTH:
        message = f"the backend's id {name} has {len(name)} characters, and API Management accepts 80"
        yield ID_TOO_LONG.at(place, message, hint="shorten the endpoint's id or the deployment's name")
    first = seen.setdefault(name, place)
    if first is not place:
        message = f"the backend's id {name} is that of {first}, too"
        yield ID_COLLISION.at(place, message, hint="rename one of them, so that the ids differ")


def _pool(draft: Draft, alias: ModelAlias) -> Iterator[Diagnostic]:
    node = draft.sources.models[alias.alias]
    if len(alias.pool) > POOL_MEMBERS:
        message = f"pool has {len(alias.pool)} members, and API Management accepts {POOL_MEMBERS}"
        yield POOL_TOO_LARGE.at(node.key_at(["pool"]), message, hint="split the alias in two")
    seen: dict[tuple[str, str], int] = {}
    for index, member in enumerate(alias.pool):
        yield from _member(draft, alias, index)
        if seen.setdefault((member.endpoint, member.deployment), index) != index:
            message = f"{member.endpoint}/{member.deployment} stands in this pool already"
            yield POOL_REPEATS.at(node.at(["pool", index]), message, hint="keep one, and raise its weight")
    yield from _models(draft, alias)
    yield from _failover(draft, alias)


def _member(draft: Draft, alias: ModelAlias, index: int) -> Iterator[Diagnostic]:
    node, member = draft.sources.models[alias.alias], alias.pool[index]
    if member.endpoint not in draft.names.endpoints:
        place = node.at(["pool", index, "endpoint"])
        yield _unknown("endpoint", member.endpoint, draft.names.endpoints, place)
        return
    endpoint = draft.endpoints.get(member.endpoint)
    if endpoint is not None and member.deployment not in endpoint.deployments:
        place = node.at(["pool", index, "deployment"])
        what = f'deployment of endpoint "{member.endpoint}"'
        yield _unknown(what, member.deployment, frozenset(endpoint.deployments), place)


def _unknown(what: str, name: str, known: frozenset[str], place: Span) -> Diagnostic:
    close = nearest(name, sorted(known))
    hint = f"did you mean {close}?" if close else f"declared: {', '.join(sorted(known)) or 'none'}"
    return UNKNOWN_REFERENCE.at(place, f'"{name}" is no {what} that is declared', hint=hint)


def _models(draft: Draft, alias: ModelAlias) -> Iterator[Diagnostic]:
    models = sorted({_model(draft, member) for member in alias.pool} - {""})
    if len(models) < 2:
        return
    place = draft.sources.models[alias.alias].key_at(["pool"])
    names = ", ".join(models)
    if alias.type == "embeddings":
        hint = "keep one model: vectors of different models cannot be compared"
        yield POOL_MIXES_VECTORS.at(place, f"pool serves vectors of different models: {names}", hint=hint)
    else:
        hint = "clients cannot tell which model answers; keep one if that matters"
        yield POOL_MIXES_MODELS.at(place, f"pool serves different models: {names}", hint=hint)


def _model(draft: Draft, member: PoolMember) -> str:
    endpoint = draft.endpoints.get(member.endpoint)
    found = endpoint.deployments.get(member.deployment) if endpoint else None
    return found.model if found else ""


def _failover(draft: Draft, alias: ModelAlias) -> Iterator[Diagnostic]:
    """A lower priority group is used only while all breakers of the higher ones are open."""
    lowest = max(member.priority for member in alias.pool)
    for index, member in enumerate(alias.pool):
        endpoint = draft.endpoints.get(member.endpoint)
        if member.priority < lowest and endpoint is not None and endpoint.breaker is None:
            place = draft.sources.models[alias.alias].at(["pool", index])
            message = f'endpoint "{member.endpoint}" has no breaker, so that lower priorities are never used'
            hint = f"add breaker: {{trip: 30s}} to {draft.sources.endpoints[member.endpoint].span.file}"
            yield NO_FAILOVER.at(place, message, hint=hint)


def _unused(draft: Draft) -> Iterator[Diagnostic]:
    members = [member for alias in draft.models.values() for member in alias.pool]
    used = {(member.endpoint, member.deployment) for member in members}
    if draft.names.models - draft.models.keys() or not all(_model(draft, member) for member in members):
        return  # a member that cannot be resolved may have meant any of them
    for name, endpoint in draft.endpoints.items():
        for deployment in endpoint.deployments:
            if (name, deployment) not in used:
                place = draft.sources.endpoints[name].key_at(["deployments", deployment])
                message = f'deployment "{deployment}" serves no model alias'
                yield UNUSED_DEPLOYMENT.at(place, message, hint="add it to a pool, or remove it")
