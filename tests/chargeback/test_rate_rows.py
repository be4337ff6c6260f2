from __future__ import annotations

from pathlib import Path

from gatewright.chargeback.rate_rows import rate_rows
from tests.chargeback.builders import METERS, cards


def test_each_backend_has_a_row_for_every_moment(tmp_path: Path) -> None:
    rows = [row for row in rate_rows(METERS, cards(tmp_path)) if row["backend"] == "gw-a"]
    assert [(row["begins"], row["ends"], row.get("input")) for row in rows] == [
        ("1900-01-01", "2026-01-01", None),
        ("2026-01-01", "2026-11-01", "3"),
        ("2026-11-01", "9999-12-31", "2.0"),
    ]


def test_a_rate_that_has_ended_is_followed_by_none(tmp_path: Path) -> None:
    text = (
        "currency: EUR\nsource: {url: 'https://example.org/p', asOf: 2026-01-01}\nrates:\n"
        "  - {model: gpt-4.1, sku: GlobalStandard, from: 2026-01-01, until: 2026-02-01, "
        "perMillionTokens: {cachedInput: 0.0001}}\n"
    )
    rows = [row for row in rate_rows(METERS, cards(tmp_path, text)) if row["backend"] == "gw-a"]
    assert [row["ends"] for row in rows] == ["2026-01-01", "2026-02-01", "9999-12-31"]
    assert rows[1]["cachedInput"] == "0.0001"
    assert rows[1]["currency"] == "EUR"
    assert "cachedInput" not in rows[2]


def test_a_model_without_any_rate_has_one_row(tmp_path: Path) -> None:
    text = "currency: USD\nsource: {url: 'https://example.org/p', asOf: 2026-01-01}\nrates: []\n"
    rows = list(rate_rows(METERS, cards(tmp_path, text)))
    assert [(row["backend"], row["begins"], row["ends"]) for row in rows] == [
        ("gw-a", "1900-01-01", "9999-12-31"),
        ("gw-e", "1900-01-01", "9999-12-31"),
    ]
