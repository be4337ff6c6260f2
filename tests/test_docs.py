"""Generated pages are current, and every documented command runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gatewright.cli.commands.schema import all_schemas
from gatewright.cli.reference import pages

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TARGETS = ("make demo", "make test", "make lint")  # each has a run of its own in CI


def commands() -> list[tuple[str, str]]:
    files = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return [
        (path.name, line)
        for path in files
        for block in BLOCK.findall(path.read_text("utf-8"))
        for line in block.splitlines()
        if line.strip() and line not in TARGETS
    ]


def test_generated_pages_are_current() -> None:
    for name, text in pages().items():
        assert (ROOT / "docs" / name).read_text("utf-8") == text, f"docs/{name}: run make docs"


def test_schemas_are_current() -> None:
    for name, text in all_schemas().items():
        assert (ROOT / "config/schemas" / name).read_text("utf-8") == text, f"{name}: run make docs"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as after `make demo`: the repository's own files and the commands in .venv/bin."""
    folder = tmp_path_factory.mktemp("tour")
    for name in ("config", "policies", "infra"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copytree(ROOT / "tests/fixtures", folder / "tests/fixtures")
    (folder / ".venv").mkdir()
    (folder / ".venv/bin").symlink_to(Path(sys.executable).parent)
    return folder


@pytest.mark.e2e
def test_documented_commands_run(copy: Path) -> None:
    found = commands()
    assert len(found) > 10
    for page, line in found:
        done = subprocess.run(
            ["bash", "-euc", line],
            cwd=copy,
            env={**os.environ, "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{page}: {line}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        assert "Traceback" not in done.stderr


def test_links_between_pages_lead_somewhere() -> None:
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text("utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"
