"""Output files of batches; source: the documentation of the batch API."""

from __future__ import annotations

import json

from gatewright.metering.apis.batches import read_output
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
