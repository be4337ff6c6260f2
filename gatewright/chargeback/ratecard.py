"""Dated rates by model and SKU, read from `config/prices/*.yaml`.

Money is `Decimal`; a rate is per million tokens; its period is half-open: `from` belongs to it, `until`
does not, both as UTC dates. `basis: internal` marks a price that the platform team made itself, say for
provisioned throughput.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from gatewright.chargeback import codes
from gatewright.diagnostics import Diagnostic, Rejected, Span
from gatewright.diagnostics.schema import faults
from gatewright.diagnostics.yaml import Node, compose, decode

Kind = Literal["input", "cached_input", "cache_write", "output", "audio_input", "audio_output"]


def _money(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("a price must be a number such as 2.00")
    # Python writes a small number with an exponent, which is not how it stood in the file.
    text = format(Decimal(str(value)), "f") if isinstance(value, float) else str(value)
    if not re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text):
        raise ValueError(f"a price must be a number such as 2.00, without sign or unit, not {text!r}")
    return Decimal(text)


def _day(value: object) -> date:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError(f"a date must be written as 2026-01-31, not {value!r}")
    return date.fromisoformat(value)


Money = Annotated[Decimal, BeforeValidator(_money, json_schema_input_type=float | str)]
Day = Annotated[date, BeforeValidator(_day, json_schema_input_type=str)]


class _Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=False, alias_generator=to_camel, populate_by_name=False
    )


class PerMillionTokens(_Strict):
    """Prices per million tokens. Cached input is priced apart from other input; output includes reasoning."""

    input: Money | None = Field(None, description="Input tokens that were not read from a prompt cache.")
    cached_input: Money | None = Field(None, description="Input tokens read from a prompt cache.")
    cache_write: Money | None = Field(None, description="Input tokens written to a prompt cache.")
    output: Money | None = Field(None, description="Output tokens, reasoning included.")
    audio_input: Money | None = Field(None, description="Audio tokens of the input.")
    audio_output: Money | None = Field(None, description="Audio tokens of the output.")


class Rate(_Strict):
    """What one model costs under one SKU during a period."""

    model: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="Model name.")]
    sku: Annotated[str, Field(pattern=r"^[A-Za-z]{1,40}$", description="SKU, such as GlobalStandard.")]
    basis: Literal["list", "contracted", "internal"] = Field("list", description="Whose price it is.")
    start: Day = Field(alias="from", description="First day (UTC).")
    until: Day | None = Field(None, description="First day on which it no longer holds (UTC).")
    per_million_tokens: PerMillionTokens = Field(description="The prices.")

    def holds(self, moment: datetime) -> bool:
        """Whether the rate is the one of a moment (aware)."""
        return _midnight(self.start) <= moment and (self.until is None or moment < _midnight(self.until))


class Source(_Strict):
    """Where prices were read, and when."""

    url: Annotated[str, Field(pattern=r"^https://", description="The page or price sheet.")]
    as_of: Day = Field(description="The day it was read.")


class PriceFile(_Strict):
    """One file of `config/prices/`."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code.")]
    source: Source = Field(description="Where the prices come from.")
    rates: tuple[Rate, ...] = Field(description="The rates.")


@dataclass(frozen=True, slots=True)
class RateCards:
    """All rates of an estate in one currency."""

    currency: str
    rates: Mapping[tuple[str, str], tuple[Rate, ...]]

    def find(self, model: str, sku: str, moment: datetime) -> Rate | None:
        """The rate of a model and SKU at a moment, or None when there is none."""
        return next((rate for rate in self.rates.get((model, sku), ()) if rate.holds(moment)), None)


@dataclass(frozen=True, slots=True)
class _Placed:
    rate: Rate
    span: Span


