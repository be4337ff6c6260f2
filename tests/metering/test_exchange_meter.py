"""One exchange measured: settlement by what was seen, and nothing raises."""

from __future__ import annotations

import gzip
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.metering.apis import READERS
from gatewright.metering.exchange_meter import Ending, ExchangeMeter, Identity, MeteredRequest
from gatewright.metering.record import Settlement, UsageRecord, UsageSource
from gatewright.metering.usage import TokenUsage
from tests.metering.cutting import cut

CHAT = "https://a.openai.azure.com/openai/deployments/gpt-41/chat/completions?api-version=2024-10-21"
SSE = (("Content-Type", "text/event-stream"),)
JSON = (("content-type", "application/json"),)
USAGE = b'{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12}'
BODY = b'{"id":"c1","model":"gpt-4.1-2025","choices":[],"usage":' + USAGE + b"}"
FIRST = b'data: {"choices":[],"id":"","model":"","prompt_filter_results":[]}\n\n'
CHUNK = (
    b'data: {"id":"c1","model":"gpt-4.1-2025","choices":[{"delta":{"content":"x"},"finish_reason":null}]}\n\n'
)
STOP = b'data: {"id":"c1","model":"gpt-4.1-2025","choices":[{"delta":{},"finish_reason":"stop"}]}\n\n'
WITH_USAGE = b'data: {"id":"c1","model":"gpt-4.1-2025","choices":[],"usage":' + USAGE + b"}\n\n"
DONE = b"data: [DONE]\n\n"


def measure(
    *parts: bytes,
    status: int | None = 200,
    headers: tuple[tuple[str, str], ...] = JSON,
    ending: Ending = Ending.COMPLETE,
    request: bytes = b'{"model":"chat"}',
    url: str = CHAT,
) -> UsageRecord:
    meter = ExchangeMeter("r1")
    meter.begin(MeteredRequest("POST", url, request), datetime(2026, 11, 1, tzinfo=UTC))
    if status is not None:
        meter.response(status, headers)
    for part in parts:
        meter.feed(part)
    return meter.finish(ending)


def test_a_document_gives_a_whole_record() -> None:
    identity = Identity(
        "retail-search", "gw-retail-search", None, "gw-sweden", "swedencentral", request_id="q"
    )
    meter = ExchangeMeter("r1", identity)
    meter.begin(MeteredRequest("POST", CHAT, b'{"model":"chat"}'), datetime(2026, 11, 1, tzinfo=UTC))
    meter.response(200, JSON)
    meter.feed(BODY[:9], 3.5)
    meter.feed(BODY[9:], 9.0)
    assert meter.finish(duration_ms=10.0) == UsageRecord(
        record_id="r1",
        time=datetime(2026, 11, 1, tzinfo=UTC),
        usage=TokenUsage(5, 7, 12),
        usage_source=UsageSource.REPORTED,
        settlement=Settlement.COMPLETE,
        tenant="retail-search",
        subscription="gw-retail-search",
        backend="gw-sweden",
        region="swedencentral",
        provider_name="azure.ai.openai",
        operation_name="chat",
        request_model="chat",
        deployment="gpt-41",
        response_model="gpt-4.1-2025",
        response_id="c1",
        request_id="q",
        status=200,
        duration_ms=10.0,
        time_to_first_token_ms=3.5,
        usage_raw=(("prompt_tokens", 5), ("completion_tokens", 7), ("total_tokens", 12)),
    )


def test_finishing_again_gives_the_first_record() -> None:
    meter = ExchangeMeter("r1")
    meter.begin(MeteredRequest("POST", CHAT, b"{}"))
    meter.response(200, SSE)
    first = meter.finish(Ending.CLIENT_LEFT)
    assert meter.finish(Ending.COMPLETE) is first
    assert first.settlement is Settlement.ABORTED_BY_CLIENT


