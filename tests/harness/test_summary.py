from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gatewright.harness.outcome import Attempt
from gatewright.harness.summary import read_ledger, summarise
from gatewright.metering.record import UsageRecord, UsageSource
from gatewright.metering.usage import TokenUsage
from tests.harness.outcomes import NOON, SERVED

LIMITED = replace(
    SERVED, status=429, refused_by="llm-token-limit", reason="TokenLimitExceeded", backend=None, attempts=()
)
MOVED = replace(SERVED, backend="gw-b", attempts=(Attempt("gw-a", 429, 1.0), Attempt("gw-b", 200, 2.0)))
CACHED = replace(SERVED, cache="hit", refused_by=None, backend=None, attempts=())
LOST = replace(SERVED, attempts=(Attempt("gw-a", None, 1.0),), refused_by="forward-request", status=500)


def record(backend: str, tokens: int | None) -> UsageRecord:
    source = UsageSource.MISSING if tokens is None else UsageSource.REPORTED
    usage = TokenUsage(input_tokens=tokens, output_tokens=tokens)
    return UsageRecord("r", NOON, usage, source, backend=backend, status=200)


def test_summary_names_limits_backends_failovers_and_hits() -> None:
    found = summarise(
        (SERVED, LIMITED, LIMITED, MOVED, CACHED, LOST),
        (record("gw-a", 5), record("gw-a", None), record("gw-b", 7)),
    )
    assert found.statuses == {200: 3, 429: 2, 500: 1}
    [(kind, count), *others] = [(k, n) for k, n in found.refused.items() if k.refused_by == "llm-token-limit"]
    assert (kind.tenant, kind.model, kind.status, count, others) == ("retail", "chat", 429, 2, [])
    assert dict(found.served["gw-a"].attempts) == {"200": 1, "429": 1, "none": 1}
    assert (found.served["gw-a"].answered, found.served["gw-b"].answered) == (1, 1)
    assert (found.served["gw-a"].input_tokens, found.served["gw-b"].output_tokens) == (5, 7)
    assert (found.failovers, found.cache_hits, found.records, found.unreported) == (1, 1, 3, 1)


def test_text_and_json_say_the_same() -> None:
    found = summarise((SERVED, LIMITED), (record("gw-a", 5),))
    text = "\n".join(found.lines())
    assert "1 x retail for chat: 429 by llm-token-limit (TokenLimitExceeded)" in text
    assert "1 x gw-a: 5 input and 5 output tokens" in text
    assert found.to_json()["statuses"] == {"200": 1, "429": 1}


def test_nothing_sums_to_nothing() -> None:
    found = summarise((), ())
    assert next(found.lines()) == "0 requests: none"


def test_line_still_being_written_is_left_out_and_a_wrong_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    assert read_ledger(path) == ()
    line = record("gw-a", 1).to_json().encode()
    path.write_bytes(line + b"\n" + line[:20])
    assert len(read_ledger(path)) == 1
    path.write_bytes(line + b"\n{}\n")
    with pytest.raises(ValueError, match=r"ledger\.jsonl:2"):
        read_ledger(path)
