"""Output files of batches; source: the documentation of the batch API."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.metering.apis.batches import OutputReader, read_batch, read_output
from gatewright.metering.apis.chat import Chat
from gatewright.metering.json_text import JsonObject
from gatewright.metering.usage import TokenUsage

BODY = {"id": "c", "model": "m", "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}}


def test_each_line_is_read_like_the_answer_itself() -> None:
    lines = [
        json.dumps(
            {"custom_id": "a", "response": {"status_code": 200, "body": BODY}, "error": None}
        ).encode(),
        b"\n",
        json.dumps({"custom_id": "b", "response": None, "error": {"code": "batch_expired"}}).encode(),
        json.dumps(
            {"custom_id": "c", "response": {"status_code": 400, "body": {"error": {"code": "x"}}}}
        ).encode(),
        b"{",
        json.dumps({"custom_id": "d", "response": {"status_code": 200}}).encode(),
    ]
    found = list(read_output(lines, Chat))
    assert [(line.custom_id, line.status) for line in found] == [
        ("a", 200),
        ("b", None),
        ("c", 400),
        (None, None),
        ("d", 200),
    ]
    assert found[0].reading.reported is not None
    assert found[0].reading.reported.usage == TokenUsage(3, 4, 7)
    assert [line.reading.error for line in found[1:]] == ["batch_expired", "x", None, None]
    assert all(line.reading.reported is None and line.reading.detail for line in found[1:])


def line(number: int, model: str = "m") -> bytes:
    body = {"model": model, "usage": {"prompt_tokens": number, "completion_tokens": 1}}
    return json.dumps({"custom_id": str(number), "response": {"status_code": 200, "body": body}}).encode()


@given(st.lists(st.integers(1, 300), max_size=8), st.booleans())
def test_a_file_adds_up_however_it_is_cut(sizes: list[int], ends: bool) -> None:
    file = b"\n".join([line(1), b"", line(2, "other"), b'{"error": "no usage"}', line(3)]) + b"\n" * ends
    reader = OutputReader()
    at = 0
    for size in [*sizes, len(file)]:
        reader.feed(file[at : at + size])
        at += size
    reader.finish()
    assert {model: (found.usage, found.answers) for model, found in reader.sums.items()} == {
        "m": (TokenUsage(4, 2), 2),
        "other": (TokenUsage(2, 1), 1),
    }
    assert reader.unread == 0


def test_a_line_that_is_too_long_is_said_and_not_held() -> None:
    reader = OutputReader(limit=200)
    for _ in range(100):
        reader.feed(b"x" * 100)
    assert sum(map(len, reader._held)) <= 200
    reader.feed(b"\n" + line(1))
    reader.finish()
    assert (reader.unread, reader.sums["m"].usage) == (1, TokenUsage(1, 1))


def embeddings(values: int, usage: str = '{"prompt_tokens":5,"total_tokens":5}', rest: str = "") -> bytes:
    data = '{"embedding":[' + ",".join(["0.0123"] * values) + "]}"
    body = f'{{"object":"list","data":[{data}],"model":"embed","created":7,"usage":{usage}{rest}}}'
    return f'{{"custom_id":"c","response":{{"status_code":200,"body":{body}}},"error":null}}'.encode()


@given(st.lists(st.integers(1, 70_000), max_size=8), st.integers(30, 3000))
def test_a_long_line_is_read_at_its_ends_as_if_it_were_whole(sizes: list[int], limit: int) -> None:
    chat = json.loads(line(4).decode())
    chat["response"]["body"] = {
        "choices": [{"message": {"content": '"usage":{"prompt_tokens":9} "model":"other"' * 20}}],
        **chat["response"]["body"],
    }
    file = b"\n".join([embeddings(4000), json.dumps(chat).encode(), line(3)])
    whole, cut, at = OutputReader(limit=10**7), OutputReader(limit=max(limit, 400)), 0
    for size in [*sizes, len(file)]:
        whole.feed(file[at : at + size])
        cut.feed(file[at : at + size])
        at += size
    whole.finish()
    cut.finish()
    assert cut.sums == whole.sums
    assert {model: (found.usage, found.answers) for model, found in cut.sums.items()} == {
        "embed": (TokenUsage(5, total_tokens=5), 1),
        "m": (TokenUsage(7, 2), 2),
    }
    assert (cut.unread, whole.unread, whole.created) == (0, 0, 7)


@pytest.mark.parametrize(
    "text",
    [
        embeddings(900).replace(b'"usage"', b'"use"'),
        embeddings(900)[:-1],
        embeddings(900).replace(b'"error":null', b'"error":{"usage":{"prompt_tokens":1}}'),
        embeddings(900, rest=',"and":{"model":"other"}'),
        embeddings(900)
        .replace(b'"response":{', b'"response":{"inner":{')
        .replace(b'}},"error"', b'}}},"error"'),
        b"x" * 5000,
    ],
)
def test_a_long_line_whose_ends_do_not_tell_is_said(text: bytes) -> None:
    reader = OutputReader(limit=400)
    reader.feed(text + b"\n" + line(1))
    reader.finish()
    assert (reader.unread, list(reader.sums)) == (1, ["m"])


BATCH: JsonObject = {
    "id": "batch_1",
    "object": "batch",
    "status": "completed",
    "model": "m",
    "created_at": 1_790_000_000,
    "completed_at": 1_790_000_900,
    "output_file_id": "file-1",
    "usage": {"input_tokens": 70, "output_tokens": 30, "total_tokens": 100},
}


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({}, "file-1"),
        ({"status": "expired"}, "file-1"),
        ({"status": "cancelled", "output_file_id": None}, "batch_1"),
        ({"status": "in_progress"}, None),
        ({"status": "finalizing"}, None),
        ({"object": "list"}, None),
        ({"usage": None}, None),
        ({"usage": {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}}, None),
    ],
)
def test_a_batch_that_has_ended_states_the_usage_of_its_output(change: JsonObject, name: str | None) -> None:
    found = next(read_batch(BATCH | change), None)
    assert (found.response_id if found else None) == name
    if found is not None:
        assert found.reported is not None
        assert found.reported.usage == TokenUsage(70, 30, 100)
        assert (found.model, found.created) == ("m", 1_790_000_900)
