"""What one usage record costs, to the last decimal.

Input tokens include cached ones and output tokens include reasoning, so the plain input price applies to
what is left of the input once cache reads, cache writes and audio are taken out. A quantity without a rate
makes the whole record unpriced: a partial price would look like a price.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from gatewright.chargeback.meters import Meters
from gatewright.chargeback.ratecard import Kind, Rate, RateCards
from gatewright.metering.record import Settlement, UsageRecord, UsageSource

MILLION = Decimal(1_000_000)
NOT_BILLED = (Settlement.REFUSED, Settlement.FAILED)
OTHER_MODEL = "other_model"  # such as the transcription in a realtime session
_OTHER_UNITS = ("images", "seconds", "characters")


@dataclass(frozen=True, slots=True)
class Line:
    """One priced quantity: tokens of a kind at a rate per million."""

    kind: Kind
    tokens: int
    rate_per_million_tokens: Decimal

    @property
    def amount(self) -> Decimal:
        """Tokens × rate, unrounded."""
        return self.tokens * self.rate_per_million_tokens / MILLION


@dataclass(frozen=True, slots=True)
class Priced:
    """A record's cost. No lines: nothing was billed, as for a refused attempt."""

    lines: tuple[Line, ...]
    basis: str | None = None

    @property
    def amount(self) -> Decimal:
        """The sum of the lines, unrounded."""
        return sum((line.amount for line in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A record whose cost is not known, and why. Never zero."""

    reason: str


def cost(record: UsageRecord, meters: Meters, cards: RateCards) -> Priced | Unpriced:
    """The cost of a record by the rate that held when its request began.

    An attempt that the service refused or that failed without usage costs nothing; one that was served, but
    whose usage is not known, or was estimated in part only, is unpriced.
    """
    quantities = [(kind, tokens) for kind, tokens in _quantities(record) if tokens]
    if record.usage_source is UsageSource.ESTIMATED and record.usage.total_tokens is None and quantities:
        return Unpriced("only a part of the usage could be estimated")
    if not quantities:
        if other := next((name for name in _OTHER_UNITS if getattr(record.usage, name)), None):
            return Unpriced(f"no rate for {other}")
        return Unpriced("usage is missing") if record.lacks_usage else Priced(())
    if OTHER_MODEL in (record.usage_detail or "").split(","):
        return Unpriced(f"no rate for what {record.response_model or 'another model'} did beside it")
    meter = meters.get(record.backend or "")
    if meter is None:
        return Unpriced(f"backend {record.backend or '?'} is not in the configuration")
    if record.time is None:
        return Unpriced("the time of the request is not known")
    rate = cards.find(meter.model, meter.sku, record.time)
    if rate is None:
        return Unpriced(f"no rate for {meter.model} ({meter.sku})")
    return _price(quantities, rate)


def _price(quantities: list[tuple[Kind, int]], rate: Rate) -> Priced | Unpriced:
    lines: list[Line] = []
    for kind, tokens in quantities:
        price: Decimal | None = getattr(rate.per_million_tokens, kind)
        if price is None:
            return Unpriced(f"no {kind.replace('_', ' ')} rate for {rate.model} ({rate.sku})")
        lines.append(Line(kind, tokens, price))
    return Priced(tuple(lines), rate.basis)


def _quantities(record: UsageRecord) -> Iterator[tuple[Kind, int]]:
    usage = record.usage
    read, written = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
    audio_in, audio_out = usage.audio_input_tokens or 0, usage.audio_output_tokens or 0
    yield "input", max(0, (usage.input_tokens or 0) - read - written - audio_in)
    yield "cached_input", read
    yield "cache_write", written
    yield "audio_input", audio_in
    yield "output", max(0, (usage.output_tokens or 0) - audio_out)
    yield "audio_output", audio_out
