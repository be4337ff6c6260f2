from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from generator.plan import Plan, plan
from tests.generator.estates import estate


def test_only_deployments_that_serve_an_alias_become_backends(tmp_path: Path) -> None:
    extra = {"spare": {"model": "gpt-4.1", "version": "2025-04-14", "sku": "Standard", "capacity": 1}}
    found = plan(estate(tmp_path, endpoints={"south": {"deployments": extra}}))
    assert [member.id for member in found.members] == [
        "gw-north-embed",
        "gw-north-gpt-ptu",
        "gw-south-gpt-payg",
    ]


def test_every_id_carries_the_marker(tmp_path: Path) -> None:
    found = plan(estate(tmp_path, gateway={"marker": "ai-"}))
    ids = [
        found.api_id,
        found.fragment_ids.model,
        found.named_values.proof,
        found.products[0].id,
        *(member.id for member in found.members),
        *(pool.pool_id for pool in found.pools),
    ]
    assert [name for name in ids if not name.startswith("ai-")] == []


@pytest.mark.parametrize(
    ("expires", "closes"),
    [
        (None, None),
        ("2027-03-31", dt.date(2027, 4, 1)),
        ("2028-02-28", dt.date(2028, 2, 29)),
        ("2027-12-31", dt.date(2028, 1, 1)),
        ("9999-12-31", None),
    ],
)
def test_a_tenant_is_refused_from_the_day_after_its_last(
    tmp_path: Path, expires: str | None, closes: dt.date | None
) -> None:
    found = plan(estate(tmp_path, tenant={"expires": expires}))
    assert found.products[0].closes == closes


@pytest.mark.parametrize(
    ("period", "spelling"),
    [("hour", "Hourly"), ("day", "Daily"), ("week", "Weekly"), ("month", "Monthly"), ("year", "Yearly")],
)
def test_quota_periods_are_spelt_as_the_policy_spells_them(
    tmp_path: Path, period: str, spelling: str
) -> None:
    models = {"chat": {"tokensPerMinute": 1000, "tokenQuota": {"tokens": "400M", "per": period}}}
    allowed = plan(estate(tmp_path, tenant={"models": models})).products[0].models[0]
    assert (allowed.token_quota, allowed.token_quota_period) == (400_000_000, spelling)


def caches(found: Plan) -> dict[str, int | None]:
    return {model.alias: model.cache_seconds for model in found.products[0].models}


def test_a_models_own_cache_wins_over_the_tenants(tmp_path: Path) -> None:
    models = {"chat": {"cache": {"ttl": "15m"}}, "embed": {"tokensPerMinute": 1000}}
    found = plan(estate(tmp_path, tenant={"cache": {"ttl": "5m"}, "models": models}))
    assert caches(found) == {"chat": 900, "embed": 300}
    assert found.caches


def test_without_any_cache_there_is_none_in_the_plan(tmp_path: Path) -> None:
    found = plan(estate(tmp_path))
    assert caches(found) == {"chat": None}
    assert not found.caches


def test_each_tenant_and_model_has_a_counter_of_its_own(tmp_path: Path) -> None:
    models = {"embed": {"tokensPerMinute": 1000}}
    found = plan(estate(tmp_path, tenant={"models": models})).products[0]
    assert [model.counter_key for model in found.models] == [
        "gw-retail-search:chat",
        "gw-retail-search:embed",
    ]


def test_operations_are_told_apart_by_the_kind_of_model(tmp_path: Path) -> None:
    found = plan(estate(tmp_path))
    assert found.operations_of("chat") == ("chat-completions", "v1-chat-completions")
    assert found.operations_of("embeddings") == ("embeddings", "v1-embeddings")
