"""What is seen of an answer."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from gatewright.metering.estimates.answer import PACK_BYTES, AnswerWatch, Call, Choice, VisibleAnswer
from gatewright.metering.estimates.written import Written, chat
from gatewright.metering.exchange_meter import ExchangeMeter, MeteredRequest

CHAT = "https://api.openai.com/v1/chat/completions"


def block(**value: Any) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def delta(index: int = 0, finish: str | None = None, **fields: Any) -> bytes:
    return block(model="gpt-4o", choices=[{"index": index, "delta": fields, "finish_reason": finish}])


def seen(api: str, *blocks: bytes) -> VisibleAnswer:
    watch = AnswerWatch(api)
    for raw in blocks:
        watch.block(raw)
    return watch.answer()


def test_a_chat_stream_is_seen_choice_by_choice() -> None:
    answer = seen(
        "chat",
        block(model="", choices=[], prompt_filter_results=[]),
        delta(0, role="assistant", content=""),
        delta(1, content="Hi"),
        delta(0, content="Hel"),
        delta(0, content="lo"),
        delta(1, "length"),
        delta(0, "stop", refusal="No."),
        b"data: [DONE]\n\n",
    )
    assert answer == VisibleAnswer(
        (Choice(("Hello", "No."), (), "stop", refused=True), Choice(("Hi",), (), "length")),
        "gpt-4o",
        begun=True,
    )
    assert answer.ended


def test_calls_of_a_chat_stream_are_joined_by_their_index() -> None:
    answer = seen(
        "chat",
        delta(tool_calls=[{"index": 0, "function": {"name": "f", "arguments": ""}}]),
        delta(tool_calls=[{"index": 0, "function": {"arguments": '{"a"'}}]),
        delta(tool_calls=[{"index": 1, "custom": {"name": "g", "input": "x"}}]),
        delta(tool_calls=[{"index": 0, "function": {"arguments": ":1}"}}]),
        delta(function_call={"name": "old", "arguments": "{}"}),
    )
    assert answer.choices == (Choice((), (Call("f", '{"a":1}'), Call("g", "x"), Call("old", "{}")), None),)
    assert not answer.ended


@pytest.mark.parametrize(
    ("fields", "reasoned", "beyond"),
    [
        ({"reasoning_content": "hm"}, True, ()),
        ({"reasoning": "hm", "content": "x"}, True, ()),
        ({"audio": {"data": "aGk="}}, False, ("audio",)),
        ({"content": [{"type": "text", "text": "x"}]}, False, ()),
    ],
)
def test_what_a_text_does_not_tell_is_named(
    fields: dict[str, Any], reasoned: bool, beyond: tuple[str, ...]
) -> None:
    answer = seen("chat", delta(0, None, **fields))
    assert (answer.reasoned, answer.beyond) == (reasoned, beyond)


def test_a_responses_stream_is_seen_item_by_item_and_its_end_is_the_last_word() -> None:
    items: Any = [
        {"type": "reasoning"},
        {"type": "message", "content": [{"type": "output_text", "text": "Hello!"}]},
        {"type": "function_call", "name": "f", "arguments": "{}"},
    ]
    early = (
        block(type="response.created", response={"model": "gpt-5", "status": "in_progress", "output": []}),
        block(type="response.output_item.added", output_index=0, item={"type": "reasoning"}),
        block(type="response.output_text.delta", output_index=1, content_index=0, delta="Hel"),
        block(type="response.output_text.delta", output_index=1, content_index=0, delta="lo"),
        block(type="response.output_item.added", output_index=2, item={"type": "function_call", "name": "f"}),
        block(type="response.function_call_arguments.delta", output_index=2, delta="{"),
    )
    begun = seen("responses", *early)
    assert begun.choices == (Choice(("Hello",), (Call("f", "{"),), None),)
    assert (begun.model, begun.reasoned) == ("gpt-5", True)
    end = block(type="response.completed", response={"status": "completed", "output": items})
    assert seen("responses", *early, end).choices == (Choice(("Hello!",), (Call("f", "{}"),), "stop"),)


@pytest.mark.parametrize(
    ("reason", "finish"), [("content_filter", "content_filter"), ("max_output_tokens", "length")]
)
def test_a_response_says_whether_its_limit_or_a_filter_cut_it(reason: str, finish: str) -> None:
    whole = {"status": "incomplete", "incomplete_details": {"reason": reason}, "output": []}
    (choice,) = seen("responses", block(type="response.incomplete", response=whole)).choices
    assert choice.finish == finish


@pytest.mark.parametrize(
    ("event", "beyond"),
    [
        ({"type": "response.output_item.done", "item": {"type": "web_search_call"}}, ("web_search",)),
        ({"type": "response.code_interpreter_call_code.delta", "delta": "x"}, ("code_interpreter",)),
        ({"type": "response.output_item.done", "item": {"type": "mcp_list_tools"}}, ()),
        ({"type": "response.reasoning_summary_text.delta", "delta": "x"}, ()),
    ],
)
def test_hosted_tools_of_a_response_are_named(event: dict[str, Any], beyond: tuple[str, ...]) -> None:
    assert seen("responses", block(**event)).beyond == beyond


def test_a_long_stream_is_packed_and_is_the_same() -> None:
    piece = delta(content="word ")
    count = 10 * PACK_BYTES // len(piece)
    watch = AnswerWatch("chat")
    for _ in range(count):
        watch.block(piece)
    assert watch._held <= PACK_BYTES
    assert sum(map(len, watch._packed)) < count * len(piece) / 20
    assert watch.answer().choices == (Choice(("word " * count,), (), None),)
    watch.block(delta(0, "stop", content="end"))
    assert watch.answer().choices == (Choice(("word " * count + "end",), (), "stop"),)


@pytest.mark.parametrize("limits", [{"limit": 100_000}, {"packed": 100_000}])
def test_more_than_the_limit_is_not_kept_and_says_so(limits: dict[str, int]) -> None:
    chance = random.Random(5)
    watch = AnswerWatch("chat", **limits)
    for _ in range(1000):
        watch.block(delta(content=chance.randbytes(200).hex()))
    assert sum(map(len, watch._packed)) + watch._held <= 100_000 + PACK_BYTES
    answer = watch.answer()
    assert answer.cut
    assert 0 < sum(len(text) for choice in answer.choices for text in choice.texts) < 400_000


def test_made_up_places_are_bounded_too() -> None:
    written = Written(10_000)
    for index in range(5000):
        chat(written, {"choices": [{"index": index, "delta": {}}]})
    assert written.cut
    assert len(written.choices) < 500


def test_nobody_watches_unless_asked() -> None:
    meter = ExchangeMeter("r")
    meter.begin(MeteredRequest("POST", CHAT, b"{}"))
    meter.response(200, ())
    meter.feed(delta(content="x"))
    assert meter.visible_answer() is None


def test_a_document_is_seen_at_the_end_where_it_states_no_usage() -> None:
    document = b'{"model":"gpt-4o","choices":[{"message":{"content":"Hello"},"finish_reason":"stop"}]}'
    for body, choices in (
        (document, (Choice(("Hello",), (), "stop"),)),
        (document[:-1] + b',"usage":{"total_tokens":3}}', ()),
    ):
        meter = ExchangeMeter("r", watch_answer=True)
        meter.begin(MeteredRequest("POST", CHAT, b"{}"))
        meter.response(200, ())
        meter.feed(body)
        meter.finish()
        answer = meter.visible_answer()
        assert answer is not None
        assert answer.choices == choices


def test_a_document_that_broke_off_cannot_be_read() -> None:
    watch = AnswerWatch("chat")
    watch.document(b'{"choices":[{"message":{"conte')
    assert watch.answer() == VisibleAnswer(begun=True, readable=False)


def test_an_answer_without_texts_tells_its_model_alone() -> None:
    watch = AnswerWatch("embeddings")
    watch.document(b'{"model":"text-embedding-3-small","data":[]}')
    assert watch.answer() == VisibleAnswer(model="text-embedding-3-small", begun=True)


def test_nothing_is_held_once_usage_was_stated() -> None:
    meter = ExchangeMeter("r", watch_answer=True)
    meter.begin(MeteredRequest("POST", CHAT, b"{}"))
    meter.response(200, [])
    for number in range(300):
        meter.feed(delta(content=f"word {number}"))
    watch = meter.watch
    assert watch is not None
    assert watch.kept_bytes > 1000
    meter.feed(block(choices=[], usage={"prompt_tokens": 1, "completion_tokens": 1}))
    meter.feed(delta(content="more"))
    assert (watch.kept_bytes, watch.begun) == (0, True)


def test_what_cannot_be_estimated_is_not_held() -> None:
    meter = ExchangeMeter("r", watch_answer=True)
    meter.begin(MeteredRequest("POST", "https://api.openai.com/v1/audio/speech", b"{}"))
    meter.response(200, [])
    meter.feed(b"data: {}\n\n")
    assert meter.watch is None
