"""An instance → the files of an estate to start from, and what has no place in one.

A product becomes a plan, each of its subscriptions a tenant; a backend becomes a deployment of an endpoint, a
pool a model alias. What an instance does not know (cost centers, say) is left out and named, and
`gatewright check` asks for it. No key and no secret is read or written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gatewright.deploy import codes
from gatewright.deploy.entities import Json, Properties
from gatewright.deploy.inventory import Inventory, host_of, region_of
from gatewright.deploy.limits import Limits, limits
from gatewright.deploy.normal import mapping, mappings, seconds
from gatewright.diagnostics import Diagnostic
from gatewright.estate import AZURE_HOST_SUFFIXES

_DEPLOYMENT = re.compile(r"/openai/deployments/([^/]+)")
_TIERS = re.compile(r"Consumption|Developer|(?:Basic|Standard|Premium)(?:V2)?")
_SKUS = re.compile(r"(?:Global|DataZone)?(?:Standard|ProvisionedManaged)")
File = Mapping[str, Json]


@dataclass(slots=True)
class Start:
    """Files by name below the folder, and notes on what is missing or left out."""

    files: dict[str, File] = field(default_factory=dict)
    notes: list[Diagnostic] = field(default_factory=list)

    def leave(self, path: str, reason: str) -> None:
        """Notes that something is not imported."""
        self.notes.append(codes.NOT_IMPORTED.at(None, f"{path} is not imported: {reason}"))

    def lack(self, file: str, what: str, hint: str | None = None) -> None:
        """Notes that a file lacks something."""
        self.notes.append(codes.INCOMPLETE.at(None, f"{file} lacks {what}", hint=hint))


@dataclass(frozen=True, slots=True)
class _Member:
    """A backend: its endpoint's id, and the deployment that its URL names, if it names one."""

    endpoint: str
    deployment: str | None


def start(found: Inventory, environment: str) -> Start:
    """The files of an estate that resembles an instance.

    Args:
        found: the instance.
        environment: of the files, such as dev.
    """
    made = Start(notes=list(found.notes))
    _gateway(found, made)
    made.files[f"environments/{environment}.yaml"] = {}
    members = _endpoints(found, made)
    aliases = _models(found, made, members)
    _plans(found, made, aliases)
    _leave_rest(found, made)
    return made


def name_of(text: str, longest: int = 40) -> str:
    """A text as an id.

    >>> name_of("Retail Search (EU)"), name_of("4711")
    ('retail-search-eu', 'x-4711')
    """
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x"
    plain = plain if plain[0].isalpha() else f"x-{plain}"
    plain = plain[:longest].strip("-")
    return plain if len(plain) > 1 else f"{plain}-x"


def _free(name: str, taken: Mapping[str, object], folder: str) -> str:
    number = 2
    free = name
    while f"{folder}/{free}.yaml" in taken:
        free, number = f"{name}-{number}", number + 1
    return free


def _gateway(found: Inventory, made: Start) -> None:
    service, sku = mapping(found.service.get("properties")), mapping(found.service.get("sku"))
    tier = str(sku.get("name"))
    file: dict[str, Json] = {"name": found.service.get("name")}
    if _TIERS.fullmatch(tier):
        file["tier"] = tier
    else:
        made.lack("gateway.yaml", f"tier: {tier} is none that Gatewright knows")
    file["location"] = region_of(str(found.service.get("location")))
    file["publisher"] = {"name": service.get("publisherName"), "email": service.get("publisherEmail")}
    units = sku.get("capacity")
    if isinstance(units, int) and units > 1:
        file["units"] = units
    api = next((item for item in found.apis.values() if str(item.get("path")).endswith("openai")), None)
    if api:
        header = mapping(api.get("subscriptionKeyParameterNames")).get("header")
        file |= {"apiPath": api.get("path")} | (
            {"subscriptionKeyHeader": str(header).lower()} if header else {}
        )
        path = str(api.get("path"))
        made.leave(
            f"the API at {path}",
            f"Gatewright makes its own; two cannot have one path: change apiPath, or retire {path} first",
        )
    made.files["gateway.yaml"] = file


