"""One run: lives of the process one after the other, each but the last killed; then the comparison."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import re
import resource
import signal
import subprocess
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.proxy_addon.chaos.client import converse
from tests.proxy_addon.chaos.judge import Judge, Report
from tests.proxy_addon.chaos.kinds import KINDS, Exchange
from tests.proxy_addon.chaos.receiver import IDENTITY, Failing, resend
from tests.proxy_addon.chaos.upstream import Malformed
from tests.proxy_addon.gate import Gate, launch, spawn

_LAG = re.compile(rb"sink_lag_bytes\{[^}]*\} (\d+)")
_SETTLE_SECONDS = 240


@dataclass
class Life:
    """One process.

    Attributes:
        began_to_end: when it was killed or told to stop, by the clock of the run; None while it lives.
        full: whether its disk was full for a moment.
    """

    number: int
    began_to_end: float | None = None
    full: bool = False


class Chaos:
    """One run.

    Args:
        folder: where the process keeps its files.
        options: the command's options.
    """

    def __init__(self, folder: Path, options: argparse.Namespace) -> None:
        self.folder = folder
        self.options = options
        self.dice = random.Random(options.seed)
        self.upstream = Malformed()
        self.receiver = Failing(random.Random(options.seed))
        os.environ.update(IDENTITY, IDENTITY_ENDPOINT=f"{self.receiver.url}/msi/token")
        self.gate: Gate | None = None
        self.lives: list[Life] = []
        self.room = asyncio.Semaphore(options.parallel)
        self.done: list[Exchange] = []
        self.report = Report()
        self._open = 0

    async def run(self) -> Report:
        """All lives of the process, the last of which ends in peace."""
        began = time.monotonic()
        for at, quota in enumerate(self._quotas()):
            await self._life(quota, killed=at < self.options.kills)
        await self._settle()
        self.report.exchanges, self.report.lives = len(self.done), len(self.lives)
        Judge(self.folder, self.done, self.lives, self.upstream, self.receiver, self.report).judge()
        self.report.seconds = round(time.monotonic() - began, 1)
        self.upstream.close()
        self.receiver.close()
        return self.report

    def _quotas(self) -> list[int]:
        """How many exchanges each life gets: some more than may be open at once, the others few."""
        lives = self.options.kills + 1
        burst = self.options.parallel * 2  # some share a connection, one after the other
        bursts = min(lives, self.options.exchanges // (2 * burst))
        quotas = [burst] * bursts
        left = self.options.exchanges - sum(quotas)
        weights = [self.dice.paretovariate(1.5) for _ in range(lives - bursts)]
        quotas += [int(weight * left / sum(weights)) for weight in weights]
        self.dice.shuffle(quotas)
        quotas[-1] += self.options.exchanges - sum(quotas)
        return quotas

    def _flags(self) -> list[str]:
        if not self.lives or self.dice.random() < 0.3:
            self.replica = f"replica-{len(self.lives)}"
        flags = ["--journal", str(self.folder / "journal"), "--replica", self.replica, "--lease-seconds", "1"]
        flags += ["--sink", self.receiver.address, "--sink", f"jsonl:{self.folder}/usage?gather=1"]
        return [
            *flags,
            "--sink-seconds",
            "1",
            "--journal-limit",
            self.options.journal_limit,
            *self.options.flag,
        ]

    @property
    def _endpoint(self) -> str:
        return f"http://127.0.0.1:{self.upstream.port}"

    async def _start(self) -> Gate:
        flags = self._flags()
        self.lives.append(Life(len(self.lives)))
        loop = asyncio.get_running_loop()
        self.gate = await loop.run_in_executor(None, lambda: launch(self.folder, self._endpoint, *flags))
        return self.gate

    async def _life(self, quota: int, *, killed: bool) -> None:
        if killed and self.dice.random() < 0.08:
            await self._still_born()
            self.report.kills["start"] += 1
            killed = False
        gate = await self._start()
        life = self.lives[-1]
        exchanges = [self._exchange(len(self.done) + at, life) for at in range(quota)]
        tasks = [asyncio.create_task(self._converse(gate, group)) for group in self._groups(exchanges)]
        if self.dice.random() < self.options.full:
            life.full = True
            await self._fill_disk(gate)
        if killed:
            await self._kill(gate, life, exchanges)
        await asyncio.gather(*tasks)
        self.done += exchanges
        if not killed:
            await self._peace(gate, life)

    def _exchange(self, number: int, life: Life) -> Exchange:
        return Exchange(self.dice.choice(KINDS), number, random.Random(self.dice.random()), life=life.number)

    def _groups(self, exchanges: list[Exchange]) -> list[list[Exchange]]:
        """Exchanges that share a connection."""
        groups, rest = [], exchanges
        while rest:
            size = self.dice.choice([1, 1, 1, 2, 4])
            groups.append(rest[:size])
            rest = rest[size:]
        return groups

    async def _converse(self, gate: Gate, group: list[Exchange]) -> None:
        async with self.room:
            await converse(gate, group, group[0].dice, self._note)

    def _note(self, change: int) -> None:
        self._open += change
        self.report.peak_parallel = max(self.report.peak_parallel, self._open)

    async def _still_born(self) -> None:
        """A process that is killed while it starts, recovers and adopts."""
        process = spawn(self.folder, self._endpoint, *self._flags())
        self.lives.append(Life(len(self.lives), time.monotonic()))
        await asyncio.sleep(self.dice.uniform(0.2, 2.0))
        await _end(process, signal.SIGKILL)
        if process.stdout is not None:
            process.stdout.close()

    async def _kill(self, gate: Gate, life: Life, exchanges: list[Exchange]) -> None:
        """Kills once a random part of this life's exchanges has ended; at times while it drains."""
        share = self.dice.randrange(len(exchanges) + 1)
        while sum(exchange.ended > 0 for exchange in exchanges) < share:
            await asyncio.sleep(0.002)
        await asyncio.sleep(self.dice.random() * 0.03)
        life.began_to_end = time.monotonic()
        if self.dice.random() < 0.08:
            gate.process.terminate()
            await asyncio.sleep(self.dice.random() * 0.3)
            self.report.kills["drain"] += 1
        else:
            self.report.kills["work"] += 1
        await _end(gate.process, signal.SIGKILL)

    async def _peace(self, gate: Gate, life: Life) -> None:
        """Ends a life as an orchestrator does; the one after it has the same journal."""
        life.began_to_end = time.monotonic()
        code = await _end(gate.process, signal.SIGTERM)
        assert code == 0, (code, gate.log.read_text()[-2000:])

    async def _fill_disk(self, gate: Gate) -> None:
        """For a moment no file can grow, as on a full disk."""
        await asyncio.sleep(self.dice.random() * 0.3)
        newest = max((self.folder / "journal" / self.replica).glob("*.seg"), key=lambda path: path.name)
        limit = newest.stat().st_size + self.dice.randrange(5_000)
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(gate.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            await asyncio.sleep(self.dice.random() * 0.5)
            unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            resource.prlimit(gate.process.pid, resource.RLIMIT_FSIZE, unlimited)

    async def _settle(self) -> None:
        """A last life adopts and ships what is left, and ends; then the dead letters go out again."""
        gate = await self._start()
        end = time.monotonic() + _SETTLE_SECONDS
        self.receiver.healthy = True
        while not await self._settled(gate):
            assert time.monotonic() < end, (
                "the records did not arrive in time: " + gate.log.read_text()[-2000:]
            )
            await asyncio.sleep(0.5)
        code = await _end(gate.process, signal.SIGTERM)
        assert code == 0, (code, gate.log.read_text()[-2000:])
        self.receiver.mended = True
        loop = asyncio.get_running_loop()
        self.report.dead_letters = await loop.run_in_executor(
            None, partial(resend, self.folder, self.receiver.address)
        )

    async def _settled(self, gate: Gate) -> bool:
        got = await gate.send("/metrics", b"", method="GET", headers=[("accept", "*/*")])
        alone = len([path for path in (self.folder / "journal").iterdir() if path.is_dir()]) == 1
        behind = sum(int(lag) for lag in _LAG.findall(got.body))
        return alone and b"journal_sources 1\n" in got.body and behind == 0


async def _end(process: subprocess.Popen[bytes], how: signal.Signals) -> int:
    process.send_signal(how)
    return await asyncio.get_running_loop().run_in_executor(None, process.wait, 60)
