"""`gatewright deploy` and `gatewright drift` against the fake ARM."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import typer

from gatewright.diagnostics import Rejected
from tests.deploy.commands import Result, Run
from tests.deploy.fake_arm import FakeArm
from tests.deploy.fake_vault import FakeVault


def test_deploy_then_drift_then_an_edit(run: Run, arm: FakeArm) -> None:
    first = run("deploy", "--env", "dev")
    assert first.fault is None
    assert first.status == 0
    assert "create    products/gw-retail-search\n" in first.out
    assert "publish   secrets/retail-search-key\n" in first.out
    again = json.loads(run("deploy", "--env", "dev", "--format", "json").out)
    assert (again["applied"], again["written"], again["published"], again["steps"]) == (True, 0, 0, [])
    assert run("drift", "--env", "dev") == Result(0, "no drift\n", "", None)
    path = "products/gw-retail-search"
    arm.store.put(path, {**arm.store.entities[path], "displayName": "By hand"})
    found = run("drift", "--env", "dev", "--format", "json")
    assert found.status == 1
    rows = json.loads(found.out)
    assert [(row["entity"], row["difference"]) for row in rows] == [(path, "edited")]
    assert '+  "displayName": "By hand",' in rows[0]["diff"]
    text = run("drift", "--env", "dev").out
    assert text.startswith(f"edited: {path}\n    --- configured/{path}\n")


def test_drift_says_who_wrote_last_what_differs(run: Run, arm: FakeArm) -> None:
    run("deploy", "--env", "dev")
    path, policy = "products/gw-retail-search", "products/gw-data-platform/policies/policy"
    arm.store.put(path, {**arm.store.entities[path], "displayName": "By hand"})
    arm.store.delete(policy)
    at = [(datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ") for days in range(100)]
    for days in (40, 30, 20):
        arm.log(path, "00000000-0000-4000-8000-0000000000aa", at[days])
    arm.log(path, "anna@example.org", at[3])
    arm.log(path, "refused@example.org", at[2], status="Failed")
    arm.log(path, "reader@example.org", at[1], action="read")
    arm.log("products/gw-data-platform", "other@example.org", at[1])
    arm.log(policy, "long.ago@example.org", at[95])
    text = run("drift", "--env", "dev").out
    assert f"edited: {path} (last written by anna@example.org at {at[3]})\n" in text
    assert f"missing: {policy}\n" in text
    arm.log(policy, "ben@example.org", at[4], action="delete")
    rows = {
        row["entity"]: row["lastWrite"]
        for row in json.loads(run("drift", "--env", "dev", "--format", "json").out)
    }
    assert rows[policy] == {
        "caller": "ben@example.org",
        "at": at[4],
        "operation": "Microsoft.ApiManagement/service/products/policies/delete",
    }


def test_a_log_that_may_not_be_read_is_a_warning(run: Run, arm: FakeArm) -> None:
    run("deploy", "--env", "dev")
    arm.store.delete("products/gw-data-platform/policies/policy")
    arm.options.fail = lambda method, path: 403 if "Microsoft.Insights" in path else None
    found = run("drift", "--env", "dev")
    assert (found.status, found.out) == (1, "missing: products/gw-data-platform/policies/policy\n")
    assert "DEP827" in found.told
    assert "403 AuthorizationFailed" in found.told
    assert run("drift", "--env", "dev", "--no-who").told == ""


def test_a_secret_of_others_is_taken_over_only_when_told(run: Run, arm: FakeArm, vault: FakeVault) -> None:
    vault.put("retail-search-key", "password of a database")
    fault = run("deploy", "--env", "dev").fault
    assert isinstance(fault, Rejected)
    assert [item.kind.code for item in fault.diagnostics] == ["DEP835"]
    assert arm.writes == []
    assert run("deploy", "--env", "dev", "--adopt", "secrets/retail-search-key").status == 0
    assert vault.value("retail-search-key") in arm.store.keys["subscriptions/gw-retail-search"].values()


@pytest.mark.parametrize("words", [("--dry-run",), ()])
def test_keys_of_a_tenant_that_is_gone_are_told_until_pruned(
    run: Run, arm: FakeArm, words: tuple[str, ...]
) -> None:
    run("deploy", "--env", "dev")
    product = {**arm.store.entities["products/gw-retail-search"], "displayName": "Gone"}
    arm.store.put("products/gw-gone", product)
    arm.store.put(
        "subscriptions/gw-gone", {"displayName": "x", "scope": "/products/gw-gone", "state": "active"}
    )
    found = run("deploy", "--env", "dev", *words)
    assert found.status == 0
    assert "DEP817 warning: keys of tenants that are not configured still open the gateway" in found.told
    assert "subscriptions/gw-gone" in found.told
    assert "DEP817" not in run("deploy", "--env", "dev", "--prune").told
    assert "subscriptions/gw-gone" not in arm.store.entities


def test_a_dry_run_writes_nothing(run: Run, arm: FakeArm, vault: FakeVault) -> None:
    found = run("deploy", "--env", "dev", "--dry-run")
    assert found.status == 0
    assert "publish   secrets/retail-search-key\n" in found.out
    assert found.out.splitlines()[-1].startswith("nothing written: ")
    assert arm.writes == vault.writes == []


@pytest.mark.parametrize(
    ("diagnostics", "words"),
    [
        ({}, "there is none"),
        ({"diagnostics/applicationinsights": False}, "it sends no metrics"),
        ({"diagnostics/applicationinsights": True}, None),
        (
            {
                "diagnostics/applicationinsights": True,
                "apis/gw-openai/diagnostics/applicationinsights": False,
            },
            "it sends no metrics",
        ),
    ],
)
def test_metrics_that_go_nowhere_are_a_warning(
    run: Run, arm: FakeArm, diagnostics: dict[str, bool], words: str | None
) -> None:
    run("deploy", "--env", "dev")
    for path, metrics in diagnostics.items():
        arm.store.put(path, {"loggerId": "x", "metrics": metrics})
    found = run("deploy", "--env", "dev")
    assert found.status == 0
    assert ("DEP816" in found.told) is (words is not None)
    assert (words or "") in found.told


def test_a_deployment_does_not_fail_for_diagnostics_that_may_not_be_read(run: Run, arm: FakeArm) -> None:
    arm.options.fail = lambda method, path: 403 if "diagnostics/" in path else None
    found = run("deploy", "--env", "dev")
    assert (found.status, found.fault) == (0, None)
    assert "DEP816 warning: whether token metrics arrive is not known: GET apis/gw-openai" in found.told


def test_adopting_something_that_is_not_configured_is_a_misuse(run: Run, arm: FakeArm) -> None:
    found = run("deploy", "--env", "dev", "--adopt", "product/gw-retail-search")
    assert isinstance(found.fault, typer.BadParameter)
    assert "did you mean products/gw-retail-search?" in found.fault.message
    assert arm.writes == []


def test_without_keys_the_vault_is_not_asked(
    run: Run, vault: FakeVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("deploy", "--env", "dev", "--no-keys").status == 0
    monkeypatch.setenv("GATEWRIGHT_PUBLISH_KEYS", "false")
    assert run("deploy", "--env", "dev").status == 0
    assert vault.calls == []


def test_keys_are_rotated_and_the_rotation_is_finished(run: Run, arm: FakeArm, vault: FakeVault) -> None:
    run("deploy", "--env", "dev")
    path, name = "subscriptions/gw-retail-search", "retail-search-key"
    old = dict(arm.store.keys[path])
    first = run("keys", "rotate", "retail-search", "--env", "dev")
    assert (first.status, first.fault) == (0, None)
    assert first.out.startswith("secrets/retail-search-key holds the new secondary key of gw-retail-search")
    assert vault.value(name) == arm.store.keys[path]["secondaryKey"] != old["secondaryKey"]
    second = run("keys", "rotate", "retail-search", "--env", "dev", "--finish")
    assert second.out.startswith("the old primary key of gw-retail-search is ended")
    keys = arm.store.keys[path]
    assert old["primaryKey"] not in keys.values()
    shown = first.out + second.out
    assert not [value for value in (*old.values(), *keys.values()) if value in shown]
    assert arm.store.entities["namedValues/gw-deploy-lock"]["tags"][1] == "free"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("retail-serch", "--env", "dev"), "DEP834"),
        (("retail-search", "--env", "prod"), "DEP801"),
        (("retail-search", "--env", "dev", "--key-vault", "http://vault"), "DEP803"),
        (("retail-search", "--env", "dev"), "DEP830"),
    ],
)
def test_a_rotation_that_cannot_be_is_told_with_a_code(
    run: Run, arm: FakeArm, vault: FakeVault, words: tuple[str, ...], code: str
) -> None:
    fault = run("keys", "rotate", *words).fault
    assert isinstance(fault, Rejected)
    assert [item.kind.code for item in fault.diagnostics] == [code]
    assert vault.secrets == {}


def test_a_clash_is_reported_and_nothing_is_written(run: Run, arm: FakeArm) -> None:
    arm.store.put("products/gw-retail-search", {"displayName": "By hand"})
    found = run("deploy", "--env", "dev")
    assert found.status == 1
    assert "foreign   products/gw-retail-search\n" in found.out
    assert arm.writes == []
    assert run("deploy", "--env", "dev", "--adopt", "products/gw-retail-search").status == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--env", "prod"), "DEP801"),
        (("--env", "dev", "--subscription-id", "x"), "DEP801"),
        (("--env", "dev", "--service", "-x"), "DEP801"),
        (("--env", "dev", "--resource-group", "a/b"), "DEP801"),
        (("--env", "dev", "--endpoint", "http://management.example.org"), "DEP801"),
        (("--env", "dev", "--endpoint", "ftp://127.0.0.1"), "DEP801"),
        (("--env", "dev", "--set", "proxyHots=x"), "DEP803"),
        (("--env", "dev", "--set", "proxyHost=a b"), "DEP803"),
        (("--env", "dev", "--service", "another"), "DEP824"),
        (("--env", "dev", "--build", "nowhere"), "GEN410"),
    ],
)
def test_misuse_is_told_with_a_code(run: Run, arm: FakeArm, words: tuple[str, ...], code: str) -> None:
    fault = run("deploy", *words).fault
    assert isinstance(fault, Rejected)
    assert [item.kind.code for item in fault.diagnostics] == [code]
    assert arm.writes == []


def test_the_environment_must_be_named(run: Run) -> None:
    assert str(run("deploy").fault) == "Missing parameter: env"
