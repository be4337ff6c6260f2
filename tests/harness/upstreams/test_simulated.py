from __future__ import annotations

import base64
import json
import struct
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest

from gatewright.harness import server
from gatewright.harness.faults import read
from gatewright.harness.server import HttpServer
from gatewright.harness.upstreams.simulated import SimulatedDeployment, SimulatedOptions, Simulator
from gatewright.harness.upstreams.tokens import encode
from gatewright.metering.injection import StreamFilter

DATED = "/openai/deployments/gpt-41/chat/completions?api-version=2024-10-21"
ASK = {"messages": [{"role": "user", "content": "Name three fruits."}]}


def client(options: SimulatedOptions | None = None, **headers: str) -> httpx.AsyncClient:
    app = Simulator(SimulatedOptions() if options is None else options)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url="http://upstream.invalid",
        headers={"authorization": "Bearer x", **headers},
    )


@pytest.fixture
async def upstream() -> AsyncIterator[httpx.AsyncClient]:
    async with client() as given:
        yield given


def events(body: str) -> list[dict[str, Any]]:
    blocks = body.removesuffix("\n\n").split("\n\n")
    assert blocks[-1] == "data: [DONE]"
    return [json.loads(block.removeprefix("data: ")) for block in blocks[:-1]]


async def test_same_request_gets_the_same_bytes_from_another_simulator(upstream: httpx.AsyncClient) -> None:
    first = await upstream.post(DATED, json=ASK)
    async with client() as other:
        again = await other.post(DATED, json=ASK)
    assert first.content == again.content
    assert first.headers["apim-request-id"] == again.headers["apim-request-id"]


async def test_members_of_a_pool_answer_in_different_words(upstream: httpx.AsyncClient) -> None:
    one = (await upstream.post(DATED, json=ASK)).json()
    other = (await upstream.post(DATED.replace("gpt-41", "gpt-41-ptu"), json=ASK)).json()
    assert one["choices"][0]["message"]["content"] != other["choices"][0]["message"]["content"]


async def test_usage_follows_the_prompt_formula(upstream: httpx.AsyncClient) -> None:
    """source: tokenizer against recorded usage: 3 per message + role + content + 3."""
    answer = (await upstream.post(DATED, json=ASK)).json()
    content = answer["choices"][0]["message"]["content"]
    wanted = 3 + len(encode("user")) + len(encode("Name three fruits.")) + 3
    assert answer["usage"]["prompt_tokens"] == wanted
    assert answer["usage"]["completion_tokens"] == len(encode(content))
    assert answer["usage"]["total_tokens"] == wanted + len(encode(content))


async def test_stream_opens_as_azure_does_without_usage(upstream: httpx.AsyncClient) -> None:
    """source: recording ea86144776."""
    answer = await upstream.post(DATED, json={**ASK, "stream": True})
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    first, role, *rest = events(answer.text)
    assert (first["choices"], first["id"], first["model"], first["created"]) == ([], "", "", 0)
    assert first["prompt_filter_results"][0]["prompt_index"] == 0
    assert role["choices"][0]["delta"]["role"] == "assistant"
    assert rest[-1]["choices"][0]["finish_reason"] == "stop"
    assert not [event for event in (first, role, *rest) if "usage" in event]


async def test_stream_says_what_the_whole_answer_says(upstream: httpx.AsyncClient) -> None:
    text = "".join(
        choice["delta"].get("content") or ""
        for event in events((await upstream.post(DATED, json={**ASK, "stream": True})).text)
        for choice in event["choices"]
    )
    assert text
    assert len(text.split()) >= 12


async def test_asked_for_usage_comes_last_and_null_before(upstream: httpx.AsyncClient) -> None:
    """source: recording ea86144776."""
    body = {**ASK, "stream": True, "stream_options": {"include_usage": True}}
    first, *rest, last = events((await upstream.post(DATED, json=body)).text)
    assert "usage" not in first
    assert {event["usage"] for event in rest} == {None}
    assert last["choices"] == []
    assert (
        last["usage"]["total_tokens"] == last["usage"]["prompt_tokens"] + last["usage"]["completion_tokens"]
    )


async def test_hiding_injected_usage_gives_the_bytes_of_a_stream_without_it(
    upstream: httpx.AsyncClient,
) -> None:
    plain = await upstream.post(DATED, json={**ASK, "stream": True})
    body = {**ASK, "stream": True, "stream_options": {"include_usage": True}}
    asked = await upstream.post(DATED, json=body)
    tap = StreamFilter()
    assert b"".join([*tap.feed(asked.content), *tap.finish()]) == plain.content


