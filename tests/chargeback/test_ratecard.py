from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from gatewright.chargeback.ratecard import load_ratecards
from gatewright.diagnostics import Rejected
from tests.chargeback.builders import PRICES, cards

HEAD = 'currency: USD\nsource: {url: "https://example.org/p", asOf: 2026-11-01}\nrates:\n'
RATE = "  - {{model: m, sku: S, from: {0}, until: {1}, perMillionTokens: {{input: 1}}}}\n"


def faults(folder: Path, text: str) -> list[tuple[str, str]]:
    with pytest.raises(Rejected) as caught:
        cards(folder, text)
    return [(d.code, str(d.span).rpartition("/")[2]) for d in caught.value.diagnostics]


def test_rate_is_chosen_by_the_time_of_the_request(tmp_path: Path) -> None:
    found = cards(tmp_path)
    before = found.find("gpt-4.1", "GlobalStandard", datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    after = found.find("gpt-4.1", "GlobalStandard", datetime(2026, 11, 1, tzinfo=UTC))
    assert before is not None
    assert before.per_million_tokens.input == Decimal(3)
    assert after is not None
    assert after.per_million_tokens.input == Decimal("2.0")


def test_no_rate_before_the_first_day(tmp_path: Path) -> None:
    assert cards(tmp_path).find("gpt-4.1", "GlobalStandard", datetime(2025, 12, 31, tzinfo=UTC)) is None


def test_other_sku_has_its_own_rate(tmp_path: Path) -> None:
    assert cards(tmp_path).find("gpt-4.1", "DataZoneStandard", datetime(2026, 11, 2, tzinfo=UTC)) is None


@pytest.mark.parametrize("price", ["0.013", "0.000001"])
def test_decimals_are_exact(tmp_path: Path, price: str) -> None:
    found = cards(tmp_path, PRICES.replace("0.02", price))
    rate = found.find("text-embedding-3-small", "GlobalStandard", datetime(2026, 11, 2, tzinfo=UTC))
    assert rate is not None
    assert rate.per_million_tokens.input == Decimal(price)


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        pytest.param(
            RATE.format("2026-01-01", "2026-02-01") + RATE.format("2026-03-01", "null"),
            [("CHB705", "p.yaml:5:30")],
            id="a gap between two rates",
        ),
        pytest.param(
            RATE.format("2026-01-01", "null") + RATE.format("2026-03-01", "null"),
            [("CHB704", "p.yaml:5:30")],
            id="two rates at once",
        ),
        pytest.param(
            RATE.format("2026-03-01", "2026-01-01"), [("CHB703", "p.yaml:4:30")], id="until before from"
        ),
        pytest.param(
            "  - {model: m, sku: S, from: 2026-01-01, perMillionToken: {input: 1}}\n",
            [("CHB702", "p.yaml:4:5"), ("CHB701", "p.yaml:4:42")],
            id="a misspelt key",
        ),
        pytest.param(
            "  - {model: m, sku: S, from: 2026-01-01, perMillionTokens: {input: -1}}\n",
            [("CHB703", "p.yaml:4:68")],
            id="a negative price",
        ),
        pytest.param(
            "  - {model: m, sku: S, from: 1.1.2026, perMillionTokens: {input: 1}}\n",
            [("CHB703", "p.yaml:4:30")],
            id="a date in another spelling",
        ),
    ],
)
def test_faulty_rates_are_refused_at_their_place(
    tmp_path: Path, rates: str, expected: list[tuple[str, str]]
) -> None:
    assert faults(tmp_path, HEAD + rates) == expected


def test_misspelt_key_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        cards(tmp_path, HEAD + "  - {modell: m, sku: S, from: 2026-01-01, perMillionTokens: {input: 1}}\n")
    assert "did you mean model?" in [d.hint for d in caught.value.diagnostics]


def test_faults_of_all_files_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("currency: [\n", "utf-8")
    (tmp_path / "b.yaml").write_text(PRICES.replace("USD", "EUR"), "utf-8")
    (tmp_path / "c.yaml").write_text(PRICES.replace("gpt-4.1", "o").replace("text", "x"), "utf-8")
    with pytest.raises(Rejected) as caught:
        load_ratecards(tmp_path)
    assert [d.code for d in caught.value.diagnostics] == ["CFG101", "CHB706"]


def test_folder_without_prices_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        load_ratecards(tmp_path / "none")
    assert caught.value.unreadable
    assert [d.code for d in caught.value.diagnostics] == ["CHB700"]


def test_shipped_prices_are_sound(root: Path) -> None:
    found = load_ratecards(root / "config" / "prices")
    assert found.currency == "USD"
    assert ("gpt-4.1", "ProvisionedManaged") in found.rates
