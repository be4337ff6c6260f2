"""The hooks: a failure inside one is answered by ourselves and never raises into a flow."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from gatewright.metering.attribution import Proofs
from proxy_addon.addon import Durable, Metering
from proxy_addon.clock import SystemClock
from proxy_addon.proxy import Proxy
from proxy_addon.routes import read

SECRET = "sixteen-or-more-characters"


class Lines:
    """A recorder that keeps what was settled."""

    written = lost = unbegun = waiting = 0
    failure: str | None = None
    writable = True

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self.begun: list[dict[str, Any]] = []

    def begin(self, record_id: str, text: str) -> bool:
        self.begun.append(json.loads(text))
        return bool(self.begun[-1]["record_id"] == record_id)

    def end(self, record_id: str, text: str) -> None:
        self.lines.append(json.loads(text))
        assert self.lines[-1]["record_id"] == record_id


@pytest.fixture
def sink() -> Lines:
    return Lines()


@pytest.fixture
def metering(sink: Lines) -> Metering:
    table = read(
        '{"version": 1, "routes": {"gw-a": {"endpoint": "https://a.openai.azure.com", "deployment": "d-1",'
        ' "region": "eu", "provider": "azure.ai.openai", "models": ["chat"]}},'
        ' "allowedHostSuffixes": [".openai.azure.com"]}',
        "routes.json",
        allow_loopback=False,
    )
    ids = iter(f"r-{number}" for number in range(100))
    return Metering(Proxy(table, Proofs([SECRET.encode()]), sink, SystemClock(), lambda: next(ids)))


def flow(body: bytes = b'{"stream":true}') -> Any:
    own = {
        "x-gatewright-tenant": "retail-search",
        "x-gatewright-subscription": "gw-retail-search",
        "x-gatewright-request-id": "11111111-2222-3333-4444-555555555555",
        "x-gatewright-model": "chat",
        "x-gatewright-proof": SECRET,
    }
    fields = [(name.encode(), value.encode()) for name, value in own.items()]
    path = b"/b/gw-a/-/openai/deployments/chat/chat/completions"
    request = tutils.treq(method=b"POST", path=path, headers=fields, content=body)
    return tflow.tflow(req=request, resp=tutils.tresp(headers=((b"content-length", b"9"),)))


def forwarded(metering: Metering, body: bytes = b'{"stream":true}') -> Any:
    one = flow(body)
    response, one.response = one.response, None
    metering.requestheaders(one)
    metering.request(one)
    assert one.response is None
    one.response = response
    return one


def test_a_request_is_directed_to_its_endpoint(metering: Metering) -> None:
    one = forwarded(metering)
    assert one.request.url == "https://a.openai.azure.com/openai/deployments/d-1/chat/completions"
    assert one.request.headers["host"] == "a.openai.azure.com"
    assert one.request.content == b'{"stream":true,"stream_options":{"include_usage":true}}'
    assert one.request.headers["content-length"] == str(len(one.request.content))


def test_bytes_may_only_go_away_from_a_chunked_body(metering: Metering) -> None:
    one = forwarded(metering)
    metering.responseheaders(one)
    assert "content-length" not in one.response.headers
    assert one.response.headers["transfer-encoding"] == "chunked"


def test_the_tap_never_gives_an_empty_chunk(metering: Metering, sink: Lines) -> None:
    one = forwarded(metering)
    metering.responseheaders(one)
    for data in (b"da", b'ta: {"choices":[],"usage":{"prompt_tokens":1}}\n', b"\n"):
        assert one.response.stream(data) == []
    assert one.response.stream(b"data: [DONE]\n\n") == [b"data: [DONE]\n\n"]
    assert one.response.stream(b"") == []
    metering.response(one)
    metering.error(one)
    assert [line["settlement"] for line in sink.lines] == ["complete"]


def test_the_tap_never_raises(metering: Metering, monkeypatch: pytest.MonkeyPatch) -> None:
    one = forwarded(metering)
    metering.responseheaders(one)
    exchange = metering.proxy.exchange(one.id)
    monkeypatch.setattr(exchange, "feed", lambda data: 1 / 0)
    assert one.response.stream(b"data") == [b"data"]


@pytest.mark.parametrize("name", ["begin", "probe"])
def test_a_failure_in_a_head_is_530(metering: Metering, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(metering.proxy, name, lambda *_: 1 / 0)
    one = flow()
    one.response = None
    metering.requestheaders(one)
    assert (one.response.status_code, one.response.headers["x-gatewright-fault"]) == (530, "proxy-failed")


def test_a_failure_in_a_body_is_530_and_leaves_a_row(
    metering: Metering, sink: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = flow()
    one.response = None
    metering.requestheaders(one)
    monkeypatch.setattr(metering.proxy, "forward", lambda *_: 1 / 0)
    metering.request(one)
    metering.response(one)
    assert one.response.status_code == 530
    assert [(line["settlement"], line["error_type"]) for line in sink.lines] == [("failed", "proxy-failed")]


def test_a_failure_in_an_answer_s_head_replaces_the_answer(
    metering: Metering, sink: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = forwarded(metering)
    monkeypatch.setattr(metering.proxy.exchange(one.id), "answer", lambda *_: 1 / 0)
    metering.responseheaders(one)
    one.response.raw_content = b"the upstream's body"  # the HTTP layer puts it into whatever answer there is
    metering.response(one)
    assert one.response.status_code == 530
    assert b"upstream" not in one.response.raw_content
    assert [line["error_type"] for line in sink.lines] == ["proxy-failed"]


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        (("a.openai.azure.com", 443), True),
        (("a.openai.azure.com", 80), False),
        (("evil.example", 443), False),
        (("127.0.0.1", 9), False),
        (None, False),
    ],
)
def test_no_other_address_is_connected_to(metering: Metering, address: object, allowed: bool) -> None:
    data: Any = SimpleNamespace(server=SimpleNamespace(address=address, error=None))
    metering.server_connect(data)
    assert (data.server.error is None) is allowed


def test_an_answer_of_stated_length_is_settled_before_its_last_byte_goes_out(
    metering: Metering, sink: Lines
) -> None:
    one = forwarded(metering, b'{"stream":false}')
    body = b'{"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}'
    one.response.headers["content-type"] = "application/json"
    one.response.headers["content-length"] = str(len(body))
    metering.responseheaders(one)
    assert one.response.headers["content-length"] == str(len(body))
    assert one.response.stream(body[:-1]) == [body[:-1]]
    assert sink.lines == []
    assert one.response.stream(body[-1:]) == [body[-1:]]
    assert [(line["settlement"], line["input_tokens"]) for line in sink.lines] == [("complete", 3)]
    assert one.response.stream(b"") == []
    metering.response(one)
    assert len(sink.lines) == 1


class Disk:
    """Tells when begins are on stable storage, as the test says."""

    def __init__(self, *, serving: bool = False) -> None:
        self.serving = serving
        self.synced: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def begun(self) -> bool:
        return await self.synced


@pytest.mark.parametrize(
    ("synced", "serving", "status"), [(True, False, None), (False, True, None), (False, False, 530)]
)
async def test_a_durable_begin_holds_the_request_back(
    metering: Metering, sink: Lines, synced: bool, serving: bool, status: int | None
) -> None:
    disk = Disk(serving=serving)
    durable = Durable(metering.proxy, disk)
    one = flow()
    one.response = None
    durable.requestheaders(one)
    waiting = asyncio.create_task(durable.request(one))
    await asyncio.sleep(0)
    assert (len(sink.begun), waiting.done()) == (1, False)
    disk.synced.set_result(synced)
    await waiting
    assert (one.response.status_code if one.response else None) == status
    assert one.response is None or one.response.headers["x-gatewright-fault"] == "ledger-unwritable"
