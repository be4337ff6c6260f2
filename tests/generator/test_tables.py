from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.estate import load
from generator.plan import Plan, plan
from generator.tables import first_version_routes, tables


@pytest.fixture
def example(root: Path) -> Plan:
    return plan(load(root / "config", "dev"))


def test_budgets_tell_their_percentages_and_the_whole(example: Plan) -> None:
    assert tables(example, ())["budgets"] == [
        {"tenant": "data-platform", "amount": "250", "per": "month", "percentages": [75, 100]},
        {"tenant": "retail-search", "amount": "900", "per": "month", "percentages": [50, 80, 100]},
        {"tenant": "support-assistant", "amount": "4000", "per": "month", "percentages": [80, 100]},
    ]


def test_limits_are_those_in_force(example: Plan) -> None:
    limits = tables(example, ())["limits"]
    assert isinstance(limits, list)
    assert {"tenant": "support-assistant", "model": "embeddings", "tokensPerMinute": 240_000} in limits
    assert {
        "tenant": "retail-search",
        "model": "chat",
        "tokensPerMinute": 60_000,
        "quota": 400_000_000,
        "per": "month",
    } in limits


def test_deployments_are_named_by_their_backend(example: Plan) -> None:
    deployments = tables(example, ())["deployments"]
    assert isinstance(deployments, list)
    assert {
        "backend": "gw-sweden-gpt-41-ptu",
        "account": "sweden",
        "deployment": "gpt-41-ptu",
        "sku": "ProvisionedManaged",
        "capacity": 50,
    } in deployments


def test_the_first_versions_proxy_gets_deployments_with_priorities(example: Plan) -> None:
    """source: Azure/enterprise-azureai 3e6c97f, infra/main.bicep, `proxyConfig`."""
    found = first_version_routes(example)["routes"]
    assert isinstance(found, list)
    assert {
        "name": "gpt-4.1-standard",
        "endpoints": [{"address": "https://<endpoint.westeurope>", "priority": 2}],
    } in found
