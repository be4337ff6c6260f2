"""Chargeback: usage and cost summed by tenant, model and other keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from gatewright.chargeback import codes
from gatewright.chargeback.cost import NOT_BILLED, Priced, Unpriced, cost
from gatewright.chargeback.meters import Meters
from gatewright.chargeback.ratecard import RateCards
from gatewright.diagnostics import Diagnostic
from gatewright.metering.record import UsageRecord, UsageSource

KEYS = ("tenant", "model", "deployment", "backend", "region", "subscription", "user", "day", "month")


@dataclass(slots=True)
class Row:
    """Sums of one group. Tokens are counted where known; `cost` covers the priced requests only.

    Attributes:
        key: the group's values, in the order of the report's keys.
        attempts: records, refused and failed attempts included.
        refused: attempts that the service refused or that failed.
        input_tokens: with `cached_tokens` of them read from a prompt cache.
        estimated: attempts whose usage is an estimate, with `estimated_tokens`.
        missing: served attempts whose usage is not known.
        unpriced: attempts with usage but without a rate, or with missing usage.
    """

    key: tuple[str, ...]
    attempts: int = 0
    refused: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    estimated: int = 0
    estimated_tokens: int = 0
    missing: int = 0
    unpriced: int = 0
    cost: Decimal = Decimal(0)

    @property
    def total_tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens

    @property
    def has_price(self) -> bool:
        """Whether any cost is known; a group that is unpriced throughout has none."""
        return self.unpriced < self.attempts - self.refused or self.unpriced == 0


@dataclass(slots=True)
class Report:
    """A chargeback report: rows by key, their sum, and why something is unpriced."""

    keys: tuple[str, ...]
    currency: str
    rows: list[Row] = field(default_factory=list)
    total: Row = field(default_factory=lambda: Row(()))
    unpriced_reasons: Counter[str] = field(default_factory=Counter)

    def warnings(self) -> list[Diagnostic]:
        """One warning for each reason why usage is unpriced."""
        return [
            codes.UNPRICED_USAGE.at(None, f"{count} attempts are unpriced: {reason}")
            for reason, count in sorted(self.unpriced_reasons.items())
        ]


def report(
    records: Iterable[UsageRecord],
    meters: Meters,
    cards: RateCards,
    *,
    by: Sequence[str] = ("tenant", "model"),
    since: datetime | None = None,
    until: datetime | None = None,
) -> Report:
    """Sums records by keys.

    Args:
        records: the ledger.
        meters: which model and SKU stand behind each backend.
        cards: the rates.
        by: keys of `KEYS`.
        since: requests that began at this moment or later.
        until: requests that began before this moment.
    """
    result = Report(tuple(by), cards.currency)
    rows: dict[tuple[str, ...], Row] = {}
    for record in records:
        if not _within(record.time, since, until):
            continue
        key = tuple(_value(record, name) for name in by)
        row = rows.setdefault(key, Row(key))
        _add(record, (row, result.total), cost(record, meters, cards), result.unpriced_reasons)
    result.rows = [rows[key] for key in sorted(rows)]
    return result


def _within(moment: datetime | None, since: datetime | None, until: datetime | None) -> bool:
    if moment is None:
        return since is None and until is None
    return (since is None or moment >= since) and (until is None or moment < until)


def _add(record: UsageRecord, rows: Sequence[Row], price: Priced | Unpriced, reasons: Counter[str]) -> None:
    usage = record.usage
    estimated = record.usage_source is UsageSource.ESTIMATED
    for row in rows:
        row.attempts += 1
        row.refused += record.settlement in NOT_BILLED
        row.input_tokens += usage.input_tokens or 0
        row.cached_tokens += usage.cache_read_input_tokens or 0
        row.output_tokens += usage.output_tokens or 0
        row.estimated += estimated
        row.estimated_tokens += (usage.input_tokens or 0) + (usage.output_tokens or 0) if estimated else 0
        row.missing += record.lacks_usage
        if isinstance(price, Priced):
            row.cost += price.amount
        else:
            row.unpriced += 1
    if isinstance(price, Unpriced):
        reasons[price.reason] += 1


def _value(record: UsageRecord, name: str) -> str:
    match name:
        case "day":
            return f"{record.time:%Y-%m-%d}" if record.time else "?"
        case "month":
            return f"{record.time:%Y-%m}" if record.time else "?"
        case "model":
            return record.request_model or "?"
        case _:
            return str(getattr(record, name) or "?")
