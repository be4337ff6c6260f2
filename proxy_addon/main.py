"""The entry point: mitmproxy's core with the few add-ons a reverse proxy needs, and ours.

Exit status 0 after a shutdown, 2 for options or files that cannot be used, 3 when records were lost.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import secrets
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from mitmproxy.master import Master

from gatewright.diagnostics import Diagnostic, Rejected, Span
from gatewright.diagnostics.render import render_text
from proxy_addon import codes, compat, faults, identity, lifecycle, logs, report, routes, settings
from proxy_addon.addon import Durable, Metering
from proxy_addon.clock import SystemClock
from proxy_addon.compat import speed
from proxy_addon.deadlines import Deadlines, Limits
from proxy_addon.estimates import Estimates
from proxy_addon.journal.journal import Bounds
from proxy_addon.journal.lease import Held
from proxy_addon.journal.replica import Replica
from proxy_addon.ledger import NAME as LEDGER
from proxy_addon.ledger import Ledger
from proxy_addon.lifecycle import Keeper, LoopLag
from proxy_addon.proxy import Proxy
from proxy_addon.recording.build import around, build
from proxy_addon.reload import Reloader
from proxy_addon.settings import Settings
from proxy_addon.sinks import registry
from proxy_addon.sinks.context import SinkContext
from proxy_addon.sinks.jsonl import JsonLines
from proxy_addon.sinks.shipping import Shipping

log = logging.getLogger("gatewright.proxy")
_T = TypeVar("_T")
MIN_SEGMENT = 64 * 1024
_WATCHDOG_SECONDS = 60
_ESTIMATE_SECONDS = 3  # for what the drain has cut
_COLLECT = (5_000, 20, 50)  # a twentieth of a small request went into looking at young objects again
_SWITCH_SECONDS = 0.0005  # how long a thread beside the event loop may hold up a stream; Python's own is 5 ms
_PATH_HINT = "check the path, and the volume it stands on"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the proxy until SIGTERM or SIGINT; the exit status."""
    try:
        chosen = settings.read(sys.argv[1:] if arguments is None else arguments, os.environ)
        logs.install(sys.stderr)
        return asyncio.run(_run(chosen))
    except Rejected as rejected:
        sys.stderr.write(render_text(rejected.diagnostics, _lines))
        return 2


