"""The shipped queries name only columns that exist, and read usage through the view without duplicates."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from proxy_addon.sinks import columns

ROOT = Path(__file__).resolve().parents[3]
QUERIES = sorted((ROOT / "infra/kql").glob("*.kql"))
COLUMNS = {column.name for column in columns.load().columns}
RAW = {"usage.kql", "duplicates.kql", "late.kql"}
TILES = {"tokens-by-consumer.kql", "tokens-per-day.kql"}


def code(path: Path) -> str:
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("//")]
    return re.sub(r"'[^']*'", "''", "\n".join(lines))


def test_the_queries_are_there() -> None:
    assert {path.name for path in QUERIES} >= RAW | TILES


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.name)
def test_a_query_names_only_what_exists(path: Path) -> None:
    text = code(path)
    named = set(re.findall(r"\b[A-Z]\w+", text))
    own = set(re.findall(r"\b([A-Z]\w+) =(?![=~])", text))
    assert named - own - COLUMNS - {"OpenAIChargeback_CL", "GatewrightUsage", "UsageTime"} == set()
    assert path.read_text("utf-8").startswith("// ")


@pytest.mark.parametrize("path", [p for p in QUERIES if p.name not in RAW], ids=lambda path: path.name)
def test_a_query_counts_each_record_once(path: Path) -> None:
    text = code(path)
    assert "OpenAIChargeback_CL" not in text
    assert re.search(r"GatewrightUsage\(ago\(\d+d\), now\(\)\)", text)


def test_the_view_takes_one_row_of_each_record_and_every_row_of_the_first_version() -> None:
    text = code(ROOT / "infra/kql/usage.kql")
    assert "where isnotempty(RecordId) | summarize arg_min(TimeGenerated, *) by RecordId" in text
    assert "where isempty(RecordId)" in text
    assert "UsageTime >= begin and UsageTime < end" in text
