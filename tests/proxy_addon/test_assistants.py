"""Assistants through the real process: each run is counted once, by whatever call its usage is seen first.

source: Azure's specification 2025-03-01-preview (`runObject`, `runStreamEvent`); recordings 5c826cb7c4 and
b635977ca6, whose streams these follow.
"""

from __future__ import annotations

import json
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from gatewright.chargeback.ledger import LedgerNotes, read_ledger
from gatewright.metering.record import Settlement, UsageRecord, UsageSource
from gatewright.metering.usage import TokenUsage
from proxy_addon.apart import fetch_of, judged, made_at
from proxy_addon.routes import Endpoint, Route
from tests.proxy_addon.gate import Gate
from tests.proxy_addon.upstream import Upstream

e2e = pytest.mark.e2e
BASE = "/b/gw-sweden-gpt-41-ptu/-"
AZURE, V1 = "?api-version=2025-03-01-preview", ""
PLACES = [("/openai", AZURE), ("/openai/v1", V1), ("/v1", V1)]
CREATED = int(time.time()) - 9000
USAGE = {"prompt_tokens": 381, "completion_tokens": 88, "total_tokens": 469}
COUNTED = TokenUsage(381, 88, 469)


def run(name: str, status: str, **more: object) -> dict[str, Any]:
    usage = USAGE if status in ("completed", "failed", "incomplete", "expired") else None
    one = {"id": name, "object": "thread.run", "created_at": CREATED, "thread_id": "thread_1"}
    return {**one, "status": status, "last_error": None, "model": "gpt-41-ptu", "usage": usage, **more}


def stream(name: str, status: str, **more: object) -> str:
    step = {"id": "step_1", "object": "thread.run.step", "status": "completed", "usage": USAGE}
    events = [
        ("thread.created", {"id": "thread_1", "object": "thread"}),
        ("thread.run.created", run(name, "queued")),
        ("thread.run.queued", run(name, "queued")),
        ("thread.run.in_progress", run(name, "in_progress")),
        ("thread.run.step.created", {**step, "usage": None}),
        *[("thread.message.delta", {"object": "thread.message.delta", "delta": {}})] * 9,
        ("thread.run.step.completed", step),
        (f"thread.run.{status}", run(name, status, **more)),
    ]
    return "".join(f"event: {kind}\ndata: {json.dumps(data)}\n\n" for kind, data in events) + (
        "event: done\ndata: [DONE]\n\n"
    )


async def call(
    gate: Gate, method: str, path: str, answer: str, count: int, asked: dict[str, Any] | None = None
) -> list[UsageRecord]:
    request = str(uuid.uuid4())
    body = json.dumps(asked).encode() if asked is not None else b""
    script = {"do": "chunked", "body": answer}
    got = await gate.send(BASE + path, body, request=request, method=method, script=script)
    assert (got.status, got.body.decode()) == (200, answer)
    return await gate.records_of(request, count)


def counted(gate: Gate, name: str) -> list[UsageRecord]:
    return [one for one in read_ledger([gate.ledger], LedgerNotes()) if one.response_id == name]


@e2e
@pytest.mark.parametrize(("base", "query"), PLACES)
async def test_a_polled_run_is_pending_and_then_counted_once(gate: Gate, base: str, query: str) -> None:
    name = f"run_{uuid.uuid4().hex}"
    runs, one = f"{base}/threads/thread_1/runs{query}", f"{base}/threads/thread_1/runs/{name}{query}"
    asked = {"assistant_id": "asst_1", "model": "chat"}
    pending, own = await call(gate, "POST", runs, json.dumps(run(name, "queued")), 2, asked)
    assert (pending.usage_source, pending.usage_detail) == (UsageSource.MISSING, "pending")
    assert (own.usage_detail, own.operation_name) == ("counted_apart", "invoke_agent")
    (early,) = await call(gate, "GET", one, json.dumps(run(name, "in_progress")), 1)
    assert early.usage_detail == "already_counted"
    assert [record for record in counted(gate, name) if record.lacks_usage] == [pending]

    whole = json.dumps(run(name, "completed"))
    listed = json.dumps({"object": "list", "data": [run(name, "completed"), run("run_x", "in_progress")]})
    found = [
        await call(gate, "GET", path, body, 2) for path, body in ((one, whole), (one, whole), (runs, listed))
    ]
    found.append(await call(gate, "POST", one, whole, 2, {"metadata": {}}))
    assert {record.record_id for record, _ in found} == {pending.record_id}
    assert {record.usage for record, _ in found} == {COUNTED}
    assert {record.time for record, _ in found} == {datetime.fromtimestamp(CREATED, UTC)}
    record = found[0][0]
    assert (record.response_model, record.usage_detail, record.tenant) == (
        "gpt-41-ptu",
        None,
        "retail-search",
    )
    about = counted(gate, name)
    assert [one.usage for one in about if not one.usage.is_empty()] == [COUNTED]
    assert [one for one in about if one.lacks_usage] == []