def load_ratecards(folder: Path, *, shown: str = "") -> RateCards:
    """Every price file of a folder, cross-checked.

    Args:
        folder: the folder with `*.yaml`.
        shown: how the folder is called in diagnostics; its path when empty.

    Raises:
        Rejected: CHB70x, all faults of all files.
    """
    name = shown or str(folder)
    paths = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    if not paths:
        hint = "add a file such as config/prices/azure-openai.yaml"
        raise Rejected([codes.NO_PRICES.at(Span(name), "there is no price file here", hint=hint)])
    found: list[Diagnostic] = []
    placed: list[_Placed] = []
    currencies: dict[str, Span] = {}
    for path in paths:
        try:
            file = f"{name}/{path.name}"
            node = compose(decode(path.read_bytes(), file), file)
            content = _content(node)
        except Rejected as rejected:
            found.extend(rejected.diagnostics)
            continue
        currencies.setdefault(content.currency, node.at(["currency"]))
        placed.extend(_Placed(r, node.at(["rates", i, "from"])) for i, r in enumerate(content.rates))
    found.extend(_cross_check(placed, currencies))
    if found:
        raise Rejected(found)
    return _cards(placed, next(iter(currencies)))


def price_schema() -> dict[str, object]:
    """The JSON Schema of a price file."""
    return PriceFile.model_json_schema(by_alias=True)


def _content(node: Node) -> PriceFile:
    try:
        return PriceFile.model_validate(node.plain())
    except ValidationError as error:
        raise Rejected(
            faults(
                node,
                [dict(item) for item in error.errors(include_url=False)],
                unknown_key=codes.UNKNOWN_KEY,
                missing_key=codes.MISSING_KEY,
                bad_value=codes.BAD_PRICE,
                known=_known,
            )
        ) from error


def _known(path: Sequence[str | int]) -> list[str]:
    steps = [step for step in path if isinstance(step, str)]
    model: type[BaseModel] = PriceFile
    if steps[:1] == ["source"]:
        model = Source
    elif steps[:2] == ["rates", "perMillionTokens"]:
        model = PerMillionTokens
    elif steps[:1] == ["rates"]:
        model = Rate
    return [field.alias or name for name, field in model.model_fields.items()]


def _cross_check(placed: list[_Placed], currencies: Mapping[str, Span]) -> Iterator[Diagnostic]:
    for currency, span in list(currencies.items())[1:]:
        first = next(iter(currencies))
        hint = "convert one of them; a report adds up one currency"
        yield codes.CURRENCIES.at(span, f"prices are in {currency} here and in {first} elsewhere", hint=hint)
    for (model, sku), group in _grouped(placed).items():
        for earlier, later in itertools.pairwise(group):
            yield from _between(model, sku, earlier, later)
    for item in placed:
        if item.rate.until is not None and item.rate.until <= item.rate.start:
            yield codes.BAD_PRICE.at(item.span, "until must lie after from")


def _between(model: str, sku: str, earlier: _Placed, later: _Placed) -> Iterator[Diagnostic]:
    start, until = later.rate.start, earlier.rate.until
    if until is None or until > start:
        hint = f"end the rate at {earlier.span} with until: {start}"
        message = f"two rates hold for {model} ({sku}) on {start}"
        yield codes.OVERLAP.at(later.span, message, hint=hint)
    elif until < start:
        message = f"{model} ({sku}) has no rate from {until} to {start}"
        hint = f"let this rate begin on {until}, or add the one between"
        yield codes.GAP.at(later.span, message, hint=hint)


def _grouped(placed: list[_Placed]) -> dict[tuple[str, str], list[_Placed]]:
    groups: dict[tuple[str, str], list[_Placed]] = {}
    for item in sorted(placed, key=lambda p: (p.rate.model, p.rate.sku, p.rate.start)):
        groups.setdefault((item.rate.model, item.rate.sku), []).append(item)
    return groups


def _cards(placed: list[_Placed], currency: str) -> RateCards:
    return RateCards(currency, {key: tuple(i.rate for i in group) for key, group in _grouped(placed).items()})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
