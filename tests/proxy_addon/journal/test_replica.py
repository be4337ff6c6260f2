"""Leases and adoption: one writer per folder, and what a gone replica left is read by another."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

import pytest

from gatewright.metering.record import Settlement, UsageRecord
from proxy_addon.journal import lease
from proxy_addon.journal.cursor import Cursor
from proxy_addon.journal.lease import Held, Lease
from proxy_addon.journal.replica import Replica

BEGIN = {"version": 1, "record_id": "r1", "usage_source": "missing", "settlement": "crashed"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "_TAKE_SECONDS", 0.0)


def killed(folder: Path, *, silent: float = 0) -> None:
    """A replica with one open attempt and one settled one, whose process is gone."""
    replica = Replica(folder)
    replica.journal.begin("r1", json.dumps(BEGIN))
    replica.journal.end("r2", json.dumps({**BEGIN, "record_id": "r2", "settlement": "complete"}))
    os.close(replica._lease._descriptor)
    before = (folder / lease.LEASE).stat().st_mtime - silent
    os.utime(folder / lease.LEASE, (before, before))


def read(replica: Replica) -> dict[str, Settlement]:
    lines = [
        line
        for source in replica.sources()
        for line in source.reader.read(source.cursors.load("s"), 100, 100_000)[0]
    ]
    return {record.record_id: record.settlement for record in map(UsageRecord.read, lines)}


def test_a_folder_has_one_writer(tmp_path: Path) -> None:
    first = Lease(tmp_path / "a")
    assert first.locked
    with pytest.raises(Held):
        Lease(tmp_path / "a")
    first.release()
    Lease(tmp_path / "a").release()


def test_a_replica_that_comes_back_recovers_its_own_at_once(tmp_path: Path) -> None:
    killed(tmp_path / "a")
    again = Replica(tmp_path / "a")
    assert (read(again), again.crashed) == ({"r2": Settlement.COMPLETE, "r1": Settlement.CRASHED}, 1)
    again.journal.close()
    again.close()


def test_an_orphan_is_adopted_once_its_lease_has_run_out(tmp_path: Path) -> None:
    killed(tmp_path / "a", silent=50)
    other = Replica(tmp_path / "b", lease_seconds=60)
    other.beat()
    assert (other.adopt(), read(other)) == (0, {})
    os.utime(tmp_path / "a" / lease.LEASE, (1, 1))
    assert (other.adopt(), read(other)) == (1, {"r2": Settlement.COMPLETE, "r1": Settlement.CRASHED})
    assert not (tmp_path / "a").exists()
    assert (other.adopt(), len(other.sources())) == (0, 2)
    other.journal.close()
    other.close()


def test_a_replica_that_holds_its_lock_lives_however_silent(tmp_path: Path) -> None:
    frozen, other = Replica(tmp_path / "a"), Replica(tmp_path / "b")
    os.utime(tmp_path / "a" / lease.LEASE, (1, 1))
    assert other.adopt() == 0
    frozen.journal.close()
    frozen.close()
    assert other.adopt() == 1  # given up, so nobody needs to wait
    other.journal.close()
    other.close()


def test_one_of_two_adopters_wins(tmp_path: Path) -> None:
    killed(tmp_path / "a", silent=100)
    first, second = Replica(tmp_path / "b"), Replica(tmp_path / "c")
    assert [first.adopt(), second.adopt()] == [1, 0]
    for each in (first, second):
        each.journal.close()
        each.close()


def test_an_adopter_that_dies_is_adopted_with_all_it_had(tmp_path: Path) -> None:
    killed(tmp_path / "a", silent=100)
    middle = Replica(tmp_path / "b")
    assert middle.adopt() == 1
    middle.journal.close()
    middle.close()
    last = Replica(tmp_path / "c")
    assert last.adopt() == 2
    assert read(last) == {"r2": Settlement.COMPLETE, "r1": Settlement.CRASHED}
    last.journal.close()
    last.close()
    again = Replica(tmp_path / "c")
    assert len(again.sources()) == 3
    again.journal.close()
    again.close()


class Killed(BaseException):
    """Stands for `kill -9`."""


@pytest.mark.parametrize("moves", [0, 1, 2])
def test_an_adoption_that_is_cut_short_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    """`b` had adopted `a` and died; who adopts both is killed after so many folders."""
    killed(tmp_path / "a", silent=100)
    middle = Replica(tmp_path / "b")
    middle.adopt()
    middle.journal.close()
    middle.close()
    last, left, rename = Replica(tmp_path / "c"), [None] * moves, Path.rename

    def renamed(self: Path, target: Path) -> Path:
        if not left:
            raise Killed
        left.pop()
        return rename(self, target)

    with monkeypatch.context() as patch, contextlib.suppress(Killed):
        patch.setattr(Path, "rename", renamed)
        last.adopt()
    last.journal.close()
    last.close()
    again = Replica(tmp_path / "c")
    again.adopt()
    again.sweep(["s"])
    assert read(again) == {"r2": Settlement.COMPLETE, "r1": Settlement.CRASHED}
    again.journal.close()
    again.close()


def test_a_folder_inside_an_adopted_one_is_moved_out(tmp_path: Path) -> None:
    killed(tmp_path / "a", silent=100)
    first = Replica(tmp_path / "b")
    first.adopt()
    first.journal.close()
    first.close()
    (tmp_path / "c" / lease.ADOPTED).mkdir(parents=True)
    (tmp_path / "b").rename(tmp_path / "c" / lease.ADOPTED / "b~1")
    last = Replica(tmp_path / "c")
    assert read(last) == {"r2": Settlement.COMPLETE, "r1": Settlement.CRASHED}
    last.sweep(["t"])
    assert len(last.sources()) == 2
    last.journal.close()
    last.close()


def test_an_adopted_folder_goes_once_every_sink_has_read_it(tmp_path: Path) -> None:
    killed(tmp_path / "a", silent=100)
    other = Replica(tmp_path / "b")
    other.adopt()
    source = other.sources()[1]
    other.sweep(["s", "t"])
    _, cursor = source.reader.read(Cursor(), 100, 100_000)
    source.cursors.save("s", cursor)
    other.sweep(["s", "t"])
    assert len(other.sources()) == 2
    source.cursors.save("t", cursor)
    other.sweep(["s", "t"])
    assert (len(other.sources()), source.reader.folder.exists()) == (1, False)
    other.journal.close()
    other.close()


def test_a_folder_that_was_taken_is_noticed(tmp_path: Path) -> None:
    replica = Replica(tmp_path / "a")
    assert replica.beat()
    (tmp_path / "a").rename(tmp_path / "z")
    assert not replica.beat()
    Lease(tmp_path / "a").release()
    assert not replica.beat()
    replica.journal.lose_lease()  # as the keeper does, then: nothing can be made safe here any more
    replica.journal.close()
    replica.close()
