"""What every API's reader shares: it takes events or a document, and keeps the last stated usage.

A subclass, one per API, says where its API differs.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field

from gatewright.metering.json_text import Json, JsonObject, NotJson, object_at, read_object, text_at
from gatewright.metering.normalise import Reported, openai_usage
from gatewright.metering.sse import Event
from gatewright.metering.usage import TokenUsage

MAX_BODY_BYTES = 64 * 1024 * 1024
TAIL_BYTES = 64 * 1024
HEAD_BYTES = 1024

_STATED = re.compile(rb"\s*+:\s*+[^n\s]")  # a value that is not null
_FINISHED = re.compile(rb'"finish_reason"\s*+:\s*+"')
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,64}\Z")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the request says that a reading may need.

    Attributes:
        model: the model in the body, or in a form field.
        stream: the body asks for a stream.
        include_usage: `stream_options.include_usage`, None where absent.
        characters: characters of text to speak.
        background: the answer is to be made in the background.
    """

    model: str | None = None
    stream: bool = False
    include_usage: bool | None = None
    characters: int | None = None
    background: bool = False


@dataclass(slots=True)
class Facts:
    """What an interpreter has found so far."""

    reported: Reported | None = None
    counted: TokenUsage | None = None
    model: str | None = None
    response_id: str | None = None
    created: int | None = None
    error: str | None = None
    ended: bool = False
    detail: str | None = None
    flags: dict[str, None] = field(default_factory=dict)


class Body:
    """The bytes of a document. Beyond the limit only its tail is kept."""

    def __init__(self, limit: int = MAX_BODY_BYTES) -> None:
        self._chunks: deque[bytes] = deque()
        self._kept = 0
        self._limit = limit
        self.cut = False

    def __len__(self) -> int:
        return self._kept

    def add(self, data: bytes) -> None:
        """Adds bytes."""
        self._chunks.append(data)
        self._kept += len(data)
        while self._kept > self._limit and self._kept - len(self._chunks[0]) >= TAIL_BYTES:
            self._kept -= len(self._chunks.popleft())
            self.cut = True

    def head(self) -> bytes:
        """The first bytes; nothing where the document was larger than the limit."""
        return b"" if self.cut or not self._chunks else self._chunks[0][:HEAD_BYTES]

    def tail(self, size: int = TAIL_BYTES) -> bytes:
        """At least the last `size` bytes, if there are so many."""
        parts: list[bytes] = []
        have = 0
        for chunk in reversed(self._chunks):
            parts.append(chunk[-size:])
            have += len(parts[-1])
            if have >= size:
                break
        return b"".join(reversed(parts))

    def whole(self) -> bytes:
        """All bytes.

        Raises:
            NotJson: the document was larger than the limit.
        """
        if self.cut:
            raise NotJson("larger than the limit")
        return b"".join(self._chunks)


class Interpreter:
    """Reads usage of OpenAI-style APIs that state it as top-level `usage`, in a document or in any event.

    The last stated usage wins. Subclasses say where their API differs.
    """

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.facts = Facts()

    # What an API may say differently.

    def usage_in_event(self, value: JsonObject, event: Event) -> Reported | None:
        """The usage that an event states."""
        return self.usage_in_document(value)

    def usage_in_document(self, value: JsonObject) -> Reported | None:
        """The usage that a document states."""
        raw = object_at(value, "usage")
        return openai_usage(raw) if raw else None

    def subject(self, value: JsonObject, event: Event) -> JsonObject:
        """The object of an event that carries `model`, `id` and `error`."""
        return value

    def is_end(self, value: JsonObject, event: Event) -> bool:
        """Whether an event is the last one of its stream."""
        return False

    def is_last_word(self, raw: bytes) -> bool:
        """Whether a block near the end of a stream shows that the answer is whole (no end mark came)."""
        return _FINISHED.search(raw) is not None

    def wants(self, raw: bytes) -> bool:
        """Whether a block must be parsed, judged by its bytes: most events of a stream need not be."""
        return states(raw, b'"usage"') or states(raw, b'"error"')

    # What all APIs share.

    def event(self, event: Event) -> None:
        """Takes an event of a stream."""
        if event.data.strip() == b"[DONE]":
            self.facts.ended = True
            return
        try:
            value = read_object(event.data.decode("utf-8", "replace"))
        except NotJson:
            return
        self._note(self.subject(value, event))
        self._note_error(value if "error" in value else self.subject(value, event), event)
        self._note_usage(self.usage_in_event(value, event))
        if self.is_end(value, event):
            self.facts.ended = True

    def document(self, body: Body) -> None:
        """Takes a whole document."""
        try:
            value = read_object(body.whole())
        except NotJson:
            self.facts.detail = "body_too_large" if body.cut else "body_is_not_json"
            return
        self.facts.ended = True
        self._note(value)
        self._note_error(value, None)
        self._note_usage(self.usage_in_document(value))

    def _note(self, subject: JsonObject) -> None:
        self.facts.model = self.facts.model or text_at(subject, "model")
        self.facts.response_id = self.facts.response_id or text_at(subject, "id")
        self.facts.created = self.facts.created or created_in(subject)

    def _note_error(self, value: JsonObject, event: Event | None) -> None:
        error = value.get("error")
        if error:
            self.facts.error = error_code(error)
        elif event is not None and event.type == "error":
            self.facts.error = error_code(value)

    def _note_usage(self, reported: Reported | None) -> None:
        if reported is None:
            return
        if self.facts.reported is not None and self.facts.reported.usage != reported.usage:
            self.facts.flags["usage_changed"] = None
        self.facts.reported = reported


def states(raw: bytes, name: bytes) -> bool:
    """Whether a quoted name stands anywhere in front of a value that is not null."""
    at = raw.find(name)
    while at >= 0:
        at += len(name)
        if not raw.startswith(b":null", at) and _STATED.match(raw, at):
            return True
        at = raw.find(name, at)
    return False


def created_in(subject: JsonObject) -> int | None:
    """When an object was made, by its own word, in seconds since 1970."""
    stated = subject.get("created_at", subject.get("created"))
    return stated if isinstance(stated, int) and stated > 0 else None


def error_code(error: Json) -> str:
    """A short code of an error object: its `code`, else its `type`; never its message.

    >>> error_code({"code": "429", "message": "too many"})
    '429'
    """
    if isinstance(error, dict):
        for key in ("code", "type"):
            value = error.get(key)
            if isinstance(value, int) and not isinstance(value, bool):
                value = str(value)
            if isinstance(value, str) and _CODE.match(value):
                return value
    return "error"
