"""The journal: what cannot be written waits, what is in doubt is written again, and it stays small."""

from __future__ import annotations

import asyncio
import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from proxy_addon.journal import frames
from proxy_addon.journal.cursor import Cursor, CursorStore
from proxy_addon.journal.journal import Bounds, Journal
from proxy_addon.journal.settled import SettledReader, segments


async def sync(journal: Journal) -> None:
    loop = asyncio.get_running_loop()
    await journal.sync(lambda work: loop.run_in_executor(None, work))


def everything(folder: Path) -> list[tuple[bytes, bytes]]:
    found = [placed.frame for placed in SettledReader(folder).frames(Cursor())]
    assert None not in found
    return [(frame.kind, frame.record_id) for frame in found if frame is not None]


def settled(folder: Path) -> list[bytes]:
    return SettledReader(folder).read(Cursor(), 10_000, 1 << 30)[0]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[int | None], None]:
    """Breaks writing after so many bytes of one call, or heals it."""
    real = os.write

    def set_to(after: int | None) -> None:
        calls: list[int] = []

        def write(descriptor: int, data: bytes) -> int:
            if calls or after == 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            calls.append(1)
            return real(descriptor, data[:after])

        monkeypatch.setattr(os, "write", real if after is None else write)

    return set_to


def test_begins_and_ends_are_frames_and_an_end_closes_its_begin(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    assert journal.begin("r1", '{"a":1}')
    assert journal.begin("r2", '{"b":1}')
    journal.end("r1", '{"a":2}')
    assert (journal.open_count, journal.written) == (1, 1)
    assert everything(tmp_path) == [(frames.BEGIN, b"r1"), (frames.BEGIN, b"r2"), (frames.END, b"r1")]
    assert settled(tmp_path) == [b'{"a":2}']
    journal.close()


async def test_only_what_is_on_stable_storage_is_read(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    reader = SettledReader(tmp_path, lambda: journal.durable)
    journal.end("r1", "{}")
    assert reader.read(Cursor(), 10, 1000) == ([], Cursor())
    assert reader.backlog_bytes(Cursor()) == 0
    await sync(journal)
    lines, cursor = reader.read(Cursor(), 10, 1000)
    assert (lines, cursor, reader.backlog_bytes(cursor)) == ([b"{}"], journal.durable, 0)
    assert not journal.unsynced
    journal.close()


@pytest.mark.parametrize("after", [0, 1, 15])
def test_what_cannot_be_written_waits_and_is_written_once_in_order(
    tmp_path: Path, broken: Callable[[int | None], None], after: int
) -> None:
    journal = Journal(tmp_path)
    journal.begin("r0", "{}")
    broken(after)
    journal.end("r1", "{}")
    journal.end("r2", "{}")
    assert not journal.begin("r3", "{}")
    assert (journal.writable, journal.waiting, journal.failure) == (False, 2, "No space left on device")
    journal.probe()
    assert not journal.writable
    broken(None)
    journal.probe()
    assert (journal.writable, journal.waiting, journal.written, journal.lost) == (True, 0, 2, 0)
    found = [placed.frame for placed in SettledReader(tmp_path).frames(Cursor())]
    assert [frame.record_id for frame in found if frame is not None] == [b"r0", b"r1", b"r2"]
    assert found.count(None) == (1 if after else 0)
    journal.close()


def test_what_waits_is_bounded_and_the_loss_is_counted(
    tmp_path: Path, broken: Callable[[int | None], None]
) -> None:
    journal = Journal(tmp_path, bounds=Bounds(waiting=1))
    broken(0)
    for name in ("r1", "r2", "r3"):
        journal.end(name, "{}")
    assert (journal.waiting, journal.lost) == (1, 2)
    broken(None)
    journal.close()
    assert len(settled(tmp_path)) == 1


def test_serving_counts_what_was_forwarded_without_a_begin(
    tmp_path: Path, broken: Callable[[int | None], None]
) -> None:
    journal = Journal(tmp_path, serving=True)
    broken(0)
    assert journal.begin("r1", "{}")
    assert journal.begin("r2", "{}")
    assert (journal.writable, journal.unbegun, journal.failure) == (True, 2, "No space left on device")
    broken(None)
    journal.close()


def test_a_full_journal_admits_nothing_and_still_takes_the_ends_of_what_is_open(tmp_path: Path) -> None:
    journal = Journal(tmp_path, bounds=Bounds(total_bytes=100))
    assert journal.begin("r1", '{"x":"' + "x" * 100 + '"}')
    assert not journal.begin("r2", "{}")
    assert journal.failure == "the journal is full"
    journal.end("r1", "{}")
    assert settled(tmp_path) == [b"{}"]
    journal.close()


def test_a_full_journal_that_serves_drops_and_counts(tmp_path: Path) -> None:
    journal = Journal(tmp_path, bounds=Bounds(total_bytes=100), serving=True)
    journal.end("r1", '{"x":"' + "x" * 100 + '"}')
    assert journal.begin("r2", "{}")
    journal.end("r2", "{}")
    assert (journal.lost, journal.unbegun, len(settled(tmp_path))) == (1, 1, 1)
    journal.close()


async def test_what_a_failed_sync_leaves_in_doubt_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path)
    journal.begin("r1", "{}")
    journal.end("r2", "{}")

    def fail(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", fail)
        waiter = asyncio.create_task(journal.begun())
        await asyncio.sleep(0)
        await sync(journal)
    assert await waiter is False
    assert (journal.failure, journal.writable, journal.unsynced) == ("Input/output error", False, True)
    assert journal.durable == Cursor(1, 0)
    await sync(journal)
    assert journal.failure is None
    assert segments(tmp_path) == [1, 2]
    newest = [placed for placed in SettledReader(tmp_path).frames(Cursor(2, 0))]
    ids = {placed.frame.record_id for placed in newest if placed.frame is not None}
    assert ids == {b"r1", b"r2"}
    journal.close()


async def test_a_begin_can_be_waited_for(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.begin("r1", "{}")
    waiter = asyncio.create_task(journal.begun())
    await asyncio.sleep(0)
    assert not waiter.done()
    await sync(journal)
    assert await waiter is True
    assert journal.durable.offset > 0
    journal.close()


async def test_read_segments_go_and_open_begins_move_on(tmp_path: Path) -> None:
    journal = Journal(tmp_path, bounds=Bounds(segment_bytes=200))
    journal.begin("open", "{}")
    for number in range(40):
        journal.end(f"r{number}", "{}")
    await sync(journal)
    assert len(segments(tmp_path)) > 3
    store = CursorStore(tmp_path)
    journal.sweep(["one", "two"])
    before = segments(tmp_path)
    reader = SettledReader(tmp_path, lambda: journal.durable)
    lines, cursor = reader.read(Cursor(), 1000, 100_000)
    assert len(lines) == 40
    store.save("one", cursor)
    journal.sweep(["one", "two"])
    assert segments(tmp_path) == before
    store.save("two", cursor)
    journal.sweep(["one", "two"])
    assert segments(tmp_path) == [journal.durable.segment]
    assert (frames.BEGIN, b"open") in everything(tmp_path)
    assert journal.size_bytes < 400
    journal.close()


def test_segments_stay_while_the_begins_that_were_carried_on_are_not_synced(tmp_path: Path) -> None:
    journal = Journal(tmp_path, bounds=Bounds(segment_bytes=200))
    journal.begin("open", "{}")
    journal.end("r1", json.dumps({"x": "x" * 200}))
    journal.end("r2", "{}")
    assert segments(tmp_path) == [1, 2]
    journal.durable = Cursor(2, 0)  # as a sync between the two leaves it
    CursorStore(tmp_path).save("one", Cursor(2, 0))
    journal.sweep(["one"])
    assert segments(tmp_path) == [1, 2]
    journal.close()
    journal.sweep(["one"])
    assert segments(tmp_path) == [2]


async def test_nobody_waits_for_a_begin_that_cannot_be_made_safe(
    tmp_path: Path, broken: Callable[[int | None], None]
) -> None:
    journal = Journal(tmp_path, serving=True)
    broken(0)
    assert journal.begin("r1", "{}")
    assert await journal.begun() is False
    broken(None)
    journal.close()


async def test_a_wait_alone_makes_a_sync_due(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.begin("r1", "{}")
    await sync(journal)
    assert not journal.unsynced
    waiter = asyncio.create_task(journal.begun())
    await asyncio.sleep(0)
    assert journal.unsynced
    await sync(journal)
    assert await waiter is True
    journal.close()


def test_a_lost_lease_stops_recording(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.lose_lease()
    assert not journal.begin("r1", "{}")
    journal.end("r2", "{}")
    assert (journal.lost, journal.failure) == (1, "another replica has taken the folder")
    journal.close()
    assert segments(tmp_path) == []
