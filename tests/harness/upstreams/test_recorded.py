from __future__ import annotations

import httpx
from hypothesis import given
from hypothesis import strategies as st

from gatewright.harness.exchanges import ClientRequest, Exchanges, Remembering
from gatewright.harness.upstreams.recorded import RecordedOptions, RecordedUpstream, cut
from gatewright.recordings import Exchange

MODELS = {"chat": "chat"}
URL = "https://x.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=1"
PATH, QUERY = "/openai/deployments/chat/chat/completions", "api-version=1"
NAMES = (("gpt-4o", "chat"),)
HEADERS = (
    ("Content-Type", "application/json"),
    ("Content-Length", "999"),
    ("Content-Encoding", "gzip"),
    ("Transfer-Encoding", "chunked"),
    ("x-ms-region", "East US"),
)


def recorded(body: bytes, answer: bytes, status: int = 200) -> Exchange:
    return Exchange("POST", URL, (), body, status, "", HEADERS, answer)


def upstream(*exchanges: Exchange) -> tuple[RecordedUpstream, Exchanges]:
    clients = Exchanges()
    return RecordedUpstream(RecordedOptions(exchanges, NAMES), MODELS, clients), clients


async def ask(app: RecordedUpstream, exchange_id: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://upstream.invalid") as client:
        return await client.post(
            "/whatever", content=b"changed on the way", headers={"x-local-exchange": exchange_id}
        )


def sent(clients: Exchanges, exchange_id: str, body: bytes) -> None:
    clients.register(exchange_id, ClientRequest("POST", PATH, QUERY, (), body))


async def test_answer_follows_the_client_request_not_what_arrives() -> None:
    app, clients = upstream(recorded(b'{"a":1}', b'{"one":1}'), recorded(b'{"a":2}', b'{"two":2}'))
    sent(clients, "x1", b'{ "a": 2 }')
    answer = await ask(app, "x1")
    assert answer.content == b'{"two":2}'
    assert answer.headers["x-ms-region"] == "East US"
    assert answer.headers["content-length"] == "9"
    assert "content-encoding" not in answer.headers


async def test_repeats_are_answered_in_recorded_order_and_then_missed() -> None:
    app, clients = upstream(recorded(b"{}", b"1"), recorded(b"{}", b"2", 500))
    for name in ("x1", "x2", "x3"):
        sent(clients, name, b"{}")
    answers = [await ask(app, name) for name in ("x1", "x2", "x3")]
    assert [(a.status_code, a.content[:1]) for a in answers[:2]] == [(200, b"1"), (500, b"2")]
    assert (answers[2].status_code, answers[2].json()["error"]["code"]) == (404, "RecordingNotFound")
    assert (app.misses, app.left) == (1, 0)


async def test_attempts_of_one_request_get_one_answer() -> None:
    app, clients = upstream(recorded(b"{}", b"1", 429), recorded(b"{}", b"2"))
    sent(clients, "x1", b"{}")
    assert [(await ask(app, "x1")).content for _ in range(2)] == [b"1", b"1"]
    assert app.left == 1


async def test_request_that_nobody_registered_is_a_miss() -> None:
    app, _ = upstream(recorded(b"{}", b"1"))
    assert (await ask(app, "unknown")).status_code == 404
    assert app.misses == 1


def test_unusable_recordings_are_counted_by_reason() -> None:
    other = Exchange("GET", "https://x.openai.azure.com/openai/models")
    app, _ = upstream(other, other)
    assert list(app.unusable.values()) == [2]


async def test_recorded_parts_are_sent_as_they_came() -> None:
    parts = ((1.0, b"data: 1"), (2.0, b"\n\ndata: [DONE]\n\n"))
    exchange = Exchange(
        "POST",
        URL,
        (),
        b"{}",
        200,
        "",
        (("content-type", "text/event-stream"),),
        b"data: 1\n\ndata: [DONE]\n\n",
        parts,
    )
    app, clients = upstream(exchange)
    sent(clients, "x1", b"{}")
    answer = await ask(app, "x1")
    assert answer.content == exchange.response_body
    assert "content-length" not in answer.headers


@given(st.binary(max_size=5000))
def test_cut_parts_are_the_body_and_none_is_empty(body: bytes) -> None:
    parts = list(cut(body))
    assert b"".join(parts) == body
    assert all(parts)
    assert parts == list(cut(body))


async def test_remembering_gives_each_request_an_id_and_passes_it_whole() -> None:
    app, clients = upstream(recorded(b'{"a":1}', b"yes"))
    front = Remembering(app, clients)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=front), base_url="http://gateway.invalid"
    ) as client:
        answer = await client.post(f"{PATH}?{QUERY}", content=b'{"a": 1}')
    assert answer.content == b"yes"
