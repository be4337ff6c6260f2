"""Usage of embeddings: it stands at the end of large documents, so the end is read first.

The tail is believed only where what follows the usage object closes the document; then the object is a
member of the document itself. Else the whole document is parsed.

Source: https://platform.openai.com/docs/api-reference/embeddings/create (2026-10).
"""

from __future__ import annotations

import re

from gatewright.metering.apis.interpreter import Body, Interpreter
from gatewright.metering.json_text import JsonObject, NotJson, read_object

SMALL_BYTES = 8 * 1024
END_BYTES = 4 * 1024

_USAGE = re.compile(rb'"usage"\s*+:\s*+\{')
_MODEL = re.compile(rb'"model"\s*+:\s*+"((?:[^"\\]|\\.)*+)"\s*+,\s*+\Z')
# The model in front of the data: behind the opening brace come only members with texts.
_MODEL_FIRST = re.compile(
    rb'\s*+\{\s*+(?:"(?!model")[^"\\]*+"\s*+:\s*+"(?:[^"\\]|\\.)*+"\s*+,\s*+)*+"model"\s*+:\s*+"((?:[^"\\]|\\.)*+)"'
)


class Embeddings(Interpreter):
    """Reads embeddings."""

    def document(self, body: Body) -> None:
        """Takes the usage from the end of a large document, else parses it all."""
        found = _from_the_end(body.tail(END_BYTES)) if len(body) > SMALL_BYTES else None
        if found is None:
            super().document(body)
            return
        self.facts.ended = True
        if "model" not in found and (start := _MODEL_FIRST.match(body.head())):
            found |= _model(start[1])
        self._note(found)
        self._note_usage(self.usage_in_document(found))


def _from_the_end(tail: bytes) -> JsonObject | None:
    """The members from `usage` to the end of a document, with the model in front of it; None if unsure."""
    starts = [match.start() for match in _USAGE.finditer(tail)]
    if not starts:
        return None
    try:
        # With a brace in front, the rest is an object exactly if its last brace closes the document.
        found = read_object(b"{" + tail[starts[-1] :])
    except NotJson:
        return None
    before = _MODEL.search(tail, 0, starts[-1])
    if before is not None and "model" not in found:
        found |= _model(before[1])
    return found


def _model(text: bytes) -> JsonObject:
    try:
        return read_object(b'{"model":"' + text + b'"}')
    except NotJson:
        return {}
