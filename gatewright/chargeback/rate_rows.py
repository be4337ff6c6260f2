"""Rates as rows of plain JSON, one for each backend and period: what a log workspace reckons cost with.

A backend has a row for every moment: where no rate holds, it has no prices, so that usage of that time is
known to be unpriced instead of dropping out of a join. Prices are texts:
template languages know no fractions.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from gatewright.chargeback.meters import Meter, Meters
from gatewright.chargeback.ratecard import PerMillionTokens, Rate, RateCards

RateRow: TypeAlias = dict[str, str]

BEGINNING, END = date(1900, 1, 1), date(9999, 12, 31)


def rate_rows(meters: Meters, cards: RateCards) -> Iterator[RateRow]:
    """The rows, by backend and begin.

    Args:
        meters: which model and SKU stand behind each backend.
        cards: the rates.
    """
    for backend, meter in sorted(meters.items()):
        begin = BEGINNING
        for rate in cards.rates.get((meter.model, meter.sku), ()):
            if begin < rate.start:
                yield _row(backend, meter, cards.currency, begin, rate.start, None)
            begin = rate.until or END
            yield _row(backend, meter, cards.currency, rate.start, begin, rate)
        if begin < END:
            yield _row(backend, meter, cards.currency, begin, END, None)


def _row(backend: str, meter: Meter, currency: str, begins: date, ends: date, rate: Rate | None) -> RateRow:
    prices = rate.per_million_tokens if rate is not None else None
    return {
        "backend": backend,
        "model": meter.model,
        "sku": meter.sku,
        "currency": currency,
        "begins": begins.isoformat(),
        "ends": ends.isoformat(),
        **(dict(_prices(prices)) if prices is not None else {}),
    }


def _prices(prices: PerMillionTokens) -> Iterator[tuple[str, str]]:
    for name in PerMillionTokens.model_fields:
        price: Decimal | None = getattr(prices, name)
        if price is not None:
            yield _camel(name), f"{price:f}"


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)
