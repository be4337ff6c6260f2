"""End to end: what clients see and what the ledger says, for every way an exchange can go."""

from __future__ import annotations

import asyncio
import json
import random
import uuid
from typing import Any

import pytest

from gatewright.metering.record import Settlement, UsageSource
from tests.proxy_addon.gate import BACKEND, Gate, Got, closed, read_answer
from tests.proxy_addon.upstream import Upstream, document, embeddings, sse

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("do", ["chunked", "length", "close"])
@pytest.mark.parametrize("step", [1000, 7])
async def test_a_stream_is_metered_and_the_client_sees_what_it_would_have_seen(
    gate: Gate, do: str, step: int
) -> None:
    request = str(uuid.uuid4())
    got = await gate.send(request=request, stream=True, script={"do": do, "n": 3, "step": step})
    record = await gate.record(request)
    assert (got.status, got.whole, got.body) == (200, True, sse(3, usage=False))
    assert record.usage.input_tokens == 103
    assert record.usage.output_tokens == 13
    assert record.usage.cache_read_input_tokens == 3
    assert (record.settlement, record.usage_source) == (Settlement.COMPLETE, UsageSource.REPORTED)
    assert (record.tenant, record.backend, record.deployment) == (
        "retail-search",
        BACKEND,
        "gpt-41-ptu",
    )
    assert (record.request_model, record.response_model, record.stream) == ("chat", "gpt-4.1", True)
    assert record.time_to_first_token_ms is not None


async def test_a_document_passes_and_is_metered(gate: Gate) -> None:
    request = str(uuid.uuid4())
    got = await gate.send(request=request, script={"do": "json", "n": 5})
    record = await gate.record(request)
    assert got.body == document(5)
    assert (record.usage.total_tokens, record.stream, record.status) == (120, False, 200)
    assert (record.settlement, record.response_id) == (Settlement.COMPLETE, "chatcmpl-5")


async def test_embeddings_go_through_v1_with_their_deployment(gate: Gate, upstream: Upstream) -> None:
    request = str(uuid.uuid4())
    got = await gate.send(
        "/b/gw-embed/-/openai/v1/embeddings",
        b'{ "input": "model: x", "model" : "embeddings" }',
        request=request,
        model="embeddings",
        script={"do": "embeddings", "n": 8},
    )
    record = await gate.record(request)
    assert got.body == embeddings(8)
    assert (record.usage.input_tokens, record.operation_name, record.deployment) == (
        8,
        "embeddings",
        "embed-3",
    )
    (seen,) = upstream.by_id(request)
    assert seen.line == "POST /openai/v1/embeddings HTTP/1.1"
    assert seen.body == b'{ "input": "model: x", "model" : "embed-3" }'


async def test_only_what_the_client_sent_reaches_the_upstream(gate: Gate, upstream: Upstream) -> None:
    request = str(uuid.uuid4())
    more = [("Accept-Encoding", "gzip, br"), ("X-Forwarded-Client-Cert", "Hash=1")]
    await gate.send(request=request, more=more)
    (seen,) = upstream.by_id(request)
    names = [name for name, _ in seen.headers]
    assert not [name for name in names if name.startswith("x-gatewright") or "client-cert" in name]
    assert [value for name, value in seen.headers if name == "accept-encoding"] == ["identity"]
    assert ("authorization", "Bearer token-of-the-managed-identity") in seen.headers
    assert ("host", f"127.0.0.1:{upstream.port}") in seen.headers
    assert seen.line == "POST /openai/deployments/gpt-41-ptu/chat/completions?api-version=2025-01-01 HTTP/1.1"


async def test_usage_is_injected_by_bytes_alone(gate: Gate, upstream: Upstream) -> None:
    request = str(uuid.uuid4())
    await gate.send(request=request, body=b'{"messages":  [], "stream":true }', script={"do": "chunked"})
    (seen,) = upstream.by_id(request)
    assert seen.body == b'{"messages":  [], "stream":true,"stream_options":{"include_usage":true} }'


async def test_a_client_that_asks_for_usage_sees_it(gate: Gate) -> None:
    request = str(uuid.uuid4())
    body = b'{"stream":true,"stream_options":{"include_usage":true}}'
    got = await gate.send(request=request, body=body, script={"do": "chunked", "n": 2})
    assert got.body == sse(2, usage=True)
    assert (await gate.record(request)).usage.input_tokens == 102


async def test_visible_usage_passes_and_the_record_says_so(gate: Gate) -> None:
    request = str(uuid.uuid4())
    got = await gate.send(
        request=request, tenant="visible-one", stream=True, script={"do": "length", "body": "x"}
    )
    assert got.body == b"x"
    request = str(uuid.uuid4())
    got = await gate.send(
        request=request, tenant="visible-one", stream=True, script={"do": "chunked", "n": 4}
    )
    record = await gate.record(request)
    assert got.body == sse(4, usage=True)
    assert (record.usage.input_tokens, record.usage_detail) == (104, "usage_visible")


