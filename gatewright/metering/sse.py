"""Server-sent events from bytes, as they arrive: cut into blocks, then read as fields.

`SseSplitter` cuts a stream into blocks without losing a byte; `SseDecoder` reads the blocks as events.

Source: WHATWG HTML, 9.2.6 "Interpreting an event stream",
https://html.spec.whatwg.org/multipage/server-sent-events.html (2026-10).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from gatewright.metering.json_text import BOM

MAX_EVENT_BYTES = 32 * 1024 * 1024

# Atomic groups: the two bytes of one CRLF must not be read as two line ends.
_BLANK_LINE = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_PLAIN = re.compile(rb"data:[ ]?([^\r\n]*+)\n\n\Z")


class Block(NamedTuple):
    """Bytes of a stream between two blank lines, the closing blank line included.

    Attributes:
        raw: the bytes.
        whole: False for a piece of an event that is larger than the limit, and for what follows the last
            blank line of a stream.
    """

    raw: bytes
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Attributes:
        data: the data lines, joined by LF; UTF-8 as sent.
        type: the event field, `message` where the stream names none.
        id: the id field, or None.
        retry: the retry field in milliseconds, or None.
        complete: False when the stream ended before the event's closing blank line.
    """

    data: bytes
    type: str = "message"
    id: str | None = None
    retry: int | None = None
    complete: bool = True


class SseSplitter:
    """Cuts a stream into blocks. The concatenation of all blocks is the stream, byte for byte.

    Args:
        limit: bytes of one event that are held back at most; a larger event passes in pieces.
    """

    def __init__(self, limit: int = MAX_EVENT_BYTES) -> None:
        self._held = bytearray()
        self._searched = 0
        self._limit = limit
        self._oversized = False

    @property
    def held(self) -> int:
        """Bytes that wait for the rest of their event."""
        return len(self._held)

    @property
    def between(self) -> bool:
        """Whether no event has begun."""
        return not self._held and not self._oversized

    def is_one(self, data: bytes) -> bool:
        """Whether these bytes are one whole block by themselves, the usual case; then they need no `feed`."""
        return (
            data.find(b"\n\n") == len(data) - 2
            and len(data) > 1
            and not self._held
            and not self._oversized
            and b"\r" not in data
        )

    def feed(self, data: bytes) -> list[Block]:
        """The blocks that are complete with these bytes."""
        if self.is_one(data):
            return [Block(data)]
        held = self._held
        held += data
        blocks: list[Block] = []
        start = 0
        at = self._searched
        while (end := _block_end(held, at)) is not None:
            blocks.append(Block(bytes(held[start:end]), not self._oversized))
            self._oversized = False
            start = at = end
        if start:
            del held[:start]
        self._searched = max(0, len(held) - 3)
        if len(held) > self._limit:
            blocks.append(self._release())
        return blocks

    def _release(self) -> Block:
        """A piece of an event that is too large; the last bytes stay, a blank line may begin in them."""
        self._oversized = True
        piece = bytes(self._held[:-3])
        del self._held[:-3]
        self._searched = 0
        return Block(piece, False)

    def finish(self) -> list[Block]:
        """What is still held back when the stream ends: nothing, or one last block."""
        rest = bytes(self._held)
        self._held.clear()
        self._searched = 0
        if not rest:
            return []
        match = _BLANK_LINE.search(rest)
        whole = match is not None and match.end() == len(rest) and not self._oversized
        self._oversized = False
        return [Block(rest, whole)]


def _block_end(held: bytearray, at: int) -> int | None:
    """The offset behind the next blank line; None while it is not all there."""
    if held.find(b"\r") < 0:
        found = held.find(b"\n\n", at)
        return found + 2 if found >= 0 else None
    match = _BLANK_LINE.search(held, at)
    if match is None or (match.end() == len(held) and held[-1] == 0x0D):
        return None  # a LF that belongs to a last CR may still come
    return match.end()


class SseDecoder:
    r"""Events of a stream, from bytes cut anywhere.

    >>> decoder = SseDecoder()
    >>> [event.data for event in decoder.feed(b"data: a\n\ndata: b")]
    [b'a']
    >>> [(event.data, event.complete) for event in decoder.finish()]
    [(b'b', False)]
    """

    def __init__(self, limit: int = MAX_EVENT_BYTES) -> None:
        self._splitter = SseSplitter(limit)

    def feed(self, data: bytes) -> list[Event]:
        """The events that are complete with these bytes."""
        return self._events(self._splitter.feed(data))

    def finish(self) -> list[Event]:
        """The event that the stream's end cut off, if it has data; marked as not complete."""
        events: list[Event] = []
        for block in self._splitter.finish():
            event = read_event(block.raw, complete=block.whole)
            if event is not None:
                events.append(event)
        return events

    def _events(self, blocks: list[Block]) -> list[Event]:
        events: list[Event] = []
        for block in blocks:
            event = read_event(block.raw) if block.whole else None
            if event is not None:
                events.append(event)
        return events


def read_event(raw: bytes, *, complete: bool = True) -> Event | None:
    """The event of one block, or None for a block without data (comments, blank lines)."""
    plain = _PLAIN.match(raw)
    if plain is not None:
        return Event(plain[1], complete=complete)
    fields = _Fields()
    for line in _LINE_END.split(raw.removeprefix(BOM)):
        fields.read(line)
    if fields.data is None:
        return None
    return Event(b"\n".join(fields.data), fields.type or "message", fields.id, fields.retry, complete)


class _Fields:
    """The fields of one event while its lines are read."""

    def __init__(self) -> None:
        self.data: list[bytes] | None = None
        self.type = ""
        self.id: str | None = None
        self.retry: int | None = None

    def read(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        match name:
            case b"data":
                self.data = [value] if self.data is None else [*self.data, value]
            case b"event":
                self.type = value.decode("utf-8", "replace")
            case b"id" if b"\0" not in value:
                self.id = value.decode("utf-8", "replace")
            case b"retry" if value.isdigit():
                self.retry = int(value[:15])
            case _:
                pass  # comments, blank lines and unknown fields are ignored
