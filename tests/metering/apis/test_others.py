"""Responses, Messages, audio, images, assistants, moderations, completions: what is their own."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gatewright.metering.apis import READERS, Asked, Reading, UsageReader, reader_for
from gatewright.metering.usage import TokenUsage


def read(api: str, *parts: str, asked: Asked | None = None) -> Reading:
    reader = UsageReader(READERS[api](asked or Asked()))
    for part in parts:
        reader.feed(part.encode())
    return reader.finish()


def usage(reading: Reading) -> TokenUsage | None:
    return reading.reported.usage if reading.reported else None


def response(kind: str, stated: str) -> str:
    return (
        f'event: {kind}\ndata: {{"type":"{kind}","response":{{"id":"r","model":"m","usage":{stated}}}}}\n\n'
    )


COUNTS = '{"input_tokens":3,"output_tokens":4,"total_tokens":7}'
DELTAS = [
    'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"x"}\n\n'
] * 8


@pytest.mark.parametrize("kind", ["response.completed", "response.incomplete", "response.failed"])
def test_a_response_states_its_usage_in_its_terminal_event(kind: str) -> None:
    reading = read("responses", response("response.created", "null"), *DELTAS, response(kind, COUNTS))
    assert usage(reading) == TokenUsage(3, 4, 7)
    assert (reading.ended, reading.model, reading.response_id) == (True, "m", "r")


def test_a_response_that_was_cut_off_has_not_ended() -> None:
    reading = read("responses", response("response.created", "null"), *DELTAS)
    assert (usage(reading), reading.ended, reading.detail) == (None, False, "no_usage_in_stream")


def test_a_terminal_event_without_usage_still_ends_the_stream() -> None:
    assert read("responses", *DELTAS, response("response.completed", "null")).ended is True


def test_a_background_response_that_is_queued_says_so() -> None:
    reading = read("responses", '{"id":"r","status":"queued","usage":null}', asked=Asked(background=True))
    assert (usage(reading), reading.detail) == (None, "background_not_finished")


START = (
    'event: message_start\ndata: {"type":"message_start","message":{"id":"g","model":"c",'
    '"usage":{"input_tokens":5,"cache_read_input_tokens":7,"output_tokens":1}}}\n\n'
)
TEXT = ['event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"text":"x"}}\n\n'] * 8
STOP = 'event: message_stop\ndata: {"type":"message_stop"}\n\n'


def delta(count: int) -> str:
    return f'event: message_delta\ndata: {{"type":"message_delta","usage":{{"output_tokens":{count}}}}}\n\n'


def test_a_message_is_its_start_overlaid_by_its_deltas() -> None:
    reading = read("messages", START, *TEXT, delta(9), delta(20), STOP)
    assert usage(reading) == TokenUsage(12, 20, cache_read_input_tokens=7)
    assert (reading.ended, reading.flags, reading.model) == (True, (), "c")


def test_a_message_that_was_cut_off_keeps_what_was_stated_and_has_not_ended() -> None:
    reading = read("messages", START, *TEXT)
    assert usage(reading) == TokenUsage(12, 1, cache_read_input_tokens=7)
    assert (reading.ended, reading.flags) == (False, ("stream_not_ended",))


def test_an_overloaded_error_inside_a_message_stream_is_named() -> None:
    error = 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"x"}}\n\n'
    assert read("messages", START, *TEXT, error).error == "overloaded_error"


def test_a_runs_usage_counts_and_its_steps_do_not() -> None:
    def event(kind: str, stated: str) -> str:
        return f'event: {kind}.completed\ndata: {{"object":"{kind}","usage":{stated}}}\n\n'

    step = '{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}'
    run = '{"prompt_tokens":2,"completion_tokens":4,"total_tokens":6}'
    steps = [event("thread.run.step", step)] * 8
    reading = read("assistants", *steps, event("thread.run", run), "event: done\ndata: [DONE]\n\n")
    assert (usage(reading), reading.ended) == (TokenUsage(2, 4, 6), True)
    assert usage(read("assistants", *steps)) is None


@pytest.mark.parametrize("status", ["queued", "in_progress", "requires_action", "cancelling"])
def test_a_run_that_has_not_ended_says_so(status: str) -> None:
    run = {"id": "run_1", "object": "thread.run", "status": status, "usage": None, "model": "m"}
    reading = read("assistants", json.dumps(run))
    assert (reading.detail, reading.response_id, reading.model) == ("run_not_finished", "run_1", "m")
    stream = f"event: thread.run.{status}\ndata: {json.dumps(run)}\n\nevent: done\ndata: [DONE]\n\n"
    assert read("assistants", 'data: {"object":"thread","id":"thread_1"}\n\n', stream) == replace(
        reading, stream=True
    )


def test_a_run_that_failed_names_its_error_and_keeps_its_usage() -> None:
    run = json.loads('{"object":"thread.run","status":"failed","last_error":{"code":"server_error"}}')
    reading = read("assistants", json.dumps(run | {"usage": {"prompt_tokens": 2, "total_tokens": 2}}))
    assert (reading.error, usage(reading)) == ("server_error", TokenUsage(2, total_tokens=2))
    error = 'event: error\ndata: {"code":"rate_limit","message":"x"}\n\n'
    assert read("assistants", error).error == "rate_limit"


def test_speech_is_counted_in_characters_of_the_request() -> None:
    reader = UsageReader(READERS["speech"](Asked(characters=11)))
    reader.feed(b"\xff\xfb" * 50)
    assert reader.finish().counted == TokenUsage(characters=11)


def test_images_are_counted_where_the_service_states_no_tokens() -> None:
    reading = read("images", '{"data":[{},{}],"usage":{"cost_in_usd_ticks":2}}')
    assert (usage(reading), reading.counted) == (None, TokenUsage(images=2))


def test_image_tokens_are_read_from_document_and_final_event() -> None:
    stated = (
        '{"input_tokens":50,"output_tokens":50,"total_tokens":100,"input_tokens_details":{"image_tokens":40}}'
    )
    expected = TokenUsage(50, 50, 100, image_input_tokens=40, image_output_tokens=50)
    assert usage(read("images", f'{{"data":[],"usage":{stated}}}')) == expected
    event = f'data: {{"type":"image_generation.completed","b64_json":"AAAA","usage":{stated}}}\n\n'
    reading = read("images", event)
    assert (usage(reading), reading.ended) == (expected, True)


def test_a_streamed_transcription_states_usage_in_its_last_event() -> None:
    deltas = ['data: {"type":"transcript.text.delta","delta":"x"}\n\n'] * 8
    last = f'data: {{"type":"transcript.text.done","text":"x","usage":{COUNTS}}}\n\n'
    reading = read("audio", *deltas, last)
    assert (usage(reading), reading.ended) == (TokenUsage(3, 4, 7), True)


def test_moderations_state_none() -> None:
    assert read("moderations", '{"id":"m","results":[]}').detail == "api_states_no_usage"


def test_an_unknown_api_has_no_reader() -> None:
    assert reader_for("POST", "/v1/files") is None
    assert reader_for("GET", "/v1/chat/completions") is None
