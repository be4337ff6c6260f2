from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gatewright.diagnostics import Rejected
from gatewright.estate import Estate, load
from gatewright.estate.origin import settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module", params=["dev", "prod"])
def example(request: pytest.FixtureRequest) -> Estate:
    return load(ROOT / "config", request.param)


def test_the_example_estate_loads_without_any_finding(example: Estate) -> None:
    assert example.warnings == ()
    assert list(example.models) == ["chat", "chat-small", "embeddings"]
    assert list(example.plans) == ["premium", "standard"]
    assert list(example.tenants) == ["data-platform", "retail-search", "support-assistant"]


def test_the_example_has_four_deployments_in_three_regions_under_names_of_their_own(example: Estate) -> None:
    found = [(e.region, d.name) for e in example.endpoints.values() for d in e.deployments.values()]

    assert len({name for _, name in found}) == 4
    assert len({region for region, _ in found}) == 3
    assert not {name for _, name in found} & example.models.keys()


def test_provisioned_throughput_is_used_first(example: Estate) -> None:
    first, second = example.models["chat"].pool

    assert example.deployment(first).sku.endswith("ProvisionedManaged")
    assert not example.deployment(second).sku.endswith("ProvisionedManaged")
    assert first.priority < second.priority
    assert example.deployment(first).backend_id == "gw-sweden-gpt-41-ptu"
    assert example.models["chat"].pool_id == "gw-pool-chat"


def test_a_tenant_is_merged_from_plan_file_and_environments() -> None:
    dev, prod = load(ROOT / "config", "dev"), load(ROOT / "config", "prod")

    retail = dev.tenants["retail-search"]
    assert list(retail.models) == ["chat", "chat-small"]  # the plan's embeddings are taken away by null
    assert retail.models["chat"].tokens_per_minute == 60_000  # its own
    assert retail.models["chat-small"].tokens_per_minute == 60_000  # the plan's
    assert retail.stream_usage == "hidden"  # the gateway's
    assert retail.expires == dt.date(2027, 3, 31)
    assert retail.budget is not None
    assert (retail.budget.usd, retail.budget.warn_at) == (Decimal(900), (50, 80))
    assert dev.tenants["data-platform"].models["embeddings"].tokens_per_minute == 1_000
    assert prod.tenants["data-platform"].models["embeddings"].tokens_per_minute == 200_000
    assert prod.tenants["support-assistant"].models["chat"].tokens_per_minute == 240_000
    assert prod.endpoints["sweden"].deployments["gpt-41-ptu"].capacity == 100
    assert (dev.gateway.tier, prod.gateway.tier) == ("BasicV2", "StandardV2")


def test_a_models_own_cache_goes_before_the_tenants(example: Estate) -> None:
    tenant = example.tenants["support-assistant"]
    chat, small = tenant.cache_of("chat"), tenant.cache_of("chat-small")

    assert chat is not None
    assert small is not None
    assert (chat.seconds, small.seconds) == (300, 900)
    assert example.tenants["retail-search"].cache_of("chat") is None


def test_every_setting_in_force_tells_its_line() -> None:
    estate = load(ROOT / "config", "dev")
    found = {item.path: (item.value, str(item.origin)) for item in settings(estate, "data-platform")}

    def line(file: str, text: str) -> str:
        lines = (ROOT / "config" / file).read_text(encoding="utf-8").splitlines()
        number, row = next((n, row) for n, row in enumerate(lines, 1) if text in row)
        return f"{ROOT / 'config' / file}:{number}:{row.index(text) + 1}"

    assert found["streamUsage"] == ("hidden", line("gateway.yaml", "hidden "))
    assert found["models.embeddings.tokensPerMinute"] == ("1k", line("environments/dev.yaml", "1k}"))
    assert found["models.embeddings.tokenQuota.tokens"] == ("50M", line("tenants/data-platform.yaml", "50M"))
    assert found["budget.warnAt.0"] == ("75%", line("tenants/data-platform.yaml", "75%"))
    assert not any(path.startswith("models.chat.") for path in found)


