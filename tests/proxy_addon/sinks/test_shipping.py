"""All sinks together, in real threads: a receiver that is down stops neither the others nor the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from gatewright.metering.record import UsageRecord
from proxy_addon.clock import SystemClock
from proxy_addon.sinks.context import Built
from proxy_addon.sinks.pause import ThreadPause
from proxy_addon.sinks.shipping import Shipping
from proxy_addon.sinks.sink import Answer, Delivered, Entry, Pace, Parcel, TryAgain
from tests.proxy_addon.sinks.bench import Folder


class Place:
    """A sink in memory, or one that is always down."""

    def __init__(self, *, up: bool) -> None:
        self.up = up
        self.got: list[str] = []
        self.tried = threading.Event()
        self.full = threading.Event()
        self.threads: set[str] = set()

    def pack(self, entries: Iterable[Entry]) -> Iterator[Parcel]:
        found = tuple(entries)
        if found:
            yield Parcel(found)

    def send(self, parcel: Parcel) -> Answer:
        self.threads.add(threading.current_thread().name)
        self.tried.set()
        if not self.up:
            return TryAgain("no answer")
        self.got += [entry.record_id for entry in parcel.entries]
        if len(self.got) >= 100:
            self.full.set()
        return Delivered()

    def close(self) -> None:
        self.tried.clear()


def test_each_sink_ships_for_itself_and_all_end_together(
    folder: Folder, tmp_path: Path, record: Callable[..., UsageRecord]
) -> None:
    folder.records(*map(record, range(100)))
    up, down = Place(up=True), Place(up=False)
    pace = Pace(records=30, gather_seconds=3600)
    sinks = (Built("down", down, pace), Built("up", up, pace))
    shipping = Shipping(sinks, lambda: [folder.source], tmp_path / "dead", SystemClock())
    shipping.start()
    assert up.full.wait(30)
    assert down.tried.wait(30)
    folder.records(record(100))
    begun = time.monotonic()
    assert shipping.stop(2)
    assert time.monotonic() - begun < 10
    assert up.got == [f"record-{n}" for n in range(101)]
    assert down.got == []
    assert not down.tried.is_set()
    assert {status.sink: status.failing for status in shipping.statuses()} == {
        "down": "no answer",
        "up": None,
    }
    assert up.threads | down.threads == {"gatewright-sink"}
    assert folder.source.cursors.load("down").offset == 0
    assert folder.source.cursors.load("up").offset > 0


def test_a_receiver_that_holds_a_call_does_not_hold_the_end(
    folder: Folder, tmp_path: Path, record: Callable[..., UsageRecord]
) -> None:
    folder.records(record(1))
    begun, let_go = threading.Event(), threading.Event()

    class Stuck(Place):
        def send(self, parcel: Parcel) -> Answer:
            begun.set()
            let_go.wait(30)
            return Delivered()

    shipping = Shipping(
        (Built("stuck", Stuck(up=True), Pace()),), lambda: [folder.source], tmp_path, SystemClock()
    )
    shipping.start()
    assert begun.wait(30)
    assert not shipping.stop(0.05)
    let_go.set()
    assert shipping.stop(30)


def test_a_stop_ends_a_wait_at_once() -> None:
    pause = ThreadPause()
    begun = time.monotonic()
    assert pause.wait(0.05)
    assert time.monotonic() - begun >= 0.05
    assert not pause.expired
    pause.stop(60)
    assert pause.wait(0.01)
    pause.stop(0.05)
    begun = time.monotonic()
    assert not pause.wait(60)
    assert 0.04 < time.monotonic() - begun < 10
    assert pause.stopped
    assert pause.expired