@e2e
@pytest.mark.parametrize("status", ["completed", "failed", "incomplete", "expired"])
@pytest.mark.parametrize("path", ["/threads/runs", "/threads/thread_1/runs"])
async def test_a_streamed_run_is_counted_by_its_last_event_and_not_by_its_steps(
    gate: Gate, path: str, status: str
) -> None:
    name = f"run_{uuid.uuid4().hex}"
    error = {"last_error": {"code": "rate_limit_exceeded", "message": "x"}} if status == "failed" else {}
    asked = {"assistant_id": "asst_1", "stream": True}
    record, own = await call(gate, "POST", f"/openai{path}{AZURE}", stream(name, status, **error), 2, asked)
    assert (record.usage, record.response_id, record.stream) == (COUNTED, name, True)
    assert (record.settlement, record.error_type) == (
        (Settlement.FAILED, "rate_limit_exceeded") if error else (Settlement.COMPLETE, None)
    )
    assert own.usage.is_empty()
    one = f"/openai/threads/thread_1/runs/{name}{AZURE}"
    again, _ = await call(gate, "GET", one, json.dumps(run(name, status, **error)), 2)
    assert again.record_id == record.record_id
    assert [each.usage for each in counted(gate, name) if not each.usage.is_empty()] == [COUNTED]


@e2e
async def test_a_run_that_waits_for_a_tool_is_settled_by_the_tools_output(gate: Gate) -> None:
    name = f"run_{uuid.uuid4().hex}"
    asked = {"assistant_id": "asst_1", "stream": True}
    waiting, _ = await call(
        gate, "POST", f"/openai/threads/thread_1/runs{AZURE}", stream(name, "requires_action"), 2, asked
    )
    assert waiting.usage_detail == "pending"
    path = f"/openai/threads/thread_1/runs/{name}/submit_tool_outputs{AZURE}"
    outputs = {"tool_outputs": [{"tool_call_id": "c", "output": "1"}], "stream": True}
    settled, _ = await call(gate, "POST", path, stream(name, "completed"), 2, outputs)
    assert (settled.record_id, settled.usage) == (waiting.record_id, COUNTED)


@e2e
async def test_a_cancelled_run_without_usage_is_pending_no_more(gate: Gate) -> None:
    name = f"run_{uuid.uuid4().hex}"
    path = f"/openai/v1/threads/thread_1/runs/{name}/cancel"
    (cancelling,) = await call(gate, "POST", path, json.dumps(run(name, "cancelling")), 1)
    assert cancelling.usage_detail == "already_counted"
    gone, _ = await call(gate, "POST", path, json.dumps(run(name, "cancelled")), 2)
    assert (gone.usage_detail, gone.lacks_usage) == ("no_usage_in_run", True)


@e2e
@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ({}, b'{"model":"gpt-41-ptu"}'),
        ({"assistant_id": "a"}, b'{"model":"gpt-41-ptu","assistant_id": "a"}'),
        ({"model": None, "assistant_id": "a"}, b'{"model": "gpt-41-ptu", "assistant_id": "a"}'),
        ({"assistant_id": "a", "model": "chat"}, b'{"assistant_id": "a", "model": "gpt-41-ptu"}'),
    ],
)
async def test_a_run_uses_the_deployment_that_the_gateway_states(
    gate: Gate, upstream: Upstream, body: dict[str, Any], sent: bytes
) -> None:
    request = str(uuid.uuid4())
    path = f"{BASE}/openai/threads/thread_1/runs{AZURE}"
    await gate.send(path, json.dumps(body).encode(), request=request, script={"do": "json"})
    (seen,) = upstream.by_id(request)
    assert seen.body == sent


@e2e
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/assistants", b"{}"),
        ("/assistants", b'{"model": "gpt-5"}'),
        ("/assistants/asst_1", b'{"model": "gpt-5"}'),
        ("/assistants/asst_1", b'{"MODEL": "chat"}'),
        ("/threads/runs", b'{"model": "gpt-5"}'),
        ("/threads/runs", b'{"model": "chat", "model": "chat"}'),
        ("/threads/runs", b'{"model": ["chat"]}'),
        ("/threads/t/runs", b'{"Model": "gpt-5"}'),
        ("/threads/t/runs/r/submit_tool_outputs", b'{"model": "gpt-5"}'),
    ],
)
async def test_another_model_is_refused(gate: Gate, upstream: Upstream, path: str, body: bytes) -> None:
    request = str(uuid.uuid4())
    got = await gate.send(f"{BASE}/openai/v1{path}", body, request=request)
    assert (got.status, got.error["code"]) == (400, "model-mismatch")
    assert upstream.by_id(request) == []


