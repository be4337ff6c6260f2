"""What services billed for some months only. Truth: the recordings that `estimates.periods` names."""

from __future__ import annotations

import json

import pytest

from gatewright.metering.estimates.answer import AnswerWatch
from gatewright.metering.estimates.periods import more_input, more_output
from gatewright.metering.estimates.vocabulary import family_of
from gatewright.metering.operations import AZURE, OPENAI

DECEMBER_2024, JANUARY_14, MAY_13, JUNE_5 = 1_734_480_000, 1_736_812_800, 1_747_094_400, 1_749_081_600
MARCH_20, MARCH_28, MAY_9 = 1_742_428_800, 1_743_120_000, 1_746_748_800


@pytest.mark.parametrize(
    ("provider", "created", "finish", "more"),
    [
        (OPENAI, DECEMBER_2024, "stop", 0),
        (OPENAI, JANUARY_14, "stop", 1),
        (OPENAI, MAY_13, "tool_calls", 1),
        (OPENAI, MAY_13, "length", 0),
        (OPENAI, MAY_13, None, 0),
        (OPENAI, JUNE_5, "stop", 0),
        (OPENAI, None, "stop", 0),
        (AZURE, MARCH_20, "stop", 0),
        (AZURE, JUNE_5, "stop", 1),
        (AZURE, None, "stop", 1),
        ("anthropic", MAY_13, "stop", 0),
    ],
)
def test_the_end_token_counts_where_the_service_counted_it(
    provider: str, created: int | None, finish: str | None, more: int
) -> None:
    assert more_output("chat", provider, created, finish) == more


@pytest.mark.parametrize("created", [None, MARCH_20, JUNE_5])
def test_the_responses_api_counts_the_end_token_always(created: int | None) -> None:
    assert more_output("responses", OPENAI, created, "stop") == 1
    assert more_output("responses", OPENAI, created, "length") == 0
    assert more_output("completions", OPENAI, created, "stop") == 0


@pytest.mark.parametrize(
    ("model", "created", "tools", "more"),
    [
        ("gpt-4o", MARCH_20, 0, 18),
        ("gpt-4o", MARCH_20, 1, 216),
        ("gpt-4o", MARCH_28, 1, 21),
        ("gpt-4o", MAY_9, 1, 0),
        ("gpt-4o", None, 1, 0),
        ("gpt-4.1", MARCH_20, 1, 0),
    ],
)
def test_responses_counted_more_in_the_month_of_its_launch(
    model: str, created: int | None, tools: int, more: int
) -> None:
    family = family_of(model)
    assert family is not None
    assert more_input("responses", OPENAI, family, created, tools) == more
    assert more_input("chat", OPENAI, family, created, tools) == 0


@pytest.mark.parametrize(("api", "name"), [("chat", "created"), ("responses", "created_at")])
def test_an_answer_tells_when_it_was_made(api: str, name: str) -> None:
    watch = AnswerWatch(api)
    watch.document(json.dumps({name: MARCH_20, "status": "completed"}).encode())
    assert watch.answer().created == MARCH_20
