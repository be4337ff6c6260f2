"""Estimates beside the exchanges: what waits for one, the process that makes them, and what came of it.

Bounded in memory: what does not fit is settled at once, and says so. Settled in order.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gatewright.metering.record import NotARecord, UsageRecord
from proxy_addon.evidence import BUSY, FAILED, STOPPED, Evidence, without_estimate

log = logging.getLogger("gatewright.proxy")

COMMAND = (sys.executable, "-m", "proxy_addon.estimator")
_LOOK_SECONDS = 0.02
_MAX_LINE = 64 * 1024

Settle = Callable[[UsageRecord], None]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What may wait, and for how long.

    Attributes:
        waiting: exchanges at most.
        waiting_bytes: memory of their requests and answers at most.
        answer_seconds: how long one estimate may take, the start of the process included.
        idle_seconds: after so long without work the process is ended, and its memory given back.
        retry_seconds: after a failure, how long no process is started.
    """

    waiting: int = 20_000
    waiting_bytes: int = 64 * 1024 * 1024
    answer_seconds: float = 60.0
    idle_seconds: float = 300.0
    retry_seconds: float = 5.0


class Estimates:
    """The exchanges that wait for an estimate.

    Args:
        settle: takes each record once, estimated or not. Called on the event loop.
        bounds: what may wait.
        command: starts the process.

    Attributes:
        counts: estimates by outcome: `made`, `impossible`, `failed`, `refused`.
    """

    def __init__(
        self, settle: Settle, bounds: Bounds | None = None, command: Sequence[str] = COMMAND
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._settle = settle
        self._bounds = bounds or Bounds()
        self._command = command
        self._waiting: deque[Evidence] = deque()
        self._bytes = 0
        self._process: Process | None = None
        self._came = asyncio.Event()
        self._open = True

    @property
    def pending(self) -> int:
        """Exchanges whose estimate is not settled yet."""
        return len(self._waiting)

    @property
    def pending_bytes(self) -> int:
        """Memory that they hold, roughly."""
        return self._bytes

    def add(self, evidence: Evidence) -> None:
        """Takes an exchange; it is settled at once where no more may wait."""
        size = evidence.size_bytes
        full = len(self._waiting) >= self._bounds.waiting or self._bytes + size > self._bounds.waiting_bytes
        if full or not self._open:
            self.counts["refused"] += 1
            self._settle(without_estimate(evidence.record, BUSY if self._open else STOPPED))
            return
        self._waiting.append(evidence)
        self._bytes += size
        self._came.set()

    async def run(self) -> None:
        """Estimates until it is cancelled."""
        try:
            while True:
                await self._work()
        finally:
            await self._end()

    async def finish(self, seconds: float) -> None:
        """Waits until nothing is pending, but not for longer than so many seconds."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while self._waiting and loop.time() < end:
            await asyncio.sleep(_LOOK_SECONDS)

    def abandon(self) -> int:
        """Settles what is pending as it is, and from now on everything at once; how many these were."""
        self._open = False
        count = len(self._waiting)
        while self._waiting:
            evidence = self._waiting.popleft()
            self._settle(without_estimate(evidence.record, STOPPED))
        self._bytes = 0
        self.counts["refused"] += count
        return count

    async def _work(self) -> None:
        """One exchange, or the end of an idle process."""
        if not self._waiting:
            self._came.clear()
            try:
                async with asyncio.timeout(self._bounds.idle_seconds):
                    await self._came.wait()
            except TimeoutError:
                await self._end()
            return
        evidence = self._waiting[0]
        record = await self._ask(evidence)
        if self._waiting and self._waiting[0] is evidence:  # else it was abandoned meanwhile
            self._waiting.popleft()
            self._bytes -= evidence.size_bytes
            self._settle(record)

    async def _ask(self, evidence: Evidence) -> UsageRecord:
        try:
            async with asyncio.timeout(self._bounds.answer_seconds):  # `wait_for` may lose a cancellation
                line = await self._exchange(evidence)
            record = UsageRecord.read(line)
        except (OSError, TimeoutError, NotARecord, ValueError) as fault:
            self.counts["failed"] += 1
            log.error("an estimate failed (%s)", type(fault).__name__)
            await self._end()
            await asyncio.sleep(self._bounds.retry_seconds if isinstance(fault, OSError) else 0)
            return without_estimate(evidence.record, FAILED)
        self.counts["made" if record.usage_source != evidence.record.usage_source else "impossible"] += 1
        return record

    async def _exchange(self, evidence: Evidence) -> bytes:
        """The answer's line; nothing where the process ended over it. A known one may have died before."""
        known = self._process
        if known is not None and known.returncode is None:
            with contextlib.suppress(OSError):
                if line := await _asked(known, evidence):
                    return line
            await self._end()
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,  # a traceback of it could show what a client wrote
            limit=_MAX_LINE,
            start_new_session=True,  # a terminal's Ctrl-C is not meant for it
        )
        return await _asked(self._process, evidence)

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()


async def _asked(process: Process, evidence: Evidence) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise OSError("no pipes")
    process.stdin.write(evidence.packed())
    await process.stdin.drain()
    return await process.stdout.readline()
