"""Hides injected usage from a client: bytes in, bytes out, so that it sees what it would have seen.

`include_usage` has two visible effects: a chunk of its own with `choices: []` and `usage`, and a
`"usage": null` member in every other chunk. Both go; every other byte stays.

Sources: https://platform.openai.com/docs/api-reference/chat-streaming (2026-10); recordings ea86144776
(Azure's first chunk, `latency_checkpoint` in the usage chunk), 22e6bc5422 (moderation in a late chunk).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gatewright.metering.json_text import BOM, Member, NotJson, ObjectText, scan_object
from gatewright.metering.sse import MAX_EVENT_BYTES, Block, SseSplitter

# What a chunk with usage may tell the client beside usage; such a chunk stays, without its usage.
_OF_ITS_OWN = frozenset(
    {"citations", "error", "moderation", "prompt_annotations", "prompt_filter_results", "search_results"}
)

_NULL_USAGE = b',"usage":null'
_NULL_BEHIND_NAME = len(_NULL_USAGE) - 2
# Behind a null usage, only members with plain values and the end of the outermost object: a top-level member.
_PLAIN_REST = re.compile(
    rb'(?:,"[^"\\\r\n]*+":(?:"[^"\\\r\n]*+"|null|true|false|[0-9]++))*+\}(?:\r\n|\n)(?:\r\n|\n)\Z'
)
_LINE = re.compile(rb"([^\r\n]*+)(\r\n|\n|\r|\Z)")
_DATA = re.compile(rb"data:[ ]?+")


class StreamFilter:
    r"""Removes injected usage from a stream of chat completion chunks.

    Holds back at most one incomplete event. Where a chunk cannot be read it passes as it is.

    >>> tap = StreamFilter()
    >>> tap.feed(b'data: {"choices":[{}],"usage":null}\n\ndata: {"choices":[],')
    [b'data: {"choices":[{}]}\n\n']
    >>> tap.feed(b'"usage":{"total_tokens":2}}\n\n')
    []

    Args:
        hide: False lets every byte pass as it comes.
        limit: bytes of one event that are held back at most; a larger event passes as it is.

    Attributes:
        failures: events that passed as they were because they could not be read.
        between: a stream from which usage is removed is between two events.
    """

    def __init__(self, hide: bool = True, limit: int = MAX_EVENT_BYTES) -> None:
        self._splitter = SseSplitter(limit)
        self._hide = hide
        self._decided = not hide
        self._start = b""
        self.failures = 0
        self.between = False

    def feed(self, data: bytes) -> list[bytes]:
        """The bytes that the client gets for these bytes; no item is empty."""
        if not self._decided:
            data = self._decide(data)
        if not self._hide:
            return [data] if data else []
        if self._splitter.is_one(data):
            self.between = True
            shown = self._visible(data)
            return [shown] if shown else []
        blocks = self._splitter.feed(data)
        self.between = self._splitter.between
        return self.blocks(blocks)

    def shown(self, event: bytes, at: int) -> bytes:
        """The bytes that the client gets for a plain event, never none; only where `between` holds.

        Args:
            event: one whole event, on one line.
            at: where `usage"` stands in it, which is null; -1 where it has none.
        """
        if at < 0:
            return event
        rest = at + _NULL_BEHIND_NAME
        if event.startswith(b',"', at - 2) and event.startswith(b"data:"):
            if event.startswith(b"}\n\n", rest):
                return event[: at - 2] + b"}\n\n"
            if _PLAIN_REST.match(event, rest):
                return event[: at - 2] + event[rest:]
        return self._visible(event) or event

    def _decide(self, data: bytes) -> bytes:
        """A body that is a JSON document, not a stream, passes as it comes."""
        start = self._start + data
        text = start.removeprefix(BOM).lstrip(b" \t\r\n")
        if not text and len(start) < 64:
            self._start = start
            return b""
        self._decided, self._start = True, b""
        self._hide = text[:1] not in (b"{", b"[")
        return start

    def blocks(self, blocks: list[Block]) -> list[bytes]:
        """The bytes that the client gets for blocks that somebody else has cut."""
        out = [self._visible(block.raw) if block.whole else block.raw for block in blocks]
        return [part for part in out if part]

    def finish(self) -> list[bytes]:
        """What is still held back, when the stream has ended; no item is empty."""
        if self._start:
            start, self._start = self._start, b""
            return [start]
        return self.blocks(self._splitter.finish())

    def _visible(self, raw: bytes) -> bytes:
        first = raw.find(b'usage"')
        if first < 0:
            return raw
        at = raw.rfind(_NULL_USAGE)
        if at >= 0 and first == at + 2 and raw.startswith(b"data:") and raw.find(b"\n") > at:
            rest = at + len(_NULL_USAGE)
            if _PLAIN_REST.match(raw, rest):
                return raw[:at] + raw[rest:]
        try:
            return hide_usage(raw)
        except Exception:  # the client's stream comes first: whatever is wrong here, it gets its bytes
            self.failures += 1
            return raw


def hide_usage(raw: bytes) -> bytes:
    """A block without its usage: empty for a chunk of usage alone, unchanged where it cannot be read."""
    segments = list(_segments(raw))
    if not segments:
        return raw
    data = b"\n".join(raw[start:end] for start, end in segments)
    try:
        chunk = scan_object(data)
    except NotJson:
        return raw
    usages = chunk.named("usage")
    if not usages or any(not isinstance(member.value, dict | None) for member in usages):
        return raw
    if isinstance(usages[-1].value, dict) and _is_usage_alone(chunk):
        return b""
    return _without(raw, segments, list(_removed(chunk)))


def _is_usage_alone(chunk: ObjectText) -> bool:
    choices = chunk.named("choices")
    return (
        bool(choices)
        and all(member.value == [] for member in choices)
        and not any(member.key in _OF_ITS_OWN and member.value for member in chunk.members)
    )


def _removed(chunk: ObjectText) -> Iterator[tuple[int, int]]:
    """The ranges that take each `usage` member away together with one comma."""
    before: Member | None = None
    for index, member in enumerate(chunk.members):
        if member.key == "usage":
            if before is not None:
                yield before.end, member.end
            elif index + 1 < len(chunk.members):
                yield member.key_start, chunk.members[index + 1].key_start
            else:
                yield member.key_start, member.end
            if before is not None:
                before = member
        else:
            before = member


def _segments(raw: bytes) -> Iterator[tuple[int, int]]:
    """Where the values of the data lines stand."""
    at = len(BOM) if raw.startswith(BOM) else 0
    while at < len(raw):
        line = _LINE.match(raw, at)
        if line is None:
            return
        if raw.startswith(b"data:", at):
            prefix = _DATA.match(raw, at)
            yield (prefix.end() if prefix else at), line.end(1)
        at = max(line.end(), at + 1)


def _without(raw: bytes, segments: list[tuple[int, int]], ranges: list[tuple[int, int]]) -> bytes:
    """A block without ranges of its joined data; the line structure stays."""
    out: list[bytes] = []
    copied = 0
    base = 0
    for start, end in segments:
        for low, high in ranges:
            first, last = max(low - base, 0), min(high - base, end - start)
            if first < last:
                out.append(raw[copied : start + first])
                copied = start + last
        base += end - start + 1
    out.append(raw[copied:])
    return b"".join(out)
