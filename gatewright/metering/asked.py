"""What a request's body says that metering needs: model, stream, and what only the request can tell.

Bodies are JSON, or multipart forms (audio, image edits), where the model is a form field.
"""

from __future__ import annotations

import re

from gatewright.metering.apis.interpreter import Asked
from gatewright.metering.json_text import JsonObject, NotJson, object_at, read_object, text_at

_FIELD = re.compile(
    rb'content-disposition:[^\r\n]{0,200}\bname="?(model|stream)"?[^\r\n]{0,200}\r?\n'
    rb"(?:[A-Za-z0-9-]+:[^\r\n]{0,200}\r?\n){0,8}\r?\n([^\r\n]{0,200})\r?\n",
    re.IGNORECASE,
)


def read_asked(body: bytes) -> Asked:
    """What a body asks for; nothing for a body that cannot be read. Never raises."""
    if body.lstrip()[:2] == b"--":
        return _form(body)
    try:
        return _json(read_object(body))
    except NotJson:
        return Asked()


def _json(value: JsonObject) -> Asked:
    options = object_at(value, "stream_options")
    usage = options.get("include_usage") if options else None
    speech = value.get("input")
    return Asked(
        model=text_at(value, "model"),
        stream=value.get("stream") is True,
        include_usage=usage if isinstance(usage, bool) else None,
        characters=len(speech) if isinstance(speech, str) else None,
        background=value.get("background") is True,
    )


def _form(body: bytes) -> Asked:
    found = {match[1].lower(): match[2] for match in _FIELD.finditer(body)}
    model = found.get(b"model", b"").decode("utf-8", "replace").strip()
    return Asked(model=model or None, stream=found.get(b"stream", b"").strip().lower() == b"true")
