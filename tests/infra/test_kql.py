"""The tiles of infra/kql, run as they are on a copy of the table on this machine."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from gatewright.chargeback.cost import Priced, Unpriced, cost
from gatewright.chargeback.report import Report
from gatewright.metering.record import NOTHING_USED, PENDING, Settlement, UsageRecord, UsageSource
from gatewright.metering.usage import TokenUsage
from tests.chargeback.builders import METERS, PRICES, cards
from tests.infra.records import BUDGET, NOON, NOW, Make, used
from tests.infra.workspace import Workspace, texts


def test_every_query_runs_and_no_alert_fires_on_the_demo(demo: Workspace, root: Path) -> None:
    for name, query in texts(root).items():
        if not name.startswith("functions/"):
            rows = demo.run(query)
            assert not name.startswith("alerts/") or rows == [], name


def test_a_query_with_a_column_that_is_not_there_does_not_run(demo: Workspace) -> None:
    with pytest.raises(Exception, match="Konsumer"):
        demo.run("GatewrightUsage(ago(1d), now()) | summarize count() by Konsumer")


def tile(workspace: Workspace, root: Path, name: str) -> list[dict[str, object]]:
    return workspace.run(texts(root)[f"{name}.kql"])


def test_tokens_are_those_of_the_report(demo: Workspace, root: Path, billed: Callable[..., Report]) -> None:
    expected = {row.key[0]: row.total_tokens for row in billed("tenant").rows}
    assert {row["Consumer"]: row["TotalTokens"] for row in tile(demo, root, "tokens-by-consumer")} == expected
    days = {
        (str(row["UsageTime"])[:10], row["Consumer"]): row["TotalTokens"]
        for row in tile(demo, root, "tokens-per-day")
    }
    assert days == {(row.key[0], row.key[1]): row.total_tokens for row in billed("day", "tenant").rows}
    models = tile(demo, root, "tokens-by-model")
    whole = billed("tenant").total
    sums = {
        key: sum(int(str(row[key])) for row in models)
        for key in ("InputTokens", "OutputTokens", "CachedTokens", "Attempts")
    }
    assert sums == {
        "InputTokens": whole.input_tokens,
        "OutputTokens": whole.output_tokens,
        "CachedTokens": whole.cached_tokens,
        "Attempts": whole.attempts,
    }


def test_cost_is_that_of_the_report(demo: Workspace, root: Path, billed: Callable[..., Report]) -> None:
    expected = {(row.key[0], row.key[1]): float(row.cost) for row in billed("day", "tenant").rows}
    found = {
        (str(row["UsageTime"])[:10], row["Consumer"]): row["Cost"] for row in tile(demo, root, "cost-per-day")
    }
    assert found == pytest.approx(expected, rel=1e-12)
    assert all(value > 0 for value in expected.values())
    shown = {row["Consumer"]: (row["Cost"], row["Unpriced"]) for row in tile(demo, root, "cost-by-consumer")}
    assert shown == {row.key[0]: (float(round(row.cost, 2)), row.unpriced) for row in billed("tenant").rows}
    assert tile(demo, root, "unpriced") == []


def test_backends_are_those_of_the_report(demo: Workspace, root: Path, billed: Callable[..., Report]) -> None:
    rows = tile(demo, root, "backends")
    assert {row["Backend"]: row["Tokens"] for row in rows} == {
        r.key[0]: r.total_tokens for r in billed("backend").rows
    }


def test_a_pending_record_gives_way_to_the_settled_one(make: Make, root: Path) -> None:
    pending = replace(used(1), usage=TokenUsage(), usage_source=UsageSource.MISSING, usage_detail=PENDING)
    for records in ([pending, used(1)], [used(1), pending], [pending, pending, used(1), used(1)]):
        workspace = make([*records, replace(pending, record_id="r2", request_id="q2")])
        query = "GatewrightUsage(datetime(2026-11-01), now()) | project RecordId, InputTokens, UsageDetail"
        rows = sorted(workspace.run(query), key=lambda row: str(row["RecordId"]))
        assert [row["RecordId"] for row in rows] == ["r1", "r2"]
        assert [row["InputTokens"] for row in rows] == [1_000_000, None]
        assert rows[1]["UsageDetail"] == PENDING
        assert "Choice" not in rows[0]


def test_a_record_that_arrives_twice_counts_once(make: Make, root: Path) -> None:
    workspace = make([used(1), used(1), used(2)])
    assert tile(workspace, root, "tokens-by-consumer") == [{"Consumer": "team-a", "TotalTokens": 2_200_000}]
    assert [row["Duplicates"] for row in tile(workspace, root, "duplicates")] == [1]


def test_rows_of_the_first_version_count(make: Make, root: Path) -> None:
    """source: Azure/enterprise-azureai 3e6c97f, infra/modules/monitor/loganatylicscustomtable.bicep."""
    workspace = make([used(1)])
    old = {"TimeGenerated": NOON.replace(tzinfo=None), "Consumer": "Finance", "Model": "gpt-35-turbo"}
    for _ in range(2):
        workspace.add({**old, "InputTokens": 5, "OutputTokens": 2, "TotalTokens": 7}, NOW)
    tokens = {row["Consumer"]: row["TotalTokens"] for row in tile(workspace, root, "tokens-by-consumer")}
    assert tokens == {"team-a": 1_100_000, "Finance": 14}
    assert tile(workspace, root, "unpriced")[0]["Reason"] == "backend ? is not in the configuration"


def test_a_rate_is_chosen_by_the_time_of_the_request(make: Make, root: Path) -> None:
    """Prices of the builders: input 3, output 10 until 2026-11-01, then 2 and 8."""
    before, first = datetime(2026, 10, 31, 23, 59, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
    workspace = make([used(1, time=before), used(2, time=first)])
    costs = {str(row["UsageTime"])[:10]: row["Cost"] for row in tile(workspace, root, "cost-per-day")}
    assert costs == {"2026-10-31": pytest.approx(4.0), "2026-11-01": pytest.approx(2.8)}


TOKENS = (
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "audio_input_tokens",
    "audio_output_tokens",
)


def any_record(number: int, chooser: random.Random) -> UsageRecord:
    """A record of any kind; an estimate states a total only where both of its parts are known."""
    counts = {
        name: chooser.choice((0, chooser.randrange(5_000))) for name in TOKENS if chooser.random() < 0.6
    }
    counts.update({name: chooser.randrange(3) for name in ("images", "characters") if chooser.random() < 0.1})
    source = chooser.choice(list(UsageSource))
    if source is not UsageSource.ESTIMATED or {"input_tokens", "output_tokens"} <= counts.keys():
        counts["total_tokens"] = counts.get("input_tokens", 0) + counts.get("output_tokens", 0)
    return used(
        number,
        usage=TokenUsage(**counts),
        backend=chooser.choice(["gw-a", "gw-a", "gw-e", "gw-unknown", None]),
        time=chooser.choice([NOON, datetime(2026, 10, 20, tzinfo=UTC), datetime(2025, 12, 31, tzinfo=UTC)]),
        usage_source=source,
        settlement=chooser.choice([Settlement.COMPLETE, Settlement.REFUSED, Settlement.FAILED]),
        operation_name="chat",
        usage_detail=chooser.choice(
            [None, None, "x,not_forwarded", "counted_apart", "other_model", "another_model"]
        ),
        response_model=chooser.choice([None, "gpt-4.1-2025-04-14"]),
    )


def test_cost_is_reckoned_as_in_a_report(make: Make, tmp_path: Path) -> None:
    chooser = random.Random(20261125)
    records = [any_record(number, chooser) for number in range(400)]
    rows = make(records).run("GatewrightCost(datetime(2025-01-01), now()) | project RecordId, Cost, Unpriced")
    found = {str(row["RecordId"]): (row["Cost"], row["Unpriced"]) for row in rows}
    assert len(rows) == len(found) == len(records)
    rates, reasons = cards(tmp_path, PRICES), set()
    for item in records:
        amount, reason = found[item.record_id]
        match cost(item, METERS, rates):
            case Priced() as priced:
                assert reason == ""
                assert amount == pytest.approx(float(priced.amount), abs=1e-9)
            case Unpriced(why):
                assert amount is None
                assert reason == why
                reasons.add(why)
    assert len(reasons) > 8


def test_the_workspace_knows_which_attempts_used_nothing(root: Path) -> None:
    assert f"({'|'.join(sorted(NOTHING_USED))})" in texts(root)["functions/cost.kql"]


def test_a_budget_is_that_of_the_present_period(make: Make, root: Path) -> None:
    """Each record costs 2.80; the one of October is of another month."""
    records = [used(1), used(2), used(3, time=datetime(2026, 11, 1, tzinfo=UTC))]
    october = used(4, time=datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    workspace = make([*records, october], budgets=[BUDGET])
    assert tile(workspace, root, "budgets") == [
        {
            "Consumer": "team-a",
            "Per": "month",
            "Budget": 10.0,
            "Spent": pytest.approx(8.4),
            "Share": pytest.approx(84.0),
            "Reached": 80,
            "Unpriced": 0,
        }
    ]


@pytest.mark.parametrize(
    ("per", "first"),
    [
        ("hour", datetime(2026, 11, 18, 12, tzinfo=UTC)),
        ("day", datetime(2026, 11, 18, tzinfo=UTC)),
        ("week", datetime(2026, 11, 16, tzinfo=UTC)),
        ("month", datetime(2026, 11, 1, tzinfo=UTC)),
        ("year", datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_periods_begin_by_the_calendar(make: Make, root: Path, per: str, first: datetime) -> None:
    """2026-11-18 is a Wednesday; weeks begin on Monday, as in the emulator."""
    budget = [{**BUDGET, "per": per}]
    early = make([used(1, time=first - timedelta(seconds=1))], budgets=budget)
    in_time = make([used(1, time=first)], budgets=budget)
    assert [row["Spent"] for row in tile(early, root, "budgets")] == [0.0]
    assert [row["Spent"] for row in tile(in_time, root, "budgets")] != [0.0]


LIMITS = [
    {"tenant": "team-a", "model": "chat", "tokensPerMinute": 2_000_000, "quota": 4_400_000, "per": "month"}
]


def test_limits_stand_against_the_busiest_minute_and_the_quota(make: Make, root: Path) -> None:
    records = [used(1), used(2, time=NOON + timedelta(seconds=30)), used(3, time=NOON - timedelta(days=10))]
    assert tile(make(records, limits=LIMITS), root, "limits") == [
        {
            "Consumer": "team-a",
            "RequestModel": "chat",
            "TokensPerMinute": 2_000_000,
            "PeakPerMinute": 2_200_000,
            "PeakShare": pytest.approx(110.0),
            "Quota": 4_400_000,
            "Per": "month",
            "QuotaUsed": 3_300_000,
            "QuotaShare": pytest.approx(75.0),
        }
    ]


def test_limits_of_a_tenant_that_did_nothing_are_shown(make: Make, root: Path) -> None:
    rows = tile(make([], limits=[{"tenant": "idle", "model": "chat", "tokensPerMinute": 5}]), root, "limits")
    assert [(row["PeakPerMinute"], row["Quota"], row["QuotaUsed"]) for row in rows] == [(0, None, None)]


DEPLOYMENTS = [
    {"backend": "gw-a", "account": "a", "deployment": "d", "sku": "GlobalProvisionedManaged", "capacity": 50},
    {"backend": "gw-b", "account": "b", "deployment": "d", "sku": "GlobalStandard", "capacity": 300},
]


def test_provisioned_throughput_stands_against_the_rest_of_its_pool(make: Make, root: Path) -> None:
    refused = used(3, status=429, settlement=Settlement.REFUSED, usage=TokenUsage())
    records = [used(1), used(2, backend="gw-b"), refused, used(4, backend="gw-e", request_model="embeddings")]
    rows = tile(make(records, deployments=DEPLOYMENTS), root, "provisioned")
    assert [
        (r["RequestModel"], r["ProvisionedTokens"], r["OtherTokens"], r["Full"], r["ProvisionedShare"])
        for r in rows
    ] == [("chat", 1_100_000, 1_100_000, 1, 50.0)]


def test_a_throttled_attempt_that_another_backend_took_is_recovered(make: Make, root: Path) -> None:
    throttled = used(1, status=429, settlement=Settlement.REFUSED, usage=TokenUsage(), request_id="same")
    lost = used(3, status=429, settlement=Settlement.REFUSED, usage=TokenUsage(), request_id="other")
    rows = tile(make([throttled, used(2, backend="gw-b", request_id="same"), lost]), root, "throttled")
    assert [(row["Throttled"], row["Recovered"]) for row in rows] == [(2, 1)]


def test_the_share_of_estimates_is_of_tokens(make: Make, root: Path) -> None:
    estimated = used(2, usage_source=UsageSource.ESTIMATED)
    missing = used(3, usage_source=UsageSource.MISSING, usage=TokenUsage())
    rows = tile(make([used(1), estimated, missing]), root, "share-of-estimates")
    assert [(row["EstimatedShare"], row["Missing"]) for row in rows] == [(50.0, 1)]


def test_money_of_the_tables_is_exact(example: Mapping[str, object]) -> None:
    rates = example["rates"]
    assert isinstance(rates, list)
    prices = {row["input"] for row in rates if "input" in row}
    assert {Decimal(price) for price in prices} == {Decimal("2.2"), Decimal("0.44"), Decimal("0.022")}