def test_an_environment_may_move_a_tenant_to_another_plan(
    apply_case: Callable[..., Path], find: Callable[..., Any]
) -> None:
    config = apply_case(
        {
            "given": {
                "plans/other.yaml": "{plan: other, displayName: O, models: {chat: {tokensPerMinute: 5k}}}",
                "environments/dev.yaml": "tenants: {one: {plan: other}}",
            }
        }
    )
    dev, found = find(config, "dev")
    prod, _ = find(config, "prod")

    assert found == []
    assert dev.tenants["one"].models["chat"].tokens_per_minute == 5_000
    assert prod.tenants["one"].models["chat"].tokens_per_minute == 30_000


def test_an_environment_reaches_tenants_through_defaults_and_plans(
    apply_case: Callable[..., Path], find: Callable[..., Any]
) -> None:
    text = "tenantDefaults: {streamUsage: off}\nplans: {standard: {models: {chat: {tokensPerMinute: 7k}}}}"
    estate, found = find(apply_case({"given": {"environments/dev.yaml": text}}), "dev")

    assert found == []
    assert estate.tenants["one"].stream_usage == "off"
    assert estate.tenants["one"].models["chat"].tokens_per_minute == 7_000


def test_a_pool_has_at_most_thirty_members(apply_case: Callable[..., Path], find: Callable[..., Any]) -> None:
    """Source: https://learn.microsoft.com/azure/api-management/backends (2025-11-20)."""
    model = '{model: gpt-4.1, version: "1", sku: Standard, capacity: 1}'
    deployments = "".join(f"  d{n}: {model}\n" for n in range(10, 41))
    pool = "".join(f"  - {{endpoint: north, deployment: d{n}}}\n" for n in range(10, 41))
    config = apply_case(
        {
            "given": {"backends/chat.yaml": f"model: chat\ntype: chat\npool:\n{pool}"},
            "change": {
                "backends/north.yaml": [
                    '  big: {model: gpt-4.1, version: "2025-04-14", sku: Standard, capacity: 10}\n',
                    deployments,
                ]
            },
        }
    )
    _, found = find(config)

    assert [(item["code"], item["message"], item["place"]) for item in found] == [
        (
            "CFG140 error pool-too-large",
            "pool has 31 members, and API Management accepts 30",
            "config/backends/chat.yaml:3:1",
        )
    ]


def test_the_marker_is_the_beginning_of_every_id(
    apply_case: Callable[..., Path], find: Callable[..., Any]
) -> None:
    estate, _ = find(apply_case({"change": {"gateway.yaml": ["tier:", "marker: team1-\ntier:"]}}))

    assert estate.endpoints["north"].deployments["big"].backend_id == "team1-north-big"
    assert estate.models["chat"].pool_id == "team1-pool-chat"


def test_faults_of_many_files_are_told_in_the_order_of_places(
    apply_case: Callable[..., Path], find: Callable[..., Any]
) -> None:
    config = apply_case(
        {
            "change": {
                "tenants/one.yaml": ["chat: {}", "chat: {x: 1, y: 2}"],
                "plans/standard.yaml": ["30k", "30x"],
                "gateway.yaml": ["StandardV2", "Huge"],
                "backends/north.yaml": ["trip: 30s", "trip: 30"],
            }
        }
    )
    _, found = find(config)

    assert [item["place"] for item in found] == [
        "config/backends/north.yaml:4:17",
        "config/gateway.yaml:2:7",
        "config/plans/standard.yaml:4:27",
        "config/tenants/one.yaml:7:10",
        "config/tenants/one.yaml:7:16",
    ]


def test_a_refusal_says_whether_anything_could_be_read(apply_case: Callable[..., Path]) -> None:
    config = apply_case({"given": {"plans/standard.yaml": "plan: [standard"}})

    with pytest.raises(Rejected) as refusal:
        load(config, "dev")

    assert refusal.value.unreadable


def test_the_folder_of_environments_may_be_none(small_estate: Path) -> None:
    shutil.rmtree(small_estate / "environments")
    (small_estate / "environments").write_text("")

    with pytest.raises(Rejected, match="CFG104: the file cannot be read: Not a directory"):
        load(small_estate, "dev")
