"""Usage objects as the services write them, read as `TokenUsage`, with what does not add up.

The service's numbers are kept. Two readings are normalised, so that input includes cached tokens and output
includes reasoning: Anthropic reports cached input apart; and where a part is larger than its whole, the part
stands outside. Everything that does not add up is named in `flags`.

Sources: recorded answers of Azure OpenAI, OpenAI, Anthropic, Mistral, Groq, DeepSeek, xAI, OpenRouter;
https://platform.openai.com/docs/api-reference/chat/object (2026-10),
https://docs.anthropic.com/en/api/messages (2026-10).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from gatewright.metering.json_text import Json, JsonObject, object_at
from gatewright.metering.usage import Number, TokenUsage

MAX_COUNT = 2**53
MAX_RAW = 48
MAX_NAME = 64

_RAW_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_MONEY = re.compile(r"cost|price|usd|byok", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reported:
    """What a service reported.

    Attributes:
        usage: the quantities, normalised.
        flags: what does not add up, as short names in a fixed order.
        raw: the numbers as reported, under the service's names; amounts of money left out.
    """

    usage: TokenUsage
    flags: tuple[str, ...] = ()
    raw: tuple[tuple[str, Number], ...] = ()


def count(value: Json) -> int | None:
    """A token count, or None for what cannot be one (null, text, true, negative, fractions, infinity)."""
    if type(value) is int:
        return value if 0 <= value <= MAX_COUNT else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and (not math.isfinite(value) or not value.is_integer()):
        return None
    return int(value) if 0 <= value <= MAX_COUNT else None


def amount(value: Json) -> Number | None:
    """A quantity that may be a fraction (seconds), or None."""
    if type(value) is int:
        return value if 0 <= value <= MAX_COUNT else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value if 0 <= value <= MAX_COUNT else None


def first(source: JsonObject | None, *keys: str) -> int | None:
    """The first of these members that is a count."""
    if not source:
        return None
    for key in keys:
        if key in source:
            value = source[key]
            found = value if type(value) is int and 0 <= value <= MAX_COUNT else count(value)
            if found is not None:
                return found
    return None


_COUNTS = (
    *("prompt_tokens", "completion_tokens", "input_tokens", "output_tokens", "total_tokens"),
    *("cache_read_input_tokens", "cache_creation_input_tokens"),
)
_INPUT_DETAILS = (
    "prompt_tokens_details",
    "input_tokens_details",
    "prompt_token_details",
    "input_token_details",
)
_OUTPUT_DETAILS = (
    "completion_tokens_details",
    "output_tokens_details",
    "completion_token_details",
    "output_token_details",
)


def _details(raw: JsonObject, names: tuple[str, ...]) -> JsonObject | None:
    """The first of these members that is an object with anything in it."""
    for name in names:
        if name in raw and (found := object_at(raw, name)):
            return found
    return None


def openai_usage(raw: JsonObject) -> Reported | None:
    """The usage object of an OpenAI-style API, or None where it counts nothing.

    Reads both generations of names (`prompt_tokens`, `input_tokens`), detail objects in singular and plural,
    DeepSeek's cache hits and durations in seconds.
    """
    into, out = _details(raw, _INPUT_DETAILS), _details(raw, _OUTPUT_DETAILS)
    cached = first(into, "cached_tokens")
    usage = TokenUsage(
        input_tokens=first(raw, "prompt_tokens", "input_tokens"),
        output_tokens=first(raw, "completion_tokens", "output_tokens"),
        total_tokens=first(raw, "total_tokens"),
        cache_read_input_tokens=first(raw, "prompt_cache_hit_tokens") if cached is None else cached,
        cache_creation_input_tokens=first(into, "cache_write_tokens", "cache_creation_tokens"),
        reasoning_output_tokens=first(out, "reasoning_tokens"),
        audio_input_tokens=first(into, "audio_tokens"),
        audio_output_tokens=first(out, "audio_tokens"),
        image_input_tokens=first(into, "image_tokens"),
        image_output_tokens=first(out, "image_tokens"),
        seconds=amount(raw.get("seconds")),
    )
    if usage.is_empty():
        return None
    flags = (*_inconsistencies(usage), *_unreadable(raw))
    return Reported(_parts_inside(usage), flags, raw_numbers(raw))


def _inconsistencies(usage: TokenUsage) -> Iterator[str]:
    """Names of what does not add up in the numbers as reported."""
    if usage.total_tokens is not None and usage.input_tokens is not None:
        if usage.total_tokens != usage.input_tokens + (usage.output_tokens or 0):
            yield "total_differs_from_sum"
    if _exceeds(usage.cache_read_input_tokens, usage.input_tokens):
        yield "cached_exceeds_input"
    if _exceeds(usage.cache_creation_input_tokens, usage.input_tokens):
        yield "cache_write_exceeds_input"
    if _exceeds(usage.reasoning_output_tokens, usage.output_tokens):
        yield "reasoning_exceeds_output"
    if _exceeds(usage.audio_input_tokens, usage.input_tokens):
        yield "audio_exceeds_input"
    if _exceeds(usage.audio_output_tokens, usage.output_tokens):
        yield "audio_exceeds_output"


def _unreadable(raw: JsonObject) -> Iterator[str]:
    """Says so where a number that is charged for stands there, and cannot be a count of tokens."""
    for name in _COUNTS:
        if name in raw and (value := raw[name]) is not None and count(value) is None:
            yield "count_not_readable"
            return


def _exceeds(part: int | None, whole: int | None) -> bool:
    return part is not None and whole is not None and part > whole


def _parts_inside(usage: TokenUsage) -> TokenUsage:
    """Adds cached input and reasoning that were counted outside of their wholes.

    A cached part that is larger than the input cannot stand inside of it. A larger reasoning part stands
    outside only where the service's total says so; otherwise it is an imprecision of the service.
    """
    into, out, cached = usage.input_tokens, usage.output_tokens, usage.cache_read_input_tokens
    if into is not None and cached is not None and cached > into:
        usage = replace(usage, input_tokens=into + cached)
    reasoning = usage.reasoning_output_tokens
    if into is not None and out is not None and reasoning is not None and reasoning > out:
        if usage.total_tokens == into + out + reasoning:
            usage = replace(usage, output_tokens=out + reasoning)
    return usage


def anthropic_usage(raw: JsonObject) -> Reported | None:
    """The usage object of Anthropic's Messages API, whose input excludes what a cache read or wrote."""
    read = first(raw, "cache_read_input_tokens")
    written = first(raw, "cache_creation_input_tokens")
    by_lifetime = object_at(raw, "cache_creation")
    into = first(raw, "input_tokens")
    usage = TokenUsage(
        input_tokens=None if into is None else into + (read or 0) + (written or 0),
        output_tokens=first(raw, "output_tokens"),
        cache_read_input_tokens=read,
        cache_creation_input_tokens=written,
        cache_creation_5m_input_tokens=first(by_lifetime, "ephemeral_5m_input_tokens"),
        cache_creation_1h_input_tokens=first(by_lifetime, "ephemeral_1h_input_tokens"),
        reasoning_output_tokens=first(object_at(raw, "output_tokens_details"), "thinking_tokens"),
    )
    if usage.is_empty():
        return None
    flags = (*_inconsistencies(usage), *_unreadable(raw))
    return Reported(usage, flags, raw_numbers(raw))


def raw_numbers(raw: JsonObject) -> tuple[tuple[str, Number], ...]:
    """The numbers of a usage object, names of nested ones joined by dots; no texts, no lists, no money."""
    found: list[tuple[str, Number]] = []
    _collect(raw, "", found)
    return tuple(found[:MAX_RAW])


def _collect(source: JsonObject, prefix: str, found: list[tuple[str, Number]]) -> None:
    for key, value in source.items():
        if len(key) > MAX_NAME or not _kept(key):
            continue
        if isinstance(value, dict):
            if prefix.count(".") < 3:
                _collect(value, f"{prefix}{key}.", found)
        elif (number := amount(value)) is not None:
            found.append((prefix + key, number))


@lru_cache(maxsize=512)
def _kept(name: str) -> bool:
    return _RAW_NAME.match(name) is not None and not _MONEY.search(name)
