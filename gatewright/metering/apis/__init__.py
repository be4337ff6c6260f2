"""Usage readers, one per API, and the choice among them.

```
reader = reader_for("POST", "/openai/deployments/gpt-41/chat/completions")
for data in chunks:
    reader.feed(data)
reading = reader.finish()          # Reading(reported=…, model=…, ended=…, …)
```
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gatewright.metering.apis.assistants import Assistants
from gatewright.metering.apis.audio import Speech, Transcription
from gatewright.metering.apis.chat import Chat
from gatewright.metering.apis.completions import Completions
from gatewright.metering.apis.embeddings import Embeddings
from gatewright.metering.apis.images import Images
from gatewright.metering.apis.interpreter import Asked, Interpreter
from gatewright.metering.apis.messages import Messages
from gatewright.metering.apis.moderations import Moderations
from gatewright.metering.apis.reading import Reading, UsageReader
from gatewright.metering.apis.responses import Responses
from gatewright.metering.operations import read_operation

READERS: Mapping[str, Callable[[Asked], Interpreter]] = {
    "chat": Chat,
    "embeddings": Embeddings,
    "completions": Completions,
    "responses": Responses,
    "messages": Messages,
    "audio": Transcription,
    "speech": Speech,
    "images": Images,
    "moderations": Moderations,
    "assistants": Assistants,
}
"""The reader of each API that we can meter, by the API names of `operations`."""

__all__ = ["READERS", "Asked", "Interpreter", "Reading", "UsageReader", "reader_for"]


def reader_for(method: str, url: str, asked: Asked | None = None) -> UsageReader | None:
    """A reader for the answer to a request, or None for an API that has no reader.

    Args:
        method: HTTP method.
        url: whole URL, or path with query.
        asked: what the request's body says, where known.
    """
    make = READERS.get(read_operation(method, url).api)
    return UsageReader(make(asked or Asked())) if make else None
