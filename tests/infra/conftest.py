"""The repository's own infrastructure as texts, and Azure's types."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import pytest

from gatewright.chargeback.ledger import LedgerNotes, read_ledger
from gatewright.chargeback.meters import meters
from gatewright.chargeback.rate_rows import rate_rows
from gatewright.chargeback.ratecard import load_ratecards
from gatewright.chargeback.report import Report, report
from gatewright.estate import load
from gatewright.infra.resource_types import ResourceTypes
from gatewright.metering.record import UsageRecord
from generator import generate
from tests.chargeback.builders import METERS, PRICES, cards
from tests.infra.records import AFTER, LEDGER, NOW, Make
from tests.infra.sources import Sources, sources
from tests.infra.workspace import Workspace


@pytest.fixture(scope="session")
def own(root: Path) -> Sources:
    return sources(root)


@pytest.fixture(scope="session")
def types(test_data: Path) -> ResourceTypes:
    """source: Azure/bicep-types-az 1f896de2 (2026-08-20)."""
    return ResourceTypes(test_data / "schemas" / "bicep-types")


@pytest.fixture(scope="module")
def example(root: Path) -> Mapping[str, object]:
    """`usageTables` of the example estate."""
    estate = load(root / "config", "prod")
    rates = list(rate_rows(meters(estate), load_ratecards(root / "config/prices")))
    files = generate(estate, templates=root / "policies", version="0", rates=rates)
    found: Mapping[str, object] = json.loads(files["main.parameters.json"])["parameters"]["usageTables"][
        "value"
    ]
    return found


@pytest.fixture(scope="module")
def demo(root: Path, example: Mapping[str, object]) -> Workspace:
    """The ledger of the demo, minutes after it."""
    return Workspace(root, (root / LEDGER).read_bytes().splitlines(), example, AFTER)


@pytest.fixture
def make(root: Path, tmp_path: Path) -> Make:
    """A workspace with records and tables of a test."""

    def made(records: list[UsageRecord], now: datetime = NOW, **tables: object) -> Workspace:
        known = {"rates": list(rate_rows(METERS, cards(tmp_path, PRICES))), **tables}
        return Workspace(root, [item.to_json().encode() for item in records], known, now)

    return made


@pytest.fixture(scope="module")
def billed(root: Path) -> Callable[..., Report]:
    """What `gatewright report` says about the ledger of the demo."""

    def reported(*by: str) -> Report:
        records = read_ledger([root / LEDGER], LedgerNotes())
        rates = load_ratecards(root / "config/prices")
        return report(records, meters(load(root / "config", "prod")), rates, by=by)

    return reported
