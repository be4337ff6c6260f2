"""The openai SDK, unmodified, through the real process: it gets what the service itself would give it."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openai import AsyncAzureOpenAI, AsyncOpenAI, AzureOpenAI, NotFoundError, OpenAI
from pydantic import BaseModel

from tests.proxy_addon.clients import VERSION, Bench, Point, bench
from tests.proxy_addon.service import SOUND, VECTOR, WORDS

pytestmark = pytest.mark.e2e

ASK: Any = [{"role": "user", "content": "Wie ist das Wetter in Zürich? 東京 too."}]
TOOLS: Any = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}]
TEXT = "".join(WORDS)


class Weather(BaseModel):
    """What a structured answer is parsed into."""

    city: str
    degrees: int


def sound() -> io.BytesIO:
    file = io.BytesIO(SOUND)
    file.name = "grüße.wav"
    return file


Call = Callable[[Any, str], Any]
CASES: dict[str, Call] = {
    "chat": lambda c, m: c.chat.completions.create(model=m, messages=ASK),
    "chat, streamed": lambda c, m: c.chat.completions.create(model=m, messages=ASK, stream=True),
    "chat, streamed with usage": lambda c, m: c.chat.completions.create(
        model=m, messages=ASK, stream=True, stream_options={"include_usage": True}
    ),
    "tools": lambda c, m: c.chat.completions.create(model=m, messages=ASK, tools=TOOLS),
    "tools, streamed": lambda c, m: c.chat.completions.create(
        model=m, messages=ASK, tools=TOOLS, stream=True
    ),
    "structured output": lambda c, m: c.chat.completions.parse(
        model=m, messages=ASK, response_format=Weather
    ),
    "Responses": lambda c, m: c.responses.create(model=m, input="Hallo"),
    "Responses, streamed": lambda c, m: c.responses.create(model=m, input="Hallo", stream=True),
    "embeddings": lambda c, m: c.embeddings.create(model=m, input=["a", "bc"]),
    "embeddings, as floats": lambda c, m: c.embeddings.create(model=m, input="abc", encoding_format="float"),
    "images": lambda c, m: c.images.generate(model=m, prompt="a gate"),
    "transcription": lambda c, m: c.audio.transcriptions.create(model=m, file=sound(), language="de"),
    "transcription, streamed": lambda c, m: c.audio.transcriptions.create(model=m, file=sound(), stream=True),
    "speech": lambda c, m: c.audio.speech.create(model=m, voice="alloy", input="Grüße"),
}


@pytest.fixture(scope="module")
def on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench(tmp_path_factory.mktemp("clients")) as found:
        yield found


def sync_client(point: Point, azure: bool) -> OpenAI:
    how: Any = {"api_key": "key", "default_headers": point.headers, "max_retries": 0}
    if azure:
        return AzureOpenAI(azure_endpoint=point.url, api_version=VERSION, **how)
    return OpenAI(base_url=f"{point.url}/openai/v1", **how)


def async_client(point: Point, azure: bool) -> AsyncOpenAI:
    how: Any = {"api_key": "key", "default_headers": point.headers, "max_retries": 0}
    if azure:
        return AsyncAzureOpenAI(azure_endpoint=point.url, api_version=VERSION, **how)
    return AsyncOpenAI(base_url=f"{point.url}/openai/v1", **how)


def plain(value: Any) -> Any:
    return value.model_dump(warnings=False) if isinstance(value, BaseModel) else value


def asked_sync(point: Point, azure: bool, call: Call) -> Any:
    with sync_client(point, azure) as client:
        found = call(client, point.model)
        if isinstance(found, BaseModel):
            return plain(found)
        return [plain(each) for each in found] if isinstance(found, Iterator) else found.content


async def asked_async(point: Point, azure: bool, call: Call) -> Any:
    async with async_client(point, azure) as client:
        found = await call(client, point.model)
        if isinstance(found, BaseModel):
            return plain(found)
        return [plain(each) async for each in found] if isinstance(found, AsyncIterator) else found.content


@pytest.mark.parametrize("azure", [True, False], ids=["azure", "v1"])
@pytest.mark.parametrize("name", CASES)
async def test_a_client_gets_what_the_service_gives(on: Bench, name: str, azure: bool) -> None:
    call = CASES[name]
    expected = asked_sync(on.direct(), azure, call)
    first, second = on.through(), on.through()
    assert expected
    assert asked_sync(first, azure, call) == expected
    assert await asked_async(second, azure, call) == expected
    for point in (first, second):
        record = await on.record(point.call)
        assert record.stream is ("streamed" in name)


async def test_the_answers_are_no_empty_shells(on: Bench) -> None:
    """What the comparison above compares: texts, tools, objects and vectors arrive as such."""
    with sync_client(on.through(), azure=False) as client:
        chunks = list(CASES["chat, streamed"](client, "chat"))
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == TEXT
        assert all(chunk.usage is None for chunk in chunks)
    with sync_client(on.through(), azure=False) as client:
        parsed = CASES["structured output"](client, "chat").choices[0].message.parsed
        assert parsed == Weather(city="Zürich", degrees=21)
    with sync_client(on.through(), azure=False) as client:
        assert [item.embedding for item in CASES["embeddings"](client, "chat").data] == [VECTOR] * 2
    with sync_client(on.through(), azure=False) as client:
        assert CASES["Responses"](client, "chat").output_text == TEXT


async def test_a_sound_arrives_whole_under_its_deployment_s_name(on: Bench, tmp_path: Path) -> None:
    direct, through = on.direct(), on.through()
    for point in (direct, through):
        with sync_client(point, azure=False) as client:
            assert CASES["transcription"](client, point.model).text == TEXT
    assert on.service.bodies[direct.call] == on.service.bodies[through.call]


async def test_a_service_s_refusal_is_the_client_s_error(on: Bench) -> None:
    """The path names what the service does not know; the proxy is asked for an alias that it does."""
    point = on.direct()
    with sync_client(point, azure=True) as client, pytest.raises(NotFoundError, match="does not exist"):
        client.chat.completions.create(model="another", messages=ASK)
