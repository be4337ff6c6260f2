"""The ledger: each settled record once, whatever was cut in between."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from proxy_addon import ledger as module
from proxy_addon.clock import SystemClock
from proxy_addon.journal import frames
from proxy_addon.journal.settled import Cursor, CursorStore, SettledReader, Source, segment_path
from proxy_addon.ledger import Ledger
from proxy_addon.sinks.jsonl import JsonLines


def end(number: int) -> bytes:
    return frames.encode(frames.END, b"r%d" % number, json.dumps({"record_id": f"r{number}"}).encode())


def source(folder: Path, numbers: range, segment: int = 1) -> Source:
    folder.mkdir(exist_ok=True)
    segment_path(folder, segment).write_bytes(b"".join(end(number) for number in numbers))
    return Source(folder.name, SettledReader(folder), CursorStore(folder), live=False)


def ids(file: Path) -> list[str]:
    return [json.loads(line)["record_id"] for line in file.read_text().splitlines()]


def opened(file: Path, sources: Sequence[Source]) -> Ledger:
    return Ledger(JsonLines(file), lambda: sources, SystemClock())


def test_every_folder_goes_into_the_file_and_places_are_kept(tmp_path: Path) -> None:
    sources = [source(tmp_path / "a", range(3)), source(tmp_path / "b", range(3, 5))]
    ledger = opened(tmp_path / "l", sources)
    assert ledger.lag_bytes() > 0
    ledger.pump()
    ledger.pump()
    assert (ids(tmp_path / "l"), ledger.written, ledger.lag_bytes()) == (["r0", "r1", "r2", "r3", "r4"], 5, 0)
    ledger.close()
    size = segment_path(tmp_path / "a", 1).stat().st_size
    assert sources[0].cursors.load("ledger") == Cursor(1, size)


def test_what_stands_in_the_file_is_not_written_again(tmp_path: Path) -> None:
    sources = [source(tmp_path / "a", range(50))]
    first = opened(tmp_path / "l", sources)
    first.pump()
    first._lines.close()  # killed before a cursor was saved
    source(tmp_path / "a", range(50, 60), segment=2)
    second = opened(tmp_path / "l", sources)
    second.pump()
    second.close()
    assert ids(tmp_path / "l") == [f"r{number}" for number in range(60)]


@pytest.mark.parametrize("torn", [1, 10, 21])
def test_a_half_written_batch_is_finished_by_the_next_process(tmp_path: Path, torn: int) -> None:
    sources = [source(tmp_path / "a", range(50))]
    whole = opened(tmp_path / "l", sources)
    whole.pump()
    whole._lines.close()
    data = (tmp_path / "l").read_bytes()
    (tmp_path / "l").write_bytes(data[: 400 + torn])
    again = opened(tmp_path / "l", sources)
    again.pump()
    again.close()
    assert sorted(ids(tmp_path / "l"), key=lambda name: int(name[1:])) == [f"r{n}" for n in range(50)]


class Lines:
    """A file that takes only the first bytes of a call, and then nothing, until it is healed."""

    def __init__(self) -> None:
        self.data = b""
        self.rest: bytes | None = None
        self.broken = True

    def append(self, line: bytes) -> None:
        todo = line if self.rest is None else self.rest
        if self.broken:
            self.data, self.rest = self.data + todo[:5], todo[5:]
            raise OSError(28, "No space left on device")
        self.data, self.rest = self.data + todo, None

    def sync(self) -> None:
        """Nothing to wait for."""

    def tail(self, limit: int) -> list[bytes]:
        return []

    def close(self) -> None:
        """Nothing to close."""


def test_a_batch_that_failed_is_finished_before_newer_records(tmp_path: Path) -> None:
    sources, lines = [source(tmp_path / "a", range(2))], Lines()
    ledger = Ledger(lines, lambda: sources, SystemClock())
    ledger.pump()
    assert ledger.failure == "No space left on device"
    source(tmp_path / "a", range(2, 4), segment=2)
    lines.broken = False
    ledger.pump()
    assert ledger.failure is None
    assert [json.loads(line)["record_id"] for line in lines.data.splitlines()] == ["r0", "r1", "r2", "r3"]


def test_places_are_saved_by_time_and_by_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = [source(tmp_path / "a", range(10))]
    ledger = opened(tmp_path / "l", sources)
    ledger.pump()
    assert sources[0].cursors.load("ledger") == Cursor()
    monkeypatch.setattr(module, "SAVE_SECONDS", 0.0)
    ledger.pump()
    assert sources[0].cursors.load("ledger").segment == 1
    monkeypatch.setattr(module, "SAVE_SECONDS", 1e9)
    monkeypatch.setattr(module, "SAVE_BYTES", 10)
    source(tmp_path / "a", range(10, 20), segment=2)
    ledger.pump()
    assert sources[0].cursors.load("ledger").segment == 2
    ledger.close()


def test_a_folder_that_cannot_be_read_is_a_failure_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    segment_path(tmp_path / "a", 1).mkdir()
    one = Source("a", SettledReader(tmp_path / "a"), CursorStore(tmp_path / "a"), live=False)
    ledger = opened(tmp_path / "l", [one])
    ledger.pump()
    assert ledger.failure == "Is a directory"
    ledger.close()