def _lines(name: str) -> Sequence[str] | None:
    """Lines of the routes file; no other file is ever shown."""
    path = Path(name)
    return (
        path.read_text(encoding="utf-8").splitlines() if path.suffix == ".json" and path.is_file() else None
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a process is made of before it listens."""

    proxy: Proxy
    proof: identity.Kinds
    replica: Replica
    ledger: Ledger
    shipping: Shipping


async def _run(chosen: Settings) -> int:
    parts = _prepare(chosen)
    try:
        with tempfile.TemporaryDirectory(prefix="gatewright-proxy-") as confdir:
            await _serve(chosen, parts, confdir)
    finally:
        synced = _close(parts, chosen.sink_seconds)
    journal = parts.replica.journal
    missing = journal.waiting + journal.lost
    if missing:
        log.error("journal: %d records could not be written (%s)", missing, journal.failure)
    if parts.ledger.failure:
        log.error("ledger: behind (%s); its records stay in the journal", parts.ledger.failure)
    return 3 if missing or not synced else 0


def _close(parts: _Parts, sink_seconds: int) -> bool:
    """The journal first, so that ledger and sinks can take what it settled last; the lease last of all.

    Returns:
        Whether the journal is on stable storage.
    """
    synced = True
    try:
        parts.replica.journal.close()
    except OSError as fault:
        synced = False
        log.error("journal: the last sync failed (%s)", fault.strerror)
    parts.ledger.close()
    if not parts.shipping.stop(sink_seconds):
        log.warning("sinks: not all have ended; what they have not sent stays in the journal")
    parts.replica.close()
    return synced


def _prepare(chosen: Settings) -> _Parts:
    """Everything that can be refused before a socket is opened; all faults at once where that is possible."""
    found: list[Diagnostic] = []
    if compat.loopback_only() and chosen.host not in routes.LOOPBACK:
        hint = "install Python 3.12 or later with mitmproxy 12.2, or listen on 127.0.0.1"
        found.append(
            codes.LOOPBACK_ONLY.at(None, f"this mitmproxy may not listen on {chosen.host}", hint=hint)
        )
    table = _collect(found, lambda: routes.load(chosen.routes, allow_loopback=chosen.allow_loopback))
    proof = _collect(found, lambda: identity.load(chosen.proof, SystemClock()))
    if chosen.upstream_ca is not None and not chosen.upstream_ca.is_file():
        found.append(codes.NO_FILE.at(None, "--upstream-ca names no file", hint=_PATH_HINT))
    context = SinkContext(SystemClock(), chosen.replica)
    built = _collect(found, lambda: registry.build(chosen.sinks, context))
    if found or table is None or proof is None or built is None:
        raise Rejected(found)
    lines = JsonLines(chosen.ledger)
    if lines.torn_bytes:
        log.warning("ledger: a half-written record of %d bytes was moved to a .torn file", lines.torn_bytes)
    replica = _open_journal(chosen)
    if not lines.locked or not replica.locked:
        log.warning("ledger: this file system has no locks; make sure that one proxy alone writes the files")
    ledger = Ledger(lines, replica.sources, SystemClock())
    shipping = Shipping(built, replica.sources, chosen.dead_letters, SystemClock())
    proxy = Proxy(table, proof, replica.journal, SystemClock(), _new_id)
    proxy.refuses_deferred = chosen.refuses_deferred
    return _Parts(proxy, proof, replica, ledger, shipping)


def _open_journal(chosen: Settings) -> Replica:
    segment = max(MIN_SEGMENT, min(Bounds().segment_bytes, chosen.journal_bytes // 64))
    folder = chosen.journal / chosen.replica
    try:
        return Replica(
            folder,
            bounds=Bounds(chosen.journal_bytes, segment),
            serving=chosen.serve_unrecorded,
            lease_seconds=chosen.lease_seconds,
        )
    except Held as held:
        hint = "give each process its own --replica, or its own --journal"
        message = "another process writes this journal"
        raise Rejected([codes.JOURNAL_HELD.at(Span(str(folder)), message, hint=hint)]) from held
    except OSError as fault:
        message = f"the journal cannot be opened: {os.strerror(fault.errno or 0)}"
        raise Rejected([codes.JOURNAL_UNUSABLE.at(Span(str(folder)), message, hint=_PATH_HINT)]) from fault


def _new_id() -> str:
    return secrets.token_hex(16)


def _collect(faults: list[Diagnostic], load: Callable[[], _T]) -> _T | None:
    try:
        return load()
    except Rejected as rejected:
        faults.extend(rejected.diagnostics)
        return None


async def _serve(chosen: Settings, parts: _Parts, confdir: str) -> None:
    proxy = parts.proxy
    compat.install_error_bodies()
    speed.install(chosen.body_limit)
    master = Master(compat.options(host=chosen.host, port=chosen.port, confdir=confdir))
    compat.guard(
        master,
        head_bytes=chosen.header_limit,
        head_seconds=chosen.header_seconds,
        body_bytes=chosen.body_limit,
        refused=proxy.metrics.refuse,
    )
    limits = Limits(chosen.connect_seconds, chosen.first_byte_seconds, chosen.idle_seconds)
    deadlines = Deadlines(limits, compat.Carrier(master), proxy.refuse)
    metering = Durable(proxy, parts.replica.journal) if chosen.begin_durable else Metering(proxy)
    recorder = build(chosen.recording, chosen.replica, chosen.journal, chosen.journal_bytes)
    door = _Door(master, proxy, chosen.connection_limit)
    started = _Started(master, ready_json=chosen.ready_json)
    metered = around(recorder, proxy.exchange, metering)
    compat.load(master, door, deadlines, *_waiting(parts.proof), *metered, started)
    compat.harden(
        master.options,
        body_limit=chosen.body_limit,
        idle_seconds=max(chosen.first_byte_seconds, chosen.idle_seconds) + _WATCHDOG_SECONDS,
        upstream_ca=str(chosen.upstream_ca) if chosen.upstream_ca else None,
    )
    estimates = Estimates(proxy.record)
    proxy.estimates = estimates
    stopper = _Stopper(master, proxy, estimates, chosen.drain_seconds)
    names = (LEDGER, *parts.shipping.names)
    pause = 0.0 if chosen.begin_durable else lifecycle.SYNC_SECONDS
    keeper = Keeper(parts.replica, parts.ledger, names, stopper, pause=pause)
    reloader = Reloader(
        chosen.routes,
        allow_loopback=chosen.allow_loopback,
        use=proxy.use,
        seconds=chosen.reload_seconds,
    )
    lag = LoopLag()
    statuses = parts.shipping.statuses
    proxy.metrics.more.append(lambda: report.estimates(estimates))
    proxy.metrics.more.append(
        lambda: report.families(parts.replica, keeper, statuses(), lag, deadlines, reloader)
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopper)
    loop.add_signal_handler(signal.SIGHUP, reloader.ask)
    if chosen.parent_pipe:
        _end_with_input(loop, sys.stdin.fileno(), stopper)
    parts.shipping.start()
    if recorder is not None:
        proxy.metrics.more.append(lambda: iter(recorder.families()))
        recorder.start()
    beside = [asyncio.create_task(each.run()) for each in (keeper, reloader, lag, deadlines, estimates)]
    try:
        await master.run()
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        if abandoned := estimates.abandon():
            log.warning("estimates: %d were not made; their usage is missing", abandoned)
        keeper.close()
        if recorder is not None and not await asyncio.to_thread(recorder.stop, chosen.sink_seconds):
            log.warning("recordings: the last ones could not be written in time")
    if started.failure is not None:
        hint = "choose another port, or stop what uses this one"
        raise Rejected([codes.CANNOT_LISTEN.at(None, started.failure, hint=hint)])


def _end_with_input(loop: asyncio.AbstractEventLoop, pipe: int, stop: Callable[[], None]) -> None:
    """Calls back once the other end of a pipe is closed, which its holder's death does too."""

    def readable() -> None:
        if not os.read(pipe, 4096):
            loop.remove_reader(pipe)
            stop()

    try:
        loop.add_reader(pipe, readable)
    except OSError as fault:
        hint = "start the proxy with a pipe as its standard input"
        message = "--parent-pipe needs a pipe on standard input"
        raise Rejected([codes.BAD_OPTION.at(None, message, hint=hint)]) from fault


def _waiting(proof: identity.Kinds) -> tuple[_Introduction, ...]:
    return (_Introduction(proof),) if proof.waits else ()


class _Introduction:
    """Lets a request wait for the keys that its proof is judged by; stands before the add-on that judges."""

    def __init__(self, proof: identity.Kinds) -> None:
        self.proof = proof

    async def requestheaders(self, flow: compat.Flow) -> None:
        """The head of a request has come."""
        waits = self.proof.look(flow.request.headers.fields)
        if waits is not None:
            await waits


class _Door:
    """Closes client connections above a number at once."""

    def __init__(self, master: Master, proxy: Proxy, limit: int) -> None:
        self.master = master
        self.proxy = proxy
        self.limit = limit

    def client_connected(self, client: compat.Client) -> None:
        """A client has connected."""
        if compat.client_count(self.master) > self.limit:
            self.proxy.metrics.refuse(faults.TOO_MANY_CONNECTIONS)
            compat.refuse_client(client)


class _Started:
    """Says that the proxy accepts, or stops it because it does not."""

    def __init__(self, master: Master, *, ready_json: bool) -> None:
        self.master = master
        self.ready_json = ready_json
        self.failure: str | None = None

    def running(self) -> None:
        """Called once the listeners are up, or have failed."""
        address = compat.listen_address(self.master)
        if address is None:
            self.failure = f"the proxy cannot listen: {compat.listen_failure(self.master)}"
            compat.stop(self.master)
            return
        host = f"[{address[0]}]" if ":" in address[0] else address[0]
        log.info("listening on %s:%d", host, address[1])
        if self.ready_json:
            sys.stdout.write(json.dumps({"proxy": f"http://{host}:{address[1]}"}) + "\n")
            sys.stdout.flush()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_COLLECT)
        sys.setswitchinterval(_SWITCH_SECONDS)


class _Stopper:
    """The first signal drains, the second one stops at once, and settles what is open as cut."""

    def __init__(self, master: Master, proxy: Proxy, estimates: Estimates, seconds: int) -> None:
        self.master = master
        self.proxy = proxy
        self.estimates = estimates
        self.seconds = seconds
        self.task: asyncio.Task[None] | None = None

    def __call__(self) -> None:
        if self.task is not None:
            log.warning("stopping at once: %d exchanges were cut", self.proxy.settle_open())
            compat.stop(self.master)
            return
        log.info("draining: %d open, at most %d s", self.proxy.open_count, self.seconds)
        self.task = asyncio.create_task(self.drain())

    def unfinished(self) -> int:
        """What is still to be done for exchanges that are not open any more; 0 for nothing."""
        return compat.unsent_bytes(self.master) + self.estimates.pending

    async def drain(self) -> None:
        """Waits for open exchanges, for what clients have not read, for estimates; then ends the process."""
        try:
            await lifecycle.drain(self.proxy, self.unfinished, self.seconds)
            await self.estimates.finish(_ESTIMATE_SECONDS)
        finally:
            compat.stop(self.master)
