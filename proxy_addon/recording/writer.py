"""Recorded exchanges on their way to the disk: decoded, redacted and written in a thread of their own.

A disk that fails, or hangs, is counted and costs the exchanges of the batch; traffic does not notice.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue

from gatewright.diagnostics import Rejected
from gatewright.metering.decoding import Decoder
from gatewright.recordings import Exchange, redact
from proxy_addon.clock import Clock
from proxy_addon.metrics import Family, number
from proxy_addon.recording.folder import Folder
from proxy_addon.recording.options import Options
from proxy_addon.recording.recorder import ENCODED, NOT_WRITTEN, WRITTEN, Recorder, Taken

BATCH_BYTES = 8 * 1024 * 1024
BATCH_SECONDS = 60.0
SWEEP_SECONDS = 600.0
COMPLAIN_SECONDS = 30.0

log = logging.getLogger("gatewright.proxy")


class Writer:
    """Writes what a recorder takes, a batch at a time.

    Args:
        options: what is recorded.
        folder: where it goes.
        clock: the time.
        batch_seconds: how long an exchange may wait for its batch.

    Attributes:
        recorder: takes the exchanges.
        failure: why the last batch was not written, or None.
    """

    def __init__(
        self, options: Options, folder: Folder, clock: Clock, batch_seconds: float = BATCH_SECONDS
    ) -> None:
        self.failure: str | None = None
        self._queue: SimpleQueue[Taken | None] = SimpleQueue()
        self.recorder = Recorder(options, clock, self._queue.put)
        self._folder = folder
        self._clock = clock
        self._seconds = batch_seconds
        self._key = None if options.keep_prompts else secrets.token_bytes(32)
        self._batch: list[Exchange] = []
        self._size = 0
        self._unswept = 0
        self._sweep_at = 0.0
        self._said = float("-inf")
        self._thread = threading.Thread(target=self._run, name="recordings", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self, seconds: float) -> bool:
        """Writes what is held, for so long at most; whether all is done."""
        self._queue.put(None)
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def families(self) -> list[Family]:
        """What `/metrics` shows."""
        failing = int(self.failure is not None)
        gauge = number("recordings_failing", "gauge", "Whether recordings cannot be written.", failing)
        return [*self.recorder.families(), gauge]

    def _run(self) -> None:
        self._attempt(self._folder.open)
        while self._gather():
            self._write()
        self._write()

    def _gather(self) -> bool:
        """Takes exchanges until a batch is full or due; whether more may come."""
        due = time.monotonic() + self._seconds
        while self._size < BATCH_BYTES:
            try:
                taken = self._queue.get(timeout=max(0.0, due - time.monotonic()))
            except Empty:
                return True
            if taken is None:
                return False
            self._take(taken)
        return True

    def _take(self, taken: Taken) -> None:
        try:
            found = redacted(taken, self._key)
        except Exception as failure:  # the thread must live on
            log.error("recording an exchange failed (%s)", type(failure).__name__)
            found = None
        if found is None:
            self._done(ENCODED, 1, taken.size)
        else:
            self._batch.append(found)
            self._size += taken.size

    def _write(self) -> None:
        batch, size = self._batch, self._size
        self._batch, self._size = [], 0
        if batch:
            written = self._attempt(lambda: self._folder.write(batch, self._clock.now()))
            self._done(WRITTEN if written else NOT_WRITTEN, len(batch), size)
            self._unswept += size
        if time.monotonic() >= self._sweep_at or self._unswept > self._folder.total_bytes // 16:
            self._sweep_at, self._unswept = time.monotonic() + SWEEP_SECONDS, 0
            self._attempt(lambda: self._folder.sweep(self._clock.now()))

    def _done(self, outcome: str, count: int, size: int) -> None:
        self.recorder.counts[outcome] += count
        self.recorder.give_back(size)

    def _attempt(self, work: Callable[[], None]) -> bool:
        """Whether it could be done; a failure is told, though not each of many."""
        try:
            work()
        except Exception as failure:  # the thread must live on
            self.failure = _reason(failure)
            if time.monotonic() - self._said > COMPLAIN_SECONDS:
                self._said = time.monotonic()
                log.error("recordings: cannot be written (%s)", self.failure)
            return False
        self.failure = None
        return True


def redacted(taken: Taken, prompt_key: bytes | None) -> Exchange | None:
    """What may be written of an exchange; None where its body cannot be decoded.

    Args:
        taken: what went over the wire.
        prompt_key: what prompts and answers are hashed with; None keeps them.
    """
    encoding = ",".join(value for name, value in taken.answer_headers if name.lower() == "content-encoding")
    decoder = Decoder(encoding or None)
    parts = tuple((at, part) for at, data in taken.parts if (part := decoder.feed(data)))
    if decoder.fault:
        return None
    exchange = Exchange(
        method=taken.method,
        url=taken.url,
        request_headers=taken.headers,
        request_body=taken.body,
        status=taken.status,
        reason=taken.reason,
        response_headers=taken.answer_headers,
        response_body=b"".join(part for _, part in parts),
        chunks=parts,
        started=taken.started,
        duration_ms=taken.duration_ms,
        tenant=taken.tenant,
        request_id=taken.request_id,
    )
    return redact(exchange, prompt_key=prompt_key, known_only=True)


def _reason(failure: Exception) -> str:
    if isinstance(failure, Rejected):
        return failure.diagnostics[0].message
    return str(failure.strerror or failure) if isinstance(failure, OSError) else type(failure).__name__
