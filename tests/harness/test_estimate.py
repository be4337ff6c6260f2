from __future__ import annotations

import pytest

from gatewright.harness import estimate


@pytest.mark.parametrize(
    ("request_json", "tokens"),
    [
        ({"messages": [{"role": "user", "content": "hello world"}]}, 3 + 3 + 1 + 2),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}]}]}, 3 + 3 + 1 + 1),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]},
            3 + 3 + 1 + 1200,
        ),
        ({"input": "hello world"}, 2),
        ({"input": ["hello", "world"]}, 2),
        ({"input": [1, 2, 3]}, 3),
        ({"prompt": "hello"}, 1),
        ({"prompt": "\ud83d"}, 1),
        ({}, 0),
        ("text", 0),
        (None, 0),
        ({"messages": [None, 3, {"role": 5, "content": {}}]}, 3 + 3),
    ],
)
def test_prompt_tokens_are_those_of_its_texts(request_json: object, tokens: int) -> None:
    assert estimate.prompt_tokens(request_json) == tokens


def test_special_tokens_in_a_prompt_are_plain_text() -> None:
    assert estimate.text_tokens("<|endoftext|>") > 1


def test_a_long_text_is_counted_in_pieces() -> None:
    assert estimate.text_tokens(" hello" * 200_000) == pytest.approx(200_000, abs=3)


def test_streamed_texts_are_content_refusals_and_tool_calls() -> None:
    event = {
        "choices": [
            {"delta": {"content": "a", "refusal": "b"}},
            {"delta": {"tool_calls": [{"function": {"name": "c", "arguments": "d"}}]}},
            {"text": "e"},
            None,
        ]
    }
    assert list(estimate.streamed_texts(event)) == ["a", "b", "c", "d", "e"]
    assert list(estimate.streamed_texts({"choices": None})) == []
