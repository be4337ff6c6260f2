"""End to end: usage that the service did not state, as the ledger has it in the end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gatewright.metering.record import Settlement, UsageRecord, UsageSource
from tests.proxy_addon.gate import Gate
from tests.proxy_addon.upstream import Upstream

pytestmark = pytest.mark.e2e

# By OpenAI's cookbook: 3 for the message, 1 for its role, 3 for its text, 3 that prime the answer.
PROMPT: Any = [{"role": "user", "content": "Say hello."}]
PROMPT_TOKENS = 10
IMAGE: Any = [
    {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]}
]


def asked(**body: Any) -> bytes:
    return json.dumps({"stream": True, "messages": PROMPT, **body}).encode()


def event(**delta: Any) -> str:
    chunk = {"id": "c-1", "model": delta.pop("model", "gpt-4.1-2025-04-14")}
    finish = delta.pop("finish", None)
    chunk["choices"] = [{"index": 0, "delta": delta, "finish_reason": finish}]
    return f"data: {json.dumps(chunk)}\n\n"


def children(gate: Gate) -> list[int]:
    pid = gate.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def test_a_client_that_left_is_charged_for_what_it_saw(gate: Gate) -> None:
    request = str(uuid.uuid4())
    body = event(role="assistant", content="") + "".join(event(content=f" word{n}") for n in range(20))
    script = {"do": "stall", "body": body, "step": 10_000}
    await gate.send(request=request, body=asked(), script=script, stop_at=len(body) // 2)
    record = await gate.record(request)
    assert (record.settlement, record.usage_source) == (
        Settlement.ABORTED_BY_CLIENT,
        UsageSource.ESTIMATED,
    )
    assert record.usage.input_tokens == PROMPT_TOKENS
    assert record.usage.output_tokens == 40  # " word" and a number, twenty times
    assert record.usage.total_tokens == PROMPT_TOKENS + 40
    bounds = {bound.quantity: (bound.low, bound.high) for bound in record.usage_bounds}
    assert bounds["output_tokens"] == (39, 41)
    assert bounds["input_tokens"][0] <= PROMPT_TOKENS <= (bounds["input_tokens"][1] or 0)
    assert record.usage_detail == "no_usage_in_stream,tokenizer:o200k_base,output:answer_unfinished"


async def test_a_document_without_usage_is_estimated(gate: Gate) -> None:
    request = str(uuid.uuid4())
    message = {"role": "assistant", "content": "Hello there!"}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    body = json.dumps({"model": "gpt-4.1", "choices": choices})
    await gate.send(request=request, body=asked(stream=False), script={"do": "length", "body": body})
    record = await gate.record(request)
    assert (record.settlement, record.usage_source) == (Settlement.COMPLETE, UsageSource.ESTIMATED)
    assert record.usage.input_tokens == PROMPT_TOKENS
    assert record.usage_detail == "no_usage_in_body,tokenizer:o200k_base"


async def test_an_answer_that_says_its_model_is_believed_before_the_routes(gate: Gate) -> None:
    request = str(uuid.uuid4())
    body = event(content="Hi", model="gpt-3.5-turbo")
    await gate.send(request=request, body=asked(), script={"do": "fin", "body": body})
    assert "tokenizer:cl100k_base" in ((await gate.record(request)).usage_detail or "")


async def test_reasoning_that_nobody_saw_is_not_guessed(gate: Gate) -> None:
    request = str(uuid.uuid4())
    body = event(content="Hi", model="o3-mini")
    await gate.send(
        request=request, body=asked(max_completion_tokens=500), script={"do": "fin", "body": body}
    )
    record = await gate.record(request)
    assert (record.usage_source, record.usage.output_tokens) == (UsageSource.ESTIMATED, None)
    assert record.usage.input_tokens is not None
    assert "output:reasoning_not_visible" in (record.usage_detail or "")
    assert record.usage_bounds[1].low == 1
    assert record.usage_bounds[1].high == 500


async def test_an_image_is_not_guessed(gate: Gate) -> None:
    request = str(uuid.uuid4())
    body = event(content="Hi", finish="stop")
    await gate.send(request=request, body=asked(messages=IMAGE), script={"do": "fin", "body": body})
    record = await gate.record(request)
    assert (record.usage.input_tokens, record.usage.output_tokens) == (None, 2)  # its end is a token
    assert "input:image" in (record.usage_detail or "")


async def test_a_model_without_vocabulary_is_not_guessed(gate: Gate) -> None:
    request = str(uuid.uuid4())
    await gate.send(
        request=request, body=asked(), script={"do": "fin", "body": event(content="Hi", model="sample-9b")}
    )
    record = await gate.record(request)
    assert record.usage_source is UsageSource.MISSING
    assert record.usage_detail == "no_usage_in_stream,cannot_be_estimated,model_not_known"


async def test_a_client_that_left_before_the_answer_is_charged_for_its_prompt(
    gate: Gate, upstream: Upstream
) -> None:
    request = str(uuid.uuid4())
    task = asyncio.create_task(gate.send(request=request, body=asked(), script={"do": "hang"}))
    while not upstream.by_id(request):
        await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    record = await gate.record(request)
    assert (record.usage.input_tokens, record.usage.output_tokens) == (PROMPT_TOKENS, None)
    assert record.usage_detail == "no_answer,tokenizer:o200k_base,output:answer_not_seen"


async def test_refusals_and_redirects_are_not_estimated(gate: Gate) -> None:
    for do in ("429", "500", "redirect", "close-at-once"):
        request = str(uuid.uuid4())
        await gate.send(request=request, body=asked(), script={"do": do})
        record = await gate.record(request)
        assert (record.usage_source, record.usage.is_empty()) == (UsageSource.MISSING, True)


async def test_nothing_is_started_while_usage_is_reported(start: Callable[..., Gate]) -> None:
    gate = start()
    for number in range(5):
        request = str(uuid.uuid4())
        await gate.send(request=request, body=asked(), script={"do": "chunked", "n": number})
        assert (await gate.record(request)).usage_source is UsageSource.REPORTED
    assert children(gate) == []
    request = str(uuid.uuid4())
    await gate.send(request=request, body=asked(), script={"do": "rst", "cut": 400})
    assert (await gate.record(request)).usage_source is UsageSource.ESTIMATED
    (child,) = children(gate)
    assert gate.stop() == 0
    assert not Path(f"/proc/{child}").exists()


async def test_a_request_above_the_cap_leaves_the_answer(start: Callable[..., Gate]) -> None:
    gate = start()
    request = str(uuid.uuid4())
    large: Any = [{"role": "user", "content": "x" * (9 * 1024 * 1024)}]
    script = {"do": "fin", "body": event(content="Hi")}
    await gate.send(request=request, body=asked(messages=large), script=script)
    record = await gate.record(request)
    assert (record.usage.input_tokens, record.usage.output_tokens) == (None, 1)
    assert "input:request_not_kept" in (record.usage_detail or "")


async def test_a_long_prompt_is_counted(start: Callable[..., Gate]) -> None:
    gate = start()
    request = str(uuid.uuid4())
    large: Any = [{"role": "user", "content": "word " * 300_000}]
    await gate.send(
        request=request, body=asked(messages=large), script={"do": "fin", "body": event(content="Hi")}
    )
    record = await gate.record(request)
    assert 300_000 <= (record.usage.input_tokens or 0) <= 300_010


async def test_routes_without_the_model_still_work(start: Callable[..., Gate], tmp_path: Path) -> None:
    gate = start()
    file = tmp_path / "routes.json"
    table = json.loads(file.read_text())
    for route in table["routes"].values():
        route.pop("model", None)
    file.write_text(json.dumps(table))
    gate.process.send_signal(signal.SIGHUP)
    while "routes" not in gate.log.read_text():
        await asyncio.sleep(0.01)
    request = str(uuid.uuid4())
    await gate.send(request=request, body=asked(), script={"do": "fin", "body": event(content="Hi")})
    assert (await gate.record(request)).usage_source is UsageSource.ESTIMATED
    request = str(uuid.uuid4())
    await gate.send(request=request, body=asked(), script={"do": "fin", "body": ": no model here\n\n"})
    assert "model_not_known" in ((await gate.record(request)).usage_detail or "")


async def test_a_shutdown_waits_for_estimates(start: Callable[..., Gate]) -> None:
    gate = start()
    requests = [str(uuid.uuid4()) for _ in range(20)]
    script = {"do": "fin", "body": event(content="Hi")}
    await asyncio.gather(*(gate.send(request=one, body=asked(), script=script) for one in requests))
    assert gate.stop() == 0
    records = gate.records()
    assert sorted(record.request_id or "" for record in records) == sorted(requests)
    assert {record.usage_source for record in records} == {UsageSource.ESTIMATED}


async def test_what_a_shutdown_cuts_is_estimated(start: Callable[..., Gate], upstream: Upstream) -> None:
    gate = start("--drain-seconds", "1")
    request = str(uuid.uuid4())
    await gate.send(request=request, body=asked(), script={"do": "fin", "body": event(content="Hi")})
    await gate.record(request)  # the vocabulary is loaded
    request = str(uuid.uuid4())
    script = {"do": "stall", "body": event(content="Hi")}
    task = asyncio.create_task(gate.send(request=request, body=asked(), script=script))
    while not upstream.by_id(request):
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)
    assert await asyncio.to_thread(gate.stop) == 0
    await task
    record = await gate.record(request)
    assert (record.usage_source, record.error_type) == (UsageSource.ESTIMATED, "shutdown")


async def test_a_kill_before_the_estimate_leaves_one_record_without_it(start: Callable[..., Gate]) -> None:
    gate = start()
    request = str(uuid.uuid4())
    await gate.send(request=request, body=asked(), script={"do": "fin", "body": event(content="Hi")})
    gate.process.kill()  # the process that estimates has not even started
    gate.process.wait()
    assert gate.records() == []
    again = start(ledger=gate.ledger)
    record = await again.record(request)
    assert (record.settlement, record.usage_source) == (
        Settlement.ABORTED_BY_UPSTREAM,
        UsageSource.MISSING,
    )
    assert record.usage_detail == "no_usage_in_stream,cannot_be_estimated,estimator_stopped"


async def test_the_estimating_process_may_be_killed(start: Callable[..., Gate]) -> None:
    gate = start()
    records: list[UsageRecord] = []
    for _ in range(3):
        request = str(uuid.uuid4())
        await gate.send(request=request, body=asked(), script={"do": "fin", "body": event(content="Hi")})
        records.append(await gate.record(request))
        for child in children(gate):
            os.kill(child, signal.SIGKILL)
            while child in children(gate):
                await asyncio.sleep(0.01)
    assert {record.usage_source for record in records} == {UsageSource.ESTIMATED}
