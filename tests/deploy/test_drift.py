"""Drift: a portal edit is found, Azure's reformatting is not, and what moved is told apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.apim.bundle import Bundle
from gatewright.deploy import Difference, Drift, drift
from tests.deploy.conftest import Deployer

API_POLICY = "apis/gw-openai/policies/policy"
PRODUCT_POLICY = "products/gw-retail-search/policies/policy"


def found(deployer: Deployer, bundle: Bundle | None = None) -> dict[str, Drift]:
    return {item.key.path: item for item in drift(deployer.plan(bundle=bundle))}


def edit(deployer: Deployer, path: str, **changes: object) -> None:
    deployer.arm.store.put(path, {**deployer.arm.store.entities[path], **changes})


@pytest.mark.parametrize("readback", ["verbatim", "escaped", "reindented"])
def test_what_azure_reformats_is_no_drift_and_an_edit_is(deployer: Deployer, readback: str) -> None:
    deployer.arm.options.readback = readback
    deployer.deploy()
    assert found(deployer) == {}
    text = str(deployer.arm.store.entities[PRODUCT_POLICY]["value"])
    edit(
        deployer, PRODUCT_POLICY, value=text.replace('tokens-per-minute="60000"', 'tokens-per-minute="90000"')
    )
    differences = found(deployer)
    assert list(differences) == [PRODUCT_POLICY]
    item = differences[PRODUCT_POLICY]
    assert item.difference is Difference.EDITED
    lines = item.diff.splitlines()
    assert lines[:2] == [f"--- configured/{PRODUCT_POLICY}", f"+++ live/{PRODUCT_POLICY}"]
    changed = [line for line in lines[2:] if line[0] in "+-"]
    assert len(changed) == 4  # chat and chat-small, before and after
    assert 'tokens-per-minute="90000"' in changed[1]


EDITS = [
    ("backends/gw-sweden-gpt-41-ptu", {"url": "https://elsewhere.example.org"}),
    ("backends/gw-sweden-gpt-41-ptu", {"tls": {"validateCertificateChain": False}}),
    ("backends/gw-sweden-gpt-41-ptu", {"credentials": {"header": {"api-key": ["secret-of-theirs"]}}}),
    ("backends/gw-sweden-gpt-41-ptu", {"proxy": {"url": "http://proxy.example.org:3128"}}),
    ("apis/gw-openai", {"serviceUrl": "https://elsewhere.example.org"}),
    ("namedValues/gw-apim-client-id", {"value": "00000000-0000-4000-8000-00000000000b"}),
    (
        "namedValues/gw-user-key",
        {"keyVault": {"secretIdentifier": "https://other.vault.azure.net/secrets/x"}},
    ),
    ("apis/gw-openai", {"subscriptionRequired": False}),
    ("apis/gw-openai/operations/embeddings", {"method": "GET"}),
    ("products/gw-retail-search", {"state": "notPublished"}),
    ("policyFragments/gw-error", {"value": "<fragment />"}),
    (API_POLICY, {"value": "<policies><inbound /><backend /><outbound /><on-error /></policies>"}),
    (API_POLICY, {"value": "<!-- by hand -->\n<policies><inbound><base /></inbound></policies>"}),
]


@pytest.mark.parametrize(
    ("path", "changes"), EDITS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_an_edit_of_any_kind_is_found_and_put_right(
    deployer: Deployer, path: str, changes: dict[str, object]
) -> None:
    deployer.deploy()
    before = dict(deployer.arm.store.entities[path])
    edit(deployer, path, **changes)
    item = found(deployer)[path]
    assert "secret-of-theirs" not in item.diff
    assert item.difference in {Difference.EDITED, Difference.DIFFERENT}
    assert item.diff
    deployer.deploy()
    assert deployer.arm.store.entities[path] == before
    assert found(deployer) == {}


def test_a_subscription_that_was_suspended_by_hand_is_different(deployer: Deployer) -> None:
    deployer.deploy()
    edit(deployer, "subscriptions/gw-retail-search", state="suspended")
    assert found(deployer)["subscriptions/gw-retail-search"].difference is Difference.DIFFERENT


def moved(build: Path) -> Bundle:
    bundle = Bundle.load(build)
    product = bundle.products[0].model_copy(update={"display_name": "Moved on"})
    return bundle.model_copy(update={"products": (product, *bundle.products[1:])})


def test_a_configuration_that_moved_on_is_told_from_an_edit(deployer: Deployer) -> None:
    deployer.deploy()
    bundle = moved(deployer.build)
    path = f"products/{bundle.products[0].id}"
    assert {name: item.difference for name, item in found(deployer, bundle).items()} == {
        path: Difference.BEHIND
    }
    edit(deployer, path, displayName="By hand")
    assert found(deployer, bundle)[path].difference is Difference.BOTH


def test_missing_orphaned_and_foreign_entities_are_told(deployer: Deployer) -> None:
    deployer.deploy()
    store = deployer.arm.store
    store.delete("subscriptions/gw-retail-search")
    store.put("apis/theirs", {"displayName": "Theirs", "path": "theirs"})
    store.put("products/gw-retail-search/apis/theirs", {})
    operation = {"displayName": "By hand", "method": "GET", "urlTemplate": "/models"}
    store.put("apis/gw-openai/operations/by-hand", operation)
    store.put("backends/gw-old", {**store.entities["backends/gw-sweden-gpt-41-ptu"]})
    assert {path: item.difference.value for path, item in found(deployer).items()} == {
        "subscriptions/gw-retail-search": "missing",
        "backends/gw-old": "orphaned",
        "apis/gw-openai/operations/by-hand": "foreign",
        "products/gw-retail-search/apis/theirs": "foreign",
    }


def test_a_policy_that_nobody_can_read_is_drift(deployer: Deployer) -> None:
    deployer.deploy()
    deployer.arm.store.entities[API_POLICY]["value"] = "<policies><inbound>"
    assert found(deployer)[API_POLICY].difference is Difference.DIFFERENT


def test_a_lost_provenance_is_told_and_stops_the_next_deployment(deployer: Deployer) -> None:
    deployer.deploy()
    edit(deployer, "backends/gw-sweden-gpt-41-ptu", description="by hand")
    assert found(deployer)["backends/gw-sweden-gpt-41-ptu"].difference is Difference.FOREIGN
    assert [item.kind.code for item in deployer.plan().faults()] == ["DEP810"]
