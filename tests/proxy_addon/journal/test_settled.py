"""Reading settled records: in order, within limits, across segments, whatever stands between them."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from proxy_addon.journal import frames
from proxy_addon.journal.settled import Cursor, SettledReader, segment_path, segments


def write(folder: Path, number: int, *lines: bytes) -> None:
    segment_path(folder, number).write_bytes(b"".join(lines))


def end(name: str, size: int = 2) -> bytes:
    return frames.encode(frames.END, name.encode(), b"x" * size)


def test_limits_hold_and_a_record_that_is_too_large_comes_alone(tmp_path: Path) -> None:
    write(tmp_path, 1, end("a", 10), end("b", 10), end("c", 500), end("d", 10))
    reader, cursor = SettledReader(tmp_path), Cursor()
    sizes = []
    while True:
        lines, after = reader.read(cursor, 2, 100)
        if after == cursor:
            break
        sizes.append([len(line) for line in lines])
        cursor = after
    assert sizes == [[10, 10], [500], [10]]
    assert [
        len(lines) for lines in (reader.read(Cursor(), 1, 10**6)[0], reader.read(Cursor(), 9, 10**6)[0])
    ] == [
        1,
        4,
    ]


def test_begins_damaged_and_torn_lines_are_passed(tmp_path: Path) -> None:
    torn = end("t")[:-4]
    write(tmp_path, 1, frames.encode(frames.BEGIN, b"a", b"{}"), end("a"), b"garbage\n", b"\n", torn)
    write(tmp_path, 3, end("b"))
    (tmp_path / "other.seg").write_bytes(b"not a segment")
    reader = SettledReader(tmp_path)
    lines, cursor = reader.read(Cursor(), 10, 1000)
    assert (len(lines), reader.damaged, segments(tmp_path)) == (2, 2, [1, 3])
    assert cursor == Cursor(3, segment_path(tmp_path, 3).stat().st_size)
    assert reader.backlog_bytes(cursor) == 0
    assert reader.backlog_bytes(Cursor(2, 99)) == cursor.offset


def test_a_cursor_behind_a_lost_end_goes_on_with_the_next_segment(tmp_path: Path) -> None:
    write(tmp_path, 1, end("a"))
    write(tmp_path, 2, end("b"))
    assert len(SettledReader(tmp_path).read(Cursor(1, 10_000), 10, 1000)[0]) == 1
    assert SettledReader(tmp_path / "gone").read(Cursor(), 10, 1000) == ([], Cursor())


@given(st.lists(st.integers(1, 60), max_size=30), st.integers(1, 7), st.integers(1, 100))
def test_any_limits_give_every_record_once_in_order(
    sizes: list[int], limit_records: int, limit_bytes: int
) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        half = len(sizes) // 2
        lines = [frames.encode(frames.END, b"r%d" % n, b"%d" % n * size) for n, size in enumerate(sizes)]
        write(folder, 1, *lines[:half])
        write(folder, 2, *lines[half:])
        reader, cursor, seen = SettledReader(folder), Cursor(), list[bytes]()
        while (found := reader.read(cursor, limit_records, limit_bytes))[1] != cursor:
            seen += found[0]
            cursor = found[1]
        assert seen == [b"%d" % n * size for n, size in enumerate(sizes)]
