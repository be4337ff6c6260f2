"""Fixtures of the sinks: journal folders, a shipper without time, a server with the ingestion API's rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from gatewright.metering.record import UsageRecord
from proxy_addon.sinks.shipper import Shipper
from proxy_addon.sinks.sink import Entry
from tests.proxy_addon.sinks.bench import Bench, Folder, drain, make_entry, make_record
from tests.proxy_addon.sinks.receiver import Receiver, Reply


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "replica-1")


@pytest.fixture
def bench(tmp_path: Path, folder: Folder) -> Bench:
    return Bench(tmp_path, folder)


@pytest.fixture
def record() -> Callable[..., UsageRecord]:
    return make_record


@pytest.fixture
def entry() -> Callable[..., Entry]:
    return make_entry


@pytest.fixture
def new_bench() -> Callable[[Path], Bench]:
    return lambda path: Bench(path, Folder(path / "replica-1"))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    from proxy_addon.sinks import columns

    found = Receiver({column.name: column.type for column in columns.load().columns})
    yield found
    found.close()


@pytest.fixture
def reply() -> type[Reply]:
    return Reply


@pytest.fixture
def ship() -> Callable[[Shipper], None]:
    return drain


@pytest.fixture
def numbers() -> Callable[[Sequence[str]], list[int]]:
    return lambda ids: [int(text.rpartition("-")[2]) for text in ids]