async def test_off_changes_nothing_and_the_record_says_why_usage_is_estimated(gate: Gate) -> None:
    request = str(uuid.uuid4())
    got = await gate.send(request=request, tenant="off-one", stream=True, script={"do": "chunked", "n": 4})
    record = await gate.record(request)
    assert got.body == sse(4, usage=False)
    assert record.usage_source is UsageSource.ESTIMATED
    why = "no_usage_in_stream,not_asked:stream_usage_off,tokenizer:o200k_base"
    assert (record.settlement, record.usage_detail) == (Settlement.COMPLETE, why)


async def test_an_old_api_version_is_left_alone(gate: Gate, upstream: Upstream) -> None:
    request = str(uuid.uuid4())
    target = "/b/gw-sweden-gpt-41-ptu/-/openai/deployments/chat/chat/completions?api-version=2024-02-01"
    await gate.send(target, request=request, stream=True, script={"do": "chunked"})
    assert b"stream_options" not in upstream.by_id(request)[0].body
    detail = (await gate.record(request)).usage_detail or ""
    assert detail.startswith("no_usage_in_stream,not_asked:api_version,tokenizer:")


async def test_a_refusal_of_the_upstream_passes_with_retry_after(gate: Gate) -> None:
    request = str(uuid.uuid4())
    got = await gate.send(request=request, stream=True, script={"do": "429"})
    record = await gate.record(request)
    assert (got.status, got.headers["retry-after"]) == (429, "7")
    assert (record.settlement, record.status, record.error_type) == (Settlement.REFUSED, 429, "429")
    assert record.usage_source is UsageSource.MISSING


async def test_a_failure_of_the_upstream_leaves_a_row(gate: Gate) -> None:
    request = str(uuid.uuid4())
    got = await gate.send(request=request, script={"do": "500"})
    record = await gate.record(request)
    assert (got.status, got.body) == (500, b"oops")
    assert (record.settlement, record.error_type) == (Settlement.FAILED, "500")


async def test_a_redirect_is_not_followed(gate: Gate) -> None:
    request = str(uuid.uuid4())
    got = await gate.send(request=request, script={"do": "redirect"})
    assert (got.status, got.headers["location"]) == (307, "https://evil.example/")
    assert (await gate.record(request)).status == 307


@pytest.mark.parametrize("target", ["gw-dead", "close-at-once"])
async def test_an_unreachable_upstream_is_502_in_json_and_leaves_a_row(gate: Gate, target: str) -> None:
    request = str(uuid.uuid4())
    backend = target if target == "gw-dead" else "gw-sweden-gpt-41-ptu"
    got = await gate.send(
        f"/b/{backend}/-/openai/deployments/chat/chat/completions", request=request, script={"do": target}
    )
    record = await gate.record(request)
    assert (got.status, got.error["code"], got.error["type"]) == (502, "upstream-failed", "upstream_error")
    assert "server" not in got.headers
    assert b"127.0.0.1" not in got.raw + got.body
    assert b"mitmproxy" not in (got.raw + got.body).lower()
    assert (record.settlement, record.usage_detail) == (Settlement.FAILED, "no_answer")


@pytest.mark.parametrize("do", ["rst", "fin", "length", "close"])
async def test_an_upstream_that_breaks_off_is_named(gate: Gate, do: str) -> None:
    request = str(uuid.uuid4())
    whole = sse(1, usage=False)
    got = await gate.send(request=request, stream=True, script={"do": do, "n": 1, "cut": 400})
    record = await gate.record(request)
    assert whole.startswith(got.body)
    assert record.settlement is Settlement.ABORTED_BY_UPSTREAM
    assert (record.usage_source, record.status) == (UsageSource.ESTIMATED, 200)


@pytest.mark.parametrize("reset", [True, False])
@pytest.mark.parametrize("stop_at", [1, 200, 700])
async def test_a_client_that_leaves_is_named(gate: Gate, reset: bool, stop_at: int) -> None:
    request = str(uuid.uuid4())
    script = {"do": "stall", "cut": 900}
    await gate.send(request=request, stream=True, script=script, stop_at=stop_at, reset=reset)
    record = await gate.record(request)
    assert (record.settlement, record.usage_source) == (Settlement.ABORTED_BY_CLIENT, UsageSource.ESTIMATED)


async def test_a_client_that_leaves_behind_the_end_mark_has_had_everything(gate: Gate) -> None:
    request = str(uuid.uuid4())
    end = len(sse(1, usage=False))
    got = await gate.send(
        request=request, stream=True, script={"do": "stall", "n": 1}, stop_at=end, reset=True
    )
    record = await gate.record(request)
    assert got.body.endswith(b"[DONE]\n\n")
    assert (record.settlement, record.usage.input_tokens) == (Settlement.COMPLETE, 101)


