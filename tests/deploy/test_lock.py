"""One deployment at a time."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from gatewright.apim.bundle import Bundle
from gatewright.deploy.entities import LOCK
from gatewright.diagnostics import Rejected
from tests.deploy.conftest import Deployer, codes


def test_of_two_deployments_at_once_one_stops(deployer: Deployer) -> None:
    """Both have read that the lock is free; the ETag lets one through."""
    deployer.deploy()
    bundle = Bundle.load(deployer.build)
    changed = bundle.products[0].model_copy(update={"display_name": "Changed"})
    bundle = bundle.model_copy(update={"products": (changed, *bundle.products[1:])})
    first, second = replace(deployer, run="run-a"), replace(deployer, run="run-b")
    plans = [first.plan(bundle=bundle), second.plan(bundle=bundle)]
    barrier = threading.Barrier(2, timeout=20)
    met: list[str] = []

    def before(method: str, path: str) -> None:
        if method == "PUT" and path == LOCK.path and len(met) < 2:
            met.append(path)
            barrier.wait()

    deployer.arm.options.before = before
    faults: list[Rejected] = []

    def go(who: Deployer, number: int) -> None:
        try:
            who.apply(plans[number])
        except Rejected as fault:
            faults.append(fault)

    threads = [threading.Thread(target=go, args=(who, n)) for n, who in enumerate((first, second))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [codes(fault) for fault in faults] == [["DEP812"]]
    assert deployer.arm.store.entities[LOCK.path]["tags"][1] == "free"


def test_a_lock_that_is_held_stops_a_deployment_until_it_expires_or_is_broken(deployer: Deployer) -> None:
    held = {"displayName": "gw-deploy-lock", "value": "lock", "tags": ["held:run-0:2026-11-25T12:10:00Z"]}
    deployer.arm.store.put(LOCK.path, held)
    planned = deployer.plan()
    with pytest.raises(Rejected) as caught:
        deployer.apply(planned)
    assert codes(caught.value) == ["DEP812"]
    assert "run run-0 holds the lock until 2026-11-25T12:10:00Z" in caught.value.diagnostics[0].message
    assert deployer.arm.writes == []
    replace(deployer, now=deployer.now + timedelta(minutes=11)).apply(planned)
    deployer.arm.store.put(LOCK.path, held)
    deployer.arm.store.put("backends/gw-pool-chat", {"url": "https://example.org"})
    deployer.apply(deployer.plan(adopt=("backends/gw-pool-chat",)), break_lock=True)


def test_a_deployment_that_loses_its_lock_stops(deployer: Deployer) -> None:
    def before(method: str, path: str) -> None:
        if method == "PUT" and path.startswith("backends/"):
            deployer.now += timedelta(minutes=6)
            value = {
                "displayName": "gw-deploy-lock",
                "value": "lock",
                "tags": ["held:run-2:2026-11-25T13:00:00Z"],
            }
            deployer.arm.store.put(LOCK.path, value)

    planned = deployer.plan()
    deployer.arm.options.before = before
    with pytest.raises(Rejected) as caught:
        deployer.apply(planned)
    assert codes(caught.value) == ["DEP813"]
    assert deployer.arm.store.entities[LOCK.path]["tags"] == ["held:run-2:2026-11-25T13:00:00Z"]
