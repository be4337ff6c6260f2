"""Usage records for a workspace on this machine, and when they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from gatewright.metering.record import UsageRecord, UsageSource
from gatewright.metering.usage import TokenUsage
from tests.infra.workspace import Workspace

LEDGER = "tests/fixtures/sample-ledger.jsonl"
AFTER = datetime(2026, 11, 25, 15, 20, tzinfo=UTC)
NOW = datetime(2026, 11, 18, 12, 30, tzinfo=UTC)
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)

Make = Callable[..., Workspace]
BUDGET = {"tenant": "team-a", "amount": "10", "per": "month", "percentages": [50, 80, 100]}


def used(number: int = 1, **fields: object) -> UsageRecord:
    base = UsageRecord(
        record_id=f"r{number}",
        time=NOON,
        usage=TokenUsage(input_tokens=1_000_000, output_tokens=100_000),
        usage_source=UsageSource.REPORTED,
        tenant="team-a",
        backend="gw-a",
        request_model="chat",
        request_id=f"q{number}",
        status=200,
    )
    return replace(base, **fields)  # type: ignore[arg-type]
