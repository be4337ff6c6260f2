"""Usage of batches: the output file holds one answer per line, each read like the answer itself.

`read_output` reads the lines one by one; `OutputReader` takes a file's bytes as they come and adds up. The
batch itself states the same sum when it has ended, where the service does that: `read_batch`.

Sources: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/batch (2026-09);
https://platform.openai.com/docs/api-reference/batch/object (2026-10: `usage`, `model`). No recording of an
output file stands in the test data: this follows the documentation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gatewright.metering.apis.interpreter import Asked, Interpreter, created_in, error_code
from gatewright.metering.apis.reading import Reading, UsageReader
from gatewright.metering.json_text import JsonObject, NotJson, object_at, read_object, text_at
from gatewright.metering.normalise import count, openai_usage
from gatewright.metering.usage import TokenUsage

MAX_LINE_BYTES = 256 * 1024
END_BYTES = 64 * 1024

_ENDED = frozenset({"completed", "expired", "cancelled", "failed"})
_MOMENTS = ("completed_at", "expired_at", "cancelled_at", "failed_at", "created_at")

_FRONT = b'{"response":{"body":{'
_USAGE = re.compile(rb'(?<!\\)"usage"\s*+:\s*+\{')
_MODEL = re.compile(rb'(?<!\\)"model"\s*+:\s*+"([^"\\]++)"')


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One answer of a batch.

    Attributes:
        custom_id: the client's name of the request, or None.
        status: HTTP status of the answer, or None.
        reading: what its body says.
    """

    custom_id: str | None
    status: int | None
    reading: Reading


def read_batch(value: JsonObject) -> Iterator[Reading]:
    """What a batch states to have used, under the id of its output; nothing before it has ended.

    A batch without a file of output, such as one that expired too soon, goes by its own id.
    """
    ended = text_at(value, "object") == "batch" and text_at(value, "status") in _ENDED
    raw = object_at(value, "usage") if ended else None
    reported = openai_usage(raw) if raw else None
    if reported is None or not (reported.usage.input_tokens or reported.usage.output_tokens):
        return
    yield Reading(
        reported=reported,
        model=text_at(value, "model"),
        response_id=text_at(value, "output_file_id") or text_at(value, "id"),
        created=next((at for name in _MOMENTS if (at := count(value.get(name)))), None),
        ended=True,
        flags=reported.flags,
    )


def read_output(lines: Iterable[bytes], make: type[Interpreter]) -> Iterator[BatchLine]:
    """The answers of an output file, in order; blank lines are skipped. Never raises.

    Args:
        lines: the lines of the file.
        make: the interpreter of the batch's API, from `READERS`.
    """
    for line in lines:
        if line.strip():
            yield _line(line, make)


def _line(line: bytes, make: type[Interpreter]) -> BatchLine:
    try:
        value = read_object(line)
    except NotJson:
        return BatchLine(None, None, Reading(detail="body_is_not_json"))
    response = object_at(value, "response") or {}
    status = response.get("status_code")
    custom_id = text_at(value, "custom_id")
    if not isinstance(status, int) or not 200 <= status < 300:
        error = object_at(value, "error") or object_at(response, "body", "error")
        failed = Reading(error=error_code(error), ended=True, detail="error_status")
        return BatchLine(custom_id, status if isinstance(status, int) else None, failed)
    reader = UsageReader(make(Asked()))
    reader.feed(json.dumps(response.get("body")).encode())
    return BatchLine(custom_id, status, reader.finish())


@dataclass(slots=True)
class BatchSum:
    """What the answers of one model in a file used.

    Attributes:
        usage: the sum.
        answers: answers that state their usage.
    """

    usage: TokenUsage = field(default_factory=TokenUsage)
    answers: int = 0


class OutputReader:
    """Adds up the usage in an output file. Any other file has none. Never raises, whatever the bytes are.

    Of a long line, such as one with many embeddings, only the ends are held and read: parsing it whole would
    keep everything else waiting.

    Args:
        limit: bytes of one line that are held at most.

    Attributes:
        sums: by model; under an empty name what names none.
        unread: lines that speak of usage, or are long, and could not be read.
        created: when the last of the answers was made, by its own word.
    """

    def __init__(self, limit: int = MAX_LINE_BYTES) -> None:
        self.sums: dict[str, BatchSum] = {}
        self.unread = 0
        self.created: int | None = None
        self._limit, self._end = limit, min(END_BYTES, limit)
        self._head = b""
        self._held: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> None:
        """Takes bytes of the file."""
        first, *rest = data.split(b"\n")
        self._hold(first)
        for part in rest:
            self._line()
            self._hold(part)

    def finish(self) -> None:
        """No more bytes come: what is left is the last line."""
        self._line()

    def _hold(self, data: bytes) -> None:
        self._size += len(data)
        self._held.append(data)
        if self._size > self._limit:
            held = b"".join(self._held)
            self._head = self._head or held[: self._end]
            self._held, self._size = [held[-self._end :]], self._limit

    def _line(self) -> None:
        line, head = b"".join(self._held), self._head
        self._held, self._size, self._head = [], 0, b""
        if not head and b'"usage"' not in line:
            return
        try:
            body = _from_the_ends(head, line) if head else object_at(read_object(line), "response", "body")
        except NotJson:
            self.unread += 1
            return
        raw = object_at(body, "usage")
        found = openai_usage(raw) if raw else None
        if body is not None and found is not None:
            self._add(body, found.usage)

    def _add(self, body: JsonObject, usage: TokenUsage) -> None:
        kept = self.sums.setdefault(text_at(body, "model") or "", BatchSum())
        kept.usage = kept.usage.plus(usage)
        kept.answers += 1
        self.created = max(self.created or 0, created_in(body) or 0) or None


def _from_the_ends(head: bytes, tail: bytes) -> JsonObject:
    """What the ends of a long line say of the answer's body: its usage, its model.

    Within texts quotes stand behind backslashes, so that what looks like a member is one. With the beginning
    of a line in front, the rest is an object exactly if the usage is a member of the answer's body.

    Raises:
        NotJson: that is not so, or more than one model is named.
    """
    starts = [found.start() for found in _USAGE.finditer(tail)]
    line = read_object(_FRONT + tail[starts[-1] :]) if starts else {}
    models = {found[1] for end in (head, tail) for found in _MODEL.finditer(end)}
    body = object_at(line, "response", "body")
    if body is None or len(models) > 1:
        raise NotJson("the ends do not tell")
    return body | ({"model": models.pop().decode("utf-8", "replace")} if models else {})
