"""`gatewright deploy` and `gatewright drift` against the fake ARM."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from gatewright.cli.commands import deploy, drift
from gatewright.diagnostics import Rejected
from tests.deploy.fake_arm import FakeArm
from tests.deploy.fake_arm.server import SERVICE

NAMES = SERVICE.split("/")


@dataclass(frozen=True, slots=True)
class Result:
    status: int
    out: str
    fault: BaseException | None


Run = Callable[..., Result]


@pytest.fixture
def run(arm: FakeArm, build: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command with azd's environment."""
    for name, value in {
        "AZURE_SUBSCRIPTION_ID": NAMES[2],
        "APIM_RESOURCE_GROUP": NAMES[4],
        "APIM_NAME": NAMES[8],
        "PROXY_HOST": "proxy.example.org",
        "APIM_CLIENT_ID": "00000000-0000-4000-8000-00000000000a",
        "AZURE_KEY_VAULT_ENDPOINT": "https://sample.vault.azure.net/",
    }.items():
        monkeypatch.setenv(name, value)

    def call(command: str, *words: str) -> Result:
        app = typer.Typer()
        app.callback()(lambda: None)
        for module in (deploy, drift):
            module.register(app)
        line = [command, "--build", str(build), "--endpoint", arm.url, *words]
        found = CliRunner().invoke(app, line, standalone_mode=False)
        status = found.return_value if isinstance(found.return_value, int) else found.exit_code
        return Result(status, found.stdout, found.exception)

    return call


def test_deploy_then_drift_then_an_edit(run: Run, arm: FakeArm) -> None:
    first = run("deploy", "--env", "dev")
    assert first.fault is None
    assert first.status == 0
    assert "create    products/gw-retail-search\n" in first.out
    again = json.loads(run("deploy", "--env", "dev", "--format", "json").out)
    assert (again["applied"], again["written"], again["steps"]) == (True, 0, [])
    assert run("drift", "--env", "dev") == Result(0, "no drift\n", None)
    path = "products/gw-retail-search"
    arm.store.put(path, {**arm.store.entities[path], "displayName": "By hand"})
    found = run("drift", "--env", "dev", "--format", "json")
    assert found.status == 1
    rows = json.loads(found.out)
    assert [(row["entity"], row["difference"]) for row in rows] == [(path, "edited")]
    assert '+  "displayName": "By hand",' in rows[0]["diff"]
    text = run("drift", "--env", "dev").out
    assert text.startswith(f"edited: {path}\n    --- configured/{path}\n")


def test_a_dry_run_writes_nothing(run: Run, arm: FakeArm) -> None:
    found = run("deploy", "--env", "dev", "--dry-run")
    assert found.status == 0
    assert found.out.splitlines()[-1].startswith("nothing written: ")
    assert arm.writes == []


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
