"""Chat completions; ids name recordings whose shape is repeated here."""

from __future__ import annotations

import pytest

from gatewright.metering.apis import Reading, reader_for
from gatewright.metering.usage import TokenUsage


def read(*parts: str | bytes) -> Reading:
    reader = reader_for("POST", "/openai/v1/chat/completions")
    assert reader is not None
    for part in parts:
        reader.feed(part.encode() if isinstance(part, str) else part)
    return reader.finish()


def event(usage: str | None = None, choices: str = "[]", extra: str = "") -> str:
    stated = "" if usage is None else f',"usage":{usage}'
    return f'data: {{"id":"c","model":"m","choices":{choices}{stated}{extra}}}\n\n'


def tokens(into: int, out: int) -> str:
    return f'{{"prompt_tokens":{into},"completion_tokens":{out},"total_tokens":{into + out}}}'


def usage(reading: Reading) -> TokenUsage | None:
    return reading.reported.usage if reading.reported else None


TEXT = '[{"delta":{"content":"x"},"finish_reason":null}]'
MANY = [event("null", TEXT)] * 8


def test_usage_in_a_chunk_of_its_own() -> None:
    reading = read(*MANY, event(tokens(3, 4)), "data: [DONE]\n\n")
    assert usage(reading) == TokenUsage(3, 4, 7)
    assert (reading.stream, reading.ended, reading.flags, reading.model) == (True, True, (), "m")


def test_usage_in_the_last_chunk_with_choices() -> None:
    assert usage(read(*MANY, event(tokens(3, 4), TEXT))) == TokenUsage(3, 4, 7)  # b14c782222


def test_usage_that_grows_counts_its_last_word() -> None:
    growing = [event(tokens(3, count), TEXT) for count in range(1, 12)]  # b617bd532c
    reading = read(*growing, "data: [DONE]\n\n")
    assert usage(reading) == TokenUsage(3, 11, 14)
    assert reading.flags == ("usage_changed",)
    assert read(*growing).flags == ("usage_changed", "stream_not_ended")


def test_choices_after_the_usage_chunk_change_nothing() -> None:
    assert usage(read(*MANY, event(tokens(3, 4)), *MANY)) == TokenUsage(3, 4, 7)  # 2eda2c39a1


def test_a_null_or_empty_usage_does_not_replace_a_stated_one() -> None:
    assert usage(read(event(tokens(3, 4)), event("null"), event("{}"))) == TokenUsage(3, 4, 7)


def test_groqs_usage_is_read_where_it_stands_alone() -> None:
    alone = event(None, TEXT, f',"x_groq":{{"id":"r","usage":{tokens(3, 4)}}}')
    assert usage(read(*MANY, alone)) == TokenUsage(3, 4, 7)  # 99016cc09a
    both = event(tokens(3, 4), TEXT, f',"x_groq":{{"usage":{tokens(3, 4)}}}')
    assert read(*MANY, alone, both, "data: [DONE]\n\n").flags == ()


@pytest.mark.parametrize("spelling", ['"usage": {', '"usage" : {', '"usage":\t{'])
def test_any_spelling_of_the_member_is_found_late_in_a_stream(spelling: str) -> None:
    chunk = event(tokens(3, 4)).replace('"usage":{', spelling)
    assert usage(read(*MANY, chunk)) == TokenUsage(3, 4, 7)


def test_an_error_event_inside_a_stream_is_named() -> None:
    error = 'event: error\ndata: {"error":{"message":"Tool choice …","code":"tool_use_failed"}}\n\n'
    reading = read(*MANY, error)  # 5ce4c5a8fe
    assert (reading.error, reading.detail, usage(reading)) == ("tool_use_failed", "error_in_body", None)


def test_a_content_filter_error_inside_a_choice_is_no_error_of_the_stream() -> None:
    filtered = '[{"content_filter_result":{"error":{"code":"content_filter_error"}},"finish_reason":null}]'
    assert read(*MANY, event(None, filtered), "data: [DONE]\n\n").error is None


def test_a_model_that_speaks_of_usage_is_not_believed() -> None:
    said = '[{"delta":{"content":"\\"usage\\":{\\"prompt_tokens\\":9},\\"error\\":1"},"finish_reason":null}]'
    reading = read(*MANY, event("null", said), "data: [DONE]\n\n")
    assert (usage(reading), reading.detail) == (None, "no_usage_in_stream")


def test_the_first_chunk_of_azure_names_neither_model_nor_id() -> None:
    first = 'data: {"choices":[],"created":0,"id":"","model":"","prompt_filter_results":[]}\n\n'
    reading = read(first, *MANY)  # ea86144776
    assert (reading.model, reading.response_id) == ("m", "c")


def test_a_stream_without_end_mark_has_ended_where_a_choice_has() -> None:
    stop = event(None, '[{"delta":{},"finish_reason":"stop"}]')
    assert read(*MANY, stop, event(tokens(3, 4))).ended is True  # 804710fe0a
    assert read(*MANY).ended is False


def test_usage_in_an_event_whose_blank_line_never_came_counts() -> None:
    assert usage(read(*MANY, event(tokens(3, 4)).rstrip("\n"))) == TokenUsage(3, 4, 7)
    assert usage(read(*MANY, event(tokens(3, 4))[:-9])) is None


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("", "no_body"),
        ("   ", "no_body"),
        ("{}", "no_usage_in_body"),
        ('{"usage":null}', "no_usage_in_body"),
        ('{"usage":{}}', "no_usage_in_body"),
        ("[]", "body_is_not_json"),
        ('{"usage":{"prompt_tokens":1}', "body_is_not_json"),
        ("g0AAAICqqqrq/3R14LMagKtd", "body_is_not_json"),
        ('{"error":{"code":"x"}}', "error_in_body"),
    ],
)
def test_a_document_without_usage_says_why(body: str, detail: str) -> None:
    reading = read(body)
    assert (usage(reading), reading.detail) == (None, detail)


def test_content_that_is_a_list_is_no_hindrance() -> None:
    body = f'{{"choices":[{{"message":{{"content":[{{"type":"text"}}]}}}}],"usage":{tokens(3, 4)}}}'
    assert usage(read(body)) == TokenUsage(3, 4, 7)  # 2a939358ce
