"""What waits for an estimate: each record is settled once, whatever becomes of the process that estimates."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from gatewright.metering.estimates.answer import AnswerWatch
from gatewright.metering.record import Settlement, UsageRecord, UsageSource
from proxy_addon import estimator
from proxy_addon.estimates import COMMAND, Bounds, Estimates
from proxy_addon.evidence import Evidence

TIME = datetime(2026, 11, 1, tzinfo=UTC)
BODY = json.dumps({"messages": [{"role": "user", "content": "Say hello."}]}).encode()
TARGET = "/openai/deployments/gpt-41/chat/completions?api-version=2025-01-01"


def evidence(name: str = "r", *, body: bytes | None = BODY, model: str | None = "gpt-4.1") -> Evidence:
    record = UsageRecord(
        name, TIME, settlement=Settlement.ABORTED_BY_CLIENT, usage_detail="no_usage_in_stream"
    )
    watch = AnswerWatch("chat")
    watch.block(b'data: {"choices":[{"index":0,"delta":{"content":"Hello"}}]}\n\n')
    return Evidence(record, "POST", TARGET, body, watch, model)


def script(body: str) -> tuple[str, ...]:
    head = "import sys, time\nfrom proxy_addon.evidence import Evidence\n"
    head += "read = lambda: Evidence.read(sys.stdin.buffer)\n"
    return (sys.executable, "-c", head + body)


@asynccontextmanager
async def running(
    command: tuple[str, ...] = COMMAND, **bounds: float
) -> AsyncIterator[tuple[Estimates, list[UsageRecord]]]:
    settled: list[UsageRecord] = []
    one = Estimates(settled.append, Bounds(**{"retry_seconds": 0.0, **bounds}), command)  # type: ignore[arg-type]
    task = asyncio.create_task(one.run())
    try:
        yield one, settled
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come true")


async def test_what_comes_is_estimated_in_order() -> None:
    async with running() as (one, settled):
        for name in ("r-1", "r-2", "r-3"):
            one.add(evidence(name))
        assert (one.pending, one.pending_bytes > 3 * len(BODY)) == (3, True)
        await one.finish(60)
        assert [record.record_id for record in settled] == ["r-1", "r-2", "r-3"]
        assert (one.pending, one.pending_bytes, one.counts["made"]) == (0, 0, 3)
    record = settled[0]
    assert record.usage_source is UsageSource.ESTIMATED
    assert (record.usage.input_tokens, record.usage.output_tokens) == (10, 1)
    assert record.settlement is Settlement.ABORTED_BY_CLIENT
    assert record.usage_detail == "no_usage_in_stream,tokenizer:o200k_base,output:answer_unfinished"


async def test_no_process_is_started_before_it_is_needed() -> None:
    async with running(("/nonexistent",)) as (one, _):
        await asyncio.sleep(0)
        assert one.counts == {}


async def test_what_cannot_be_estimated_says_so() -> None:
    async with running() as (one, settled):
        one.add(evidence(model="sample-model"))
        await one.finish(60)
    assert settled[0].usage_source is UsageSource.MISSING
    assert settled[0].usage_detail == "no_usage_in_stream,cannot_be_estimated,model_not_known"
    assert one.counts == {"impossible": 1}


async def test_a_request_that_was_too_large_leaves_the_answer() -> None:
    async with running() as (one, settled):
        one.add(evidence(body=None))
        await one.finish(60)
    assert (settled[0].usage.input_tokens, settled[0].usage.output_tokens) == (None, 1)
    assert "input:request_not_kept" in (settled[0].usage_detail or "")


@pytest.mark.parametrize(
    "body",
    [
        "sys.exit(3)",
        "read(); sys.exit(3)",
        "read(); print('{}', flush=True); time.sleep(60)",
        "read(); print('x' * 100_000, flush=True); time.sleep(60)",
    ],
    ids=["dies at once", "dies at work", "writes nonsense", "writes too much"],
)
async def test_a_process_that_fails_costs_estimates_and_no_record(body: str) -> None:
    async with running(script(body)) as (one, settled):
        one.add(evidence("r-1"))
        one.add(evidence("r-2"))
        await until(lambda: len(settled) == 2)
    assert [record.record_id for record in settled] == ["r-1", "r-2"]
    assert {record.usage_detail for record in settled} == {
        "no_usage_in_stream,cannot_be_estimated,estimate_failed"
    }
    assert one.counts == {"failed": 2}


async def test_a_command_that_cannot_be_started_costs_no_record() -> None:
    async with running(("/nonexistent",)) as (one, settled):
        one.add(evidence())
        await until(lambda: len(settled) == 1)
    assert settled[0].usage_source is UsageSource.MISSING


async def test_an_estimate_that_takes_too_long_is_given_up_and_the_next_one_made() -> None:
    async with running(script("time.sleep(60)"), answer_seconds=0.5) as (one, settled):
        one.add(evidence("r-1"))
        await until(lambda: len(settled) == 1)
        one._bounds, one._command = Bounds(), COMMAND
        one.add(evidence("r-2"))
        await until(lambda: len(settled) == 2)
    assert [record.usage_source for record in settled] == [UsageSource.MISSING, UsageSource.ESTIMATED]


async def test_no_more_than_the_bounds_may_wait() -> None:
    settled: list[UsageRecord] = []
    one = Estimates(settled.append, Bounds(waiting=2, waiting_bytes=5 * evidence().size_bytes))
    for name in ("r-1", "r-2", "r-3"):
        one.add(evidence(name))
    assert one.pending == 2
    assert [record.record_id for record in settled] == ["r-3"]
    assert settled[0].usage_detail == "no_usage_in_stream,cannot_be_estimated,estimator_busy"
    one.abandon()
    settled.clear()
    two = Estimates(settled.append, Bounds(waiting_bytes=len(BODY)))
    two.add(evidence())
    assert (two.pending, len(settled)) == (0, 1)


async def test_what_is_pending_at_the_end_is_settled_once() -> None:
    async with running(script("read(); time.sleep(60)")) as (one, settled):
        one.add(evidence("r-1"))
        one.add(evidence("r-2"))
        await one.finish(0.3)
        assert settled == []
    assert one.abandon() == 2
    one.add(evidence("r-3"))
    assert [record.record_id for record in settled] == ["r-1", "r-2", "r-3"]
    assert {record.usage_detail for record in settled} == {
        "no_usage_in_stream,cannot_be_estimated,estimator_stopped"
    }


async def test_an_idle_process_is_ended_and_started_again() -> None:
    async with running(idle_seconds=0.05) as (one, settled):
        one.add(evidence("r-1"))
        await until(lambda: len(settled) == 1)
        await until(lambda: one._process is None)
        one.add(evidence("r-2"))
        await until(lambda: len(settled) == 2)
    assert {record.usage_source for record in settled} == {UsageSource.ESTIMATED}


def test_the_process_survives_an_exchange_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Evidence, "estimated", lambda self: 1 / 0)
    out = io.BytesIO()
    estimator.serve(io.BytesIO(evidence("r-1").packed() + evidence("r-2").packed()), out)
    records = [UsageRecord.read(line) for line in out.getvalue().splitlines()]
    assert [record.record_id for record in records] == ["r-1", "r-2"]
    assert all("estimate_failed" in (record.usage_detail or "") for record in records)
