"""Parquet files: whole or not there, typed, and a batch that is sent again replaces itself."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gatewright.metering.record import Bound, UsageRecord
from gatewright.metering.usage import TokenUsage
from proxy_addon.clock import SystemClock
from proxy_addon.sinks import registry
from proxy_addon.sinks.context import SinkContext
from proxy_addon.sinks.parquet import ParquetFolder, kinds
from proxy_addon.sinks.shipper import Shipper
from proxy_addon.sinks.sink import Delivered, Entry, Pace, Parcel, TryAgain, Unfit, read_entry
from tests.proxy_addon.sinks.bench import Bench

pq = pytest.importorskip("pyarrow.parquet")
CONTEXT = SinkContext(SystemClock(), "replica-1")


def test_records_become_typed_rows_of_their_day(
    bench: Bench, tmp_path: Path, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    late = datetime(2026, 11, 24, 23, 59, 59, 250_000, tzinfo=UTC)
    odd = record(
        1,
        time=late,
        usage=TokenUsage(output_tokens=0, seconds=1.5),
        usage_raw=(("prompt_tokens", 3),),
        usage_bounds=(Bound("input_tokens", 1, None),),
        stream=True,
    )
    bench.folder.records(record(0), odd, record(2))
    (built,) = registry.build([f"parquet:{tmp_path}/out"], CONTEXT)
    assert built.pace.gather_seconds == 300
    ship(bench.shipper(built.sink, built.pace))
    built.sink.close()
    today, yesterday = sorted((tmp_path / "out").iterdir(), reverse=True)
    assert today.name.startswith("usage-2026-11-25-replica-1-")
    assert today.stat().st_mode & 0o777 == 0o600
    table = pq.read_table(today)
    assert table.column_names == list(kinds())
    assert table["record_id"].to_pylist() == ["record-0", "record-2"]
    assert table["input_tokens"].to_pylist() == [100, 102]
    assert str(table.schema.field("time").type) == "timestamp[ms, tz=UTC]"
    (row,) = pq.read_table(yesterday).to_pylist()
    known = {name: value for name, value in row.items() if value is not None}
    assert known["time"] == late
    assert known["output_tokens"] == 0
    assert "input_tokens" not in known
    assert (known["seconds"], known["stream"]) == (1.5, True)
    assert known["usage_raw"] == '{"prompt_tokens":3}'
    assert known["usage_bounds"] == '{"input_tokens":[1,null]}'


def test_a_batch_that_is_sent_again_replaces_its_file(tmp_path: Path, entry: Callable[..., Entry]) -> None:
    sink = ParquetFolder(tmp_path, "r")
    (parcel,) = sink.pack([entry(1), entry(2)])
    assert isinstance(parcel, Parcel)
    assert [sink.send(parcel) for _ in range(2)] == [Delivered()] * 2
    (file,) = tmp_path.iterdir()
    assert pq.read_table(file).num_rows == 2


def test_a_failed_write_leaves_no_half_file_under_its_name(
    bench: Bench,
    tmp_path: Path,
    record: Callable[..., UsageRecord],
    ship: Callable[[Shipper], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = tmp_path / "out"
    target.mkdir()
    bench.folder.records(record(1))
    replace, failures = os.replace, [2]

    def fails(source: Any, to: Any) -> None:
        if str(to).endswith(".parquet") and failures[0]:
            failures[0] -= 1
            assert not Path(to).exists()
            raise OSError(28, os.strerror(28))
        replace(source, to)

    monkeypatch.setattr(os, "replace", fails)
    ship(bench.shipper(ParquetFolder(target, "r"), Pace()))
    (file,) = target.iterdir()
    assert pq.read_table(file)["record_id"].to_pylist() == ["record-1"]
    assert bench.pause.waits == [1, 2]


def test_a_record_with_a_field_of_another_kind_is_unfit(tmp_path: Path, entry: Callable[..., Entry]) -> None:
    odd = read_entry(b'{"version":1,"record_id":"x","usage_source":"missing","settlement":"lost"}')
    parcel, unfit = sorted(ParquetFolder(tmp_path, "r").pack([odd, entry()]), key=lambda p: type(p).__name__)
    assert isinstance(parcel, Parcel)
    assert isinstance(unfit, Unfit)
    assert [e.record_id for e in parcel.entries] == ["record-0"]
    assert unfit.reason.startswith("no usage record: settlement is none of")


def test_a_folder_that_is_gone_is_tried_again(tmp_path: Path, entry: Callable[..., Entry]) -> None:
    sink = ParquetFolder(tmp_path / "gone", "r")
    (parcel,) = sink.pack([entry()])
    assert isinstance(parcel, Parcel)
    assert sink.send(parcel) == TryAgain("the file: No such file or directory")


def test_a_number_beyond_64_bits_is_buried(
    bench: Bench, tmp_path: Path, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    target = tmp_path / "out"
    target.mkdir()
    bench.folder.records(record(1), record(2, usage=TokenUsage(input_tokens=2**70)), record(3))
    ship(bench.shipper(ParquetFolder(target, "r")))
    found = [name for file in target.iterdir() for name in pq.read_table(file)["record_id"].to_pylist()]
    assert sorted(found) == ["record-1", "record-3"]
    assert [letter["reason"] for letter in bench.buried()] == ["a number beyond 64 bits"]
