"""A recorder from its options, and the add-ons around the metering one."""

from __future__ import annotations

from pathlib import Path

from proxy_addon.clock import SystemClock
from proxy_addon.recording.addons import Find, RecordedBefore, RecordedBehind
from proxy_addon.recording.folder import Folder
from proxy_addon.recording.options import Options
from proxy_addon.recording.writer import Writer


def build(options: Options | None, replica: str, journal: Path, journal_bytes: int) -> Writer | None:
    """The recorder that was asked for. On the journal's disk it leaves the journal its room."""
    if options is None:
        return None
    spare = journal_bytes if _disk(options.folder) == _disk(journal) else 0
    folder = Folder(options.folder, replica, options.form, options.days, options.total_bytes, spare)
    return Writer(options, folder, SystemClock())


def around(writer: Writer | None, find: Find, metering: object) -> tuple[object, ...]:
    """The metering add-on, between those of the recorder where there is one."""
    if writer is None:
        return (metering,)
    recorder = writer.recorder
    return RecordedBefore(recorder, find, SystemClock()), metering, RecordedBehind(recorder, find)


def _disk(path: Path) -> int:
    """The device of a path, or of the next folder above it that exists."""
    there = next(each for each in (path, *path.absolute().parents) if each.exists())
    return there.stat().st_dev
