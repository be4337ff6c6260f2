"""The normal form of backends: spellings are one, values are not."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from gatewright.deploy import Key, Kind
from gatewright.deploy.normal import normal

KEY = Key(Kind.BACKEND, ("gw-a",))
POOL = Key(Kind.POOL, ("gw-pool",))


def backend() -> dict[str, Any]:
    condition = {
        "count": 3,
        "interval": "PT1M",
        "statusCodeRanges": [{"min": 429, "max": 429}, {"min": 500, "max": 599}],
    }
    rule = {"name": "r", "failureCondition": condition, "tripDuration": "PT1H", "acceptRetryAfter": True}
    return {
        "type": "Single",
        "url": "https://example.org/a",
        "protocol": "http",
        "description": "a",
        "circuitBreaker": {"rules": [rule]},
    }


def pool() -> dict[str, Any]:
    members = [{"id": f"/x/backends/gw-{name}", "priority": 1, "weight": 50} for name in "ab"]
    return {"type": "Pool", "description": "p", "pool": {"services": members}}


def changed(value: Any, path: tuple[str | int, ...], new: object) -> Any:
    made = copy.deepcopy(value)
    inner = made
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = new
    return made


RULE = ("circuitBreaker", "rules", 0)
CONDITION = (*RULE, "failureCondition")


@pytest.mark.parametrize(
    ("path", "new"),
    [
        (("url",), "https://example.org/a/"),
        (("description",), "a\n"),
        ((*RULE, "tripDuration"), "PT60M"),
        ((*CONDITION, "interval"), "PT60S"),
        ((*CONDITION, "errorReasons"), []),
        ((*CONDITION, "statusCodeRanges"), [{"max": 599, "min": 500}, {"min": 429, "max": 429}]),
        (("title",), "not managed"),
        (("tls",), {"validateCertificateChain": True, "validateCertificateName": True}),
        (("tls",), {}),
        (("credentials",), {"header": {}, "certificateIds": None}),
    ],
)
def test_another_spelling_is_the_same(path: tuple[str | int, ...], new: object) -> None:
    assert normal(KEY, changed(backend(), path, new)) == normal(KEY, backend())


@pytest.mark.parametrize(
    ("path", "new"),
    [
        (("url",), "https://example.org/b"),
        (("protocol",), "soap"),
        (("description",), "b"),
        (("circuitBreaker",), None),
        ((*RULE, "name"), "s"),
        ((*RULE, "tripDuration"), "PT30S"),
        ((*RULE, "acceptRetryAfter"), False),
        ((*CONDITION, "count"), 4),
        ((*CONDITION, "percentage"), 4),
        ((*CONDITION, "interval"), "PT2M"),
        ((*CONDITION, "errorReasons"), ["Timeout"]),
        ((*CONDITION, "statusCodeRanges", 0, "min"), 400),
    ],
)
def test_another_value_of_a_backend_is_a_difference(path: tuple[str | int, ...], new: object) -> None:
    assert normal(KEY, changed(backend(), path, new)) != normal(KEY, backend())


@pytest.mark.parametrize(("name", "new"), [("weight", 60), ("priority", 2), ("id", "/x/backends/gw-c")])
def test_another_value_of_a_pool_is_a_difference(name: str, new: object) -> None:
    path = ("pool", "services", 0, name)
    assert normal(POOL, changed(pool(), path, new)) != normal(POOL, pool())


def test_a_member_by_its_whole_id_and_in_another_order_is_the_same() -> None:
    turned = changed(pool(), ("pool", "services"), list(reversed(pool()["pool"]["services"])))
    turned["pool"]["services"][0]["id"] = "/backends/gw-b"
    assert normal(POOL, turned) == normal(POOL, pool())
