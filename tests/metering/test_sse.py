"""Event streams: WHATWG HTML 9.2.6, and any re-chunking gives the same events."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.metering.sse import Event, SseDecoder, SseSplitter
from tests.metering.cutting import cut


def events(data: bytes) -> list[Event]:
    decoder = SseDecoder()
    return decoder.feed(data) + decoder.finish()


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_kind_of_line_end_ends_lines(end: bytes) -> None:
    stream = end.join([b"data: a", b"data: b", b"", b"data: c", b"", b""])
    assert [event.data for event in events(stream)] == [b"a\nb", b"c"]


def test_fields_are_read_as_the_standard_says() -> None:
    stream = b": note\nevent: add\nid: 7\nretry: 250\ndata:x\ndata:  y\ndata\nother: z\n\n"
    assert events(stream) == [Event(b"x\n y\n", "add", "7", 250)]


def test_an_id_with_nul_and_a_retry_that_is_no_number_are_ignored() -> None:
    assert events(b"id: a\0b\nretry: soon\ndata: x\n\n") == [Event(b"x")]


def test_a_byte_order_mark_at_the_start_is_no_part_of_a_field() -> None:
    assert events(b"\xef\xbb\xbfdata: a\n\n") == [Event(b"a")]


def test_blocks_of_comments_are_no_events() -> None:
    assert events(b": OPENROUTER PROCESSING\n\n\n\ndata: a\n\n") == [Event(b"a")]


def test_a_stream_without_its_last_blank_line_gives_its_last_event_as_incomplete() -> None:
    assert events(b'data: a\n\ndata: {"b"') == [Event(b"a"), Event(b'{"b"', complete=False)]


def test_a_blank_line_of_two_crs_at_the_very_end_ends_an_event() -> None:
    assert events(b"data: a\r\r") == [Event(b"a")]


LINES = st.sampled_from(
    [
        b"data: a",
        b"data: \xc3\xa9\xe2\x82\xac",
        b"data:",
        b": c",
        b"event: e",
        b"id: 1",
        b"",
        b"",
        b"x",
        b"data: \r",
    ]
)
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])
STREAMS = st.lists(st.tuples(LINES, ENDS).map(b"".join), max_size=14).map(b"".join)


@settings(max_examples=300, deadline=None)
@given(STREAMS | st.binary(max_size=40), st.lists(st.integers(0, 80), max_size=12))
def test_any_cutting_gives_the_same_events_and_loses_no_byte(stream: bytes, places: list[int]) -> None:
    whole = events(stream)
    decoder, splitter = SseDecoder(), SseSplitter()
    found: list[Event] = []
    raw: list[bytes] = []
    for part in cut(stream, places):
        found += decoder.feed(part)
        raw += [block.raw for block in splitter.feed(part)]
    found += decoder.finish()
    raw += [block.raw for block in splitter.finish()]
    assert [event.data for event in found] == [event.data for event in whole]
    assert found == whole
    assert b"".join(raw) == stream
    assert all(raw)


@settings(max_examples=60, deadline=None)
@given(STREAMS, st.lists(st.integers(0, 80), max_size=12))
def test_an_event_beyond_the_limit_passes_in_pieces_and_loses_no_byte(
    stream: bytes, places: list[int]
) -> None:
    splitter = SseSplitter(limit=8)
    raw: list[bytes] = []
    for part in cut(stream, places):
        raw += [block.raw for block in splitter.feed(part)]
        assert splitter.held <= 8
    raw += [block.raw for block in splitter.finish()]
    assert b"".join(raw) == stream


def test_an_event_beyond_the_limit_is_marked_and_the_next_one_is_whole() -> None:
    splitter = SseSplitter(limit=8)
    blocks = splitter.feed(b"data: 0123456789") + splitter.feed(b"0123\n\ndata: b\n\n") + splitter.finish()
    assert [block.whole for block in blocks] == [False, False, True]
    assert blocks[-1].raw == b"data: b\n\n"
