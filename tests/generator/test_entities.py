from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gatewright.apim.bundle import Bundle, PoolBackend, SingleBackend
from gatewright.diagnostics import Rejected
from generator.entities import bundle, duration
from generator.plan import plan
from tests.generator.estates import estate


@pytest.fixture
def sample(tmp_path: Path) -> Bundle:
    return bundle(plan(estate(tmp_path)), "0.0.0")


def singles(found: Bundle) -> dict[str, SingleBackend]:
    return {item.id: item for item in found.backends if isinstance(item, SingleBackend)}


def test_each_single_backend_is_a_route_of_the_proxy(sample: Bundle) -> None:
    assert {item.id: item.url for item in singles(sample).values()} == {
        name: f"https://<proxyHost>/b/{name}/-/openai"
        for name in ("gw-north-embed", "gw-north-gpt-ptu", "gw-south-gpt-payg")
    }


def test_a_breaker_honours_retry_after_or_trips_for_a_fixed_time(sample: Bundle) -> None:
    north = singles(sample)["gw-north-gpt-ptu"].circuit_breaker
    south = singles(sample)["gw-south-gpt-payg"].circuit_breaker
    assert north is not None
    assert south is not None
    assert (north.accept_retry_after, north.trip_duration) == (True, "PT30S")
    assert (south.accept_retry_after, south.trip_duration) == (False, "PT1H")
    assert (south.failure_condition.count, south.failure_condition.interval) == (3, "PT5M")


def test_no_breaker_counts_the_proxys_own_530(sample: Bundle) -> None:
    for item in singles(sample).values():
        assert item.circuit_breaker is not None
        ranges = item.circuit_breaker.failure_condition.status_code_ranges
        assert not any(found.min <= 530 <= found.max for found in ranges)


def test_without_a_breaker_there_is_none(tmp_path: Path) -> None:
    found = bundle(plan(estate(tmp_path, endpoints={"south": {"breaker": None}})), "0.0.0")
    assert singles(found)["gw-south-gpt-payg"].circuit_breaker is None


def test_a_pool_keeps_priorities_and_weights(sample: Bundle) -> None:
    pool = next(item for item in sample.backends if item.id == "gw-pool-chat")
    assert isinstance(pool, PoolBackend)
    assert [(item.id, item.priority, item.weight) for item in pool.pool.services] == [
        ("gw-north-gpt-ptu", 1, 100),
        ("gw-south-gpt-payg", 2, 50),
    ]


def test_no_secret_is_in_the_bundle_but_the_names_of_three(sample: Bundle) -> None:
    assert [item.key_vault_secret for item in sample.subscriptions] == ["retail-search-key"]
    assert {item.id: item.key_vault_secret or item.value for item in sample.named_values} == {
        "gw-proxy-proof": "gateway-proxy-proof",
        "gw-user-key": "gateway-user-key",
        "gw-apim-client-id": "<apimClientId>",
    }


def test_each_placeholder_is_explained(sample: Bundle) -> None:
    assert sorted(sample.placeholders) == ["apimClientId", "endpoint.north", "proxyHost"]


def test_what_the_service_would_refuse_is_refused_with_its_place_in_the_bundle(tmp_path: Path) -> None:
    found = plan(estate(tmp_path))
    product = replace(found.products[0], id="Not an id")
    with pytest.raises(Rejected) as refused:
        bundle(replace(found, products=(product,)), "0.0.0")
    assert {item.code for item in refused.value.diagnostics} == {"GEN406"}
    assert any("id" in item.message for item in refused.value.diagnostics)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1, "PT1S"), (90, "PT1M30S"), (3600, "PT1H"), (86_400, "P1D"), (90_061, "P1DT1H1M1S"), (604_800, "P7D")],
)
def test_durations_are_iso_8601(seconds: int, text: str) -> None:
    assert duration(seconds) == text
