"""Cursors are kept whole, one file per sink; what cannot be read begins again."""

from __future__ import annotations

from pathlib import Path

import pytest

from proxy_addon.journal.cursor import Cursor, CursorStore


def test_a_cursor_is_kept(tmp_path: Path) -> None:
    CursorStore(tmp_path).save("ledger", Cursor(3, 77))
    CursorStore(tmp_path).save("other-sink", Cursor(1, 2))
    assert CursorStore(tmp_path).load("ledger") == Cursor(3, 77)
    assert [path.name for path in sorted((tmp_path / "cursors").iterdir())] == [
        "ledger.json",
        "other-sink.json",
    ]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"segment":"1","offset":0}', '{"segment":-1,"offset":0}']
)
def test_what_cannot_be_read_begins_again(tmp_path: Path, text: str) -> None:
    (tmp_path / "cursors").mkdir()
    (tmp_path / "cursors" / "ledger.json").write_text(text)
    assert CursorStore(tmp_path).load("ledger") == Cursor()


@pytest.mark.parametrize("name", ["", "../x", "A", "a/b", "x" * 41])
def test_a_name_is_a_plain_one(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="name of a sink"):
        CursorStore(tmp_path).save(name, Cursor())


def test_places_are_ordered() -> None:
    assert Cursor() < Cursor(1, 9) < Cursor(1, 10) < Cursor(2, 0)
