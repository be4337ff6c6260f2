"""What a model wrote, gathered from events and documents of the APIs that write text.

Sources: as in `answer`; recordings f43e52e4 (parallel calls in one stream), 1422e00f41 (incomplete response).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from gatewright.metering.json_text import Json, JsonObject, list_at, object_at, text_at
from gatewright.metering.normalise import first

Key: TypeAlias = "int | str | tuple[int | str, int]"

REFUSAL = "refusal"  # the key of a text of chat completions that refuses

_ENTRY = 32  # what a piece of text costs beside its characters, so that empty pieces are bounded too
_REASONING = ("reasoning_content", "reasoning", "reasoning_text")
_CHAT_BEYOND = ("audio", "images")
# Items of a response that hold what a model did not write itself, or what nobody bills as output.
_SILENT = frozenset({"mcp_list_tools", "mcp_approval_request", "function_call_output"})
_TERMINAL = frozenset({"completed", "incomplete", "failed", "cancelled"})
_FINISH = {"completed": "stop", "incomplete": "length", "failed": "error", "cancelled": "cancelled"}


@dataclass(slots=True)
class WrittenCall:
    """A call, piece by piece."""

    name: list[str] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)


@dataclass(slots=True)
class WrittenChoice:
    """An answer, piece by piece."""

    texts: dict[Key, list[str]] = field(default_factory=dict)
    calls: dict[Key, WrittenCall] = field(default_factory=dict)
    finish: str | None = None

    def call(self, key: Key) -> WrittenCall:
        """The call of that key, a new one where there is none."""
        return self.calls.setdefault(key, WrittenCall())


class Written:
    """All that a model wrote, as far as the limit allows.

    Args:
        limit: characters that are kept at most.
    """

    def __init__(self, limit: int) -> None:
        self.choices: dict[int, WrittenChoice] = {}
        self.model: str | None = None
        self.created: int | None = None
        self.reasoned = False
        self.beyond: set[str] = set()
        self.cut = False
        self._left = limit

    def choice(self, index: Json) -> WrittenChoice:
        """The answer of that index, a new one where there is none."""
        return self.choices.setdefault(index if isinstance(index, int) else 0, WrittenChoice())

    def fits(self, text: str) -> bool:
        """Whether a text may still be kept; it is counted against the limit."""
        self._left -= len(text) + _ENTRY
        if self._left < 0:
            self.cut = True
        return not self.cut

    def add(self, pieces: list[str], text: Json) -> None:
        """Adds a piece, where it is a text and the limit allows."""
        if isinstance(text, str) and text and self.fits(text):
            pieces.append(text)

    def start_over(self) -> None:
        """Forgets the answers: the whole of them comes now."""
        self.choices = {}


def unread(written: Written, value: JsonObject) -> None:
    """An API whose answers are not texts: nothing is kept but the model's name and the time."""
    written.model = written.model or text_at(value, "model")
    written.created = written.created or first(value, "created", "created_at")


def completions(written: Written, value: JsonObject) -> None:
    """An event or the document of (legacy) completions."""
    unread(written, value)
    for item in list_at(value, "choices") or ():
        if isinstance(item, dict) and written.fits(""):
            choice = written.choice(item.get("index"))
            written.add(choice.texts.setdefault("text", []), item.get("text"))
            choice.finish = text_at(item, "finish_reason") or choice.finish


def chat(written: Written, value: JsonObject) -> None:
    """An event or the document of chat completions."""
    unread(written, value)
    for item in list_at(value, "choices") or ():
        if isinstance(item, dict) and written.fits(""):
            choice = written.choice(item.get("index"))
            choice.finish = text_at(item, "finish_reason") or choice.finish
            message = object_at(item, "delta") or object_at(item, "message")
            if message:
                _message(written, choice, message)


