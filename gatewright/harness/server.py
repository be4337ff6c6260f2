"""HTTP servers on loopback in this process: ports bound first, an orderly end, no signal handlers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from gatewright.diagnostics import Code, Rejected, Severity

PORT_IN_USE = Code(
    "EMU560",
    "port-not-free",
    Severity.ERROR,
    "The port cannot be listened on.",
    unreadable=True,
)

log = logging.getLogger("gatewright.harness")

_KEEP_ALIVE_SECONDS = 600
_GRACE_SECONDS = 5
_POLL_SECONDS = 0.005


class _Server(uvicorn.Server):
    """uvicorn, leaving the signals to the command that runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 picks a free one.

    Raises:
        Rejected: EMU560.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError as fault:
        raise Rejected([PORT_IN_USE.at(None, f"{host} cannot be listened on: {fault.strerror}")]) from fault
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(256)
    except OSError as fault:
        listener.close()
        hint = "stop what listens there, or choose another port; --port 0 picks a free one"
        message = f"port {port} on {host} cannot be listened on: {fault.strerror}"
        raise Rejected([PORT_IN_USE.at(None, message, hint=hint)]) from fault
    listener.setblocking(False)
    return listener


def port_of(listener: socket.socket) -> int:
    """The port of a listening socket."""
    return int(listener.getsockname()[1])


def _reporting(app: ASGIApp) -> ASGIApp:
    """An application whose failures are logged; a stream that was cut is none."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except Exception:
            log.exception("a request failed: %s %s", scope.get("method", ""), scope.get("path", ""))
            raise

    return call


@dataclass(slots=True)
class HttpServer:
    """An ASGI application on sockets that are already bound."""

    app: ASGIApp
    listeners: Sequence[socket.socket]
    _server: _Server | None = None
    _task: asyncio.Task[None] | None = field(default=None)

    async def start(self) -> None:
        """Returns once connections are accepted."""
        config = uvicorn.Config(
            _reporting(self.app),
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=list(self.listeners)))
        while not self._server.started and not self._task.done():
            await asyncio.sleep(_POLL_SECONDS)
        if self._task.done():
            self._task.result()

    async def stop(self) -> None:
        """Stops accepting, lets answers end for up to five seconds, closes the sockets."""
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task
        for listener in self.listeners:
            listener.close()
