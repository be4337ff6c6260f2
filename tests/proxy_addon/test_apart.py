"""What was made earlier and is fetched, once or often, is counted once."""

from __future__ import annotations

import gzip
import json
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from gatewright.chargeback.ledger import LedgerNotes, read_ledger
from gatewright.metering.record import Settlement, UsageRecord, UsageSource
from gatewright.metering.usage import TokenUsage
from proxy_addon.apart import OutputFetch, ResponseFetch, fetch_of, record_id
from tests.proxy_addon.gate import Gate, Start
from tests.proxy_addon.upstream import Upstream

e2e = pytest.mark.e2e
LISTS = ("files", "batches", "responses", "assistants", "vector_stores", "models", "chat/completions")
BASE = "/b/gw-sweden-gpt-41-ptu/-"
CREATED = int(time.time()) - 4000
USAGE = {"input_tokens": 70, "output_tokens": 30, "total_tokens": 100}


def response(name: str, *, background: bool = True, status: str = "completed") -> dict[str, Any]:
    usage = USAGE if status == "completed" else None
    one = {
        "created_at": CREATED,
        "id": name,
        "object": "response",
        "status": status,
        "model": "gpt-4.1",
        "usage": usage,
    }
    return {**one, "background": background, "output": []}


def line(number: int, **usage: int) -> bytes:
    body = {"object": "chat.completion", "model": "gpt-4.1", "usage": usage, "choices": []}
    answer = {"custom_id": f"c-{number}", "response": {"status_code": 200, "body": body}, "error": None}
    return json.dumps(answer).encode() + b"\n"


async def get(gate: Gate, path: str, body: str, count: int, **changes: Any) -> list[UsageRecord]:
    request = str(uuid.uuid4())
    script = {"do": "chunked", "body": body, **changes.pop("script", {})}
    got = await gate.send(BASE + path, b"", request=request, method="GET", script=script, **changes)
    assert body.startswith(got.body.decode())
    return await gate.records_of(request, count)


@e2e
@pytest.mark.parametrize("base", ["/openai", "/openai/v1"])
async def test_a_background_response_is_counted_when_it_is_fetched_and_once(gate: Gate, base: str) -> None:
    name = f"resp_{uuid.uuid4().hex}"
    request = str(uuid.uuid4())
    queued = json.dumps(response(name, status="queued"))
    asked = json.dumps({"model": "chat", "input": "hi", "background": True}).encode()
    await gate.send(
        f"{BASE}{base}/responses", asked, request=request, script={"do": "length", "body": queued}
    )
    pending, begun = await gate.records_of(request, 2)
    assert (pending.usage_source, pending.usage_detail, pending.lacks_usage) == ("missing", "pending", True)
    assert (begun.usage_detail, begun.lacks_usage) == ("counted_apart", False)
    assert [
        one for one in read_ledger([gate.ledger], LedgerNotes()) if one.record_id == pending.record_id
    ] == [pending]

    path = f"{base}/responses/{name}?api-version=preview"
    (early,) = await get(gate, path, queued, 1)
    assert early.usage_source is UsageSource.MISSING
    whole = json.dumps(response(name))
    event = f'event: response.completed\ndata: {{"type":"response.completed","response":{whole}}}\n\n'
    found = [await get(gate, path, body, 2) for body in (whole, whole, event)]
    assert {record.usage for record, _ in found} == {TokenUsage(70, 30, 100)}
    assert {record.record_id for record, _ in found} == {pending.record_id}
    assert {record.time for record, _ in found} == {datetime.fromtimestamp(CREATED, UTC)}
    assert len({own.record_id for _, own in found}) == 3
    assert {own.usage_detail for _, own in found} == {"counted_apart"}
    record, own = found[0]
    assert (record.response_id, record.response_model, record.tenant) == (name, "gpt-4.1", "retail-search")
    assert (record.usage_source, record.settlement) == (UsageSource.REPORTED, Settlement.COMPLETE)
    assert own.usage.is_empty()
    about = [one for one in read_ledger([gate.ledger], LedgerNotes()) if one.response_id == name]
    assert [one for one in about if one.lacks_usage] == []
    assert [one.usage for one in about if not one.usage.is_empty()] == [TokenUsage(70, 30, 100)]


