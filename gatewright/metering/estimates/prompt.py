"""What a request counts as input: the texts of its prompt and what the chat format puts around them.

Chat: three tokens around each message, its role, its texts, its name; three that prime the answer. What
cannot be read from the request (a stored conversation, an image behind a URL) is named, and then the count
is a lower bound only.

What else recordings show, by their ids, where no sentence beside the code says more: the result of a call
names it again, and its address is counted (4777df22, 32452a69, 5e89bd25 by names of one, four, three tokens);
arguments are counted without spaces (4777df22, bdc232d0, d633638a); a text beside calls is a message of its
own (540f203c); a model that reasons counts eight tokens more for each earlier call (five recordings of
Responses, three projects). A schema is counted by its name and its keywords but `required`: exact for the
eight of Responses, three projects, and for three of chat completions; four of October 2024 were billed four
more and two of Azure three.

Sources: https://developers.openai.com/cookbook/examples/how_to_count_tokens_with_tiktoken (2026-08);
recordings, against the services' own counts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from gatewright.metering.estimates.tools import (
    ADDRESS,
    bare,
    functions,
    must_name,
    other_tools,
    plain,
    render,
)
from gatewright.metering.estimates.vocabulary import Family, Tokenizer
from gatewright.metering.json_text import Json, JsonObject, list_at, object_at, text_at

PER_ANSWER = 3
PER_SHOWN_ANSWER = 2
PER_TURN = 4
PER_TURN_WITH_TEXT = 4
PER_RESPONSES_TURN = 7
PER_REASONED_TURN = 8
PER_RETURNED = 3
PER_NAMED_TOOL = 7

_STORED = ("previous_response_id", "conversation", "prompt")
_IMAGES = frozenset({"image_url", "input_image", "image"})
_TEXTS = frozenset({"text", "input_text", "output_text", "refusal", "summary_text", "reasoning_text"})
_NOT_SHOWN = frozenset({"additionalProperties", "$schema", "required"})
_END = 64  # characters of a text that decide how a line end behind it is counted
_MAX_DEPTH = 8
_MAX_SCHEMA_DEPTH = 64


@dataclass(slots=True)
class PromptCount:
    """Tokens of a prompt.

    Attributes:
        tokens: what was counted.
        tools: how many functions it defines.
        turns: how many calls of tools, each with its result, it repeats.
        system: it is a chat with a message of the system, which tools are then joined to.
        schema_tokens: tokens of the schema that the answer must follow.
        less: so many of the tokens may not have been billed.
        beyond: what is in the prompt and cannot be counted.
    """

    tokens: int = 0
    tools: int = 0
    turns: int = 0
    system: bool = False
    schema_tokens: int = 0
    less: int = 0
    beyond: set[str] = field(default_factory=set)

    @property
    def case(self) -> str:
        """What the fitted figures depend on."""
        if self.schema_tokens:
            return "schema"
        parts = [
            "tools" if self.tools else "",
            "turns" if self.turns else "",
            "system" if self.system and self.tools else "",
        ]
        return "+".join(part for part in parts if part) or "plain"


def embeddings(body: JsonObject, family: Family, tokenizer: Tokenizer) -> PromptCount | None:
    """Tokens of texts to embed; token ids count themselves. None where there is no input."""
    count = PromptCount()
    known = _texts(count, body.get("input"), tokenizer)
    count.tokens = max(1, count.tokens)  # an empty text is billed as one token
    return count if known else None


def completions(body: JsonObject, family: Family, tokenizer: Tokenizer) -> PromptCount | None:
    """Tokens of a (legacy) completion's prompt, and of the suffix it leads to. None where there is none.

    72800ce4, the one recording with a suffix, is exact so.
    """
    count = PromptCount(tokens=tokenizer.count(text_at(body, "suffix") or ""))
    return count if _texts(count, body.get("prompt"), tokenizer) else None


def _texts(count: PromptCount, value: Json, tokenizer: Tokenizer, depth: int = 0) -> bool:
    """Counts a text, a token id, or a list of them; whether it is nothing else."""
    if isinstance(value, str):
        count.tokens += tokenizer.count(value)
        return True
    if isinstance(value, int) and not isinstance(value, bool):
        count.tokens += 1
        return depth > 0
    if isinstance(value, list) and depth < 2:
        return all([_texts(count, item, tokenizer, depth + 1) for item in value])
    return False


def chat(body: JsonObject, family: Family, tokenizer: Tokenizer) -> PromptCount | None:
    """Tokens of a chat's messages, tools and response format. None where there are no messages."""
    messages = list_at(body, "messages")
    if messages is None:
        return None
    count = PromptCount(tokens=PER_ANSWER if family.framed else 0)
    turns = [message for message in messages if isinstance(message, dict)]
    for message in turns:
        _message(count, message, family, tokenizer)
    _answers(count, turns, family)
    _tools(count, body.get("tools"), tokenizer)
    if legacy := list_at(body, "functions"):
        _tools(count, [{"type": "function", "function": item} for item in legacy], tokenizer)
    _named(count, must_name("chat", family, body), family, tokenizer)
    _system(count, turns, tokenizer)
    _schema(count, object_at(body, "response_format"), tokenizer)
    return count


