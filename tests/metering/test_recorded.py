"""All recordings: the services' own usage, whatever way a body is cut."""

from __future__ import annotations

import importlib.util
import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gatewright.metering.record import Settlement, UsageSource
from gatewright.metering.recorded import meter
from gatewright.recordings import Exchange, Source
from tests.metering.cutting import cut, recorded


def judge_of(folder: Path) -> Callable[[Any, Any], str]:
    """The judgement of the recordings' own scoring script."""
    spec = importlib.util.spec_from_file_location("score", folder / "recordings" / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    judge: Callable[[Any, Any], str] = module.judge
    return judge


def test_every_record_is_what_the_service_reported(test_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    judge = judge_of(test_data)
    records = {
        (Path(record.source.file).name, record.source.entry): json.loads(record.to_json())
        for record in map(meter, recorded(test_data))
        if record.source
    }
    doubtful = ("ae74c258c9", "6ca4bce1b0")  # bodies pasted in by hand, see the recordings' README
    faults = {}
    lines = [
        json.loads(line)
        for line in (test_data / "recordings" / "index.jsonl").read_text("utf-8").splitlines()
    ]
    for line in lines:
        fault = judge(line, records.get((Path(line["har"]).name, line["entry"])))
        if fault and line["id"][:10] not in doubtful:
            faults[line["id"][:10]] = fault
    assert faults == {}
    assert len(lines) > 1000


def test_the_same_usage_comes_out_of_any_cutting(test_data: Path) -> None:
    chance = random.Random(3)
    for exchange in recorded(test_data):
        whole = meter(exchange)
        body = exchange.response_body
        for count in (1, 9):
            places = [chance.randrange(len(body) + 1) for _ in range(count)]
            chunks = tuple((0.0, part) for part in cut(body, places) if part)
            again = replace(meter(replace(exchange, chunks=chunks)), time_to_first_token_ms=None)
            assert again == whole, exchange.source


def test_a_short_recording_cut_into_single_bytes_gives_the_same(test_data: Path) -> None:
    streams = [
        e for e in recorded(test_data) if e.response_body[:5] == b"data:" and len(e.response_body) < 6000
    ]
    assert len(streams) > 30
    for exchange in streams:
        chunks = tuple((0.0, bytes([byte])) for byte in exchange.response_body)
        again = replace(meter(replace(exchange, chunks=chunks)), time_to_first_token_ms=None)
        assert again == meter(exchange)


def test_a_stream_that_is_cut_off_never_claims_to_be_complete(test_data: Path) -> None:
    checked = 0
    for exchange in recorded(test_data):
        body = exchange.response_body
        if not body.startswith(b"data:") or b"[DONE]" not in body or exchange.status != 200:
            continue
        early = body[: body.index(b"\n\n") + 2] if b"\n\n" in body else b""
        if not early or b'"finish_reason":"' in early or b"[DONE]" in early or b"text_completion" in early:
            continue
        record = meter(replace(exchange, response_body=early))
        assert record.settlement is Settlement.ABORTED_BY_UPSTREAM, exchange.source
        checked += 1
    assert checked > 100


def test_ids_depend_on_name_and_position_alone() -> None:
    exchange = Exchange(
        "POST", "https://api.openai.com/v1/embeddings", status=200, source=Source("/a/x.har", 1)
    )
    same = replace(exchange, source=Source("/b/x.har", 1))
    other = replace(exchange, source=Source("/b/x.har", 2))
    assert meter(exchange).record_id == meter(same).record_id != meter(other).record_id


def test_an_exchange_without_answer_leaves_a_row() -> None:
    record = meter(Exchange("POST", "https://api.openai.com/v1/embeddings"))
    assert (record.settlement, record.usage_source) == (Settlement.FAILED, UsageSource.MISSING)
    assert record.source is None
