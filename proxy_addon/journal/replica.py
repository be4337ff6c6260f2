"""One replica's part of the journal: its lease, its own folder, and the folders that it has adopted.

Source of each number of seconds: `lease`.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

from proxy_addon.journal import lease
from proxy_addon.journal.cursor import CursorStore
from proxy_addon.journal.journal import Bounds, Journal
from proxy_addon.journal.lease import Lease
from proxy_addon.journal.recovery import Recovered, recover
from proxy_addon.journal.settled import SettledReader, Source

log = logging.getLogger("gatewright.proxy")


class Replica:
    """The journal of this process, and what it has taken over from others.

    Attributes:
        journal: where this process records.
        recovered: what the start found, in the own folder and in those adopted earlier.
        crashed: begins without an end that were settled, since the start.
        damaged: lines that could not be read, since the start.
    """

    def __init__(
        self,
        folder: Path,
        *,
        bounds: Bounds | None = None,
        serving: bool = False,
        lease_seconds: float = lease.LEASE_SECONDS,
    ) -> None:
        """Takes the folder, recovers what is in it and begins a segment.

        Args:
            folder: `<journal>/<replica>`; created where it is missing.
            bounds: how large the journal may become.
            serving: admit traffic that cannot be recorded.
            lease_seconds: how long another replica must be silent before its folder is adopted.

        Raises:
            Held: another process writes this folder.
            OSError: the folder cannot be read or written.
        """
        self.crashed = self.damaged = 0
        self._lease_seconds = lease_seconds
        self._lease = Lease(folder)
        try:
            lease.lift(folder)
            for each in (*lease.adopted(folder), folder):
                self._recover(each)
            self.journal = Journal(folder, bounds=bounds, serving=serving)
        except OSError:
            self._lease.release()
            raise
        self._own = Source(
            folder.name, SettledReader(folder, lambda: self.journal.durable), CursorStore(folder), live=True
        )
        self._adopted = [_source(each) for each in lease.adopted(folder)]

    @property
    def locked(self) -> bool:
        """Whether the file system has locks."""
        return self._lease.locked

    def sources(self) -> Sequence[Source]:
        """What sinks read: the own folder first. May grow and shrink between two calls."""
        return (self._own, *self._adopted)

    def beat(self) -> bool:
        """Renews the lease; False once another has taken the folder. Blocks. Raises OSError."""
        return self._lease.beat()

    def adopt(self) -> int:
        """Takes over the folders of replicas that are gone; how many. Blocks. Raises OSError."""
        taken = lease.adopt(self.journal.folder, self._lease_seconds)
        for folder in taken:
            found = self._recover(folder)
            log.warning("journal: adopted %s, %d attempts had no end", folder.name, found.crashed)
            self._adopted = [*self._adopted, _source(folder)]
        return len(taken)

    def sweep(self, sinks: Sequence[str]) -> None:
        """Removes what every one of these sinks has read. Blocks. Raises OSError."""
        self.journal.sweep(sinks)
        for source in list(self._adopted):
            if sinks and all(_finished(source, sink) for sink in sinks):
                self._adopted = [other for other in self._adopted if other is not source]
                shutil.rmtree(source.reader.folder)

    def close(self) -> None:
        """Gives up the lease; the journal is closed before."""
        self._lease.release()

    def _recover(self, folder: Path) -> Recovered:
        found = recover(folder)
        self.crashed += found.crashed
        self.damaged += found.damaged
        if found.crashed or found.damaged or found.unreadable:
            log.warning(
                "journal: %s: %d attempts without an end, %d damaged lines, %d begins of another version",
                folder.name,
                found.crashed,
                found.damaged,
                found.unreadable,
            )
        return found


def _source(folder: Path) -> Source:
    return Source(folder.name, SettledReader(folder), CursorStore(folder), live=False)


def _finished(source: Source, sink: str) -> bool:
    return source.reader.backlog_bytes(source.cursors.load(sink)) == 0