@e2e
async def test_a_background_stream_that_breaks_off_is_pending_and_not_estimated(gate: Gate) -> None:
    name, request = f"resp_{uuid.uuid4().hex}", str(uuid.uuid4())
    created = json.dumps({"type": "response.created", "response": response(name, status="in_progress")})
    delta = 'data: {"type":"response.output_text.delta","delta":"Hello there"}\n\n'
    asked = json.dumps({"model": "chat", "input": "hi", "background": True, "stream": True}).encode()
    script = {"do": "fin", "body": f"data: {created}\n\n{delta}"}
    await gate.send(f"{BASE}/openai/v1/responses", asked, request=request, script=script)
    pending, begun = await gate.records_of(request, 2)
    assert (pending.usage_detail, pending.usage.is_empty()) == ("pending", True)
    assert (begun.usage_detail, begun.settlement) == ("counted_apart", Settlement.ABORTED_BY_UPSTREAM)
    settled, _ = await get(gate, f"/openai/v1/responses/{name}", json.dumps(response(name)), 2)
    assert (settled.record_id, settled.usage) == (pending.record_id, TokenUsage(70, 30, 100))


@e2e
async def test_a_background_response_that_ends_without_usage_is_pending_no_more(gate: Gate) -> None:
    name = f"resp_{uuid.uuid4().hex}"
    gone = json.dumps(response(name, status="cancelled"))
    settled, own = await get(gate, f"/openai/v1/responses/{name}", gone, 2)
    assert (settled.usage_detail, settled.lacks_usage) == ("no_usage_in_body", True)
    assert own.usage_detail == "counted_apart"


@e2e
async def test_what_is_finished_after_its_answer_can_be_refused(start: Start, upstream: Upstream) -> None:
    gate = start("--deferred", "refuse")
    base = f"{BASE}/openai/v1"
    bodies = [
        ("/responses", {"model": "chat", "input": "hi", "background": True}, "deferred-refused"),
        ("/responses", {"model": "chat", "background": True, "stream": True}, "deferred-refused"),
        ("/responses", {"model": "chat", "input": "hi", "background": False}, None),
        ("/threads/t_1/runs", {"assistant_id": "a"}, "deferred-refused"),
        ("/threads/t_1/runs", {"assistant_id": "a", "stream": True}, None),
        ("/chat/completions", {"model": "chat", "background": True}, None),
    ]
    for path, body, code in bodies:
        request = str(uuid.uuid4())
        got = await gate.send(base + path, json.dumps(body).encode(), request=request)
        assert (got.status, got.error["code"] if code else None) == (400 if code else 200, code)
        assert len(upstream.by_id(request)) == (0 if code else 1)


@e2e
async def test_a_background_stream_and_its_retrieval_are_one(gate: Gate) -> None:
    name, request = f"resp_{uuid.uuid4().hex}", str(uuid.uuid4())
    whole = json.dumps(response(name))
    event = f'data: {{"type":"response.completed","response":{whole}}}\n\n'
    asked = json.dumps({"model": "chat", "input": "hi", "background": True, "stream": True}).encode()
    await gate.send(
        f"{BASE}/openai/v1/responses", asked, request=request, script={"do": "chunked", "body": event}
    )
    first, _ = await gate.records_of(request, 2)
    again, _ = await get(gate, f"/openai/v1/responses/{name}", whole, 2)
    assert (first.record_id, first.usage) == (again.record_id, again.usage)


@e2e
async def test_a_response_that_was_answered_at_once_is_not_counted_again(gate: Gate) -> None:
    whole = json.dumps(response("resp_2", background=False))
    (own,) = await get(gate, "/openai/v1/responses/resp_2", whole, 1)
    assert (own.usage_source, own.usage_detail) == (UsageSource.MISSING, "already_counted")
    assert not own.lacks_usage