@e2e
@pytest.mark.parametrize(
    ("method", "path", "body", "sent", "detail"),
    [
        ("POST", "/assistants", {"model": "chat"}, {"model": "gpt-41-ptu"}, "not_a_generation"),
        ("POST", "/assistants/asst_1", {"name": "a"}, {"name": "a"}, "not_a_generation"),
        ("GET", "/assistants/asst_1", None, None, "not_a_generation"),
        ("DELETE", "/assistants/asst_1", None, None, "not_a_generation"),
        ("POST", "/threads", {"messages": []}, {"messages": []}, "not_a_generation"),
        ("POST", "/threads/thread_1", {"metadata": {}}, {"metadata": {}}, "not_a_generation"),
        ("GET", "/threads/thread_1", None, None, "not_a_generation"),
        ("DELETE", "/threads/thread_1", None, None, "not_a_generation"),
        ("POST", "/threads/thread_1/messages", {"role": "user"}, {"role": "user"}, "not_a_generation"),
        ("GET", "/threads/thread_1/messages", None, None, "not_a_generation"),
        ("GET", "/threads/thread_1/messages/msg_1", None, None, "not_a_generation"),
        ("POST", "/threads/thread_1/messages/msg_1", {"metadata": {}}, {"metadata": {}}, "not_a_generation"),
        ("GET", "/threads/thread_1/runs/run_1/steps", None, None, "already_counted"),
        ("GET", "/threads/thread_1/runs/run_1/steps/step_1", None, None, "already_counted"),
    ],
)
async def test_what_is_around_a_run_passes_without_usage(
    gate: Gate,
    upstream: Upstream,
    method: str,
    path: str,
    body: dict[str, Any] | None,
    sent: dict[str, Any] | None,
    detail: str,
) -> None:
    step = {"object": "thread.run.step", "id": "step_1", "status": "completed", "usage": USAGE}
    request = str(uuid.uuid4())
    raw = b"" if body is None else json.dumps(body).encode()
    script = {"do": "length", "body": json.dumps({"object": "list", "data": [step]})}
    got = await gate.send(f"{BASE}/openai{path}{AZURE}", raw, request=request, method=method, script=script)
    assert got.status == 200
    (seen,) = upstream.by_id(request)
    assert seen.line == f"{method} /openai{path}{AZURE} HTTP/1.1"
    assert (json.loads(seen.body) if seen.body else None) == sent
    (own,) = await gate.records_of(request, 1)
    assert (own.usage_detail, own.usage.is_empty(), own.lacks_usage) == (detail, True, False)


ROUTE = Route("b", Endpoint("https", "a", 443), "gpt-41-ptu", "r", "p", frozenset({"chat"}), "gpt-4.1")


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("gpt-41-ptu", None),
        ("gpt-4.1", None),
        ("gpt-4.1-2025-04-14", None),
        (None, None),
        ("gpt-4.1-mini", "other_model"),
        ("gpt-4.1-mini-2025-04-14", "other_model"),
    ],
)
def test_a_run_of_another_model_has_no_price(name: str | None, detail: str | None) -> None:
    record = UsageRecord("r", None, COUNTED, UsageSource.REPORTED, response_model=name)
    assert judged(record, ROUTE).usage_detail == detail


def test_a_time_that_cannot_be_is_not_taken() -> None:
    now = datetime(2026, 11, 25, tzinfo=UTC)
    fetch = fetch_of("assistants.get", "/threads/t/runs")
    assert fetch is not None
    stated = [int(now.timestamp()) - 60, 0, -5, 10**30, int(now.timestamp()) + 86400, 946684800]
    listed = [run(f"run_{at}", "completed") | {"created_at": at} for at in stated]
    fetch.feed(json.dumps({"object": "list", "data": listed}).encode())
    found = [made_at(reading, now) for reading in fetch.readings().values()]
    assert [(now - at).total_seconds() for at in found] == [60, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"data":3}', b'{"data":[1,{"object":"thread.run"}]}'])
def test_what_is_no_run_has_no_usage(body: bytes) -> None:
    fetch = fetch_of("assistants.get", "/threads/t/runs")
    assert fetch is not None
    fetch.feed(body)
    assert fetch.readings() == {}
