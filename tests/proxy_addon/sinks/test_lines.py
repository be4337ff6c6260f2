"""JSON lines in a folder: by day and size, whole lines, one writer per file."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gatewright.diagnostics import Rejected
from gatewright.metering.record import UsageRecord
from proxy_addon.clock import SystemClock
from proxy_addon.sinks import registry
from proxy_addon.sinks.context import SinkContext
from proxy_addon.sinks.lines import LineFolder
from proxy_addon.sinks.shipper import Shipper
from proxy_addon.sinks.sink import Delivered, Entry, Pace, Parcel, TryAgain
from tests.proxy_addon.sinks.bench import Bench

CONTEXT = SinkContext(SystemClock(), "replica-1")


def ids(path: Path) -> list[str]:
    return [UsageRecord.read(line).record_id for line in path.read_bytes().splitlines()]


def test_each_day_has_its_own_file(
    bench: Bench, tmp_path: Path, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    late = datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC)
    bench.folder.records(record(0), record(1, time=late), record(2))
    (built,) = registry.build([f"jsonl:{tmp_path}/out"], CONTEXT)
    ship(bench.shipper(built.sink))
    built.sink.close()
    found = {path.name: ids(path) for path in (tmp_path / "out").iterdir()}
    assert found == {
        "usage-2026-11-25-replica-1-0001.jsonl": ["record-0", "record-2"],
        "usage-2026-11-24-replica-1-0001.jsonl": ["record-1"],
    }
    lines = (tmp_path / "out/usage-2026-11-25-replica-1-0001.jsonl").read_bytes().splitlines()
    assert lines == [record(n).to_json().encode() for n in (0, 2)]


def test_a_file_that_is_large_enough_is_followed_by_the_next(
    bench: Bench, tmp_path: Path, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    bench.folder.records(*map(record, range(30)))
    sink = LineFolder(tmp_path, "r", 2048)
    ship(bench.shipper(sink, Pace(records=3)))
    sink.close()
    again = LineFolder(tmp_path, "r", 2048)
    bench.folder.records(record(30))
    ship(bench.shipper(again, Pace(records=3)))
    again.close()
    files = sorted(tmp_path.glob("usage-*.jsonl"))
    assert len(files) > 3
    assert [path.name for path in files] == [
        f"usage-2026-11-25-r-{n:04d}.jsonl" for n in range(1, len(files) + 1)
    ]
    assert [name for path in files for name in ids(path)] == [f"record-{n}" for n in range(31)]
    assert all(path.stat().st_size >= 2048 for path in files[:-1])


def test_a_full_disk_is_tried_again_and_no_line_is_torn(
    bench: Bench,
    tmp_path: Path,
    record: Callable[..., UsageRecord],
    ship: Callable[[Shipper], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = tmp_path / "out"
    target.mkdir()
    bench.folder.records(*map(record, range(6)))
    write, room = os.write, [1000]

    def full(descriptor: int, data: bytes) -> int:
        if not os.readlink(f"/proc/self/fd/{descriptor}").endswith(".jsonl"):
            return write(descriptor, data)
        if not room[0]:
            room[0] = 1500
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        part = write(descriptor, data[: room[0]])
        room[0] -= part
        return part

    monkeypatch.setattr(os, "write", full)
    shipper = bench.shipper(LineFolder(target, "r", 10**6), Pace(records=2))
    ship(shipper)
    (file,) = target.glob("usage-*.jsonl")
    assert set(ids(file)) == {f"record-{n}" for n in range(6)}
    assert shipper.status().retries >= 1


def test_a_file_that_another_process_holds_is_waited_for(tmp_path: Path, entry: Callable[..., Entry]) -> None:
    first, second = (LineFolder(tmp_path, "r", 10**6) for _ in range(2))
    (parcel,) = first.pack([entry()])
    assert isinstance(parcel, Parcel)
    assert first.send(parcel) == Delivered()
    assert isinstance(second.send(parcel), TryAgain)
    first.close()
    assert second.send(parcel) == Delivered()
    second.close()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("jsonl:relative/folder", "PRX650"),
        ("jsonl:", "PRX650"),
        ("jsonl:/dev/null/folder", "PRX655"),
        ("jsonl:{folder}?file-size=12", "PRX652"),
        ("jsonl:{folder}?file-size=2000m", "PRX652"),
        ("jsonl:{folder}?filesize=64m", "PRX652"),
        ("jsonl:{folder}?gather=5&gather=6", "PRX652"),
        ("jsonl:{folder}?name=Not/a/name", "PRX652"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(Rejected) as caught:
        registry.build([text.format(folder=tmp_path)], CONTEXT)
    assert [fault.code for fault in caught.value.diagnostics] == [code]


def test_records_count_as_delivered_once_they_are_on_stable_storage(
    bench: Bench,
    tmp_path: Path,
    record: Callable[..., UsageRecord],
    ship: Callable[[Shipper], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = tmp_path / "out"
    target.mkdir()
    bench.folder.records(record(1))
    failures, synced = [1], os.fdatasync

    def fails(descriptor: int) -> None:
        if os.readlink(f"/proc/self/fd/{descriptor}").endswith(".jsonl") and failures[0]:
            failures[0] = 0
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        synced(descriptor)

    monkeypatch.setattr(os, "fdatasync", fails)
    ship(bench.shipper(LineFolder(target, "r", 10**6)))
    (file,) = target.iterdir()
    assert ids(file) == ["record-1"] * 2
    assert bench.pause.waits == [1]