@e2e
async def test_the_output_of_a_batch_is_counted_once(gate: Gate) -> None:
    name = f"file-{uuid.uuid4().hex}"
    body = b"".join(line(n, prompt_tokens=n, completion_tokens=1, total_tokens=n + 1) for n in range(1, 201))
    path = f"/openai/files/{name}/content?api-version=2025-04-01-preview"
    cut = {"script": {"do": "fin", "cut": len(body) // 2}}
    (broken,) = await get(gate, path, body.decode(), 1, **cut)
    assert broken.settlement is Settlement.ABORTED_BY_UPSTREAM
    found = [await get(gate, path, body.decode(), 2, script={"step": step}) for step in (7001, 100_000)]
    found.append(
        await get(gate, f"/openai/v1/files/{name}/content", body.decode(), 2, script={"do": "length"})
    )
    assert {record.usage for record, _ in found} == {TokenUsage(20100, 200, 20300)}
    assert len({record.record_id for record, _ in found}) == 1
    record, own = found[0]
    assert (record.response_id, record.response_model, record.usage_detail) == (
        name,
        "gpt-4.1",
        "answers:200",
    )
    assert (record.operation_name, own.usage_detail) == ("batch", "counted_apart")


@e2e
async def test_a_batch_that_is_polled_and_its_output_are_one(gate: Gate) -> None:
    file, batch = f"file-{uuid.uuid4().hex}", f"batch_{uuid.uuid4().hex}"
    about = {
        "id": batch,
        "object": "batch",
        "created_at": CREATED,
        "output_file_id": file,
        "model": "gpt-4.1",
    }
    path = f"/openai/v1/batches/{batch}"
    (early,) = await get(gate, path, json.dumps({**about, "status": "in_progress", "usage": USAGE}), 1)
    assert early.usage_detail == "not_a_generation"
    ended = json.dumps({**about, "status": "completed", "completed_at": CREATED + 9, "usage": USAGE})
    polled = [await get(gate, path, ended, 2) for _ in range(3)]
    body = line(1, prompt_tokens=70, completion_tokens=30, total_tokens=100).decode()
    loaded = await get(gate, f"/openai/v1/files/{file}/content", body, 2)
    found = [record for record, _ in (*polled, loaded)]
    assert len({record.record_id for record in found}) == 1
    assert {record.usage for record in found} == {TokenUsage(70, 30, 100)}
    assert found[0].time == datetime.fromtimestamp(CREATED + 9, UTC)
    kept = [one for one in read_ledger([gate.ledger], LedgerNotes()) if one.response_id == file]
    assert [one.usage for one in kept if not one.usage.is_empty()] == [TokenUsage(70, 30, 100)]


@e2e
async def test_what_is_fetched_compressed_in_spite_of_all_counts(gate: Gate) -> None:
    name, request = f"resp_{uuid.uuid4().hex}", str(uuid.uuid4())
    packed = gzip.compress(json.dumps(response(name)).encode())
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(packed)}\r\n\r\n"
    script = {"do": "raw", "bytes": head + packed.decode("latin-1")}
    path = f"{BASE}/openai/v1/responses/{name}"
    got = await gate.send(path, b"", request=request, method="GET", script=script)
    assert got.body == packed
    settled, own = await gate.records_of(request, 2)
    assert (settled.usage, own.usage_detail) == (TokenUsage(70, 30, 100), "counted_apart")


@e2e
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/openai/files/file-1/content", b""),
        ("GET", "/openai/v1/files/file-1", b""),
        ("GET", "/openai/v1/batches/batch_1", b""),
        ("POST", "/openai/batches", b'{"input_file_id":"file-1","endpoint":"/chat/completions"}'),
        ("POST", "/openai/v1/batches/batch_1/cancel", b""),
        ("GET", "/openai/v1/responses/resp_1/input_items", b""),
        ("DELETE", "/openai/v1/responses/resp_1", b""),
        ("DELETE", "/openai/files/file-1?api-version=2025-04-01-preview", b""),
        ("POST", "/openai/v1/vector_stores", b'{"name":"a"}'),
        ("POST", "/openai/v1/vector_stores/vs_1/file_batches", b'{"file_ids":["file-1"]}'),
        ("GET", "/openai/vector_stores/vs_1/files?api-version=2025-03-01-preview", b""),
        ("DELETE", "/openai/v1/vector_stores/vs_1/files/file-1", b""),
    ],
)
async def test_what_uses_nothing_passes_and_leaves_a_record(
    gate: Gate, upstream: Upstream, method: str, path: str, body: bytes
) -> None:
    request = str(uuid.uuid4())
    got = await gate.send(
        BASE + path, body, request=request, method=method, script={"do": "length", "body": '{"id": 1}'}
    )
    assert (got.status, got.body) == (200, b'{"id": 1}')
    (seen,) = upstream.by_id(request)
    assert (seen.line, seen.body) == (f"{method} {path} HTTP/1.1", body)
    (own,) = await gate.records_of(request, 1)
    assert (own.usage_detail, own.settlement) == ("not_a_generation", Settlement.COMPLETE)


