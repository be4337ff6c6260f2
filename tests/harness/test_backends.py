from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from gatewright.apim.bundle import (
    CircuitBreaker,
    FailureCondition,
    PoolBackend,
    PoolService,
    PoolServices,
    SingleBackend,
    StatusRange,
)
from gatewright.diagnostics import Rejected
from gatewright.harness.backends import Backends, Breaker, Pool, load, retry_after_seconds

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def rule(
    count: int = 1, *, retry_after: bool = True, reasons: tuple[str, ...] = (), interval: str = "PT1M"
) -> CircuitBreaker:
    condition = FailureCondition(
        count=count,
        interval=interval,
        status_code_ranges=(StatusRange(min=429, max=429), StatusRange(min=500, max=503)),
        error_reasons=reasons,
    )
    return CircuitBreaker(
        name="rule", failure_condition=condition, trip_duration="PT30S", accept_retry_after=retry_after
    )


def single(name: str, breaker: CircuitBreaker | None = None) -> SingleBackend:
    return SingleBackend(
        id=name, url=f"https://{name}.example.org/openai", description="", circuit_breaker=breaker
    )


def pool_of(*members: tuple[str, int, int], seed: int = 7) -> tuple[Backends, Pool]:
    services = tuple(
        PoolService(id=name, priority=priority, weight=weight) for name, priority, weight in members
    )
    entities = [single(name, rule()) for name, _, _ in members]
    pool = PoolBackend(id="pool", description="", pool=PoolServices(services=services))
    backends = load([*entities, pool], random.Random(seed), "bundle.json")
    found = backends.get("pool")
    assert isinstance(found, Pool)
    return backends, found


def trip(backends: Backends, name: str, now: float, retry_after: float | None = None) -> None:
    found = backends.get(name)
    assert found is not None
    assert not isinstance(found, Pool)
    assert found.breaker is not None
    found.breaker.answered(429, retry_after, now)


def test_breaker_opens_at_its_count_within_the_interval() -> None:
    breaker = Breaker(rule(count=3))
    for now in (0, 30, 61):
        breaker.answered(500, None, now)
    assert not breaker.open_for(61)
    breaker.answered(503, None, 62)
    assert breaker.open_for(62) == 30


def test_breaker_ignores_statuses_outside_its_ranges() -> None:
    breaker = Breaker(rule())
    for status in (200, 404, 504, 530):
        breaker.answered(status, None, 0)
    assert not breaker.open_for(0)


def test_breaker_closes_fully_after_its_time() -> None:
    breaker = Breaker(rule(count=2))
    breaker.answered(500, None, 0)
    breaker.answered(500, None, 0)
    assert not breaker.open_for(30)
    breaker.answered(500, None, 31)
    assert not breaker.open_for(31)


def test_breaker_honours_retry_after_without_upper_bound() -> None:
    """Azure OpenAI can ask for a day (backends, 2025-11-20)."""
    breaker = Breaker(rule())
    breaker.answered(429, 86400.0, 0)
    assert breaker.open_for(0) == 86400


def test_breaker_that_does_not_accept_retry_after_uses_its_trip_duration() -> None:
    breaker = Breaker(rule(retry_after=False))
    breaker.answered(429, 86400.0, 0)
    assert breaker.open_for(0) == 30


def test_breaker_counts_a_broken_connection_only_when_its_rule_names_it() -> None:
    silent, named = Breaker(rule()), Breaker(rule(reasons=("BackendConnectionFailure",)))
    for breaker in (silent, named):
        breaker.broke("BackendConnectionFailure", 0)
    assert (silent.open_for(0), named.open_for(0)) == (0, 30)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("12", 12.0),
        ("Thu, 01 Jan 2026 00:01:00 GMT", 60.0),
        ("Wed, 31 Dec 2025 23:59:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(text, NOW) == seconds


def test_lower_priority_serves_only_while_the_higher_group_is_open() -> None:
    backends, pool = pool_of(("ptu", 1, 1), ("paygo", 2, 1))
    assert {chosen.id for _ in range(20) if (chosen := pool.choose(0))} == {"ptu"}
    trip(backends, "ptu", 0)
    assert {chosen.id for _ in range(20) if (chosen := pool.choose(10))} == {"paygo"}
    assert {chosen.id for _ in range(20) if (chosen := pool.choose(30))} == {"ptu"}


def test_weights_are_met_in_proportion() -> None:
    _, pool = pool_of(("aa", 1, 75), ("bb", 1, 25))
    chosen = [found.id for _ in range(4000) if (found := pool.choose(0))]
    assert chosen.count("aa") / len(chosen) == pytest.approx(0.75, abs=0.03)


def test_members_of_one_weight_take_turns() -> None:
    _, pool = pool_of(("aa", 1, 50), ("bb", 1, 50), ("cc", 1, 50))
    assert [found.id for _ in range(6) if (found := pool.choose(0))] == ["aa", "bb", "cc"] * 2


def test_a_seed_repeats_the_draws() -> None:
    first, again = (pool_of(("aa", 1, 75), ("bb", 1, 25), seed=3)[1] for _ in range(2))
    drawn, repeated = ([found.id for _ in range(50) if (found := each.choose(0))] for each in (first, again))
    assert drawn == repeated
    assert set(drawn) == {"aa", "bb"}


def test_a_pool_with_every_circuit_open_says_when_the_first_closes() -> None:
    backends, pool = pool_of(("aa", 1, 1), ("bb", 2, 1))
    trip(backends, "aa", 0, 300.0)
    trip(backends, "bb", 0)
    assert pool.choose(1) is None
    assert pool.open_for(1) == 29


def test_an_error_reason_that_is_not_emulated_is_refused() -> None:
    with pytest.raises(Rejected) as caught:
        load([single("a1", rule(reasons=("Server errors",)))], random.Random(0), "bundle.json")
    assert [item.code for item in caught.value.diagnostics] == ["EMU520"]
    assert "Server errors" in caught.value.diagnostics[0].message


def test_a_bare_url_of_an_entity_is_that_entity() -> None:
    """Source: backends, 2025-11-20: a URL that matches an entity uses it implicitly."""
    backends = load([single("a1")], random.Random(0), "bundle.json")
    assert backends.at_url("https://a1.example.org/openai/").id == "a1"
    assert backends.at_url("https://other.example.org/x").id == "other.example.org"
