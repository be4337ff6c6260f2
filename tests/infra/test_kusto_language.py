"""Queries bound by Microsoft's own language service, where Node and its package are at hand.

`npm install @kusto/language-service-next` anywhere; KUSTO_LANGUAGE is its folder below node_modules.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from proxy_addon.sinks import columns
from tests.infra.workspace import FUNCTIONS, OTHER_TABLES, encoded, texts

SPELT = {"boolean": "bool"}


def bound(root: Path, queries: dict[str, str]) -> dict[str, list[str]]:
    """What the language service finds in functions and queries, by name."""
    node, package = shutil.which("node"), os.environ.get("KUSTO_LANGUAGE", "")
    if node is None or not Path(package, "Kusto.Language.Bridge.js").is_file():
        pytest.skip("needs Node and KUSTO_LANGUAGE, the folder of @kusto/language-service-next")
    table = columns.load()
    schema = ", ".join(f"{column.name}: {SPELT.get(column.type, column.type)}" for column in table.columns)
    files = texts(root)
    functions = {
        alias: [
            f"({parameters})",
            files[f"functions/{name}.kql"].replace("<rows>", encoded([{"a": "b'\"c"}])),
        ]
        for name, (alias, parameters) in FUNCTIONS.items()
    }
    given = {
        "tables": {table.name: f"({schema})", **OTHER_TABLES},
        "functions": functions,
        "queries": queries,
    }
    script = Path(__file__).with_name("kusto_language.js")
    done = subprocess.run(
        [node, str(script), package],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def test_every_query_binds_to_the_table(root: Path) -> None:
    queries = {name: text for name, text in texts(root).items() if not name.startswith("functions/")}
    found = bound(root, queries)
    assert len(found) == len(queries) + len(FUNCTIONS)
    assert {name: said for name, said in found.items() if said} == {}


def test_a_wrong_column_is_found(root: Path) -> None:
    found = bound(root, {"wrong": "GatewrightCost(ago(1d), now()) | summarize sum(Costt) by Consumer"})
    assert "Costt" in found["wrong"][0]
