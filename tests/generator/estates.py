"""Small estates: a configuration written to a folder and loaded as users' own are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from gatewright.estate import Estate, load

GATEWAY: Mapping[str, Any] = {
    "name": "sample-gateway",
    "tier": "StandardV2",
    "location": "westeurope",
    "publisher": {"name": "Sample team", "email": "ai@example.org"},
}
ENDPOINTS: Mapping[str, Any] = {
    "north": {
        "region": "swedencentral",
        "account": "sample-north",
        "breaker": {"failures": 1, "window": "1m", "trip": "30s", "statusCodes": [429, "500-504"]},
        "deployments": {
            "gpt-ptu": {
                "model": "gpt-4.1",
                "version": "2025-04-14",
                "sku": "ProvisionedManaged",
                "capacity": 50,
            },
            "embed": {
                "model": "text-embedding-3-large",
                "version": "1",
                "sku": "GlobalStandard",
                "capacity": 50,
            },
        },
    },
    "south": {
        "region": "francecentral",
        "url": "https://sample-south.openai.azure.com",
        "breaker": {"failures": 3, "window": "5m", "trip": "1h", "retryAfter": False},
        "deployments": {
            "gpt.payg": {"model": "gpt-4.1", "version": "2025-04-14", "sku": "Standard", "capacity": 50}
        },
    },
}
MODELS: Mapping[str, Any] = {
    "chat": {
        "type": "chat",
        "pool": [
            {"endpoint": "north", "deployment": "gpt-ptu", "priority": 1},
            {"endpoint": "south", "deployment": "gpt.payg", "priority": 2, "weight": 50},
        ],
    },
    "embed": {"type": "embeddings", "pool": [{"endpoint": "north", "deployment": "embed"}]},
}
PLAN: Mapping[str, Any] = {"displayName": "Standard"}
TENANT: Mapping[str, Any] = {
    "displayName": "Retail search",
    "owner": {"team": "retail", "contact": "retail@example.org", "costCenter": "4711"},
    "plan": "standard",
    "access": [{"subscriptionKey": {"keyVaultSecret": "retail-search-key"}}],
    "models": {"chat": {"tokensPerMinute": "60k"}},
}


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Two mappings as one; the second wins, nested mappings are merged, None takes a key away."""
    result = dict(base)
    for key, value in over.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), Mapping):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


def estate(
    folder: Path,
    *,
    gateway: Mapping[str, Any] | None = None,
    tenant: Mapping[str, Any] | None = None,
    endpoints: Mapping[str, Any] | None = None,
) -> Estate:
    """The sample estate with changes, loaded from files in a folder. JSON is YAML."""

    def put(path: str, value: Mapping[str, Any]) -> None:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(value), encoding="utf-8")

    put("gateway.yaml", merged(GATEWAY, gateway or {}))
    for name, value in merged(ENDPOINTS, endpoints or {}).items():
        put(f"backends/{name}.yaml", {"endpoint": name, **value})
    for name, value in MODELS.items():
        put(f"backends/{name}.yaml", {"model": name, **value})
    put("plans/standard.yaml", {"plan": "standard", **PLAN})
    put("tenants/retail-search.yaml", {"tenant": "retail-search", **merged(TENANT, tenant or {})})
    put("environments/dev.yaml", {})
    return load(folder, "dev")


def xpath(root: etree._Element, path: str) -> Any:
    """What an XPath finds: elements, texts or one value; which of them, lxml's types cannot say."""
    return root.xpath(path)
