"""The C# of the example, taken by a real compiler and run by .NET."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.generator.csharp import CASES, every_expression, expression


@pytest.mark.skipif(shutil.which("mcs") is None, reason="the C# compiler mcs (mono-mcs) is not installed")
def test_a_csharp_compiler_takes_every_expression(
    example: dict[str, str], test_data: Path, tmp_path: Path
) -> None:
    toolchain = os.environ.get("ORACLE_TOOLCHAIN")
    cases: list[dict[str, Any]] = [
        {"id": f"all-{number}", "expression": source}
        for number, source in enumerate(every_expression(example))
    ]
    if toolchain:
        cases.extend({**case, "expression": expression(example, case)} for case in CASES)
    given, answered = tmp_path / "cases.json", tmp_path / "answers.json"
    given.write_text(json.dumps(cases), encoding="utf-8")
    command = [
        sys.executable,
        str(test_data / "oracle" / "oracle.py"),
        "--cases",
        str(given),
        "--out",
        str(answered),
    ]
    subprocess.run(
        [*command, *(["--toolchain", toolchain] if toolchain else ["--runtime", "mono"])],
        check=True,
        capture_output=True,
    )
    answers = {item["id"]: item for item in json.loads(answered.read_text(encoding="utf-8"))}
    refused = [
        item
        for item in answers.values()
        if not item["ok"] and item["error"]["stage"] in {"compile", "denied"}
    ]
    assert refused == []
    if toolchain:
        assert {case["id"]: answers[case["id"]].get("value") for case in CASES} == {
            case["id"]: case["value"] for case in CASES
        }
