"""Realtime messages; source: the documentation of server events."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.metering.apis.realtime import RealtimeSession, read_message
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
    RealtimeSession().message(head + b'"response.created"' + tail)


def said(one: RealtimeSession, /, **event: object) -> tuple[str, str | None] | None:
    found = one.message(json.dumps(event).encode())
    return None if found is None else (found[0], found[1].model)


def test_a_session_says_which_models_did_what() -> None:
    session = RealtimeSession()
    transcribed = "conversation.item.input_audio_transcription.completed"
    assert said(session, type="response.done", response={"id": "r"}) == ("response", None)
    assert said(session, type="session.created", session={"model": "gpt-realtime"}) is None
    assert said(session, type="response.done", response={"id": "r"}) == ("response", "gpt-realtime")
    assert said(session, type=transcribed, item_id="i") == ("transcription", None)
    said(session, type="session.updated", session={"input_audio_transcription": {"model": "whisper-1"}})
    assert said(session, type=transcribed, item_id="i") == ("transcription", "whisper-1")
    newer = {"audio": {"input": {"transcription": {"model": "gpt-4o-transcribe"}}}}
    said(session, type="session.updated", session=newer)
    assert said(session, type=transcribed, item_id="i") == ("transcription", "gpt-4o-transcribe")
    assert (session.model, session.settled) == ("gpt-realtime", 5)


def test_a_session_knows_what_is_not_finished() -> None:
    session = RealtimeSession()
    for number in range(3):
        said(session, type="response.created", response={"id": f"r{number}"})
    said(session, type="response.done", response={"id": "r1"})
    assert session.unfinished == 2
