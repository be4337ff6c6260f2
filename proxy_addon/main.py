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
from pathlib import Path
from typing import TypeVar

from mitmproxy.master import Master

from gatewright.diagnostics import Diagnostic, Rejected
from gatewright.diagnostics.render import render_text
from proxy_addon import codes, compat, identity, lifecycle, logs, routes, settings
from proxy_addon.addon import Metering
from proxy_addon.clock import SystemClock
from proxy_addon.ledger import Ledger
from proxy_addon.proxy import Proxy
from proxy_addon.settings import Settings
from proxy_addon.sinks.jsonl import JsonLines

log = logging.getLogger("gatewright.proxy")
_T = TypeVar("_T")
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


async def _run(chosen: Settings) -> int:
    proxy = _prepare(chosen)
    try:
        with tempfile.TemporaryDirectory(prefix="gatewright-proxy-") as confdir:
            await _serve(chosen, proxy, confdir)
    finally:
        proxy.ledger.close()
    missing = proxy.ledger.waiting + proxy.ledger.lost
    if missing:
        log.error("ledger: %d records could not be written (%s)", missing, proxy.ledger.failure)
    return 3 if missing else 0


def _prepare(chosen: Settings) -> Proxy:
    """Everything that can be refused before a socket is opened; all faults at once where that is possible."""
    faults: list[Diagnostic] = []
    if compat.loopback_only() and chosen.host not in routes.LOOPBACK:
        hint = "install Python 3.12 or later with mitmproxy 12.2, or listen on 127.0.0.1"
        faults.append(
            codes.LOOPBACK_ONLY.at(None, f"this mitmproxy may not listen on {chosen.host}", hint=hint)
        )
    table = _collect(faults, lambda: routes.load(chosen.routes, allow_loopback=chosen.allow_loopback))
    proofs = _collect(faults, lambda: identity.load_proofs(chosen.proof_files))
    if chosen.upstream_ca is not None and not chosen.upstream_ca.is_file():
        faults.append(codes.NO_FILE.at(None, "--upstream-ca names no file", hint=_PATH_HINT))
    if faults or table is None or proofs is None:
        raise Rejected(faults)
    sink = JsonLines(chosen.ledger)
    if sink.torn_bytes:
        log.warning("ledger: a half-written record of %d bytes was moved to a .torn file", sink.torn_bytes)
    if not sink.locked:
        log.warning("ledger: this file system has no locks; make sure that one proxy alone writes the file")
    return Proxy(table, proofs, Ledger(sink), SystemClock(), _new_id)


def _new_id() -> str:
    return uuid.uuid4().hex


def _collect(faults: list[Diagnostic], load: Callable[[], _T]) -> _T | None:
    try:
        return load()
    except Rejected as rejected:
        faults.extend(rejected.diagnostics)
        return None


async def _serve(chosen: Settings, proxy: Proxy, confdir: str) -> None:
    compat.install_error_bodies()
    master = Master(compat.options(host=chosen.host, port=chosen.port, confdir=confdir))
    started = _Started(master, ready_json=chosen.ready_json)
    compat.load(master, Metering(proxy), started)
    compat.harden(
        master.options,
        body_limit=chosen.body_limit,
        idle_seconds=chosen.idle_seconds,
        upstream_ca=str(chosen.upstream_ca) if chosen.upstream_ca else None,
    )
    keeper = asyncio.create_task(lifecycle.keep(proxy.ledger))
    stopper = _Stopper(master, proxy, chosen.drain_seconds)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopper)
    try:
        await master.run()
    finally:
        keeper.cancel()
    if started.failure is not None:
        hint = "choose another port, or stop what uses this one"
        raise Rejected([codes.CANNOT_LISTEN.at(None, started.failure, hint=hint)])


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
