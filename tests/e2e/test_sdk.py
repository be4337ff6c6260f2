"""The openai SDK, unmodified, against the local stack; and the bytes that it gets."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai import AsyncAzureOpenAI, AsyncOpenAI, AzureOpenAI, OpenAI
from openai.types.chat import ChatCompletionMessageParam

from gatewright.harness.local import LocalGateway, LocalOptions
from gatewright.harness.replay import settled
from gatewright.metering.injection import StreamFilter
from tests.e2e.conftest import Stack

pytestmark = pytest.mark.e2e

VERSION = "2024-10-21"
TENANT = "retail-search"
ASK: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Name three fruits, größer als 東京."}]
DATED = f"/openai/deployments/{{}}/chat/completions?api-version={VERSION}"


def sync_client(local: LocalGateway, azure: bool) -> OpenAI:
    gateway, key = local.ready.gateway, local.ready.keys[TENANT]
    if azure:
        return AzureOpenAI(azure_endpoint=gateway, api_key=key, api_version=VERSION, max_retries=0)
    return OpenAI(
        base_url=f"{gateway}/openai/v1", api_key=key, default_headers={"api-key": key}, max_retries=0
    )


def async_client(local: LocalGateway, azure: bool) -> AsyncOpenAI:
    gateway, key = local.ready.gateway, local.ready.keys[TENANT]
    if azure:
        return AsyncAzureOpenAI(azure_endpoint=gateway, api_key=key, api_version=VERSION, max_retries=0)
    headers = {"api-key": key}
    return AsyncOpenAI(base_url=f"{gateway}/openai/v1", api_key=key, default_headers=headers, max_retries=0)


def ask_sync(client: OpenAI, options: dict[str, Any]) -> tuple[str, list[Any]]:
    with client:
        if not options.get("stream"):
            answer = client.chat.completions.create(model="chat", messages=ASK, **options)
            return answer.choices[0].message.content or "", [answer.usage]
        chunks = list(client.chat.completions.create(model="chat", messages=ASK, **options))
    return text_of(chunks), [chunk.usage for chunk in chunks if chunk.usage is not None]


async def ask_async(client: AsyncOpenAI, options: dict[str, Any]) -> tuple[str, list[Any]]:
    async with client:
        if not options.get("stream"):
            answer = await client.chat.completions.create(model="chat", messages=ASK, **options)
            return answer.choices[0].message.content or "", [answer.usage]
        chunks = [
            chunk
            async for chunk in await client.chat.completions.create(model="chat", messages=ASK, **options)
        ]
    return text_of(chunks), [chunk.usage for chunk in chunks if chunk.usage is not None]


def text_of(chunks: list[Any]) -> str:
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)


OPTIONS: dict[str, dict[str, Any]] = {
    "whole": {},
    "streamed": {"stream": True},
    "streamed, usage asked for": {"stream": True, "stream_options": {"include_usage": True}},
    "streamed, usage declined": {"stream": True, "stream_options": {"include_usage": False}},
}


async def test_every_client_works_and_is_metered_exactly(stack: Stack, tmp_path: Path) -> None:
    async with stack(LocalOptions(runs=tmp_path, without=frozenset({"cache"}))) as local:
        for azure in (True, False):
            for name, options in OPTIONS.items():
                text, usage = await asyncio.to_thread(ask_sync, sync_client(local, azure), options)
                again, usage_again = await ask_async(async_client(local, azure), options)
                assert text
                assert again == text, name
                stated = name in ("whole", "streamed, usage asked for")
                assert len(usage) == len(usage_again) == (1 if stated else 0), name
        records = await settled(local, local.outcomes.values())
        assert len(records) == 16
        assert {record.usage_source.value for record in records} == {"reported"}
        assert {(record.tenant, record.deployment) for record in records} == {(TENANT, "gpt-41-ptu")}
        assert len({record.usage.output_tokens for record in records}) <= 2
        assert {record.request_id for record in records} == {o.request_id for o in local.outcomes.values()}


async def test_embeddings_by_both_clients(stack: Stack, tmp_path: Path) -> None:
    async with stack(LocalOptions(runs=tmp_path)) as local:
        gateway, key = local.ready.gateway, local.ready.keys["data-platform"]
        azure = AsyncAzureOpenAI(azure_endpoint=gateway, api_key=key, api_version=VERSION, max_retries=0)
        headers = {"api-key": key}
        plain = AsyncOpenAI(
            base_url=f"{gateway}/openai/v1", api_key=key, default_headers=headers, max_retries=0
        )
        async with azure, plain:
            one = await azure.embeddings.create(model="embeddings", input=["a", "b"], dimensions=16)
            other = await plain.embeddings.create(model="embeddings", input=["a", "b"], dimensions=16)
        assert [item.embedding for item in one.data] == [item.embedding for item in other.data]
        records = await settled(local, local.outcomes.values())
        assert [record.usage.input_tokens for record in records] == [one.usage.prompt_tokens] * 2


@pytest.mark.parametrize("name", OPTIONS)
async def test_client_bytes_are_the_upstream_bytes(stack: Stack, tmp_path: Path, name: str) -> None:
    """What the gateway's client gets is what the upstream says to the same request, byte for byte."""
    body = {"messages": ASK, "temperature": 0.5, **OPTIONS[name]}
    async with stack(LocalOptions(runs=tmp_path, without=frozenset({"cache"}))) as local:
        key = {"api-key": local.ready.keys[TENANT]}
        async with httpx.AsyncClient(trust_env=False, headers={"accept-encoding": "identity"}) as client:
            through = await client.post(local.ready.gateway + DATED.format("chat"), json=body, headers=key)
            direct = await client.post(
                local.ready.upstream + DATED.format("gpt-41-ptu"), json=body, headers={"api-key": "any"}
            )
    assert (through.status_code, direct.status_code) == (200, 200)
    assert through.content == direct.content
    assert through.headers["content-type"] == direct.headers["content-type"]
    for header in ("x-ms-region", "x-ms-deployment-name"):
        assert through.headers[header] == direct.headers[header]


async def test_tenant_with_visible_usage_gets_the_injected_chunk(stack: Stack, tmp_path: Path) -> None:
    body = {"messages": ASK, "stream": True}
    async with stack(LocalOptions(runs=tmp_path)) as local:
        key = {"api-key": local.ready.keys["support-assistant"]}
        async with httpx.AsyncClient(trust_env=False, headers={"accept-encoding": "identity"}) as client:
            through = await client.post(local.ready.gateway + DATED.format("chat"), json=body, headers=key)
            direct = await client.post(
                local.ready.upstream + DATED.format("gpt-41-ptu"), json=body, headers={"api-key": "any"}
            )
    assert b'"usage":{' in through.content
    tap = StreamFilter()
    assert b"".join([*tap.feed(through.content), *tap.finish()]) == direct.content