async def test_a_client_that_leaves_while_the_upstream_is_silent_is_named(
    gate: Gate, upstream: Upstream
) -> None:
    request = str(uuid.uuid4())
    task = asyncio.create_task(gate.send(request=request, script={"do": "hang"}))
    while not upstream.by_id(request):
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    record = await gate.record(request)
    assert (record.settlement, record.status) == (Settlement.ABORTED_BY_CLIENT, None)


async def test_a_compressed_answer_passes_and_is_counted(gate: Gate) -> None:
    request = str(uuid.uuid4())
    got = await gate.send(request=request, script={"do": "gzip", "n": 6})
    assert got.headers["content-encoding"] == "gzip"
    assert (await gate.record(request)).usage.input_tokens == 106


async def test_an_http_1_0_client_gets_an_unframed_stream(gate: Gate) -> None:
    request = str(uuid.uuid4())
    got = await gate.send(request=request, stream=True, http="1.0", script={"do": "length", "n": 1})
    assert got.body == sse(1, usage=False)
    assert "transfer-encoding" not in got.headers
    assert (await gate.record(request)).usage.input_tokens == 101


async def test_the_proxy_s_own_header_cannot_be_spoofed_by_an_upstream(gate: Gate) -> None:
    got = await gate.send(script={"do": "fault"})
    assert got.status == 200
    assert "x-gatewright-fault" not in got.headers


async def test_one_connection_carries_many_exchanges(gate: Gate) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
    for number in range(6):
        request = str(uuid.uuid4())
        script = {"do": ["chunked", "length", "json"][number % 3], "n": number}
        body = json.dumps({"stream": number % 3 < 2}).encode()
        lines = [f"{name}: {value}" for name, value in gate.head(request, script=script)]
        path = f"/b/{BACKEND}/-/openai/deployments/chat/chat/completions"
        head = "\r\n".join(
            [f"POST {path} HTTP/1.1", "host: p", *lines, f"content-length: {len(body)}", "", ""]
        )
        writer.write(head.encode() + body)
        got = await read_answer(reader, Got())
        assert got.body == (document(number) if number % 3 == 2 else sse(number, usage=False))
        assert (await gate.record(request)).usage.input_tokens == 100 + number
    await closed(writer)


async def test_two_hundred_mixed_exchanges_leave_one_exact_record_each(gate: Gate) -> None:
    dice = random.Random(7)
    rooms = asyncio.Semaphore(40)
    seen: dict[str, tuple[str, int]] = {}

    async def one(number: int) -> None:
        do = dice.choice(["chunked", "length", "close", "json", "429", "rst", "fin", "embeddings"])
        request = str(uuid.uuid4())
        seen[request] = (do, number)
        script: dict[str, Any] = {"do": do, "n": number, "step": dice.choice([1, 7, 31, 400, 4000])}
        whole = sse(number, usage=False)
        if do in ("rst", "fin"):
            script["cut"] = dice.randrange(len(whole))
        if dice.random() < 0.25 and do == "chunked":
            seen[request] = ("left", number)
            script["do"], script["cut"] = "stall", dice.randrange(300, len(whole) - 200)
            stop_at = dice.randrange(1, 50)
            async with rooms:
                got = await gate.send(
                    request=request, stream=True, script=script, stop_at=stop_at, reset=True
                )
            assert whole.startswith(got.body)
            return
        if do == "embeddings":
            async with rooms:
                got = await gate.send(
                    "/b/gw-embed/-/openai/deployments/embeddings/embeddings",
                    b"{}",
                    model="embeddings",
                    request=request,
                    script=script,
                )
            assert got.body == embeddings(number)
            return
        async with rooms:
            got = await gate.send(request=request, stream=do != "json", script=script)
        if do in ("chunked", "length", "close"):
            assert (got.body, got.whole) == (whole, True)
        elif do in ("rst", "fin"):
            assert whole.startswith(got.body)
        elif do == "json":
            assert got.body == document(number)

    await asyncio.gather(*(one(number) for number in range(240)))
    records = [await gate.record(request) for request in seen]
    assert len({record.record_id for record in records}) == 240
    for record, (do, number) in zip(records, seen.values(), strict=True):
        if do in ("chunked", "length", "close", "json"):
            assert record.settlement is Settlement.COMPLETE
            assert record.usage.input_tokens == 100 + number
            assert record.usage.output_tokens == 10 + number
        elif do == "embeddings":
            assert record.usage.input_tokens == number
        elif do == "429":
            assert record.settlement is Settlement.REFUSED
        else:
            expected = Settlement.ABORTED_BY_CLIENT if do == "left" else Settlement.ABORTED_BY_UPSTREAM
            assert record.settlement is expected
            assert record.usage_source is UsageSource.ESTIMATED
