"""A deployment of the example estate against the fake ARM, with the real SDK."""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from gatewright.apim.bundle import Bundle
from gatewright.deploy import Action, Plan
from gatewright.deploy.entities import LOCK
from gatewright.diagnostics import Rejected
from tests.deploy.conftest import Deployer, codes
from tests.deploy.fake_arm import FakeArm, Options
from tests.deploy.fake_vault import FakeVault


def foreign(arm: FakeArm, count: int = 200) -> dict[str, str]:
    """Entities that others made; the last two look a little like ours."""
    kinds = (
        ("backends/team-{}", {"url": "https://example.org", "protocol": "http", "description": "theirs"}),
        ("namedValues/team-{}", {"displayName": "team-{}", "value": "x", "tags": ["gatewright"]}),
        ("products/team-{}", {"displayName": "Team {}", "description": "x [gatewright:1:0123456789abcdef]"}),
        ("policyFragments/team-{}", {"value": "<fragment />", "description": ""}),
        ("apis/team-{}", {"displayName": "Team", "path": "team-{}", "protocols": ["https"]}),
    )
    for number in range(count - 2):
        path, properties = kinds[number % len(kinds)]
        name = {
            key: value.format(number) if isinstance(value, str) else value
            for key, value in properties.items()
        }
        arm.store.put(path.format(number), name)
    arm.store.put("backends/gw-theirs", {"url": "https://example.org", "description": "ours, they say"})
    arm.store.put("namedValues/gw-theirs", {"displayName": "gw-theirs", "value": "x", "tags": ["other"]})
    arm.store.put("policies/policy", {"value": "<policies />"})
    return dict(arm.store.etags)


@pytest.mark.parametrize("shape", ["immediate", "location", "async"])
def test_calls_made_are_the_calls_planned(deployer: Deployer, shape: str) -> None:
    deployer.arm.options.shape = shape
    planned = deployer.plan()
    assert planned.count(Action.CREATE) == len(planned.steps) > 30
    deployer.arm.forget()
    deployer.apply(planned)
    assert deployer.arm.writes == list(planned.calls())
    assert deployer.done == list(planned.writes)


@pytest.mark.parametrize("readback", ["verbatim", "escaped", "reindented"])
def test_a_second_run_writes_nothing(deployer: Deployer, readback: str) -> None:
    deployer.arm.options.readback = readback
    deployer.deploy()
    deployer.arm.forget()
    again = deployer.plan()
    deployer.apply(again)
    assert again.count(Action.UNCHANGED) == len(again.steps)
    assert deployer.arm.writes == []


def test_named_values_that_azure_keeps_to_itself_are_known_by_their_stamp(deployer: Deployer) -> None:
    deployer.arm.options.hide_values = True
    deployer.deploy()
    assert deployer.plan().writes == ()


def outcome(deployer: Deployer, planned: Plan, bundle: Bundle | None = None) -> list[str]:
    """Codes of the fault, or of the warnings: only giving the lock back may fail without a fault."""
    try:
        return [item.kind.code for item in deployer.apply(planned, bundle=bundle).warnings]
    except Rejected as fault:
        return codes(fault)


def smaller(build: Path) -> Bundle:
    """The estate without one tenant and without one pool."""
    bundle = Bundle.load(build)
    gone = "gw-retail-search"
    return bundle.model_copy(
        update={
            "products": tuple(item for item in bundle.products if item.id != gone),
            "subscriptions": tuple(item for item in bundle.subscriptions if item.id != gone),
            "backends": tuple(item for item in bundle.backends if item.id != "gw-pool-embeddings"),
        }
    )


@dataclass
class Moment:
    """What service and vault hold at a moment, the lock aside."""

    entities: dict[str, dict[str, object]]
    etags: dict[str, str]
    keys: dict[str, dict[str, str]]
    secrets: dict[str, list[dict[str, object]]]

    @classmethod
    def of(cls, deployer: Deployer) -> Moment:
        store, secrets = deployer.arm.store, deployer.vault.secrets if deployer.vault else {}
        return cls(*copy.deepcopy((store.entities, store.etags, store.keys, secrets)))

    def restore(self, deployer: Deployer) -> None:
        assert deployer.vault
        store = deployer.arm.store
        store.entities, store.etags, store.keys = copy.deepcopy((self.entities, self.etags, self.keys))
        deployer.vault.secrets = copy.deepcopy(self.secrets)

    def whole(self) -> dict[str, dict[str, object]]:
        return {path: item for path, item in self.entities.items() if path != LOCK.path}


