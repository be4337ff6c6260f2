"""Bodies of chat and embeddings requests, checked as the service checks them.

Source: Azure OpenAI inference API 2024-10-21 and the undated v1 API (OpenAPI files of Microsoft, 2025-11).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gatewright.harness.upstreams.wire import Refused, invalid
from gatewright.harness.upstreams.words import Json

MAX_CHOICES = 128
MAX_INPUTS = 2048
MAX_MESSAGES = 2048


@dataclass(frozen=True, slots=True)
class Tool:
    """A function the model may call: its name and the JSON Schema of its arguments."""

    name: str
    parameters: Json


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A chat request.

    Attributes:
        prompt: role and text of each message; parts that are no text count by their JSON.
        tools_text: the tools as JSON, for counting; empty without tools.
        called: the tool that the answer calls, or None.
        call_forced_by_name: the tool was named by `tool_choice` (then the service finishes with `stop`).
        format: `text`, `json_object` or `json_schema`.
        schema: the schema of `json_schema`.
        max_tokens: the most tokens of the answer, or None.
    """

    prompt: tuple[tuple[str, str], ...]
    tools_text: str
    called: Tool | None
    call_forced_by_name: bool
    format: str
    schema: Json
    choices: int
    max_tokens: int | None
    stream: bool
    include_usage: bool
    include_obfuscation: bool
    seed: bytes


@dataclass(frozen=True, slots=True)
class EmbeddingsRequest:
    """An embeddings request: texts or token lists, how many dimensions, base64 or float."""

    inputs: tuple[str | tuple[int, ...], ...]
    dimensions: int | None
    base64: bool


def read_object(body: bytes) -> dict[str, Json]:
    """A body as a JSON object.

    Raises:
        Refused: 400 for anything else.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as fault:
        message = "We could not parse the JSON body of your request. The request body must be valid JSON."
        raise Refused(invalid(message)) from fault
    if not isinstance(value, dict):
        raise Refused(invalid("The request body must be a JSON object."))
    return value


def read_chat(body: Mapping[str, Json]) -> ChatRequest:
    """A chat request.

    Raises:
        Refused: 400 with the field at fault.
    """
    stream = _flag(body, "stream")
    options = _object(body, "stream_options")
    if options and not stream:
        message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise Refused(invalid(message, "stream_options"))
    tools = _tools(body)
    called, by_name = _called(body, tools)
    form, schema = _format(body)
    return ChatRequest(
        prompt=_messages(body),
        tools_text=json.dumps(body["tools"], ensure_ascii=False) if tools else "",
        called=called,
        call_forced_by_name=by_name,
        format=form,
        schema=schema,
        choices=_whole(body, "n", 1, MAX_CHOICES) or 1,
        max_tokens=_max_tokens(body),
        stream=stream,
        include_usage=_flag(options, "include_usage"),
        include_obfuscation=options.get("include_obfuscation") is not False,
        seed=_seed(body),
    )


def read_embeddings(body: Mapping[str, Json]) -> EmbeddingsRequest:
    """An embeddings request.

    Raises:
        Refused: 400 with the field at fault.
    """
    form = body.get("encoding_format", "float")
    if form not in ("float", "base64"):
        raise Refused(invalid("'encoding_format' must be 'float' or 'base64'.", "encoding_format"))
    return EmbeddingsRequest(
        _inputs(body.get("input")), _whole(body, "dimensions", 1, 3072), form == "base64"
    )


def _seed(body: Mapping[str, Json]) -> bytes:
    """What an answer follows from: the body without the model's name and without `stream_options`."""
    kept = {key: value for key, value in body.items() if key not in ("model", "stream_options")}
    return json.dumps(kept, sort_keys=True, ensure_ascii=True).encode("ascii")


def _messages(body: Mapping[str, Json]) -> tuple[tuple[str, str], ...]:
    messages = body.get("messages")
    if not isinstance(messages, list) or not 0 < len(messages) <= MAX_MESSAGES:
        raise Refused(invalid("'messages' must be a list with at least one message.", "messages"))
    out: list[tuple[str, str]] = []
    for index, message in enumerate(messages):
        role = message.get("role") if isinstance(message, Mapping) else None
        if not isinstance(message, Mapping) or not isinstance(role, str):
            raise Refused(
                invalid(f"Missing required parameter: 'messages[{index}].role'.", f"messages[{index}].role")
            )
        out.append((role, _content(message)))
    return tuple(out)


