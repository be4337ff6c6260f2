"""The entry point: mitmproxy's core with the few add-ons a reverse proxy needs, and ours.

Exit status 0 after a shutdown, 2 for options or files that cannot be used, 3 when records were lost.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
import sys
import tempfile
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from mitmproxy.master import Master

from gatewright.diagnostics import Diagnostic, Rejected, Span
from gatewright.diagnostics.render import render_text
from proxy_addon import codes, compat, faults, identity, lifecycle, logs, report, routes, settings
from proxy_addon.addon import Metering
from proxy_addon.clock import SystemClock
from proxy_addon.deadlines import Deadlines, Limits
from proxy_addon.journal.journal import Bounds
from proxy_addon.journal.lease import Held
from proxy_addon.journal.replica import Replica
from proxy_addon.ledger import NAME as LEDGER
from proxy_addon.ledger import Ledger
from proxy_addon.lifecycle import Keeper, LoopLag
from proxy_addon.proxy import Proxy
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
    replica: Replica
    ledger: Ledger
    shipping: Shipping


async def _run(chosen: Settings) -> int:
    parts = _prepare(chosen)
    try:
        with tempfile.TemporaryDirectory(prefix="gatewright-proxy-") as confdir:
            await _serve(chosen, parts, confdir)
    finally:
        _close(parts, chosen.sink_seconds)
    journal = parts.replica.journal
    missing = journal.waiting + journal.lost
    if missing:
        log.error("journal: %d records could not be written (%s)", missing, journal.failure)
    if parts.ledger.failure:
        log.error("ledger: behind (%s); its records stay in the journal", parts.ledger.failure)
    return 3 if missing else 0


def _close(parts: _Parts, sink_seconds: int) -> None:
    """The journal first, so that ledger and sinks can take what it settled last; the lease last of all."""
    try:
        parts.replica.journal.close()
    except OSError as fault:
        log.error("journal: the last sync failed (%s)", fault.strerror)
    parts.ledger.close()
    if not parts.shipping.stop(sink_seconds):
        log.warning("sinks: not all have ended; what they have not sent stays in the journal")
    parts.replica.close()


def _prepare(chosen: Settings) -> _Parts:
    """Everything that can be refused before a socket is opened; all faults at once where that is possible."""
    found: list[Diagnostic] = []
    if compat.loopback_only() and chosen.host not in routes.LOOPBACK:
        hint = "install Python 3.12 or later with mitmproxy 12.2, or listen on 127.0.0.1"
        found.append(
            codes.LOOPBACK_ONLY.at(None, f"this mitmproxy may not listen on {chosen.host}", hint=hint)
        )
    table = _collect(found, lambda: routes.load(chosen.routes, allow_loopback=chosen.allow_loopback))
    proofs = _collect(found, lambda: identity.load_proofs(chosen.proof_files))
    if chosen.upstream_ca is not None and not chosen.upstream_ca.is_file():
        found.append(codes.NO_FILE.at(None, "--upstream-ca names no file", hint=_PATH_HINT))
    context = SinkContext(SystemClock(), chosen.replica)
    built = _collect(found, lambda: registry.build(chosen.sinks, context))
    if found or table is None or proofs is None or built is None:
        raise Rejected(found)
    lines = JsonLines(chosen.ledger)
    if lines.torn_bytes:
        log.warning("ledger: a half-written record of %d bytes was moved to a .torn file", lines.torn_bytes)
    replica = _open_journal(chosen)
    if not lines.locked or not replica.locked:
        log.warning("ledger: this file system has no locks; make sure that one proxy alone writes the files")
    ledger = Ledger(lines, replica.sources, SystemClock())
    shipping = Shipping(built, replica.sources, chosen.dead_letters, SystemClock())
    return _Parts(Proxy(table, proofs, replica.journal, SystemClock(), _new_id), replica, ledger, shipping)


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
    return uuid.uuid4().hex


def _collect(faults: list[Diagnostic], load: Callable[[], _T]) -> _T | None:
    try:
        return load()
    except Rejected as rejected:
        faults.extend(rejected.diagnostics)
        return None


async def _serve(chosen: Settings, parts: _Parts, confdir: str) -> None:
    proxy = parts.proxy
    compat.install_error_bodies()
    compat.limit_heads(chosen.header_limit, lambda: proxy.metrics.refuse(faults.HEAD_TOO_LARGE))
    compat.check_sizes_fast(chosen.body_limit)
    master = Master(compat.options(host=chosen.host, port=chosen.port, confdir=confdir))
    limits = Limits(chosen.connect_seconds, chosen.first_byte_seconds, chosen.idle_seconds)
    deadlines = Deadlines(limits, compat.Carrier(master), proxy.refuse)
    metering = Metering(proxy)
    door = _Door(master, proxy, chosen.connection_limit)
    started = _Started(master, ready_json=chosen.ready_json)
    compat.load(master, door, deadlines, metering, started)
    compat.harden(
        master.options,
        body_limit=chosen.body_limit,
        idle_seconds=max(chosen.first_byte_seconds, chosen.idle_seconds) + _WATCHDOG_SECONDS,
        upstream_ca=str(chosen.upstream_ca) if chosen.upstream_ca else None,
    )
    stopper = _Stopper(master, proxy, chosen.drain_seconds)
    names = (LEDGER, *parts.shipping.names)
    keeper = Keeper(parts.replica, parts.ledger, names, stopper, pause=lifecycle.SYNC_SECONDS)
    reloader = Reloader(
        chosen.routes,
        allow_loopback=chosen.allow_loopback,
        use=proxy.use,
        seconds=chosen.reload_seconds,
    )
    lag = LoopLag()
    statuses = parts.shipping.statuses
    proxy.metrics.more.append(
        lambda: report.families(parts.replica, keeper, statuses(), lag, deadlines, reloader)
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopper)
    loop.add_signal_handler(signal.SIGHUP, reloader.ask)
    parts.shipping.start()
    beside = [asyncio.create_task(each.run()) for each in (keeper, reloader, lag, deadlines)]
    try:
        await master.run()
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        keeper.close()
    if started.failure is not None:
        hint = "choose another port, or stop what uses this one"
        raise Rejected([codes.CANNOT_LISTEN.at(None, started.failure, hint=hint)])


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
        sys.setswitchinterval(_SWITCH_SECONDS)


class _Stopper:
    """The first signal drains, the second one stops at once."""

    def __init__(self, master: Master, proxy: Proxy, seconds: int) -> None:
        self.master = master
        self.proxy = proxy
        self.seconds = seconds
        self.task: asyncio.Task[None] | None = None

    def __call__(self) -> None:
        if self.task is not None:
            compat.stop(self.master)
            return
        log.info("draining: %d open, at most %d s", self.proxy.open_count, self.seconds)
        self.task = asyncio.create_task(self.drain())

    async def drain(self) -> None:
        """Waits for open exchanges and for what clients have not read yet, then ends the process."""
        try:
            await lifecycle.drain(self.proxy, lambda: compat.unsent_bytes(self.master), self.seconds)
        finally:
            compat.stop(self.master)
