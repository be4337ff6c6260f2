"""Recovery: a begin without an end becomes a crashed record, once."""

from __future__ import annotations

import json
from pathlib import Path

from gatewright.metering.record import Settlement, UsageRecord
from proxy_addon.journal import frames
from proxy_addon.journal.cursor import Cursor, CursorStore
from proxy_addon.journal.recovery import Recovered, next_number, recover
from proxy_addon.journal.settled import SettledReader, segment_path


def begin(name: str) -> bytes:
    plain = {"version": 1, "record_id": name, "usage_source": "missing", "settlement": "crashed"}
    return frames.encode(frames.BEGIN, name.encode(), json.dumps({**plain, "of_another_kind": 9}).encode())


def end(name: str) -> bytes:
    return begin(name).replace(b" b ", b" e ", 1)


def ended(name: str) -> bytes:
    plain = {"version": 1, "record_id": name, "usage_source": "reported", "settlement": "complete"}
    return frames.encode(frames.END, name.encode(), json.dumps(plain).encode())


def records(folder: Path) -> list[UsageRecord]:
    return [UsageRecord.read(line) for line in SettledReader(folder).read(Cursor(), 1000, 1 << 20)[0]]


def test_a_begin_without_an_end_is_settled_behind_all_that_is_there(tmp_path: Path) -> None:
    segment_path(tmp_path, 1).write_bytes(begin("r1") + begin("r2"))
    segment_path(tmp_path, 2).write_bytes(ended("r1") + ended("r9") + begin("r3")[:-9])
    assert recover(tmp_path) == Recovered(crashed=1, damaged=1, unreadable=0)
    found = {record.record_id: record.settlement for record in records(tmp_path)}
    assert found == {"r1": Settlement.COMPLETE, "r9": Settlement.COMPLETE, "r2": Settlement.CRASHED}
    assert b"of_another_kind" not in segment_path(tmp_path, 3).read_bytes()


def test_doing_it_again_changes_nothing(tmp_path: Path) -> None:
    segment_path(tmp_path, 1).write_bytes(begin("r1"))
    recover(tmp_path)
    assert recover(tmp_path) == Recovered(0, 0, 0)
    assert [record.record_id for record in records(tmp_path)] == ["r1"]


def test_a_begin_that_was_carried_on_is_settled_once(tmp_path: Path) -> None:
    segment_path(tmp_path, 1).write_bytes(begin("r1") + begin("r2"))
    segment_path(tmp_path, 2).write_bytes(begin("r1") + begin("r2") + ended("r2"))
    assert recover(tmp_path).crashed == 1
    assert [record.record_id for record in records(tmp_path)] == ["r2", "r1"]


def test_a_begin_of_another_version_is_counted_and_stays(tmp_path: Path) -> None:
    segment_path(tmp_path, 1).write_bytes(frames.encode(frames.BEGIN, b"r1", b'{"version":99}'))
    assert recover(tmp_path) == Recovered(0, 0, 1)
    assert recover(tmp_path).unreadable == 1


def test_a_new_segment_stands_behind_every_cursor(tmp_path: Path) -> None:
    CursorStore(tmp_path).save("ledger", Cursor(7, 3))
    assert next_number(tmp_path) == 8
    segment_path(tmp_path, 9).touch()
    assert next_number(tmp_path) == 10
