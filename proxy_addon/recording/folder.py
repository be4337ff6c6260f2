"""The folder of recordings: one file per batch, named by its time and its replica; the oldest go first.

Only files with such names are ever removed. Several replicas may share a folder.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gatewright.recordings import Exchange, write_har

_NAME = re.compile(r"gatewright-([0-9]{8}T[0-9]{6})\.[0-9]{6}Z-[A-Za-z0-9._-]{1,80}\.(?:har|flow)\Z")
_TORN = re.compile(r"\.gatewright-[0-9]{8}T[0-9]{6}\.[0-9]{6}Z-[A-Za-z0-9._-]{1,80}\Z")
_TORN_SECONDS = 3600
_COMMENT = "Sampled by the metering proxy; credentials, personal headers{} replaced."


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    time: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Folder:
    """Where recordings stand.

    Attributes:
        path: the folder.
        replica: this replica's name.
        form: `har` or `flow`.
        days: how long a recording is kept.
        total_bytes: how much is kept of all of them.
        spare_bytes: how much of the disk stays free, whatever is kept.
    """

    path: Path
    replica: str
    form: str
    days: int
    total_bytes: int
    spare_bytes: int = 0

    def open(self) -> None:
        """Makes the folder, for its owner alone. Raises OSError."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def write(self, exchanges: Sequence[Exchange], now: datetime) -> None:
        """Writes a batch.

        Raises:
            OSError: the disk is full, or nearly.
            Rejected: REC905 when the file cannot be written.
        """
        size = sum(len(each.request_body) + len(each.response_body) for each in exchanges)
        if shutil.disk_usage(self.path).free < self.spare_bytes + 3 * size:
            raise OSError("the disk is nearly full")
        path = self.path / f"gatewright-{now:%Y%m%dT%H%M%S.%fZ}-{self.replica}.{self.form}"
        if self.form == "flow":
            from proxy_addon.flowfiles import write_flows

            write_flows(exchanges, path)
        else:
            hashed = " and what was written" if any(each.hashed for each in exchanges) else ""
            write_har(exchanges, path, comment=_COMMENT.format(hashed))

    def sweep(self, now: datetime) -> None:
        """Removes recordings that are too old, the oldest beyond the limit, and what a killed writer left."""
        left = self.total_bytes
        oldest = now - timedelta(days=self.days)
        for file in sorted(self._files(), key=lambda file: (file.time, file.name), reverse=True):
            left -= file.size
            if left < 0 or file.time < oldest:
                self._remove(file.name)

    def _files(self) -> Iterator[_File]:
        with os.scandir(self.path) as entries:
            for entry in entries:
                with suppress(OSError, ValueError):  # another replica may have removed it
                    if found := _NAME.match(entry.name):
                        time = datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
                        yield _File(entry.name, time, entry.stat().st_size)
                    elif _TORN.match(entry.name):
                        self._remove_torn(entry)

    def _remove_torn(self, entry: os.DirEntry[str]) -> None:
        age = datetime.now(UTC).timestamp() - entry.stat().st_mtime
        if age > _TORN_SECONDS:
            self._remove(entry.name)

    def _remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            (self.path / name).unlink()
