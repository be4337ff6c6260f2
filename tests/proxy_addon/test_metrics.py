"""The numbers of `/metrics`: what happened once counts once."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from gatewright.metering.record import Settlement, UsageRecord, UsageSource
from gatewright.metering.usage import TokenUsage
from proxy_addon import faults, report
from proxy_addon.journal.journal import Bounds
from proxy_addon.journal.replica import Replica
from proxy_addon.metrics import Metrics, number


class Proxy:
    """What is counted elsewhere."""

    open_count = 2

    def __init__(self, **counts: int) -> None:
        self.counts = Counter({name.replace("_", "-"): count for name, count in counts.items()})


def test_records_count_by_settlement_source_and_tokens() -> None:
    metrics = Metrics()
    usage = TokenUsage(input_tokens=10, output_tokens=3)
    metrics.observe(UsageRecord("r1", None, usage, UsageSource.REPORTED, Settlement.COMPLETE, status=200))
    metrics.observe(UsageRecord("r2", None, TokenUsage(), UsageSource.MISSING, Settlement.FAILED))
    metrics.refuse(faults.HEAD_TOO_LARGE)
    metrics.more.append(lambda: iter([number("a_total", "counter", 'a "word"', 1.5)]))
    lines = metrics.render(Proxy(complete=1, no_proof=2)).splitlines()
    assert 'gatewright_proxy_exchanges_total{settlement="complete",status="200"} 1' in lines
    assert 'gatewright_proxy_exchanges_total{settlement="failed",status="none"} 1' in lines
    assert 'gatewright_proxy_tokens_total{usage_source="reported",type="output"} 3' in lines
    assert 'gatewright_proxy_refusals_total{fault="no-proof"} 2' in lines
    assert 'gatewright_proxy_refusals_total{fault="head-too-large"} 1' in lines
    assert 'gatewright_proxy_refusals_total{fault="complete"} 1' not in lines
    assert lines[-2:] == ["# TYPE gatewright_proxy_a_total counter", "gatewright_proxy_a_total 1.5"]


def test_an_attempt_that_is_neither_begun_nor_ended_in_the_journal_is_lost_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replica = Replica(tmp_path / "a", bounds=Bounds(waiting=1), serving=True)

    def fail(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", fail)
        for name in ("r1", "r2", "r3"):
            assert replica.journal.begin(name, "{}")
            replica.journal.end(name, "{}")
        found = {family.name: family.samples for family in report._journal(replica)}
    assert [sample.value for sample in found["journal_lost_total"]] == [2]
    assert [sample.value for sample in found["journal_unbegun_total"]] == [3]
    assert [sample.value for sample in found["journal_waiting_records"]] == [1]
    replica.journal.close()
    replica.close()
