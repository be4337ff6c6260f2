"""Journal folders with records, and a shipper over one: without threads and without time."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gatewright.metering.record import Settlement, UsageRecord, UsageSource
from gatewright.metering.usage import TokenUsage
from proxy_addon.journal import frames
from proxy_addon.journal.cursor import CursorStore
from proxy_addon.journal.settled import SettledReader, Source, segment_path
from proxy_addon.sinks.backoff import Backoff
from proxy_addon.sinks.dead_letters import DeadLetters
from proxy_addon.sinks.shipper import Shipper
from proxy_addon.sinks.sink import Entry, Pace, Sink, read_entry

START = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def make_record(number: int = 0, **fields: Any) -> UsageRecord:
    base: dict[str, Any] = {
        "time": START + timedelta(seconds=number),
        "usage": TokenUsage(input_tokens=100 + number, output_tokens=10, total_tokens=110 + number),
        "usage_source": UsageSource.REPORTED,
        "settlement": Settlement.COMPLETE,
        "tenant": "retail-search",
        "subscription": "gw-retail-search",
        "backend": "gw-sweden-gpt-41-ptu",
        "region": "swedencentral",
        "provider_name": "azure.ai.openai",
        "operation_name": "chat",
        "request_model": "chat",
        "deployment": "gpt-41-ptu",
        "response_model": "gpt-4.1-2025-04-14",
        "request_id": f"request-{number}",
        "status": 200,
        "duration_ms": 1250.5,
    }
    return UsageRecord(f"record-{number}", **{**base, **fields})


def make_entry(number: int = 0, **fields: Any) -> Entry:
    return read_entry(make_record(number, **fields).to_json().encode())


class Folder:
    """A journal folder that tests write: segments of frames, as the journal itself writes them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.segment = 1
        self.source = Source(path.name, SettledReader(path), CursorStore(path), live=True)

    def add(self, *lines: bytes) -> None:
        with segment_path(self.path, self.segment).open("ab") as stream:
            for number, line in enumerate(lines):
                stream.write(frames.encode(frames.BEGIN, b"begin-%d" % number, b"{}"))
                stream.write(frames.encode(frames.END, b"end-%d" % number, line))

    def records(self, *records: UsageRecord) -> None:
        self.add(*(record.to_json().encode() for record in records))


@dataclass
class FakeClock:
    """Time that only waiting moves."""

    time: datetime = START

    def now(self) -> datetime:
        return self.time

    def steady(self) -> float:
        return (self.time - START).total_seconds()


@dataclass
class FakePause:
    """Waiting that takes no time; a stop comes in the last of so many waits and leaves time for no other.

    `before` is called as each of them begins.
    """

    clock: FakeClock = field(default_factory=FakeClock)
    waits: list[float] = field(default_factory=list)
    breaths: int = 0
    most: int = 10_000
    stopped: bool = False
    expired: bool = False
    before: Callable[[], object] = lambda: None

    def wait(self, seconds: float) -> bool:
        assert seconds >= 0
        self.before()
        if self.stopped:
            self.expired = True
            return False
        self.waits.append(seconds)
        self.clock.time += timedelta(seconds=seconds)
        self.stopped = len(self.waits) >= self.most
        return True

    def breathe(self) -> None:
        self.breaths += 1


@dataclass
class Bench:
    """A shipper over one folder, without threads and without time."""

    path: Path
    folder: Folder
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.pause = FakePause(self.clock)
        self.dead = DeadLetters(self.path / "dead", "test", self.clock)

    def shipper(self, sink: Sink, pace: Pace | None = None, *others: Folder) -> Shipper:
        sources = [self.folder.source, *(other.source for other in others)]
        backoff = Backoff(lambda: 1.0)
        return Shipper("test", sink, lambda: sources, self.dead, self.pause, backoff, pace or Pace())

    def buried(self) -> list[dict[str, Any]]:
        if not self.dead.path.exists():
            return []
        return [json.loads(line) for line in self.dead.path.read_text("utf-8").splitlines()]


def drain(shipper: Shipper, most: int = 1000) -> None:
    for _ in range(most):
        if not shipper.round():
            return
    raise AssertionError("the shipper does not come to an end")
