"""New routes while the process runs: on SIGHUP, or when the file has changed. What is open stays."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from gatewright.diagnostics import Rejected
from proxy_addon.routes import Table, load

log = logging.getLogger("gatewright.proxy")

Mark = tuple[int, int, int]


class Reloader:
    """Watches the file of routes. A faulty file changes nothing.

    Args:
        path: the file.
        allow_loopback: as at the start.
        use: takes the new table.
        seconds: how often the file's time is looked at; secret volumes replace files without notice.

    Attributes:
        loaded: how often new routes were taken.
        refused: how often a file was faulty.
    """

    def __init__(
        self, path: Path, *, allow_loopback: bool, use: Callable[[Table], None], seconds: float
    ) -> None:
        self.loaded = self.refused = 0
        self._path = path
        self._allow_loopback = allow_loopback
        self._use = use
        self._seconds = seconds
        self._mark = mark(path)
        self._asked = asyncio.Event()

    def ask(self) -> None:
        """Reads the file at the next turn, whether it has changed or not."""
        self._asked.set()

    async def run(self) -> None:
        """Watches until it is cancelled."""
        while True:
            try:
                async with asyncio.timeout(self._seconds):  # `wait_for` may lose a cancellation (Python 3.11)
                    await self._asked.wait()
            except TimeoutError:
                if mark(self._path) in (self._mark, None):
                    continue
            self._asked.clear()
            self._mark = mark(self._path)
            await self._read()

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            table = await loop.run_in_executor(
                None, lambda: load(self._path, allow_loopback=self._allow_loopback)
            )
        except Rejected as rejected:
            self.refused += 1
            for fault in rejected.diagnostics:
                place = f":{fault.span.line}" if fault.span is not None else ""
                log.error("routes%s: %s %s", place, fault.code, fault.message)
            log.error("routes: %d faults, the present routes stay", len(rejected.diagnostics))
            return
        except Exception as failure:  # the watch goes on, or no later change would be taken
            self.refused += 1
            log.error("routes: cannot be read (%s), the present routes stay", type(failure).__name__)
            return
        self.loaded += 1
        self._use(table)
        log.info("routes: %d routes loaded", len(table.routes))


def mark(path: Path) -> Mark | None:
    """What changes when the file does; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