def changed(build: Path) -> Bundle:
    """The estate without a tenant and a pool, with another tenant edited and suspended."""
    bundle = smaller(build)
    product = bundle.products[0].model_copy(update={"display_name": "Changed"})
    subscription = bundle.subscriptions[0].model_copy(update={"state": "suspended"})
    return bundle.model_copy(
        update={
            "products": (product, *bundle.products[1:]),
            "subscriptions": (subscription, *bundle.subscriptions[1:]),
        }
    )


@pytest.mark.parametrize("after", [False, True], ids=["before it took effect", "after it took effect"])
@pytest.mark.parametrize("first", [True, False], ids=["the first deployment", "a change that prunes"])
def test_a_cut_at_any_call_is_made_good_by_the_next_run(keyed: Deployer, first: bool, after: bool) -> None:
    """Every call to the service and to the vault, with 200 entities of others beside ours."""
    arm, vault = keyed.arm, keyed.vault
    assert vault is not None
    theirs = foreign(arm)
    bundle = None if first else changed(keyed.build)
    if not first:
        keyed.deploy()
    start = Moment.of(keyed)
    planned = keyed.plan(prune=True, bundle=bundle)
    arm.forget()
    vault.calls.clear()
    keyed.apply(planned, bundle=bundle)
    calls: list[tuple[Options | FakeVault, int]]
    calls = [(arm.options, number) for number in range(1, len(arm.calls) + 1)]
    calls += [(vault, number) for number in range(1, len(vault.calls) + 1)]
    assert len(calls) > (60 if first else 20)
    whole = Moment.of(keyed).whole()
    for place, number in calls:
        start.restore(keyed)
        arm.forget()
        vault.calls.clear()
        place.cut_at, place.cut_after = number, after
        assert outcome(keyed, planned, bundle) in (["DEP823"], ["DEP814"]), (place, number)
        place.cut_at = 0
        keyed.deploy(prune=True, bundle=bundle)
        end = Moment.of(keyed)
        assert end.whole() == whole, (place, number)
        assert {path: end.etags[path] for path in theirs} == theirs
        for holder in keyed.holders(bundle):
            assert vault.value(holder.secret) in end.keys[f"subscriptions/{holder.subscription}"].values()


def test_the_sdk_carries_a_deployment_over_cuts_by_itself(deployer: Deployer) -> None:
    deployer.retries = 3
    deployer.deploy()
    name = "products/gw-retail-search"
    deployer.arm.store.put(name, {**deployer.arm.store.entities[name], "displayName": "Edited"})
    planned = deployer.plan()
    deployer.arm.options.cut_after = True
    for number in range(1, 12):
        deployer.arm.store.put(name, {**deployer.arm.store.entities[name], "displayName": "Edited"})
        deployer.arm.forget()
        deployer.arm.options.cut_at = number
        deployer.apply(planned)
        assert deployer.arm.store.entities[name]["displayName"] == "Retail search"


def test_foreign_entities_are_never_touched(deployer: Deployer) -> None:
    before = foreign(deployer.arm)
    deployer.deploy()
    deployer.deploy(prune=True)
    assert {path: deployer.arm.store.etags.get(path) for path in before} == before
    assert not any(path in before for _, path in deployer.arm.writes)
    assert not any(path == "policies/policy" for _, path, _ in deployer.arm.calls)


def test_an_id_of_ours_on_a_foreign_entity_stops_the_deployment_before_it_writes(deployer: Deployer) -> None:
    path = "backends/gw-sweden-gpt-41-ptu"
    deployer.arm.store.put(path, {"url": "https://example.org", "description": "by hand"})
    planned = deployer.plan()
    with pytest.raises(Rejected) as caught:
        deployer.apply(planned)
    assert codes(caught.value) == ["DEP810"]
    assert deployer.arm.writes == []
    deployer.apply(deployer.plan(adopt=(path,)))
    assert deployer.plan().writes == ()


