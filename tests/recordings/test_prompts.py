"""Hashed prompts keep the shape of what they replace."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.recordings.prompts import hashed_pieces, hashed_prompts, recut

KEY = b"k" * 32


def test_what_is_no_json_is_replaced_as_a_whole() -> None:
    assert hashed_prompts(b"--b\r\nname=file\r\n\r\nwords", KEY).startswith(b"hash:")
    assert hashed_prompts(b"\xff\xfb", KEY).startswith(b"hash:")
    assert hashed_prompts(b"", KEY) == b""


def test_lists_of_texts_and_numbers_keep_their_length() -> None:
    found = json.loads(hashed_prompts(b'{"input":["a","b","a"],"tokens":[1,2]}', KEY))
    assert found["input"][0] == found["input"][2] != found["input"][1]
    assert found["tokens"] == [0, 0]


def test_numbers_that_spell_a_text_are_zeros_and_all_others_stay() -> None:
    body = (
        b'{"input":[[1,2],[3]],"n":2,"logprobs":{"bytes":[104,105],"logprob":-0.5},"embedding":[0.25,-1e-3]}'
    )
    found = json.loads(hashed_prompts(body, KEY))
    assert found == {
        "input": [[0, 0], [0]],
        "n": 2,
        "logprobs": {"bytes": [0, 0], "logprob": -0.5},
        "embedding": [0, 0],
    }


def test_settings_stay_and_a_text_under_their_names_does_not() -> None:
    found = json.loads(
        hashed_prompts(b'{"model":"ft:gpt-4o:org::id","type":"tell me all","id":"call_1"}', KEY)
    )
    assert (found["model"], found["id"]) == ("ft:gpt-4o:org::id", "call_1")
    assert found["type"].startswith("hash:")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_no_line_of_a_stream_is_passed_over(end: str) -> None:
    lines = [
        "\ufeffevent: message",
        'data: {"content":"secret words"}',
        ": secret words",
        "id: secret words",
        "secret words",
        "data:secret words",
        "retry: 10",
        "",
        "data: [DONE]",
        "",
        "",
    ]
    body = end.join(lines).encode()
    found = hashed_prompts(body, KEY)
    assert b"secret" not in found
    texts = found.decode().split(end)
    assert len(texts) == len(lines)
    kept = [0, 6, 7, 8, 9, 10]
    assert [texts[at] for at in kept] == [lines[at] for at in kept]
    assert all("hash:" in texts[at] for at in range(len(lines)) if at not in kept)


@settings(max_examples=150, deadline=None)
@given(
    st.text(alphabet='data: {}"a:,\n\r[]1', max_size=60).map(lambda text: ("data:" + text).encode()),
    st.lists(st.integers(1, 9), max_size=40),
)
def test_parts_of_a_hashed_stream_are_its_lines_in_order(body: bytes, sizes: list[int]) -> None:
    parts, at = [], 0
    for number, size in enumerate([*sizes, len(body)]):
        if data := body[at : at + size]:
            parts.append((float(number), data))
        at += size
    pieces = hashed_pieces(body, KEY)
    found = list(recut(parts, pieces))
    assert b"".join(data for _, data in found) == hashed_prompts(body, KEY)
    assert sum(length for length, _ in pieces) == len(body)
    times = [time for time, _ in found]
    assert times == sorted(set(times))
    assert times[-1:] == [parts[-1][0]]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet='data: {}"a:,\n[]1', max_size=40).map(str.encode))
def test_any_bytes_are_taken(body: bytes) -> None:
    hashed_prompts(body, KEY)
