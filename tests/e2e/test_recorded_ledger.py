"""Recorded Azure traffic through gateway and proxy: the ledger says what the service itself stated."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from gatewright.harness.local import LocalOptions
from gatewright.harness.replay import ReplayOptions, replay
from gatewright.harness.requestmap import read_map
from gatewright.harness.upstreams.recorded import RecordedOptions, RecordedUpstream
from gatewright.metering.record import UsageRecord
from gatewright.recordings import Exchange, read_har
from tests.e2e.conftest import Stack

pytestmark = pytest.mark.e2e

ENTRIES = 88
NAMES = (
    "gpt-4o=chat",
    "gpt-4.1-mini=chat",
    "gpt-5-nano=chat",
    "gpt-5.2_2025-12-11=chat",
    "openllmetry-testing=chat",
    "test-openai=chat",
    "test-openai=embeddings",
    "test-deployment=embeddings",
    "Cohere-embed-v3-english=embeddings",
)


def selected(folder: Path) -> list[tuple[dict[str, Any], Exchange]]:
    """Azure chat and embeddings entries with status 200 and a stated usage."""
    rows = [json.loads(line) for line in (folder / "index.jsonl").read_text("utf-8").splitlines()]
    wanted = defaultdict(list)
    for row in rows:
        if row["provider"] == "azure" and row["api"] in ("chat", "embeddings") and row["truth"]:
            wanted[row["har"]].append(row)
    out: list[tuple[dict[str, Any], Exchange]] = []
    for har, found in wanted.items():
        exchanges = read_har(folder / har)
        out += [(row, exchanges[row["entry"]]) for row in found]
    starts = ("/openai/deployments/", "/openai/v1/")
    return [pair for pair in out if pair[1].status == 200 and urlsplit(pair[1].url).path.startswith(starts)]


def stated(row: dict[str, Any]) -> dict[str, Any]:
    """The service's numbers under the ledger's names; what it did not state is absent."""
    truth = row["truth"]
    names = {
        "input_tokens": "prompt",
        "output_tokens": "completion",
        "total_tokens": "total",
        "cache_read_input_tokens": "cached",
        "reasoning_output_tokens": "reasoning",
        "audio_input_tokens": "audio_in",
        "audio_output_tokens": "audio_out",
    }
    return {ours: truth[theirs] for ours, theirs in names.items() if truth[theirs] is not None}


def counted(record: UsageRecord, names: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(record.usage, name) for name in names}


async def test_ledger_equals_the_index_record_for_record(
    stack: Stack, test_data: Path, tmp_path: Path
) -> None:
    """source: index.jsonl of the shared recordings, field `truth` (the service's own usage)."""
    pairs = selected(test_data / "recordings")
    assert len(pairs) == ENTRIES
    exchanges = tuple(exchange for _, exchange in pairs)
    models = {"chat": "chat", "chat-small": "chat", "embeddings": "embeddings"}
    names = read_map(NAMES, models)
    options = LocalOptions(
        upstream=RecordedOptions(exchanges, names), runs=tmp_path, without=frozenset({"limits", "cache"})
    )
    async with stack(options) as local:
        assert local.models == models
        result = await replay(exchanges, local, ReplayOptions(tenant="support-assistant", names=names))
        upstream = local.upstream
    assert result.skipped == {}
    assert [row.difference for row in result.rows if row.difference] == []
    assert isinstance(upstream, RecordedUpstream)
    assert (upstream.misses, upstream.left, upstream.unusable) == (0, 0, {})
    by_request = {record.request_id: record for record in result.records}
    assert len(by_request) == len(result.records) == ENTRIES
    for (row, _), done in zip(pairs, result.rows, strict=True):
        assert done.outcome is not None
        assert len(done.outcome.attempts) == 1
        record = by_request[done.outcome.request_id]
        assert record.usage_source.value == "reported"
        assert counted(record, stated(row)) == stated(row), row["id"]
