"""Asking for usage in a stream, and replacing a model's name, by splicing bytes into a request's JSON.

All other bytes stay as the client wrote them. Where a body is ambiguous nothing is changed, and the reason
says why. `StreamFilter`, the way back, hides from the client what was asked for on its behalf.

Sources: https://platform.openai.com/docs/api-reference/chat/create#chat-create-stream_options (2026-10);
https://learn.microsoft.com/azure/ai-services/openai/api-version-deprecation (2026-09), by which
`stream_options` came with 2024-09-01-preview; https://github.com/openai/openai-python/issues/2296 (2025-04):
Azure answers 400 to it beside `data_sources`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from gatewright.metering.json_text import Member, NotJson, ObjectText, scan_object
from gatewright.metering.stream_filter import StreamFilter

__all__ = [
    "Edit",
    "Replaced",
    "Spliced",
    "StreamFilter",
    "Wish",
    "find_model",
    "model_edit",
    "model_in",
    "replace_model",
    "splice",
    "spliced",
    "supports_usage",
    "usage_wish",
]

_MEMBER = b'"include_usage":true'
_OBJECT = b'{"include_usage":true}'

# The first Azure OpenAI API version whose chat completions know `stream_options`.
FIRST_AZURE_VERSION = "2024-09-01"


class Edit(NamedTuple):
    """Bytes `start:end` of a text are to be replaced by others."""

    start: int
    end: int
    text: bytes


class Wish(NamedTuple):
    """What a request says about usage in its stream, and what would ask for it.

    Attributes:
        edit: what asks for usage; None where nothing may be changed, and `reason` says why.
        stream: the client asks for a stream.
        requested_usage: the client asks for usage itself.
        reason: as in `Spliced`.
    """

    edit: Edit | None
    stream: bool = True
    requested_usage: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Spliced:
    """A request body after an attempt to ask for usage.

    Attributes:
        body: the body to send.
        injected: whether it differs from the client's.
        requested_usage: the client asks for usage itself, so that nothing may be hidden from it.
        stream: the client asks for a stream.
        reason: why nothing was injected: `not_json`, `not_a_stream`, `already_requested`,
            `duplicate_stream`, `duplicate_stream_options`, `stream_options_not_an_object`,
            `duplicate_include_usage`, `include_usage_not_a_boolean`, `data_sources`; empty where it was.
    """

    body: bytes
    injected: bool
    requested_usage: bool = False
    stream: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Replaced:
    """A request body after an attempt to replace its model.

    Attributes:
        body: the body to send; the client's own where nothing was replaced.
        replaced: whether the model was replaced.
        reason: `not_json`, `missing_model`, `duplicate_model`, `model_not_a_text`, `model_mismatch`; empty
            where it was replaced.
        model: the model that the client named, or None.
    """

    body: bytes
    replaced: bool
    reason: str = ""
    model: str | None = None


def supports_usage(api: str, api_version: str | None) -> bool:
    """Whether `stream_options.include_usage` may be injected into calls of an API.

    Older Azure API versions refuse the member as unknown. Paths without a version (`/openai/v1`) know it.

    >>> supports_usage("chat", "2024-02-01"), supports_usage("chat", "2025-01-01-preview")
    (False, True)
    """
    if api not in ("chat", "completions"):
        return False
    return api_version is None or not api_version[:1].isdigit() or api_version[:10] >= FIRST_AZURE_VERSION


def splice(body: bytes) -> Spliced:
    """A chat completion's body that asks for usage in its stream.

    >>> splice(b'{"stream": true, "messages": []}').body
    b'{"stream": true,"stream_options":{"include_usage":true}, "messages": []}'
    """
    try:
        wish = usage_wish(body, scan_object(body))
    except NotJson:
        return Spliced(body, False, reason="not_json")
    if wish.edit is None:
        return Spliced(body, False, wish.requested_usage, wish.stream, wish.reason)
    return Spliced(spliced(body, [wish.edit]), True, stream=True)


def spliced(body: bytes, edits: Iterable[Edit]) -> bytes:
    """A text with edits done to it, which must not overlap."""
    parts: list[bytes] = []
    at = 0
    for start, end, text in sorted(edits):
        parts += (body[at:start], text)
        at = end
    parts.append(body[at:])
    return b"".join(parts)


def usage_wish(body: bytes, found: ObjectText) -> Wish:
    """What would ask for usage in a chat completion's body.

    Args:
        body: the body.
        found: its members.
    """
    streams = found.named("stream")
    if not streams or streams[-1].value is not True:
        return Wish(None, False, reason="not_a_stream")
    if any(member.value is not True for member in streams):
        return Wish(None, reason="duplicate_stream")
    options = found.named("stream_options")
    if not options:
        if found.named("data_sources"):
            return Wish(None, reason="data_sources")  # Azure would answer 400
        at = streams[-1].end
        return Wish(Edit(at, at, b',"stream_options":' + _OBJECT))
    if len(options) > 1:
        return Wish(None, reason="duplicate_stream_options")
    return _in_options(body, options[0])


def _in_options(body: bytes, options: Member) -> Wish:
    if options.value is None:
        return Wish(Edit(options.start, options.end, _OBJECT))
    if not isinstance(options.value, dict):
        return Wish(None, reason="stream_options_not_an_object")
    inner = scan_object(body, options.start, options.end)
    wanted = inner.named("include_usage")
    if not wanted:
        at = inner.start + 1
        return Wish(Edit(at, at, _MEMBER + (b"," if inner.members else b"")))
    if len(wanted) > 1:
        return Wish(None, reason="duplicate_include_usage")
    if wanted[0].value is True:
        return Wish(None, requested_usage=True, reason="already_requested")
    if wanted[0].value is not None and wanted[0].value is not False:
        return Wish(None, reason="include_usage_not_a_boolean")
    return Wish(Edit(wanted[0].start, wanted[0].end, b"true"))


def find_model(body: bytes) -> Replaced:
    """The model that a body names, nothing replaced; `reason` says what is wrong with it, if anything is."""
    try:
        return _replaced(body, scan_object(body), None, None)
    except NotJson:
        return Replaced(body, False, "not_json")


def replace_model(body: bytes, alias: str, new: str) -> Replaced:
    """A body whose top-level `model`, which must be `alias`, is `new`.

    >>> replace_model(b'{"model": "chat", "input": "model"}', "chat", "gpt-41-ptu").body
    b'{"model": "gpt-41-ptu", "input": "model"}'
    """
    try:
        return _replaced(body, scan_object(body), alias, new)
    except NotJson:
        return Replaced(body, False, "not_json")


def _replaced(body: bytes, found: ObjectText, alias: str | None, new: str | None) -> Replaced:
    member, reason = model_in(found)
    if member is None or not isinstance(member.value, str):
        return Replaced(body, False, reason)
    if new is None:
        return Replaced(body, False, "", member.value)
    if member.value != alias:
        return Replaced(body, False, "model_mismatch", member.value)
    return Replaced(spliced(body, [model_edit(member, new)]), True, "", member.value)


def model_edit(member: Member, new: str) -> Edit:
    """What gives a model member another name."""
    return Edit(member.start, member.end, json.dumps(new).encode("ascii"))


def model_in(found: ObjectText) -> tuple[Member | None, str]:
    """The one `model` member, whose value is a text; or None and why not, as in `Replaced`.

    A `null` names no model: Azure OpenAI answers such a body on a deployment's path (seen in recordings).
    """
    models = found.named("model")
    if len(models) > 1:
        return None, "duplicate_model"
    if not models or models[0].value is None:
        return None, "missing_model"
    return (models[0], "") if isinstance(models[0].value, str) else (None, "model_not_a_text")
