"""Output files of batches; source: the documentation of the batch API."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from gatewright.metering.apis.batches import OutputReader, read_output
from gatewright.metering.apis.chat import Chat
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
