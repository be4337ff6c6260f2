"""The house keeps its own order: codes are unique, names agree, nothing of a machine stands in the files."""

from __future__ import annotations

import importlib
import re
import subprocess
from pathlib import Path

import pytest

from gatewright.cli.reference import _modules, all_codes
from gatewright.diagnostics import Code

AREAS = ("CFG1", "POL2", "EXP3", "GEN4", "EMU5", "PRX6", "CHB7", "DEP8", "REC9", "INF0", "CLI0")


def tracked(root: Path) -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        check=False,
    )
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [root / name for name in listing.stdout.decode().split("\0") if name and (root / name).is_file()]


def test_each_code_is_declared_once_and_well_formed() -> None:
    places: dict[str, set[str]] = {}
    names: dict[str, set[str]] = {}
    for module in _modules():
        for value in vars(importlib.import_module(module)).values():
            if isinstance(value, Code):
                places.setdefault(value.code, set()).add(value.title)
                names.setdefault(f"{value.code[:3]} {value.name}", set()).add(value.code)
    assert {code: titles for code, titles in places.items() if len(titles) > 1} == {}
    assert {name: found for name, found in names.items() if len(found) > 1} == {}
    assert [code for code in places if not re.fullmatch(r"[A-Z]{3}\d{3}", code)] == []
    assert [code for code in places if not code.startswith(AREAS)] == []


def test_every_code_says_what_it_means() -> None:
    assert [code.code for code in all_codes().values() if not code.title.endswith(".")] == []


def test_each_emulated_element_has_a_catalog_entry(root: Path) -> None:
    emulated = {p.stem.replace("_", "-") for p in (root / "gatewright/harness/policies").glob("[a-z]*.py")}
    known = {p.stem for p in (root / "gatewright/apim/catalog/elements").glob("*.yaml")}
    assert emulated - known == set()


def test_each_rule_file_declares_the_code_of_its_name(root: Path) -> None:
    files = sorted((root / "gatewright/apim/lint").glob("pol2*.py"))
    assert files
    for path in files:
        code = path.stem.partition("_")[0].upper()
        assert code in all_codes(), path.name
        assert importlib.import_module(f"gatewright.apim.lint.{path.stem}").__doc__, path.name


def test_no_path_of_a_machine_in_the_files(root: Path) -> None:
    marks = [re.escape(str(Path.home())) + "/", re.escape(str(root.parent)) + "/", r"index[-]url\s*=?\s*http"]
    pattern = re.compile("|".join(marks))
    found = []
    for path in tracked(root):
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        if pattern.search(text) and path.name != Path(__file__).name:
            found.append(path.relative_to(root).as_posix())
    assert found == []
