"""What a prompt counts. Numbers without a word on their source are of recordings, by their id."""

from __future__ import annotations

import random
from typing import Any

import pytest

from gatewright.metering.estimates import prompt
from gatewright.metering.estimates.tools import bare, functions, render
from gatewright.metering.estimates.vocabulary import CL100K, O200K, Family, family_of, pieces, tokenizer
from gatewright.metering.json_text import JsonObject

PLAIN = Family("gpt-4o", O200K)
REASONING = Family("gpt-5", O200K, reasons=True)
SEARCH = family_of("gpt-4o-search-preview-2025-03-11")
FIRST = family_of("gpt-3.5-turbo-0301")
USER: JsonObject = {"role": "user", "content": "What is the sum of 1 and 2?"}


def chat(family: Family = PLAIN, **body: Any) -> prompt.PromptCount:
    found = prompt.chat(body, family, tokenizer(family.vocabulary))
    assert found is not None
    return found


def responses(**body: Any) -> prompt.PromptCount:
    found = prompt.responses(body, PLAIN, tokenizer(O200K))
    assert found is not None
    return found


def test_a_message_counts_its_frame_role_text_and_name() -> None:
    # Source: OpenAI's cookbook, "How to count tokens with tiktoken".
    assert chat(messages=[]).tokens == 3
    assert chat(messages=[USER]).tokens == 3 + 3 + 1 + 11
    assert chat(messages=[{**USER, "name": "ann"}]).tokens == 3 + 3 + 1 + 11 + 2
    assert chat(messages=[{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]).tokens == 8


def test_a_model_that_searches_bills_texts_alone() -> None:
    # afe83f75: 11 for these two; 84e61f6d, c3005e8f likewise.
    assert SEARCH is not None
    system = {"role": "system", "content": "You are a helpful assistant."}
    assert chat(SEARCH, messages=[system, {"role": "user", "content": "What day is today?"}]).tokens == 11


def test_the_first_chat_model_counts_four_for_a_message_and_none_for_its_name() -> None:
    # Source: OpenAI's cookbook, as above, for gpt-3.5-turbo-0301. 8e919e90 is exact so.
    assert FIRST is not None
    assert chat(FIRST, messages=[USER]).tokens == 3 + 4 + 1 + 11
    assert chat(FIRST, messages=[{**USER, "name": "ann"}]).tokens == 3 + 4 + 1 + 11 - 1 + 1


def test_a_completion_reads_what_it_leads_to_as_well() -> None:
    # 72800ce4: 25.
    body: JsonObject = {
        "prompt": "def fib(n):\n    if n <= 1:\n        return n\n    else:",
        "suffix": "\nprint(fib(10))",
    }
    found = prompt.completions(body, Family("completion", CL100K), tokenizer(CL100K))
    assert found is not None
    assert found.tokens == 25


def test_a_tool_that_must_be_called_is_named_once_more() -> None:
    # a1871bd6 and three like it: 17 beyond in chat, 9 without; 6ee3a2c0: 13 by a name of three, 3 without.
    tools: Any = [{"type": "function", "function": ADD}]
    flat: Any = [{"type": "function", **ADD}]
    named: Any = {"type": "function", "function": {"name": "add"}}
    plain = chat(messages=[USER], tools=tools).tokens
    assert chat(messages=[USER], tools=tools, tool_choice=named).tokens == plain + 7 + 1
    assert chat(messages=[USER], tools=tools, tool_choice="required").tokens == plain
    assert chat(messages=[USER], tools=tools, tool_choice={"type": "allowed_tools"}).tokens == plain
    assert chat(messages=[USER], tool_choice=named).tokens == chat(messages=[USER]).tokens
    reasoned = chat(REASONING, messages=[USER], tools=tools)
    assert chat(REASONING, messages=[USER], tools=tools, tool_choice=named).tokens == reasoned.tokens
    # 83bc7736: so it is where Responses must call the only tool.
    alone = responses(input="x", tools=flat).tokens
    assert responses(input="x", tools=flat, tool_choice="required").tokens == alone + 8
    both: Any = [*flat, {**flat[0], "name": "now"}]
    pair = responses(input="x", tools=both).tokens
    assert responses(input="x", tools=both, tool_choice="required").tokens == pair


def test_an_earlier_answer_counts_more_for_a_model_that_reasons() -> None:
    # b3a03f18: 31 with 30 counted plainly, where a first question is one below.
    turn: Any = [USER, {"role": "assistant", "content": "3"}]
    assert chat(REASONING, messages=turn).tokens == chat(PLAIN, messages=turn).tokens + 2


def test_input_items_count_like_the_messages_they_are() -> None:
    assert responses(input="What is the sum of 1 and 2?").tokens == chat(messages=[USER]).tokens
    assert responses(input=[USER], instructions="Be brief.").tokens == 18 + 3 + 1 + 3
    assert responses(input=[]).tokens == 3


def turn(tool: str, arguments: str = "{}", text: str | None = None, **result: Any) -> int:
    call: Any = {"function": {"name": tool, "arguments": arguments}}
    said: Any = {"role": "assistant", "content": text, "tool_calls": [call]}
    return chat(messages=[said, {"role": "tool", "content": "3", **result}]).tokens


def test_an_earlier_call_counts_its_name_twice_its_address_and_arguments_without_spaces() -> None:
    # 4777df22, 32452a69, 5e89bd25, 540f203c, d633638a.
    around = 3 + 3 + 1 + 4 + 3 + 1 + 1  # priming; the call's message and frame; the result's message and text
    assert turn("multiply") == around + 1 + 2 + 1
    assert turn("joker") == around + 1 + 3 + 1
    assert turn("calculate_square_tool") == around + 3 + 4 + 1
    assert turn("multiply", '{"a": 1231, "b": 2331}') == turn("multiply", '{"a":1231,"b":2331}')
    assert turn("multiply", text="Hi") == turn("multiply") + 1 + 4
    assert turn("multiply", name="multiply") == turn("multiply")


def test_an_item_that_repeats_a_call_counts_alike() -> None:
    item: Any = {"type": "function_call", "name": "multiply", "arguments": '{"a": 1}'}
    plain = responses(input=[item])
    assert plain.tokens == 3 + 7 + 1 + 2 + 5
    found = prompt.responses({"input": [item]}, REASONING, tokenizer(O200K))
    assert found is not None
    assert found.tokens == plain.tokens + 8
    given_back = responses(input=[{**item, "status": "completed"}] * 2)
    assert (given_back.tokens, given_back.less) == (2 * plain.tokens - 3 + 3, 3)


def test_tools_begin_on_a_line_of_their_own_behind_the_system() -> None:
    tools: Any = [{"type": "function", "function": ADD}]
    beside = chat(messages=[USER], tools=tools).tokens - chat(messages=[USER]).tokens
    for text, more in (("Be brief.", 0), ("You are a helpful assistant", 1)):
        said: Any = [{"role": "system", "content": text}, USER]
        assert chat(messages=said, tools=tools).tokens == chat(messages=said).tokens + beside + more


def test_calls_and_their_results_count() -> None:
    call: Any = {"function": {"name": "add", "arguments": '{"a":1}'}}
    counted = chat(messages=[{"role": "assistant", "tool_calls": [call]}, {"role": "tool", "content": "3"}])
    assert (counted.turns, counted.case) == (1, "turns")
    items: Any = [
        {"type": "function_call", "name": "add", "arguments": '{"a":1}'},
        {"type": "function_call_output", "output": "3"},
    ]
    assert (responses(input=items).turns, responses(input=items).case) == (1, "turns")


@pytest.mark.parametrize(
    ("body", "beyond"),
    [
        ({"input": "x", "previous_response_id": "r"}, {"stored_input"}),
        ({"prompt": {"id": "p"}}, {"stored_input"}),
        ({"input": [{"type": "reasoning", "encrypted_content": "x"}]}, {"reasoning"}),
        ({"input": [{"type": "web_search_call"}]}, {"web_search"}),
        ({"input": "x", "tools": [{"type": "web_search"}]}, {"hosted_tools"}),
        (
            {"input": [{"role": "user", "content": [{"type": "input_image"}, {"type": "input_file"}]}]},
            {"image", "input_file"},
        ),
    ],
)
def test_what_a_response_knows_beyond_its_texts_is_named(body: dict[str, Any], beyond: set[str]) -> None:
    assert responses(**body).beyond == beyond


@pytest.mark.parametrize("body", [{}, {"input": 7}, {"input": None}])
def test_a_response_without_input_cannot_be_counted(body: JsonObject) -> None:
    assert prompt.responses(body, PLAIN, tokenizer(O200K)) is None


@pytest.mark.parametrize(
    ("value", "tokens"),
    [("", 1), ("hello world", 2), (["hello", "world"], 2), ([1, 2], 2), ([[1, 2], [3]], 3), ([], 1)],
)
def test_embeddings_count_texts_and_ids(value: Any, tokens: int) -> None:
    # f7875593: the empty text is billed as one token.
    found = prompt.embeddings({"input": value}, Family("embedding", CL100K), tokenizer(CL100K))
    assert found is not None
    assert found.tokens == tokens


@pytest.mark.parametrize("value", [None, 7, True, {"a": 1}, [None], [[["deep"]]], [True]])
def test_embeddings_of_no_known_kind_cannot_be_counted(value: Any) -> None:
    assert prompt.embeddings({"input": value}, Family("embedding", CL100K), tokenizer(CL100K)) is None


ADD: JsonObject = {
    "name": "add",
    "description": "Adds.\n  Twice.",
    "parameters": {
        "type": "object",
        "title": "add_args",
        "properties": {
            "a": {"type": "integer", "description": "One."},
            "kind": {"enum": ["x", 2], "default": "x"},
            "list": {"type": "array", "items": {"type": ["string", "null"]}},
            "other": {
                "anyOf": [{"type": "boolean"}, {"type": "object", "properties": {"b": {"type": "number"}}}]
            },
        },
        "required": ["a"],
    },
}


def test_functions_stand_as_types() -> None:
    assert render([ADD]).split("\n") == [
        "namespace functions {",
        "",
        "// Adds.",
        "  Twice.",
        "type add = (_: { // add_args",
        "// One.",
        "a: number,",
        'kind?: "x" | 2 = "x",',
        "list?: string | null[],",
        "other?: boolean | {",
        "b?: number,",
        "},",
        "}) => any;",
        "",
        "} // namespace functions",
    ]


def test_what_stands_around_a_description_does_not_count() -> None:
    # ac218ac3, feea1f67.
    spaced: JsonObject = {**ADD, "description": "\n  Adds.\n  Twice. \n"}
    assert render([spaced]) == render([ADD])
    bare: JsonObject = {"name": "now", "parameters": {"title": "now_args", "properties": {}}}
    assert render([bare]).split("\n")[2] == "type now = () => any;"


def test_a_function_that_describes_none_of_its_parameters_counts_one_less() -> None:
    # 14570cf3: of two functions, one describes its second parameter alone.
    plain: JsonObject = {"name": "f", "parameters": {"properties": {"a": {"type": "string"}, "b": {}}}}
    second: Any = {"name": "f", "parameters": {"properties": {"a": {}, "b": {"description": "x"}}}}
    empty: JsonObject = {"name": "f", "parameters": {"properties": {}}}
    assert (bare([plain, plain]), bare([second, ADD]), bare([empty, {"name": "g"}])) == (2, 0, 0)


def test_functions_are_found_in_the_shapes_of_both_apis() -> None:
    nested: Any = [{"type": "function", "function": ADD}, {"type": "custom", "name": "c"}, 7]
    flat: Any = [{"type": "function", **ADD}]
    assert functions(nested) == [ADD]
    assert functions(flat) == [{"type": "function", **ADD}]
    assert chat(messages=[], functions=[ADD]).tokens == chat(messages=[], tools=nested).tokens


@pytest.mark.parametrize(
    ("body", "case"),
    [
        ({}, "plain"),
        ({"tools": [{"function": ADD}]}, "tools"),
        ({"tools": [{"function": ADD}], "tool_choice": "required"}, "tools"),
        ({"tools": [{"function": ADD}], "tool_choice": {"function": {"name": "add"}}}, "tools"),
        ({"tools": [{"function": ADD}], "messages": [{"role": "system", "content": "x"}]}, "tools+system"),
        ({"messages": [{"role": "developer", "content": "x"}]}, "plain"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"schema": {"type": "object"}}}},
            "schema",
        ),
        ({"response_format": {"type": "json_object"}}, "plain"),
    ],
)
def test_a_prompt_is_of_the_kind_that_its_parts_say(body: dict[str, Any], case: str) -> None:
    assert chat(**{"messages": [USER], **body}).case == case


