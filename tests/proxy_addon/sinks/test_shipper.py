"""The shipper: at least once whatever fails when; back-off without time; dead letters; a stop at any time."""

# ruff: noqa: ANN401 - fixtures: their classes stand in conftest, which tests cannot import

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatewright.metering.record import UsageRecord
from proxy_addon.sinks.shipper import PATIENCE, Shipper
from proxy_addon.sinks.sink import Answer, Delivered, Entry, Pace, Parcel, Refused, TryAgain, Unfit


class Killed(BaseException):
    """The process ends here."""


class Store:
    """A receiver in memory that does what its plan says, one step a call, and then behaves."""

    def __init__(
        self, plan: Iterable[str] = (), *, most: int = 3, poison: frozenset[str] = frozenset()
    ) -> None:
        self.plan = list(plan)
        self.most = most
        self.poison = poison
        self.got: list[str] = []
        self.sends = 0
        self.closed = False

    def pack(self, entries: Iterable[Entry]) -> Iterator[Parcel | Unfit]:
        held: list[Entry] = []
        for entry in entries:
            if entry.fields["tenant"] == "unfit":
                yield Unfit(entry, "does not fit")
                continue
            held.append(entry)
            if len(held) == self.most:
                yield Parcel(tuple(held))
                held = []
        if held:
            yield Parcel(tuple(held))

    def send(self, parcel: Parcel) -> Answer:
        self.sends += 1
        step = self.plan.pop(0) if self.plan else "take"
        ids = [entry.record_id for entry in parcel.entries]
        if step == "kill":
            raise Killed
        if step == "break":
            raise RuntimeError("quotes a secret")
        if step == "refuse":
            return TryAgain("HTTP 503")
        if self.poison & set(ids):
            return Refused("HTTP 400 InvalidRecord")
        self.got.extend(ids)
        if step == "take and kill":
            raise Killed
        return TryAgain("no answer") if step == "take and lose" else Delivered()

    def close(self) -> None:
        self.closed = True


def ids(*numbers: int) -> list[str]:
    return [f"record-{number}" for number in numbers]


