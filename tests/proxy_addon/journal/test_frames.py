"""Frames: what is written is read, and nothing else is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from proxy_addon.journal.frames import BEGIN, END, Frame, decode, encode

PAYLOADS = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), min_size=1)


@given(st.sampled_from([BEGIN, END]), PAYLOADS)
def test_a_frame_is_read_as_it_was_written(kind: bytes, payload: str) -> None:
    assert decode(encode(kind, b"r-1", payload.encode())) == Frame(kind, b"r-1", payload.encode())


@given(st.integers(0, 40), st.integers(1, 255))
def test_a_changed_byte_is_noticed(at: int, by: int) -> None:
    line = bytearray(encode(END, b"r-1", b'{"version":1,"record_id":"r-1"}'))
    line[at % len(line)] ^= by
    assert decode(bytes(line)) is None


@given(st.integers(0, 41))
def test_a_torn_line_is_no_frame(length: int) -> None:
    line = encode(END, b"r-1", b'{"version":1,"record_id":"r-1"}')
    assert decode(line[:length]) is None
    assert decode(line[:length] + b"\n") is None or length == len(line) - 1
