"""Recordings on disk: names, and what is removed when."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gatewright.recordings import Exchange, read_har
from proxy_addon.flowfiles import read_flows
from proxy_addon.recording.folder import Folder

NOW = datetime(2026, 11, 25, 18, 0, 0, 5, tzinfo=UTC)
EXCHANGE = Exchange("POST", "https://a.example.org/x", status=200, response_body=b"{}")


def folder(path: Path, **changes: object) -> Folder:
    given = {"replica": "r-1", "form": "har", "days": 7, "total_bytes": 1 << 30, **changes}
    made = Folder(path / "rec", **given)  # type: ignore[arg-type]
    made.open()
    return made


def put(where: Folder, age: timedelta, size: int, replica: str = "r-2") -> str:
    name = f"gatewright-{NOW - age:%Y%m%dT%H%M%S.%fZ}-{replica}.har"
    (where.path / name).write_bytes(b"x" * size)
    return name


def test_a_batch_becomes_one_file_for_its_owner_alone(tmp_path: Path) -> None:
    made = folder(tmp_path)
    made.write([EXCHANGE, EXCHANGE], NOW)
    [file] = made.path.iterdir()
    assert file.name == "gatewright-20261125T180000.000005Z-r-1.har"
    assert len(read_har(file)) == 2
    assert file.stat().st_mode & 0o777 == 0o600
    assert made.path.stat().st_mode & 0o777 == 0o700


def test_flow_files_are_written_where_they_are_asked_for(tmp_path: Path) -> None:
    made = folder(tmp_path, form="flow")
    made.write([EXCHANGE], NOW)
    [file] = made.path.iterdir()
    assert [item.response_body for item in read_flows(file)] == [b"{}"]


def test_old_ones_go_and_so_do_the_oldest_beyond_the_size_of_any_replica(tmp_path: Path) -> None:
    made = folder(tmp_path, total_bytes=1000)
    put(made, timedelta(days=8), 1)
    third = put(made, timedelta(hours=3), 300, "r-1")
    put(made, timedelta(hours=4), 300)
    second, first = put(made, timedelta(hours=2), 300), put(made, timedelta(hours=1), 300)
    made.sweep(NOW)
    assert sorted(os.listdir(made.path)) == sorted([first, second, third])


def test_nothing_else_in_the_folder_is_touched(tmp_path: Path) -> None:
    made = folder(tmp_path, days=1, total_bytes=10)
    others = ["notes.txt", "sample.har", "gatewright-20200101T000000.000000Z-x.txt", "gatewright-.har"]
    for name in others:
        (made.path / name).write_bytes(b"x" * 100)
    put(made, timedelta(days=2), 100)
    made.sweep(NOW)
    assert sorted(os.listdir(made.path)) == sorted(others)


def test_what_a_killed_writer_left_goes_after_an_hour(tmp_path: Path) -> None:
    made = folder(tmp_path)
    old, new = (f".gatewright-20261125T180000.000005Z-r-1.har.{end}" for end in ("abc123", "def456"))
    for name in (old, new):
        (made.path / name).write_bytes(b"half")
    os.utime(made.path / old, (1_000_000, 1_000_000))
    made.sweep(NOW)
    assert os.listdir(made.path) == [new]


def test_the_room_of_others_on_the_disk_is_left_free(tmp_path: Path) -> None:
    made = folder(tmp_path, spare_bytes=1 << 60)
    with pytest.raises(OSError, match="nearly full"):
        made.write([EXCHANGE], NOW)
    assert os.listdir(made.path) == []