def responses(body: JsonObject, family: Family, tokenizer: Tokenizer) -> PromptCount | None:
    """Tokens of a response's instructions, input, tools and text format. None where there is no input."""
    value = body.get("input")
    count = PromptCount(tokens=PER_ANSWER)
    count.beyond.update("stored_input" for key in _STORED if body.get(key))
    if not isinstance(value, str | list) and not count.beyond:
        return None
    if instructions := text_at(body, "instructions"):
        _message(count, {"role": "system", "content": instructions}, family, tokenizer)
    if isinstance(value, str):
        _message(count, {"role": "user", "content": value}, family, tokenizer)
    items = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    for item in items:
        _item(count, item, family, tokenizer)
    _returned(count, items, family)
    _answers(count, items, family)
    _tools(count, body.get("tools"), tokenizer)
    _named(count, must_name("responses", family, body), family, tokenizer)
    _schema(count, object_at(body, "text", "format"), tokenizer)
    return count


def _system(count: PromptCount, messages: list[JsonObject], tokenizer: Tokenizer) -> None:
    """Tools begin on a line of their own behind the first message of the system, where there is one."""
    said = [message.get("content") for message in messages if message.get("role") in ("system", "developer")]
    count.system = bool(said)
    if said and count.tools and isinstance(said[0], str):
        end = said[0][-_END:]
        count.tokens += tokenizer.count(end + "\n") - tokenizer.count(end)


def _answers(count: PromptCount, messages: list[JsonObject], family: Family) -> None:
    """To models that reason, an earlier answer is marked as one that was shown."""
    if family.reasons:
        count.tokens += PER_SHOWN_ANSWER * sum(1 for item in messages if item.get("role") == "assistant")


def _returned(count: PromptCount, items: list[JsonObject], family: Family) -> None:
    """Calls that come back with their status may count more: of eleven such prompts, seven did.

    345457af, 9d90888c and five more of two projects did; 6f17902d, bbcbc3e8, 1e2ab3ee and 90c53eba, of three,
    did not, and nothing in them says why.
    """
    calls = (item for item in items if item.get("type") == "function_call")
    if not family.reasons and any(item.get("status") == "completed" for item in calls):
        count.tokens += PER_RETURNED
        count.less += PER_RETURNED


