"""Token estimates from texts, as `llm-token-limit` makes them where no usage is stated.

The service's own tokenizer is not documented; ours is o200k_base over the texts of prompt and answer, with
OpenAI's published surcharge per message. An image counts 1,200, the documented maximum.

Sources: https://learn.microsoft.com/azure/api-management/llm-token-limit-policy (2026-04-01);
https://developers.openai.com/cookbook/examples/how_to_count_tokens_with_tiktoken (2026-08).
"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.metering.estimates.vocabulary import O200K, tokenizer

TOKENS_PER_MESSAGE = 3
TOKENS_PER_REPLY = 3
TOKENS_PER_IMAGE = 1200

_TEXT_KINDS = frozenset({"text", "input_text", "output_text", "refusal"})
_IMAGE_KINDS = frozenset({"image_url", "input_image", "image"})


def text_tokens(text: str) -> int:
    """Tokens of a text in o200k_base; the vocabulary is loaded by the first call."""
    return tokenizer(O200K).count(text) if text else 0


def prompt_tokens(request: object) -> int:
    """Estimated tokens of a request: chat messages, `prompt` or `input`; 0 for what is none of them.

    Args:
        request: the request's JSON body as plain values.
    """
    if not isinstance(request, dict):
        return 0
    messages = request.get("messages")
    if isinstance(messages, list):
        return TOKENS_PER_REPLY + sum(_message(item) for item in messages)
    return sum(_content(request.get(key)) for key in ("prompt", "input", "instructions"))


def _message(message: object) -> int:
    if not isinstance(message, dict):
        return 0
    texts = (message.get("role"), message.get("name"))
    named = sum(text_tokens(text) for text in texts if isinstance(text, str))
    calls = message.get("tool_calls")
    arguments = sum(_call(call) for call in calls) if isinstance(calls, list) else 0
    return TOKENS_PER_MESSAGE + named + arguments + _content(message.get("content"))


def _call(call: object) -> int:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        return 0
    return sum(
        text_tokens(text)
        for text in (function.get("name"), function.get("arguments"))
        if isinstance(text, str)
    )


def _content(content: object) -> int:
    """Tokens of a text, of a list of texts, parts or token numbers, or of input items."""
    if isinstance(content, str):
        return text_tokens(content)
    if not isinstance(content, list):
        return 0
    return sum(_part(part) for part in content)


def _part(part: object) -> int:
    match part:
        case str():
            return text_tokens(part)
        case bool():
            return 0
        case int():
            return 1
        case list():
            return _content(part)
        case {"type": kind} if kind in _IMAGE_KINDS:
            return TOKENS_PER_IMAGE
        case {"type": kind, "text": str(text)} if kind in _TEXT_KINDS:
            return text_tokens(text)
        case {"role": _}:
            return _message(part)
        case _:
            return 0


def streamed_texts(event: object) -> Iterator[str]:
    """The texts that one event of a streamed answer adds, choice by choice.

    Args:
        event: the event's JSON as plain values.
    """
    choices = event.get("choices") if isinstance(event, dict) else None
    for choice in choices if isinstance(choices, list) else ():
        if not isinstance(choice, dict):
            continue
        delta = choice.get("delta")
        parts = [choice.get("text")]
        if isinstance(delta, dict):
            parts += [delta.get(key) for key in ("content", "refusal")]
            calls = delta.get("tool_calls")
            for call in calls if isinstance(calls, list) else ():
                function = call.get("function") if isinstance(call, dict) else None
                if isinstance(function, dict):
                    parts += [function.get("name"), function.get("arguments")]
        yield from (part for part in parts if isinstance(part, str))