@e2e
@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        *(("GET", f"/openai/v1/{kind}?limit=100", b"", "list-refused") for kind in LISTS),
        ("GET", "/openai/assistants?api-version=2025-03-01-preview", b"", "list-refused"),
        ("POST", "/openai/v1/uploads", b"", "unsupported-operation"),
        ("GET", "/openai/v1/models/gpt-4", b"", "unsupported-operation"),
        ("POST", "/openai/v1/vector_stores/vs_1/search", b"{}", "unsupported-operation"),
        ("POST", "/openai/batches", b'{"input_blob":"https://a.example/in.jsonl"}', "unsupported-operation"),
        ("POST", "/openai/batches", b'{"output_folder":{"url":"https://a"}}', "unsupported-operation"),
        ("GET", "/openai/deployments/chat/files/file-1/content", b"", "unsupported-operation"),
        ("GET", "/openai/deployments/chat/threads/thread_1", b"", "unsupported-operation"),
        ("POST", "/openai/v1/threads/thread_1", b'{"model":"gpt-4"}', "model-mismatch"),
        ("GET", "/openai/v1/files/file-1/content", b"{}", "bad-body"),
        ("POST", "/openai/v1/batches", b'{"Model":"gpt-4"}', "model-mismatch"),
        ("POST", "/openai/v1/batches", b"[]", "bad-body"),
        ("GET", "/openai/v1/responses/resp_1?model=gpt-4", b"", "model-mismatch"),
    ],
)
async def test_what_lists_or_names_a_model_is_refused(
    gate: Gate, upstream: Upstream, method: str, path: str, body: bytes, code: str
) -> None:
    request = str(uuid.uuid4())
    got = await gate.send(BASE + path, body, request=request, method=method)
    assert (got.status, got.error["code"]) == (400, code)
    assert upstream.by_id(request) == []


def test_a_file_of_another_kind_has_no_usage() -> None:
    fetch = OutputFetch("file-1")
    for data in (
        b'{"prompt": "\\"usage\\": {"}\n',
        b"\x00\xff\n",
        b'["usage"]\n',
        b'{"usage": {"total_tokens": 1}}',
    ):
        fetch.feed(data)
    assert fetch.readings() == {}


def test_lines_that_cannot_be_read_are_flagged() -> None:
    fetch = OutputFetch("file-1")
    fetch.feed(line(1, prompt_tokens=2, completion_tokens=1, total_tokens=3) + b'{"usage"\n')
    (reading,) = fetch.readings().values()
    assert reading.flags == ("answers:1", "lines_not_read")


def test_each_model_of_a_file_has_its_sum() -> None:
    fetch = OutputFetch("file-1")
    fetch.feed(line(1, prompt_tokens=2, total_tokens=2))
    fetch.feed(line(2, prompt_tokens=3, total_tokens=3).replace(b"gpt-4.1", b"gpt-4o"))
    assert {reading.model for reading in fetch.readings().values()} == {"gpt-4.1", "gpt-4o"}


def test_ids_follow_from_account_and_name() -> None:
    assert record_id("a.openai.azure.com", "resp_1") == record_id("a.openai.azure.com", "resp_1")
    assert record_id("a.openai.azure.com", "resp_1") != record_id("b.openai.azure.com", "resp_1")


def test_what_is_fetched_is_read_by_its_kind() -> None:
    assert isinstance(fetch_of("responses.get", "/openai/v1/responses/resp_1"), ResponseFetch)
    assert isinstance(fetch_of("files.content", "/openai/files/f/content"), OutputFetch)
    assert fetch_of("chat", "/openai/v1/chat/completions") is None
