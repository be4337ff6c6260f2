from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema.validators import validator_for

from gatewright.diagnostics.yaml import compose
from gatewright.infra.azd import ROOT_KEYS, check_azd
from gatewright.infra.parameters import documented_variables
from gatewright.infra.parse import parse

TAGGED = "var tags = {\n  'azd-service-name': 'proxy'\n}\n"


def plain(path: Path) -> dict[str, Any]:
    found = compose(path.read_text("utf-8"), path.name).plain()
    assert isinstance(found, dict)
    return found


def errors(schema: Path, content: Any) -> list[str]:
    loaded = json.loads(schema.read_text("utf-8"))
    return [error.message for error in validator_for(loaded)(loaded).iter_errors(content)]


def test_azure_yaml_is_as_azd_wants_it(root: Path, test_data: Path) -> None:
    """source: azure-dev ae35809f, schemas/v1.0 (2026-08-21)."""
    schema = test_data / "schemas/azd/azure.yaml-v1.0.schema.json"
    content = plain(root / "azure.yaml")
    assert errors(schema, content) == []
    assert errors(schema, {**content, "name": "Not a name"}) != []
    assert frozenset(json.loads(schema.read_text("utf-8"))["properties"]) == ROOT_KEYS


@pytest.mark.parametrize("name", ["ci", "render", "comment", "deploy", "budgets"])
def test_workflows_are_as_github_wants_them(root: Path, test_data: Path, name: str) -> None:
    """source: SchemaStore 3b6446ad (2026-08-07)."""
    schema = test_data / "schemas/github/github-workflow.schema.json"
    content = plain(root / f".github/workflows/{name}.yml")
    assert errors(schema, content) == []
    assert errors(schema, {**content, "jobs": []}) != []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("name: gw", "name: gw\nservice: {}", "INF050"),
        ("./hook.sh", "./hok.sh", "INF051"),
        ("./Dockerfile", "./Dockerfil", "INF051"),
        ("  proxy:", "  proxi:", "INF052"),
        ("name: gw", "name: [", "CFG101"),
    ],
)
def test_what_azd_would_stumble_over_is_told(tmp_path: Path, old: str, new: str, code: str) -> None:
    text = (
        "name: gw\nservices:\n  proxy:\n    project: .\n    host: containerapp\n"
        "    docker: {path: ./Dockerfile, context: .}\n"
        "hooks:\n  preprovision: {posix: {shell: sh, run: ./hook.sh}}\n"
    )
    (tmp_path / "hook.sh").write_text("")
    (tmp_path / "Dockerfile").write_text("")
    files = {"infra/main.bicep": parse(TAGGED, "infra/main.bicep")}
    (tmp_path / "azure.yaml").write_text(text)
    assert list(check_azd(tmp_path, files)) == []
    (tmp_path / "azure.yaml").write_text(text.replace(old, new))
    assert [item.code for item in check_azd(tmp_path, files)] == [code]


def test_the_job_that_runs_foreign_code_has_no_secret_and_writes_nothing(root: Path) -> None:
    render, comment = (plain(root / f".github/workflows/{name}.yml") for name in ("render", "comment"))
    text = (root / ".github/workflows/render.yml").read_text("utf-8")
    assert render["permissions"] == {"contents": "read"}
    assert "secrets." not in text
    assert list(render["on"]) == ["pull_request"]
    assert list(comment["on"]) == ["workflow_run"]
    steps = [step for job in comment["jobs"].values() for step in job["steps"]]
    assert all("checkout" not in step.get("uses", "") for step in steps)


def test_no_workflow_puts_foreign_text_into_a_script(root: Path) -> None:
    for path in (root / ".github/workflows").glob("*.yml"):
        for job in plain(path)["jobs"].values():
            assert [step["run"] for step in job["steps"] if "${{" in step.get("run", "")] == []


def test_pipeline_variables_are_documented(root: Path) -> None:
    documented = documented_variables((root / "infra/README.md").read_text("utf-8"))
    assert set(plain(root / "azure.yaml")["pipeline"]["variables"]) <= documented


@pytest.mark.parametrize("folder", ["scripts", ".devcontainer"])
def test_shell_scripts_parse_and_are_executable(root: Path, folder: str) -> None:
    found = sorted((root / folder).glob("*.sh"))
    assert found
    for path in found:
        assert os.access(path, os.X_OK), path.name
        subprocess.run(["sh", "-n", str(path)], check=True)


def test_each_hook_has_both_shells(root: Path) -> None:
    for hook in plain(root / "azure.yaml")["hooks"].values():
        scripts = {hook[key]["run"] for key in ("posix", "windows")}
        assert {name.rpartition(".")[0] for name in scripts} == {hook["posix"]["run"].rpartition(".")[0]}
        assert all((root / name).is_file() for name in scripts)


def tools(folder: Path, **scripts: str) -> None:
    folder.mkdir()
    for name, text in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    for name in ("sh", "grep", "tr"):
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)


def set_env(root: Path, folder: Path, **variables: str) -> tuple[int, list[str]]:
    log = folder / "log"
    log.touch()
    done = subprocess.run(
        [str(root / "scripts/set-env.sh")],
        env={"PATH": str(folder), "LOG": str(log), **variables},
        capture_output=True,
        check=False,
    )
    return done.returncode, log.read_text().split("\n")[:-1]


AZD = 'echo "$*" >>"$LOG"'


@pytest.mark.parametrize(
    ("curl", "variables", "status", "calls"),
    [
        ("echo 203.0.113.7", {}, 0, ["env set MY_IP_ADDRESS 203.0.113.7", "env set MY_USER_ID user-1"]),
        ("exit 22", {}, 0, ["env set MY_USER_ID user-1"]),
        ("echo '<html>503</html>'", {}, 0, ["env set MY_USER_ID user-1"]),
        ("echo 203.0.113.7; exit 3", {"CI": "true"}, 0, []),
        ("exit 22", {"CI": "true", "AZURE_PRINCIPAL_ID": "p-1"}, 0, ["env set MY_USER_ID p-1"]),
        ("exit 22", {"MY_IP_ADDRESS": "203.0.113.9", "MY_USER_ID": "u"}, 0, []),
        ("exit 22", {"MY_IP_ADDRESS": "999.0.0.1"}, 1, []),
    ],
)
def test_who_deploys_is_found_without_depending_on_one_service(
    root: Path, tmp_path: Path, curl: str, variables: dict[str, str], status: int, calls: list[str]
) -> None:
    folder = tmp_path / "bin"
    tools(folder, azd=AZD, curl=curl, az="echo user-1")
    assert set_env(root, folder, **variables) == (status, calls)


def test_the_smoke_calls_name_models_of_the_example(root: Path) -> None:
    text = (root / "tests.http").read_text("utf-8")
    named = set(re.findall(r"^@(?:chat|embeddings) = (\S+)$", text, re.MULTILINE))
    models = {plain(path).get("model") for path in (root / "config/backends").glob("*.yaml")}
    assert named
    assert named <= models
