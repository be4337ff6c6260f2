"""What is asked for by an id that the service gave, and what makes such things: no model stands in the path.

Whoever has an id has the thing, whichever tenant made it; so nothing is forwarded that would list what an
account has. What an id leads to may be listed: the messages and runs of a thread, the files of a store.

Sources: Azure's specifications 2025-03-01-preview (assistants, threads, vector stores) and v1 (files);
https://learn.microsoft.com/azure/ai-foundry/openai/how-to/batch (2026-09).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from proxy_addon.paths import Target

_ID = r"[A-Za-z0-9._-]+"
_FORMS = frozenset({"openai", "openai/v1", "v1"})
_KNOWN = {
    "GET": re.compile(
        rf"responses/{_ID}(?:/input_items)?|files/{_ID}(?:/content)?|batches/{_ID}|assistants/{_ID}"
        rf"|threads/{_ID}(?:/messages(?:/{_ID})?|/runs(?:/{_ID}(?:/steps(?:/{_ID})?)?)?)?"
        rf"|vector_stores/{_ID}(?:/files(?:/{_ID}(?:/content)?)?|/file_batches/{_ID}(?:/files)?)?"
    ),
    "POST": re.compile(
        rf"responses/(?!input_tokens\Z|compact\Z){_ID}/cancel|batches(?:/{_ID}/cancel)?"
        rf"|threads(?:/(?!runs\Z){_ID}(?:/messages(?:/{_ID})?)?)?"
        rf"|threads/{_ID}/runs/{_ID}(?:/cancel|/submit_tool_outputs)?"
        rf"|vector_stores(?:/{_ID}(?:/files(?:/{_ID})?|/file_batches(?:/{_ID}/cancel)?)?)?"
    ),
    "DELETE": re.compile(
        rf"responses/{_ID}|files/{_ID}|assistants/{_ID}|threads/{_ID}(?:/messages/{_ID})?"
        rf"|vector_stores/{_ID}(?:/files/{_ID})?"
    ),
}
_RUNS = re.compile(rf"threads/(?:{_ID}/)?runs")
_ASSISTANTS = re.compile(rf"assistants(?:/{_ID})?")
_LISTS = frozenset(
    {"files", "batches", "assistants", "vector_stores", "responses", "models", "chat/completions"}
)
_BLOBS = frozenset({"input_blob", "output_folder"})


def asks(method: str, target: Target) -> bool:
    """Whether a request asks for something by its id, or makes something that names no model."""
    known = _KNOWN.get(method)
    return target.form in _FORMS and known is not None and known.fullmatch(target.operation) is not None


def elsewhere(target: Target, names: Iterable[str]) -> bool:
    """Whether a batch takes its lines from a blob, or puts its output there: neither passes here.

    Args:
        target: the target of the request.
        names: the names of the members of its body.
    """
    return target.operation == "batches" and any(name.lower() in _BLOBS for name in names)


def lists(method: str, target: Target) -> bool:
    """Whether a request asks for all that an account has of a kind."""
    return method == "GET" and target.form in _FORMS and target.operation in _LISTS


def uploads(method: str, target: Target) -> bool:
    """Whether a request brings a file."""
    return method == "POST" and target.form in _FORMS and target.operation == "files"


def runs(method: str, target: Target) -> bool:
    """Whether a request starts a run, whose body may name a model."""
    return method == "POST" and target.form in _FORMS and _RUNS.fullmatch(target.operation) is not None


def assistants(method: str, target: Target) -> bool:
    """Whether a request makes or changes an assistant, whose body names a model, or may name one."""
    return method == "POST" and target.form in _FORMS and _ASSISTANTS.fullmatch(target.operation) is not None
