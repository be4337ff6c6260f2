"""What fails on our side of the shipper: packing, the journal, the cursor, the dead letters."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from gatewright.metering.record import UsageRecord
from proxy_addon.sinks.shipper import Shipper
from proxy_addon.sinks.sink import Entry, Pace, Parcel, Unfit
from tests.proxy_addon.sinks.bench import Bench
from tests.proxy_addon.sinks.store import Store, ids


def test_a_dead_letter_file_that_cannot_be_written_loses_nothing(
    bench: Bench,
    record: Callable[..., UsageRecord],
    ship: Callable[[Shipper], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench.folder.records(record(1), record(2))
    store = Store(poison=frozenset(ids(1)))
    fails = [3]
    add = bench.dead.add

    def full(line: bytes, reason: str) -> None:
        if fails[0]:
            fails[0] -= 1
            raise OSError(28, os.strerror(28))
        add(line, reason)

    monkeypatch.setattr(bench.dead, "add", full)
    ship(bench.shipper(store))
    assert store.got == ids(2)
    assert [letter["record"]["record_id"] for letter in bench.buried()] == ids(1)
    assert bench.pause.waits == [1, 2, 4]


def test_our_own_fault_while_packing_keeps_the_records(
    bench: Bench, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    bench.folder.records(record(1))

    class Broken(Store):
        def pack(self, entries: Iterable[Entry]) -> Iterator[Parcel | Unfit]:
            raise ValueError("secret")

    shipper = bench.shipper(Broken())
    assert not shipper.round()
    assert shipper.status().failing == "packing failed: ValueError"
    store = Store()
    ship(bench.shipper(store))
    assert store.got == ids(1)


def test_a_journal_that_cannot_be_read_is_tried_again(
    bench: Bench, record: Callable[..., UsageRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.folder.records(record(1))
    shipper = bench.shipper(Store())

    def unreadable(*_: object) -> None:
        raise OSError(5, os.strerror(5))

    with monkeypatch.context() as patch:
        patch.setattr(type(bench.folder.source.reader), "read", unreadable)
        assert not shipper.round()
    assert shipper.status().failing == "the journal cannot be read: Input/output error"
    shipper.round()
    assert shipper.status().failing is None
    assert shipper.status().delivered == 1


def test_a_fault_that_no_one_has_foreseen_does_not_end_the_thread(
    bench: Bench, record: Callable[..., UsageRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.folder.records(record(1))
    reader = type(bench.folder.source.reader)
    read, failures = reader.read, [2]

    def odd(self: Any, *bounds: Any) -> Any:
        if failures[0]:
            failures[0] -= 1
            raise ValueError("secret")
        return read(self, *bounds)

    monkeypatch.setattr(reader, "read", odd)
    bench.pause.most = 5
    store = Store()
    bench.shipper(store, Pace(gather_seconds=3)).run()
    assert store.got == ids(1)
    assert bench.pause.waits == [1, 3, 2, 3, 3]


def test_a_failure_is_over_once_nothing_is_left_to_send(
    bench: Bench, record: Callable[..., UsageRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    shipper = bench.shipper(Store())

    def unreadable(*_: object) -> None:
        raise OSError(5, os.strerror(5))

    with monkeypatch.context() as patch:
        patch.setattr(type(bench.folder.source.reader), "backlog_bytes", lambda *_: 1)
        patch.setattr(type(bench.folder.source.reader), "read", unreadable)
        shipper.round()
        assert shipper.status().failing is not None
    shipper.round()
    assert shipper.status().failing is None


def test_a_place_that_cannot_be_kept_does_not_stop_the_shipper(
    bench: Bench,
    record: Callable[..., UsageRecord],
    ship: Callable[[Shipper], None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench.folder.records(*map(record, range(4)))
    store = Store()

    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        patch.setattr(type(bench.folder.source.cursors), "save", full)
        shipper = bench.shipper(store, Pace(records=2))
        ship(shipper)
    assert store.got == ids(*range(4))
    assert "a restart repeats" in caplog.text
    ship(bench.shipper(store))
    assert store.got == ids(*range(4)) * 2


def test_a_failure_names_its_type_and_not_its_text(
    bench: Bench,
    record: Callable[..., UsageRecord],
    ship: Callable[[Shipper], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    bench.folder.records(record(1))
    ship(bench.shipper(Store(["break"])))
    assert "not delivered (failed: RuntimeError)" in caplog.text
    assert "delivers again" in caplog.text
    assert "secret" not in caplog.text
