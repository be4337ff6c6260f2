"""Records, rates and meters for tests of chargeback."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from gatewright.chargeback.meters import Meter
from gatewright.chargeback.ratecard import RateCards, load_ratecards
from gatewright.metering.record import Settlement, UsageRecord, UsageSource
from gatewright.metering.usage import TokenUsage

MOMENT = datetime(2026, 11, 3, 12, tzinfo=UTC)
METERS = {
    "gw-a": Meter("gpt-4.1", "GlobalStandard"),
    "gw-e": Meter("text-embedding-3-small", "GlobalStandard"),
}

PRICES = """
currency: USD
source: {url: "https://example.org/prices", asOf: 2026-11-01}
rates:
  - {model: gpt-4.1, sku: GlobalStandard, from: 2026-01-01, until: 2026-11-01,
     perMillionTokens: {input: 3, cachedInput: 1, output: 10}}
  - {model: gpt-4.1, sku: GlobalStandard, from: 2026-11-01,
     perMillionTokens: {input: 2.00, cachedInput: 0.50, output: 8.00}}
  - {model: text-embedding-3-small, sku: GlobalStandard, from: 2026-01-01, perMillionTokens: {input: 0.02}}
"""


def cards(folder: Path, text: str = PRICES) -> RateCards:
    """Rates from a text."""
    (folder / "p.yaml").write_text(text, "utf-8")
    return load_ratecards(folder)


def record(
    number: int = 1,
    *,
    backend: str = "gw-a",
    time: datetime | None = MOMENT,
    source: UsageSource = UsageSource.REPORTED,
    settlement: Settlement = Settlement.COMPLETE,
    tenant: str = "team-a",
    model: str = "chat",
    **tokens: int,
) -> UsageRecord:
    """A usage record with some quantities."""
    return UsageRecord(
        record_id=f"r{number}",
        time=time,
        usage=TokenUsage(**tokens),
        usage_source=source,
        settlement=settlement,
        tenant=tenant,
        backend=backend,
        request_model=model,
    )