def _endpoints(found: Inventory, made: Start) -> dict[str, _Member]:
    """Writes the endpoints; the member that each backend is, by its id."""
    members: dict[str, _Member] = {}
    ids: dict[str, str] = {}
    names: dict[str, set[str]] = {}
    breakers: dict[str, Json] = {}
    for name, backend in found.backends.items():
        host = host_of(backend)
        if not mapping(backend.get("pool")) and not host.endswith(AZURE_HOST_SUFFIXES):
            made.leave(f"backends/{name}", "it is no Azure OpenAI account")
        if not host.endswith(AZURE_HOST_SUFFIXES):
            continue
        if host not in ids:
            ids[host] = name_of(host.partition(".")[0], 32)
            names[host] = set(found.accounts[host].deployments) if host in found.accounts else set()
        named = _DEPLOYMENT.search(str(backend.get("url")))
        members[name] = _Member(ids[host], named.group(1) if named else None)
        names[host] |= {named.group(1)} if named else set()
        breaker = _breaker(backend)
        if breaker and breakers.setdefault(host, breaker) != breaker:
            made.leave(
                f"the circuit breaker of backends/{name}", "an endpoint has one, and another came first"
            )
    for host, endpoint in ids.items():
        file = f"backends/{endpoint}.yaml"
        account = found.accounts.get(host)
        shown: dict[str, Json] = {"endpoint": endpoint}
        if account:
            shown["region"] = account.region
        else:
            made.lack(
                file,
                "region, and model, version, sku, capacity of its deployments",
                "az cognitiveservices account deployment list",
            )
        shown["url"] = f"https://{host}"
        if host in breakers:
            shown["breaker"] = breakers[host]
        shown["deployments"] = {
            name: _deployment(account.deployments.get(name, {}) if account else {})
            for name in sorted(names[host])
        }
        made.files[file] = shown
    return members


def _deployment(item: Mapping[str, Json]) -> Mapping[str, Json]:
    model, sku = mapping(mapping(item.get("properties")).get("model")), mapping(item.get("sku"))
    shown = {"model": model.get("name"), "version": model.get("version")}
    shown |= {"sku": sku.get("name"), "capacity": sku.get("capacity")}
    return {name: value for name, value in shown.items() if value is not None}


def _breaker(backend: Properties) -> Mapping[str, Json] | None:
    rules = mappings(mapping(backend.get("circuitBreaker")).get("rules"))
    condition = mapping(rules[0].get("failureCondition")) if rules else {}
    if not condition.get("count"):
        return None
    codes_ = [
        item["min"] if item.get("min") == item.get("max") else f"{item.get('min')}-{item.get('max')}"
        for item in mappings(condition.get("statusCodeRanges"))
    ]
    shown: dict[str, Json] = {"failures": condition["count"]}
    for name, value in (("window", condition.get("interval")), ("trip", rules[0].get("tripDuration"))):
        length = seconds(value)
        if isinstance(length, int) and length:
            shown[name] = f"{length}s"
    shown["retryAfter"] = bool(rules[0].get("acceptRetryAfter"))
    return shown | ({"statusCodes": codes_} if codes_ else {})


def _models(found: Inventory, made: Start, members: Mapping[str, _Member]) -> list[str]:
    """Writes the model aliases: pools first, then every deployment that no alias serves yet."""
    wanted: dict[str, list[Json]] = {}
    pooled: set[str] = set()
    for name, backend in found.backends.items():
        services = mappings(mapping(backend.get("pool")).get("services"))
        if not services:
            continue
        known = [(item, str(item.get("id")).rpartition("/")[2]) for item in services]
        if any(place not in members for _, place in known):
            made.leave(f"backends/{name}", "a member of the pool is no Azure OpenAI account")
            continue
        pooled |= {place for _, place in known}
        for alias, pool in _pool(name, [(item, members[place]) for item, place in known], made):
            wanted.setdefault(alias, pool)
    for name, member in members.items():
        if name not in pooled:
            for deployment in _deployments(made, member):
                row: Json = {"endpoint": member.endpoint, "deployment": deployment}
                wanted.setdefault(_alias(deployment), [row])
    return [alias for alias, pool in wanted.items() if _model(made, alias, pool)]


def _pool(
    name: str, known: list[tuple[Mapping[str, Json], _Member]], made: Start
) -> Iterator[tuple[str, list[Json]]]:
    """The aliases of a pool: itself, or each deployment that all its accounts have."""

    def row(item: Mapping[str, Json], member: _Member, deployment: str) -> Json:
        priority, weight = item.get("priority") or 1, item.get("weight") or 100
        return {"endpoint": member.endpoint, "deployment": deployment, "priority": priority, "weight": weight}

    if all(member.deployment for _, member in known):
        alias = _alias(name.removeprefix("pool-").removesuffix("-pool"))
        yield alias, [row(item, member, member.deployment or "") for item, member in known]
        return
    common = set.intersection(*(set(_deployments(made, member)) for _, member in known))
    if not common:
        made.leave(
            f"backends/{name}", "its members name no deployment, and have none in common that is known"
        )
    for deployment in sorted(common):
        yield _alias(deployment), [row(item, member, deployment) for item, member in known]


def _deployments(made: Start, member: _Member) -> list[str]:
    file = made.files[f"backends/{member.endpoint}.yaml"]
    return [member.deployment] if member.deployment else list(mapping(file.get("deployments")))


