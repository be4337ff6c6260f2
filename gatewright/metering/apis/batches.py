"""Usage of batches: the output file holds one answer per line, each read like the answer itself.

`read_output` reads the lines one by one; `OutputReader` takes a file's bytes as they come and adds up.

Source: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/batch (2026-09). No recording of an output
file stands in the test data: this follows the documentation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gatewright.metering.apis.interpreter import Asked, Interpreter, error_code
from gatewright.metering.apis.reading import Reading, UsageReader
from gatewright.metering.json_text import NotJson, object_at, read_object, text_at
from gatewright.metering.normalise import openai_usage
from gatewright.metering.usage import TokenUsage

MAX_LINE_BYTES = 16 * 1024 * 1024


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

    Args:
        limit: bytes of one line that are held at most; a longer line is not read.

    Attributes:
        sums: by model; under an empty name what names none.
        unread: lines that speak of usage and could not be read.
    """

    def __init__(self, limit: int = MAX_LINE_BYTES) -> None:
        self.sums: dict[str, BatchSum] = {}
        self.unread = 0
        self._limit = limit
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
        if self._size <= self._limit:
            self._held.append(data)
        else:
            self._held.clear()

    def _line(self) -> None:
        line, too_long = b"".join(self._held), self._size > self._limit
        self._held, self._size = [], 0
        if too_long:
            self.unread += 1
        elif b'"usage"' in line:
            self._add(line)

    def _add(self, line: bytes) -> None:
        try:
            body = object_at(read_object(line), "response", "body")
        except NotJson:
            self.unread += 1
            return
        raw = object_at(body, "usage")
        found = openai_usage(raw) if raw else None
        if found is not None:
            kept = self.sums.setdefault(text_at(body, "model") or "", BatchSum())
            kept.usage = kept.usage.plus(found.usage)
            kept.answers += 1
