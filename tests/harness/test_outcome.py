from __future__ import annotations

import json
from datetime import UTC, datetime

from gatewright.harness.outcome import Attempt, Outcome, TokenMetric


def test_an_outcome_is_json_with_utc_milliseconds_and_dimensions_as_an_object() -> None:
    outcome = Outcome(
        exchange_id="e",
        request_id="r",
        time=datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
        tenant="retail",
        subscription=None,
        product=None,
        api="openai",
        operation=None,
        model="chat",
        stream=False,
        status=200,
        refused_by=None,
        reason=None,
        message=None,
        backend="one",
        attempts=(Attempt("one", 200, 1.5),),
        cache=None,
        metrics=(TokenMetric("n", "Total Tokens", 3, (("Tenant", "retail"),)),),
        duration_ms=2.5,
    )
    value = json.loads(json.dumps(outcome.to_json()))
    assert value["time"] == "2026-01-02T03:04:05.678Z"
    assert value["attempts"] == [{"backend": "one", "status": 200, "duration_ms": 1.5}]
    assert value["metrics"][0]["dimensions"] == {"Tenant": "retail"}
    assert not value["aborted"]
