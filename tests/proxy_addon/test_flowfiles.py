"""mitmproxy's flow files, with the installed mitmproxy."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mitmproxy import dns, tcp
from mitmproxy.flow import Flow
from mitmproxy.io import FlowWriter
from mitmproxy.test import tflow, tutils

from gatewright.diagnostics import Rejected
from gatewright.metering.recorded import meter
from gatewright.recordings import Exchange, Source, is_flow_file, read_har, write_har
from proxy_addon.flowfiles import read_flows, write_flows

STREAM = (
    b'data: {"id":"c","object":"chat.completion.chunk","model":"gpt-4.1","choices":[],'
    b'"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}\n\n',
    b"data: [DONE]\n\n",
)
EXCHANGE = Exchange(
    method="POST",
    url="https://a.openai.azure.com/openai/deployments/chat/chat/completions?api-version=2025-01-01",
    request_headers=(("content-type", "application/json"), ("x-twice", "a"), ("x-twice", "b")),
    request_body=b'{"stream":true,"messages":[]}',
    status=200,
    reason="OK",
    response_headers=(("Content-Type", "text/event-stream"),),
    response_body=b"".join(STREAM),
    chunks=((120.5, STREAM[0]), (130.25, STREAM[1])),
    started=datetime(2026, 11, 25, 18, 0, 0, 123456, tzinfo=UTC),
    duration_ms=131.0,
    tenant="retail-search",
    request_id="5b0d2c2e-0000-4000-8000-000000000001",
)


def written(path: Path, *flows: Flow) -> Path:
    with path.open("wb") as file:
        for flow in flows:
            FlowWriter(file).add(flow)
    return path


def refused(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(Rejected) as caught:
        read_flows(path)
    assert caught.value.unreadable
    return [(item.code, item.message) for item in caught.value.diagnostics]


def test_exchanges_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "a.flow"
    bare = Exchange("GET", "http://127.0.0.1:8081/x")
    hashed = replace(EXCHANGE, hashed=True, chunks=(), started=None, duration_ms=None, tenant=None)
    write_flows([EXCHANGE, bare, hashed], path)
    assert read_flows(path) == [
        replace(each, source=Source(str(path), index)) for index, each in enumerate([EXCHANGE, bare, hashed])
    ]
    assert path.stat().st_mode & 0o777 == 0o600
    assert is_flow_file(path)
    assert is_flow_file(path.rename(tmp_path / "no-suffix"))


def test_a_flow_file_is_metered_as_the_same_har_file_is(tmp_path: Path) -> None:
    write_flows([EXCHANGE], tmp_path / "a.flow")
    write_har([EXCHANGE], tmp_path / "a.har")
    [one], [other] = read_flows(tmp_path / "a.flow"), read_har(tmp_path / "a.har")
    assert replace(one, source=None) == replace(other, source=None)
    usage = meter(one).usage
    assert (usage.input_tokens, usage.output_tokens) == (7, 3)


def test_what_mitmproxy_itself_has_recorded_is_read_decoded(tmp_path: Path) -> None:
    flow = tflow.tflow(resp=True)
    flow.request.url = "https://b.example.org:8443/openai/v1/embeddings?x=%20"
    assert flow.response is not None
    flow.response.headers["content-encoding"] = "gzip"
    flow.response.content = b'{"data":[]}'
    failed = tflow.tflow(err=True)
    [exchange, other] = read_flows(written(tmp_path / "m.mitm", flow, failed))
    assert exchange.url == "https://b.example.org:8443/openai/v1/embeddings?x=%20"
    assert (exchange.method, exchange.request_body) == ("GET", b"content")
    assert exchange.response_body == b'{"data":[]}'
    assert exchange.started == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=946681200)
    assert exchange.duration_ms == 3000.0
    assert (other.status, other.response_body) == (0, b"")


def streamed() -> Flow:
    flow = tflow.tflow(resp=True)
    assert flow.response is not None
    flow.response.raw_content = None
    return flow


@pytest.mark.parametrize(
    ("make", "about"),
    [
        (tflow.twebsocketflow, "is a WebSocket session"),
        (tflow.ttcpflow, "is no HTTP exchange but tcp"),
        (tflow.tdnsflow, "is no HTTP exchange but dns"),
        (streamed, "has no body: it was streamed and not kept"),
    ],
)
def test_what_is_no_whole_http_exchange_is_refused_and_all_are_named(
    tmp_path: Path, make: Callable[[], Flow], about: str
) -> None:
    path = written(tmp_path / "a.flow", tflow.tflow(resp=True), make(), make())
    assert refused(path) == [("REC906", f"flow 1 {about}"), ("REC906", f"flow 2 {about}")]


@pytest.mark.parametrize(
    "chunks", [[[1.0, 2]], [[1.0, 0], [2.0, 7]], [["x", 7]], [7], [[1.0]], [[1.0, 9], [2.0, -2]]]
)
def test_metadata_of_ours_that_does_not_fit_is_refused(tmp_path: Path, chunks: object) -> None:
    flow = tflow.tflow(resp=tutils.tresp(content=b"message"))
    flow.metadata["gatewright"] = {"chunks": chunks}
    message = "flow 0 has a member of the wrong kind"
    assert refused(written(tmp_path / "a.flow", flow)) == [("REC906", message)]


@pytest.mark.parametrize("data", [b"", b"{}", b"GET / HTTP/1.1", b'{"log":{"entries":[]}}'])
def test_what_is_no_flow_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.flow"
    path.write_bytes(data)
    assert refused(path) == [("REC904", "not a mitmproxy flow file")]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert [code for code, _ in refused(tmp_path / "none.flow")] == ["REC900"]
    assert [code for code, _ in refused(tmp_path)] == ["REC900"]


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        write_flows([EXCHANGE], tmp_path / "none" / "a.flow")
    assert [item.code for item in caught.value.diagnostics] == ["REC905"]


def _whole_file() -> bytes:
    file = io.BytesIO()
    for flow in (tflow.tflow(resp=True), tflow.ttcpflow()):
        assert isinstance(flow, tcp.TCPFlow | dns.DNSFlow) or flow.response
        FlowWriter(file).add(flow)
    return file.getvalue()


WHOLE = _whole_file()


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(WHOLE)), st.integers(0, len(WHOLE) - 1), st.binary(max_size=4))
def test_any_damage_is_refused_and_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, end: int, at: int, noise: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.flow"
    path.write_bytes((WHOLE[:at] + noise + WHOLE[at + len(noise) :])[:end])
    try:
        codes = set() if len(read_flows(path)) <= 1 else {"two"}
    except Rejected as fault:
        codes = {item.code for item in fault.diagnostics}
    assert codes <= {"REC904", "REC906"}


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_and_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.flow"
    path.write_bytes(b"1" + data)
    assert {code for code, _ in refused(path)} <= {"REC904", "REC906"}
