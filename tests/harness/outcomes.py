"""An outcome that tests start from."""

from __future__ import annotations

from datetime import UTC, datetime

from gatewright.harness.outcome import Attempt, Outcome

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
SERVED = Outcome(
    exchange_id="x1",
    request_id="r1",
    time=NOON,
    tenant="retail",
    subscription="gw-retail",
    product="gw-retail",
    api="gw-openai",
    operation="chat-completions",
    model="chat",
    stream=False,
    status=200,
    refused_by=None,
    reason=None,
    message=None,
    backend="gw-a",
    attempts=(Attempt("gw-a", 200, 5.0),),
    cache=None,
    metrics=(),
    duration_ms=6.0,
)