def _message(written: Written, choice: WrittenChoice, message: JsonObject) -> None:
    content = message.get("content")
    parts = content if isinstance(content, list) else [content]
    for part in parts:
        text = part.get("text") if isinstance(part, dict) else part
        if isinstance(text, str) and text:
            written.add(choice.texts.setdefault("content", []), text)
    if refusal := text_at(message, "refusal"):
        written.add(choice.texts.setdefault(REFUSAL, []), refusal)
    for number, call in enumerate(list_at(message, "tool_calls") or ()):
        if isinstance(call, dict):
            index = call.get("index")
            _chat_call(written, choice, index if isinstance(index, int) else number, call)
    if legacy := object_at(message, "function_call"):
        _chat_call(written, choice, "function_call", {"function": legacy})
    written.reasoned = written.reasoned or any(message.get(key) for key in _REASONING)
    written.beyond.update(kind for kind in _CHAT_BEYOND if message.get(kind))


def _chat_call(written: Written, choice: WrittenChoice, key: Key, call: JsonObject) -> None:
    body = object_at(call, "function") or object_at(call, "custom") or {}
    kept = choice.call(key)
    written.add(kept.name, body.get("name"))
    written.add(kept.arguments, body.get("arguments") or body.get("input"))


def responses(written: Written, value: JsonObject) -> None:
    """An event or the document of the Responses API."""
    kind = text_at(value, "type") or ""
    if kind.endswith(".delta"):
        _response_delta(written, kind, value)
    elif kind in ("response.output_item.added", "response.output_item.done"):
        _item(written, _key(value), object_at(value, "item") or {}, done=kind.endswith("done"))
    elif (whole := object_at(value, "response")) is not None:
        _response(written, whole)
    elif not kind:
        _response(written, value)


def _key(value: JsonObject) -> int | str:
    index, name = value.get("output_index"), value.get("item_id")
    return index if isinstance(index, int) else name if isinstance(name, str) else 0


def _response(written: Written, value: JsonObject) -> None:
    """A response object: while it is made it is empty; in its final state it holds everything."""
    unread(written, value)
    status = text_at(value, "status") or ""
    items = list_at(value, "output")
    if status in _TERMINAL:
        if items:
            written.start_over()
        withheld = text_at(value, "incomplete_details", "reason") == "content_filter"
        written.choice(0).finish = "content_filter" if withheld else _FINISH[status]
    for number, item in enumerate(items or ()):
        if isinstance(item, dict):
            _item(written, number, item, done=True)


def _response_delta(written: Written, kind: str, value: JsonObject) -> None:
    if not written.fits(""):
        return
    choice, key = written.choice(0), _key(value)
    part = value.get("content_index")
    place = (key, part if isinstance(part, int) else 0)
    match kind.removeprefix("response.").removesuffix(".delta"):
        case "output_text" | "refusal":
            written.add(choice.texts.setdefault(place, []), value.get("delta"))
        case "function_call_arguments" | "custom_tool_call_input":
            written.add(choice.call(key).arguments, value.get("delta"))
        case "reasoning" | "reasoning_text" | "reasoning_summary" | "reasoning_summary_text":
            written.reasoned = True
        case other:
            written.beyond.add(other.partition(".")[0].partition("_call")[0][:40])


def _item(written: Written, key: int | str, item: JsonObject, *, done: bool) -> None:
    """An item of a response, as it begins (without its text) or whole (then its text is the last word)."""
    if not written.fits(""):
        return
    choice = written.choice(0)
    match text_at(item, "type"):
        case "message":
            if done:
                _message_item(written, choice, key, item)
        case "function_call" | "custom_tool_call":
            call = choice.call(key)
            if done:
                call.name.clear()
                call.arguments.clear()
                written.add(call.arguments, item.get("arguments") or item.get("input"))
            if not call.name:
                written.add(call.name, item.get("name"))
        case "reasoning":
            written.reasoned = True
        case str(kind) if kind not in _SILENT:
            written.beyond.add(kind.removesuffix("_call")[:40])
        case _:
            pass


def _message_item(written: Written, choice: WrittenChoice, key: int | str, item: JsonObject) -> None:
    for number, part in enumerate(list_at(item, "content") or ()):
        text = text_at(part, "text") or text_at(part, "refusal")
        if text:
            pieces = choice.texts.setdefault((key, number), [])
            pieces.clear()
            written.add(pieces, text)
