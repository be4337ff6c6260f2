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
from dataclasses import dataclass

from gatewright.metering.json_text import Member, NotJson, ObjectText, scan_object
from gatewright.metering.stream_filter import StreamFilter

__all__ = ["Replaced", "Spliced", "StreamFilter", "find_model", "replace_model", "splice", "supports_usage"]

_MEMBER = b'"include_usage":true'
_OBJECT = b'{"include_usage":true}'

# The first Azure OpenAI API version whose chat completions know `stream_options`.
FIRST_AZURE_VERSION = "2024-09-01"


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
        found = scan_object(body)
    except NotJson:
        return Spliced(body, False, reason="not_json")
    streams = found.named("stream")
    if not streams or streams[-1].value is not True:
        return Spliced(body, False, reason="not_a_stream")
    if any(member.value is not True for member in streams):
        return Spliced(body, False, stream=True, reason="duplicate_stream")
    options = found.named("stream_options")
    if found.named("data_sources") and not options:
        return Spliced(body, False, stream=True, reason="data_sources")  # Azure would answer 400
    if not options:
        addition = b',"stream_options":' + _OBJECT
        return _with(body, streams[-1].end, streams[-1].end, addition)
    if len(options) > 1:
        return Spliced(body, False, stream=True, reason="duplicate_stream_options")
    return _into_options(body, options[0])


def _with(body: bytes, start: int, end: int, text: bytes) -> Spliced:
    return Spliced(body[:start] + text + body[end:], True, stream=True)


def _into_options(body: bytes, options: Member) -> Spliced:
    if options.value is None:
        return _with(body, options.start, options.end, _OBJECT)
    if not isinstance(options.value, dict):
        return Spliced(body, False, stream=True, reason="stream_options_not_an_object")
    inner = scan_object(body, options.start, options.end)
    wanted = inner.named("include_usage")
    if not wanted:
        at = inner.start + 1
        return _with(body, at, at, _MEMBER + (b"," if inner.members else b""))
    if len(wanted) > 1:
        return Spliced(body, False, stream=True, reason="duplicate_include_usage")
    if wanted[0].value is True:
        return Spliced(body, False, requested_usage=True, stream=True, reason="already_requested")
    if wanted[0].value is not None and wanted[0].value is not False:
        return Spliced(body, False, stream=True, reason="include_usage_not_a_boolean")
    return _with(body, wanted[0].start, wanted[0].end, b"true")


def find_model(body: bytes) -> Replaced:
    """The model that a body names, nothing replaced; `reason` says what is wrong with it, if anything is."""
    try:
        return _model(body, scan_object(body))[0]
    except NotJson:
        return Replaced(body, False, "not_json")


def replace_model(body: bytes, alias: str, new: str) -> Replaced:
    """A body whose top-level `model`, which must be `alias`, is `new`.

    >>> replace_model(b'{"model": "chat", "input": "model"}', "chat", "gpt-41-ptu").body
    b'{"model": "gpt-41-ptu", "input": "model"}'
    """
    try:
        found, member = _model(body, scan_object(body))
    except NotJson:
        return Replaced(body, False, "not_json")
    if member is None or found.reason:
        return found
    if found.model != alias:
        return Replaced(body, False, "model_mismatch", found.model)
    text = json.dumps(new).encode("ascii")
    return Replaced(body[: member.start] + text + body[member.end :], True, "", found.model)


def _model(body: bytes, found: ObjectText) -> tuple[Replaced, Member | None]:
    models = found.named("model")
    if not models:
        return Replaced(body, False, "missing_model"), None
    if len(models) > 1:
        return Replaced(body, False, "duplicate_model"), None
    value = models[0].value
    if not isinstance(value, str):
        return Replaced(body, False, "model_not_a_text"), None
    return Replaced(body, False, "", value), models[0]
