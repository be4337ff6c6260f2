"""The client sees what it would have seen without injection, byte for byte."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.metering.apis.chat import Chat
from gatewright.metering.apis.interpreter import Asked
from gatewright.metering.apis.reading import UsageReader
from gatewright.metering.stream_filter import StreamFilter
from tests.metering.cutting import cut, recorded


def through(data: bytes, places: list[int], *, hide: bool = True) -> bytes:
    tap = StreamFilter(hide)
    out: list[bytes] = []
    for part in cut(data, places):
        out += tap.feed(part)
    out += tap.finish()
    assert all(out), "an empty item would end a chunked body"
    assert tap.failures == 0
    return b"".join(out)


BLOCK = re.compile(rb".*?(?:\r\n|\n)(?:\r\n|\n)|.+", re.DOTALL)


def reference(data: bytes) -> list[tuple[bytes, object]]:
    """By JSON, event by event: what must be seen, as (bytes if untouched, value if changed)."""
    seen: list[tuple[bytes, object]] = []
    for raw in BLOCK.findall(data):
        lines = [line for line in re.split(rb"\r\n|\n", raw) if line.startswith(b"data:")]
        try:
            value = json.loads(b"\n".join(line[5:] for line in lines))
        except ValueError:
            value = None
        if not isinstance(value, dict) or "usage" not in value:
            seen.append((raw, None))
        elif not (value.get("choices") == [] and isinstance(value["usage"], dict)):
            seen.append((raw, {key: item for key, item in value.items() if key != "usage"}))
    return seen


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'data: {"a":1,"usage":null}\n\n', b'data: {"a":1}\n\n'),
        (b'data: {"a":1,"usage":null,"b":"x"}\n\n', b'data: {"a":1,"b":"x"}\n\n'),
        (b'data: {"a":1,"usage":null,"b":{"c":"}"}}\n\n', b'data: {"a":1,"b":{"c":"}"}}\n\n'),
        (b'data: {"usage":null,"a":1}\n\n', b'data: {"a":1}\n\n'),
        (b'data: {"usage": null, "a": 1}\n\n', b'data: {"a": 1}\n\n'),
        (b'data: { "usage":null }\n\n', b"data: {  }\n\n"),
        (b'data: {"a": 1, "usage": null}\r\n\r\n', b'data: {"a": 1}\r\n\r\n'),
        (b'data: {"a":1,"usage":null,"usage":null}\n\n', b'data: {"a":1}\n\n'),
        (b'event: x\ndata:{"a":1,"usage":null}\nid: 1\n\n', b'event: x\ndata:{"a":1}\nid: 1\n\n'),
        (b'data: {"a":1,\ndata: "usage":null,\ndata: "b":2}\n\n', b'data: {"a":1\ndata: ,\ndata: "b":2}\n\n'),
        (b'data: {"choices":[],"usage":{"total_tokens":1}}\n\n', b""),
        (b'data: {"choices": [], "usage": {"total_tokens": 1}, "id": "a"}\n\n', b""),
        (
            b'data: {"choices":[{"delta":{}}],"usage":{"total_tokens":1}}\n\n',
            b'data: {"choices":[{"delta":{}}]}\n\n',
        ),
        (
            b'data: {"choices":[],"prompt_filter_results":[1],"usage":{"total_tokens":1}}\n\n',
            b'data: {"choices":[],"prompt_filter_results":[1]}\n\n',
        ),
        (b'data: {"choices":[],"prompt_filter_results":[1]}\n\n', None),
        (b'data: {"x":{"a":1,"usage":null}}\n\n', None),
        (b'data: {"x":[{"a":1,"usage":null}],"b":1}\n\n', None),
        (b'data: {"a":"\\"usage\\":null"}\n\n', None),
        (b'data: {"a":1,"usage":null\n\n', None),
        (b'data: {"a":1,"usage":7}\n\n', None),
        (b': {"a":1,"usage":null}\n\n', None),
        (b"data: [DONE]\n\n", None),
        (b"\n\n", None),
    ],
)
def test_a_block_loses_its_usage_and_nothing_else(raw: bytes, expected: bytes | None) -> None:
    assert through(raw, []) == (raw if expected is None else expected)


def test_azures_usage_chunk_is_removed_with_its_latency_checkpoint() -> None:
    # Shape of recording 0a2477b5a2.
    chunk = (
        b'data: {"choices":[],"created":1,"id":"c","latency_checkpoint":{"engine_tbt_ms":8},"model":"m",'
        b'"obfuscation":"x","object":"chat.completion.chunk","service_tier":"default",'
        b'"system_fingerprint":null,"usage":{"total_tokens":3}}\n\n'
    )
    assert through(chunk + b"data: [DONE]\n\n", []) == b"data: [DONE]\n\n"


def test_a_client_that_asked_itself_sees_every_byte_at_once() -> None:
    tap = StreamFilter(hide=False)
    assert tap.feed(b'data: {"usage":null') == [b'data: {"usage":null']
    assert tap.feed(b"") == []
    assert tap.finish() == []


def test_a_document_is_not_held_back() -> None:
    tap = StreamFilter()
    assert tap.feed(b'{"usage":null,') == [b'{"usage":null,']
    assert tap.feed(b'"a":1}\n\n') == [b'"a":1}\n\n']


def test_at_most_one_incomplete_event_is_held_back() -> None:
    tap = StreamFilter()
    assert tap.feed(b'data: {"a":1}\n\ndata: {"b"') == [b'data: {"a":1}\n\n']
    assert tap.feed(b":2}") == []
    assert tap.finish() == [b'data: {"b":2}']


def test_an_event_beyond_the_limit_passes_unchanged() -> None:
    tap = StreamFilter(limit=64)
    big = b'data: {"a":"' + b"x" * 200 + b'","usage":null}\n\n'
    after = b'data: {"a":1,"usage":null}\n\n'
    out = tap.feed(big[:150]) + tap.feed(big[150:] + after) + tap.finish()
    assert b"".join(out) == big + b'data: {"a":1}\n\n'


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [b"data: ", b'{"usage":', b"null", b"}", b"\n", b"\r", b'"choices":[]', b",", b"x", b"{"]
        )
    ),
    st.lists(st.integers(0, 200), max_size=6),
)
def test_any_bytes_pass_in_any_cutting_without_an_empty_item(parts: list[bytes], places: list[int]) -> None:
    data = b"".join(parts)
    assert through(data, places) == through(data, [])
    assert through(data, places, hide=False) == data


NAMES = st.sampled_from(["usage", "choices", "a", "b", "us"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["", "x", ',"usage":null}', "}", "é"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(NAMES, VALUES, max_size=5),
    st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")]),
    st.sampled_from([b"\n\n", b"\r\n\r\n"]),
    st.lists(st.integers(0, 200), max_size=4),
)
def test_any_chunk_loses_what_a_json_parser_would_remove(
    value: dict[str, object], separators: tuple[str, str], end: bytes, places: list[int]
) -> None:
    raw = b"data: " + json.dumps(value, separators=separators, ensure_ascii=False).encode() + end
    seen = through(raw, places)
    if "usage" not in value or not isinstance(value["usage"], dict | None):
        assert seen == raw
    elif isinstance(value["usage"], dict) and value.get("choices") == []:
        assert seen == b""
    else:
        del value["usage"]
        assert json.loads(seen.removeprefix(b"data: ")) == value
        expected = json.dumps(value, separators=separators, ensure_ascii=False).encode()
        assert seen == b"data: " + expected + end


def test_recorded_streams_lose_exactly_what_a_json_parser_would_remove(test_data: Path) -> None:
    chance = random.Random(20261125)
    checked = removed = 0
    for exchange in recorded(test_data):
        data = exchange.response_body
        if "/chat/completions" not in exchange.url or data.lstrip()[:5] not in (b"data:", b": OPE", b"event"):
            continue
        places = [chance.randrange(len(data)) for _ in range(chance.choice([1, 5, 60]))]
        seen = through(data, places)
        assert seen == through(data, [])
        if len(data) < 8000:
            assert seen == through(data, list(range(len(data))))
        expected = reference(data)
        blocks = BLOCK.findall(seen)
        assert len(blocks) == len(expected), exchange.source
        for block, (raw, value) in zip(blocks, expected, strict=True):
            if value is None:
                assert block == raw
            else:
                assert json.loads(block[block.index(b"{") :]) == value
                assert b'"usage":' not in block or b"x_groq" in block
        checked += 1
        removed += seen != data
    assert checked > 250
    assert removed > 150


PLAIN = b'data: {"choices":[{"delta":{"content":"a"}}],"id":"c","model":"m","usage":null}\n\n'
ODD = [
    PLAIN,
    PLAIN.replace(b',"usage":null', b""),
    PLAIN.replace(b'"usage":null', b'"usage":null,"x":1'),
    PLAIN.replace(b'"usage":null', b'"usage": null'),
    PLAIN.replace(b'"usage":null', b'"usage":{"prompt_tokens":3,"total_tokens":3}'),
    PLAIN.replace(b'"content":"a"', b'"total_usage":null,"usage":null'),
    PLAIN.replace(b'"content":"a"', b'"content":"\\"usage\\":null"'),
    PLAIN.replace(b"\n\n", b"\r\n\r\n"),
    PLAIN.replace(b'"choices"', b'"error":{"code":"busy"},"choices"'),
    PLAIN.replace(b'"choices"', b'"error":null,"choices"'),
    PLAIN.replace(b"data: ", b"event: error\ndata: "),
    PLAIN[:-1],
    b"\n",
    b": alive\n\n",
    b"data: [DONE]\n\n",
    PLAIN + PLAIN,
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(ODD), max_size=12))
def test_what_is_passed_on_at_once_is_what_the_slow_way_gives(chunks: list[bytes]) -> None:
    quick, slow = UsageReader(Chat(Asked())), UsageReader(Chat(Asked()))
    shown, expected = StreamFilter(), StreamFilter()
    seen, wanted = b"", b""
    for chunk in [PLAIN, *chunks]:
        at = quick.passes(chunk)
        if at is None:
            quick.feed(chunk)
        if at is not None and shown.between:
            seen += shown.shown(chunk, at)
        else:
            seen += b"".join(shown.feed(chunk))
        slow.feed(chunk)
        wanted += b"".join(expected.feed(chunk))
    assert seen + b"".join(shown.finish()) == wanted + b"".join(expected.finish())
    assert quick.finish() == slow.finish()


def test_a_plain_event_passes_once_model_and_id_are_known() -> None:
    reader = UsageReader(Chat(Asked()))
    assert reader.passes(PLAIN) is None
    reader.feed(PLAIN)
    assert reader.passes(PLAIN) == PLAIN.find(b'usage"')
    assert reader.passes(ODD[4]) is None
