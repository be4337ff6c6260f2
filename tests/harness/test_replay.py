from __future__ import annotations

from gatewright.harness.replay import Row, _Answer, _compare
from gatewright.recordings import Exchange, Source
from tests.harness.outcomes import SERVED

USAGE = b'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}\n\n'
STREAM = b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
DONE = b"data: [DONE]\n\n"


def compared(recorded: bytes, got: bytes, status: int | None = 200) -> tuple[str | None, bool]:
    return _compare(Exchange("POST", "/x", status=200, response_body=recorded), _Answer(status, got, SERVED))


def test_equal_bytes_are_no_difference() -> None:
    assert compared(STREAM + DONE, STREAM + DONE) == (None, False)


def test_usage_that_nobody_asked_for_is_hidden_and_said_so() -> None:
    assert compared(STREAM + USAGE + DONE, STREAM + DONE) == (None, True)


def test_first_differing_byte_is_named() -> None:
    assert compared(b"abcd", b"abXd") == ("the body differs from byte 2 on", False)
    assert compared(b"abcd", b"abc") == ("the body differs from byte 3 on", False)


def test_status_is_told_before_the_body() -> None:
    assert compared(b"a", b"b", 429) == ("status 429, recorded 200", False)
    assert compared(b"a", b"", None) == ("the connection ended, recorded 200", False)


def test_row_is_told_with_its_source_and_request() -> None:
    row = Row(Source("a.har", 3), tenant="retail", model="chat", status=200, outcome=SERVED).to_json()
    assert row["source"] == {"file": "a.har", "entry": 3}
    assert row["request_id"] == SERVED.request_id
    skipped = Row(Source("a.har", 4), skipped="why").to_json()
    assert (skipped["skipped"], skipped["outcome"]) == ("why", None)
