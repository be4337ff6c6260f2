"""Server processes of a benchmark: started on one core, waited for, and what they use of the machine."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
_TICK = os.sysconf("SC_CLK_TCK")
_TAIL = 4_000


@contextlib.contextmanager
def running(
    command: Sequence[str], port: int, core: int, environment: Mapping[str, str] | None = None
) -> Iterator[int]:
    """A server until it is no longer needed; its process id, once it accepts."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
        )
        try:
            pin(process.pid, core)
            _wait(port, process, output)
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(port: int, process: subprocess.Popen[bytes], output: IO[bytes]) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    output.seek(max(0, output.seek(0, os.SEEK_END) - _TAIL))
    said = output.read().decode("utf-8", "replace")
    raise SystemExit(f"{process.args!r} does not accept connections; the end of what it said:\n{said}")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def pin(pid: int, core: int) -> None:
    """Keeps a process on one core."""
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(pid, {core})


def many_files() -> None:
    """Lets this process, and those it starts, open as many files as the machine allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard > 0 else 65536, hard))


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split():
        yield from _tree(int(child))


def cpu(pid: int | None) -> float:
    """CPU seconds of a process and its children."""
    total = 0
    for each in _tree(pid) if pid is not None else ():
        fields = Path(f"/proc/{each}/stat").read_text("ascii").rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICK


def resident(pid: int) -> float:
    """Bytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def resident_beside(pid: int) -> float:
    """Bytes of memory that the processes hold which a process has started."""
    return sum(resident(each) for each in _tree(pid) if each != pid)
