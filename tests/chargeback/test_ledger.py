from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gatewright.chargeback.ledger import LedgerNotes, read_ledger
from gatewright.diagnostics import Rejected
from gatewright.metering.record import PENDING, UsageSource
from tests.chargeback.builders import record


def ledger(path: Path, *lines: str) -> Path:
    path.write_text("".join(lines), "utf-8")
    return path


def line(number: int) -> str:
    return record(number, input_tokens=number).to_json() + "\n"


def test_records_come_in_order_each_once(tmp_path: Path) -> None:
    notes = LedgerNotes()
    paths = [ledger(tmp_path / "a", line(1), line(2), "\n"), ledger(tmp_path / "b", line(2), line(3))]
    assert [r.record_id for r in read_ledger(paths, notes)] == ["r1", "r2", "r3"]
    assert notes.repeated == 1
    assert notes.warnings == []


def test_a_pending_record_gives_way_to_the_one_with_the_usage(tmp_path: Path) -> None:
    def pending(number: int) -> str:
        return (
            replace(record(number), usage_source=UsageSource.MISSING, usage_detail=PENDING).to_json() + "\n"
        )

    notes = LedgerNotes()
    first = ledger(tmp_path / "a", pending(1), pending(2), pending(1), line(3), pending(3), pending(4))
    found = list(read_ledger([first, ledger(tmp_path / "b", line(1), line(1), pending(1))], notes))
    assert [(r.record_id, r.usage_detail == PENDING) for r in found] == [
        ("r3", False),
        ("r1", False),
        ("r2", True),
        ("r4", True),
    ]
    assert (found[1].usage.input_tokens, notes.repeated) == (1, 4)


def test_last_line_that_is_cut_off_is_told_and_not_counted(tmp_path: Path) -> None:
    notes = LedgerNotes()
    found = list(read_ledger([ledger(tmp_path / "a", line(1), line(2)[:-9])], notes))
    assert [r.record_id for r in found] == ["r1"]
    assert [(d.code, d.span.line if d.span else 0) for d in notes.warnings] == [("CHB712", 2)]


@pytest.mark.parametrize(
    "wrong", ['{"version":1}\n', "[1]\n", "no json\n", '{"version":9,"record_id":"x"}\n']
)
def test_line_that_is_no_record_is_refused_at_its_place(tmp_path: Path, wrong: str) -> None:
    path = ledger(tmp_path / "a", line(1), wrong, line(2))
    with pytest.raises(Rejected) as caught:
        list(read_ledger([path], LedgerNotes()))
    [fault] = caught.value.diagnostics
    assert fault.code == "CHB711"
    assert fault.span is not None
    assert fault.span.line == 2


def test_missing_file_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        list(read_ledger([tmp_path / "none"], LedgerNotes()))
    assert caught.value.unreadable
