"""Each command does what its documentation says, and its JSON is what machines were promised."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from gatewright.cli import demo
from tests.cli.conftest import Command

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
RECORDING = str(FIXTURES / "sample.har")
LEDGER = str(FIXTURES / "sample-ledger.jsonl")


def test_check_of_the_example_estate_finds_nothing(estate: Path, gatewright: Command) -> None:
    for environment in ("dev", "prod"):
        result = gatewright("check", "--env", environment)
        assert (result.status, result.out) == (0, "")
        assert result.err.startswith(f"{environment}: 3 tenants, 3 models, 3 endpoints")


def test_check_as_json_is_an_array(estate: Path, gatewright: Command) -> None:
    assert json.loads(gatewright("check", "--format", "json").out) == []


def test_generate_writes_once(estate: Path, gatewright: Command) -> None:
    (estate / "infra").mkdir()
    assert gatewright("generate").err.startswith("build/dev: 11 written, 0 unchanged")
    assert gatewright("generate").err.startswith("build/dev: 0 written, 11 unchanged")
    written = (estate / "build/dev/main.parameters.json").read_bytes()
    assert (estate / "infra/main.parameters.json").read_bytes() == written


def test_generate_writes_nothing_of_a_faulty_configuration(estate: Path, gatewright: Command) -> None:
    (estate / "config/tenants/retail-search.yaml").write_text("tenant: retail-search\n")
    result = gatewright("generate")
    assert result.status == 1
    assert not (estate / "build").exists()


def test_removed_tenant_leaves_no_policy_behind(estate: Path, gatewright: Command) -> None:
    gatewright("generate")
    (estate / "config/tenants/data-platform.yaml").unlink()
    environment = estate / "config/environments/dev.yaml"
    environment.write_text(environment.read_text().partition("tenants:")[0])
    assert "1 removed" in gatewright("generate").err
    assert not (estate / "build/dev/policies/products/gw-data-platform.xml").exists()


def test_explain_names_the_line_that_a_setting_comes_from(estate: Path, gatewright: Command) -> None:
    rows = {
        row["setting"]: row
        for row in json.loads(gatewright("explain", "data-platform", "--format", "json").out)
    }
    rate = rows["models.chat-small.tokensPerMinute"]
    assert (rate["value"], rate["file"], rate["line"]) == ("2k", "config/environments/dev.yaml", 11)
    assert rows["plan"]["file"] == "config/tenants/data-platform.yaml"
    assert gatewright("explain", "data-plattform").status == 2


def test_meter_gives_one_record_an_exchange(gatewright: Command) -> None:
    result = gatewright("meter", RECORDING, "--format", "jsonl")
    records = [json.loads(line) for line in result.out.splitlines()]
    assert [record["source"]["entry"] for record in records] == list(range(66))
    assert {record["source"]["file"] for record in records} == {RECORDING}


def test_report_as_json_and_csv(gatewright: Command, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    document = json.loads(gatewright("report", LEDGER, "--format", "json").out)
    assert document["currency"] == "USD"
    assert document["total"]["attempts"] == sum(row["attempts"] for row in document["rows"])
    rows = list(csv.DictReader(io.StringIO(gatewright("report", LEDGER, "--format", "csv").out)))
    assert [row["tenant"] for row in rows] == [row["tenant"] for row in document["rows"]]


def test_report_of_a_backend_that_left_the_configuration_is_unpriced(
    estate: Path, gatewright: Command
) -> None:
    text = Path(LEDGER).read_text("utf-8").replace("gw-france-embed-small", "gw-gone")
    (estate / "ledger.jsonl").write_text(text, "utf-8")
    result = gatewright("report", "ledger.jsonl")
    assert result.status == 0
    assert "unpriced" in result.out
    assert "CHB713 warning: " in result.err


def test_eval_prints_type_value_and_text(gatewright: Command) -> None:
    result = gatewright("eval", "@(10 / 4)")
    assert json.loads(result.out) == {"ok": True, "type": "int", "value": 2, "text": "2"}
    assert gatewright("eval", "@(1 + )").status == 1


def test_schema_of_a_tenant_is_json_schema(gatewright: Command) -> None:
    assert json.loads(gatewright("schema", "tenant").out)["$schema"].startswith("https://json-schema.org/")


def test_lint_as_json_has_the_documented_keys(estate: Path, gatewright: Command) -> None:
    (estate / "p.xml").write_text("<policies><inbound><bass /></inbound></policies>")
    rows = json.loads(gatewright("lint", "p.xml", "--format", "json").out)
    keys = ["file", "line", "column", "code", "name", "severity", "message", "hint"]
    assert all(list(row) == keys for row in rows)
    assert [row["column"] for row in rows if row["severity"] == "error"] == [21]


@pytest.mark.e2e
def test_demo_shows_the_whole_idea(
    estate: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(FIXTURES, estate / "tests/fixtures")
    assert demo.main() == 0
    text = capsys.readouterr().out
    for words in (
        "11 files rendered",
        "recorded from the simulator",
        "[gw-sweden-gpt-41-ptu 429 > gw-westeurope-gpt-4-1-standard 200]",
        "11 x data-platform for chat-small: 429 by llm-token-limit",
        "1 x retail-search for embeddings: 403 by return-response (model_not_allowed)",
        "failovers: 1, cache hits: 2",
        "support-assistant  chat",
        "cost_usd",
    ):
        assert words in text, words


@pytest.mark.e2e
def test_replay_of_the_recording_by_itself_has_no_difference(estate: Path, gatewright: Command) -> None:
    result = gatewright(
        "replay", RECORDING, "--upstream", "recorded", "--without", "limits,cache", "--format", "json"
    )
    document = json.loads(result.out)
    served = [row for row in document["rows"] if row["status"] == 200]
    assert len(served) >= 50
    assert [row["difference"] for row in served if row["difference"]] == []


@pytest.mark.e2e
def test_serve_tells_one_line_and_ends_on_sigterm(estate: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "gatewright.cli", "serve", "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(FIXTURES.parent.parent)},
    )
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert sorted(ready) == ["gateway", "keys", "ledger", "models", "proxy", "upstream"]
        answer = httpx.post(
            f"{ready['gateway']}/openai/v1/embeddings",
            headers={"api-key": ready["keys"]["data-platform"]},
            json={"model": "embeddings", "input": "one"},
            trust_env=False,
        )
        assert answer.status_code == 200
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, out) == (0, "")
    assert "Traceback" not in err
    [line] = Path(ready["ledger"]).read_text("utf-8").splitlines()
    record = json.loads(line)
    assert (record["tenant"], record["usage_source"]) == ("data-platform", "reported")
