"""Realtime messages; source: the documentation of server events."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.metering.apis.realtime import read_message
from gatewright.metering.usage import TokenUsage

DONE = {
    "type": "response.done",
    "response": {
        "id": "resp_1",
        "status": "completed",
        "usage": {
            "total_tokens": 253,
            "input_tokens": 132,
            "output_tokens": 121,
            "input_token_details": {"text_tokens": 119, "audio_tokens": 13, "cached_tokens": 64},
            "output_token_details": {"text_tokens": 30, "audio_tokens": 91},
        },
    },
}


def test_a_finished_response_states_its_usage() -> None:
    reading = read_message(json.dumps(DONE).encode())
    assert reading is not None
    assert reading.reported is not None
    assert reading.reported.usage == TokenUsage(
        132, 121, 253, cache_read_input_tokens=64, audio_input_tokens=13, audio_output_tokens=91
    )
    assert reading.response_id == "resp_1"


def test_a_transcription_states_its_own_usage() -> None:
    message = {
        "type": "conversation.item.input_audio_transcription.completed",
        "item_id": "item_1",
        "transcript": "response.done",
        "usage": {"type": "duration", "seconds": 3.5},
    }
    reading = read_message(json.dumps(message).encode())
    assert reading is not None
    assert reading.reported is not None
    assert reading.reported.usage == TokenUsage(seconds=3.5)


def test_a_failed_response_without_usage_says_so() -> None:
    message = {"type": "response.done", "response": {"status_details": {"error": {"code": "rate_limit"}}}}
    reading = read_message(json.dumps(message).encode())
    assert reading is not None
    assert (reading.reported, reading.error, reading.detail) == (None, "rate_limit", "no_usage_in_response")


@pytest.mark.parametrize(
    "data", [b"", b"response.done", b'{"type":"response.created","response":{"usage":null}}']
)
def test_other_messages_settle_nothing(data: bytes) -> None:
    assert read_message(data) is None


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=30), st.binary(max_size=30))
def test_any_message_is_read(head: bytes, tail: bytes) -> None:
    read_message(head + b'"response.done"' + tail)
