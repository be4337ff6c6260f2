from __future__ import annotations

from pathlib import Path

from generator.plan import plan
from generator.routes import routes
from tests.generator.estates import estate


def test_a_route_is_an_endpoint_and_a_deployment(tmp_path: Path) -> None:
    assert routes(plan(estate(tmp_path)))["routes"] == {
        "gw-north-embed": {
            "endpoint": "https://<endpoint.north>",
            "deployment": "embed",
            "model": "text-embedding-3-large",
            "region": "swedencentral",
            "provider": "azure.ai.openai",
            "models": ["embed"],
        },
        "gw-north-gpt-ptu": {
            "endpoint": "https://<endpoint.north>",
            "deployment": "gpt-ptu",
            "model": "gpt-4.1",
            "region": "swedencentral",
            "provider": "azure.ai.openai",
            "models": ["chat"],
        },
        "gw-south-gpt-payg": {
            "endpoint": "https://sample-south.openai.azure.com",
            "deployment": "gpt.payg",
            "model": "gpt-4.1",
            "region": "francecentral",
            "provider": "azure.ai.openai",
            "models": ["chat"],
        },
    }


def test_the_allowed_hosts_are_azures_own_and_those_of_the_gateway(tmp_path: Path) -> None:
    found = routes(plan(estate(tmp_path, gateway={"allowedHostSuffixes": [".openai.example.org"]})))
    assert found["allowedHostSuffixes"] == [
        ".openai.azure.com",
        ".cognitiveservices.azure.com",
        ".services.ai.azure.com",
        ".openai.example.org",
    ]


def test_the_proxy_is_told_what_to_do_with_each_tenants_streams(tmp_path: Path) -> None:
    found = routes(plan(estate(tmp_path, tenant={"streamUsage": "visible"})))
    assert found["tenants"] == {"retail-search": {"streamUsage": "visible"}}
