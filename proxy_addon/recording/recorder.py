"""Which exchanges are recorded, and what is held of them while they are under way.

Whether a client request is recorded follows from its id alone, so that all its attempts are, on any replica.
Memory is bounded for one exchange and for all: what does not fit is dropped and counted, never cut.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from proxy_addon.clock import Clock
from proxy_addon.metrics import Family, Sample, number
from proxy_addon.recording.options import Options

HELD_BYTES = 64 * 1024 * 1024
_PART_BYTES = 128  # what a part of a body takes beside its bytes

Fields = tuple[tuple[str, str], ...]

TOO_LARGE, NO_MEMORY, INCOMPLETE = "too_large", "no_memory", "incomplete"
ENCODED, UPGRADED, NOT_WRITTEN = "encoded", "upgraded", "not_written"
WRITTEN, FAILED = "written", "failed"
OUTCOMES = (WRITTEN, TOO_LARGE, NO_MEMORY, INCOMPLETE, ENCODED, UPGRADED, NOT_WRITTEN, FAILED)


@dataclass(slots=True)
class Taken:
    """An exchange that is being recorded, as it went over the wire.

    Attributes:
        request_id: one for all attempts of the client's request.
        tenant: whose it is.
        method: HTTP method.
        url: the path as the gateway asked for it, at the endpoint that got it.
        headers: the request's, without the internal ones.
        body: the request's, before anything was spliced into it.
        started: when it began.
        began: the same, by the steady clock.
        status: of the answer; 0 before it.
        reason: its phrase.
        answer_headers: of the answer.
        parts: the answer's body: milliseconds from the begin, bytes.
        size: bytes held.
        complete: whether the answer ended as it should.
        duration_ms: from begin to end.
    """

    request_id: str
    tenant: str
    method: str
    url: str
    headers: Fields
    body: bytes
    started: datetime
    began: float
    status: int = 0
    reason: str = ""
    answer_headers: Fields = ()
    parts: list[tuple[float, bytes]] = field(default_factory=list)
    size: int = 0
    complete: bool = False
    duration_ms: float = 0.0


def is_sampled(request_id: str, rate: float) -> bool:
    """Whether a client request belongs to the sample: the same answer for each of its attempts."""
    digest = hashlib.sha256(request_id.lower().encode()).digest()
    return int.from_bytes(digest[:8], "big") < rate * 2**64


class Recorder:
    """Takes exchanges on the event loop and hands whole ones over.

    Args:
        options: what is recorded.
        clock: the time.
        keep: takes a whole exchange; it must not wait, and gives its bytes back by `give_back`.
        held_bytes: memory for all exchanges that are under way or wait to be written.

    Attributes:
        counts: exchanges of the sample by what became of them.
    """

    def __init__(
        self, options: Options, clock: Clock, keep: Callable[[Taken], None], held_bytes: int = HELD_BYTES
    ) -> None:
        self.options = options
        self.counts: Counter[str] = Counter(dict.fromkeys(OUTCOMES, 0))
        self._clock = clock
        self._keep = keep
        self._most = held_bytes
        self._open: dict[str, Taken] = {}
        self._took = 0  # written by the event loop alone
        self._gave = 0  # written by the writer's thread alone

    @property
    def held(self) -> int:
        """Bytes in memory."""
        return self._took - self._gave

    def wants(self, request_id: str, tenant: str) -> bool:
        """Whether an exchange shall be recorded."""
        options = self.options
        return (not options.tenants or tenant in options.tenants) and is_sampled(request_id, options.rate)

    def begin(self, key: str, taken: Taken) -> None:
        """A request is about to be forwarded."""
        taken.size = _PART_BYTES
        self._took += _PART_BYTES
        self._open[key] = taken
        self._grow(key, taken, len(taken.body))

    def taking(self, key: str) -> Taken | None:
        """The exchange of a key, while it is being recorded."""
        return self._open.get(key)

    def part(self, key: str, data: bytes) -> None:
        """A part of the answer has come; empty bytes are its clean end."""
        taken = self._open.get(key)
        if taken is None:
            return
        now = round((self._clock.steady() - taken.began) * 1000, 3)
        if not data:
            taken.complete, taken.duration_ms = True, now
        elif self._grow(key, taken, len(data) + _PART_BYTES):
            taken.parts.append((now, data))

    def end(self, key: str) -> None:
        """The exchange has ended; a whole one is kept."""
        taken = self._open.get(key)
        if taken is None:
            return
        if not taken.complete:
            self.drop(key, INCOMPLETE)
            return
        del self._open[key]
        self._keep(taken)

    def drop(self, key: str, why: str | None) -> None:
        """Forgets an exchange, and counts it by the reason; None for one that never reached an upstream."""
        taken = self._open.pop(key, None)
        if taken is not None:
            self._took -= taken.size
            if why is not None:
                self.counts[why] += 1

    def give_back(self, size: int) -> None:
        """So many bytes are held no longer."""
        self._gave += size

    def families(self) -> Iterator[Family]:
        """What `/metrics` shows of it."""
        counts = tuple(Sample({"outcome": name}, count) for name, count in sorted(self.counts.items()))
        yield Family("recordings_total", "counter", "Sampled exchanges by what became of them.", counts)
        yield number("recordings_held_bytes", "gauge", "Memory that recorded exchanges hold.", self.held)

    def _grow(self, key: str, taken: Taken, size: int) -> bool:
        if taken.size + size > self.options.exchange_bytes:
            self.drop(key, TOO_LARGE)
            return False
        if self.held + size > self._most:
            self.drop(key, NO_MEMORY)
            return False
        taken.size += size
        self._took += size
        return True
