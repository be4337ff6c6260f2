"""Which operation a request is: API, provider, deployment, from method and URL.

Sources: https://learn.microsoft.com/azure/ai-foundry/openai/reference (2026-09),
https://platform.openai.com/docs/api-reference (2026-10), https://docs.anthropic.com/en/api (2026-10).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urlsplit

AZURE = "azure.ai.openai"
OPENAI = "openai"
ANTHROPIC = "anthropic"

_AZURE_HOSTS = (
    ".openai.azure.com",
    ".cognitiveservices.azure.com",
    ".services.ai.azure.com",
    ".openai.azure.us",
    ".cognitiveservices.azure.us",
)
_OPENAI_HOSTS = ("api.openai.com", ".api.openai.com")
_ANTHROPIC_HOSTS = ("api.anthropic.com", ".anthropic.com")
_REMEMBERED_CHARACTERS = 512
_DEPLOYMENT = re.compile(r"/(?:openai/)?deployments/([^/]+)(?=/)")


@dataclass(frozen=True, slots=True)
class Operation:
    """What a request asks for.

    Attributes:
        api: our name of the API, such as `chat` or `responses.get`; `unknown` where we do not know it.
        name: OpenTelemetry's operation name, such as `chat`, `embeddings`, `text_completion`.
        provider: `azure.ai.openai`, `openai`, `anthropic`, or the host.
        deployment: the deployment in an Azure path, or None.
        api_version: the `api-version` of the query, or None.
    """

    api: str
    name: str
    provider: str
    deployment: str | None = None
    api_version: str | None = None


@dataclass(frozen=True, slots=True)
class _Rule:
    method: str
    path: re.Pattern[str]
    api: str
    name: str


def _rule(method: str, path: str, api: str, name: str) -> _Rule:
    return _Rule(method, re.compile(rf"(?:/|\A){path}/?\Z"), api, name)


_RULES = (
    _rule("POST", r"chat/completions", "chat", "chat"),
    _rule("GET", r"chat/completions/[^/]+", "chat.get", "chat"),
    _rule("POST", r"embeddings", "embeddings", "embeddings"),
    _rule("POST", r"completions", "completions", "text_completion"),
    _rule("POST", r"responses", "responses", "chat"),
    _rule("GET", r"responses/[^/]+", "responses.get", "chat"),
    _rule("GET", r"responses/[^/]+/input_items", "responses.items", "chat"),
    _rule("DELETE", r"responses/[^/]+", "responses.delete", "chat"),
    _rule("POST", r"responses/input_tokens", "responses.count", "count_tokens"),
    _rule("POST", r"responses/compact", "responses.compact", "compact"),
    _rule("POST", r"responses/[^/]+/cancel", "responses.cancel", "chat"),
    _rule("POST", r"messages/count_tokens", "messages.count", "count_tokens"),
    _rule("POST", r"threads/[^/]+/messages", "assistants.items", "invoke_agent"),
    _rule("POST", r"messages", "messages", "chat"),
    _rule("POST", r"audio/(?:transcriptions|translations)", "audio", "transcription"),
    _rule("POST", r"audio/speech", "speech", "speech"),
    _rule("POST", r"images/(?:generations|edits|variations)", "images", "image_generation"),
    _rule("POST", r"moderations", "moderations", "moderation"),
    _rule("GET", r"(?:openai|v1)/realtime", "realtime", "realtime"),
    _rule("POST", r"vector_stores(?:/.*)?", "vector_stores", "file_search"),
    _rule("GET", r"vector_stores/.*", "vector_stores", "file_search"),
    _rule("DELETE", r"vector_stores/.*", "vector_stores", "file_search"),
    _rule("POST", r"files", "files.create", "batch"),
    _rule("DELETE", r"files/[^/]+", "files.delete", "batch"),
    _rule("GET", r"files/[^/]+/content", "files.content", "batch"),
    _rule("GET", r"files/[^/]+", "files.get", "batch"),
    _rule("POST", r"batches(?:/[^/]+/cancel)?", "batches", "batch"),
    _rule("GET", r"batches/[^/]+", "batches.get", "batch"),
    _rule("POST", r"threads(?:/[^/]+)?/runs(?:/[^/]+/submit_tool_outputs)?", "assistants", "invoke_agent"),
    _rule("GET", r"threads/[^/]+/runs(?:/[^/]+)?", "assistants.get", "invoke_agent"),
    _rule("POST", r"threads/[^/]+/runs/[^/]+(?:/cancel)?", "assistants.get", "invoke_agent"),
    _rule("GET", r"threads/[^/]+/runs/[^/]+/steps(?:/[^/]+)?", "assistants.steps", "invoke_agent"),
    _rule("POST", r"assistants(?:/[^/]+)?", "assistants.manage", "create_agent"),
    _rule("GET", r"assistants/[^/]+", "assistants.manage", "create_agent"),
    _rule("DELETE", r"assistants/[^/]+", "assistants.manage", "create_agent"),
    _rule("POST", r"threads(?:/[^/]+(?:/messages/[^/]+)?)?", "assistants.items", "invoke_agent"),
    _rule("GET", r"threads/[^/]+(?:/messages(?:/[^/]+)?)?", "assistants.items", "invoke_agent"),
    _rule("DELETE", r"threads/[^/]+(?:/messages/[^/]+)?", "assistants.items", "invoke_agent"),
)


def read_operation(method: str, url: str) -> Operation:
    """The operation of a request; `unknown` for one that no rule names. Takes any text, never raises.

    >>> op = read_operation("POST", "https://a.openai.azure.com/openai/deployments/gpt/chat/completions")
    >>> op.api, op.provider, op.deployment
    ('chat', 'azure.ai.openai', 'gpt')
    """
    return _remembered(method, url) if len(url) <= _REMEMBERED_CHARACTERS else _read(method, url)


def _read(method: str, url: str) -> Operation:
    host, path, query = _split(url)
    deployment = _DEPLOYMENT.search(path)
    asked = path[deployment.end() :] if deployment else path  # a deployment may be called `chat`
    rule = next((r for r in _RULES if r.method == method.upper() and r.path.search(asked)), None)
    return Operation(
        api=rule.api if rule else "unknown",
        name=rule.name if rule else "unknown",
        provider=_provider(host, path),
        deployment=unquote(deployment[1], errors="replace") if deployment else None,
        api_version=_version(query),
    )


_remembered = lru_cache(maxsize=1024)(_read)  # a gateway's URLs are few


def _split(url: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").lower(), parts.path, parts.query
    except ValueError:
        return "", url.partition("?")[0], ""


def _version(query: str) -> str | None:
    try:
        found: Mapping[str, list[str]] = parse_qs(query, max_num_fields=50)
    except ValueError:
        return None
    values = found.get("api-version", [])
    return values[-1] if values else None


def _provider(host: str, path: str) -> str:
    if host.endswith(_AZURE_HOSTS) or "/openai/deployments/" in path:
        return AZURE
    if host in _OPENAI_HOSTS or host.endswith(_OPENAI_HOSTS[1]):
        return OPENAI
    if host in _ANTHROPIC_HOSTS or host.endswith(_ANTHROPIC_HOSTS[1]):
        return ANTHROPIC
    return host or "unknown"