def test_an_id_of_ours_in_other_letters_is_the_same_entity_to_azure(deployer: Deployer) -> None:
    deployer.arm.store.put("products/GW-Retail-Search", {"displayName": "by hand"})
    with pytest.raises(Rejected) as caught:
        deployer.apply(deployer.plan())
    assert codes(caught.value) == ["DEP810"]
    assert deployer.arm.writes == []


@pytest.mark.parametrize("path", ["backends/gw-sweden-gpt-41-ptu", "subscriptions/gw-retail-search"])
def test_an_entity_that_appears_after_the_plan_is_not_overwritten(deployer: Deployer, path: str) -> None:
    theirs = {"url": "https://example.org", "description": "by hand", "scope": "/apis"}
    planned = deployer.plan()
    deployer.arm.store.put(path, theirs)
    with pytest.raises(Rejected) as caught:
        deployer.apply(planned)
    assert codes(caught.value) == ["DEP811"]
    assert deployer.arm.store.entities[path] == theirs


def test_what_is_no_longer_configured_is_listed_and_deleted_only_with_prune(deployer: Deployer) -> None:
    deployer.deploy()
    bundle = smaller(deployer.build)
    listed = deployer.plan(bundle=bundle)
    gone = ["subscriptions/gw-retail-search", "products/gw-retail-search", "backends/gw-pool-embeddings"]
    assert [step.key.path for step in listed.steps if step.action is Action.ORPHANED] == gone
    assert listed.writes == ()
    pruned = deployer.plan(bundle=bundle, prune=True)
    deployer.arm.forget()
    deployer.apply(pruned)
    assert deployer.arm.writes == list(pruned.calls())
    assert not any(path in deployer.arm.store.entities for path in gone)
    assert deployer.plan(bundle=bundle).count(Action.ORPHANED) == 0


def test_a_product_with_a_foreign_subscription_is_not_deleted_and_azure_says_why(deployer: Deployer) -> None:
    deployer.deploy()
    theirs = {"displayName": "Theirs", "scope": "/products/gw-retail-search"}
    deployer.arm.store.put("subscriptions/theirs", theirs)
    with pytest.raises(Rejected) as caught:
        deployer.apply(deployer.plan(bundle=smaller(deployer.build), prune=True))
    assert codes(caught.value) == ["DEP820"]
    assert "has the subscription subscriptions/theirs" in caught.value.diagnostics[0].message
    assert "subscriptions/theirs" in deployer.arm.store.entities


def test_an_entity_that_changes_after_the_plan_is_not_overwritten(deployer: Deployer) -> None:
    deployer.deploy()
    name = "products/gw-retail-search"
    deployer.arm.store.put(name, {**deployer.arm.store.entities[name], "displayName": "One"})
    planned = deployer.plan()
    deployer.arm.store.put(name, {**deployer.arm.store.entities[name], "displayName": "Two"})
    with pytest.raises(Rejected) as caught:
        deployer.apply(planned)
    assert codes(caught.value) == ["DEP811"]
    assert deployer.arm.store.entities[name]["displayName"] == "Two"


def test_an_entity_that_changes_between_read_and_write_is_not_overwritten(deployer: Deployer) -> None:
    deployer.deploy()
    name = "products/gw-retail-search"
    deployer.arm.store.put(name, {**deployer.arm.store.entities[name], "displayName": "One"})
    planned = deployer.plan()

    def before(method: str, path: str) -> None:
        if (method, path) == ("PUT", name):
            deployer.arm.store.put(name, {**deployer.arm.store.entities[name], "displayName": "Two"})

    deployer.arm.options.before = before
    with pytest.raises(Rejected) as caught:
        deployer.apply(planned)
    assert codes(caught.value) == ["DEP811"]
    assert "412 PreconditionFailed" in caught.value.diagnostics[0].message
    assert deployer.arm.store.entities[name]["displayName"] == "Two"


def test_several_entities_of_a_kind_are_written_at_once_and_never_more(deployer: Deployer) -> None:
    deployer.concurrency = 3
    planned = deployer.plan()
    arm = deployer.arm
    arm.forget()
    three = threading.Event()

    def gather(method: str, path: str) -> None:
        if method == "PUT" and path.startswith("products/") and path.count("/") == 1:
            if arm.running == 3:
                three.set()
            three.wait(30)

    arm.options.before = gather
    deployer.apply(planned)
    assert arm.most == 3
    assert deployer.plan().writes == ()
