"""The way from azd: its outputs have the names that the commands read, and its hook deploys."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gatewright.apim.bundle import Bundle, SingleBackend
from gatewright.cli import azure
from gatewright.cli.commands import smoke
from gatewright.deploy import variable
from tests.deploy.commands import AZD
from tests.deploy.fake_arm import FakeArm

AZDS_OWN = {"AZURE_SUBSCRIPTION_ID", "AZURE_LOCATION", "AZURE_ENV_NAME"}
OURS = {"GATEWRIGHT_KEY"}  # never in azd's environment


@pytest.fixture(scope="module")
def outputs(root: Path) -> set[str]:
    return set(re.findall(r"^output (\w+) ", (root / "infra/main.bicep").read_text("utf-8"), re.MULTILINE))


def test_every_variable_that_a_command_reads_is_an_output(outputs: set[str]) -> None:
    read = set(
        re.findall(r'"([A-Z][A-Z0-9]*_[A-Z0-9_]+)"', inspect.getsource(azure) + inspect.getsource(smoke))
    )
    assert {"APIM_NAME", "AZURE_KEY_VAULT_ENDPOINT", "APIM_GATEWAY_URL"} <= read
    assert read - AZDS_OWN - OURS <= outputs


def test_every_placeholder_that_is_deployed_is_an_output(build: Path, outputs: set[str]) -> None:
    bundle = Bundle.load(build)
    texts = [item.url for item in bundle.backends if isinstance(item, SingleBackend)]
    texts += [item.value or "" for item in bundle.named_values]
    used = {name for text in texts for name in re.findall(r"<([A-Za-z][A-Za-z0-9.-]*)>", text)}
    assert used == {"proxyHost", "apimClientId"}
    assert {variable(name) for name in used} <= outputs


@pytest.mark.e2e
@pytest.mark.skipif(sys.platform == "win32", reason="the POSIX hook")
def test_the_hook_deploys_with_azds_environment_and_nothing_else(
    arm: FakeArm, build: Path, root: Path, tmp_path: Path
) -> None:
    """The shipped script; only the endpoint is ours, put in where the command is found."""
    arm.options.shape = "immediate"
    tools, scripts = tmp_path / ".venv/bin", tmp_path / "scripts"
    tools.mkdir(parents=True)
    scripts.mkdir()
    (scripts / "postdeploy.sh").write_text((root / "scripts/postdeploy.sh").read_text("utf-8"), "utf-8")
    command = tools / "gatewright"
    line = f'exec "{sys.executable}" -m gatewright.cli "$@" --build "{build}" --endpoint "{arm.url}"'
    command.write_text(f"#!/bin/sh\n{line}\n", "utf-8")
    command.chmod(0o755)
    done = subprocess.run(
        ["sh", str(scripts / "postdeploy.sh")],
        env={**os.environ, **AZD, "GATEWRIGHT_PUBLISH_KEYS": "false"},
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "create    products/gw-retail-search\n" in done.stdout
    assert "products/gw-retail-search" in arm.store.entities


def test_both_hooks_run_the_same_command(root: Path) -> None:
    texts = [(root / f"scripts/postdeploy.{kind}").read_text("utf-8") for kind in ("sh", "ps1")]
    assert all(re.search(r"^gatewright deploy --env \S+", text, re.MULTILINE) for text in texts)
