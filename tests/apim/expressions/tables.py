"""The case tables: what real .NET answered, by feature."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "cases"
Case = dict[str, Any]


def load(path: Path) -> list[Case]:
    """The cases of one table, each with its context filled in."""
    table = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    contexts = table.get("contexts", {})
    compiler = table.get("compiler", "mcs")
    return [
        {**case, "compiler": compiler, "context": contexts[case["context"]] if "context" in case else {}}
        for case in table["cases"]
    ]


def all_cases() -> list[Case]:
    """The cases of every table."""
    return [case for path in sorted(FOLDER.glob("*.yaml")) for case in load(path)]


def outcome(result: Case) -> str:
    """What two results have to agree on; error messages and compile-time codes differ between compilers."""
    error = result.get("error") or {}
    stage = error.get("stage")
    kind = error.get("type") if stage == "runtime" else None
    parts = [result.get(key) for key in ("ok", "type", "value", "text", "traces")]
    return json.dumps([*parts, stage, kind], sort_keys=True, ensure_ascii=False)
