"""What answers are billed as. Truth: the recordings that `estimates.billed` names, by their ids."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.metering.estimates.answer import Call, Choice
from gatewright.metering.estimates.billed import Asked, ChoiceCount, count
from gatewright.metering.estimates.vocabulary import family_of, tokenizer
from gatewright.metering.operations import AZURE, OPENAI

MAY_13 = 1_747_094_400
WEATHER = Call("get_weather", '{"location":"Tokyo"}')  # 2 tokens, 3 with the address, and 5
SPACED = Call("get_weather", '{"location": "Tokyo"}')


def billed(
    *calls: Call,
    text: str = "",
    api: str = "chat",
    model: str = "gpt-4o",
    finish: str = "stop",
    refused: bool = False,
    created: int | None = None,
    provider: str = OPENAI,
    **body: Any,
) -> ChoiceCount:
    family = family_of(model)
    assert family is not None
    choice = Choice((text,) if text else (), calls, finish, refused)
    return count(Asked(api, provider, family, body), choice, created, tokenizer(family.vocabulary))


def test_a_call_counts_its_address_and_its_arguments() -> None:
    assert billed(WEATHER) == ChoiceCount(3 + 5, "call")
    assert billed(Call("calculator", "{}")) == ChoiceCount(3 + 1, "call")  # alone it is one token
    assert billed(WEATHER, created=MAY_13) == ChoiceCount(3 + 5 + 1, "call")
    assert billed(WEATHER, text="Hi") == ChoiceCount(1 + 3 + 5, "call")


def test_a_call_that_the_request_names_counts_its_arguments() -> None:
    named = {"type": "function", "function": {"name": "get_weather"}}
    tools = [{"type": "function", "name": "get_weather"}]
    assert billed(WEATHER, tool_choice=named) == ChoiceCount(5, "call_named")
    assert billed(WEATHER, tools=tools, tool_choice="required") == ChoiceCount(3 + 5, "call")
    assert billed(WEATHER, api="responses", tools=tools, tool_choice="required") == ChoiceCount(
        5 + 1, "call_named"
    )


def test_several_calls_count_as_one_that_holds_them() -> None:
    paths = Call("delete_file", '{"path": ".env"}'), Call("create_file", '{"path": "test.txt"}')
    assert billed(*paths) == ChoiceCount(36, "calls")  # 21d571f0: 46, of which ten stand around
    assert billed(*[Call(call.name, call.arguments.replace(" ", "")) for call in paths]).tokens == 36
    assert billed(Call("f", "not JSON"), Call("g", "[" * 5000)).case == "calls"


def test_a_single_call_with_the_spaces_of_several_stood_in_their_frame() -> None:
    add = Call("add", '{"a": 1, "b": 2}')
    assert billed(add, model="gpt-3.5-turbo-0125") == ChoiceCount(22, "calls")  # 8ab074db: 32
    assert billed(add, api="responses", model="gpt-3.5-turbo-0125").case == "call"
    for arguments in ("{}", '{"a":1}', '{\n  "a": 1\n}', '{"a": 1,"b": 2}', "[", "15 * 4"):
        assert billed(Call("add", arguments)).case == "call", arguments


def test_a_model_that_repeats_calls_may_have_written_one_twice() -> None:
    nano = "gpt-4.1-nano-2025-04-14"
    assert billed(SPACED, model=nano) == ChoiceCount(34, "calls", less=34 - 20)  # c0de7a2c: 44
    assert billed(WEATHER, model=nano) == ChoiceCount(8, "call")
    framed = billed(WEATHER, api="responses", model=nano)  # a11e0121: 31
    assert framed == ChoiceCount(20 + 1, "calls", less=20 - 8)
    assert billed(WEATHER, api="responses", model=nano, parallel_tool_calls=False).case == "call"
    assert billed(WEATHER, api="responses", model="gpt-4.1-mini").case == "call"


@pytest.mark.parametrize(
    ("body", "tokens"),
    [
        ({"max_tokens": 4}, 4),
        ({"max_completion_tokens": 4, "max_tokens": 99}, 4),
        ({"max_tokens": 3}, 3),
        ({"max_tokens": 2}, 3),  # not what cut it: the text has three
        ({"max_tokens": 4000}, 3),
        ({}, 3),
    ],
)
def test_an_answer_that_its_limit_cut_has_as_many_tokens(body: dict[str, Any], tokens: int) -> None:
    assert billed(text="Hello there!", finish="length", **body) == ChoiceCount(tokens, "text_length")


def test_a_completion_has_sixteen_tokens_at_most_where_the_request_says_nothing() -> None:
    joke = "\n\nWhy did the OpenTelemetry collector refuse to collect data?\n\nBecause it"
    model = "gpt-3.5-turbo-instruct"
    assert billed(text=joke, api="completions", model=model, finish="length", prompt="x").tokens == 16
    assert billed(text=joke, api="completions", model=model, finish="length").tokens == 15  # not kept


def test_a_stop_sequence_may_have_been_written() -> None:
    stop = ["\nObservation:", "\n\tObservation:"]
    assert billed(text="Hi", model="gpt-4-0613", stop=stop) == ChoiceCount(1, "text", more=5)
    assert billed(text="Hi", stop="foo", created=MAY_13) == ChoiceCount(2, "text", less=1, more=1)
    assert billed(text="Hi", stop=None) == billed(text="Hi", stop=[]) == ChoiceCount(1, "text")


def test_a_refusal_counts_one_more_or_not() -> None:
    assert billed(text="No.", refused=True) == ChoiceCount(3, "text", less=1)


@pytest.mark.parametrize("tool", [{"type": "function", "name": "f"}, {"type": "file_search"}])
def test_any_tool_makes_a_text_one_beside_tools(tool: dict[str, Any]) -> None:
    # fed41395, 00c9efbc: tools of the service count one, like functions.
    assert billed(text="Hi", api="responses", tools=[tool]) == ChoiceCount(2, "text_tools")
    assert billed(text="Hi", functions=[{"name": "f"}]).case == "text_tools"
    assert billed(text="Hi", tools=[], provider=AZURE).case == "text"
