"""Every case of the tables, against what real .NET answered; live too where the toolchain is present."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gatewright.apim.expressions import eval_cases
from gatewright.apim.expressions.limits import Limits

HERE = Path(__file__).parent


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


tables = _module("tables")
Case = dict[str, Any]
CASES = tables.all_cases()
AMPLE = Limits(seconds=60)
"""On a loaded machine, what loads every time zone takes longer than an evaluation may."""


@pytest.mark.parametrize("case", CASES, ids=[c["id"] for c in CASES])
def test_case_answers_as_dotnet_did(case: dict[str, Any]) -> None:
    if case["expected"].get("nondeterministic"):
        [result] = eval_cases([case], limits=AMPLE)
        assert result["ok"] == case["expected"]["ok"]
        return
    [result] = eval_cases([case], limits=AMPLE)
    assert tables.outcome(result) == tables.outcome(case["expected"]), result


def test_case_ids_are_unique() -> None:
    assert len({c["id"] for c in CASES}) == len(CASES)


def test_samples_of_the_oracle_are_exact(test_data: Path) -> None:
    folder = test_data / "oracle"
    cases = json.loads((folder / "sample_cases.json").read_text(encoding="utf-8"))
    expected = json.loads((folder / "sample_expected.json").read_text(encoding="utf-8"))
    assert len(cases) == 40
    for case, wanted in zip(cases, expected, strict=True):
        [result] = eval_cases([case], limits=AMPLE)
        if not wanted.get("nondeterministic"):
            assert tables.outcome(result) == tables.outcome(wanted), case["id"]


def test_tables_hold_what_dotnet_answers_now(test_data: Path) -> None:
    toolchain = os.environ.get("ORACLE_TOOLCHAIN")
    if not toolchain or not shutil.which("mcs"):
        pytest.skip("mcs and ORACLE_TOOLCHAIN are needed to ask .NET")
    recorder = _module("record_oracle")
    _compare([c for c in CASES if c["compiler"] == "mcs"], recorder.ask, test_data, toolchain)


def test_tables_hold_what_microsofts_compiler_makes(test_data: Path) -> None:
    toolchain = os.environ.get("ORACLE_TOOLCHAIN")
    microsoft = _module("microsoft")
    if not toolchain or not shutil.which("mcs") or not microsoft.installed():
        pytest.skip("mcs, ORACLE_TOOLCHAIN and ORACLE_CSC are needed to ask Microsoft's compiler")
    _compare([c for c in CASES if c["compiler"] == "microsoft"], microsoft.ask, test_data, toolchain)


def _compare(
    cases: list[Case], ask: Callable[[list[Case], Path, str], list[Case]], test_data: Path, toolchain: str
) -> None:
    for case, result in zip(cases, ask(cases, test_data, toolchain), strict=True):
        if not result.get("nondeterministic"):
            assert tables.outcome(result) == tables.outcome(case["expected"]), case["id"]
