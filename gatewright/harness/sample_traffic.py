"""Varied client requests for a sample recording: about sixty, the same ones each time.

Three tenants' worth of chats (whole and streamed, with tools, with a JSON schema), embeddings, questions
asked twice, one tenant that runs over its limit, a model it may not use, and a key that nobody has.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import httpx

from gatewright.harness.exchanges import HEADER
from gatewright.harness.local import LocalGateway
from gatewright.harness.outcome import Outcome
from gatewright.harness.replay import UNKNOWN_KEY

API_VERSION = "2024-10-21"

_QUESTIONS = (
    "Which of our running shoes suit wide feet?",
    "Write a friendly reply to a customer whose parcel is two days late.",
    "Summarise this review in one sentence: the jacket is warm but the zip sticks.",
    "Suggest five search terms for a waterproof hiking backpack.",
    "Translate to German: Your order has been shipped.",
    "Explain the difference between a refund and a store credit.",
    "Classify the mood of this message: I have been waiting for an hour!",
    "What should I check before I return an electric kettle?",
)
_TEXTS = (
    "Waterproof hiking backpack, 30 litres",
    "Trail running shoes with a wide toe box",
    "Electric kettle with temperature control",
    "Down jacket, recycled filling",
)
_TOOL: Mapping[str, object] = {
    "type": "function",
    "function": {
        "name": "find_order",
        "description": "Find an order by its number.",
        "parameters": {
            "type": "object",
            "properties": {"number": {"type": "string"}, "year": {"type": "integer", "minimum": 2020}},
            "required": ["number"],
        },
    },
}
_SCHEMA: Mapping[str, object] = {
    "type": "json_schema",
    "json_schema": {
        "name": "mood",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {"mood": {"type": "string", "enum": ["glad", "neutral", "angry"]}},
            "required": ["mood"],
            "additionalProperties": False,
        },
    },
}


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """A client request: whose (None for a key that nobody has), where to, with which body."""

    tenant: str | None
    path: str
    body: Mapping[str, object]


def sample_traffic(
    models: Mapping[str, str], tenants: Mapping[str, Sequence[str]]
) -> tuple[SampleRequest, ...]:
    """Sample requests for an estate.

    Args:
        models: the type of each alias, `chat` or `embeddings`.
        tenants: the aliases that each tenant may use; the first tenant is the one that runs over its limit.
    """
    return tuple(_traffic(models, tenants))


def _traffic(models: Mapping[str, str], tenants: Mapping[str, Sequence[str]]) -> Iterator[SampleRequest]:
    for number, (tenant, aliases) in enumerate(tenants.items()):
        for alias in aliases:
            if models[alias] == "chat":
                yield from _chats(tenant, alias, number)
            else:
                yield from _embeddings(tenant, alias)
        for alias in [alias for alias in models if alias not in aliases][:1]:
            yield _refused(tenant, alias, models[alias])
    yield from _over_the_limit(models, tenants)
    chats = [alias for alias, kind in models.items() if kind == "chat"]
    if chats:
        yield SampleRequest(None, *_chat(chats[0], _QUESTIONS[0]))


def _chats(tenant: str, alias: str, number: int) -> Iterator[SampleRequest]:
    for at in range(3):
        question = _QUESTIONS[(number + at) % len(_QUESTIONS)]
        yield SampleRequest(tenant, *_chat(alias, question, max_tokens=60 + 20 * at))
    streamed = _QUESTIONS[(number + 3) % len(_QUESTIONS)]
    yield SampleRequest(tenant, *_chat(alias, streamed, stream=True, max_tokens=40))
    usage = {"include_usage": True}
    yield SampleRequest(
        tenant,
        *_chat(alias, streamed, stream=True, stream_options=usage, user=f"agent-{number}", max_tokens=40),
    )
    yield SampleRequest(tenant, *_undated(alias, streamed, stream=True, max_tokens=40))
    yield SampleRequest(tenant, *_chat(alias, "Where is order 4711?", tools=[_TOOL], tool_choice="required"))
    yield SampleRequest(tenant, *_undated(alias, _QUESTIONS[6], response_format=_SCHEMA))
    again = _QUESTIONS[number % len(_QUESTIONS)]
    yield SampleRequest(tenant, *_chat(alias, again, max_tokens=60))


def _embeddings(tenant: str, alias: str) -> Iterator[SampleRequest]:
    path = f"/openai/deployments/{alias}/embeddings?api-version={API_VERSION}"
    yield SampleRequest(tenant, path, {"input": _TEXTS[0], "dimensions": 64})
    yield SampleRequest(tenant, path, {"input": list(_TEXTS), "dimensions": 64, "encoding_format": "base64"})
    body = {"model": alias, "input": _TEXTS[1], "dimensions": 64}
    yield SampleRequest(tenant, "/openai/v1/embeddings", body)


def _refused(tenant: str, alias: str, kind: str) -> SampleRequest:
    """A model that the tenant may not use."""
    if kind == "chat":
        return SampleRequest(tenant, *_chat(alias, _QUESTIONS[1]))
    path = f"/openai/deployments/{alias}/embeddings?api-version={API_VERSION}"
    return SampleRequest(tenant, path, {"input": _TEXTS[0]})


def _over_the_limit(
    models: Mapping[str, str], tenants: Mapping[str, Sequence[str]]
) -> Iterator[SampleRequest]:
    """A run of long prompts by the first tenant within one minute."""
    for tenant, aliases in tenants.items():
        chats = [alias for alias in aliases if models[alias] == "chat"]
        if chats:
            for number in range(12):
                text = f"Part {number + 1} of our catalogue, to be summarised. " + " ".join(_TEXTS) * 150
                yield SampleRequest(tenant, *_chat(chats[0], text, max_tokens=40))
            return


def _chat(alias: str, question: str, **more: object) -> tuple[str, dict[str, object]]:
    path = f"/openai/deployments/{alias}/chat/completions?api-version={API_VERSION}"
    return path, {"messages": _messages(question), **more}


def _undated(alias: str, question: str, **more: object) -> tuple[str, dict[str, object]]:
    return "/openai/v1/chat/completions", {"model": alias, "messages": _messages(question), **more}


def _messages(question: str) -> list[dict[str, str]]:
    system = "You help the customers of a sample shop. Answer briefly."
    return [{"role": "system", "content": system}, {"role": "user", "content": question}]


async def send(requests: Sequence[SampleRequest], local: LocalGateway) -> tuple[Outcome, ...]:
    """Sends sample requests one after the other to a running local stack; what became of each.

    Raises:
        Rejected: EMU562 when the proxy ends meanwhile.
    """
    outcomes: list[Outcome] = []
    async with httpx.AsyncClient(base_url=local.ready.gateway, timeout=60, trust_env=False) as client:
        for number, request in enumerate(requests):
            exchange_id = f"{local.run}-s{number}"
            headers = {
                local.key_header: UNKNOWN_KEY if request.tenant is None else local.keys[request.tenant],
                "content-type": "application/json",
                HEADER: exchange_id,
            }
            content = json.dumps(request.body, ensure_ascii=False).encode("utf-8")
            await client.post(request.path, content=content, headers=headers)
            local.check()
            outcomes.append(await local.outcome_of(exchange_id))
    return tuple(outcomes)
