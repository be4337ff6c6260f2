"""Workbook, dashboard and alert rules as they arrive in Azure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from gatewright.infra.bicep import Object
from gatewright.infra.parse import parse
from tests.infra.evaluate import Evaluator, Value
from tests.infra.sources import Sources

PREDECESSOR = [
    "AspNetOverviewPinnedPart",
    "ProactiveDetectionAsyncPart",
    "QuickPulseButtonSmallPart",
    "WebTestsPinnedPart",
    "UsageUsersOverviewPart",
    "CuratedBladeFailuresPinnedPart",
    "CuratedBladePerformancePinnedPart",
    "ApplicationMapPart",
    "MarkdownPart",
    "LogsDashboardPart",
    "MonitorChartPart",
]
"""source: Azure/enterprise-azureai 3e6c97f, infra/modules/monitor/dashboard.bicep."""


def module(own: Sources, name: str, **given: Value) -> Evaluator:
    path = f"infra/modules/{name}.bicep"
    return Evaluator(parse(own.bicep[path], path), own.texts, given)


def objects(value: Value) -> Iterator[dict[str, Value]]:
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from objects(item)
    elif isinstance(value, list):
        for item in value:
            yield from objects(item)


@pytest.fixture
def workbook(own: Sources) -> Value:
    return module(own, "workbook").variable("content")


@pytest.fixture
def parts(own: Sources) -> list[dict[str, Value]]:
    found = module(own, "dashboard")
    resource = found.file.get("dashboard")
    assert resource is not None
    assert resource.body is not None
    properties = found.value(resource.body.get("properties") or Object((), resource.span), {})
    assert isinstance(properties, dict)
    lens = properties["lenses"]
    assert isinstance(lens, list)
    assert isinstance(lens[0], dict)
    placed = lens[0]["parts"]
    assert isinstance(placed, list)
    return [part for part in placed if isinstance(part, dict)]


def test_the_workbook_is_as_its_schema_says(workbook: Value, test_data: Path) -> None:
    """source: Application-Insights-Workbooks 1ea1c77 (2026-08-19), schema/workbook.json."""
    schema = json.loads((test_data / "schemas/workbooks/workbook.schema.json").read_text("utf-8"))
    faults = jsonschema.Draft7Validator(schema)
    assert [item.message for item in faults.iter_errors(workbook)] == []
    assert isinstance(workbook, dict)
    items = workbook["items"]
    assert isinstance(items, list)
    assert not faults.is_valid({**workbook, "items": [{"type": 3}]})


def test_each_tile_has_a_name_of_its_own(workbook: Value) -> None:
    names = [str(item["name"]) for item in objects(workbook) if "type" in item and "name" in item]
    assert len(names) == len(set(names))
    assert len(names) > 20


def test_every_query_is_shown_or_watched(own: Sources, workbook: Value) -> None:
    """A file of infra/kql that nothing loads would rot; one that is loaded twice shows twice."""
    shown = [str(item["query"]) for item in objects(workbook) if "query" in item]
    watched = module(own, "alerts").variable("rules")
    rules = [str(item["query"]) for item in objects(watched) if "query" in item]
    functions = own.bicep["infra/modules/usage-functions.bicep"]
    for name, text in own.texts.items():
        if name.startswith("infra/kql/functions/"):
            assert f"'../kql/{name.removeprefix('infra/kql/')}'" in functions
        elif name.endswith(".kql"):
            assert [*shown, *rules].count(text) == 1, name


def test_the_dashboard_has_the_tiles_of_the_first_one(parts: list[dict[str, Value]]) -> None:
    kinds = [
        str(item["type"]).rpartition("/")[2]
        for part in parts
        for item in [part["metadata"]]
        if isinstance(item, dict)
    ]
    assert set(PREDECESSOR) == set(kinds)
    assert kinds.count("LogsDashboardPart") == 3
    assert kinds.count("MonitorChartPart") == 2


def test_headings_are_as_azure_describes_them(parts: list[dict[str, Value]], test_data: Path) -> None:
    """source: azure-resource-manager-schemas a145443 (2026-08-16), Microsoft.Portal 2026-04-01."""
    schema = json.loads(
        (test_data / "schemas/arm-templates/Microsoft.Portal-2026-04-01.json").read_text("utf-8")
    )
    known = set(schema["definitions"]["MarkdownPartMetadataSettingsContent"]["properties"])
    contents = [item["content"] for part in parts for item in objects(part) if "content" in item]
    made = [item for item in contents if isinstance(item, dict)]
    assert len(made) == 3
    assert all(set(item) <= known and str(item["content"]).startswith("# ") for item in made)


def test_no_part_of_the_dashboard_covers_another(parts: list[dict[str, Value]]) -> None:
    cells = list[tuple[int, int]]()
    for part in parts:
        at = part["position"]
        assert isinstance(at, dict)
        x, y, width, height = (int(str(at[key])) for key in ("x", "y", "colSpan", "rowSpan"))
        cells.extend((column, row) for column in range(x, x + width) for row in range(y, y + height))
    assert len(cells) == len(set(cells))


def test_no_tile_names_somebodys_workspace(parts: list[dict[str, Value]]) -> None:
    """The first dashboard carried the name of its author's workspace."""
    scopes = [item["resourceIds"] for part in parts for item in objects(part) if "resourceIds" in item]
    assert scopes == [["<workspaceId>"]] * 3


WINDOWS = (
    {f"PT{n}M" for n in (1, 5, 10, 15, 30, 45)} | {f"PT{n}H" for n in (1, 2, 3, 4, 5, 6)} | {"P1D", "P2D"}
)


def test_alert_rules_look_no_further_back_than_azure_lets_them(own: Sources) -> None:
    """source: create a log search alert rule (2026): windows up to two days, whatever the query says."""
    rules = module(own, "alerts").variable("rules")
    assert isinstance(rules, list)
    for rule in rules:
        assert isinstance(rule, dict)
        assert rule["window"] in WINDOWS
        assert rule["frequency"] in WINDOWS
        assert "ago(7d)" not in str(rule["query"])


@pytest.mark.parametrize("has_logs", [True, False])
def test_rules_over_gateway_logs_rest_where_there_are_none(own: Sources, has_logs: bool) -> None:
    found = module(own, "alerts", hasGatewayLogs=has_logs)
    alerts = found.file.get("alerts")
    assert alerts is not None
    assert alerts.value is not None
    made = found.value(alerts.value, {"group": {"id": "id"}})
    assert isinstance(made, list)
    enabled = {
        str(r["name"]): r["properties"]["enabled"]
        for r in made
        if isinstance(r, dict)
        if isinstance(r["properties"], dict)
    }
    assert enabled["gatewright-proxy-faults"] is has_logs
    assert enabled["gatewright-records-missing"] is has_logs
    assert all(
        on
        for name, on in enabled.items()
        if name not in ("gatewright-proxy-faults", "gatewright-records-missing")
    )
