"""What the gateway itself learns about an answer's tokens, from the bytes that pass, without holding them up.

Stated usage is read by `gatewright.metering`; the texts of a stream are kept for estimates only where a
policy asks.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from gatewright.harness import estimate
from gatewright.metering.apis import Asked, UsageReader, reader_for
from gatewright.metering.decoding import Decoder
from gatewright.metering.sse import SseDecoder

MAX_TEXT_CHARACTERS = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Measured:
    """Tokens of the answer that the client got.

    Attributes:
        status: the backend's status; None when no answer came.
        stream: the answer was a stream of events.
        input_tokens: as the service stated; None where it stated nothing.
        output_tokens: likewise.
        total_tokens: likewise; the sum where the service states the parts alone.
        backend: id of the backend that answered.
        answer: the texts of a stream.
    """

    status: int | None = None
    stream: bool = False
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    backend: str | None = None
    answer: str = ""

    @property
    def stated(self) -> bool:
        """Whether the service stated any usage."""
        return self.total_tokens is not None


NOTHING = Measured()


class _Answer:
    """One answer while it passes."""

    def __init__(
        self, reader: UsageReader, backend: str, status: int, coding: str | None, *, texts: bool
    ) -> None:
        self._reader, self._backend, self._status = reader, backend, status
        self._plain = Decoder(coding)
        self._decoder = SseDecoder() if texts else None
        self._texts: list[str] = []
        self._room = MAX_TEXT_CHARACTERS

    def feed(self, data: bytes) -> None:
        plain = self._plain.feed(data)
        if not plain:
            return
        self._reader.feed(plain)
        if self._decoder is None or self._room <= 0:
            return
        for event in self._decoder.feed(plain):
            self._note(event.data)

    def _note(self, data: bytes) -> None:
        if not data.startswith(b"{"):
            return
        try:
            value = json.loads(data)
        except ValueError:
            return
        for text in estimate.streamed_texts(value):
            self._texts.append(text)
            self._room -= len(text)

    def finish(self) -> Measured:
        reading = self._reader.finish()
        usage = reading.reported.usage if reading.reported else None
        parts = (usage.input_tokens, usage.output_tokens) if usage else (None, None)
        total = usage.total_tokens if usage else None
        if total is None and parts != (None, None):
            total = sum(part or 0 for part in parts)
        return Measured(self._status, reading.stream, *parts, total, self._backend, "".join(self._texts))


@dataclass(slots=True)
class Accounting:
    """Who wants to know an answer's tokens, and what is known.

    Attributes:
        method: of the client's request.
        url: path and query of the client's request.
        stream: the client asked for a stream.
        listeners: called once each, with what was measured; `NOTHING` when no answer came.
        wants_texts: keep the texts of a stream for estimates.
    """

    method: str
    url: str
    stream: bool
    listeners: list[Callable[[Measured], None]] = field(default_factory=list)
    wants_texts: bool = False
    _answer: _Answer | None = None
    _settled: bool = False

    def started(self, backend: str, status: int, coding: str | None) -> None:
        """A backend's headers are there; what an earlier attempt said is forgotten."""
        self._answer = None
        if self.listeners and (reader := reader_for(self.method, self.url, Asked(stream=self.stream))):
            self._answer = _Answer(reader, backend, status, coding, texts=self.wants_texts and self.stream)

    def dropped(self) -> None:
        """The answer will not reach the client."""
        self._answer = None

    def feed(self, data: bytes) -> None:
        """Bytes of the answer, as the backend sent them."""
        if self._answer is not None and not self._settled:
            self._answer.feed(data)

    def is_document(self, content_type: str | None) -> bool:
        """Whether the answer is a JSON document, whose usage can be known before its headers leave."""
        return self._answer is not None and (content_type or "").lower().startswith("application/json")

    def settle(self) -> None:
        """The answer is complete, or nothing more will come; listeners are called the first time."""
        if self._settled:
            return
        self._settled = True
        measured = self._answer.finish() if self._answer and self.listeners else NOTHING
        for listener in self.listeners:
            listener(measured)
