"""Prompts and answers replaced by keyed hashes, in JSON documents and in streams of JSON events.

Equal texts get equal hashes, so that repeats stay visible; without the key a text cannot be guessed from one.
What is neither JSON nor such a stream (forms, audio) is replaced as a whole.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import TypeAlias

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

# Members whose texts are settings or identifiers, not what somebody wrote.
_KEPT = frozenset(
    {
        "encoding_format",
        "finish_reason",
        "id",
        "model",
        "object",
        "reasoning_effort",
        "response_id",
        "role",
        "service_tier",
        "status",
        "stop_reason",
        "system_fingerprint",
        "tool_choice",
        "type",
    }
)
_STREAM = re.compile(rb"\A\s*+(?:(?:data|event|id|retry)?:)")
_DATA = re.compile(rb"^(data:[ ]?)([^\r\n]*)", re.MULTILINE)


def hashed_prompts(body: bytes, key: bytes) -> bytes:
    """A body whose texts are hashes, its JSON structure kept.

    >>> hashed_prompts(b'{"role":"user","content":"hello"}', b"k" * 32)
    b'{"role":"user","content":"hash:b77dedb81d7deb35"}'
    """
    if not body.strip():
        return body
    if _STREAM.match(body):
        return _DATA.sub(lambda line: line[1] + _event(line[2], key), body)
    return _document(body, key) or _hash(body, key).encode()


def _event(data: bytes, key: bytes) -> bytes:
    if data.strip() in (b"", b"[DONE]"):
        return data
    return _document(data, key) or _hash(data, key).encode()


def _document(data: bytes, key: bytes) -> bytes | None:
    try:
        value: Json = json.loads(data)
        return json.dumps(_hashed(value, "", key), separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return None


def _hashed(value: Json, name: str, key: bytes) -> Json:
    if isinstance(value, dict):
        return {member: _hashed(item, member, key) for member, item in value.items()}
    if isinstance(value, list):
        return [_hashed(item, name, key) for item in value]
    if isinstance(value, str) and value and name not in _KEPT:
        return _hash(value.encode("utf-8", "surrogatepass"), key)
    return value


def _hash(text: bytes, key: bytes) -> str:
    return f"hash:{hmac.new(key, text, hashlib.sha256).hexdigest()[:16]}"