def test_what_a_model_does_not_see_of_a_schema_does_not_count() -> None:
    # 3ee9d5b2, 270b16f7: the same 50 tokens with and without additionalProperties.
    schema: JsonObject = {"type": "object", "properties": {"a": {"type": "string"}}}
    strict: JsonObject = {**schema, "additionalProperties": False, "$schema": "x", "required": ["a"]}
    first, second = (
        responses(input="x", text={"format": {"type": "json_schema", "schema": item}})
        for item in (schema, strict)
    )
    assert (first.tokens, first.case) == (second.tokens, "schema")
    named: Any = {"format": {"type": "json_schema", "name": "math_schema", "schema": schema}}
    assert responses(input="x", text=named).tokens == first.tokens + 2


@pytest.mark.parametrize(
    ("model", "vocabulary", "reasons"),
    [
        ("gpt-4o", O200K, False),
        ("gpt-4o-mini-2024-07-18", O200K, False),
        ("gpt-4o-audio-preview-2025-06-03", O200K, False),
        ("gpt-4o-search-preview", O200K, False),
        ("chatgpt-4o-latest", O200K, False),
        ("GPT-4.1-nano-2025-04-14", O200K, False),
        ("gpt-5-chat-latest", O200K, False),
        ("gpt-5-nano-2025-08-07", O200K, True),
        ("gpt-5.2-2025-12-11", O200K, True),
        ("gpt-5.6-sol", O200K, True),
        ("gpt-5.4-mini-2026-03-17", O200K, True),
        ("o1-preview-2024-09-12", O200K, True),
        ("o4-mini", O200K, True),
        ("openai/o3-mini-2025-01-31", O200K, True),
        ("gpt-4", CL100K, False),
        ("gpt-4-0613", CL100K, False),
        ("gpt-4-32k", CL100K, False),
        ("gpt-4-1106-vision-preview", CL100K, False),
        ("gpt-4-turbo-2024-04-09", CL100K, False),
        ("gpt-3.5-turbo-0125", CL100K, False),
        ("gpt-35-turbo", CL100K, False),
        ("gpt-35-turbo-16k", CL100K, False),
        ("gpt-3.5-turbo-instruct:20230824-v2", CL100K, False),
        ("text-embedding-3-large", CL100K, False),
        ("text-embedding-ada-002-v2", CL100K, False),
        ("davinci-002", CL100K, False),
        ("ft:gpt-4o-mini-2024-07-18:acme::abc", O200K, False),
        ("gpt-4o-2024-08-06.ft-0123", O200K, False),
    ],
)
def test_models_have_their_vocabulary(model: str, vocabulary: str, reasons: bool) -> None:
    family = family_of(model)
    assert family is not None
    assert (family.vocabulary, family.reasons) == (vocabulary, reasons)


