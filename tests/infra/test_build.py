"""A stand-in for the compiler prints what Bicep prints; no compiler is needed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from gatewright.cli.app import run
from gatewright.infra.build import check_build, compiler


def stand_in(folder: Path, *lines: str, status: int = 0, name: str = "bicep") -> Mapping[str, str]:
    """An environment whose only compiler writes lines to stderr; it keeps its arguments in a file."""
    folder.mkdir(exist_ok=True)
    said = "\n".join(lines)
    kept = f"echo \"$@\" >'{folder}/arguments'"
    script = f"#!/bin/sh\n{kept}\ncat >&2 <<'END'\n{said}\nEND\necho '{{}}'\nexit {status}\n"
    path = folder / name
    path.write_text(script, "utf-8")
    path.chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.defpath}", "HOME": str(folder)}


def told(root: Path, environment: Mapping[str, str]) -> list[tuple[str, str, str]]:
    command = compiler(environment)
    assert command is not None
    items = check_build(root, "infra/main.bicep", command, environment)
    return [(item.code, str(item.span), item.message) for item in items]


def test_a_folder_that_builds_has_no_fault(tmp_path: Path) -> None:
    environment = stand_in(tmp_path / "bin", "")
    assert told(tmp_path, environment) == []
    assert (tmp_path / "bin/arguments").read_text("utf-8").split() == [
        "build",
        "--stdout",
        "infra/main.bicep",
    ]


def test_diagnostics_of_the_compiler_are_told_with_their_places(tmp_path: Path) -> None:
    """source: Azure/bicep 9beb0fee, src/Bicep.Cli/Logging/DiagnosticLogger.cs."""
    environment = stand_in(
        tmp_path / "bin",
        f"{tmp_path}/infra/main.bicep(12,7) : "
        'Warning no-unused-params: Parameter "x" is declared but never used. '
        "[https://aka.ms/bicep/linter-diagnostics#no-unused-params]",
        f"{tmp_path}/infra/modules/proxy.bicep(3,9) : "
        "Error BCP057: The name 'y' does not exist in the current context.",
        f"{tmp_path}/infra/main.bicep(1,1) : Info use-recent-api-versions: not told",
        status=1,
    )
    assert told(tmp_path, environment) == [
        (
            "INF071",
            "infra/main.bicep:12:7",
            'Parameter "x" is declared but never used. '
            "[https://aka.ms/bicep/linter-diagnostics#no-unused-params] (no-unused-params)",
        ),
        (
            "INF070",
            "infra/modules/proxy.bicep:3:9",
            "The name 'y' does not exist in the current context. (BCP057)",
        ),
    ]


def test_a_compiler_that_fails_without_a_diagnostic_is_told(tmp_path: Path) -> None:
    environment = stand_in(tmp_path / "bin", "", "cannot write", status=3)
    assert told(tmp_path, environment) == [
        ("INF070", "infra/main.bicep", "the compiler ended with 3: cannot write")
    ]


def test_without_a_compiler_there_is_no_command(tmp_path: Path) -> None:
    assert compiler({"PATH": str(tmp_path)}) is None


def test_azure_clis_compiler_is_taken_where_it_is_installed(tmp_path: Path) -> None:
    environment = {**stand_in(tmp_path / "bin", "", name="az"), "HOME": str(tmp_path)}
    environment["PATH"] = str(tmp_path / "bin")
    assert compiler(environment) is None
    (tmp_path / ".azure/bin").mkdir(parents=True)
    (tmp_path / ".azure/bin/bicep").touch()
    assert compiler(environment) == [str(tmp_path / "bin/az"), "bicep", "build", "--stdout", "--file"]


@pytest.mark.parametrize(("status", "level"), [(1, "Error BCP001"), (0, "Warning no-unused-vars")])
def test_check_infra_compiles_too(
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    status: int,
    level: str,
) -> None:
    environment = stand_in(
        tmp_path / "bin", f"{root}/infra/main.bicep(1,1) : {level}: said so", status=status
    )
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(root)
    assert run(["check", "--infra"]) == status
    written = capsys.readouterr()
    assert "said so" in written.out
    assert "compiled" in written.err
