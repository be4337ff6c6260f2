"""The metering proxy beside bare mitmproxy, and LiteLLM where there is one: CPU time per request and event.

Everything runs on loopback: a sample upstream and the clients on one core, the target on the other. The
targets are measured in turn, in several rounds; a ratio is the median of the rounds' ratios. The proxy runs
with attribution, journal and ledger; its clients do not ask for usage, so it asks and hides it again.

GATEWRIGHT_BENCH_ROUNDS, GATEWRIGHT_BENCH_SECONDS: rounds (3) and length of a window (3).
GATEWRIGHT_BENCH_LITELLM: the `litellm` command of an environment that has LiteLLM's proxy.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from benchmarks import _processes as processes

SECRET = "sixteen-sample-characters"
EVENTS = "events-100-20"
IDLE = "events-8-5000"
MODELS = ("chat", "embeddings", EVENTS, IDLE)
QUESTION = "The quick brown fox jumps over the lazy dog. " * 20


@dataclass(frozen=True, slots=True)
class Target:
    """A server that is measured."""

    name: str
    command: tuple[str, ...]
    port: int
    prefix: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    exact: bool = True
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Work:
    """A workload; `events` for a stream."""

    name: str
    what: str
    model: str
    kind: str
    connections: int
    events: int = 0
    ramp: float = 0.0


WORK = (
    Work("N1", "1 KB chat requests, 32 connections", "chat", "chat", 32),
    Work("E", "embeddings, answers of 67 KB, 32 connections", "embeddings", "embeddings", 32),
    Work("S3", "100 streams of 50 events/s, usage asked for and hidden", EVENTS, "chat", 100, 100, 2.0),
)


@dataclass(frozen=True, slots=True)
class Bound:
    """What a figure must not exceed (or, with `least`, fall below)."""

    what: str
    value: float
    bound: float
    least: bool = False

    @property
    def holds(self) -> bool:
        """Whether it does; a figure that could not be measured does not hold."""
        return self.value >= self.bound if self.least else self.value <= self.bound


def main() -> None:
    """Measures and prints the tables."""
    folder = Path(tempfile.mkdtemp(prefix="gatewright-bench-"))
    try:
        with contextlib.ExitStack() as stack:
            _run(folder, stack)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, stack: contextlib.ExitStack) -> None:
    processes.many_files()
    upstream = processes.free_port()
    stack.enter_context(
        processes.running([sys.executable, "-m", "benchmarks._service", str(upstream)], upstream, 1)
    )
    targets = _targets(folder, upstream)
    running = {
        target.name: stack.enter_context(
            processes.running(target.command, target.port, 0, target.environment)
        )
        for target in targets
    }
    rounds = int(os.environ.get("GATEWRIGHT_BENCH_ROUNDS", "3"))
    seconds = float(os.environ.get("GATEWRIGHT_BENCH_SECONDS", "3"))
    direct = Target("direct", (), upstream)
    memory = {target.name: _memory(target, running[target.name]) for target in targets[:2]}
    found = {work.name: _rounds(work, targets, running, rounds, seconds) for work in WORK}
    first = _measure(direct, None, WORK[2], seconds)["first_p50"]
    _print(found, memory, first, targets)


def _targets(folder: Path, upstream: int) -> list[Target]:
    ours, bare = processes.free_port(), processes.free_port()
    base = f"http://127.0.0.1:{upstream}"
    headers = {
        "x-gatewright-tenant": "retail-search",
        "x-gatewright-subscription": "gw-retail-search",
        "x-gatewright-request-id": "11111111-2222-4333-8444-555555555555",
        "x-gatewright-proof": SECRET,
    }
    targets = [
        Target("gatewright", _ours(folder, base, ours), ours, "/b/{model}/-", headers),
        Target("bare", (sys.executable, "-m", "benchmarks._bare", str(bare), base), bare),
    ]
    if command := os.environ.get("GATEWRIGHT_BENCH_LITELLM"):
        targets.append(_litellm(folder, base, command))
    return targets


def _ours(folder: Path, base: str, port: int) -> tuple[str, ...]:
    one = {"endpoint": base, "region": "westeurope", "provider": "azure.ai.openai"}
    routes = {model: {**one, "deployment": model, "models": [model]} for model in MODELS}
    table = {"version": 1, "routes": routes, "allowedHostSuffixes": [".openai.azure.com"]}
    (folder / "routes.json").write_text(json.dumps(table), "utf-8")
    (folder / "proof").write_text(SECRET, "utf-8")
    options = ("--listen", f"127.0.0.1:{port}", "--routes", str(folder / "routes.json"), "--allow-loopback")
    files = ("--ledger", str(folder / "ledger.jsonl"), "--proof-file", str(folder / "proof"))
    return (sys.executable, "-m", "proxy_addon", *options, *files)


def _litellm(folder: Path, base: str, command: str) -> Target:
    port = processes.free_port()
    lines = ["model_list:"]
    for model in MODELS:
        lines.append(f"  - model_name: {model}")
        lines.append(f"    litellm_params: {{model: azure/{model}, api_base: '{base}', api_key: sample-key,")
        lines.append("      api_version: '2024-10-21'}")
    (folder / "litellm.yaml").write_text("\n".join([*lines, "general_settings: {}", ""]), "utf-8")
    key = f"sk-{secrets.token_hex(32)}"  # without one it does not start
    environment = {
        "LITELLM_MASTER_KEY": key,
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_LOG": "ERROR",
        "LITELLM_TELEMETRY": "False",
    }
    arguments = ("--config", str(folder / "litellm.yaml"), "--host", "127.0.0.1", "--num_workers", "1")
    return Target(
        "litellm",
        (command, *arguments, "--port", str(port)),
        port,
        headers={"authorization": f"Bearer {key}"},
        exact=False,
        environment=environment,
    )


def _rounds(
    work: Work, targets: Sequence[Target], running: Mapping[str, int], rounds: int, seconds: float
) -> dict[str, list[dict[str, float]]]:
    """What every target needed, round by round; who begins changes."""
    found: dict[str, list[dict[str, float]]] = {target.name: [] for target in targets}
    for number in range(rounds):
        for target in targets if number % 2 else reversed(targets):
            found[target.name].append(_measure(target, running[target.name], work, seconds))
    return found


def _measure(target: Target, pid: int | None, work: Work, seconds: float) -> dict[str, float]:
    """One window: what the clients saw, and `cpu`, microseconds of the target per request or event."""
    with _clients(_load(target, work, seconds), pinned=True) as told:
        told.readline()
        before = processes.cpu(pid)
        told.readline()
        after = processes.cpu(pid)
        seen: dict[str, float] = json.loads(told.readline())
    return seen | {"cpu": (after - before) / seen["units"] * 1e6 if seen["units"] else float("nan")}


@contextlib.contextmanager
def _clients(load: Mapping[str, object], *, pinned: bool = False) -> Iterator[IO[str]]:
    """The clients of one workload, as a process; what they say, line by line."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks._clients"],
        cwd=processes.ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as clients:
        if pinned:
            processes.pin(clients.pid, 1)
        assert clients.stdin is not None
        assert clients.stdout is not None
        clients.stdin.write(json.dumps(load) + "\n")
        clients.stdin.flush()
        yield clients.stdout


