"""What recording costs: begins that are durable before a request is forwarded, and a sink that is down.

Three processes side by side, asked in turn for the same 1 KB chat requests: as it comes, with
`--begin-durable`, and with a sink whose receiver takes calls and never answers them. Who begins changes from
round to round; a ratio is that of two windows of one round, so that load of other processes cancels out. CPU
time is that of the whole process, delays are those of the clients to the first byte. How long a sync takes
depends on the disk: GATEWRIGHT_BENCH_JOURNAL names the folder in which journals are made.

GATEWRIGHT_BENCH_ROUNDS, GATEWRIGHT_BENCH_SECONDS: rounds (9) and length of a window (2).
"""

from __future__ import annotations

import contextlib
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import _processes as processes
from benchmarks import proxy
from benchmarks.proxy import Target, Work

WORK = (
    Work("1", "one client after the other", "chat", "chat", 1),
    Work("N1", "32 clients at once", "chat", "chat", 32),
)


def main() -> None:
    """Measures and prints the table."""
    rounds = int(os.environ.get("GATEWRIGHT_BENCH_ROUNDS", "9"))
    seconds = float(os.environ.get("GATEWRIGHT_BENCH_SECONDS", "2"))
    place = os.environ.get("GATEWRIGHT_BENCH_JOURNAL")
    with contextlib.ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="gatewright-journal-", dir=place))
        )
        port = processes.free_port()
        service = [sys.executable, "-m", "benchmarks._service", str(port)]
        stack.enter_context(processes.running(service, port, 1))
        deaf = stack.enter_context(_deaf())
        down = ("--sink", f"otlp:http://127.0.0.1:{deaf}?gather=1", "--sink-seconds", "1")
        kinds = {"as it comes": (), "--begin-durable": ("--begin-durable",), "a sink that is down": down}
        print(f"a sync of one page: {_sync_milliseconds(folder):.2f} ms (median)")
        running = {
            name: _start(folder / str(at), port, flags, stack)
            for at, (name, flags) in enumerate(kinds.items())
        }
        for target, pid in running.values():
            proxy._measure(target, pid, WORK[1], 1.0)
        for work in WORK:
            found: dict[str, list[dict[str, float]]] = {name: [] for name in kinds}
            for number in range(rounds):
                for name in kinds if number % 2 else reversed(kinds):
                    found[name].append(proxy._measure(*running[name], work, seconds))
            _print(work, found)


def _start(
    folder: Path, upstream: int, flags: tuple[str, ...], stack: contextlib.ExitStack
) -> tuple[Target, int]:
    folder.mkdir()
    port = processes.free_port()
    command = proxy._ours(folder, f"http://127.0.0.1:{upstream}", port)
    headers = proxy._targets(folder, upstream)[0].headers
    target = Target("gatewright", (*command, *flags), port, "/b/{model}/-", headers)
    return target, stack.enter_context(processes.running(target.command, port, 0))


def _print(work: Work, found: dict[str, list[dict[str, float]]]) -> None:
    """Medians, and the ratios of CPU and delay to the first row: median, and from the least to the most."""
    print(f"\n{work.what:<27} {'CPU, µs':>8} {'ratio':>21} {'first byte p50, ms':>19} {'ratio':>21}")
    plain = next(iter(found.values()))
    for name, rows in found.items():
        cells = []
        for key, digits in (("cpu", 0), ("first_p50", 2)):
            ratios = [row[key] / base[key] for row, base in zip(rows, plain, strict=True)]
            cells.append(f"{statistics.median(row[key] for row in rows):.{digits}f}")
            cells.append(f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
        print("  {:<25} {:>8} {:>21} {:>19} {:>21}".format(name, *cells))
        bad = sum(row["bad"] for row in rows)
        assert bad == 0, f"{bad} answers were wrong, cut or lost"


def _sync_milliseconds(folder: Path) -> float:
    took = []
    with (folder / "sync").open("wb", buffering=0) as file:
        for _ in range(50):
            file.write(b"x" * 700)
            begin = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - begin) * 1e3)
    return statistics.median(took)


@contextlib.contextmanager
def _deaf() -> Iterator[int]:
    """A port whose connections are taken by the system and answered by nobody."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen(64)
        yield int(one.getsockname()[1])