@pytest.mark.parametrize(
    ("parts", "ending", "settlement", "source"),
    [
        ((FIRST, CHUNK, STOP, WITH_USAGE, DONE), Ending.COMPLETE, "complete", "reported"),
        ((FIRST, CHUNK, STOP, WITH_USAGE, DONE), Ending.CLIENT_LEFT, "complete", "reported"),
        ((FIRST, CHUNK, STOP, WITH_USAGE, DONE), Ending.UPSTREAM_LEFT, "complete", "reported"),
        ((CHUNK, STOP, WITH_USAGE), Ending.CLIENT_LEFT, "complete", "reported"),
        ((CHUNK, WITH_USAGE), Ending.CLIENT_LEFT, "aborted_by_client", "reported"),
        ((FIRST, CHUNK, STOP, DONE), Ending.COMPLETE, "complete", "missing"),
        ((FIRST, CHUNK, STOP), Ending.COMPLETE, "complete", "missing"),
        ((FIRST, CHUNK), Ending.COMPLETE, "aborted_by_upstream", "missing"),
        ((FIRST, CHUNK), Ending.UPSTREAM_LEFT, "aborted_by_upstream", "missing"),
        ((FIRST, CHUNK), Ending.CLIENT_LEFT, "aborted_by_client", "missing"),
        ((FIRST, CHUNK), Ending.SHUTDOWN, "aborted_by_upstream", "missing"),
        ((), Ending.CLIENT_LEFT, "aborted_by_client", "missing"),
        ((CHUNK, b'event: error\ndata: {"error":{"code":"x"}}\n\n'), Ending.COMPLETE, "failed", "missing"),
    ],
)
def test_a_stream_is_settled_by_what_was_seen(
    parts: tuple[bytes, ...], ending: Ending, settlement: str, source: str
) -> None:
    record = measure(*parts, headers=SSE, ending=ending)
    assert (record.settlement, record.usage_source) == (settlement, source)


@pytest.mark.parametrize(
    ("status", "body", "settlement", "error"),
    [
        (429, b'{"error":{"code":"429","message":"secret prompt"}}', "refused", "429"),
        (401, b'{"error":{"code":"401","message":"x"}}', "refused", "401"),
        (404, b'{"error":{"code":"DeploymentNotFound","message":"x"}}', "refused", "DeploymentNotFound"),
        (400, b'{"error":"just a sentence about it"}', "refused", "error"),
        (500, b"<html>oops</html>", "failed", "500"),
        (503, b"", "failed", "503"),
        (200, b'{"error":{"type":"content_filter","message":"x"}}', "failed", "content_filter"),
    ],
)
def test_errors_claim_no_usage_and_name_a_short_code_only(
    status: int, body: bytes, settlement: str, error: str
) -> None:
    record = measure(body, status=status)
    assert (record.settlement, record.usage_source, record.error_type) == (settlement, "missing", error)
    assert "secret" not in record.to_json()


def test_usage_in_an_error_answer_is_not_believed() -> None:
    assert measure(BODY, status=429).usage_source is UsageSource.MISSING


def test_no_answer_leaves_a_row_too() -> None:
    record = measure(status=None, ending=Ending.NO_ANSWER, request=b'{"stream":true}')
    assert (record.settlement, record.error_type, record.stream) == (Settlement.FAILED, "no_answer", True)
    assert measure(status=None, ending=Ending.CLIENT_LEFT).settlement is Settlement.ABORTED_BY_CLIENT


def test_what_the_body_is_decides_not_its_content_type() -> None:
    assert measure(CHUNK, WITH_USAGE, DONE, headers=JSON).stream is True
    record = measure(BODY, headers=SSE)
    assert (record.stream, record.usage.total_tokens, record.settlement) == (False, 12, Settlement.COMPLETE)


@pytest.mark.parametrize(
    ("coding", "encoded"),
    [
        ("gzip", gzip.compress(BODY)),
        ("deflate", zlib.compress(BODY)),
        ("identity", BODY),
        ("gzip", BODY),
        ("br", BODY),
    ],
)
def test_encoded_answers_are_counted_and_so_are_those_decoded_already(coding: str, encoded: bytes) -> None:
    record = measure(*cut(encoded, [1, 5, 30]), headers=(*JSON, ("Content-Encoding", coding)))
    assert record.usage == TokenUsage(5, 7, 12)


