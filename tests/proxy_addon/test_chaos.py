"""A small run of chaos, and what its judge finds; a large run by hand: see `tests.proxy_addon.chaos`."""

from __future__ import annotations

import importlib
import json
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gatewright.metering.record import Settlement, UsageRecord, UsageSource
from gatewright.metering.usage import TokenUsage

COMMAND = [sys.executable, "-m", "tests.proxy_addon.chaos"]
FINDINGS = ("lost", "doubled", "wrong", "unlike", "inexact", "astray")


@pytest.mark.chaos
@pytest.mark.parametrize("flag", ["--reload-seconds=5", "--begin-durable"])
def test_kills_lose_nothing_double_nothing_and_change_nothing(root: Path, flag: str) -> None:
    options = ["--kills", "4", "--exchanges", "150", "--full", "0.5", f"--flag={flag}"]
    done = subprocess.run([*COMMAND, *options], cwd=root, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout.splitlines()[0])
    assert (figures["exchanges"], sum(figures["kills"].values())) == (150, 4)
    assert figures["whole_at_client"] > 0
    assert [figures[name] for name in FINDINGS] == [0] * len(FINDINGS)


Change = Callable[["Case"], None]


class Case:
    """One exchange that went well, its record and its rows, for a test to spoil."""

    def __init__(self, root: Path, folder: Path, kind: str) -> None:
        sys.path.insert(0, str(root))
        try:
            self.judge = importlib.import_module("tests.proxy_addon.chaos.judge")
            self.kinds = importlib.import_module("tests.proxy_addon.chaos.kinds")
            self.life = importlib.import_module("tests.proxy_addon.chaos.run").Life(0)
        finally:
            sys.path.remove(str(root))
        self.folder = folder
        self.exchange = self.kinds.Exchange(kind, 3, random.Random(0), ended=1.0)
        truth = self.exchange.truth
        self.exchange.got = SimpleNamespace(status=truth.status, body=truth.body, whole=truth.whole)
        usage = TokenUsage(input_tokens=103, output_tokens=13)
        self.records = [UsageRecord("r1", None, usage, UsageSource.REPORTED, Settlement.COMPLETE)]
        self.reached = True
        self.row_ids = ["r1"]

    def findings(self) -> list[str]:
        """Kinds of what is found."""
        lines = [replace(record, request_id=self.exchange.request).to_json() for record in self.records]
        (self.folder / "ledger.jsonl").write_text("".join(line + "\n" for line in lines))
        (self.folder / "usage").mkdir()
        (self.folder / "usage" / "usage-1.jsonl").write_text("".join(line + "\n" for line in lines))
        seen = (
            [SimpleNamespace(headers=[("x-local-exchange", self.exchange.request)])] if self.reached else []
        )
        rows: list[dict[str, Any]] = [{"RecordId": name} for name in self.row_ids]
        upstream, receiver = SimpleNamespace(seen=seen), SimpleNamespace(rows=rows)
        report = self.judge.Report()
        self.judge.Judge(self.folder, [self.exchange], [self.life], upstream, receiver, report).judge()
        json.loads(report.to_json().splitlines()[0])
        return [name for name in FINDINGS if getattr(report, name)]


def _record(**changes: Any) -> Change:
    def change(case: Case) -> None:
        case.records = [replace(case.records[0], **changes)]

    return change


def _got(**changes: Any) -> Change:
    def change(case: Case) -> None:
        for name, value in changes.items():
            setattr(case.exchange.got, name, value)

    return change


def _shorter(case: Case) -> None:
    case.exchange.got.body = case.exchange.got.body[:-1]


def _no_record(case: Case) -> None:
    case.records, case.row_ids = [], []


def _two_ids(case: Case) -> None:
    case.records.append(replace(case.records[0], record_id="r2"))
    case.row_ids.append("r2")


def _two_contents(case: Case) -> None:
    case.records.append(replace(case.records[0], status=200))


def _same_twice(case: Case) -> None:
    case.records *= 2
    case.row_ids *= 2


def _no_row(case: Case) -> None:
    case.row_ids = []


def _killed_and_crashed(case: Case) -> None:
    crashed = {"usage": TokenUsage(), "usage_source": UsageSource.MISSING, "settlement": Settlement.CRASHED}
    _record(**crashed)(case)
    case.life.began_to_end = 0.5


def _cut_by_the_kill(case: Case) -> None:
    _killed_and_crashed(case)
    _shorter(case)
    case.exchange.got.whole = False


def _full_killed_and_crashed(case: Case) -> None:
    _killed_and_crashed(case)
    case.life.full = True


@pytest.mark.parametrize(
    ("kind", "spoil", "found"),
    [
        ("chunked", _got(), []),
        ("chunked", _same_twice, []),
        ("chunked", _cut_by_the_kill, []),
        ("chunked", _full_killed_and_crashed, []),
        ("close", _killed_and_crashed, []),
        ("chunked", _no_record, ["lost", "inexact"]),
        ("chunked", _two_ids, ["doubled"]),
        ("chunked", _two_contents, ["doubled"]),
        ("chunked", _record(usage=TokenUsage(input_tokens=103, output_tokens=12)), ["wrong"]),
        ("garbage", _record(), ["wrong"]),
        ("chunked", _killed_and_crashed, ["inexact"]),
        ("json", _killed_and_crashed, ["inexact"]),
        ("chunked", _record(usage_source=UsageSource.ESTIMATED), ["inexact"]),
        ("chunked", _got(body=b"data: other"), ["unlike"]),
        ("chunked", _shorter, ["unlike"]),
        ("chunked", _got(status=502), ["unlike"]),
        ("chunked", _got(status=530), ["unlike"]),
        ("chunked", _got(whole=False), ["unlike"]),
        ("fin", _got(), []),
        ("fin", _got(whole=True), ["unlike"]),
        ("fin", _got(body=b"data: other"), ["unlike"]),
        ("chunked", _no_row, ["astray"]),
    ],
)
def test_the_judge_finds(root: Path, tmp_path: Path, kind: str, spoil: Change, found: list[str]) -> None:
    case = Case(root, tmp_path, kind)
    spoil(case)
    assert case.findings() == found
