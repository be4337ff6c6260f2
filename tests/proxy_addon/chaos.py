"""Chaos, by one command: `python -m tests.proxy_addon.chaos --kills 200 --exchanges 10000`.

The real process between a scripted upstream and raw clients: upstreams that break off, reset, answer
nonsense; clients that leave or read slowly; a disk that is full for moments; `kill -9` at random points and a
restart on the same journal, now under the same name, now under another one that has to adopt what was left.

Then the ledger is compared with what upstream and clients saw:

* lost: requests that reached the upstream, or were answered from it, and have no record
* duplicates: record ids that stand in the ledger more than once (`raw`), or with different contents (`left`)
* wrong: reported usage that is not what the upstream said
* unlike: bytes that a client got and would not have got from the upstream itself
* inexact: answers that a client got whole and that the ledger does not have as reported
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import resource
import sys
import tempfile
import time
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gatewright.metering.record import Settlement, UsageRecord, UsageSource
from tests.proxy_addon.conftest import BACKEND, Gate, Got, Upstream, closed, document, embeddings, launch, sse

STREAMS = ("chunked", "length", "close")
KINDS = (*STREAMS, "chunked", "chunked", "json", "embeddings", "429", "500", "rst", "fin", "left", "reset")
KINDS = (*KINDS, "slow", "garbage", "bad-status", "bad-chunk", "close-at-once", "gzip")


class Malformed(Upstream):
    """An upstream that can also answer what is no HTTP."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.CancelledError):  # what still hangs when the run is over
            await super()._serve(reader, writer)

    async def _answer(self, script: dict[str, Any], seen: Any, writer: asyncio.StreamWriter) -> bool:  # noqa: ANN401
        do = script.get("do")
        if do == "bad-status":
            writer.write(b"HTTP/1.1 what OK\r\n\r\n")
        elif do == "bad-chunk":
            head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
            writer.write(head + b"5\r\ndata:\r\nxyz\r\nnot a chunk")
        else:
            return await super()._answer(script, seen, writer)
        await writer.drain()
        return False


@dataclass
class Exchange:
    """One exchange: what is asked of the upstream, and what the client got."""

    kind: str
    number: int
    request: str = field(default_factory=lambda: str(uuid.uuid4()))
    got: Got = field(default_factory=Got)

    @property
    def whole(self) -> bytes | None:
        """The body that a client of the upstream itself would have got, None where that is not compared."""
        if self.kind == "json":
            return document(self.number)
        if self.kind == "embeddings":
            return embeddings(self.number)
        if self.kind in (*STREAMS, "rst", "fin", "left", "reset", "slow"):
            return sse(self.number, usage=False)
        return None

    @property
    def complete(self) -> bool:
        """Whether the client has the whole answer; of an unframed one it cannot know."""
        return self.got.status == 200 and self.got.whole and self.got.body == self.whole

    def script(self, dice: random.Random) -> dict[str, Any]:
        """What the upstream does."""
        size = len(sse(self.number, usage=False))
        step, pause = dice.choice([1, 7, 31, 400, 4000]), dice.choice([0, 0, 0, 0.001, 0.01])
        script: dict[str, Any] = {"do": self.kind, "n": self.number, "step": max(step, 20) if pause else step}
        script["pause"] = pause
        if self.kind in ("rst", "fin"):
            script["cut"] = dice.randrange(size)
        if self.kind in ("left", "reset"):
            script |= {"do": "stall", "cut": dice.randrange(300, size)}
        if self.kind == "slow":
            script["do"] = "chunked"
        if self.kind == "garbage":
            script |= {
                "do": "chunked",
                "body": 'data: {"usage":{"prompt_tokens":}\n\ndata: \x01\n: \n\n{}' * 20,
            }
        return script


