"""Usage objects as services write them; ids name recordings, see `recordings/README.md` of the test data."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.metering.json_text import Json, JsonObject
from gatewright.metering.normalise import amount, anthropic_usage, count, openai_usage
from gatewright.metering.usage import TokenUsage


def usage(raw: dict[str, Json]) -> TokenUsage:
    found = openai_usage(raw)
    assert found is not None
    return found.usage


def flags(raw: dict[str, Json]) -> tuple[str, ...]:
    found = openai_usage(raw)
    assert found is not None
    return found.flags


def test_chat_usage_with_details() -> None:
    raw: dict[str, Json] = {
        "prompt_tokens": 1220,
        "completion_tokens": 100,
        "total_tokens": 1320,
        "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 1217, "audio_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 54, "audio_tokens": 1},
    }  # b2b17e01dd
    assert usage(raw) == TokenUsage(
        1220,
        100,
        1320,
        cache_read_input_tokens=0,
        cache_creation_input_tokens=1217,
        reasoning_output_tokens=54,
        audio_input_tokens=4,
        audio_output_tokens=1,
    )
    assert flags(raw) == ()


@pytest.mark.parametrize("key", ["prompt_token_details", "input_token_details", "input_tokens_details"])
def test_detail_keys_of_either_number_and_generation_are_read(key: str) -> None:
    # 59c833c079, 7372dce379
    raw: dict[str, Json] = {"input_tokens": 26, "prompt_tokens_details": None, key: {"audio_tokens": 21}}
    assert usage(raw).audio_input_tokens == 21


def test_cached_input_that_is_larger_than_the_input_stands_outside_of_it() -> None:
    # 64bd7f2acf: total = prompt + completion, the cached part is in neither.
    raw: dict[str, Json] = {
        "prompt_tokens": 10,
        "completion_tokens": 213,
        "total_tokens": 223,
        "prompt_tokens_details": {"cached_tokens": 161},
    }
    assert usage(raw) == TokenUsage(171, 213, 223, cache_read_input_tokens=161)
    assert flags(raw) == ("cached_exceeds_input",)


def test_reasoning_larger_than_output_stands_outside_only_where_the_total_says_so() -> None:
    details: Json = {"reasoning_tokens": 11}
    inside: dict[str, Json] = {
        "prompt_tokens": 43,
        "completion_tokens": 10,
        "total_tokens": 53,
        "completion_tokens_details": details,
    }  # 8c749e4f0b
    assert usage(inside).output_tokens == 10
    assert flags(inside) == ("reasoning_exceeds_output",)
    outside = inside | {"total_tokens": 64}
    assert usage(outside).output_tokens == 21


def test_a_total_that_does_not_add_up_is_flagged_and_kept() -> None:
    # 600b8ce972: audio counted apart.
    raw: dict[str, Json] = {
        "prompt_tokens": 9,
        "completion_tokens": 201,
        "total_tokens": 585,
        "prompt_tokens_details": {"audio_tokens": 375},
    }
    assert usage(raw) == TokenUsage(9, 201, 585, audio_input_tokens=375)
    assert flags(raw) == ("total_differs_from_sum", "audio_exceeds_input")


def test_usage_in_seconds() -> None:
    assert usage({"type": "duration", "seconds": 4}) == TokenUsage(seconds=4)  # 472c7feb4d


def test_usage_without_completion_tokens_has_no_output() -> None:
    assert usage({"prompt_tokens": 11, "total_tokens": 11}) == TokenUsage(11, None, 11)  # 819e47a1f2


def test_a_total_alone_is_reported_as_a_total_alone() -> None:
    assert usage({"total_tokens": 12}) == TokenUsage(total_tokens=12)  # ce76a0cf87


def test_deepseeks_cache_hits_are_read_where_details_say_nothing() -> None:
    raw: dict[str, Json] = {"prompt_tokens": 10, "prompt_cache_hit_tokens": 4, "prompt_tokens_details": None}
    assert usage(raw).cache_read_input_tokens == 4


@pytest.mark.parametrize("raw", [{}, {"cost_in_usd_ticks": 200000000}, {"prompt_tokens": None}, {"total": 3}])
def test_usage_that_counts_nothing_is_none(raw: dict[str, Json]) -> None:
    assert openai_usage(raw) is None  # f17fa38cdf


def test_anthropics_input_includes_what_a_cache_read_and_wrote() -> None:
    found = anthropic_usage(
        {
            "input_tokens": 3,
            "cache_creation_input_tokens": 1143,
            "cache_read_input_tokens": 7,
            "cache_creation": {"ephemeral_5m_input_tokens": 1000, "ephemeral_1h_input_tokens": 143},
            "output_tokens": 101,
            "output_tokens_details": {"thinking_tokens": 22},
        }
    )  # f5310bda59
    assert found is not None
    assert found.usage == TokenUsage(
        1153,
        101,
        cache_read_input_tokens=7,
        cache_creation_input_tokens=1143,
        cache_creation_5m_input_tokens=1000,
        cache_creation_1h_input_tokens=143,
        reasoning_output_tokens=22,
    )
    assert ("input_tokens", 3) in found.raw


def test_raw_numbers_are_kept_under_the_services_names_but_never_money_or_text() -> None:
    found = openai_usage(
        {
            "prompt_tokens": 3,
            "cost": 0.5,
            "cost_details": {"upstream_inference_cost": 1},
            "cost_in_usd_ticks": 9,
            "is_byok": False,
            "service_tier": "default",
            "prompt_tokens_details": {"cached_tokens": 1},
            "tell me a secret": 5,
            "iterations": [{"input_tokens": 3}],
        }
    )
    assert found is not None
    assert found.raw == (("prompt_tokens", 3), ("prompt_tokens_details.cached_tokens", 1))


@pytest.mark.parametrize("value", [None, "3", True, -1, 1.5, math.inf, math.nan, 2**70, [], {}])
def test_what_cannot_be_a_count_is_none(value: Json) -> None:
    assert count(value) is None


def test_whole_floats_are_counts_and_fractions_are_amounts() -> None:
    assert count(3.0) == 3
    assert amount(1.5) == 1.5
    assert amount(math.nan) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    "prompt_tokens",
                    "input_tokens",
                    "output_tokens",
                    "prompt_tokens_details",
                    "cached_tokens",
                    "seconds",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=10,
)


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["prompt_tokens", "total_tokens", "prompt_tokens_details", "x", "seconds"]), JSON
    )
)
def test_any_object_is_read(raw: dict[str, Json]) -> None:
    for found in (openai_usage(raw), anthropic_usage(raw)):
        if found is not None:
            assert not found.usage.is_empty()
            assert all(value is None or value >= 0 for _, value in found.usage.quantities())


@pytest.mark.parametrize("value", [10**18, -5, "12", 1.5, 1e300, True, [3]])
@pytest.mark.parametrize("name", ["input_tokens", "output_tokens"])
def test_a_number_that_cannot_be_a_count_is_left_out_and_flagged(name: str, value: Json) -> None:
    raw: JsonObject = {"input_tokens": 3, "output_tokens": 4, name: value}
    for found in (openai_usage(raw), anthropic_usage(raw)):
        assert found is not None
        assert getattr(found.usage, name) is None
        assert found.flags == ("count_not_readable",)


def test_null_is_no_count_and_no_fault() -> None:
    found = openai_usage({"prompt_tokens": 3, "completion_tokens": None, "total_tokens": 3.0})
    assert found is not None
    assert found.flags == ()
