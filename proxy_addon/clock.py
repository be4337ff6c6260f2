"""Time as the proxy needs it: a wall clock for records, a steady one for durations."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The time, aware UTC."""

    def steady(self) -> float:
        """Seconds that never run backwards, from an arbitrary begin."""


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """The time, aware UTC."""
        return datetime.now(UTC)

    def steady(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic()
