"""Dead letters: whole lines with their reason, for the owner alone."""

from __future__ import annotations

import json
from pathlib import Path

from proxy_addon.sinks.dead_letters import DeadLetters
from tests.proxy_addon.sinks.bench import Bench


def test_a_refused_record_stands_with_its_reason(tmp_path: Path, bench: Bench) -> None:
    dead = DeadLetters(tmp_path / "new" / "dead", "azure-monitor", bench.clock)
    dead.add('{"record_id":"é"}'.encode(), "HTTP 400")
    dead.add(b"\xff no json", "no usage record")
    assert dead.path.name == "azure-monitor.dead.jsonl"
    assert dead.path.stat().st_mode & 0o777 == 0o600
    first, second = (json.loads(line) for line in dead.path.read_text("utf-8").splitlines())
    assert first == {
        "time": "2026-11-25T12:00:00.000Z",
        "sink": "azure-monitor",
        "reason": "HTTP 400",
        "record": {"record_id": "é"},
    }
    assert second["line"] == "\ufffd no json"


def test_what_a_full_disk_cut_short_spoils_no_other_line(tmp_path: Path, bench: Bench) -> None:
    dead = DeadLetters(tmp_path, "jsonl", bench.clock)
    dead.path.write_bytes(b'{"time":"2026-')
    dead.add(b'{"a":1}', "HTTP 400")
    torn, whole = dead.path.read_bytes().splitlines()
    assert torn == b'{"time":"2026-'
    assert json.loads(whole)["record"] == {"a": 1}
