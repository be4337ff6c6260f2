"""The file of JSON lines: never half a record, one writer, the owner's alone."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from gatewright.diagnostics import Rejected
from proxy_addon.sinks.jsonl import JsonLines


def test_lines_are_appended_behind_what_stands_there(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    for line in (b"1\n", b"2\n"):
        sink = JsonLines(file)
        sink.append(line)
        sink.sync()
        sink.close()
    assert file.read_bytes() == b"1\n2\n"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_line_that_was_cut_short_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = JsonLines(tmp_path / "ledger.jsonl")
    room = [3]
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        part = write(descriptor, data[: room[0]])
        room[0] -= part
        return part

    monkeypatch.setattr(os, "write", full)
    for more in (0, 2, 100):
        if more < 100:
            with pytest.raises(OSError, match="No space"):
                sink.append(b"123456789\n")
        else:
            sink.append(b"123456789\n")
        room[0] = {0: 2, 2: 100}.get(more, 100)
    sink.append(b"next\n")
    sink.close()
    assert (tmp_path / "ledger.jsonl").read_bytes() == b"123456789\nnext\n"


@pytest.mark.parametrize("torn", [b"half", b"x" * 200_000])
def test_a_half_written_line_of_a_killed_process_is_moved_aside(tmp_path: Path, torn: bytes) -> None:
    file = tmp_path / "ledger.jsonl"
    file.write_bytes(b"whole\n" + torn)
    sink = JsonLines(file)
    sink.append(b"new\n")
    sink.close()
    assert sink.torn_bytes == len(torn)
    assert file.read_bytes() == b"whole\nnew\n"
    assert (tmp_path / "ledger.jsonl.torn").read_bytes() == torn + b"\n"


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    first = JsonLines(tmp_path / "ledger.jsonl")
    with pytest.raises(Rejected) as caught:
        JsonLines(tmp_path / "ledger.jsonl")
    assert [fault.code for fault in caught.value.diagnostics] == ["PRX609"]
    first.close()


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Rejected):
        JsonLines(tmp_path)


@pytest.mark.parametrize("made_anew", [False, True])
def test_a_file_that_is_removed_or_renamed_is_begun_anew(tmp_path: Path, made_anew: bool) -> None:
    file, older = tmp_path / "ledger.jsonl", tmp_path / "ledger.jsonl.1"
    sink = JsonLines(file)
    sink.append(b"1\n")
    file.rename(older)
    if made_anew:
        file.touch(mode=0o600)
    sink.append(b"2\n")
    sink.sync()
    file.unlink()
    sink.append(b"3\n")
    sink.close()
    assert (older.read_bytes(), file.read_bytes()) == (b"1\n", b"3\n")
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_line_that_is_half_in_a_removed_file_is_whole_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ledger.jsonl"
    sink = JsonLines(file)
    write, parts = os.write, iter([4])

    def full(descriptor: int, data: bytes) -> int:
        if (room := next(parts, None)) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data[:room])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        sink.append(b"a whole line\n")
    monkeypatch.setattr(os, "write", write)
    file.unlink()
    sink.append(b"a whole line\n")
    sink.close()
    assert file.read_bytes() == b"a whole line\n"


def test_a_file_whose_new_name_another_process_holds_waits(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    sink = JsonLines(file)
    file.unlink()
    other = JsonLines(file)
    with pytest.raises(BlockingIOError):
        sink.append(b"1\n")
    other.close()
    sink.append(b"1\n")
    sink.close()
    assert file.read_bytes() == b"1\n"