def _load(target: Target, work: Work, seconds: float) -> dict[str, object]:
    name = "embeddings" if work.kind == "embeddings" else "chat/completions"
    body: dict[str, object] = {"model": work.model}
    if work.kind == "embeddings":
        body["input"] = QUESTION
    else:
        body |= {"stream": True} if work.events else {}
        body["messages"] = [{"role": "user", "content": QUESTION}]
    own = {"x-gatewright-model": work.model} if target.name == "gatewright" else {}
    return {
        "port": target.port,
        "path": target.prefix.format(model=work.model)
        + f"/openai/deployments/{work.model}/{name}?api-version=2024-10-21",
        "body": json.dumps(body, separators=(",", ":")),
        "headers": dict(target.headers) | own,
        "kind": work.kind,
        "connections": work.connections,
        "events": work.events,
        "ramp": work.ramp,
        "seconds": seconds,
        "exact": target.exact,
    }


def _memory(target: Target, pid: int) -> tuple[float, float, float]:
    """Resident megabytes after some requests, kilobytes for each of 1,000 silent streams, megabytes beside.

    Beside is the process that estimates. Clients that leave call it up, and no stream makes it larger.
    """
    _measure(target, pid, WORK[0], 2.0)
    base = processes.resident(pid)
    idle = Work("idle", "", IDLE, "chat", 1000, 8, 2.0)
    with _clients(_load(target, idle, 0.1)) as told:
        told.readline()
        opened, beside = processes.resident(pid), processes.resident_beside(pid)
        told.read()
    return base / 1e6, (opened - base) / idle.connections / 1e3, beside / 1e6