def _alias(text: str) -> str:
    """A deployment's name as alias: clients go on calling it so, where its letters admit it."""
    plain = re.sub(r"[^a-z0-9.-]+|\.{2,}", "-", text.lower()).strip("-.")[:40].strip("-.")
    return plain if len(plain) > 1 else f"{plain or 'x'}-x"


def _model(made: Start, alias: str, pool: list[Json]) -> bool:
    first = mapping(pool[0])
    file = mapping(made.files[f"backends/{first.get('endpoint')}.yaml"].get("deployments"))
    model = str(mapping(file.get(str(first.get("deployment")))).get("model") or alias)
    if re.search(r"whisper|tts|dall-e|image|sora|realtime|audio|transcribe", model):
        made.leave(
            f"the deployment {first.get('deployment')}", f"{model} is neither for chat nor for embeddings"
        )
        return False
    kind = "embeddings" if "embed" in model or model.startswith("ada") else "chat"
    name = alias if f"backends/{alias}.yaml" not in made.files else f"{alias}-model"
    made.files[f"backends/{name}.yaml"] = {"model": alias, "type": kind, "pool": pool}
    return True


def _plans(found: Inventory, made: Start, aliases: list[str]) -> None:
    by_product: dict[str, list[tuple[str, Properties]]] = {}
    for name, item in found.subscriptions.items():
        scope = str(item.get("scope") or "")
        product = scope.rpartition("/products/")[2] if "/products/" in scope else ""
        if item.get("state") != "active":
            made.leave(f"subscriptions/{name}", f"it is {item.get('state')}")
        elif product not in found.products:
            made.leave(f"subscriptions/{name}", "it opens no product: a tenant needs one")
        else:
            by_product.setdefault(product, []).append((name, item))
    for product, properties in found.products.items():
        held = by_product.get(product, [])
        if not held:
            made.leave(f"products/{product}", "nobody has subscribed to it")
            continue
        _plan(found, made, aliases, product, properties)
        for name, item in held:
            _tenant(found, made, product, name if len(held) > 1 else product, item)


def _plan(found: Inventory, made: Start, aliases: list[str], product: str, properties: Properties) -> None:
    path = f"products/{product}/policies/policy"
    read = limits(found.documents.get(path, ""), path)
    made.notes.extend(codes.NOT_IMPORTED.at(None, f"{path}: {reason}") for reason in read.reasons)
    plan = name_of(product)
    made.files[f"plans/{plan}.yaml"] = {
        "plan": plan,
        "displayName": str(properties.get("displayName") or product)[:100],
        "models": {alias: _access(read) for alias in aliases},
    }
    if aliases and read.found:
        made.notes.append(
            codes.NOT_IMPORTED.at(
                None, f"{path} limits all models together; plans/{plan}.yaml gives each model that much"
            )
        )


def _access(read: Limits) -> Mapping[str, Json]:
    shown: dict[str, Json] = {}
    if read.tokens_per_minute:
        shown["tokensPerMinute"] = read.tokens_per_minute
    if read.token_quota and read.period:
        shown["tokenQuota"] = {"tokens": read.token_quota, "per": read.period}
    return shown


def _tenant(found: Inventory, made: Start, product: str, name: str, item: Properties) -> None:
    title = str(item.get("displayName") or name)
    readable = title if re.fullmatch(r"[0-9a-f]{20,}", name) else name
    tenant = _free(name_of(readable), made.files, "tenants")
    file = f"tenants/{tenant}.yaml"
    contact = found.owners.get(str(item.get("ownerId")))
    made.files[file] = {
        "tenant": tenant,
        "displayName": title[:100],
        "owner": {"contact": contact} if contact else {},
        "plan": name_of(product),
        "access": [{"subscriptionKey": {"keyVaultSecret": f"{tenant}-key"}}],
    }
    made.lack(file, f"{'' if contact else 'owner.contact, '}owner.team, owner.costCenter")


def _leave_rest(found: Inventory, made: Start) -> None:
    for path, text in found.documents.items():
        if path.startswith("products/"):
            continue  # told with its plan
        words = limits(text, path).elements
        if words:
            made.leave(path, f"it does {', '.join(words)}, which an estate does not say")
    for name in found.fragments:
        made.leave(
            f"policyFragments/{name}", "policies are made from templates; policies/local/ takes your own"
        )
    for name in found.named_values:
        made.leave(f"namedValues/{name}", "an estate holds no values for policies; it may hold a secret")
    for name, api in found.apis.items():
        if not str(api.get("path")).endswith("openai"):
            made.leave(f"apis/{name}", "it is no OpenAI API; it stays as it is")
