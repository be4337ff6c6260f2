"""From the journal to one sink: read behind the cursor, pack, send, keep the cursor. At least once.

The cursor moves only after everything before it was delivered or lies in the dead-letter file. A receiver
that is down makes its shipper wait and nothing else: records stay in the journal, which is on disk.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TypeVar

from proxy_addon.journal.cursor import Cursor
from proxy_addon.journal.settled import SettledReader, Source
from proxy_addon.sinks.backoff import Backoff
from proxy_addon.sinks.dead_letters import DeadLetters
from proxy_addon.sinks.pause import Pause
from proxy_addon.sinks.sink import (
    Answer,
    Delivered,
    Entry,
    NotARecord,
    Pace,
    Parcel,
    Refused,
    Sink,
    TryAgain,
    Unfit,
    read_entry,
)

log = logging.getLogger("gatewright.proxy")
_T = TypeVar("_T")

PATIENCE = 20
"""After so many dead letters without a delivery between them, each further one waits for the longest delay:
where everything is refused, the set-up is at fault and not the records."""
_BREATH = 16
_PORTION = 64


@dataclass(frozen=True, slots=True)
class Status:
    """What a shipper has done since its start.

    Attributes:
        sink: the sink's name.
        delivered: records that have arrived.
        parcels: parcels that have arrived.
        retries: sends that must be repeated.
        dead: records in the dead-letter file.
        failing: why the last send did not succeed, None while all is well.
        backlog_bytes: bytes of the journal behind the cursor, when it was last looked at.
        unknown_fields: fields of records that this version does not know; they are not sent.
    """

    sink: str
    delivered: int = 0
    parcels: int = 0
    retries: int = 0
    dead: int = 0
    failing: str | None = None
    backlog_bytes: int = 0
    unknown_fields: tuple[str, ...] = ()


class Shipper:
    """Ships the settled records of every source to one sink.

    Args:
        name: the sink's name; cursors and the dead-letter file carry it.
        sink: where the records go.
        sources: the journal folders to read, asked for anew in each round.
        dead: where refused records go.
        pause: how to wait.
        backoff: how long to wait after failures.
        pace: how much to read at once, and how long to let records gather.
    """

    def __init__(
        self,
        name: str,
        sink: Sink,
        sources: Callable[[], Sequence[Source]],
        dead: DeadLetters,
        pause: Pause,
        backoff: Backoff,
        pace: Pace = Pace(),  # noqa: B008 - frozen
    ) -> None:
        self._name = name
        self._sink = sink
        self._sources = sources
        self._dead_letters = dead
        self._pause = pause
        self._backoff = backoff
        self._pace = pace
        self._places: dict[str, Cursor] = {}
        self._failures = 0
        self._in_a_row = 0
        self._delivered = self._parcels = self._retries = self._dead = self._backlog = 0
        self._failing: str | None = None
        self._unknown: tuple[str, ...] = ()

    def status(self) -> Status:
        """What was done so far. May be called from any thread."""
        return Status(
            self._name,
            self._delivered,
            self._parcels,
            self._retries,
            self._dead,
            self._failing,
            self._backlog,
            self._unknown,
        )

    def run(self) -> None:
        """Ships until it is stopped, then what is still there, and closes the sink."""
        try:
            while not self._pause.stopped:
                if not self._guarded():
                    self._pause.wait(self._pace.gather_seconds)
            while not self._pause.expired and self._guarded():
                pass
        finally:
            self._sink.close()

    def _guarded(self) -> bool:
        """A round; a fault of ours that no one has foreseen must not end the thread."""
        try:
            return self.round()
        except Exception as failure:
            self._failed(TryAgain(f"failed: {type(failure).__name__}"))
            return False

    def round(self) -> bool:
        """Ships one batch of each source; whether there may be more."""
        sources = list(self._sources())
        names = {source.name for source in sources}
        self._places = {name: place for name, place in self._places.items() if name in names}
        more = [self._ship(source) for source in sources]
        self._measure()
        if not self._backlog:
            self._failing, self._failures = None, 0
        return any(more)

    def _ship(self, source: Source) -> bool:
        place = self._places.get(source.name)
        try:
            if place is None:
                place = self._places[source.name] = source.cursors.load(self._name)
            lines, after = self._read(source.reader, place)
        except OSError as fault:
            self._failed(TryAgain(f"the journal cannot be read: {_reason(fault)}"))
            return False
        if after == place or not self._delivered_all(lines):
            return False
        self._places[source.name] = after
        self._save(source, after)
        size = sum(map(len, lines))
        full = len(lines) >= self._pace.records or size >= self._pace.size_bytes // 2
        return full or (self._pause.stopped and bool(lines))

    def _measure(self) -> None:
        """Looks how much stands behind the cursors; it grows while a receiver is down."""
        try:
            self._backlog = sum(
                source.reader.backlog_bytes(self._places[source.name])
                for source in self._sources()
                if source.name in self._places
            )
        except OSError as fault:
            log.warning("sink %s: its backlog is not known (%s)", self._name, _reason(fault))

    def _read(self, reader: SettledReader, place: Cursor) -> tuple[list[bytes], Cursor]:
        """The next records behind a place, in small portions: the thread of the exchanges waits meanwhile."""
        lines: list[bytes] = []
        room = self._pace.size_bytes
        while len(lines) < self._pace.records:
            most = min(_PORTION, self._pace.records - len(lines))
            portion, after = reader.read(place, most, room)
            size = sum(map(len, portion))
            if lines and size > room:
                break
            moved, place = after != place, after
            lines += portion
            room -= size
            if not moved or room <= 0:
                break
            self._pause.breathe()
        return lines, place

    def _save(self, source: Source, place: Cursor) -> None:
        try:
            source.cursors.save(self._name, place)
        except OSError as fault:
            log.error("sink %s: its place cannot be kept (%s); a restart repeats", self._name, _reason(fault))

    def _delivered_all(self, lines: Sequence[bytes]) -> bool:
        try:
            return self._deliver_lines(lines)
        except Exception as failure:  # our own fault must not end the shipper either; the cursor stays
            self._failed(TryAgain(f"packing failed: {type(failure).__name__}"))
            return False

    def _deliver_lines(self, lines: Sequence[bytes]) -> bool:
        entries: list[Entry] = []
        for line in self._breathing(lines):
            try:
                entry = read_entry(line)
            except NotARecord as fault:
                if not self._bury(line, f"no usage record: {fault}"):
                    return False
                continue
            self._report(entry.unknown)
            entries.append(entry)
        return self._deliver(entries)

    def _deliver(self, entries: Iterable[Entry]) -> bool:
        """Whether every entry was delivered or buried; False when the shipper was stopped before."""
        for packed in self._sink.pack(self._breathing(entries)):
            if isinstance(packed, Unfit):
                if not self._bury(packed.entry.line, packed.reason):
                    return False
            elif not self._deliver_parcel(packed):
                return False
        return True

    def _deliver_parcel(self, parcel: Parcel) -> bool:
        while True:
            answer = self._send(parcel)
            match answer:
                case Delivered():
                    self._arrived(len(parcel.entries))
                    return True
                case Refused(reason):
                    return self._narrow(parcel, reason)
                case TryAgain():
                    if not self._failed(answer):
                        return False

    def _send(self, parcel: Parcel) -> Answer:
        try:
            return self._sink.send(parcel)
        except Exception as failure:  # a library's failure must not end the shipper, nor cost a record
            return TryAgain(f"failed: {type(failure).__name__}")

    def _narrow(self, parcel: Parcel, reason: str) -> bool:
        """Finds the records at fault by halving."""
        middle = len(parcel.entries) // 2
        if not middle:
            return self._give_up(parcel, reason)
        return self._deliver(parcel.entries[:middle]) and self._deliver(parcel.entries[middle:])

    def _give_up(self, parcel: Parcel, reason: str) -> bool:
        entry = parcel.entries[0]
        if self._in_a_row < PATIENCE:
            return self._bury(entry.line, reason)
        self._failing = f"everything is refused: {reason}"
        log.error("sink %s: %s; check how it is set up", self._name, self._failing)
        if not self._pause.wait(self._backoff.most_seconds):
            return False
        match self._send(parcel):
            case Delivered():
                self._arrived(1)
                return True
            case TryAgain() as answer:
                return self._failed(answer) and self._deliver_parcel(parcel)
            case Refused(again):
                return self._bury(entry.line, again)

    def _bury(self, line: bytes, reason: str) -> bool:
        """Puts a record into the dead-letter file; False when the shipper was stopped before it could."""
        while True:
            try:
                self._dead_letters.add(line, reason)
            except OSError as fault:
                if not self._failed(TryAgain(f"the dead-letter file: {_reason(fault)}")):
                    return False
                continue
            self._dead += 1
            self._in_a_row += 1
            log.error("sink %s: a record went to the dead-letter file (%s)", self._name, reason)
            return True

    def _arrived(self, count: int) -> None:
        if self._failing is not None:
            log.info("sink %s: delivers again", self._name)
        self._delivered += count
        self._parcels += 1
        self._failures = self._in_a_row = 0
        self._failing = None

    def _failed(self, answer: TryAgain) -> bool:
        """Waits before the next try; False when the shipper was stopped."""
        self._retries += 1
        self._failures += 1
        if self._failing != answer.reason:
            self._failing = answer.reason
            log.warning("sink %s: not delivered (%s), will be tried again", self._name, answer.reason)
        self._measure()
        return self._pause.wait(self._backoff.delay(self._failures, answer.after_seconds))

    def _report(self, unknown: AbstractSet[str]) -> None:
        for name in sorted(unknown):
            if name not in self._unknown and len(self._unknown) < 100:
                self._unknown = (*self._unknown, name)
                log.warning("sink %s: records have a field that is not known here: %s", self._name, name[:60])

    def _breathing(self, things: Iterable[_T]) -> Iterator[_T]:
        for number, thing in enumerate(things):
            if number % _BREATH == _BREATH - 1:
                self._pause.breathe()
            yield thing


def _reason(fault: OSError) -> str:
    return fault.strerror or type(fault).__name__
