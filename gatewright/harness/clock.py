"""Time for the emulator: what moment it is, how long something took, and waiting."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where every component of the gateway gets its time."""

    def now(self) -> datetime:
        """The moment, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """The moment, aware, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Waits in real time."""
        await asyncio.sleep(seconds)


class ManualClock:
    """A time that moves only when told, or when somebody waits: waiting takes no real time.

    Attributes:
        waits: every wait asked for, in seconds.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed = 0.0
        self.waits: list[float] = []

    def now(self) -> datetime:
        """The start plus what has passed."""
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """Seconds that have passed since the start."""
        return self._elapsed

    def advance(self, seconds: float) -> None:
        """Moves the time forward."""
        self._elapsed += seconds

    async def sleep(self, seconds: float) -> None:
        """Notes the wait, moves the time forward and gives way to other tasks once."""
        self.waits.append(seconds)
        self.advance(seconds)
        await asyncio.sleep(0)
