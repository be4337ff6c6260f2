"""What the services bill beyond the tokens that can be counted: fitted on recorded traffic, with bounds.

`figures.json` beside this file is written by `tests/metering/fit_estimates.py` from recordings with the
services' own counts; it says which. A figure is looked up by how near it is: same provider and family first,
then the family at any provider, then any family that does, or does not, reason; then the same of any API.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from gatewright.metering.estimates.vocabulary import Family
from gatewright.metering.json_text import Json, list_at, read_object

ANY = "*"
ANY_REASONING = "*reasoning"


@dataclass(frozen=True, slots=True)
class Key:
    """What a figure is for.

    Attributes:
        what: `input` or `output`.
        api: name of the API, as in `operations`, or `*`.
        provider: provider name, as in records, or `*`.
        family: name of the family, or `*`, or `*reasoning`.
        case: what the quantity depends on.
    """

    what: str
    api: str
    provider: str
    family: str
    case: str


@dataclass(frozen=True, slots=True)
class Figure:
    """Tokens to add to what was counted.

    Attributes:
        offset: the most frequent one.
        low: the least.
        high: the most.
        samples: recordings it was fitted on.
    """

    offset: int
    low: int
    high: int
    samples: int


Figures = Mapping[Key, Figure]


def keys(what: str, api: str, provider: str, family: Family, case: str) -> tuple[Key, ...]:
    """The keys under which a figure may stand, the nearest first."""
    pool = ANY_REASONING if family.reasons else ANY
    return (
        Key(what, api, provider, family.name, case),
        Key(what, api, ANY, family.name, case),
        Key(what, api, provider, pool, case),
        Key(what, api, ANY, pool, case),
        Key(what, ANY, ANY, pool, case),
    )


def find(figures: Figures, what: str, api: str, provider: str, family: Family, case: str) -> Figure | None:
    """The nearest figure, or None where no recording was like it."""
    return next((figures[key] for key in keys(what, api, provider, family, case) if key in figures), None)


@cache
def load() -> Figures:
    """The figures that are packaged with this library; read once, at the first call.

    Raises:
        ValueError: the packaged file is damaged.
    """
    text = resources.files(__package__).joinpath("figures.json").read_text("utf-8")
    return dict(_row(row) for row in list_at(read_object(text), "figures") or ())


def _row(row: Json) -> tuple[Key, Figure]:
    match row:
        case {
            "key": [str(what), str(api), str(provider), str(family), str(case)],
            "tokens": [int(low), int(offset), int(high)],
            "samples": int(samples),
        }:
            return Key(what, api, provider, family, case), Figure(offset, low, high, samples)
        case _:
            raise ValueError(f"not a figure: {row!r}")
