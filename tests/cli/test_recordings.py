"""Recordings of both kinds at the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from gatewright.recordings import read_har, redact, write_har
from proxy_addon.flowfiles import read_flows, write_flows
from tests.cli.conftest import Command

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests/fixtures/sample.har"


def usages(text: str) -> list[dict[str, object]]:
    rows = [json.loads(line) for line in text.splitlines()]
    return [{key: row[key] for key in row if key not in ("record_id", "source")} for row in rows]


def test_meter_reads_both_kinds_and_folders_and_the_usage_is_the_same(
    tmp_path: Path, gatewright: Command
) -> None:
    folder = tmp_path / "rec"
    folder.mkdir()
    exchanges = read_har(SAMPLE)
    write_flows(exchanges, folder / "a.flow")
    write_har(exchanges, folder / "b.har")
    (folder / "notes.txt").write_text("no recording")
    (folder / ".b.har.torn").write_text("{")
    har = usages(gatewright("meter", str(SAMPLE), "--format", "jsonl").out)
    assert usages(gatewright("meter", str(folder / "a.flow"), "--format", "jsonl").out) == har
    assert usages(gatewright("meter", str(folder), "--format", "jsonl").out) == har + har


def test_flow_files_that_cannot_be_read_are_told(tmp_path: Path, gatewright: Command) -> None:
    (tmp_path / "bad.flow").write_bytes(b"12:oops")
    result = gatewright("meter", str(tmp_path / "bad.flow"))
    assert (result.status, result.out) == (2, "")
    assert "REC904" in result.err
    assert gatewright("replay", str(tmp_path / "bad.flow")).status == 2
    empty = tmp_path / "empty"
    empty.mkdir()
    result = gatewright("meter", str(empty))
    assert (result.status, "no *.har or *.flow" in result.err) == (2, True)


def test_hashed_prompts_are_told(tmp_path: Path, gatewright: Command) -> None:
    write_har([redact(each, prompt_key=b"k" * 32) for each in read_har(SAMPLE)], tmp_path / "h.har")
    result = gatewright("meter", str(tmp_path / "h.har"), "--format", "jsonl")
    assert "66 exchanges hold hashes" in result.err
    assert usages(result.out) == usages(gatewright("meter", str(SAMPLE), "--format", "jsonl").out)


@pytest.mark.e2e
@pytest.mark.parametrize("prompts", ["keep", "hash"])
def test_what_was_recorded_as_a_flow_file_is_replayed(
    estate: Path, gatewright: Command, prompts: str
) -> None:
    command = [sys.executable, "-m", "gatewright.cli", "record", "--out", "a.flow", "--prompts", prompts]
    with subprocess.Popen(
        [*command, "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            for stream in (True, False):
                answer = httpx.post(
                    f"{ready['gateway']}/openai/v1/chat/completions",
                    headers={"api-key": ready["keys"]["retail-search"]},
                    json={
                        "model": "chat",
                        "stream": stream,
                        "messages": [{"role": "user", "content": "our words"}],
                    },
                    trust_env=False,
                )
                assert answer.status_code == 200
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=30)
        finally:
            process.kill()
    assert "recorded 2 exchanges, left out 0" in err
    exchanges = read_flows(estate / "a.flow")
    assert len(exchanges[0].chunks) > 1
    data = (estate / "a.flow").read_bytes()
    assert (b"our words" in data) == (prompts == "keep")
    assert ready["keys"]["retail-search"].encode() not in data
    result = gatewright(
        "replay", "a.flow", "--upstream", "recorded", "--without", "limits,cache", "--format", "json"
    )
    rows = json.loads(result.out)["rows"]
    assert [(row["tenant"], row["status"], row["difference"]) for row in rows] == [
        ("retail-search", 200, None)
    ] * 2
