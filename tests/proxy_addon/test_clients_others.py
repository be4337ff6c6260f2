"""The anthropic SDK and langchain-openai, unmodified, through the real process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from anthropic import Anthropic, AsyncAnthropic
from langchain_openai import AzureChatOpenAI, AzureOpenAIEmbeddings, ChatOpenAI, OpenAIEmbeddings

from tests.proxy_addon.clients import VERSION, Bench, Point, bench
from tests.proxy_addon.service import VECTOR, WORDS

pytestmark = pytest.mark.e2e

ASK: Any = [{"role": "user", "content": "Wie ist das Wetter in Zürich? 東京 too."}]
TEXT = "".join(WORDS)


@pytest.fixture(scope="module")
def on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench(tmp_path_factory.mktemp("clients")) as found:
        yield found


def claude(point: Point, kind: Any) -> Any:
    where = f"{point.url}/anthropic"
    return kind(base_url=where, api_key="key", default_headers=point.headers, max_retries=0)


def told(message: Any) -> dict[str, Any]:
    found: dict[str, Any] = message.model_dump()
    return found


async def test_anthropic_messages(on: Bench) -> None:
    def ask(point: Point) -> dict[str, Any]:
        with claude(point, Anthropic) as client:
            return told(client.messages.create(model=point.model, max_tokens=99, messages=ASK))

    async def ask_async(point: Point) -> dict[str, Any]:
        async with claude(point, AsyncAnthropic) as client:
            return told(await client.messages.create(model=point.model, max_tokens=99, messages=ASK))

    expected, first, second = ask(on.direct()), on.through(), on.through()
    assert expected["content"][0]["text"] == TEXT
    assert ask(first) == await ask_async(second) == expected
    for point in (first, second):
        record = await on.record(point.call)
        assert (record.stream, record.operation_name) == (False, "chat")
        assert (record.usage.cache_read_input_tokens, record.usage.cache_creation_input_tokens) == (7, 5)


async def test_anthropic_messages_streamed(on: Bench) -> None:
    def ask(point: Point) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        with claude(point, Anthropic) as client:
            how: Any = {"model": point.model, "max_tokens": 99, "messages": ASK}
            with client.messages.stream(**how) as stream:
                return [told(event) for event in stream], told(stream.get_final_message())

    async def ask_async(point: Point) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        async with claude(point, AsyncAnthropic) as client:
            how: Any = {"model": point.model, "max_tokens": 99, "messages": ASK}
            async with client.messages.stream(**how) as stream:
                return [told(event) async for event in stream], told(await stream.get_final_message())

    expected, first, second = ask(on.direct()), on.through(), on.through()
    assert expected[1]["content"][0]["text"] == TEXT
    assert ask(first) == await ask_async(second) == expected
    for point in (first, second):
        assert (await on.record(point.call)).stream


@pytest.fixture
async def link() -> AsyncIterator[httpx.AsyncClient]:
    """A client of this test's event loop; the library keeps its own ones for the life of the process."""
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


def chat(point: Point, azure: bool, **more: Any) -> Any:
    how = {"api_key": "key", "default_headers": point.headers, "max_retries": 0, **more}
    if azure:
        return AzureChatOpenAI(
            azure_endpoint=point.url, azure_deployment=point.model, api_version=VERSION, **how
        )
    return ChatOpenAI(base_url=f"{point.url}/openai/v1", model=point.model, **how)


def said(message: Any) -> dict[str, Any]:
    """A message without the ids that the library makes up, and the model's name that was asked for."""
    found: dict[str, Any] = message.model_dump()
    return {name: value for name, value in found.items() if name != "id"}


@pytest.mark.parametrize("azure", [True, False], ids=["azure", "v1"])
@pytest.mark.parametrize("responses", [False, True], ids=["chat", "Responses"])
async def test_langchain_chat(on: Bench, link: httpx.AsyncClient, azure: bool, responses: bool) -> None:
    how = {"use_responses_api": True} if responses else {}
    expected = said(chat(on.direct(), azure, **how).invoke(ASK))
    first, second = on.through(), on.through()
    assert TEXT in str(expected["content"]) or expected["content"][0]["text"] == TEXT
    assert said(chat(first, azure, **how).invoke(ASK)) == expected
    assert said(await chat(second, azure, http_async_client=link, **how).ainvoke(ASK)) == expected
    for point in (first, second):
        assert not (await on.record(point.call)).stream


@pytest.mark.parametrize("azure", [True, False], ids=["azure", "v1"])
@pytest.mark.parametrize("usage", [True, False], ids=["with usage", "without usage"])
async def test_langchain_chat_streamed(on: Bench, link: httpx.AsyncClient, azure: bool, usage: bool) -> None:
    def ask(point: Point) -> list[dict[str, Any]]:
        return [said(chunk) for chunk in chat(point, azure, stream_usage=usage).stream(ASK)]

    expected, first, second = ask(on.direct()), on.through(), on.through()
    assert "".join(chunk["content"] for chunk in expected) == TEXT
    assert any(chunk["usage_metadata"] for chunk in expected) is usage
    assert ask(first) == expected
    client = chat(second, azure, stream_usage=usage, http_async_client=link)
    assert [said(each) async for each in client.astream(ASK)] == expected
    for point in (first, second):
        assert (await on.record(point.call)).stream


@pytest.mark.parametrize("azure", [True, False], ids=["azure", "v1"])
async def test_langchain_embeddings(on: Bench, azure: bool) -> None:
    point = on.through()
    # Else the library counts tokens with a vocabulary that it downloads.
    how: Any = {"check_embedding_ctx_length": False, "api_key": "key", "default_headers": point.headers}
    how["model"] = point.model  # its own default is a model of OpenAI's, beside the deployment of the path
    if azure:
        place = {"azure_endpoint": point.url, "azure_deployment": point.model, "api_version": VERSION}
        client: Any = AzureOpenAIEmbeddings(**place, **how)
    else:
        client = OpenAIEmbeddings(**how | {"base_url": f"{point.url}/openai/v1"})
    assert client.embed_documents(["a", "bc"]) == [VECTOR, VECTOR]
    assert (await on.record(point.call)).usage.input_tokens == 3
