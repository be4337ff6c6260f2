"""What a client saw of an answer: the texts that the model wrote, kept while the answer runs.

`AnswerWatch` takes the blocks of a stream as they pass. It keeps their bytes, packed where they are many (to
a tenth and less: the events of a stream are alike), and reads them only when somebody asks. So a stream whose
usage is reported in the end costs no parsing at all.

Sources: https://platform.openai.com/docs/api-reference/chat-streaming (2026-10),
https://platform.openai.com/docs/api-reference/responses-streaming (2026-10).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gatewright.metering.estimates.written import (
    REFUSAL,
    Written,
    WrittenChoice,
    chat,
    completions,
    responses,
    unread,
)
from gatewright.metering.json_text import JsonObject, NotJson, read_object
from gatewright.metering.sse import SseDecoder

PACK_BYTES = 32 * 1024
PACK_LEVEL = 1
MAX_SEEN = 64 * 1024 * 1024
MAX_PACKED = 4 * 1024 * 1024

_READ: Mapping[str, Callable[[Written, JsonObject], None]] = {
    "chat": chat,
    "completions": completions,
    "responses": responses,
}


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a tool that the model wrote."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of those that a request got; the Responses API gives one.

    Attributes:
        texts: what the model wrote, refusals included; tokens do not join from one text to the next.
        calls: the tools it called, in order.
        finish: why it ended, in the words of chat completions; None where it did not end.
        refused: one of the texts is a refusal.
    """

    texts: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    finish: str | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class VisibleAnswer:
    """What a client saw of an answer.

    Attributes:
        choices: the answers, in order.
        model: the model that answered, by its own word.
        created: when it was made, by its own word, in seconds since 1970.
        begun: any of the answer was seen.
        readable: what was seen could be read.
        reasoned: reasoning was seen, or named.
        beyond: kinds of output whose tokens a text does not tell (audio, hosted tools …), sorted.
        cut: more was seen than was kept.
    """

    choices: tuple[Choice, ...] = ()
    model: str | None = None
    begun: bool = False
    readable: bool = True
    reasoned: bool = False
    beyond: tuple[str, ...] = ()
    cut: bool = False
    created: int | None = None

    @property
    def ended(self) -> bool:
        """Whether every answer that began came to its end."""
        return bool(self.choices) and all(choice.finish for choice in self.choices)


class AnswerWatch:
    """Keeps what a client sees of one answer. No method raises, whatever the bytes are.

    Args:
        api: name of the API, as in `operations`.
        limit: bytes of the answer that are kept at most, before they are packed.
        packed: bytes that are kept at most when packed.
    """

    def __init__(self, api: str, limit: int = MAX_SEEN, packed: int = MAX_PACKED) -> None:
        self._read = _READ.get(api, unread)
        self._written = Written(limit)
        self._blocks: list[bytes] = []
        self._held = 0
        self._packed: list[bytes] = []
        self._left = limit
        self._most_packed = packed
        self._packed_bytes = 0
        self._begun = False
        self._readable = True
        self._document: bytes | None = None

    def block(self, raw: bytes) -> None:
        """Takes one block of a stream, with its field names and line ends."""
        self._begun = True
        self._blocks.append(raw)
        self._held += len(raw)
        if self._held > PACK_BYTES:
            self._pack()

    def document(self, body: bytes) -> None:
        """Takes a whole document; it is read when the answer is asked for."""
        self._begun = True
        self._document = body

    def forget(self) -> None:
        """Lets go of what was kept."""
        self._blocks, self._packed, self._document = [], [], None
        self._held = self._packed_bytes = 0

    @property
    def begun(self) -> bool:
        """Whether any of the answer was seen."""
        return self._begun

    @property
    def kept_bytes(self) -> int:
        """Bytes that are held, as they are held."""
        return self._held + self._packed_bytes + len(self._document or b"")

    def answer(self) -> VisibleAnswer:
        """What was seen so far. Reads all of it: for a worker thread, once no more blocks come."""
        self._read_all()
        written = self._written
        return VisibleAnswer(
            choices=tuple(_choice(choice) for choice in written.choices.values()),
            model=written.model,
            begun=self._begun,
            readable=self._readable,
            reasoned=written.reasoned,
            beyond=tuple(sorted(written.beyond)),
            cut=written.cut or self._is_cut(),
            created=written.created,
        )

    def _pack(self) -> None:
        blocks, self._blocks, self._held = self._blocks, [], 0
        whole = b"".join(blocks)
        self._left -= len(whole)
        if self._is_cut():
            return
        packed = zlib.compress(whole, PACK_LEVEL)
        if self._packed_bytes + len(packed) > self._most_packed:
            self._left = -1
            return
        self._packed.append(packed)
        self._packed_bytes += len(packed)

    def _is_cut(self) -> bool:
        return self._left < 0

    def _read_all(self) -> None:
        packed, self._packed, self._packed_bytes = self._packed, [], 0
        blocks, self._blocks, self._held = self._blocks, [], 0
        for raw in (*map(zlib.decompress, packed), b"".join(blocks)):
            decoder = SseDecoder()  # a pack holds whole blocks
            for event in (*decoder.feed(raw), *decoder.finish()):
                if event.data[:1] == b"{":
                    self._take(event.data)
        if self._document is not None:
            document, self._document = self._document, None
            self._readable = self._take(document)

    def _take(self, data: bytes) -> bool:
        try:
            self._read(self._written, read_object(data.decode("utf-8", "replace")))
        except NotJson:
            return False
        return True


def _choice(written: WrittenChoice) -> Choice:
    return Choice(
        texts=tuple("".join(pieces) for pieces in written.texts.values()),
        calls=tuple(Call("".join(call.name), "".join(call.arguments)) for call in written.calls.values()),
        finish=written.finish,
        refused=REFUSAL in written.texts,
    )
