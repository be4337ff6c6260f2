"""Records what real .NET answers for the case tables.

    GATEWRIGHT_TEST_DATA=... ORACLE_TOOLCHAIN=... python record_oracle.py [table.yaml ...]

Only `expected` of each case is rewritten. Needs mcs and the comparison toolchain (see the oracle's README); a
table with `compiler: microsoft` needs ORACLE_CSC too (see microsoft.py).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parent))
import microsoft
import tables

KEPT = ("ok", "type", "value", "text", "traces", "nondeterministic", "profile")


def ask(cases: list[dict[str, Any]], test_data: Path, toolchain: str) -> list[dict[str, Any]]:
    """The oracle's results, in order."""
    with tempfile.TemporaryDirectory() as folder:
        given, out = Path(folder, "cases.json"), Path(folder, "out.json")
        given.write_text(json.dumps(cases), encoding="utf-8")
        script = str(test_data / "oracle" / "oracle.py")
        command = [sys.executable, script, "--cases", str(given), "--out", str(out), "--toolchain", toolchain]
        subprocess.run(command, check=True, capture_output=True)
        results: list[dict[str, Any]] = json.loads(out.read_text(encoding="utf-8"))
        return results


def expected(result: dict[str, Any]) -> dict[str, Any]:
    """What a table keeps of a result."""
    kept = {key: result[key] for key in KEPT if key in result}
    if "error" in result:
        kept["error"] = {key: result["error"][key] for key in ("stage", "type")}
    return kept


def record(path: Path, test_data: Path, toolchain: str) -> None:
    """Rewrites the expected answers of one table."""
    table = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    answer = microsoft.ask if table.get("compiler") == "microsoft" else ask
    results = answer(tables.load(path), test_data, toolchain)
    for case, result in zip(table["cases"], results, strict=True):
        case["expected"] = expected(result)
    text = yaml.safe_dump(table, sort_keys=False, allow_unicode=False, width=110)
    path.write_text(text, encoding="utf-8")


def main() -> None:
    """Records the tables that were named, or all."""
    test_data, toolchain = Path(os.environ["GATEWRIGHT_TEST_DATA"]), os.environ["ORACLE_TOOLCHAIN"]
    for path in [Path(name) for name in sys.argv[1:]] or sorted(tables.FOLDER.glob("*.yaml")):
        record(path, test_data, toolchain)
        print(path.name)


if __name__ == "__main__":
    main()