def _content(message: Mapping[str, Json]) -> str:
    content = message.get("content")
    text = content if isinstance(content, str) else ""
    if isinstance(content, list):
        text = "".join(_part(part) for part in content)
    calls = message.get("tool_calls")
    return text + (json.dumps(calls, ensure_ascii=False) if isinstance(calls, list) else "")


def _part(part: Json) -> str:
    if isinstance(part, Mapping) and isinstance(part.get("text"), str):
        return str(part["text"])
    return json.dumps(part, ensure_ascii=False)


def _tools(body: Mapping[str, Json]) -> tuple[Tool, ...]:
    tools = body.get("tools")
    if tools is None:
        return ()
    if not isinstance(tools, list) or not tools:
        raise Refused(invalid("'tools' must be a list with at least one tool.", "tools"))
    out: list[Tool] = []
    for index, tool in enumerate(tools):
        function = tool.get("function") if isinstance(tool, Mapping) else None
        name = function.get("name") if isinstance(function, Mapping) else None
        if not isinstance(function, Mapping) or not isinstance(name, str):
            where = f"tools[{index}].function.name"
            raise Refused(invalid(f"Missing required parameter: '{where}'.", where))
        out.append(Tool(name, function.get("parameters")))
    return tuple(out)


def _called(body: Mapping[str, Json], tools: Sequence[Tool]) -> tuple[Tool | None, bool]:
    choice = body.get("tool_choice")
    if choice is None or choice in ("none", "auto"):
        return None, False
    if not tools:
        raise Refused(invalid("'tool_choice' is only allowed when 'tools' are specified.", "tool_choice"))
    if choice == "required":
        return tools[0], False
    function = choice.get("function") if isinstance(choice, Mapping) else None
    wanted = function.get("name") if isinstance(function, Mapping) else None
    for tool in tools:
        if tool.name == wanted:
            return tool, True
    raise Refused(invalid("Tool choice names a function that is not in 'tools'.", "tool_choice"))


def _format(body: Mapping[str, Json]) -> tuple[str, Json]:
    wanted = _object(body, "response_format")
    form = wanted.get("type", "text")
    if form not in ("text", "json_object", "json_schema"):
        raise Refused(invalid("'response_format.type' is not supported.", "response_format.type"))
    if form != "json_schema":
        return str(form), None
    named = wanted.get("json_schema")
    if not isinstance(named, Mapping) or not isinstance(named.get("schema"), Mapping):
        where = "response_format.json_schema.schema"
        raise Refused(invalid(f"Missing required parameter: '{where}'.", where))
    return "json_schema", named["schema"]


def _max_tokens(body: Mapping[str, Json]) -> int | None:
    old, new = (_whole(body, name, 1, 1_000_000) for name in ("max_tokens", "max_completion_tokens"))
    if old is not None and new is not None:
        message = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported."
        raise Refused(invalid(message, "max_tokens"))
    return new if old is None else old


def _inputs(value: Json) -> tuple[str | tuple[int, ...], ...]:
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list) and value and all(_is_token(item) for item in value):
        value = [value]
    if not isinstance(value, list) or not 0 < len(value) <= MAX_INPUTS:
        raise Refused(invalid("'input' must be a text, a list of texts, or lists of tokens.", "input"))
    out: list[str | tuple[int, ...]] = []
    for item in value:
        if isinstance(item, str) and item:
            out.append(item)
        elif isinstance(item, list) and item and all(_is_token(token) for token in item):
            out.append(tuple(token for token in item if isinstance(token, int)))
        else:
            raise Refused(invalid("'$.input' is invalid.", "input"))
    return tuple(out)


def _is_token(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _flag(body: Mapping[str, Json], name: str) -> bool:
    value = body.get(name)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise Refused(invalid(f"'{name}' must be a boolean.", name))


def _object(body: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    value = body.get(name)
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return value
    raise Refused(invalid(f"'{name}' must be an object.", name))


def _whole(body: Mapping[str, Json], name: str, low: int, high: int) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Refused(invalid(f"'{name}' must be a whole number from {low} to {high}.", name))
    return value
