"""The metering proxy as a process of its own: started, waited for, watched, ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gatewright.diagnostics import Code, Diagnostic, Rejected, Severity, Span

NOT_STARTED = Code("EMU561", "proxy-not-started", Severity.ERROR, "The metering proxy did not start.")
DIED = Code("EMU562", "proxy-ended", Severity.ERROR, "The metering proxy ended while it was needed.")

LOCAL_PROXY = (
    *(sys.executable, "-m", "proxy_addon", "--listen", "127.0.0.1:0"),
    *("--allow-loopback", "--ready-json"),
)
"""How a proxy starts that serves this machine alone, and says where."""

_LOG_TAIL = 400


@dataclass(frozen=True, slots=True)
class ProxyOptions:
    """What the process is started with.

    Attributes:
        routes: its routes file.
        ledger: where it appends usage records.
        proof: the file with the shared secret.
        log: where its messages go.
        start_seconds: how long it may take until it accepts.
        stop_seconds: how long it may take to end after SIGTERM; then it is killed.
        thumbprint: the client certificate that it believes, or empty.
    """

    routes: Path
    ledger: Path
    proof: Path
    log: Path
    start_seconds: float = 30.0
    stop_seconds: float = 10.0
    thumbprint: str = ""

    def command(self) -> Sequence[str]:
        """The command line."""
        drain = str(max(1, int(self.stop_seconds) - 2))
        return (
            *(*LOCAL_PROXY, "--parent-pipe"),
            *("--routes", str(self.routes), "--ledger", str(self.ledger), "--proof-file", str(self.proof)),
            *("--drain-seconds", drain),
            *self._certificate(),
        )

    def _certificate(self) -> Sequence[str]:
        stands_in = ("--proof-certificate", self.thumbprint, "--ingress-requires-certificates")
        return stands_in if self.thumbprint else ()


@dataclass(slots=True)
class ProxyProcess:
    """The running proxy.

    Attributes:
        options: what it was started with.
        url: where it accepts, without a slash at the end.
        failed: done with a fault when the process ends before `stop`.
    """

    options: ProxyOptions
    url: str = ""
    failed: asyncio.Future[Diagnostic] = field(init=False)
    _process: asyncio.subprocess.Process | None = None
    _watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Starts the process and returns once it says that it accepts.

        Raises:
            Rejected: EMU561, with the end of its messages.
        """
        self.failed = asyncio.get_running_loop().create_future()
        with self.options.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.options.command(),
                stdin=asyncio.subprocess.PIPE,  # held until we end, by whatever death: then so does it
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        try:
            self.url = await asyncio.wait_for(self._ready(self._process), self.options.start_seconds)
        except TimeoutError as fault:
            await self.stop()
            message = f"the proxy did not accept within {self.options.start_seconds:g} seconds"
            raise Rejected([self._fault(NOT_STARTED, message)]) from fault
        except ValueError as fault:
            await self.stop()
            raise Rejected([self._fault(NOT_STARTED, f"the proxy did not start: {fault}")]) from fault
        except BaseException:
            await self.stop()
            raise
        self._watch = asyncio.create_task(self._watching(self._process))

    async def _ready(self, process: asyncio.subprocess.Process) -> str:
        if process.stdout is None:
            raise ValueError("it has no standard output")
        line = await process.stdout.readline()
        if not line:
            raise ValueError(f"it ended with status {await process.wait()}")
        try:
            value = json.loads(line)
        except ValueError as fault:
            raise ValueError("its first line is no JSON") from fault
        url = value.get("proxy") if isinstance(value, dict) else None
        if not isinstance(url, str) or not url.startswith("http://127.0.0.1:"):
            raise ValueError("its first line names no address on loopback")
        return url.rstrip("/")

    async def _watching(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is not None:
            while await process.stdout.read(65_536):
                continue
        status = await process.wait()
        self.failed.set_result(self._fault(DIED, f"the proxy ended with status {status}"))

    def check(self) -> None:
        """Nothing while the process lives.

        Raises:
            Rejected: EMU562 when it has ended.
        """
        if self.failed.done() and not self.failed.cancelled():
            raise Rejected([self.failed.result()])

    async def stop(self) -> None:
        """SIGTERM, a wait, then SIGKILL. Doing it twice does no harm."""
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
            self._watch = None
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                await asyncio.wait_for(_drained(process), self.options.stop_seconds)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
        await _drained(process)

    def _fault(self, code: Code, message: str) -> Diagnostic:
        try:
            tail = self.options.log.read_text(encoding="utf-8", errors="replace").strip()[-_LOG_TAIL:]
        except OSError:
            tail = ""
        said = f"; it said: {' '.join(tail.split())}" if tail else ""
        return code.at(Span(str(self.options.log)), message + said, hint="the log has the rest")


async def _drained(process: asyncio.subprocess.Process) -> None:
    """Waits for the end, reading what is left in the pipe so that it closes."""
    if process.stdout is not None:
        while await process.stdout.read(65_536):
            continue
    await process.wait()
