"""The built-in cache: values by key for some seconds, in this process, gone with it.

Source: a value is at most 2 MiB (https://learn.microsoft.com/azure/api-management/api-management-howto-cache,
2026-08). The bound on the whole is ours.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, TypeVar

MAX_VALUE_BYTES = 2 * 1024 * 1024
MAX_TOTAL_BYTES = 128 * 1024 * 1024

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class _Entry(Generic[V]):
    value: V
    size: int
    expires: float


class ValueCache(Generic[V]):
    """Values with a time to live; the one unused longest goes first when the whole grows too large."""

    def __init__(self, max_total_bytes: int = MAX_TOTAL_BYTES) -> None:
        self._entries: OrderedDict[str, _Entry[V]] = OrderedDict()
        self._total = 0
        self._bound = max_total_bytes

    def get(self, key: str, now: float) -> V | None:
        """The value, or None when there is none that still lives."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry.expires <= now:
            self.remove(key)
            return None
        self._entries.move_to_end(key)
        return entry.value

    def put(self, key: str, value: V, size: int, seconds: float, now: float) -> bool:
        """Keeps a value of `size` bytes; False when it is too large to keep."""
        self.remove(key)
        if size > MAX_VALUE_BYTES or seconds <= 0:
            return False
        self._entries[key] = _Entry(value, size, now + seconds)
        self._total += size
        while self._total > self._bound:
            self.remove(next(iter(self._entries)))
        return True

    def remove(self, key: str) -> bool:
        """Forgets a value; False when there was none."""
        entry = self._entries.pop(key, None)
        if entry is None:
            return False
        self._total -= entry.size
        return True
