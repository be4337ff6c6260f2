from __future__ import annotations

import asyncio
from collections.abc import Callable, MutableMapping
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

TARGET = '<set-backend-service backend-id="one" />'
LIMIT = (
    '<llm-token-limit counter-key="k" tokens-per-minute="100" estimate-prompt-tokens="false"'
    ' remaining-tokens-header-name="x-left" />'
)
EVENTS = [b'data: {"choices":[{"delta":{"content":"hello"}}]}\n\n', b"data: [DONE]\n\n"]
STREAMING = {"inbound": TARGET + LIMIT, "backend": '<forward-request buffer-response="false" />'}


class Client:
    """An ASGI client that looks at each message as it comes, and may leave."""

    def __init__(self, app: ASGIApp, em: ModuleType, body: bytes = b'{"stream": true}') -> None:
        self.app, self.left = app, asyncio.Event()
        self.messages: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self._body: list[bytes] = [body]
        headers = [
            (b"host", b"gw.example.org"),
            (b"api-key", em.KEY.encode()),
            (b"x-local-exchange", b"mine"),
        ]
        self.scope = {
            "type": "http",
            "method": "POST",
            "path": em.CHAT,
            "raw_path": em.CHAT.encode(),
            "query_string": b"",
            "headers": headers,
            "scheme": "https",
            "client": ("192.0.2.1", 1),
        }

    async def _receive(self) -> MutableMapping[str, Any]:
        if self._body:
            return {"type": "http.request", "body": self._body.pop(), "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    def start(self) -> asyncio.Task[None]:
        return asyncio.create_task(self._call())

    async def _call(self) -> None:
        await self.app(self.scope, self._receive, self.messages.put)

    async def next(self) -> MutableMapping[str, Any]:
        return await asyncio.wait_for(self.messages.get(), 5)


def streaming(chunks: httpx.AsyncByteStream, status: int = 200) -> Callable[[httpx.Request], httpx.Response]:
    headers = {"Content-Type": "text/event-stream"}
    return lambda request: httpx.Response(status, headers=headers, stream=chunks)


async def test_each_chunk_of_a_stream_is_relayed_before_the_next_exists(
    em: ModuleType, tmp_path: Path
) -> None:
    hold = asyncio.Event()
    chunks = em.Chunks(EVENTS, hold=hold)
    gateway = em.start(em.build(tmp_path, STREAMING), [streaming(chunks)])
    client = Client(gateway.gateway.app, em)
    task = client.start()
    assert (await client.next())["status"] == 200
    assert (await client.next())["body"] == EVENTS[0]
    assert chunks.given == 1
    hold.set()
    assert (await client.next())["body"] == EVENTS[1]
    assert await client.next() == {"type": "http.response.body", "body": b""}
    await task
    assert chunks.closed
    assert [item.status for item in gateway.outcomes] == [200]


async def test_a_buffered_response_is_relayed_in_pieces_of_eight_kibibytes(
    em: ModuleType, tmp_path: Path
) -> None:
    """Source: forward-request-policy (2023-10-19)."""
    chunks = em.Chunks([b"a" * 3000] * 5)
    gateway = em.start(em.build(tmp_path, {"inbound": TARGET}), [streaming(chunks)])
    client = Client(gateway.gateway.app, em)
    await client.start()
    sizes = [len(client.messages.get_nowait().get("body", b"")) for _ in range(client.messages.qsize())]
    assert sizes == [0, 9000, 6000, 0]


async def test_a_client_that_leaves_mid_stream_cancels_the_backend_and_is_charged(
    em: ModuleType, tmp_path: Path
) -> None:
    hold = asyncio.Event()
    chunks = em.Chunks(EVENTS, hold=hold)
    usage = httpx.Response(200, json={"usage": {"prompt_tokens": 0, "completion_tokens": 0}})
    gateway = em.start(em.build(tmp_path, STREAMING), [streaming(chunks), usage])
    client = Client(gateway.gateway.app, em, b'{"stream": true, "prompt": "hello"}')
    task = client.start()
    await client.next()
    await client.next()
    client.left.set()
    await task
    assert chunks.closed
    outcome = gateway.outcome
    assert (outcome.aborted, outcome.status, outcome.reason) == (True, 200, "ClientConnectionFailure")
    assert len(gateway.outcomes) == 1
    assert (await gateway.post()).headers["x-left"] == "98"


async def test_a_client_that_leaves_before_the_answer_cancels_the_request(
    em: ModuleType, tmp_path: Path
) -> None:
    asked, cancelled = asyncio.Event(), asyncio.Event()

    class Silent(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            asked.set()
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.set()
            raise AssertionError("never answers")

    gateway = em.start(em.build(tmp_path, STREAMING))
    gateway.gateway._state.transport = Silent()
    client = Client(gateway.gateway.app, em)
    task = client.start()
    await asyncio.wait_for(asked.wait(), 5)
    client.left.set()
    await task
    assert cancelled.is_set()
    outcome = gateway.outcome
    assert (outcome.status, outcome.aborted, len(gateway.outcomes)) == (499, True, 1)
    assert [(item.backend, item.status) for item in outcome.attempts] == [("one", None)]


async def test_an_answer_that_breaks_off_ends_without_its_last_message(
    em: ModuleType, tmp_path: Path
) -> None:
    gateway = em.start(em.build(tmp_path, STREAMING), [streaming(em.Chunks(EVENTS[:1], breaks=True))])
    client = Client(gateway.gateway.app, em)
    await client.start()
    sent = [client.messages.get_nowait() for _ in range(client.messages.qsize())]
    assert [item.get("body") for item in sent] == [None, EVENTS[0]]
    assert sent[-1]["more_body"]
    assert (gateway.outcome.status, gateway.outcome.reason) == (200, "BackendConnectionFailure")
    assert not gateway.outcome.aborted


async def test_an_answer_that_breaks_off_while_a_policy_reads_it_goes_to_on_error(
    em: ModuleType, tmp_path: Path
) -> None:
    outbound = '<set-variable name="t" value="@(context.Response.Body.As&lt;string&gt;(true))" />'
    build = em.build(tmp_path, {"inbound": TARGET, "outbound": outbound})
    gateway = em.start(build, [streaming(em.Chunks(EVENTS[:1], breaks=True))])
    response = await gateway.post()
    assert (response.status_code, gateway.outcome.reason) == (500, "BackendConnectionFailure")


async def test_a_failure_of_the_gateway_itself_is_no_fault_of_the_client(
    em: ModuleType, tmp_path: Path
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise ZeroDivisionError

    gateway = em.start(em.build(tmp_path, {"inbound": TARGET}), [answer])
    with pytest.raises(ZeroDivisionError):
        await gateway.post()
    outcome = gateway.outcome
    assert (outcome.status, outcome.refused_by, outcome.aborted) == (500, "gateway", False)


async def test_compressed_bytes_pass_unchanged(em: ModuleType, tmp_path: Path) -> None:
    data = b"\x1f\x8b not really gzip"

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["accept-encoding"] == "gzip"
        headers = {"Content-Encoding": "gzip", "Content-Length": str(len(data))}
        return httpx.Response(200, headers=headers, stream=em.Chunks([data]))

    gateway = em.start(em.build(tmp_path, {"inbound": TARGET}), [answer])
    request = gateway.client.build_request(
        "POST", em.CHAT, headers={"api-key": em.KEY, "accept-encoding": "gzip"}, content=b"{}"
    )
    response = await gateway.client.send(request, stream=True)
    assert b"".join([chunk async for chunk in response.aiter_raw()]) == data
    assert response.headers["content-length"] == str(len(data))
    await response.aclose()


async def test_hop_by_hop_headers_stay_on_their_hop(em: ModuleType, tmp_path: Path) -> None:
    """Source: RFC 9110, 7.6.1."""
    answer = httpx.Response(
        200, headers={"Connection": "x-hop", "X-Hop": "1", "Keep-Alive": "5", "X-End": "1"}, content=b"a"
    )
    gateway = em.start(em.build(tmp_path, {"inbound": TARGET}), [answer])
    response = await gateway.post(connection="x-mine", x_mine="1", te="trailers", x_end="1")
    sent = gateway.script.seen[0].headers
    assert {name for name in ("connection", "x-mine", "te") if name in sent} == set()
    assert sent["x-end"] == "1"
    assert {name for name in ("connection", "x-hop", "keep-alive") if name in response.headers} == set()
    assert response.headers["x-end"] == "1"


async def test_repeated_cookies_keep_their_lines(em: ModuleType, tmp_path: Path) -> None:
    """Source: set-header-policy (2024-03-18), Set-Cookie is sent as separate lines."""
    answer = httpx.Response(
        200, headers=[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X", "1"), ("X", "2")]
    )
    gateway = em.start(em.build(tmp_path, {"inbound": TARGET}), [answer])
    response = await gateway.post()
    assert response.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert response.headers.get_list("x") == ["1,2"]


async def test_a_body_above_the_bound_gets_413_before_any_policy(em: ModuleType, tmp_path: Path) -> None:
    gateway = em.start(em.build(tmp_path, {"inbound": TARGET}), max_body_bytes=10)
    response = await gateway.post(b"x" * 11)
    assert response.status_code == 413
    assert gateway.script.seen == []
    assert gateway.outcome.reason == "RequestTooLarge"
    assert (await gateway.post(b"x" * 10)).status_code == 200


async def test_upstream_headers_and_the_exchange_id_reach_the_backend_once(
    em: ModuleType, tmp_path: Path
) -> None:
    build = em.build(tmp_path, {"inbound": TARGET})
    gateway = em.start(build, upstream_headers={"x-real-key": "k"})
    await gateway.post(x_local_exchange="mine", x_real_key="forged")
    sent = gateway.script.seen[0].headers
    assert (sent.get_list("x-real-key"), sent.get_list("x-local-exchange")) == (["k"], ["mine"])
    assert gateway.outcome.exchange_id == "mine"


async def test_the_key_may_stand_in_the_query_when_the_header_is_absent(
    em: ModuleType, tmp_path: Path
) -> None:
    """Source: api-management-subscriptions (2023-08-02)."""
    gateway = em.start(em.build(tmp_path, {"inbound": TARGET}))
    path = f"{em.CHAT}?subscription-key={em.KEY}"
    assert (await gateway.client.post(path)).status_code == 200
    assert (await gateway.client.post(path, headers={"api-key": "wrong"})).status_code == 401


async def test_a_suspended_subscription_is_refused(em: ModuleType, tmp_path: Path) -> None:
    gateway = em.start(em.build(tmp_path, {"inbound": TARGET}))
    response = await gateway.client.post(em.CHAT, headers={"api-key": "key-of-suspended"})
    assert (response.status_code, gateway.outcome.reason) == (401, "SubscriptionKeyInvalid")


async def test_a_key_failure_skips_inbound_and_runs_on_error_of_the_api(
    em: ModuleType, tmp_path: Path
) -> None:
    """Source: api-management-error-handling-policies (2026-04-22); inbound not having run is our reading."""
    text = '@(context.Variables.ContainsKey("a") + context.LastError.Source)'
    on_error = f'<set-header name="x-e"><value>{text}</value>'
    build = em.build(
        tmp_path,
        {"inbound": '<set-variable name="a" value="1" />', "on-error": f"{on_error}</set-header>"},
        product={"on-error": '<set-header name="x-p"><value>1</value></set-header>'},
    )
    response = await em.start(build).client.post(em.CHAT)
    assert response.headers["x-e"] == "Falseauthorization"
    assert "x-p" not in response.headers


async def test_an_unknown_operation_gets_404_and_the_apis_on_error(em: ModuleType, tmp_path: Path) -> None:
    on_error = '<set-header name="x-e"><value>e</value></set-header>'
    gateway = em.start(em.build(tmp_path, {"on-error": on_error}))
    known, unknown = await gateway.post(path="/openai/nothing"), await gateway.post(path="/nothing")
    assert [known.status_code, known.headers.get("x-e")] == [404, "e"]
    assert [unknown.status_code, unknown.headers.get("x-e")] == [404, None]
    assert unknown.content == b'{ "statusCode": 404, "message": "Resource not found" }'


async def test_an_error_in_on_error_answers_500(em: ModuleType, tmp_path: Path) -> None:
    on_error = '<set-variable name="a" value="@(1 / int.Parse(&quot;0&quot;))" />'
    gateway = em.start(em.build(tmp_path, {"on-error": on_error}))
    response = await gateway.client.post(em.CHAT)
    assert response.status_code == 500
    assert response.json()["message"] == "Internal server error"


async def test_scopes_run_in_the_order_of_base(em: ModuleType, tmp_path: Path) -> None:
    """Source: set-edit-policies (2023-10-18), each scope splices the next broader one at its base."""

    def add(name: str) -> str:
        return f'<set-header name="x-order" exists-action="append"><value>{name}</value></set-header>'

    world = f"<policies><inbound>{add('g')}</inbound><backend><forward-request /></backend></policies>"
    build = em.build(
        tmp_path,
        {"inbound": TARGET + add("a")},
        product={"inbound": add("p")},
        operation={"inbound": add("o")},
        world=world,
    )
    gateway = em.start(build)
    await gateway.post()
    await gateway.post(path="/openai/v1/chat/completions")
    assert [request.headers["x-order"] for request in gateway.script.seen] == ["g,p,a,o", "g,p,a"]


async def test_fragments_and_named_values_are_filled_in(em: ModuleType, tmp_path: Path) -> None:
    build = em.build(
        tmp_path,
        {"inbound": TARGET + '<include-fragment fragment-id="gw-f" />'},
        fragments={"gw-f": '<set-header name="x-a"><value>{{gw-v}}</value></set-header>'},
        named_values={"gw-v": "value-of-v"},
    )
    gateway = em.start(build)
    await gateway.post()
    assert gateway.script.seen[0].headers["x-a"] == "value-of-v"


async def test_concurrent_requests_keep_apart(em: ModuleType, tmp_path: Path) -> None:
    outbound = '<set-header name="x-m"><value>@(context.Request.MatchedParameters["deployment-id"])</value>'
    gateway = em.start(em.build(tmp_path, {"inbound": TARGET, "outbound": f"{outbound}</set-header>"}))
    paths = [f"/openai/deployments/d{number}/chat/completions" for number in range(50)]
    responses = await asyncio.gather(*(gateway.post(path=path) for path in paths))
    assert [response.headers["x-m"] for response in responses] == [f"d{number}" for number in range(50)]
    assert len({outcome.request_id for outcome in gateway.outcomes}) == 50


def test_what_is_switched_off_can_be_seen(em: ModuleType, tmp_path: Path) -> None:
    gateway = em.start(em.build(tmp_path, {}), without=frozenset({"limits"}))
    assert gateway.gateway.without == {"limits"}
    with pytest.raises(ValueError, match="limit"):
        em.start(em.build(tmp_path, {}), without=frozenset({"limit"}))
