"""What recording costs: begins that are durable before a request is forwarded, and a sink that is down.

One process after the other, each for the same 1 KB chat requests: as it comes, with `--begin-durable`, and
with a sink whose receiver takes calls and never answers them. CPU time is that of the whole process, delays
are those of the clients to the first byte. How long a sync takes depends on the disk:
GATEWRIGHT_BENCH_JOURNAL names the folder in which journals are made.

GATEWRIGHT_BENCH_ROUNDS, GATEWRIGHT_BENCH_SECONDS: rounds (3) and length of a window (3).
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

from benchmarks import proxy
from benchmarks.proxy import Target, Work

WORK = (
    Work("1", "one client after the other", "chat", "chat", 1),
    Work("N1", "32 clients at once", "chat", "chat", 32),
)


def main() -> None:
    """Measures and prints the table."""
    rounds = int(os.environ.get("GATEWRIGHT_BENCH_ROUNDS", "3"))
    seconds = float(os.environ.get("GATEWRIGHT_BENCH_SECONDS", "3"))
    place = os.environ.get("GATEWRIGHT_BENCH_JOURNAL")
    with contextlib.ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="gatewright-journal-", dir=place))
        )
        port = proxy._free_port()
        service = [sys.executable, "-m", "benchmarks._service", str(port)]
        stack.enter_context(proxy._process(service, port, 1))
        deaf = stack.enter_context(_deaf())
        down = ("--sink", f"otlp:http://127.0.0.1:{deaf}?gather=1", "--sink-seconds", "1")
        kinds = {"as it comes": (), "--begin-durable": ("--begin-durable",), "a sink that is down": down}
        print(f"a sync of one page: {_sync_milliseconds(folder):.2f} ms (median)")
        for work in WORK:
            print(
                f"\n{work.what:<28} {'CPU, µs a request':>18} {'first byte p50, ms':>20} {'requests/s':>12}"
            )
            rows = [
                {name: _measure(folder, port, work, flags, seconds) for name, flags in kinds.items()}
                for _ in range(rounds)
            ]
            for name in kinds:
                keys = ("cpu", "first_p50", "rate")
                figures = [statistics.median(row[name][key] for row in rows) for key in keys]
                bad = sum(row[name]["bad"] for row in rows)
                assert bad == 0, f"{bad} answers were wrong, cut or lost"
                print(f"  {name:<26} {figures[0]:>18.0f} {figures[1]:>20.2f} {figures[2]:>12.0f}")


def _measure(
    folder: Path, upstream: int, work: Work, flags: tuple[str, ...], seconds: float
) -> dict[str, float]:
    port = proxy._free_port()
    command = proxy._ours(folder, f"http://127.0.0.1:{upstream}", port)
    headers = proxy._targets(folder, upstream)[0].headers
    target = Target("gatewright", (*command, *flags), port, "/b/{model}/-", headers)
    with proxy._process(target.command, port, 0) as pid:
        proxy._measure(target, pid, work, 1.0)
        return proxy._measure(target, pid, work, seconds)


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
