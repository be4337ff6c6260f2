"""Segments: appended, rotated, synced from another thread, and removed where nothing stands in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from proxy_addon.journal.cursor import Cursor
from proxy_addon.journal.settled import segment_path, segments
from proxy_addon.journal.writer import SegmentWriter


def test_a_sync_covers_the_segments_before(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path, 5)
    writer.append(b"one\n")
    writer.rotate()
    writer.append(b"two\n")
    assert writer.sync() == writer.position == Cursor(6, 4)
    writer.close()
    assert [segment_path(tmp_path, n).read_bytes() for n in (5, 6)] == [b"one\n", b"two\n"]
    assert segment_path(tmp_path, 5).stat().st_mode & 0o777 == 0o600


def test_an_empty_segment_leaves_no_file(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path, 1)
    writer.append(b"one\n")
    writer.rotate()
    writer.close()
    assert segments(tmp_path) == [1]


def test_a_segment_that_has_gone_is_no_stable_storage(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path, 1)
    writer.append(b"one\n")
    segment_path(tmp_path, 1).unlink()
    with pytest.raises(FileNotFoundError):
        writer.sync()
    writer.close()
