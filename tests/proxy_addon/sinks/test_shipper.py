"""The shipper: at least once whatever fails when; back-off without time; dead letters; a stop at any time."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatewright.metering.record import UsageRecord
from proxy_addon.sinks.shipper import PATIENCE, Shipper
from proxy_addon.sinks.sink import Answer, Delivered, Entry, Pace, Parcel, TryAgain, Unfit
from tests.proxy_addon.sinks.bench import Bench
from tests.proxy_addon.sinks.store import Killed, Store, ids


def test_records_arrive_in_order_and_the_cursor_is_kept(
    bench: Bench, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
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
    bench: Bench, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    bench.folder.records(*map(record, range(20)))
    store = Store()
    down = bench.clock.now().timestamp() + 3600

    class Down(Store):
        def send(self, parcel: Parcel) -> Answer:
            return TryAgain("no answer") if bench.clock.now().timestamp() < down else store.send(parcel)

    shipper = bench.shipper(Down())
    lags: list[int] = []

    def grows() -> None:
        lags.append(shipper.status().backlog_bytes)
        bench.folder.records(record(19 + len(lags)))

    bench.pause.before = grows
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
    bench: Bench, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    bench.folder.records(record())
    answers: list[Answer] = [TryAgain("HTTP 429", 300.0), TryAgain("HTTP 429"), Delivered()]

    class Busy(Store):
        def send(self, parcel: Parcel) -> Answer:
            return answers.pop(0)

    ship(bench.shipper(Busy()))
    assert bench.pause.waits == [pytest.approx(330.0), 2.0]


def test_one_bad_record_is_found_among_many_and_buried(
    bench: Bench, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
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
    bench: Bench, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
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
    bench: Bench, record: Callable[..., UsageRecord], caplog: pytest.LogCaptureFixture
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
    bench: Bench, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    numbers = range(PATIENCE + 3)
    bench.folder.records(*map(record, numbers))
    store = Store(most=100, poison=frozenset(ids(*numbers)))
    shipper = bench.shipper(store)

    def repaired() -> None:
        if store.poison:
            store.poison, store.plan = frozenset(), ["refuse"]

    bench.pause.before = repaired
    ship(shipper)
    assert store.got == ids(*numbers)[PATIENCE:]
    assert len(bench.buried()) == PATIENCE


def test_folders_of_other_replicas_are_shipped_too(
    bench: Bench, tmp_path: Path, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
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
    bench: Bench,
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


def test_running_gathers_and_a_stop_sends_the_rest(bench: Bench, record: Callable[..., UsageRecord]) -> None:
    bench.folder.records(*map(record, range(7)))
    store = Store()
    bench.pause.most = 2
    bench.pause.before = lambda: bench.folder.records(record(7 + len(bench.pause.waits)))
    bench.shipper(store, Pace(records=5, gather_seconds=10)).run()
    assert store.got == ids(*range(9))
    assert bench.pause.waits == [10, 10]
    assert store.closed


def test_a_stop_ends_the_waiting_for_a_receiver_that_is_down(
    bench: Bench, record: Callable[..., UsageRecord]
) -> None:
    bench.folder.records(record(1))
    bench.pause.most = 4
    store = Store(["refuse"] * 100)
    bench.shipper(store).run()
    assert store.sends < 10
    assert store.closed
    assert bench.folder.source.cursors.load("test").offset == 0


def test_the_thread_of_the_exchanges_is_let_in(
    bench: Bench, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
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
    bench: Bench, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    bench.folder.records(*map(record, range(4)))
    ship(bench.shipper(Store(["refuse", "refuse", "take", "refuse", "take"], most=2)))
    assert bench.pause.waits == [1, 2, 1]


def test_a_batch_stays_within_its_bounds(
    bench: Bench, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
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
