"""Folders of usage files on a disk or a mounted share: names by day of the request and by replica.

`<day>` is the UTC day on which a request began, so that a record that arrives late still stands with its day.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from proxy_addon.sinks.sink import Entry

NO_DAY = "undated"


def day_of(entry: Entry) -> str:
    """The day a record belongs to, such as `2026-11-25`."""
    return NO_DAY if entry.time is None else entry.time.date().isoformat()


def by_day(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Entries by day, each day in its order."""
    days: dict[str, list[Entry]] = {}
    for entry in entries:
        days.setdefault(day_of(entry), []).append(entry)
    return days


def sync_folder(folder: Path) -> None:
    """Waits until the names in a folder are on stable storage. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
