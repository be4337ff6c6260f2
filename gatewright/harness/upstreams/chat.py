"""Chat answers, whole and streamed, in the shapes Azure OpenAI sends.

A stream opens with a chunk that has `choices: []`, empty `id` and `model`, `created: 0` and the prompt's
filter results; then one chunk with the role, the content, one with the finish reason, with `include_usage`
one with `choices: []` and the usage (and `"usage":null` in the others but the first), and `[DONE]`.

Source: recorded streams and answers of Azure OpenAI, 2025-10 to 2026-06.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gatewright.harness.upstreams import tokens
from gatewright.harness.upstreams.request import ChatRequest
from gatewright.harness.upstreams.wire import SAFE, compact
from gatewright.harness.upstreams.words import Dice, Json, instance, prose

_DETECTED: Json = {"detected": False, "filtered": False}
_PROMPT_FILTER: Json = [{"prompt_index": 0, "content_filter_results": {**SAFE, "jailbreak": _DETECTED}}]
_PART_FILTER: Json = {**SAFE, "protected_material_text": _DETECTED}
_SHORTEST, _LONGEST = 12, 90


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: its text in tokens, or the call of a tool with its arguments in tokens."""

    parts: tuple[str, ...]
    finish: str
    call_id: str | None = None
    tool: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts of one answer; input includes cached."""

    input_tokens: int
    output_tokens: int
    cached_tokens: int

    def json(self) -> Json:
        """The usage as the service writes it."""
        return {
            "completion_tokens": self.output_tokens,
            "completion_tokens_details": {
                "accepted_prediction_tokens": 0,
                "audio_tokens": 0,
                "reasoning_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
            "prompt_tokens": self.input_tokens,
            "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": self.cached_tokens},
            "total_tokens": self.input_tokens + self.output_tokens,
        }


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """An answer before it is written down; `obfuscation` seeds the padding of its chunks, None without."""

    id: str
    model: str
    created: int
    choices: tuple[Choice, ...]
    usage: Usage
    obfuscation: bytes | None


def prompt_tokens(request: ChatRequest) -> list[int]:
    """The tokens of a prompt; three more a message and three for the reply are counted as token 0."""
    out: list[int] = []
    for role, text in request.prompt:
        out += [0] * tokens.PER_MESSAGE
        out += tokens.encode(role)
        out += tokens.encode(text)
    if request.tools_text:
        out += tokens.encode(request.tools_text)
    return out + [0] * tokens.PER_REPLY


def answer(
    request: ChatRequest, deployment: str, model: str, created: int, prompt: int, cached: int
) -> ChatAnswer:
    """The answer that follows from a request and the deployment that serves it.

    Args:
        request: the request.
        deployment: the deployment's name; members of one pool answer in different words.
        model: what the answer says in `model`.
        created: seconds since 1970.
        prompt: tokens of the prompt.
        cached: how many of them the service had seen.
    """
    dice = Dice(deployment.encode("utf-8") + b"\0" + request.seed)
    name = "chatcmpl-" + dice.letters(29)
    choices = tuple(_choice(request, dice) for _ in range(request.choices))
    usage = Usage(prompt, sum(len(choice.parts) for choice in choices), cached)
    return ChatAnswer(
        name, model, created, choices, usage, name.encode("ascii") if request.include_obfuscation else None
    )


def _choice(request: ChatRequest, dice: Dice) -> Choice:
    if request.called is not None:
        text = compact(instance(dice, request.called.parameters or {"type": "object"})).decode("utf-8")
        parts, cut = _cap(tokens.pieces(text), request.max_tokens)
        usual = "stop" if request.call_forced_by_name else "tool_calls"
        return Choice(parts, "length" if cut else usual, "call_" + dice.letters(24), request.called.name)
    parts, cut = _cap(tokens.pieces(_text(request, dice)), request.max_tokens)
    return Choice(parts, "length" if cut else "stop")


def _text(request: ChatRequest, dice: Dice) -> str:
    if request.format == "json_schema":
        return compact(instance(dice, request.schema)).decode("utf-8")
    text = prose(dice, _SHORTEST + dice.below(_LONGEST - _SHORTEST))
    return compact({"answer": text}).decode("utf-8") if request.format == "json_object" else text


def _cap(parts: tuple[str, ...], most: int | None) -> tuple[tuple[str, ...], bool]:
    return (parts, False) if most is None or len(parts) <= most else (parts[:most], True)


def whole(given: ChatAnswer) -> bytes:
    """The answer as one JSON document."""
    document: Json = {
        "choices": [_whole_choice(index, choice) for index, choice in enumerate(given.choices)],
        "created": given.created,
        "id": given.id,
        "model": given.model,
        "object": "chat.completion",
        "prompt_filter_results": _PROMPT_FILTER,
        "system_fingerprint": "fp_simulated",
        "usage": given.usage.json(),
    }
    return compact(document)


def _whole_choice(index: int, choice: Choice) -> Json:
    text = "".join(choice.parts)
    message: dict[str, Json] = {"annotations": [], "content": text, "refusal": None, "role": "assistant"}
    if choice.tool is not None:
        message["content"] = None
        call: Json = {
            "function": {"arguments": text, "name": choice.tool},
            "id": choice.call_id,
            "type": "function",
        }
        message["tool_calls"] = [call]
    return {
        "content_filter_results": _PART_FILTER if choice.tool is None else {},
        "finish_reason": choice.finish,
        "index": index,
        "logprobs": None,
        "message": message,
    }


def chunks(given: ChatAnswer, *, include_usage: bool) -> Iterator[bytes]:
    """The answer as server-sent events, one a part, `[DONE]` included."""
    first: Json = {
        "choices": [],
        "created": 0,
        "id": "",
        "model": "",
        "object": "",
        "prompt_filter_results": _PROMPT_FILTER,
    }
    yield _event(first)
    write = _Chunks(given, include_usage)
    for index, choice in enumerate(given.choices):
        yield write.chunk([_delta(index, _opening(choice), None, {})])
    for position in range(max(len(choice.parts) for choice in given.choices)):
        for index, choice in enumerate(given.choices):
            if position < len(choice.parts):
                delta, results = _piece(choice, choice.parts[position])
                yield write.chunk([_delta(index, delta, None, results)])
    for index, choice in enumerate(given.choices):
        yield write.chunk([_delta(index, {}, choice.finish, {})])
    if include_usage:
        yield write.chunk([], given.usage.json())
    yield b"data: [DONE]\n\n"


def _opening(choice: Choice) -> Json:
    if choice.tool is None:
        return {"content": "", "refusal": None, "role": "assistant"}
    function: Json = {"arguments": "", "name": choice.tool}
    call: Json = {"function": function, "id": choice.call_id, "index": 0, "type": "function"}
    return {"content": None, "refusal": None, "role": "assistant", "tool_calls": [call]}


def _piece(choice: Choice, part: str) -> tuple[Json, Json]:
    if choice.tool is None:
        return {"content": part}, {"protected_material_text": _DETECTED}
    return {"tool_calls": [{"function": {"arguments": part}, "index": 0}]}, {}


def _delta(index: int, delta: Json, finish: str | None, results: Json) -> Json:
    return {
        "content_filter_results": results,
        "delta": delta,
        "finish_reason": finish,
        "index": index,
        "logprobs": None,
    }


class _Chunks:
    """Writes the chunks of one stream."""

    def __init__(self, given: ChatAnswer, include_usage: bool) -> None:
        self.given = given
        self.include_usage = include_usage
        self.padding = None if given.obfuscation is None else Dice(given.obfuscation)

    def chunk(self, choices: Json, usage: Json = None) -> bytes:
        document: dict[str, Json] = {
            "choices": choices,
            "created": self.given.created,
            "id": self.given.id,
            "model": self.given.model,
            "object": "chat.completion.chunk",
            "service_tier": "default",
            "system_fingerprint": "fp_simulated",
        }
        if self.padding is not None:
            document["obfuscation"] = self.padding.letters(1 + self.padding.below(14))
        if self.include_usage:
            document["usage"] = usage
        return _event(document)


def _event(document: Json) -> bytes:
    return b"data: " + compact(document) + b"\n\n"
