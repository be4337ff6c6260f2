"""Scripts with stand-ins for the tools that they call."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.infra.test_azd import tools

LOG = 'echo "$*" >>"$LOG"\n'


def run(root: Path, folder: Path, script: str, *words: str, **variables: str) -> tuple[int, str, list[str]]:
    log = folder / "log"
    log.touch()
    done = subprocess.run(
        [str(root / "scripts" / script), *words],
        env={"PATH": str(folder), "LOG": str(log), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, log.read_text().split("\n")[:-1]


@pytest.mark.parametrize(
    ("az", "variables", "status", "calls"),
    [
        ("exit 0", {}, 0, ["account show", "account set"]),
        ('[ "$1 $2" != "account show" ]', {}, 0, ["account show", "login", "account set"]),
        ('[ "$1 $2" != "account show" ]', {"CI": "true"}, 1, ["account show"]),
        ('[ "$1 $2" != "account set" ]', {}, 1, ["account show", "account set"]),
    ],
)
def test_az_works_in_the_subscription_of_azd(
    root: Path, tmp_path: Path, az: str, variables: dict[str, str], status: int, calls: list[str]
) -> None:
    folder = tmp_path / "bin"
    tools(folder, az=LOG + az, azd="echo subscription-1")
    found, out, log = run(root, folder, "set-az-currentsubscription.sh", **variables)
    assert found == status
    assert [re.sub(r" --.*", "", line) for line in log] == calls
    assert ("az works in subscription-1" in out) is (status == 0)


@pytest.mark.parametrize(
    ("rows", "status"), [("retail-search 80 month 730.2 900", 1), ("", 0)], ids=["reached", "none"]
)
def test_budgets_that_were_reached_are_told(root: Path, tmp_path: Path, rows: str, status: int) -> None:
    folder = tmp_path / "bin"
    answer = (
        f'case "$*" in *"workspace list"*) echo guid-1;; *guid-1*GatewrightBudgetUse*) echo "{rows}";; esac'
    )
    tools(folder, az='echo "$AZURE_EXTENSION_USE_DYNAMIC_INSTALL $*" >>"$LOG"\n' + answer)
    found, out, log = run(root, folder, "budgets.sh", "rg-sample")
    assert (found, out.strip()) == (status, rows)
    assert "--timespan P1Y" in log[1]
    assert log[1].startswith("yes_without_prompt ")


def test_budgets_of_a_group_without_a_workspace_are_a_misuse(root: Path, tmp_path: Path) -> None:
    tools(tmp_path / "bin", az="true")
    assert run(root, tmp_path / "bin", "budgets.sh", "rg-sample")[0] == 2


def test_each_script_for_people_has_a_twin_in_powershell(root: Path) -> None:
    shell = {path.stem for path in (root / "scripts").glob("*.sh")}
    assert shell - {path.stem for path in (root / "scripts").glob("*.ps1")} == {
        "render-pull-request",
        "budgets",
    }
    assert os.access(root / "scripts/budgets.sh", os.X_OK)


def repository(root: Path, tmp_path: Path) -> Path:
    """A copy of the scripts in a folder of their own: cleanup removes a file beside them."""
    made = tmp_path / "copy"
    shutil.copytree(root / "scripts", made / "scripts")
    (made / "infra").mkdir()
    (made / "infra/main.parameters.json").write_text("{}")
    return made


@pytest.mark.parametrize(
    ("listed", "has_principal", "made"),
    [("", False, ["ad app create", "ad sp create"]), ("app-1", False, ["ad sp create"]), ("app-1", True, [])],
    ids=["new", "half", "second run"],
)
def test_the_application_of_the_proxy_is_registered_once(
    root: Path, tmp_path: Path, listed: str, has_principal: bool, made: list[str]
) -> None:
    folder = tmp_path / "bin"
    az = (
        f'case "$*" in "ad app list"*) echo "{listed}";; "ad app create"*) echo app-1;; '
        f'"ad sp show"*) exit {0 if has_principal else 3};; esac'
    )
    tools(
        folder,
        az=LOG + az,
        azd=LOG + '[ "$2" != get-value ] || echo sample',
        dirname='exec /usr/bin/dirname "$@"',
    )
    status, out, log = run(repository(root, tmp_path), folder, "appreg.sh")
    assert status == 0
    assert out.endswith("proxyAudience: api://app-1\n")
    assert [line[:13].rstrip(" -") for line in log if " create" in line] == made
    assert "ad app update --id app-1 --identifier-uris api://app-1" in log
    assert log[-1] == "env set PROXY_APPLICATION_ID app-1"


@pytest.mark.parametrize(("status", "forgotten"), [(0, True), (1, False)])
def test_cleanup_removes_the_application_and_forgets_who_deployed(
    root: Path, tmp_path: Path, status: int, forgotten: bool
) -> None:
    folder = tmp_path / "bin"
    tools(
        folder,
        az=LOG + f"exit {status}",
        azd=LOG,
        dirname='exec /usr/bin/dirname "$@"',
        rm='exec /bin/rm "$@"',
    )
    made = repository(root, tmp_path)
    found, _, log = run(made, folder, "cleanup.sh", PROXY_APPLICATION_ID="app-1")
    assert found == 0
    assert log[0] == "ad app delete --id app-1"
    assert ("env set PROXY_APPLICATION_ID " in log) is forgotten
    assert {"env set MY_IP_ADDRESS ", "env set MY_USER_ID "} <= set(log)
    assert not (made / "infra/main.parameters.json").exists()