def _print(
    found: Mapping[str, Mapping[str, list[dict[str, float]]]],
    memory: Mapping[str, tuple[float, float, float]],
    first: float,
    targets: Sequence[Target],
) -> None:
    for work in WORK:
        unit = "event" if work.events else "request"
        print(f"{work.name}: {work.what}; CPU microseconds of the target per {unit}")
        for target in targets:
            rows = found[work.name][target.name]
            extra = ""
            if work.events:
                extra = "   event delay p50 / p99 {:.2f} / {:.2f} ms, first byte p50 {:.1f} ms".format(
                    *(_median(rows, name) for name in ("delay_p50", "delay_p99", "first_p50"))
                )
            print(f"  {target.name:<11} {_median(rows, 'cpu'):9.1f}{extra}")
    for name, (base, stream, beside) in memory.items():
        extra = f"; {beside:.0f} MB in the process that estimates" if beside else ""
        print(f"memory: {name:<11} {base:6.0f} MB, {stream:5.1f} kB for each open, silent stream{extra}")
    print(f"\n{'figure':<52} {'measured':>9} {'bound':>8}")
    for bound in _bounds(found, memory, first, targets):
        sign = "≥" if bound.least else "≤"
        verdict = "holds" if bound.holds else "MISSED"
        print(f"{bound.what:<52} {bound.value:>9.2f} {sign}{bound.bound:>7g}  {verdict}")


def _bounds(
    found: Mapping[str, Mapping[str, list[dict[str, float]]]],
    memory: Mapping[str, tuple[float, float, float]],
    first: float,
    targets: Sequence[Target],
) -> Iterator[Bound]:
    for work in WORK:
        yield Bound(
            f"{work.name}: CPU, ratio to bare mitmproxy", _ratio(found[work.name], "gatewright", "bare"), 1.05
        )
    if any(target.name == "litellm" for target in targets):
        yield Bound(
            "N1: times cheaper than LiteLLM", _ratio(found["N1"], "litellm", "gatewright"), 15, least=True
        )
    streams = found["S3"]["gatewright"]
    yield Bound("S3: event delay p50, ms", _median(streams, "delay_p50"), 0.5)
    yield Bound("S3: event delay p99, ms", _median(streams, "delay_p99"), 4)
    yield Bound("S3: first byte added p50, ms", _median(streams, "first_p50") - first, 6)
    yield Bound("resident memory before streams, MB", memory["gatewright"][0], 95)
    yield Bound("memory of an open, silent stream, kB", memory["gatewright"][1], 36)
    bad = sum(row["bad"] for rows in found.values() for row in rows["gatewright"])
    yield Bound("answers that were wrong, cut or lost", bad, 0)


def _ratio(rows: Mapping[str, list[dict[str, float]]], one: str, other: str) -> float:
    pairs = zip(rows[one], rows[other], strict=True)
    return statistics.median(a["cpu"] / b["cpu"] for a, b in pairs)


def _median(rows: Sequence[Mapping[str, float]], name: str) -> float:
    return statistics.median(row[name] for row in rows)
