"""Hashed prompts keep the shape of what they replace."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.recordings.prompts import hashed_prompts

KEY = b"k" * 32


def test_what_is_no_json_is_replaced_as_a_whole() -> None:
    assert hashed_prompts(b"--b\r\nname=file\r\n\r\nwords", KEY).startswith(b"hash:")
    assert hashed_prompts(b"\xff\xfb", KEY).startswith(b"hash:")
    assert hashed_prompts(b"", KEY) == b""


def test_lists_of_texts_and_numbers_keep_their_length() -> None:
    found = json.loads(hashed_prompts(b'{"input":["a","b","a"],"tokens":[1,2]}', KEY))
    assert found["input"][0] == found["input"][2] != found["input"][1]
    assert found["tokens"] == [1, 2]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet='data: {}"a:,\n[]1', max_size=40).map(str.encode))
def test_any_bytes_are_taken(body: bytes) -> None:
    hashed_prompts(body, KEY)
