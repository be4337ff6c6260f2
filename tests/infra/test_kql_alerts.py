"""The alert rules of infra/kql/alerts, run as they are on a copy of the table on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gatewright.metering.record import Settlement, UsageSource
from gatewright.metering.usage import TokenUsage
from tests.infra.records import BUDGET, NOON, NOW, Make, used
from tests.infra.workspace import Workspace, texts


def alert(workspace: Workspace, root: Path, name: str) -> list[dict[str, object]]:
    return workspace.run(texts(root)[f"alerts/{name}.kql"])


ALERTS = {
    "failed-attempts": {"settlement": Settlement.FAILED, "status": 502, "usage": TokenUsage()},
    "throttled": {"settlement": Settlement.REFUSED, "status": 429, "usage": TokenUsage()},
    "usage-not-reported": {"usage_source": UsageSource.ESTIMATED},
    "unpriced-model": {"backend": "gw-e"},
}


@pytest.mark.parametrize("detail", ["no_usage_in_body", "pending", "counted_apart", "not_a_generation"])
def test_usage_that_is_missing_is_told_where_it_was_owed(make: Make, root: Path, detail: str) -> None:
    lost = used(2, time=NOW - timedelta(minutes=5), usage=TokenUsage(), usage_source=UsageSource.MISSING)
    found = alert(make([replace(lost, usage_detail=detail)]), root, "usage-not-reported")
    assert len(found) == (detail == "no_usage_in_body")


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_counts_what_it_is_for(make: Make, root: Path, name: str) -> None:
    recent = NOW - timedelta(minutes=5)
    bad = used(2, time=recent, **ALERTS[name])  # type: ignore[arg-type]
    assert len(alert(make([used(1, time=recent), bad]), root, name)) == 1
    assert alert(make([used(1, time=recent)]), root, name) == []


def test_late_records_are_told(make: Make, root: Path) -> None:
    workspace = make([used(1)], now=NOON + timedelta(minutes=32))
    assert len(alert(workspace, root, "records-late")) == 1
    assert alert(make([used(1)], now=NOON + timedelta(minutes=29)), root, "records-late") == []


def logged(workspace: Workspace, table: str, *rows: Mapping[str, object]) -> Workspace:
    for row in rows:
        names, marks = ", ".join(row), ", ".join("?" for _ in row)
        workspace.connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))
    return workspace


def test_faults_of_the_proxy_are_told(make: Make, root: Path) -> None:
    at = (NOW - timedelta(minutes=1)).replace(tzinfo=None)
    calls = [
        {"TimeGenerated": at, "BackendResponseCode": code, "ResponseCode": 503} for code in (530, 200, 502)
    ]
    assert len(alert(logged(make([]), "ApiManagementGatewayLogs", *calls), root, "proxy-faults")) == 1


@pytest.mark.parametrize(("recorded", "fires"), [(30, False), (16, False), (14, True), (0, True)])
def test_calls_without_records_are_told(make: Make, root: Path, recorded: int, fires: bool) -> None:
    at = NOW - timedelta(minutes=45)
    call = {
        "TimeGenerated": at.replace(tzinfo=None),
        "BackendUrl": "https://p/b/gw-a/-/x",
        "BackendResponseCode": 200,
    }
    workspace = make([used(number, time=at) for number in range(recorded)])
    rows = alert(logged(workspace, "ApiManagementGatewayLogs", *[call] * 30), root, "records-missing")
    assert bool(rows) is fires


@pytest.mark.parametrize(
    ("line", "fires"),
    [
        (
            "2026-11-18T12:29:00Z error journal: cannot record (No space left on device); 3 wait",
            True,
        ),
        ("2026-11-18T12:29:00Z warning sink azure-monitor: not delivered (403), will be tried again", True),
        (
            "2026-11-18T12:29:00Z error sink azure-monitor: everything is refused: 404; check it",
            True,
        ),
        ("2026-11-18T12:29:00Z info journal: recording again, 1 unrecorded so far", False),
    ],
)
def test_a_journal_that_piles_up_is_told(make: Make, root: Path, line: str, fires: bool) -> None:
    """The lines are those of proxy_addon/lifecycle.py and proxy_addon/sinks/shipper.py."""
    row = {"TimeGenerated": (NOW - timedelta(minutes=1)).replace(tzinfo=None), "Log": line}
    assert bool(alert(logged(make([]), "ContainerAppConsoleLogs", row), root, "journal-backlog")) is fires


def test_the_lines_of_the_journal_alert_are_the_proxys(root: Path) -> None:
    said = "".join(path.read_text("utf-8") for path in (root / "proxy_addon").rglob("*.py"))
    assert all(text in said for text in ("journal: cannot record", "everything is refused", "not delivered"))


def test_a_budget_per_day_tells_each_percentage(make: Make, root: Path) -> None:
    budget = [{"tenant": "team-a", "amount": "5", "per": "day", "percentages": [50, 80, 100]}]
    rows = alert(make([used(1)], budgets=budget), root, "budget-threshold")
    assert [(row["Consumer"], row["Percentage"]) for row in rows] == [("team-a", "50")]
    rows = alert(make([used(1), used(2)], budgets=budget), root, "budget-threshold")
    assert sorted(str(row["Percentage"]) for row in rows) == ["100", "50", "80"]


@pytest.mark.parametrize(("amount", "fires"), [("85", False), ("83", True)])
def test_a_budget_per_month_tells_when_its_pace_is_too_high(
    make: Make, root: Path, amount: str, fires: bool
) -> None:
    """2.80 in 24 hours, 30 days in November: 84 at this pace."""
    budget = [{**BUDGET, "amount": amount}]
    assert bool(alert(make([used(1)], budgets=budget), root, "budget-pace")) is fires
