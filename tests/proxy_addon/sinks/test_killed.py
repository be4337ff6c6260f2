"""A real process that ships by the real SDK, killed again and again while its receiver fails."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gatewright.metering.record import UsageRecord
from tests.proxy_addon.sinks.bench import Folder
from tests.proxy_addon.sinks.receiver import Receiver, Reply

KILLS = 6
EACH = 60
SHIP = """
import sys, warnings
from dataclasses import replace
from pathlib import Path
from proxy_addon.clock import SystemClock
from proxy_addon.journal.cursor import CursorStore
from proxy_addon.journal.settled import SettledReader, Source
from proxy_addon.sinks import registry
from proxy_addon.sinks.context import SinkContext
from proxy_addon.sinks.shipping import Shipping
from proxy_addon.sinks.sink import Pace

folder, dead, address = sys.argv[1:]
(built,) = registry.build([address], SinkContext(SystemClock(), "replica-1"))
source = Source("replica-1", SettledReader(Path(folder)), CursorStore(Path(folder)), live=True)
built = replace(built, pace=Pace(records=7, gather_seconds=0.01))
shipping = Shipping((built,), lambda: [source], Path(dead), SystemClock())
shipping.start()
sys.stdin.read()
sys.exit(0 if shipping.stop(60) else 1)
"""


@pytest.mark.e2e
def test_a_killed_process_loses_no_record_and_repeats_the_same_rows(
    receiver: Receiver,
    reply: type[Reply],
    folder: Folder,
    tmp_path: Path,
    root: Path,
    record: Callable[..., UsageRecord],
) -> None:
    choose = random.Random(7)
    receiver.poison = {"record-17"}
    faults = [reply(429), reply(503), reply(cut="before"), reply(cut="after")]
    environment = {
        **os.environ,
        "IDENTITY_ENDPOINT": f"{receiver.url}/msi/token",
        "IDENTITY_HEADER": "secret-of-the-endpoint",
    }
    address = f"azure-monitor:{receiver.url}?rule=dcr-{'0123456789abcdef' * 2}"
    command = [sys.executable, "-c", SHIP, str(folder.path), str(tmp_path / "dead"), address]
    log = (tmp_path / "log").open("wb")
    for life in range(KILLS + 1):
        folder.records(*map(record, range(life * EACH, (life + 1) * EACH)))
        receiver.script = [choose.choice(faults)] if life < KILLS else []
        with subprocess.Popen(
            command, cwd=root, env=environment, stdin=subprocess.PIPE, stdout=log, stderr=log
        ) as process:
            if life < KILLS:
                for _ in range(choose.randrange(1, 9)):
                    assert receiver.arrived.acquire(timeout=60)
                process.kill()
            else:
                process.communicate(b"", timeout=120)
                assert process.returncode == 0, (tmp_path / "log").read_text("utf-8")
    log.close()
    everything = {f"record-{number}" for number in range((KILLS + 1) * EACH)}
    letters = (tmp_path / "dead/azure-monitor.dead.jsonl").read_text("utf-8").splitlines()
    assert {json.loads(line)["record"]["record_id"] for line in letters} == {"record-17"}
    assert set(receiver.ids()) == everything - {"record-17"}
    distinct = {json.dumps(row, sort_keys=True) for row in receiver.rows}
    assert len(distinct) == len(everything) - 1
    assert len(receiver.rows) < 2 * len(everything)
