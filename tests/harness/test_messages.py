from __future__ import annotations

import pytest

from gatewright.harness.messages import BadHeader, Headers, encoded


def test_names_are_found_in_any_case_and_keep_their_spelling() -> None:
    headers = Headers([("X-One", "1")])
    headers.append("x-one", ["2"])
    headers.replace("X-TWO", ["3"])
    assert "x-two" in headers
    assert headers.first("X-ONE") == "1"
    assert list(headers.lines()) == [("X-One", "1,2"), ("X-TWO", "3")]


def test_headers_that_are_never_joined_have_lines_of_their_own() -> None:
    """Source: set-header-policy (2024-03-18)."""
    headers = Headers([("WWW-Authenticate", "a"), ("WWW-Authenticate", "b")])
    assert list(headers.lines()) == [("WWW-Authenticate", "a"), ("WWW-Authenticate", "b")]


def test_what_connection_names_stays_on_its_hop() -> None:
    headers = Headers([("Connection", "close, X-Mine"), ("x-mine", "1"), ("Content-Length", "3"), ("A", "1")])
    assert headers.end_to_end() == [(b"A", b"1")]


@pytest.mark.parametrize(("name", "value"), [("a b", "1"), ("", "1"), ("a", "1\r\nb: 2"), ("a", "\0")])
def test_what_http_cannot_carry_is_refused(name: str, value: str) -> None:
    with pytest.raises(BadHeader):
        Headers().replace(name, [value])
    with pytest.raises(BadHeader):
        Headers().append(name, [value])


def test_bytes_of_a_header_come_back_as_they_were() -> None:
    raw = [(b"x-a", bytes(range(0x20, 0x100)))]
    assert Headers.of(raw).end_to_end() == raw


def test_a_text_beyond_iso_8859_1_is_sent_as_utf_8() -> None:
    assert encoded("\u20ac") == "\u20ac".encode()
