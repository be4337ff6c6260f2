"""Shippers behind the real journal: what it holds arrives, and it removes only what every sink has taken."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from gatewright.metering.record import Settlement, UsageRecord
from proxy_addon.clock import SystemClock
from proxy_addon.journal import lease
from proxy_addon.journal.journal import Bounds
from proxy_addon.journal.replica import Replica
from proxy_addon.journal.settled import segments
from proxy_addon.sinks import registry
from proxy_addon.sinks.context import SinkContext
from proxy_addon.sinks.shipping import Shipping

CONTEXT = SinkContext(SystemClock(), "replica-1")


def write(replica: Replica, *records: UsageRecord) -> None:
    for record in records:
        text = record.to_json()
        replica.journal.begin(record.record_id, text)
        replica.journal.end(record.record_id, text)


def ship(replica: Replica, folder: Path, *addresses: str) -> None:
    """Ships what is durable, and ends."""
    shipping = Shipping(registry.build(addresses, CONTEXT), replica.sources, folder / "dead", SystemClock())
    shipping.start()
    assert shipping.stop(60)


def ids(folder: Path) -> list[str]:
    lines = [line for file in sorted(folder.glob("*.jsonl")) for line in file.read_bytes().splitlines()]
    return [str(json.loads(line)["record_id"]) for line in lines]


def test_segments_go_once_every_sink_has_taken_them(
    tmp_path: Path, record: Callable[..., UsageRecord]
) -> None:
    replica = Replica(tmp_path / "replica-1", bounds=Bounds(segment_bytes=4096))
    write(replica, *map(record, range(40)))
    replica.journal.close()
    folder = replica.journal.folder
    before = len(segments(folder))
    assert before > 3
    ship(replica, tmp_path, f"jsonl:{tmp_path}/a?name=first")
    replica.sweep(["first", "second"])
    assert len(segments(folder)) == before
    ship(replica, tmp_path, f"jsonl:{tmp_path}/b?name=second")
    replica.sweep(["first", "second"])
    assert len(segments(folder)) == 1
    assert ids(tmp_path / "a") == ids(tmp_path / "b") == [f"record-{n}" for n in range(40)]
    replica.close()


def test_what_a_gone_replica_left_is_shipped_and_its_folder_goes(
    tmp_path: Path, record: Callable[..., UsageRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "_TAKE_SECONDS", 0.0)
    gone = Replica(tmp_path / "journal/a")
    write(gone, record(1))
    gone.journal.begin("record-2", record(2, settlement=Settlement.CRASHED).to_json())
    gone.journal.close()
    gone.close()
    os.utime(tmp_path / "journal/a" / lease.LEASE, (1, 1))
    replica = Replica(tmp_path / "journal/b")
    write(replica, record(3))
    assert replica.adopt() == 1
    replica.journal.close()
    ship(replica, tmp_path, f"jsonl:{tmp_path}/out")
    assert sorted(ids(tmp_path / "out")) == ["record-1", "record-2", "record-3"]
    replica.sweep(["jsonl"])
    assert len(replica.sources()) == 1
    ship(replica, tmp_path, f"jsonl:{tmp_path}/out")
    assert len(ids(tmp_path / "out")) == 3
    replica.close()


def test_a_folder_that_is_removed_meanwhile_disturbs_no_shipper(
    tmp_path: Path, record: Callable[..., UsageRecord]
) -> None:
    import shutil

    replica = Replica(tmp_path / "journal/a")
    write(replica, record(1))
    replica.journal.close()
    built = registry.build([f"jsonl:{tmp_path}/out"], CONTEXT)
    removed = threading.Event()
    send = built[0].sink.send

    def remove(parcel: object) -> object:
        shutil.rmtree(replica.journal.folder)
        removed.set()
        return send(parcel)  # type: ignore[arg-type]

    built[0].sink.send = remove  # type: ignore[method-assign, assignment]
    shipping = Shipping(built, replica.sources, tmp_path / "dead", SystemClock())
    shipping.start()
    assert removed.wait(30)
    assert shipping.stop(60)
    assert ids(tmp_path / "out") == ["record-1"]
