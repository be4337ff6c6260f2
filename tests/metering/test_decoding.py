"""Content encodings undone as bytes arrive, within bounds."""

from __future__ import annotations

import gzip

import pytest

from gatewright.metering import decoding
from gatewright.metering.decoding import Decoder


def test_gzip_is_undone_byte_by_byte() -> None:
    decoder = Decoder("GZIP")
    data = gzip.compress(b"data: x\n\n" * 50)
    assert b"".join(decoder.feed(data[i : i + 1]) for i in range(len(data))) == b"data: x\n\n" * 50
    assert decoder.fault is None


def test_two_encodings_are_not_undone_and_say_so() -> None:
    decoder = Decoder("gzip, br")
    assert decoder.feed(b"\x1f\x8b") == b""
    assert decoder.fault == "encoding_not_supported"


def test_a_body_that_inflates_beyond_bounds_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_DECODED_BYTES", 2_000_000)
    decoder = Decoder("gzip")
    seen = decoder.feed(gzip.compress(b"\0" * 50_000_000))
    assert decoder.fault == "decoded_body_too_large"
    assert len(seen) < 4_000_000
    assert decoder.feed(b"more") == b""


def test_every_member_of_a_gzip_body_is_read() -> None:
    data = gzip.compress(b"one ") + gzip.compress(b"") + gzip.compress(b"two")
    for size in (1, 7, len(data)):
        decoder = Decoder("gzip")
        assert b"".join(decoder.feed(data[i : i + size]) for i in range(0, len(data), size)) == b"one two"
        assert decoder.fault is None


def test_what_stands_behind_a_gzip_body_is_left_alone() -> None:
    decoder = Decoder("gzip")
    assert decoder.feed(gzip.compress(b"one") + b"\0\0\0") + decoder.feed(b"\0") == b"one"
    assert decoder.fault is None