async def test_choices_and_their_ceiling_are_honoured(upstream: httpx.AsyncClient) -> None:
    answer = (await upstream.post(DATED, json={**ASK, "n": 2, "max_completion_tokens": 5})).json()
    assert [choice["finish_reason"] for choice in answer["choices"]] == ["length", "length"]
    assert answer["usage"]["completion_tokens"] == 10


TOOL = {
    "type": "function",
    "function": {
        "name": "find",
        "parameters": {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
    },
}


async def test_forced_tool_is_called_with_arguments_of_its_schema(upstream: httpx.AsyncClient) -> None:
    choice = {"type": "function", "function": {"name": "find"}}
    answer = (await upstream.post(DATED, json={**ASK, "tools": [TOOL], "tool_choice": choice})).json()
    [call] = answer["choices"][0]["message"]["tool_calls"]
    assert call["function"]["name"] == "find"
    assert isinstance(json.loads(call["function"]["arguments"])["n"], int)
    assert answer["choices"][0]["finish_reason"] == "stop"


async def test_streamed_tool_call_joins_to_the_same_shape(upstream: httpx.AsyncClient) -> None:
    body = {**ASK, "tools": [TOOL], "tool_choice": "required", "stream": True}
    parts = events((await upstream.post(DATED, json=body)).text)
    calls = [c["delta"]["tool_calls"][0] for e in parts for c in e["choices"] if "tool_calls" in c["delta"]]
    assert calls[0]["function"]["name"] == "find"
    assert isinstance(json.loads("".join(call["function"]["arguments"] for call in calls))["n"], int)


async def test_structured_output_fits_its_schema(upstream: httpx.AsyncClient) -> None:
    schema = {
        "type": "object",
        "properties": {
            "mood": {"enum": ["glad", "angry"]},
            "next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
            "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        },
    }
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    answer = (await upstream.post(DATED, json={**ASK, "response_format": form})).json()
    value = json.loads(answer["choices"][0]["message"]["content"])
    assert value["mood"] in ("glad", "angry")
    assert len(value["tags"]) >= 1


async def test_repeated_long_prompt_is_cached_in_steps(upstream: httpx.AsyncClient) -> None:
    """source: Azure OpenAI prompt caching: from 1,024 tokens on, in steps of 128."""
    long = {"messages": [{"role": "user", "content": "word " * 1500}]}
    first = (await upstream.post(DATED, json=long)).json()["usage"]
    again = (await upstream.post(DATED, json=long)).json()["usage"]
    assert first["prompt_tokens_details"]["cached_tokens"] == 0
    assert again["prompt_tokens_details"]["cached_tokens"] == again["prompt_tokens"] // 128 * 128


async def test_embeddings_are_unit_vectors_and_base64_holds_the_same_floats(
    upstream: httpx.AsyncClient,
) -> None:
    path = "/openai/v1/embeddings"
    asked = {"model": "embed", "input": ["a", "b"], "dimensions": 8}
    plain = (await upstream.post(path, json=asked)).json()
    packed = (await upstream.post(path, json={**asked, "encoding_format": "base64"})).json()
    floats = [item["embedding"] for item in plain["data"]]
    assert [list(struct.unpack("<8f", base64.b64decode(i["embedding"]))) for i in packed["data"]] == floats
    assert sum(x * x for x in floats[0]) == pytest.approx(1, abs=1e-5)
    assert plain["usage"] == {"prompt_tokens": 2, "total_tokens": 2}


async def test_token_lists_count_as_they_are(upstream: httpx.AsyncClient) -> None:
    for given, count in (([1, 2, 3], 3), ([[1, 2], [3]], 3)):
        body = {"model": "embed", "input": given, "dimensions": 2}
        assert (await upstream.post("/openai/v1/embeddings", json=body)).json()["usage"][
            "prompt_tokens"
        ] == count


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"content": "x"}]}, "messages[0].role"),
        ({"n": 0}, "n"),
        ({"n": True}, "n"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"max_tokens": 3, "max_completion_tokens": 3}, "max_tokens"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"response_format": {"type": "xml"}}, "response_format.type"),
    ],
)
async def test_bad_field_is_named(
    upstream: httpx.AsyncClient, change: Mapping[str, object], param: str
) -> None:
    answer = await upstream.post(DATED, json={**ASK, **change})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b"[" * 5000])
async def test_body_that_is_no_object_is_refused(upstream: httpx.AsyncClient, body: bytes) -> None:
    assert (await upstream.post(DATED, content=body)).status_code == 400