@pytest.mark.parametrize(
    "model",
    ["", "chat", "gpt", "gpt-2", "gpt-6", "gpt-41", "text-davinci-003", "claude-opus-4", "grok-4",
     "gpt-oss-120b", "moonshotai/kimi-k2", "whisper-1", "gpt-4o\n", "ft:", "x" * 5000,
     "gpt-5." + "1-a" * 5000],
)  # fmt: skip
def test_other_models_have_none_that_is_known(model: str) -> None:
    assert family_of(model) is None


def test_a_tokenizer_counts_as_tiktoken_does() -> None:
    # Source: tiktoken 0.12, encode_ordinary.
    assert tokenizer(O200K).count("tiktoken is great!") == 6
    assert tokenizer(CL100K).count("tiktoken is great!") == 6
    assert tokenizer(O200K).count("") == 0
    assert tokenizer(O200K).count("a<|endoftext|>b") == 9
    assert tokenizer(O200K).count("\ud800") == tokenizer(O200K).count("?")


@pytest.mark.parametrize("vocabulary", [O200K, CL100K])
def test_a_cut_between_words_changes_no_count(vocabulary: str) -> None:
    count = tokenizer(vocabulary).count
    dice = random.Random(5)
    parts = ["a", "word", "1234", "é", "日本語", ".", "'s", "//", "Ab", "😀", "  ", "\n", "\t"]
    text = " ".join("".join(dice.choices(parts, k=4)) for _ in range(4000))
    assert "".join(pieces(text, 500)) == text
    assert max(map(len, pieces(text, 500))) <= 500
    assert sum(count(piece) for piece in pieces(text, 500)) == count(text)


@pytest.mark.parametrize("text", ["word " * 300_000, "a" * 1_100_000, "😀" * 300_000])
def test_texts_that_the_tokenizer_refuses_are_counted(text: str) -> None:
    assert tokenizer(O200K).count(text) > 100_000
