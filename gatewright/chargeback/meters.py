"""Which model and SKU stand behind each backend: what a rate is looked up by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from gatewright.chargeback import codes
from gatewright.chargeback.ratecard import RateCards
from gatewright.diagnostics import Diagnostic

if TYPE_CHECKING:
    from gatewright.estate import Estate


@dataclass(frozen=True, slots=True)
class Meter:
    """What is metered behind one backend.

    Attributes:
        model: the model's name, such as `gpt-4.1`.
        sku: the deployment SKU, such as `GlobalStandard`.
    """

    model: str
    sku: str


Meters = Mapping[str, Meter]


def meters(estate: Estate) -> dict[str, Meter]:
    """Backend id → meter, for each deployment of the estate."""
    return {
        deployment.backend_id: Meter(deployment.model, deployment.sku)
        for endpoint in estate.endpoints.values()
        for deployment in endpoint.deployments.values()
    }


def unpriced(estate: Estate, cards: RateCards, moment: datetime) -> Iterator[Diagnostic]:
    """A warning for each deployment that has no rate at a moment."""
    for backend, meter in sorted(meters(estate).items()):
        if cards.find(meter.model, meter.sku, moment) is None:
            message = f"{backend}: no rate for {meter.model} ({meter.sku}) on {moment:%Y-%m-%d}"
            hint = "add it to config/prices; until then its use is shown as unpriced"
            yield codes.UNPRICED_MODEL.at(None, message, hint=hint)
