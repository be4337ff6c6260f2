"""A copy of the example estate that a test may break."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gatewright.cli.app import run


@dataclass(frozen=True, slots=True)
class Result:
    """What a command did."""

    status: int
    out: str
    err: str


Command = Callable[..., Result]


@pytest.fixture
def estate(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the example configuration and the templates; the current folder."""
    shutil.copytree(root / "config", tmp_path / "config")
    shutil.copytree(root / "policies", tmp_path / "policies")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def gatewright(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command line."""

    def call(*words: str) -> Result:
        capsys.readouterr()
        status = run(words)
        found = capsys.readouterr()
        return Result(status, found.out, found.err)

    return call
