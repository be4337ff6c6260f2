"""One exchange's states: exactly one record, and what each ending means."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.metering.attribution import Attribution
from gatewright.metering.record import Settlement, UsageRecord, UsageSource
from proxy_addon import faults
from proxy_addon.admission import Admitted, Head, Prepared, admit, prepare
from proxy_addon.exchange import Ending, Exchange
from proxy_addon.routes import read

TABLE = read(
    '{"version": 1, "routes": {"gw-a": {"endpoint": "https://a.openai.azure.com", "deployment": "d-1",'
    ' "region": "eu", "provider": "azure.ai.openai", "models": ["chat"]}},'
    ' "allowedHostSuffixes": [".openai.azure.com"]}',
    "routes.json",
    allow_loopback=False,
)
WHO = Attribution("retail-search", "gw-retail", "11111111-2222-3333-4444-555555555555", "chat")
SSE = [("Content-Type", "text/event-stream")]
FIRST = b'data: {"id":"c","model":"m","choices":[{"delta":{"content":"a"}}],"usage":null}\n\n'
USAGE = b'data: {"id":"c","model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}\n\n'
DONE = b"data: [DONE]\n\n"


@dataclass
class Ticks:
    at: float = 0.0
    time: datetime = field(default=datetime(2026, 11, 1, tzinfo=UTC))

    def now(self) -> datetime:
        return self.time

    def steady(self) -> float:
        self.at += 0.25
        return self.at


def begun() -> tuple[Exchange, Prepared]:
    head = Head("POST", b"/b/gw-a/-/openai/deployments/chat/chat/completions", ())
    admitted = admit(head, WHO, TABLE)
    assert isinstance(admitted, Admitted)
    prepared = prepare(admitted, b'{"stream":true}')
    assert isinstance(prepared, Prepared)
    return Exchange("r-1", WHO, admitted, Ticks()), prepared


def run(parts: list[bytes], ending: Ending, status: int = 200) -> tuple[bytes, UsageRecord]:
    exchange, prepared = begun()
    exchange.forward(prepared)
    assert exchange.answer(status, SSE) is (status == 200)
    seen = [piece for part in parts for piece in exchange.feed(part)] + exchange.flush()
    assert all(seen)
    record = exchange.settle(ending)
    assert record is not None
    assert exchange.settle(Ending.SHUTDOWN) is None
    return b"".join(seen), record


@pytest.mark.parametrize(
    "ending", [Ending.COMPLETE, Ending.CLIENT_LEFT, Ending.UPSTREAM_LEFT, Ending.SHUTDOWN]
)
def test_usage_and_end_mark_make_it_complete_whoever_closed_first(ending: Ending) -> None:
    seen, record = run([FIRST, USAGE, DONE], ending)
    assert seen == FIRST.replace(b',"usage":null', b"") + DONE
    assert record.settlement is Settlement.COMPLETE
    assert (record.usage.input_tokens, record.usage_source) == (3, UsageSource.REPORTED)


@pytest.mark.parametrize(
    ("ending", "settlement"),
    [
        (Ending.CLIENT_LEFT, Settlement.ABORTED_BY_CLIENT),
        (Ending.UPSTREAM_LEFT, Settlement.ABORTED_BY_UPSTREAM),
        (Ending.COMPLETE, Settlement.ABORTED_BY_UPSTREAM),
    ],
)
def test_a_stream_without_its_end_is_broken_off(ending: Ending, settlement: Settlement) -> None:
    _, record = run([FIRST], ending)
    assert (record.settlement, record.usage_source) == (settlement, UsageSource.MISSING)
    assert record.usage.is_empty()


def test_usage_without_end_mark_is_kept() -> None:
    _, record = run([FIRST, USAGE], Ending.CLIENT_LEFT)
    assert (record.settlement, record.usage.output_tokens) == (Settlement.ABORTED_BY_CLIENT, 2)


@given(st.lists(st.integers(1, 400), max_size=12))
def test_any_chunking_gives_the_same_view_and_usage(cuts: list[int]) -> None:
    whole = FIRST + USAGE + DONE
    edges = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    parts = [whole[low:high] for low, high in pairwise(edges)]
    seen, record = run(parts, Ending.COMPLETE)
    assert seen == FIRST.replace(b',"usage":null', b"") + DONE
    assert (record.usage.input_tokens, record.usage.output_tokens) == (3, 2)


def test_times_are_measured_from_the_begin() -> None:
    _, record = run([FIRST], Ending.COMPLETE)
    assert record.time == datetime(2026, 11, 1, tzinfo=UTC)
    assert (record.time_to_first_token_ms, record.duration_ms) == (250.0, 500.0)


def test_a_refusal_by_the_proxy_leaves_a_row_with_its_slug() -> None:
    exchange, _ = begun()
    exchange.refuse(faults.MODEL_MISMATCH)
    exchange.refuse(faults.PROXY_FAILED)
    record = exchange.settle(Ending.COMPLETE)
    assert record is not None
    assert (record.settlement, record.status, record.error_type) == (
        Settlement.REFUSED,
        400,
        "model-mismatch",
    )
    assert (record.usage_detail, record.backend, record.operation_name) == ("not_forwarded", "gw-a", "chat")


def test_a_failure_of_the_proxy_is_no_refusal() -> None:
    exchange, _ = begun()
    exchange.refuse(faults.PROXY_FAILED)
    record = exchange.settle(Ending.COMPLETE)
    assert record is not None
    assert (record.settlement, record.status) == (Settlement.FAILED, 530)


def test_a_request_without_route_still_says_whose_it_was() -> None:
    exchange = Exchange("r-2", WHO, None, Ticks())
    exchange.refuse(faults.UNKNOWN_ROUTE)
    record = exchange.settle(Ending.COMPLETE)
    assert record is not None
    assert (record.tenant, record.request_id, record.backend) == ("retail-search", WHO.request_id, None)


@pytest.mark.parametrize(
    ("ending", "settlement"),
    [
        (Ending.UPSTREAM_LEFT, Settlement.FAILED),
        (Ending.CLIENT_LEFT, Settlement.ABORTED_BY_CLIENT),
        (Ending.SHUTDOWN, Settlement.FAILED),
    ],
)
def test_no_answer_is_told_apart(ending: Ending, settlement: Settlement) -> None:
    exchange, prepared = begun()
    exchange.forward(prepared)
    record = exchange.settle(ending)
    assert record is not None
    assert (record.settlement, record.status, record.usage_detail) == (settlement, None, "no_answer")


def test_an_encoded_stream_is_never_stripped() -> None:
    exchange, prepared = begun()
    exchange.forward(prepared)
    assert exchange.answer(200, [*SSE, ("Content-Encoding", "br")]) is False
    assert exchange.feed(FIRST) == [FIRST]
