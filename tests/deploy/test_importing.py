"""`gatewright import --live`: an instance that was made by hand becomes an estate that can be checked."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from gatewright.cli.rendering import examine
from gatewright.deploy.limits import limits
from gatewright.diagnostics import Rejected
from tests.deploy.commands import AZD, Result, invoke
from tests.deploy.fake_arm import FakeArm
from tests.deploy.fake_arm.server import SERVICE

GROUP = SERVICE.partition("/providers/")[0]
SUBSCRIPTION = SERVICE.partition("/resourceGroups/")[0]
LIMIT = """<policies><inbound><base />
  <azure-openai-token-limit counter-key="@(context.Subscription.Id)" tokens-per-minute="5000"
    token-quota="1000000" token-quota-period="Monthly" estimate-prompt-tokens="true" />
</inbound><backend><base /></backend><outbound><base /></outbound><on-error><base /></on-error></policies>"""
OWN = """<policies><inbound><base /><set-backend-service backend-id="pool-chat" />
  <rate-limit calls="5" renewal-period="60" />
</inbound><backend><base /></backend><outbound><base /></outbound><on-error><base /></on-error></policies>"""
BREAKER = {
    "rules": [
        {
            "name": "a",
            "failureCondition": {
                "count": 3,
                "interval": "PT1M",
                "statusCodeRanges": [{"min": 429, "max": 429}, {"min": 500, "max": 504}],
            },
            "tripDuration": "PT1M",
            "acceptRetryAfter": True,
        }
    ]
}


def deployment(name: str, model: str, version: str, sku: str, capacity: int) -> dict[str, Any]:
    properties = {"model": {"format": "OpenAI", "name": model, "version": version}}
    return {"name": name, "sku": {"name": sku, "capacity": capacity}, "properties": properties}


@pytest.fixture
def instance(arm: FakeArm, monkeypatch: pytest.MonkeyPatch) -> FakeArm:
    """An AI gateway as people build them in the portal."""
    for name, value in AZD.items():
        monkeypatch.setenv(name, value)
    put = arm.store.put
    for place in ("sweden", "france"):
        url = f"https://sample-{place}.openai.azure.com/openai/deployments/gpt-4.1"
        more = {"circuitBreaker": BREAKER} if place == "sweden" else {}
        put(f"backends/{place}-chat", {"url": url, "protocol": "http", **more})
    put("backends/france-all", {"url": "https://sample-france.openai.azure.com/openai", "protocol": "http"})
    put("backends/search", {"url": "https://search.example.org", "protocol": "http"})
    members = [
        {"id": f"{SERVICE}/backends/sweden-chat", "priority": 1, "weight": 80},
        {"id": f"{SERVICE}/backends/france-chat", "priority": 2, "weight": 20},
    ]
    put("backends/pool-chat", {"type": "Pool", "pool": {"services": members}})
    names = {"header": "api-key", "query": "subscription-key"}
    put("apis/openai", {"displayName": "OpenAI", "path": "openai", "subscriptionKeyParameterNames": names})
    put("apis/echo", {"displayName": "Echo", "path": "echo"})
    put("apis/openai/policies/policy", {"value": OWN})
    put("products/teams", {"displayName": "Teams", "state": "published"})
    put("products/teams/policies/policy", {"value": LIMIT})
    put("products/starter", {"displayName": "Starter", "state": "published"})
    put("namedValues/secret-thing", {"displayName": "secret-thing", "secret": True, "value": "very-secret"})
    put("policyFragments/audit", {"value": "<fragment />"})
    owner = f"{SERVICE}/users/anna"
    for name, title in (("64f0c2aa64f0c2aa64f0c2aa", "Retail Search"), ("support", "Support: bot")):
        put(
            f"subscriptions/{name}",
            {"displayName": title, "scope": "/products/teams", "state": "active", "ownerId": owner},
        )
    put("subscriptions/master", {"displayName": "All", "scope": "/apis", "state": "active"})
    put("subscriptions/old", {"displayName": "Old", "scope": "/products/teams", "state": "cancelled"})
    put("users/anna", {"email": "anna@example.org"})
    accounts = f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/accounts"
    found = []
    for place, region in (("sweden", "swedencentral"), ("france", "francecentral"), ("other", "westus")):
        account = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/sample-{place}"
        endpoint = f"https://sample-{place}.openai.azure.com/"
        found.append({"id": account, "location": region, "properties": {"endpoint": endpoint}})
        items = [deployment("gpt-4.1", "gpt-4.1", "2025-04-14", "DataZoneStandard", 300)]
        if place == "france":
            items.append(deployment("embed", "text-embedding-3-small", "1", "Standard", 350))
            items.append(deployment("ears", "whisper", "001", "Standard", 3))
        arm.others[f"{account}/deployments"] = {"value": items}
    arm.others[accounts] = {"value": found}
    return arm


def imported(arm: FakeArm, folder: Path, root: Path, *words: str) -> Result:
    line = ["--endpoint", arm.url, "--to", str(folder), "--templates", str(root / "policies")]
    return invoke("import", "--live", *line, *words)


def content(folder: Path) -> dict[str, Any]:
    return {
        str(path.relative_to(folder)): yaml.safe_load(path.read_text("utf-8"))
        for path in sorted(folder.rglob("*.yaml"))
    }


def test_an_instance_becomes_an_estate_and_what_is_missing_is_named(
    instance: FakeArm, tmp_path: Path, root: Path
) -> None:
    found = imported(instance, tmp_path / "config", root)
    assert found.fault is None
    files = content(tmp_path / "config")
    assert files["gateway.yaml"] == {
        "name": "sample-apim",
        "tier": "StandardV2",
        "location": "westeurope",
        "publisher": {"name": "Sample AI", "email": "ai@example.org"},
        "units": 2,
        "apiPath": "openai",
        "subscriptionKeyHeader": "api-key",
    }
    assert files["backends/sample-sweden.yaml"] == {
        "endpoint": "sample-sweden",
        "region": "swedencentral",
        "url": "https://sample-sweden.openai.azure.com",
        "breaker": {
            "failures": 3,
            "window": "60s",
            "trip": "60s",
            "retryAfter": True,
            "statusCodes": [429, "500-504"],
        },
        "deployments": {
            "gpt-4.1": {
                "model": "gpt-4.1",
                "version": "2025-04-14",
                "sku": "DataZoneStandard",
                "capacity": 300,
            }
        },
    }
    assert files["backends/chat.yaml"] == {
        "model": "chat",
        "type": "chat",
        "pool": [
            {"endpoint": "sample-sweden", "deployment": "gpt-4.1", "priority": 1, "weight": 80},
            {"endpoint": "sample-france", "deployment": "gpt-4.1", "priority": 2, "weight": 20},
        ],
    }
    assert files["backends/embed.yaml"]["type"] == "embeddings"
    limit = {"tokensPerMinute": 5000, "tokenQuota": {"tokens": 1000000, "per": "month"}}
    assert files["plans/teams.yaml"]["models"] == {"chat": limit, "embed": limit, "gpt-4.1": limit}
    assert files["tenants/retail-search.yaml"] == {
        "tenant": "retail-search",
        "displayName": "Retail Search",
        "owner": {"contact": "anna@example.org"},
        "plan": "teams",
        "access": [{"subscriptionKey": {"keyVaultSecret": "retail-search-key"}}],
    }
    assert sorted(name for name in files if name.startswith("tenants/")) == [
        "tenants/retail-search.yaml",
        "tenants/support.yaml",
    ]
    for words in (
        "apis/echo is not imported",
        "subscriptions/master is not imported: it opens no product",
        "subscriptions/old is not imported: it is cancelled",
        "products/starter is not imported: nobody has subscribed to it",
        "namedValues/secret-thing is not imported",
        "policyFragments/audit is not imported",
        "does set-backend-service, rate-limit",
        "whisper is neither for chat nor for embeddings",
        "backends/search is not imported: it is no Azure OpenAI account",
        "tenants/support.yaml lacks owner.team, owner.costCenter",
    ):
        assert words in found.out, words
    assert found.status == 1
    missing = re.findall(r"([A-Z]{3}\d+) error: (\S+ \S+ \S+)", found.out)
    assert sorted(set(missing)) == [
        ("CFG111", '"costCenter" is missing'),
        ("CFG111", '"team" is missing'),
        ("CHB700", "there is no"),
    ]


def test_once_it_is_completed_it_can_be_checked_and_rendered(
    instance: FakeArm, tmp_path: Path, root: Path
) -> None:
    folder = tmp_path / "config"
    imported(instance, folder, root)
    for file in (folder / "tenants").glob("*.yaml"):
        tenant = yaml.safe_load(file.read_text("utf-8"))
        tenant["owner"] |= {"team": "a team", "costCenter": "4711"}
        file.write_text(yaml.safe_dump(tenant), "utf-8")
    shutil.copytree(root / "config/prices", folder / "prices")
    examined = examine(folder, "dev", root / "policies")
    assert [str(item) for item in examined.found if item.is_error] == []
    assert "policies/products/gw-retail-search.xml" in examined.files


def test_no_secret_is_asked_for_or_written(instance: FakeArm, tmp_path: Path, root: Path) -> None:
    found = imported(instance, tmp_path / "config", root)
    written = "".join(path.read_text("utf-8") for path in (tmp_path / "config").rglob("*.yaml"))
    keys = {value for pair in instance.store.keys.values() for value in pair.values()}
    assert not [value for value in (*keys, "very-secret") if value in written + found.out + found.told]
    assert {method for method, _, _ in instance.calls} == {"GET"}


def test_accounts_that_may_not_be_read_are_named_and_the_rest_is_written(
    instance: FakeArm, tmp_path: Path, root: Path
) -> None:
    instance.options.fail = lambda method, path: 403 if "CognitiveServices" in path else None
    found = imported(instance, tmp_path / "config", root)
    assert found.status == 1
    assert "GET the Azure OpenAI accounts: 403" in found.out
    assert "backends/sample-sweden.yaml lacks region" in found.out
    assert content(tmp_path / "config")["backends/sample-sweden.yaml"]["deployments"] == {"gpt-4.1": {}}


def test_only_an_empty_folder_is_written_to(instance: FakeArm, tmp_path: Path, root: Path) -> None:
    (tmp_path / "mine.yaml").write_text("x")
    fault = imported(instance, tmp_path, root).fault
    assert isinstance(fault, Rejected)
    assert [item.kind.code for item in fault.diagnostics] == ["DEP862"]
    assert instance.calls == []
    assert "--live" in str(invoke("import", "--to", str(tmp_path / "new")).fault)


INSIDE = "<policies><inbound>{}</inbound><backend /><outbound /><on-error /></policies>"


@pytest.mark.parametrize(
    ("text", "rate", "quota", "words"),
    [
        ("", None, None, ()),
        (LIMIT, 5000, 1000000, ()),
        (
            INSIDE.format('<llm-token-limit counter-key="a" tokens-per-minute="@(5)" />'),
            None,
            None,
            ("expression",),
        ),
        (
            INSIDE.format(
                '<choose><when condition="@(true)"><llm-token-limit counter-key="a" '
                'tokens-per-minute="5" /></when></choose>'
            ),
            None,
            None,
            ("choose", "conditions"),
        ),
        ("<policies>", None, None, ("cannot be read",)),
    ],
)
def test_limits_are_carried_over_where_they_are_plain(
    text: str, rate: int | None, quota: int | None, words: tuple[str, ...]
) -> None:
    found = limits(text, "a policy")
    assert (found.tokens_per_minute, found.token_quota) == (rate, quota)
    assert all(word in " ".join(found.reasons) for word in words)
    assert bool(found.reasons) is bool(words)