@dataclass
class Report:
    """What was found."""

    exchanges: int = 0
    kills: int = 0
    seconds: float = 0.0
    records: int = 0
    crashed: int = 0
    complete: int = 0
    cut_by_kill: int = 0
    raw_duplicates: int = 0
    lost: list[str] = field(default_factory=list)
    left_duplicates: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    unlike: list[str] = field(default_factory=list)
    inexact: list[str] = field(default_factory=list)
    inexact_unframed: int = 0

    @property
    def good(self) -> bool:
        """Whether nothing was found that must not be."""
        return not (self.lost or self.left_duplicates or self.wrong or self.unlike or self.inexact)

    def to_json(self) -> str:
        """The figures, and the first exchanges at fault."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return json.dumps({k: len(v) if isinstance(v, list) else v for k, v in plain.items()}) + "".join(
            f"\n{name}: {item}" for name, v in plain.items() if isinstance(v, list) for item in v[:5]
        )


class Chaos:
    """One run."""

    def __init__(self, folder: Path, options: argparse.Namespace) -> None:
        self.folder = folder
        self.options = options
        self.dice = random.Random(options.seed)
        self.upstream = Malformed()
        self.up = asyncio.Event()
        self.gate: Gate | None = None
        self.lives = 0
        self.finished = 0
        self.room = asyncio.Semaphore(options.parallel)
        self.done: list[Exchange] = []
        self.kills = 0

    async def run(self) -> Report:
        """All lives of the process, the last of which ends in peace."""
        began = time.monotonic()
        for quota in self._quotas():
            await self._life(quota, killed=self.kills < self.options.kills)
        await self._settle()
        report = self._judge()
        report.seconds = round(time.monotonic() - began, 1)
        self.upstream.close()
        return report

    def _quotas(self) -> list[int]:
        """How many exchanges each life gets: most few, some many."""
        weights = [self.dice.paretovariate(1.2) for _ in range(self.options.kills + 1)]
        scale = self.options.exchanges / sum(weights)
        quotas = [max(1, int(weight * scale)) for weight in weights]
        quotas[-1] += max(0, self.options.exchanges - sum(quotas))
        return quotas

    async def _start(self) -> Gate:
        self.lives += 1
        if self.lives == 1 or self.dice.random() < 0.3:
            self.replica = f"replica-{self.lives}"
        flags = ["--journal", str(self.folder / "journal"), "--replica", self.replica, "--lease-seconds", "1"]
        flags += ["--journal-limit", self.options.journal_limit, *self.options.flag]
        endpoint = f"http://127.0.0.1:{self.upstream.port}"
        loop = asyncio.get_running_loop()
        self.gate = await loop.run_in_executor(None, lambda: launch(self.folder, endpoint, *flags))
        return self.gate

    async def _life(self, quota: int, *, killed: bool) -> None:
        gate = await self._start()
        tasks = [asyncio.create_task(self._one(gate, len(self.done) + at)) for at in range(quota)]
        if self.dice.random() < self.options.full:
            await self._fill_disk(gate)
        if killed:
            await self._kill(gate, tasks)
        self.done += await asyncio.gather(*tasks)

    async def _kill(self, gate: Gate, tasks: list[asyncio.Task[Exchange]]) -> None:
        """Kills once a random part of this life's exchanges has ended."""
        share = self.dice.randrange(len(tasks) + 1)
        while sum(task.done() for task in tasks) < share:
            await asyncio.sleep(0.002)
        await asyncio.sleep(self.dice.random() * 0.03)
        gate.process.kill()
        gate.process.wait(10)
        self.kills += 1

    async def _fill_disk(self, gate: Gate) -> None:
        """For a moment no file can grow, as on a full disk."""
        largest = max((f.stat().st_size for f in self.folder.rglob("*.seg")), default=0)
        limit = largest + self.dice.randrange(2000)
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(gate.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            await asyncio.sleep(self.dice.random() * 0.3)
            unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            resource.prlimit(gate.process.pid, resource.RLIMIT_FSIZE, unlimited)

    async def _one(self, gate: Gate, number: int) -> Exchange:
        exchange = Exchange(self.dice.choice(KINDS), number)
        script = exchange.script(self.dice)
        target = body = None
        if exchange.kind == "embeddings":
            target, body = "/b/gw-embed/-/openai/deployments/embeddings/embeddings", b"{}"
        changes: dict[str, Any] = {"request": exchange.request, "script": script}
        changes["model"] = "embeddings" if exchange.kind == "embeddings" else "chat"
        changes["stream"] = exchange.kind not in ("json", "gzip")
        if exchange.kind in ("left", "reset"):
            changes |= {"stop_at": self.dice.randrange(200), "reset": exchange.kind == "reset"}
        async with self.room:
            with contextlib.suppress(OSError, TimeoutError):
                if exchange.kind == "slow":
                    exchange.got = await _slowly(gate, exchange, script)
                else:
                    exchange.got = await gate.send(target, body, **changes)
        return exchange

    async def _settle(self) -> None:
        """A last life adopts and ships what is left, and ends in peace."""
        assert self.gate is not None
        if self.gate.process.poll() is not None:
            await self._start()
        end = time.monotonic() + 60
        while time.monotonic() < end:
            got = await self.gate.send("/metrics", b"", method="GET", headers=[("accept", "*/*")])
            alone = len([path for path in (self.folder / "journal").iterdir() if path.is_dir()]) == 1
            if (
                alone
                and b"journal_sources 1\n" in got.body
                and b'sink_lag_bytes{sink="ledger"} 0\n' in got.body
            ):
                break
            await asyncio.sleep(0.2)
        code = self.gate.stop()
        assert code == 0, (code, self.gate.log.read_text()[-2000:])

    def _judge(self) -> Report:
        report = Report(exchanges=len(self.done), kills=self.kills)
        by_request: dict[str, dict[str, UsageRecord]] = defaultdict(dict)
        counts: Counter[str] = Counter()
        texts: dict[str, str] = {}
        for line in (self.folder / "ledger.jsonl").read_text().splitlines():
            record = UsageRecord.read(line)
            counts[record.record_id] += 1
            if texts.setdefault(record.record_id, line) != line:
                report.left_duplicates.append(line)
            assert record.request_id is not None
            by_request[record.request_id][record.record_id] = record
        report.records = len(counts)
        report.raw_duplicates = sum(count - 1 for count in counts.values())
        reached = {value for seen in self.upstream.seen for name, value in seen.headers if name == _ID}
        for exchange in self.done:
            self._compare(exchange, list(by_request[exchange.request].values()), reached, report)
        return report

    def _compare(
        self, exchange: Exchange, records: list[UsageRecord], reached: set[str], report: Report
    ) -> None:
        name = f"{exchange.kind} {exchange.number} {exchange.request} {records}"
        answered = exchange.got.status not in (0, 530)
        if (exchange.request in reached or answered) and not records:
            report.lost.append(name)
        if len(records) > 1:
            report.left_duplicates.append(name)
        whole = exchange.whole
        if exchange.got.status == 200 and whole is not None and not whole.startswith(exchange.got.body):
            report.unlike.append(name)
        framed = exchange.kind != "close"
        if (
            exchange.got.whole
            and framed
            and exchange.got.status == 200
            and whole not in (None, exchange.got.body)
        ):
            report.unlike.append(name)
        report.complete += exchange.complete
        report.cut_by_kill += not exchange.got.whole and any(r.settlement is _CRASHED for r in records)
        for record in records:
            report.crashed += record.settlement is _CRASHED
            if record.usage_source is UsageSource.REPORTED and not _right(exchange, record):
                report.wrong.append(name)
        exact = any(record.usage_source is UsageSource.REPORTED for record in records)
        if exchange.complete and not exact:
            # Of a body with a stated length, or unframed, the client has the last byte before the proxy
            # knows that it was the last; a kill in between leaves a crashed record.
            if "chunked" in exchange.got.headers.get("transfer-encoding", "") or not records:
                report.inexact.append(name)
            else:
                report.inexact_unframed += 1


_ID = "x-local-exchange"
_CRASHED = Settlement.CRASHED


def _right(exchange: Exchange, record: UsageRecord) -> bool:
    number, usage = exchange.number, record.usage
    if exchange.kind == "embeddings":
        return usage.input_tokens == number
    return (usage.input_tokens, usage.output_tokens) == (100 + number, 10 + number)


async def _slowly(gate: Gate, exchange: Exchange, script: dict[str, Any]) -> Got:
    """Takes a few bytes at a time."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gate.port, limit=256)
    lines = [f"{name}: {value}" for name, value in gate.head(exchange.request, script=script)]
    body = b'{"stream":true}'
    path = f"/b/{BACKEND}/-/openai/deployments/chat/chat/completions"
    head = "\r\n".join([f"POST {path} HTTP/1.1", "host: p", *lines, f"content-length: {len(body)}", "", ""])
    raw, got = b"", Got()
    try:
        writer.write(head.encode() + body)
        while not raw.endswith(b"0\r\n\r\n"):
            data = await asyncio.wait_for(reader.read(97), 20)
            if not data:
                break
            raw += data
            await asyncio.sleep(0.001)
    except OSError:
        pass
    finally:
        with contextlib.suppress(OSError):
            await closed(writer)
    head_bytes, _, rest = raw.partition(b"\r\n\r\n")
    if not head_bytes:
        return got
    got.status = int(head_bytes.split(b" ")[1])
    fields = (line.partition(":") for line in head_bytes.decode().split("\r\n")[1:])
    got.headers = {name.lower(): value.strip() for name, _, value in fields}
    if got.status != 200:
        got.body, got.whole = rest, False
        return got
    got.body, got.whole = _unchunk(rest)
    return got


def _unchunk(data: bytes) -> tuple[bytes, bool]:
    body = b""
    while True:
        size, line, rest = data.partition(b"\r\n")
        if not line:
            return body, False
        length = int(size, 16)
        if length == 0:
            return body, rest == b"\r\n"
        body += rest[:length]
        if len(rest) < length + 2:
            return body, False
        data = rest[length + 2 :]


def main(arguments: list[str] | None = None) -> int:
    """Exit 0 when nothing was lost, doubled, wrong or unlike; the figures as one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.proxy_addon.chaos")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--exchanges", type=int, default=1000)
    parser.add_argument("--parallel", type=int, default=500)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument(
        "--full", type=float, default=0.1, help="share of lives with a full disk for a moment"
    )
    parser.add_argument("--journal-limit", default="16m")
    parser.add_argument("--flag", action="append", default=[], help="an option for the proxy")
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="gatewright-chaos-"))
    report = asyncio.run(Chaos(folder, options).run())
    print(f"seed {options.seed}", file=sys.stderr)
    print(report.to_json())
    if options.keep or not report.good:
        print(f"kept: {folder}", file=sys.stderr)
    else:
        import shutil

        shutil.rmtree(folder)
    return 0 if report.good else 1


if __name__ == "__main__":
    sys.exit(main())
