"""How an answer's bytes become a reading: stream or document, told apart by what they are.

The content type does not decide: services send streams as `application/json` and documents as
`text/event-stream`; both stand in the recordings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from gatewright.metering.apis.interpreter import Body, Facts, Interpreter
from gatewright.metering.json_text import BOM
from gatewright.metering.normalise import Reported
from gatewright.metering.sse import Block, SseSplitter, read_event
from gatewright.metering.usage import TokenUsage

LOOK_AT_EVENTS = 5

_STREAM_START = re.compile(rb"(?:data|event|id|retry)?:|(?:data|event|id|retry)[\r\n]")
_LAST_EVENTS = 4
_SNIFF_BYTES = 16


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer's body says.

    Attributes:
        reported: the usage that the service stated, or None.
        counted: quantities that we counted in request or answer, where the service states none.
        model: the model that answered.
        response_id: the answer's id.
        created: when the answer was made, by its own word: seconds since 1970.
        error: a short code of the error in the body, or None.
        stream: the body is a stream of events.
        ended: the body came to its own end (a final event, or a whole document).
        detail: why there is no usage; None where it is stated.
        flags: what is odd about stated usage.
    """

    reported: Reported | None = None
    counted: TokenUsage | None = None
    model: str | None = None
    response_id: str | None = None
    created: int | None = None
    error: str | None = None
    stream: bool = False
    ended: bool = False
    detail: str | None = None
    flags: tuple[str, ...] = ()


class Watch(Protocol):
    """Who also looks at an answer while its usage is read."""

    def block(self, raw: bytes) -> None:
        """Takes one whole block of a stream."""

    def document(self, body: bytes) -> None:
        """Takes a whole document that states no usage, when no more bytes come."""

    def forget(self) -> None:
        """Usage was stated: nobody will ask, and nothing more is shown."""


class UsageReader:
    """Reads the usage of one answer from its bytes, as they arrive. Never raises, whatever they are.

    Args:
        interpreter: reads the events or the document of the answer's API.
        watch: sees the same blocks; None for nobody.
    """

    def __init__(self, interpreter: Interpreter, watch: Watch | None = None) -> None:
        self._watch = watch
        self._interpreter = interpreter
        self._kind: str | None = None  # stream, document, opaque
        self._start = b""
        self._splitter: SseSplitter | None = None
        self._body: Body | None = None
        self._events = 0
        self._last: list[bytes] = []  # a deque takes 600 bytes, for each of all open streams
        # Only where the interpreter asks for no more than usage and errors can bytes alone tell.
        self._tells = type(interpreter).wants is Interpreter.wants
        self._between = False  # a stream whose model and id are known, and no event has begun

    @property
    def stream(self) -> bool:
        """Whether the answer has turned out to be a stream of events."""
        return self._kind == "stream"

    def passes(self, data: bytes) -> int | None:
        """Takes a chunk that is one event on one line and says nothing new: most chunks of a stream are such.

        Returns:
            Where its `usage"` stands, which is null; -1 where it has none; None for any other chunk, which
            was not taken and belongs into `feed`.
        """
        if not self._between or data.find(b"\n") != len(data) - 2 or not data.endswith(b"}\n\n"):
            return None
        at = data.find(b'usage"')
        if at >= 0 and not (data.startswith(b'"usage":null', at - 1) and data.find(b'usage"', at + 11) < 0):
            return None
        if b'"error"' in data or b"\r" in data or not data.startswith(b"data: {"):
            return None
        self._events += 1
        self._keep(data)
        if self._watch is not None:
            self._watch.block(data)
        return at

    def feed(self, data: bytes) -> None:
        """Takes bytes of the body, decoded from any content encoding."""
        if self._kind is None:
            data = self._sniff(self._start + data)
        if self._splitter is not None:
            if self._splitter.is_one(data):
                self._block(data)
            else:
                self._blocks(self._splitter.feed(data))
            facts = self._interpreter.facts
            known = facts.model is not None and facts.response_id is not None
            self._between = self._tells and known and self._splitter.between
        elif self._body is not None:
            self._body.add(data)

    def _sniff(self, start: bytes, *, last: bool = False) -> bytes:
        """Decides what the body is, as soon as its first bytes allow; gives back what is to be read."""
        self._start = start
        text = start.removeprefix(BOM).lstrip(b" \t\r\n")
        if len(text) < _SNIFF_BYTES and not last and text[:1] not in (b"{", b"["):
            return b""
        if text[:1] in (b"{", b"["):
            self._kind, self._body = "document", Body()
        elif _STREAM_START.match(text):
            self._kind, self._splitter = "stream", SseSplitter()
        else:
            self._kind = "opaque"
        self._start = b""
        return start

    def _blocks(self, blocks: list[Block]) -> None:
        for block in blocks:
            if block.whole:
                self._block(block.raw)
            else:
                self._interpreter.facts.flags["event_too_large"] = None

    def _block(self, raw: bytes) -> None:
        self._keep(raw)
        if self._watch is not None:
            self._watch.block(raw)
        if self._events < LOOK_AT_EVENTS or b"[DONE]" in raw or self._interpreter.wants(raw):
            self._events += 1
            self._take(raw, complete=True)
            if self._watch is not None and self._interpreter.facts.reported is not None:
                self._watch.forget()
                self._watch = None

    def _keep(self, raw: bytes) -> None:
        self._last.append(raw)
        if len(self._last) > _LAST_EVENTS:
            del self._last[0]

    def _take(self, raw: bytes, *, complete: bool) -> None:
        event = read_event(raw, complete=complete)
        if event is not None:
            self._interpreter.event(event)

    def finish(self) -> Reading:
        """The reading, when no more bytes come."""
        if self._kind is None:
            self._decide()
        facts = self._interpreter.facts
        if self._splitter is not None:
            for block in self._splitter.finish():
                self._keep(block.raw)
                if self._watch is not None:
                    self._watch.block(block.raw)
                self._take(block.raw, complete=block.whole)
            facts.ended = facts.ended or any(self._interpreter.is_last_word(raw) for raw in self._last)
        elif self._body is not None:
            self._interpreter.document(self._body)
            if self._watch is not None and facts.reported is None and not self._body.cut:
                self._watch.document(self._body.whole())
        elif self._kind == "opaque":
            facts.ended = True
        return self._reading(facts)

    def _decide(self) -> None:
        """Decides about a body that was too short to tell before."""
        data = self._sniff(self._start, last=True)
        if not data.strip():
            self._kind = "empty"
        elif self._kind != "opaque":
            self.feed(data)

    def _reading(self, facts: Facts) -> Reading:
        if facts.reported and self.stream and not facts.ended:
            facts.flags["stream_not_ended"] = None  # what was stated so far may not be the last word
        flags = (*(facts.reported.flags if facts.reported else ()), *facts.flags)
        return Reading(
            reported=facts.reported,
            counted=facts.counted,
            model=facts.model,
            response_id=facts.response_id,
            created=facts.created,
            error=facts.error,
            stream=self.stream,
            ended=facts.ended,
            detail=None if facts.reported else (facts.detail or self._why_missing(facts)),
            flags=flags,
        )

    def _why_missing(self, facts: Facts) -> str:
        if facts.error:
            return "error_in_body"
        return {
            "stream": "no_usage_in_stream",
            "document": "no_usage_in_body",
            "opaque": "body_is_not_json",
        }.get(self._kind or "", "no_body")