async def test_lone_surrogates_in_a_prompt_are_counted_not_fatal(upstream: httpx.AsyncClient) -> None:
    body = b'{"messages":[{"role":"user","content":"\\ud800"}]}'
    assert (await upstream.post(DATED, content=body)).status_code == 200


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (DATED.partition("?")[0], "404"),
        ("/openai/deployments/other/chat/completions?api-version=2024-10-21", "DeploymentNotFound"),
        ("/openai/deployments/gpt-41/responses?api-version=2024-10-21", "404"),
        ("/openai/deployments/a%2Fb/chat/completions?api-version=2024-10-21", "DeploymentNotFound"),
    ],
)
async def test_unknown_place_is_404(path: str, code: str) -> None:
    """source: recording bbb7f6d656 for DeploymentNotFound."""
    async with client(SimulatedOptions((SimulatedDeployment("gpt-41"),))) as upstream:
        answer = await upstream.post(path, json=ASK)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, code)


async def test_without_credentials_is_401() -> None:
    """source: recording 41f078322e."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=Simulator()), base_url="http://upstream.invalid"
    ) as bare:
        answer = await bare.post(DATED, json=ASK)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "401")


async def test_prompt_beyond_the_context_is_refused() -> None:
    async with client(SimulatedOptions((SimulatedDeployment("gpt-41", context_tokens=10),))) as upstream:
        answer = await upstream.post(DATED, json={"messages": [{"role": "user", "content": "a b " * 20}]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "context_length_exceeded")


async def test_spent_minute_is_429_with_retry_after_until_it_ends() -> None:
    """source: recording 236c10ce6a for the body."""
    moment = [100.0]
    place = SimulatedDeployment("gpt-41", tokens_per_minute=10, region="westeurope")
    async with client(SimulatedOptions((place,), now=lambda: moment[0])) as upstream:
        assert (await upstream.post(DATED, json=ASK)).status_code == 200
        moment[0] += 20.5
        refused = await upstream.post(DATED, json=ASK)
        moment[0] += 40
        later = await upstream.post(DATED, json=ASK)
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "RateLimitReached"
    assert (refused.headers["retry-after"], refused.headers["retry-after-ms"]) == ("40", "40000")
    assert later.status_code == 200


async def test_fault_for_a_deployment_hits_as_often_as_asked() -> None:
    options = SimulatedOptions((SimulatedDeployment("gpt-41"),), (read("gpt-41:503:times=1"),))
    async with client(options) as upstream:
        statuses = [(await upstream.post(DATED, json=ASK)).status_code for _ in range(2)]
    assert statuses == [503, 200]


async def test_header_asks_for_a_fault_of_this_request(upstream: httpx.AsyncClient) -> None:
    answer = await upstream.post(DATED, json=ASK, headers={"x-simulate-fault": "429;retry-after=2"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    wrong = await upstream.post(DATED, json=ASK, headers={"x-simulate-fault": "sometimes"})
    assert wrong.status_code == 400


async def test_connection_is_reset_cut_and_each_port_knows_its_own_deployment() -> None:
    places = (SimulatedDeployment("gpt-41", "gw-a"), SimulatedDeployment("mini", "gw-b"))
    app = Simulator(SimulatedOptions(places, (read("mini:reset:times=1"),)))
    listeners = [server.bind("127.0.0.1", 0) for _ in range(3)]
    ports = [server.port_of(listener) for listener in listeners]
    app.bind({ports[1]: "gw-a", ports[2]: "gw-b"})
    running = HttpServer(app, listeners)
    await running.start()
    mini = DATED.replace("gpt-41", "mini")
    try:
        async with httpx.AsyncClient(headers={"api-key": "x"}, trust_env=False) as real:
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                await real.post(f"http://127.0.0.1:{ports[2]}{mini}", json=ASK)
            assert (await real.post(f"http://127.0.0.1:{ports[2]}{mini}", json=ASK)).status_code == 200
            assert (await real.post(f"http://127.0.0.1:{ports[1]}{mini}", json=ASK)).status_code == 404
            assert (await real.post(f"http://127.0.0.1:{ports[0]}{mini}", json=ASK)).status_code == 200
            got: list[bytes] = []
            with pytest.raises(httpx.RemoteProtocolError):
                await _read_cut(real, f"http://127.0.0.1:{ports[1]}{DATED}", got)
            assert b"".join(got).count(b"data: ") == 3
    finally:
        await running.stop()


async def _read_cut(real: httpx.AsyncClient, url: str, got: list[bytes]) -> None:
    body, headers = {**ASK, "stream": True}, {"x-simulate-fault": "cut=3"}
    async with real.stream("POST", url, json=body, headers=headers) as answer:
        async for part in answer.aiter_raw():
            got.append(part)


def test_a_text_longer_than_the_tokenizer_takes_at_once_is_counted() -> None:
    assert len(encode("word " * 200_001)) > 200_000
