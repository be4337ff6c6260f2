"""Compares what upstream and clients saw with the ledger, and the ledger with what the sinks have."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatewright.metering.record import Settlement, UsageRecord, UsageSource
from tests.proxy_addon.chaos.kinds import HEADLESS, Exchange, Truth
from tests.proxy_addon.upstream import Upstream

if TYPE_CHECKING:
    from tests.proxy_addon.chaos.run import Life
    from tests.proxy_addon.sinks.receiver import Receiver

_ID = "x-local-exchange"
FINDINGS = ("lost", "doubled", "wrong", "unlike", "inexact", "astray")


@dataclass
class Report:
    """What was done, and what was found that must not be."""

    exchanges: int = 0
    lives: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    peak_parallel: int = 0
    seconds: float = 0.0
    reached_upstream: int = 0
    records: int = 0
    settlements: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    whole_at_client: int = 0
    undisturbed: int = 0
    refused: int = 0
    raw_duplicates: int = 0
    sink_failures: int = 0
    sink_rows: int = 0
    sink_duplicates: int = 0
    dead_letters: int = 0
    inexact_disk: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    unlike: list[str] = field(default_factory=list)
    inexact: list[str] = field(default_factory=list)
    astray: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing was found that must not be."""
        return not any(getattr(self, name) for name in FINDINGS)

    def to_json(self) -> str:
        """The figures on one line; findings as their number, and below it the first of each kind."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        figures = {name: len(v) if isinstance(v, list) else v for name, v in plain.items()}
        details = [f"\n{name}: {item}" for name in FINDINGS for item in plain[name][:5]]
        return json.dumps(figures) + "".join(details)


@dataclass
class Judge:
    """Everything that is compared at the end of a run."""

    folder: Path
    exchanges: Sequence[Exchange]
    lives: Sequence[Life]
    upstream: Upstream
    receiver: Receiver
    report: Report

    def judge(self) -> None:
        """Fills in the report."""
        report = self.report
        lines = (self.folder / "ledger.jsonl").read_text().splitlines()
        texts = self._distinct("ledger", ((UsageRecord.read(line).record_id, line) for line in lines))
        report.records, report.raw_duplicates = len(texts), len(lines) - len(texts)
        by_request: dict[str | None, list[UsageRecord]] = defaultdict(list)
        for text in texts.values():
            record = UsageRecord.read(text)
            by_request[record.request_id].append(record)
            report.settlements[record.settlement.value] += 1
            report.sources[record.usage_source.value] += 1
        reached = {value for seen in self.upstream.seen for name, value in seen.headers if name == _ID}
        report.reached_upstream = len(reached)
        for exchange in self.exchanges:
            records = by_request[exchange.request]
            self._records(exchange, records, exchange.request in reached)
            self._view(exchange, exchange.request in reached)
        self._sinks(set(texts))

    def _distinct(self, where: str, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
        """One text for each id; another one of the same id is a finding."""
        texts: dict[str, str] = {}
        for key, text in pairs:
            if texts.setdefault(key, text) != text:
                self.report.doubled.append(f"{where}: {texts[key]} | {text}")
        return texts

    def _records(self, exchange: Exchange, records: list[UsageRecord], reached: bool) -> None:
        report, truth = self.report, exchange.truth
        name = _name(exchange, records)
        if reached and not records:
            report.lost.append(name)
        if len(records) > 1:
            report.doubled.append(name)
        reported = [record for record in records if record.usage_source is UsageSource.REPORTED]
        if any(not _right(truth, record) for record in reported):
            report.wrong.append(name)
        has_all = exchange.got.status == truth.status and exchange.got.whole and truth.framed
        report.whole_at_client += has_all
        if has_all and truth.usage is not None and not reported:
            waited = self.lives[exchange.life].full and all(
                r.settlement is Settlement.CRASHED for r in records
            )
            if waited and records:
                report.inexact_disk += 1
            else:
                report.inexact.append(name)

    def _view(self, exchange: Exchange, reached: bool) -> None:
        got, truth = exchange.got, exchange.truth
        life = self.lives[exchange.life]
        ended_before = life.began_to_end is None or exchange.ended < life.began_to_end
        stays = exchange.kind not in ("leave", "reset")
        self.report.refused += got.status == 530
        if got.status == 530:
            alike = not reached and (life.full or not ended_before)
        elif ended_before and stays and truth.whole and not (life.full and got.status == 0):
            self.report.undisturbed += 1
            alike = _same(exchange, truth)
        else:
            alike = got.status == 0 or _part(exchange, truth)
        if not alike:
            self.report.unlike.append(_name(exchange, []))

    def _sinks(self, ledger: set[str]) -> None:
        report, rows = self.report, self.receiver.rows
        texts = self._distinct(
            "azure-monitor", ((r["RecordId"], json.dumps(r, sort_keys=True)) for r in rows)
        )
        report.sink_rows, report.sink_duplicates = len(texts), len(rows) - len(texts)
        report.sink_failures = getattr(self.receiver, "failures", 0)
        files = (self.folder / "usage").glob("usage-*.jsonl")
        lines = [line for file in files for line in file.read_text("utf-8").splitlines()]
        shipped = self._distinct("jsonl", ((json.loads(line)["record_id"], line) for line in lines))
        for name, ids in (("azure-monitor", set(texts)), ("jsonl", set(shipped))):
            report.astray += [f"{name} {key}" for key in sorted(ids ^ ledger)]


def _right(truth: Truth, record: UsageRecord) -> bool:
    return truth.usage == (record.usage.input_tokens, record.usage.output_tokens)


def _same(exchange: Exchange, truth: Truth) -> bool:
    """Whether the client has the whole truth; where there is no valid head, an answer of the proxy's own."""
    got = exchange.got
    if exchange.kind in HEADLESS:
        return got.status == 502 and got.whole and got.error["code"] == "upstream-failed"
    return (got.status, got.body, got.whole) == (truth.status, truth.body, True)


def _part(exchange: Exchange, truth: Truth) -> bool:
    """Whether the client has nothing but truth, and calls nothing whole that is not."""
    got = exchange.got
    if exchange.kind in HEADLESS or truth.body is None:
        return got.status == 502
    if got.status == 502 and not truth.whole:
        return got.error["code"] == "upstream-failed"  # it was cut before its head had come
    called_whole = got.whole and truth.framed
    return (
        got.status == truth.status
        and truth.body.startswith(got.body)
        and (not called_whole or (truth.whole and got.body == truth.body))
    )


def _name(exchange: Exchange, records: list[UsageRecord]) -> str:
    got: Any = (exchange.got.status, exchange.got.whole, len(exchange.got.body), exchange.got.body[-60:])
    known = [
        (r.settlement.value, r.usage_source.value, r.usage_detail, r.usage.output_tokens) for r in records
    ]
    return (
        f"{exchange.kind} {exchange.number} life {exchange.life} {exchange.request} got {got} records {known}"
    )
