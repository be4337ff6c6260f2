"""The normal form of each kind: the properties we manage, in one spelling, whoever wrote them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gatewright.deploy.entities import Json, Key, Kind, Properties
from gatewright.deploy.policy_text import canonical
from gatewright.deploy.stamp import described

TLS_CHECKS = ("validateCertificateChain", "validateCertificateName")
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def normal(key: Key, properties: Properties) -> Properties:
    """The managed properties of an entity, our stamp already taken away.

    Raises:
        Rejected: POL2xx for a policy document that cannot be read.
    """
    match key.kind:
        case Kind.NAMED_VALUE:
            return _named_value(properties)
        case Kind.BACKEND | Kind.POOL:
            return _backend(key.kind, properties)
        case Kind.API:
            return _api(properties)
        case Kind.OPERATION:
            return _operation(properties)
        case Kind.PRODUCT:
            return _pick(key.kind, properties, "displayName", "subscriptionRequired", "state")
        case Kind.SUBSCRIPTION:
            scope = _from(str(properties.get("scope") or ""), "/products/")
            return {**_only(properties, "displayName", "state"), "scope": scope}
        case Kind.PRODUCT_API:
            return {}
        case Kind.FRAGMENT:
            return {**_pick(key.kind, properties), "value": canonical(str(properties["value"]), key.path)}
        case _:
            return {"value": canonical(str(properties["value"]), key.path)}


def _only(properties: Properties, *names: str) -> dict[str, Json]:
    return {name: properties.get(name) for name in names}


def _pick(kind: Kind, properties: Properties, *names: str) -> dict[str, Json]:
    text = str(properties.get("description") or "").replace("\r\n", "\n").strip()
    return {**_only(properties, *names), "description": described(kind, text)}


def _named_value(properties: Properties) -> Properties:
    vault = mapping(properties.get("keyVault"))
    return {
        "displayName": properties.get("displayName"),
        "secret": bool(properties.get("secret")),
        "value": None if vault else properties.get("value"),
        "secretIdentifier": str(vault.get("secretIdentifier") or "").rstrip("/") or None,
        "identityClientId": vault.get("identityClientId") or None,
    }


def _backend(kind: Kind, properties: Properties) -> Properties:
    base = _pick(kind, properties)
    pool = mapping(properties.get("pool"))
    if pool:
        members = [
            {
                "id": str(item.get("id", "")).rpartition("/")[2].lower(),
                "priority": item.get("priority"),
                "weight": item.get("weight"),
            }
            for item in mappings(pool.get("services"))
        ]
        members.sort(key=lambda item: str(item["id"]))
        return {**base, "type": "Pool", "services": members}
    rules = mappings(mapping(properties.get("circuitBreaker")).get("rules"))
    return {
        **base,
        "type": properties.get("type") or "Single",
        "url": str(properties.get("url") or "").rstrip("/"),
        "protocol": properties.get("protocol"),
        "rules": [_rule(rule) for rule in rules],
        **_never_ours(properties),
    }


def _never_ours(properties: Properties) -> Properties:
    """What no backend of ours has and a person may add: calls would go elsewhere, or to anybody.

    Of credentials only the kinds are named: a difference is shown.
    """
    tls = mapping(properties.get("tls"))
    unchecked = [name for name in TLS_CHECKS if tls.get(name) is False]
    credentials = [name for name, value in mapping(properties.get("credentials")).items() if value]
    found: dict[str, Json] = {"tlsUnchecked": unchecked, "credentials": sorted(credentials)}
    found["proxy"] = mapping(properties.get("proxy")).get("url")
    return {name: value for name, value in found.items() if value}


def _rule(rule: Properties) -> Properties:
    condition = mapping(rule.get("failureCondition"))
    ranges = [_only(item, "min", "max") for item in mappings(condition.get("statusCodeRanges"))]
    reasons = condition.get("errorReasons")
    return {
        "name": rule.get("name"),
        "count": condition.get("count"),
        "percentage": condition.get("percentage"),
        "interval": seconds(condition.get("interval")),
        "ranges": sorted(ranges, key=str),
        "reasons": sorted(str(item) for item in reasons) if isinstance(reasons, list) else [],
        "trip": seconds(rule.get("tripDuration")),
        "acceptRetryAfter": bool(rule.get("acceptRetryAfter")),
    }


def _api(properties: Properties) -> Properties:
    names = mapping(properties.get("subscriptionKeyParameterNames"))
    protocols = properties.get("protocols")
    address = properties.get("serviceUrl")  # never ours: policies choose the backend
    return {
        **({"serviceUrl": address} if address else {}),
        **_pick(Kind.API, properties, "displayName", "path", "subscriptionRequired"),
        "protocols": sorted(str(item) for item in protocols) if isinstance(protocols, list) else [],
        "header": names.get("header"),
        "query": names.get("query"),
    }


def _operation(properties: Properties) -> Properties:
    names = [str(item.get("name")) for item in mappings(properties.get("templateParameters"))]
    base = _pick(Kind.OPERATION, properties, "displayName", "method", "urlTemplate")
    return {**base, "templateParameters": sorted(names)}


def _from(text: str, mark: str) -> str:
    place = text.find(mark)
    return text[place:] if place >= 0 else text


def seconds(value: Json) -> Json:
    """PT1M and PT60S are the same time.

    >>> seconds("PT1M"), seconds("PT60S"), seconds(None)
    (60, 60, None)
    """
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def mapping(value: Json) -> Mapping[str, Json]:
    """A JSON object, or an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def mappings(value: Json) -> Sequence[Mapping[str, Json]]:
    """The JSON objects of a list."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
