"""A small estate on disk, changed as a case says."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from gatewright.diagnostics import Diagnostic, Rejected
from gatewright.estate import Estate, load

BASE = Path(__file__).parent / "base"


@pytest.fixture
def small_estate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files of `base` as the folder `config` of the working directory."""
    shutil.copytree(BASE, tmp_path / "config")
    monkeypatch.chdir(tmp_path)
    return Path("config")


@pytest.fixture
def apply_case(small_estate: Path) -> Callable[[Mapping[str, Any]], Path]:
    """Changes the small estate as a case says, and gives its folder."""

    def apply(case: Mapping[str, Any]) -> Path:
        change(small_estate, case)
        return Path(case.get("config", small_estate))

    return apply


def change(config: Path, case: Mapping[str, Any]) -> None:
    """`given` writes whole files (null removes them), `bytes` in Latin-1, `change` replaces one text."""
    for name, text in case.get("given", {}).items():
        path = config / name
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for name, text in case.get("bytes", {}).items():
        (config / name).write_bytes(text.encode("latin-1"))
    for name, (old, new) in case.get("change", {}).items():
        path = config / name
        before = path.read_text(encoding="utf-8")
        assert old in before, f"{old!r} is not in {name}"
        path.write_text(before.replace(old, new, 1), encoding="utf-8")


def findings(config: Path, environment: str) -> tuple[Estate | None, tuple[Diagnostic, ...]]:
    """The estate, if it loads, and everything that was found."""
    try:
        estate = load(config, environment)
    except Rejected as refusal:
        return None, refusal.diagnostics
    return estate, estate.warnings


def told(item: Diagnostic) -> dict[str, str]:
    """A finding as cases write it."""
    where = {"place": str(item.span)} if item.span else {}
    hint = {"hint": item.hint} if item.hint else {}
    return {**where, "code": f"{item.code} {item.severity} {item.name}", "message": item.message, **hint}


@pytest.fixture
def find() -> Callable[[Path, str], tuple[Estate | None, list[dict[str, str]]]]:
    """Loads an estate and tells everything that was found."""

    def run(config: Path, environment: str = "dev") -> tuple[Estate | None, list[dict[str, str]]]:
        estate, items = findings(config, environment)
        return estate, [told(item) for item in items]

    return run
