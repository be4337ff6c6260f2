"""Usage of batches: the output file holds one answer per line, each read like the answer itself.

Source: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/batch (2026-09). No recording of an output
file stands in the test data: this follows the documentation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gatewright.metering.apis.interpreter import Asked, Interpreter, error_code
from gatewright.metering.apis.reading import Reading, UsageReader
from gatewright.metering.json_text import NotJson, object_at, read_object, text_at


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
