"""How tools stand in a prompt: as a TypeScript namespace, one type for each function.

The services do not document it. This is the shape that models were trained on for function calling, as far as
token counts of recordings show it; what it misses is in the fitted bounds.

By their ids: a description stands without the white space around it (ac218ac3, feea1f67); the title of all
parameters stands behind the brace that opens them (d22ddccd, 79b4e6b0, 37c0ed15, 4bc86d51, in chat 7e0f618f;
of feea1f67, with five such tools, it makes one too many for each), and nowhere where there are none
(9bfc81fc). A default counts two tokens, spelled here in a way that has as many (012295b0, 7bfb279f, and
49dd5398 but for one token: one project, and values of one token alone).

Sources: https://platform.openai.com/docs/guides/function-calling (2026-10; "functions are injected into the
system message in a syntax the model has been trained on"); recordings with one to five tools.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from gatewright.metering.estimates.vocabulary import Family
from gatewright.metering.json_text import Json, JsonObject, list_at, object_at, text_at

ADDRESS = "functions."
"""What a call is addressed to, before the name of the function."""

_MAX_DEPTH = 16


def functions(tools: Json) -> list[JsonObject]:
    """The functions of a request's `tools`, in the shapes of chat completions and of Responses."""
    found: list[JsonObject] = []
    for tool in tools if isinstance(tools, list) else ():
        if isinstance(tool, dict) and text_at(tool, "type") in ("function", None):
            found.append(object_at(tool, "function") or tool)
    return found


def other_tools(tools: Json) -> bool:
    """Whether a request names tools that are no functions: what those add to a prompt is not known."""
    return isinstance(tools, list) and len(functions(tools)) < len(tools)


def must_name(api: str, family: Family, body: JsonObject) -> str | None:
    """Name of the function that the request says must be called; the model does not write it then.

    The Responses API treats the only tool of a request that must call one alike (83bc7736, one recording,
    whose prompt and answer both say so); chat completions does not (49dd5398), nor do models that reason
    (cc2ba945).
    """
    choice = object_at(body, "tool_choice") or object_at(body, "function_call")
    if choice is not None:
        return text_at(choice, "name") or text_at(choice, "function", "name")
    tools = list_at(body, "tools") or []
    only = functions(tools) if len(tools) == 1 else []
    if api != "responses" or family.reasons or body.get("tool_choice") != "required" or not only:
        return None
    return text_at(only[0], "name")


def plain(arguments: str) -> str:
    """Arguments without the spaces that a service writes into them; what is no JSON stays as it is."""
    try:
        return json.dumps(json.loads(arguments), separators=(",", ":"), ensure_ascii=False)
    except (ValueError, RecursionError):
        return arguments


def render(tools: list[JsonObject]) -> str:
    """Functions as a model reads them.

    >>> print(render([{"name": "now", "description": "The time."}]))
    namespace functions {
    <BLANKLINE>
    // The time.
    type now = () => any;
    <BLANKLINE>
    } // namespace functions
    """
    lines = ["namespace functions {", ""]
    for tool in tools:
        lines += [*_function(tool), ""]
    return "\n".join([*lines, "} // namespace functions"])


def bare(tools: list[JsonObject]) -> int:
    """How many functions describe none of their parameters: each counts one less (14570cf3 has both)."""
    parameters = (list((object_at(tool, "parameters", "properties") or {}).values()) for tool in tools)
    return sum(1 for values in parameters if values and not any(text_at(v, "description") for v in values))


def _function(tool: JsonObject) -> Iterator[str]:
    yield from _comment((text_at(tool, "description") or "").strip())
    parameters = object_at(tool, "parameters") or {}
    yield from _comment(text_at(parameters, "description"))
    name, title = text_at(tool, "name") or "", text_at(parameters, "title")
    if object_at(parameters, "properties"):
        yield f"type {name} = (_: {{" + (f" // {title}" if title else "")
        yield from _properties(parameters, 0)
        yield "}) => any;"
    else:
        yield f"type {name} = () => any;"


def _comment(text: str | None) -> Iterator[str]:
    """A comment, whose further lines stand as they are."""
    if text:
        yield f"// {text}"


def _properties(schema: JsonObject, depth: int) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        return
    required = schema.get("required")
    needed = required if isinstance(required, list) else []
    for name, value in (object_at(schema, "properties") or {}).items():
        if isinstance(value, dict):
            yield from _comment(text_at(value, "title"))
            yield from _comment(text_at(value, "description"))
            yield f"{name}{'' if name in needed else '?'}: {_type(value, depth + 1)}{_default(value)},"


def _default(schema: JsonObject) -> str:
    value = schema.get("default", schema)
    return "" if isinstance(value, dict | list) else f" = {json.dumps(value)}"


def _type(schema: JsonObject, depth: int) -> str:
    if depth > _MAX_DEPTH:
        return "any"
    options = schema.get("anyOf")
    if isinstance(options, list):
        return " | ".join(_type(option, depth + 1) for option in options if isinstance(option, dict))
    kind = schema.get("type")
    if isinstance(kind, list):
        names = dict.fromkeys(one for one in kind if isinstance(one, str))  # each once, or work multiplies
        return " | ".join(_type(schema | {"type": one}, depth + 1) for one in names)
    match kind:
        case "string" | "number" | "integer":
            return _enumerated(schema) or ("string" if kind == "string" else "number")
        case "array":
            items = object_at(schema, "items")
            return f"{_type(items, depth + 1)}[]" if items else "any[]"
        case "boolean" | "null":
            return kind
        case "object":
            return "\n".join(["{", *_properties(schema, depth), "}"])
        case _:
            return _enumerated(schema) or "any"


def _enumerated(schema: JsonObject) -> str | None:
    values = schema.get("enum")
    if not isinstance(values, list):
        return None
    return " | ".join(f'"{value}"' if isinstance(value, str) else f"{value}" for value in values)
