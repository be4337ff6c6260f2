"""Faults of configuration, case by case: code, place, message and hint of everything that is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from gatewright.diagnostics import Code
from gatewright.estate import codes

FOLDER = Path(__file__).parent / "cases"


def _cases() -> list[Any]:
    found = []
    for file in sorted(FOLDER.glob("*.yaml")):
        for case in yaml.safe_load(file.read_text(encoding="utf-8")):
            found.append(pytest.param(case, id=f"{file.stem}: {case['case']}"))
    return found


@pytest.mark.parametrize("case", _cases())
def test_a_case_finds_exactly_what_it_says(
    case: dict[str, Any], apply_case: Callable[..., Path], find: Callable[..., Any]
) -> None:
    assert case["source"], "each case names its source"
    estate, found = find(apply_case(case), case.get("environment", "dev"))

    assert found == case["then"]
    assert (estate is None) == any(" error " in item["code"] for item in case["then"])


def test_every_code_has_a_case() -> None:
    declared = {item.code for item in vars(codes).values() if isinstance(item, Code)}
    cases = (case for param in _cases() for case in param.values)
    told = {item["code"].split()[0] for case in cases for item in case["then"]}

    elsewhere = {"CFG140"}  # test_load.py: thirty-one members are long to write out
    assert declared - elsewhere <= told