def _item(count: PromptCount, item: JsonObject, family: Family, tokenizer: Tokenizer) -> None:
    match text_at(item, "type"):
        case "message" | None:
            _message(count, item, family, tokenizer)
        case "function_call" | "custom_tool_call":
            count.tokens += PER_RESPONSES_TURN + (PER_REASONED_TURN if family.reasons else 0)
            _call(count, item, tokenizer)
        case "function_call_output" | "custom_tool_call_output":
            count.tokens += family.per_message
            _content(count, item.get("output"), tokenizer)
        case "reasoning":
            count.beyond.add("reasoning")
        case str(kind):
            count.beyond.add(kind.removesuffix("_call")[:40])


def _message(count: PromptCount, message: JsonObject, family: Family, tokenizer: Tokenizer) -> None:
    if family.framed:
        count.tokens += family.per_message + tokenizer.count(text_at(message, "role") or "")
    calls = list_at(message, "tool_calls") or ()
    name = text_at(message, "name")
    if name and message.get("role") not in ("tool", "function"):  # the call names whose result it is
        count.tokens += family.per_name + tokenizer.count(name)
    _content(count, message.get("content"), tokenizer)
    count.tokens += tokenizer.count(text_at(message, "refusal") or "")
    legacy = object_at(message, "function_call")
    for call in [*calls, *([{"function": legacy}] if legacy else ())]:
        count.tokens += PER_TURN
        _call(count, object_at(call, "function") or object_at(call, "custom") or {}, tokenizer)
    if calls and message.get("content"):
        count.tokens += PER_TURN_WITH_TEXT
    if message.get("audio"):
        count.beyond.add("audio")


def _call(count: PromptCount, call: JsonObject, tokenizer: Tokenizer) -> None:
    """An earlier call: its name, which its result says again, its address, its arguments without spaces."""
    name = text_at(call, "name") or ""
    count.turns += 1
    count.tokens += tokenizer.count(name) + tokenizer.count(ADDRESS + name)
    count.tokens += tokenizer.count(plain(text_at(call, "arguments") or "") + (text_at(call, "input") or ""))


def _content(count: PromptCount, content: Json, tokenizer: Tokenizer, depth: int = 0) -> None:
    if isinstance(content, str):
        count.tokens += tokenizer.count(content)
    elif isinstance(content, list) and depth < _MAX_DEPTH:
        for part in content:
            _content(count, part, tokenizer, depth + 1)
    elif isinstance(content, dict):
        kind = text_at(content, "type") or ""
        if kind in _TEXTS or not kind:
            count.tokens += tokenizer.count(text_at(content, "text") or text_at(content, "refusal") or "")
        else:
            count.beyond.add("image" if kind in _IMAGES else kind[:40])


def _tools(count: PromptCount, tools: Json, tokenizer: Tokenizer) -> None:
    if other_tools(tools):
        count.beyond.add("hosted_tools")
    found = functions(tools)
    if found:
        count.tools += len(found)
        count.tokens += tokenizer.count(render(found)) - bare(found)


def _named(count: PromptCount, name: str | None, family: Family, tokenizer: Tokenizer) -> None:
    """The tool that must be called stands in the prompt once more; not for models that reason (91caeb78)."""
    if name is not None and count.tools and not family.reasons:
        count.tokens += PER_NAMED_TOOL + tokenizer.count(name)


def _schema(count: PromptCount, form: JsonObject | None, tokenizer: Tokenizer) -> None:
    if form is None or text_at(form, "type") != "json_schema":
        return
    named = object_at(form, "json_schema") or form
    schema = _shown(object_at(named, "schema") or {})
    count.schema_tokens = tokenizer.count(json.dumps(schema, separators=(",", ":"), ensure_ascii=False))
    count.tokens += count.schema_tokens + tokenizer.count(text_at(named, "name") or "")


def _shown(schema: Json, depth: int = 0) -> Json:
    """A schema without the keywords that the model does not see."""
    if depth > _MAX_SCHEMA_DEPTH:
        return None
    if isinstance(schema, list):
        return [_shown(item, depth + 1) for item in schema]
    if isinstance(schema, dict):
        return {key: _shown(item, depth + 1) for key, item in schema.items() if key not in _NOT_SHOWN}
    return schema
