"""Prompts and answers replaced by keyed hashes, in JSON documents and in streams of JSON events.

Equal texts get equal hashes, so that repeats stay visible; without the key a text cannot be guessed from one.
Lists of numbers (token ids, bytes of tokens, embeddings) say what was written as well as words do: they
become zeros. What is neither JSON nor such a stream (forms, audio) is replaced as a whole. Names of members
stay.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

Piece: TypeAlias = tuple[int, bytes]
"""A piece of a body: its length before, and what stands in its place."""

# Members whose texts are settings or identifiers, not what somebody wrote.
_KEPT = frozenset(
    {
        "background",
        "code",
        "detail",
        "effort",
        "encoding_format",
        "event",
        "finish_reason",
        "format",
        "id",
        "modalities",
        "model",
        "object",
        "previous_response_id",
        "quality",
        "reasoning_effort",
        "response_format",
        "response_id",
        "role",
        "service_tier",
        "size",
        "status",
        "stop_reason",
        "system_fingerprint",
        "tool_choice",
        "truncation",
        "ttl",
        "type",
        "verbosity",
    }
)
_SETTING = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+-]{0,127}\Z")
_STREAM = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*+(?:(?:data|event|id|retry)?:)")
_LINE = re.compile(rb"([^\r\n]*+)(\r\n|\r|\n|\Z)")
_DATA = re.compile(rb"(data:[ ]?)(.*)\Z", re.DOTALL)
_FIELD = re.compile(rb"(?:\xef\xbb\xbf)?(?:event|id|retry):[ ]?[A-Za-z0-9._-]{0,64}\Z")


def hashed_prompts(body: bytes, key: bytes) -> bytes:
    """A body whose texts are hashes, its JSON structure kept.

    >>> hashed_prompts(b'{"role":"user","content":"hello"}', b"k" * 32)
    b'{"role":"user","content":"hash:b77dedb81d7deb35"}'
    """
    return b"".join(after for _, after in hashed_pieces(body, key))


def hashed_pieces(body: bytes, key: bytes) -> list[Piece]:
    """The same in pieces: the lines of a stream, or the body as one."""
    if not body.strip():
        return [(len(body), body)]
    if not _STREAM.match(body):
        return [(len(body), _document(body, key) or _hash(body, key).encode())]
    lines = (found for found in _LINE.finditer(body) if found[0])
    return [(len(found[0]), _line(found[1], key) + found[2]) for found in lines]


def recut(chunks: Iterable[tuple[float, bytes]], pieces: Sequence[Piece]) -> Iterator[tuple[float, bytes]]:
    """The times of a body's parts for its pieces: a piece has the time of the part that ended it."""
    came = done = at = 0
    for time, data in chunks:
        came += len(data)
        ended = []
        while at < len(pieces) and done + pieces[at][0] <= came:
            done += pieces[at][0]
            ended.append(pieces[at][1])
            at += 1
        if joined := b"".join(ended):
            yield time, joined


def _line(line: bytes, key: bytes) -> bytes:
    """A line of a stream; what is neither data nor a plain field is hashed too, comments for example."""
    if data := _DATA.match(line):
        return data[1] + _event(data[2], key)
    if not line.strip() or _FIELD.match(line):
        return line
    return b": " + _hash(line, key).encode()


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
        return [0 if _is_number(item) else _hashed(item, name, key) for item in value]
    if isinstance(value, str) and value and not (name in _KEPT and _SETTING.match(value)):
        return _hash(value.encode("utf-8", "surrogatepass"), key)
    return value


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _hash(text: bytes, key: bytes) -> str:
    return f"hash:{hmac.new(key, text, hashlib.sha256).hexdigest()[:16]}"
