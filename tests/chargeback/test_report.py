from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

from gatewright.chargeback import tables
from gatewright.chargeback.report import Report, report
from gatewright.metering.record import Settlement, UsageSource
from tests.chargeback.builders import METERS, cards, record


def sample(folder: Path, *by: str) -> Report:
    records = [
        record(1, input_tokens=1000, cache_read_input_tokens=200, output_tokens=500),
        record(2, source=UsageSource.MISSING, settlement=Settlement.REFUSED),
        record(3, tenant="team-b", backend="gw-e", model="embeddings", input_tokens=4000, output_tokens=0),
        record(4, tenant="team-b", backend="gw-unknown", model="new", input_tokens=70, output_tokens=7),
    ]
    return report(records, METERS, cards(folder), by=by or ("tenant", "model"))


def test_rows_sum_tokens_and_cost(tmp_path: Path) -> None:
    found = sample(tmp_path)
    assert [row.key for row in found.rows] == [
        ("team-a", "chat"),
        ("team-b", "embeddings"),
        ("team-b", "new"),
    ]
    first = found.rows[0]
    assert (first.attempts, first.refused, first.input_tokens, first.cached_tokens) == (2, 1, 1000, 200)
    assert str(first.cost.normalize()) == "0.0057"
    assert found.total.cost == sum(row.cost for row in found.rows)


def test_the_share_of_estimates_is_said(tmp_path: Path) -> None:
    records = [
        record(1, input_tokens=900, output_tokens=0),
        record(2, source=UsageSource.ESTIMATED, input_tokens=90, output_tokens=10, total_tokens=100),
    ]
    found = report(records, METERS, cards(tmp_path))
    assert (found.total.estimated, found.total.estimated_tokens) == (1, 100)
    assert tables.to_text(found).endswith("100 tokens (10.0 %) are estimated\n")
    assert json.loads(tables.to_json(found))["total"]["estimated_tokens"] == 100
    assert "are estimated" not in tables.to_text(sample(tmp_path))


def test_unpriced_model_is_shown_as_unpriced(tmp_path: Path) -> None:
    found = sample(tmp_path)
    assert tables.cells(found, found.rows[2])[-1] == "unpriced"
    assert json.loads(tables.to_json(found))["rows"][2]["cost"] is None
    assert [d.code for d in found.warnings()] == ["CHB713"]


def test_sum_with_unpriced_parts_is_marked(tmp_path: Path) -> None:
    text = tables.to_text(sample(tmp_path))
    assert text.splitlines()[-1] == "* without what is unpriced"
    assert text.splitlines()[-2].endswith("0.0058*")


def test_group_of_refused_attempts_costs_zero_not_unpriced(tmp_path: Path) -> None:
    only = [record(source=UsageSource.MISSING, settlement=Settlement.REFUSED)]
    found = report(only, METERS, cards(tmp_path))
    assert tables.cells(found, found.rows[0])[-1] == "0.0000"


def test_csv_cells_are_no_formulas(tmp_path: Path) -> None:
    found = report([record(tenant="=1+2", input_tokens=1)], METERS, cards(tmp_path))
    rows = list(csv.reader(io.StringIO(tables.to_csv(found))))
    assert rows[1][0] == "'=1+2"
    assert rows[1][-1] == "0.000002000"


def test_days_are_utc_and_bounds_half_open(tmp_path: Path) -> None:
    records = [record(i, time=datetime(2026, 11, i, tzinfo=UTC), input_tokens=1) for i in (1, 2, 3)]
    found = report(
        records,
        METERS,
        cards(tmp_path),
        by=("day",),
        since=datetime(2026, 11, 2, tzinfo=UTC),
        until=datetime(2026, 11, 3, tzinfo=UTC),
    )
    assert [row.key for row in found.rows] == [("2026-11-02",)]


def test_table_reads_well(tmp_path: Path) -> None:
    lines = tables.to_text(sample(tmp_path, "tenant")).splitlines()
    assert lines[0].startswith("tenant  attempts  refused  input_tokens")
    assert lines[2].startswith("team-a         2        1         1,000")
    assert lines[-2].startswith("total          4        1         5,070")
