"""Which exchanges are taken, and what they may hold of memory."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from proxy_addon.recording.options import Options
from proxy_addon.recording.recorder import Recorder, Taken, is_sampled

OPTIONS = Options(Path("d"), 1.0, frozenset(), False, "har", 7, 1 << 30, 1000)
BEGIN = datetime(2026, 11, 25, tzinfo=UTC)


class StillClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 5.0

    def now(self) -> datetime:
        return BEGIN

    def steady(self) -> float:
        return self.seconds


def taken(body: bytes = b"{}", status: int = 200) -> Taken:
    return Taken("r", "t-one", "POST", "https://a/x", (), body, BEGIN, 5.0, status=status)


def make(options: Options = OPTIONS, held: int = 10_000) -> tuple[Recorder, list[Taken], StillClock]:
    kept: list[Taken] = []
    clock = StillClock()
    return Recorder(options, clock, kept.append, held), kept, clock


def test_the_sample_is_the_same_for_each_attempt_and_has_the_size_that_was_asked_for() -> None:
    ids = [str(uuid.UUID(int=n * 7919)) for n in range(20_000)]
    found = [is_sampled(each, 0.05) for each in ids]
    assert found == [is_sampled(each.upper(), 0.05) for each in ids]
    assert 800 < sum(found) < 1200
    assert all(is_sampled(each, 1.0) for each in ids)
    assert all(is_sampled(each, 0.5) for each, taken in zip(ids, found, strict=True) if taken)


def test_only_named_tenants_are_taken() -> None:
    recorder, _, _ = make(replace(OPTIONS, tenants=frozenset({"t-one"})))
    assert recorder.wants("r", "t-one")
    assert not recorder.wants("r", "t-two")


def test_a_whole_exchange_is_kept_with_the_times_of_its_parts() -> None:
    recorder, kept, clock = make()
    recorder.begin("k", taken())
    clock.seconds = 5.25
    recorder.part("k", b"data: 1\n\n")
    clock.seconds = 5.5
    recorder.part("k", b"data: 2\n\n")
    recorder.part("k", b"")
    recorder.end("k")
    assert [item.parts for item in kept] == [[(250.0, b"data: 1\n\n"), (500.0, b"data: 2\n\n")]]
    assert kept[0].duration_ms == 500.0
    assert recorder.held == kept[0].size
    recorder.give_back(kept[0].size)
    assert recorder.held == 0
    assert not any(recorder.counts.values())


@pytest.mark.parametrize("end", [False, True])
def test_an_exchange_that_is_too_large_is_dropped_and_never_cut(end: bool) -> None:
    recorder, kept, _ = make()
    recorder.begin("k", taken(b"x" * 300))
    recorder.part("k", b"y" * 400)
    if end:
        recorder.part("k", b"")
        recorder.end("k")
        assert len(kept) == 1
        return
    recorder.part("k", b"y" * 400)
    recorder.part("k", b"")
    recorder.end("k")
    assert (kept, recorder.held, recorder.counts["too_large"]) == ([], 0, 1)


def test_a_request_that_is_too_large_is_dropped_at_once() -> None:
    recorder, kept, _ = make()
    recorder.begin("k", taken(b"x" * 2000))
    assert recorder.taking("k") is None
    assert (kept, recorder.held, recorder.counts["too_large"]) == ([], 0, 1)


def test_memory_of_all_exchanges_together_is_bounded() -> None:
    recorder, kept, _ = make(held=2000)
    for number in range(10):
        recorder.begin(str(number), taken(b"x" * 300))
        recorder.part(str(number), b"y" * 100)
        recorder.part(str(number), b"")
        recorder.end(str(number))
        assert recorder.held <= 2000
    assert len(kept) + recorder.counts["no_memory"] == 10
    assert recorder.counts["no_memory"] >= 5
    assert sum(item.size for item in kept) == recorder.held


def test_an_exchange_that_broke_off_is_dropped_and_counted() -> None:
    recorder, kept, _ = make()
    recorder.begin("k", taken())
    recorder.part("k", b"half")
    recorder.end("k")
    recorder.end("k")
    recorder.part("k", b"late")
    assert (kept, recorder.held, recorder.counts["incomplete"]) == ([], 0, 1)


def test_one_that_never_reached_an_upstream_is_not_counted() -> None:
    recorder, _, _ = make()
    recorder.begin("k", taken())
    recorder.drop("k", None)
    assert recorder.held == 0
    assert not any(recorder.counts.values())