@pytest.mark.parametrize(
    ("coding", "encoded", "detail"),
    [("br", b"\x0b\x02\x80", "encoding_not_supported"), ("gzip", b"\x1f\x8bxxxxxxxxxxxx", "encoding_broken")],
)
def test_what_cannot_be_decoded_says_so(coding: str, encoded: bytes, detail: str) -> None:
    record = measure(encoded, headers=(("content-encoding", coding),))
    assert (record.usage_source, record.usage_detail) == (UsageSource.MISSING, detail)


def test_long_or_odd_names_do_not_reach_the_record() -> None:
    body = b'{"model":"' + b"m" * 500 + b'","id":"a\\nb","usage":' + USAGE + b"}"
    record = measure(body, request=b'{"model":"tell me\\u0007"}')
    assert (record.response_model, record.response_id, record.request_model) == (None, None, "gpt-41")


@pytest.mark.parametrize(
    ("method", "path", "detail"),
    [
        ("GET", "/v1/responses/resp_1", "already_counted"),
        ("POST", "/v1/responses/input_tokens", "not_a_generation"),
        ("POST", "/v1/uploads", "no_reader_for_api"),
    ],
)
def test_what_was_billed_before_or_never_adds_no_tokens(method: str, path: str, detail: str) -> None:
    meter = ExchangeMeter("r")
    meter.begin(MeteredRequest(method, f"https://api.openai.com{path}"))
    meter.response(200, JSON)
    meter.feed(b'{"usage":{"input_tokens":5,"output_tokens":5,"total_tokens":10}}')
    record = meter.finish()
    assert record.usage == TokenUsage()
    assert (record.usage_source, record.usage_detail) == (UsageSource.MISSING, detail)


@pytest.mark.parametrize(
    ("method", "path", "detail"),
    [
        ("POST", "/v1/files", "not_a_generation"),
        ("GET", "/v1/responses/resp_1", "already_counted"),
        ("POST", "/v1/chat/completions", "no_answer"),
    ],
)
def test_without_an_answer_only_what_generates_may_have_used_something(
    method: str, path: str, detail: str
) -> None:
    meter = ExchangeMeter("r")
    meter.begin(MeteredRequest(method, f"https://api.openai.com{path}"))
    record = meter.finish(Ending.CLIENT_LEFT)
    assert (record.usage_detail, record.lacks_usage) == (detail, detail == "no_answer")


PATHS = {
    "chat": "/v1/chat/completions",
    "embeddings": "/v1/embeddings",
    "completions": "/v1/completions",
    "responses": "/v1/responses",
    "messages": "/v1/messages",
    "audio": "/v1/audio/transcriptions",
    "speech": "/v1/audio/speech",
    "images": "/v1/images/generations",
    "moderations": "/v1/moderations",
    "assistants": "/v1/threads/t/runs",
}
PIECES = st.sampled_from(
    [
        b"data: ",
        b"event: error\n",
        b'{"usage":',
        b'{"error":',
        USAGE,
        b"null",
        b"[]",
        b"}",
        b"\n\n",
        b"\r\n",
        b'"',
        b"[DONE]",
        b'{"type":"message_start","message":{"usage":{"input_tokens":1}}}',
        b'{"response":{"usage":1}}',
        b"\xff",
        b"{",
    ]
)


def test_every_reader_has_a_path_here() -> None:
    assert set(PATHS) == set(READERS)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(PATHS)),
    st.lists(PIECES, max_size=10).map(b"".join) | st.binary(max_size=40),
    st.lists(st.integers(0, 200), max_size=4),
    st.sampled_from([200, 201, 400, 500, 0, 999]),
    st.sampled_from(Ending),
    st.sampled_from(["", "gzip", "br"]),
    st.binary(max_size=20),
)
def test_nothing_raises_and_cutting_changes_nothing(
    api: str, body: bytes, places: list[int], status: int, ending: Ending, coding: str, request: bytes
) -> None:
    headers = (("content-encoding", coding),)
    url = f"https://api.openai.com{PATHS[api]}"

    def measured(*given: bytes) -> UsageRecord:
        return measure(*given, status=status, headers=headers, ending=ending, request=request, url=url)

    whole = measured(body)
    parts = measured(*cut(body, places))
    assert parts == whole
    assert whole.usage_detail != "meter_failed"
    assert UsageRecord.read(whole.to_json()) == whole
