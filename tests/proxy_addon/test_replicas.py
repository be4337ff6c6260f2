"""Two real processes on one share: what a killed one left is settled and written by the other."""

from __future__ import annotations

import asyncio
import signal
import uuid
from pathlib import Path

import pytest

from gatewright.metering.record import Settlement, UsageRecord, UsageSource
from tests.proxy_addon.gate import Gate, Start

pytestmark = pytest.mark.e2e


def rows(*gates: Gate) -> dict[str, UsageRecord]:
    """The records of all ledgers by request; a record that stands in two must be the same."""
    found: dict[str, UsageRecord] = {}
    for record in (record for gate in gates for record in gate.records()):
        assert record.request_id is not None
        assert found.setdefault(record.request_id, record) == record
    return found


async def test_a_living_replica_takes_over_what_a_killed_one_left(start: Start, tmp_path: Path) -> None:
    journal = tmp_path / "share"
    flags = ("--journal", str(journal), "--lease-seconds", "1")
    first = start(*flags, "--replica", "a", ledger=tmp_path / "a.jsonl")
    second = start(*flags, "--replica", "b", ledger=tmp_path / "b.jsonl")
    ended = [str(uuid.uuid4()) for _ in range(5)]
    for number, request in enumerate(ended):
        assert (await first.send(request=request, script={"do": "json", "n": number})).status == 200
    cut = [str(uuid.uuid4()) for _ in range(3)]
    hangs = {"do": "stall", "cut": 400}
    streams = [asyncio.create_task(first.send(request=one, stream=True, script=hangs)) for one in cut]
    async with asyncio.timeout(20):
        while b"journal_open_begins 3\n" not in (await first.send("/metrics", b"", method="GET")).body:
            await asyncio.sleep(0.02)
    assert {path.name for path in journal.iterdir()} == {"a", "b"}  # b has not taken what lives
    first.process.send_signal(signal.SIGKILL)
    first.process.wait(10)
    await asyncio.gather(*streams)
    async with asyncio.timeout(30):
        while set(rows(first, second)) != {*ended, *cut} or (journal / "a").exists():
            if (journal / "a").exists():  # traffic goes on meanwhile
                ended.append(str(uuid.uuid4()))
                assert (await second.send(request=ended[-1])).status == 200
            await asyncio.sleep(0.2)
    found = rows(first, second)
    assert {found[one].settlement for one in cut} == {Settlement.CRASHED}
    assert {found[one].usage_source for one in ended} == {UsageSource.REPORTED}
    again = start(*flags, "--replica", "a", ledger=tmp_path / "a.jsonl")
    late = str(uuid.uuid4())
    assert (await again.send(request=late)).status == 200
    assert (await again.record(late)).settlement is Settlement.COMPLETE
    assert (again.stop(), second.stop()) == (0, 0)
    assert len(rows(again, second)) == len(found) + 1