def test_records_arrive_in_order_and_the_cursor_is_kept(
    bench: Any, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    bench.folder.records(*map(record, range(5)))
    store = Store()
    ship(bench.shipper(store))
    assert store.got == ids(*range(5))
    bench.folder.records(record(5))
    ship(bench.shipper(store))
    assert store.got == ids(*range(6))
    assert bench.pause.waits == []


def test_a_receiver_that_is_down_for_an_hour_catches_up(
    bench: Any, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    bench.folder.records(*map(record, range(20)))
    store = Store()
    down = bench.clock.now().timestamp() + 3600

    class Down(Store):
        def send(self, parcel: Parcel) -> Answer:
            return TryAgain("no answer") if bench.clock.now().timestamp() < down else store.send(parcel)

    shipper = bench.shipper(Down())
    wait, lags = bench.pause.wait, []

    def grows(seconds: float) -> bool:
        lags.append(shipper.status().backlog_bytes)
        bench.folder.records(record(19 + len(lags)))
        return bool(wait(seconds))

    bench.pause.wait = grows
    while len(store.got) < 20 + len(lags):
        shipper.round()
    assert lags == sorted(set(lags))
    assert store.got == ids(*range(20 + len(lags)))
    assert shipper.status().backlog_bytes == 0
    assert bench.pause.waits[:8] == [1, 2, 4, 8, 16, 32, 64, 120]
    assert set(bench.pause.waits[8:]) == {120}
    assert 3600 <= sum(bench.pause.waits) < 3600 + 120
    assert shipper.status().failing is None
    assert shipper.status().retries == len(bench.pause.waits)


def test_retry_after_is_honoured(
    bench: Any, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    bench.folder.records(record())
    answers: list[Answer] = [TryAgain("HTTP 429", 300.0), TryAgain("HTTP 429"), Delivered()]

    class Busy(Store):
        def send(self, parcel: Parcel) -> Answer:
            return answers.pop(0)

    ship(bench.shipper(Busy()))
    assert bench.pause.waits == [pytest.approx(330.0), 2.0]


def test_one_bad_record_is_found_among_many_and_buried(
    bench: Any, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    bench.folder.records(*map(record, range(64)))
    store = Store(most=64, poison=frozenset(ids(13, 40)))
    shipper = bench.shipper(store)
    ship(shipper)
    assert sorted(store.got) == sorted(set(ids(*range(64))) - set(ids(13, 40)))
    assert [letter["record"]["record_id"] for letter in bench.buried()] == ids(13, 40)
    assert {letter["reason"] for letter in bench.buried()} == {"HTTP 400 InvalidRecord"}
    assert store.sends < 30
    assert (shipper.status().delivered, shipper.status().dead) == (62, 2)


def test_what_is_no_record_and_what_does_not_fit_are_buried(
    bench: Any, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    bench.folder.add(
        b'{"version":99,"record_id":"x"}',
        b"not json",
        b'{"version":1}',
        b'{"version":1,"record_id":"x","time":"12:00"}',
        b'{"version":1,"record_id":"x","time":12}',
    )
    bench.folder.records(record(1, tenant="unfit"), record(2))
    store = Store()
    ship(bench.shipper(store))
    assert store.got == ids(2)
    assert [letter["reason"] for letter in bench.buried()] == [
        "no usage record: version is not 1",
        "no usage record: not JSON",
        "no usage record: record_id is missing",
        "no usage record: time is not ISO 8601 with a zone",
        "no usage record: time is not ISO 8601 with a zone",
        "does not fit",
    ]


def test_a_set_up_that_refuses_everything_slows_down_before_it_buries(
    bench: Any, record: Callable[..., UsageRecord], caplog: pytest.LogCaptureFixture
) -> None:
    numbers = range(PATIENCE + 10)
    bench.folder.records(*map(record, numbers))
    store = Store(most=100, poison=frozenset(ids(*numbers)))
    bench.pause.most = 3
    shipper = bench.shipper(store)
    assert not shipper.round()
    assert len(bench.buried()) == PATIENCE + 3
    assert bench.pause.waits == [120.0] * 3
    assert "check how it is set up" in caplog.text
    assert bench.folder.source.cursors.load("test").offset == 0


def test_a_slowed_down_record_is_taken_once_the_set_up_is_right(
    bench: Any, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    numbers = range(PATIENCE + 3)
    bench.folder.records(*map(record, numbers))
    store = Store(most=100, poison=frozenset(ids(*numbers)))
    shipper = bench.shipper(store)
    wait = bench.pause.wait

    def repaired(seconds: float) -> bool:
        if store.poison:
            store.poison, store.plan = frozenset(), ["refuse"]
        return bool(wait(seconds))

    bench.pause.wait = repaired
    ship(shipper)
    assert store.got == ids(*numbers)[PATIENCE:]
    assert len(bench.buried()) == PATIENCE


def test_a_dead_letter_file_that_cannot_be_written_loses_nothing(
    bench: Any,
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
    bench: Any, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
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
    bench: Any, record: Callable[..., UsageRecord], monkeypatch: pytest.MonkeyPatch
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
    bench: Any, record: Callable[..., UsageRecord], monkeypatch: pytest.MonkeyPatch
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
    bench: Any, record: Callable[..., UsageRecord], monkeypatch: pytest.MonkeyPatch
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
    bench: Any,
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


def test_folders_of_other_replicas_are_shipped_too(
    bench: Any, tmp_path: Path, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    other = type(bench.folder)(tmp_path / "replica-2")
    bench.folder.records(record(1))
    other.records(record(2))
    store = Store()
    shipper = bench.shipper(store, None, other)
    ship(shipper)
    assert sorted(store.got) == ids(1, 2)
    assert shipper.status().backlog_bytes == 0


def test_a_field_that_is_not_known_is_reported_once(
    bench: Any,
    record: Callable[..., UsageRecord],
    ship: Callable[[Shipper], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    plain = {**json.loads(record(1).to_json()), "colour": "secret-value"}
    bench.folder.add(*[json.dumps(plain).encode()] * 3)
    shipper = bench.shipper(Store())
    ship(shipper)
    assert shipper.status().unknown_fields == ("colour",)
    assert caplog.text.count("colour") == 1
    assert "secret-value" not in caplog.text


def test_running_gathers_and_a_stop_sends_the_rest(bench: Any, record: Callable[..., UsageRecord]) -> None:
    bench.folder.records(*map(record, range(7)))
    store = Store()
    bench.pause.most = 2
    wait = bench.pause.wait

    def more(seconds: float) -> bool:
        bench.folder.records(record(7 + len(bench.pause.waits)))
        return bool(wait(seconds))

    bench.pause.wait = more
    bench.shipper(store, Pace(records=5, gather_seconds=10)).run()
    assert store.got == ids(*range(9))
    assert bench.pause.waits == [10, 10]
    assert store.closed


def test_a_stop_ends_the_waiting_for_a_receiver_that_is_down(
    bench: Any, record: Callable[..., UsageRecord]
) -> None:
    bench.folder.records(record(1))
    bench.pause.most = 4
    store = Store(["refuse"] * 100)
    bench.shipper(store).run()
    assert store.sends < 10
    assert store.closed
    assert bench.folder.source.cursors.load("test").offset == 0


def test_a_failure_names_its_type_and_not_its_text(
    bench: Any,
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


def test_the_thread_of_the_exchanges_is_let_in(
    bench: Any, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    bench.folder.records(*map(record, range(320)))
    ship(bench.shipper(Store(most=400)))
    assert bench.pause.breaths >= 2 * 320 // 16 + 320 // 64


STEPS = ["take", "refuse", "break", "take and lose", "kill", "take and kill"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    count=st.integers(0, 40),
    plans=st.lists(st.lists(st.sampled_from(STEPS), max_size=12), max_size=4),
    pace=st.integers(1, 15),
    most=st.integers(1, 8),
    poison=st.sets(st.integers(0, 39), max_size=4),
    stops=st.lists(st.integers(1, 5), max_size=4),
)
def test_whatever_fails_when_each_record_arrives_and_is_one_after_deduplication(
    tmp_path_factory: pytest.TempPathFactory,
    new_bench: Callable[[Path], Any],
    record: Callable[..., UsageRecord],
    ship: Callable[[Shipper], None],
    count: int,
    plans: list[list[str]],
    pace: int,
    most: int,
    poison: set[int],
    stops: list[int],
) -> None:
    bench = new_bench(tmp_path_factory.mktemp("any"))
    bad = frozenset(ids(*poison))
    got: list[str] = []
    written = 0
    for life, plan in enumerate([*plans, []]):
        upto = count if life == len(plans) else min(count, written + count // 3)
        bench.folder.records(*map(record, range(written, upto)))
        written = upto
        store = Store(plan, most=most, poison=bad)
        bench.pause.stopped = bench.pause.expired = False
        bench.pause.waits.clear()
        bench.pause.most = stops[life] if life < min(len(stops), len(plans)) else 100_000
        with contextlib.suppress(Killed):
            ship(bench.shipper(store, Pace(records=pace)))
        got += store.got
    buried = [letter["record"]["record_id"] for letter in bench.buried()]
    assert set(got) == set(ids(*range(count))) - bad
    assert set(buried) == set(ids(*range(count))) & bad


def test_delays_begin_anew_after_a_success(
    bench: Any, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    bench.folder.records(*map(record, range(4)))
    ship(bench.shipper(Store(["refuse", "refuse", "take", "refuse", "take"], most=2)))
    assert bench.pause.waits == [1, 2, 1]


def test_a_batch_stays_within_its_bounds(
    bench: Any, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    small, large = (record(n, usage_detail="x" * 3000 if n == 70 else None) for n in (0, 70))
    bench.folder.records(*[small] * 70, large, *[small] * 200)
    packed: list[tuple[int, int]] = []

    class Measuring(Store):
        def pack(self, entries: Iterable[Entry]) -> Iterator[Parcel | Unfit]:
            held = list(entries)
            packed.append((len(held), sum(len(entry.line) for entry in held)))
            return super().pack(held)

    size = len(small.to_json())
    store = Measuring(most=1000)
    ship(bench.shipper(store, Pace(records=100, size_bytes=70 * size + 10)))
    assert len(store.got) == 271
    assert max(count for count, _ in packed) <= 100
    assert [total for _, total in packed if total > 70 * size + 10] == []
    packed.clear()
    bench.folder.records(*[small] * 250)
    ship(bench.shipper(store, Pace(records=100)))
    assert [count for count, _ in packed] == [100, 100, 50]
