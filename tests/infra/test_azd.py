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


def test_actions_are_pinned_to_commits(root: Path) -> None:
    found = [
        step["uses"]
        for path in (root / ".github/workflows").glob("*.yml")
        for job in plain(path)["jobs"].values()
        for step in job["steps"]
        if "uses" in step
    ]
    assert len(found) > 10
    assert [name for name in found if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name)] == []


def test_each_pipeline_variable_reaches_the_deployment(root: Path) -> None:
    variables = plain(root / "azure.yaml")["pipeline"]["variables"]
    given = plain(root / ".github/workflows/deploy.yml")["jobs"]["deploy"]["env"]
    assert {name: given.get(name) for name in variables} == {
        name: f"${{{{ vars.{name} }}}}" for name in variables
    }


def test_azure_devops_is_not_given_variables_that_may_be_absent(root: Path) -> None:
    """An absent `$(NAME)` stays as it is written, and would be a value."""
    text = (root / ".azdo/pipelines/azure-dev.yml").read_text("utf-8")
    always = {"AZURE_SUBSCRIPTION_ID", "AZURE_ENV_NAME", "AZURE_LOCATION"}
    assert set(re.findall(r": \$\(([A-Z_]+)\)$", text, re.MULTILINE)) == always


def comment(root: Path, folder: Path, content: str, found: str = "") -> tuple[int, str, list[str]]:
    """Runs the step of comment.yml that comments, with a stand-in for gh."""
    steps = plain(root / ".github/workflows/comment.yml")["jobs"]["comment"]["steps"]
    script = next(step["run"] for step in steps if step.get("name") == "Comment")
    (folder / "rendered").mkdir()
    if content:
        (folder / "rendered/rendered.txt").write_text(content)
    else:
        (folder / "secret").write_text("token")
        (folder / "rendered/rendered.txt").symlink_to(folder / "secret")
    (folder / "bin").mkdir()
    (folder / "bin/gh").write_text(
        f'#!/bin/sh\necho "$*" >>log\ncase "$*" in *paginate*) echo "{found}";; esac\n'
    )
    (folder / "bin/gh").chmod(0o755)
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env={"PATH": f"{folder}/bin:/usr/bin:/bin", "GH_REPO": "o/r", "NUMBER": "7", "RESULT": "success"},
        capture_output=True,
        check=False,
    )
    log = (folder / "log").read_text().splitlines() if (folder / "log").exists() else []
    made = folder / "comment.md"
    return done.returncode, made.read_text() if made.exists() else "", [line.split(" -F")[0] for line in log]


def test_a_comment_shows_what_was_rendered_as_code_and_is_renewed(root: Path, tmp_path: Path) -> None:
    status, text, calls = comment(root, tmp_path, "a\n</details>\x1b[31m @team\n", "12")
    assert status == 0
    assert text.endswith("\n\n    a\n    </details>[31m @team\n")
    assert calls[1] == "api --method PATCH repos/o/r/issues/comments/12"


def test_a_comment_is_never_longer_than_github_takes(root: Path, tmp_path: Path) -> None:
    status, text, calls = comment(root, tmp_path, "x\n" * 30_000)
    assert status == 0
    assert "Only the beginning" in text
    assert len(text) < 65_536
    assert calls[1] == "api --method POST repos/o/r/issues/7/comments"


def test_a_link_in_an_artifact_is_not_followed(root: Path, tmp_path: Path) -> None:
    assert comment(root, tmp_path, "") == (1, "", [])


@pytest.mark.parametrize(
    ("threads", "method", "place"),
    [
        ("[]", "--data", "threads?api-version=7.1"),
        (
            '[{"id": 3, "isDeleted": true, "comments": [{"content": "<!-- gatewright --> old"}]},'
            ' {"id": 4, "isDeleted": false, "comments": [{"content": "hello"}]},'
            ' {"id": 5, "isDeleted": false, "comments": [{"content": "<!-- gatewright --> now"}]}]',
            "--request PATCH",
            "threads/5/comments/1?api-version=7.1",
        ),
    ],
    ids=["new", "renewed"],
)
def test_azure_devops_comments_once(
    root: Path, tmp_path: Path, threads: str, method: str, place: str
) -> None:
    """source: https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-threads (7.1)."""
    if not shutil.which("jq"):
        pytest.skip("needs jq, as Microsoft's agents have it")
    stages = plain(root / ".azdo/pipelines/azure-dev.yml")["stages"]
    steps = next(item["jobs"][0]["steps"] for item in stages if item["stage"] == "comment")
    script = next(step["script"] for step in steps if "script" in step)
    assert "$(System." not in script
    (tmp_path / "rendered").mkdir()
    (tmp_path / "rendered/rendered.txt").write_text('a "quoted" line\n')
    (tmp_path / "bin").mkdir()
    curl = f"""#!/bin/sh
cat >>"{tmp_path}/config"
echo "$*" >>"{tmp_path}/log"
case "$*" in *data*) ;; *) echo '{{"value": {threads}}}';; esac
"""
    (tmp_path / "bin/curl").write_text(curl)
    (tmp_path / "bin/curl").chmod(0o755)
    given = {
        "PATH": f"{tmp_path}/bin:/usr/bin:/bin",
        "PIPELINE_WORKSPACE": str(tmp_path),
        "SYSTEM_ACCESSTOKEN": "secret-token",
        "SYSTEM_COLLECTIONURI": "https://dev.azure.com/sample/",
        "SYSTEM_TEAMPROJECTID": "p-1",
        "SYSTEM_PULLREQUEST_PULLREQUESTID": "7",
        "BUILD_REPOSITORY_ID": "r-1",
    }
    subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, env=given, check=True)
    calls = (tmp_path / "log").read_text().splitlines()
    assert len(calls) == 2
    assert method in calls[1]
    base = "https://dev.azure.com/sample/p-1/_apis/git/repositories/r-1/pullRequests/7/"
    assert calls[1].endswith(f" {base}{place}")
    assert "secret-token" not in "".join(calls)  # it would stand in the list of processes
    body = json.loads((tmp_path / "body.json").read_text())
    text = body.get("content") or body["comments"][0]["content"]
    assert text.endswith('\n    a "quoted" line\n')


def test_a_budget_of_each_week_is_told(root: Path, tmp_path: Path) -> None:
    steps = plain(root / ".github/workflows/budgets.yml")["jobs"]["budgets"]["steps"]
    script = next(step["run"] for step in steps if step.get("name") == "Tell")
    (tmp_path / "reached.txt").write_text(
        "".join(f"retail 80 {per} 1 2\n" for per in ("day", "week", "month", "year"))
    )
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/gh").write_text('#!/bin/sh\n[ "$2" != create ] || echo "$4" >>log\n')
    (tmp_path / "bin/gh").chmod(0o755)
    environment = {"PATH": f"{tmp_path}/bin:/usr/bin:/bin"}
    subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, env=environment, check=True)
    told = re.sub(r"\d", "0", (tmp_path / "log").read_text()).splitlines()
    assert told == [
        f"Budget of retail: 00 % of the {when} reached"
        for when in ("day 0000-00-00", "week 0000-W00", "month 0000-00", "year 0000")
    ]


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
