"""Estimates of single exchanges."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.metering.estimate import (
    Estimate,
    Quantity,
    estimate,
    names_of,
    with_estimate,
)
from gatewright.metering.estimates import vocabulary
from gatewright.metering.estimates.answer import Call, Choice, VisibleAnswer
from gatewright.metering.estimates.figures import ANY, Figure, Key
from gatewright.metering.exchange_meter import Ending, ExchangeMeter, MeteredRequest
from gatewright.metering.record import Bound, UsageRecord
from gatewright.metering.usage import TokenUsage
from tests.metering.asking import AZURE, CHAT, asked, told

TOOL: Any = {"type": "function", "function": {"name": "now", "parameters": {}}}


FIGURES = {
    Key("input", "chat", ANY, ANY, "plain"): Figure(0, 0, 1, 9),
    Key("output", "chat", ANY, ANY, "text"): Figure(1, 0, 2, 9),
    Key("output", "chat", ANY, ANY, "calls"): Figure(10, 9, 11, 9),
    Key("output", "chat", ANY, "*reasoning", "text"): Figure(4, 3, 9, 9),
}


def test_a_chat_counts_messages_and_answer_with_bounds() -> None:
    found = estimate(asked(), told("Hello there!"), figures=FIGURES)
    # 3 for the message, 1 for its role, 3 for its text, 3 that prime the answer; 3 for the answer.
    assert found == Estimate(Quantity(10, 10, 11), Quantity(4, 3, 5), ("tokenizer:o200k_base",))
    assert found.usage == TokenUsage(10, 4, 14)
    assert found.bounds == (Bound("input_tokens", 10, 11), Bound("output_tokens", 3, 5))


def test_every_choice_is_counted_with_what_stands_around_it() -> None:
    answer = replace(told(), choices=told("Hello there!").choices * 3)
    assert estimate(asked(n=3), answer, figures=FIGURES).output == Quantity(12, 9, 15)


def test_several_calls_count_as_the_one_that_holds_them() -> None:
    call = Call("now", "{}")
    two = replace(told(), choices=(Choice((), (call, call), "tool_calls"),))
    three = replace(told(), choices=(Choice((), (call, call, call), "tool_calls"),))
    found = [estimate(asked(tools=[TOOL]), answer, figures=FIGURES).output for answer in (two, three)]
    assert found == [Quantity(37, 36, 38), Quantity(47, 46, 48)]


def test_an_answer_that_broke_off_counts_what_was_seen() -> None:
    found = estimate(asked(), told("Hello there!", finish=None))
    assert found.output == Quantity(3, 2, 4)
    assert "output:answer_unfinished" in found.detail


def test_nothing_seen_leaves_the_prompt_and_the_limit_that_the_request_set() -> None:
    for answer in (None, VisibleAnswer()):
        found = estimate(asked(max_tokens=50, n=2), answer, models=["gpt-4o"])
        assert found.output == Quantity(None, 0, 100)
        assert (found.usage, found.ok) == (TokenUsage(input_tokens=10), True)
        assert "output:answer_not_seen" in found.detail
    assert estimate(asked(), None).output == Quantity(None, 0, None)


@pytest.mark.parametrize(
    ("body", "answer", "why"),
    [
        ({"model": "gpt-5"}, told("Hello there!", model="gpt-5-2025-08-07"), "output:reasoning_not_visible"),
        ({"reasoning_effort": "low"}, told("Hello there!", model="o3"), "output:reasoning_not_visible"),
        ({}, replace(told("Hello there!"), reasoned=True), "output:reasoning_not_visible"),
        ({}, replace(told("Hello there!"), beyond=("audio",)), "output:audio"),
        ({}, replace(told("Hello there!"), cut=True), "output:answer_too_large"),
        ({}, replace(told("Hello there!"), readable=False), "output:answer_not_readable"),
        ({"echo": True}, told("Hello there!"), "output:echo"),
        ({}, told("Hello there!", finish="content_filter"), "output:content_filter"),
    ],
)
def test_what_cannot_be_seen_is_not_counted_and_says_so(
    body: dict[str, Any], answer: VisibleAnswer, why: str
) -> None:
    found = estimate(asked(**body), answer)
    assert found.output == Quantity(None, 3, None)
    assert why in found.detail
    assert (found.usage.output_tokens, found.usage.total_tokens) == (None, None)
    assert found.usage.input_tokens is not None


def test_a_model_that_was_told_not_to_reason_is_counted() -> None:
    answer = told("Hello there!", model="gpt-5.2-2025-12-11")
    assert estimate(asked(reasoning_effort="none"), answer, figures=FIGURES).output == Quantity(7, 6, 12)


def test_a_kind_that_no_recording_showed_has_a_lower_bound_only() -> None:
    found = estimate(asked(), told("Hello there!"), figures={})
    assert (found.input, found.output) == (Quantity(None, 9, None), Quantity(None, 3, None))
    assert found.ok is False


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ([{"type": "image_url", "image_url": {"url": "data:image/png;base64,aGVsbG8="}}], "input:image"),
        ([{"type": "input_audio", "input_audio": {"data": "aGVsbG8="}}], "input:input_audio"),
        ([{"type": "odd, kind\n"}], "input:odd__kind_"),
    ],
)
def test_a_prompt_with_more_than_texts_is_not_counted_and_says_so(content: Any, why: str) -> None:
    found = estimate(asked(messages=[{"role": "user", "content": content}]), told("Hello there!"))
    assert found.input is not None
    assert (found.input.tokens, found.input.high) == (None, None)
    assert why in found.detail


def test_embeddings_have_no_output_and_token_ids_count_themselves() -> None:
    url = "https://api.openai.com/v1/embeddings"
    for given_input, tokens in (
        ("Say hello.", 3),
        (["Say hello.", "Hi"], 4),
        ([1, 2, 3], 3),
        ([[1], [2, 3]], 3),
    ):
        body: Any = {"model": "text-embedding-3-small", "input": given_input}
        found = estimate(MeteredRequest("POST", url, json.dumps(body).encode()), None)
        assert found.usage == TokenUsage(input_tokens=tokens, total_tokens=tokens)
        assert found.output is None


def test_azure_names_an_old_embedding_model_by_its_generation() -> None:
    url = "https://a.openai.azure.com/openai/deployments/emb/embeddings?api-version=2024-10-21"
    request = MeteredRequest("POST", url, b'{"input":"Say hello."}')
    assert estimate(request, VisibleAnswer(model="ada", begun=True)).usage.input_tokens == 3


@pytest.mark.parametrize(
    ("request_", "answer", "models", "why"),
    [
        (asked(model="claude-sonnet-4"), None, (), "model_not_known"),
        (asked(), told("x", model="kimi-k2"), ("gpt-4o",), "model_not_known"),
        (asked(AZURE, model="chat"), None, (), "model_not_known"),
        (
            MeteredRequest("POST", "https://api.openai.com/v1/images/generations", b"{}"),
            None,
            (),
            "api_not_estimated",
        ),
        (MeteredRequest("GET", "::"), None, ("gpt-4o",), "api_not_estimated"),
    ],
)
def test_what_cannot_be_estimated_at_all_says_why(
    request_: MeteredRequest, answer: VisibleAnswer | None, models: tuple[str, ...], why: str
) -> None:
    assert estimate(request_, answer, models=models) == Estimate(detail=(why,))


def test_a_name_from_the_routes_tells_the_model_of_an_alias() -> None:
    assert estimate(asked(AZURE, model="chat"), None, models=[None, "chat", "gpt-4.1"]).ok
    assert estimate(MeteredRequest("POST", AZURE.replace("gpt-41", "gpt-4.1"), b"{}"), told("x")).output


def test_a_request_that_was_not_kept_leaves_the_answer() -> None:
    for body in (None, b"", b"\xff", b"[]", b'{"messages":7}'):
        found = estimate(MeteredRequest("POST", CHAT, body), told("Hello there!"))
        assert found.input is None
        assert f"input:request_not_{'kept' if body is None else 'readable'}" in found.detail
        assert found.usage.output_tokens == 3


def test_without_the_package_nothing_is_estimated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bpe_openai", None)
    vocabulary._load.cache_clear()
    assert estimate(asked(), told("Hello there!")) == Estimate(detail=("tokenizer_absent",))


def test_the_vocabularies_are_not_loaded_before_the_first_estimate() -> None:
    code = "import sys, gatewright.metering.estimate as e; assert 'bpe_openai' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


NAMES = st.sampled_from(
    ["messages", "role", "content", "type", "text", "input", "tools", "function", "name", "parameters",
     "properties", "anyOf", "items", "enum", "tool_calls", "arguments", "output", "response_format",
     "json_schema", "schema", "n", "max_tokens", "choices", "delta", "index", "finish_reason", "item",
     "response", "status", "prompt", "instructions", "tool_choice", "output_index"]
)  # fmt: skip
WORDS = st.sampled_from(
    ["object", "array", "string", "function", "message", "function_call", "json_schema", "user", "completed",
     "response.output_text.delta", "response.output_item.done", "image_url", "\ud800", "", "a b"]
)  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=25,
)
PATHS = st.sampled_from(["chat/completions", "responses", "completions", "embeddings", "messages"])


@settings(max_examples=400, deadline=None)
@given(
    PATHS,
    st.sampled_from(["gpt-4o", "gpt-5", "text-embedding-3-small", "x"]),
    st.dictionaries(NAMES, ANYTHING, max_size=5).map(lambda body: json.dumps(body).encode())
    | st.binary(max_size=30),
    st.lists(ANYTHING.map(lambda value: b"data: " + json.dumps(value).encode() + b"\n\n"), max_size=5).map(
        b"".join
    )
    | ANYTHING.map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=40),
)
def test_nothing_raises_whatever_the_bytes_are(path: str, model: str, body: bytes, data: bytes) -> None:
    request = MeteredRequest("POST", f"https://api.openai.com/v1/{path}", body)
    meter = ExchangeMeter("r", watch_answer=True)
    meter.begin(request)
    meter.response(200, ())
    meter.feed(data)
    record = meter.finish(Ending.CLIENT_LEFT)
    assert record.usage_detail != "meter_failed"
    found = estimate(request, meter.visible_answer(), models=names_of(record, model))
    for quantity in (found.input, found.output):
        if quantity is not None and quantity.tokens is not None:
            assert quantity.high is not None
            assert 0 <= quantity.low <= quantity.tokens <= quantity.high
    settled = with_estimate(record, found)
    assert UsageRecord.read(settled.to_json()) == settled


def test_deeply_nested_requests_are_counted_or_refused_not_raised() -> None:
    deep = "[" * 400 + "]" * 400
    schema = '{"type":["object","object"],"properties":{"a":' * 60 + "{}" + "}}" * 60
    tool = '{"type":"function","function":{"name":"f","parameters":' + schema + "}}"
    for text in (
        f'{{"model":"gpt-4o","messages":{deep}}}',
        f'{{"model":"gpt-4o","messages":[{{"content":{deep}}}]}}',
        f'{{"model":"gpt-4o","messages":[],"tools":[{tool}]}}',
        f'{{"model":"gpt-4o","messages":[],"response_format":{{"type":"json_schema","json_schema":{{"schema":{schema}}}}}}}',
        '{"model":"gpt-4o","messages":' + "[" * 100_000 + "]" * 100_000 + "}",
    ):
        estimate(MeteredRequest("POST", CHAT, text.encode()), told("x"))
