"""Everything that is private to mitmproxy, or differs between 11.0.2 and 12.2.

Sources: the installed mitmproxy 11.0.2 (Python 3.11) and 12.2.3 (Python 3.13), read and run 2026-11.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextvars import ContextVar
from importlib.metadata import version
from typing import cast

import mitmproxy.proxy.layers.http._http1 as http1_layer
import mitmproxy.proxy.server as proxy_server
from mitmproxy import connection, http
from mitmproxy.addons import core, next_layer, tlsconfig
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.connection import ConnectionState
from mitmproxy.master import Master
from mitmproxy.net.http import http1
from mitmproxy.options import Options
from mitmproxy.proxy import events
from mitmproxy.proxy.server import ConnectionHandler

from proxy_addon import dispatch, faults
from proxy_addon.compat import doors, speed
from proxy_addon.compat.replacing import replace
from proxy_addon.faults import Fault

Client = connection.Client
Flow = http.HTTPFlow

DEAD_UPSTREAM = "reverse:http://127.0.0.1:9"
"""Where a request goes that no hook has routed: nowhere (the discard port)."""

# The request body limit is reported by this option's name in every version; nothing else marks it.
_LIMIT_WORDS = "Request body exceeds mitmproxy's body_size_limit"
# Set by the `error` hook, read by the error page: mitmproxy runs both in one task.
_ANSWER: ContextVar[Fault | None] = ContextVar("answer", default=None)


def loopback_only() -> bool:
    """Whether the installed HTTP parser accepts malformed chunks (CVE-2025-43859: h11 before 0.16)."""
    return _numbers(version("h11")) < (0, 16)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:2] if part.isdigit())


def options(*, host: str, port: int, confdir: str) -> Options:
    """The options that exist before any add-on is loaded."""
    address = f"[{host}]" if ":" in host else host
    mode = f"{DEAD_UPSTREAM}@{address}:{port}"
    return Options(mode=[mode], confdir=confdir)


def harden(opts: Options, *, body_limit: int, idle_seconds: int, upstream_ca: str | None) -> None:
    """Sets the options of the loaded add-ons; in 11 the idle time is a constant, since 12.2.1 an option."""
    update: Callable[..., None] = opts.update
    update(
        connection_strategy="lazy",
        http2=False,
        http3=False,
        rawtcp=False,
        websocket=True,
        validate_inbound_headers=True,
        keep_host_header=False,
        ssl_insecure=False,
        body_size_limit=str(body_limit),
        upstream_cert=False,
        ssl_verify_upstream_trusted_ca=upstream_ca,
    )
    # The default of both versions; setting it makes 12 probe versions that newer OpenSSL builds lack.
    if opts.tls_version_server_min != "TLS1_2":
        update(tls_version_server_min="TLS1_2")
    if "tcp_timeout" in opts:
        update(tcp_timeout=idle_seconds)
    else:
        replace(proxy_server, "TCP_TIMEOUT", idle_seconds)


def idle_seconds(opts: Options) -> int:
    """The idle time in force."""
    value: int = opts.tcp_timeout if "tcp_timeout" in opts else vars(proxy_server)["TCP_TIMEOUT"]
    return value


def install_error_bodies() -> None:
    """Replaces mitmproxy's HTML error pages, which name the product and the upstream's address."""
    replace(http1_layer, "make_error_response", error_response)


def error_response(status_code: int, message: str = "") -> bytes:
    """A whole HTTP/1.1 answer with our JSON body. The message of the HTTP layer is not shown."""
    fault = _ANSWER.get() or faults.for_status(status_code)
    _ANSWER.set(None)
    return whole_answer(fault)


def whole_answer(fault: Fault) -> bytes:
    """A fault as a whole HTTP/1.1 answer, after which the connection ends."""
    headers = http.Headers(
        [(name.encode(), value.encode()) for name, value in (*fault.headers(), ("connection", "close"))]
    )
    assemble: Callable[[http.Response], bytes] = http1.assemble_response
    return assemble(http.Response.make(fault.status, fault.body(), headers))


def answer_errors_with(fault: Fault) -> None:
    """Called in an `error` hook: what the client gets for that error, where nothing was sent yet."""
    _ANSWER.set(fault)


def guard(
    master: Master,
    *,
    head_bytes: int,
    head_seconds: float,
    body_bytes: int,
    refused: Callable[[Fault], object],
) -> None:
    """Refuses heads that are too large, too slow or not plainly HTTP; see `doors`. Comes behind `speed`."""

    def close(conn: connection.Connection, answer: bytes) -> None:
        handler = _proxyserver(master).connections.get(conn.id)
        io = handler.transports.get(handler.client) if handler is not None else None
        if io is not None and io.writer is not None and io.handler is not None:
            io.writer.write(answer)
            io.handler.cancel("refused")

    turns: set[asyncio.Task[None]] = set()

    def again(conn: connection.Connection) -> None:
        handler = _proxyserver(master).connections.get(conn.id)
        if handler is not None:
            turn = asyncio.create_task(handler.server_event(events.DataReceived(conn, b"")))
            turns.add(turn)
            turn.add_done_callback(turns.discard)

    doors.Doors(head_bytes, head_seconds, body_bytes, whole_answer, close, again, refused).install()


def client_count(master: Master) -> int:
    """Client connections that are open."""
    return len(_proxyserver(master).connections)


def let_wait(flow: Flow) -> None:
    """Called in `requestheaders`: from now on the hooks of this flow may give what is to be waited for.

    Those of other flows are called where they are due; see `speed.call_in_place`.
    """
    flow.metadata["waits"] = True


def refuse_client(client: Client) -> None:
    """Called in `client_connected`: the connection is closed at once."""
    client.error = "too many connections"


class Carrier:
    """The connections of an exchange, for `deadlines`."""

    def __init__(self, master: Master) -> None:
        self._master = master

    def connected(self, flow: Flow) -> bool:
        """Whether the exchange has an upstream connection, its TLS included."""
        return flow.server_conn.connected and flow.server_conn.error is None

    def silent_since(self, flow: Flow) -> float | None:
        """When a byte last moved on the exchange's connections, by `time.time`; None when they are gone."""
        handler = self._handler(flow)
        return None if handler is None else float(handler.timeout_watchdog.last_activity)

    def cut(self, flow: Flow) -> None:
        """Ends the upstream side of an exchange, in whatever state it is; the `error` hook follows."""
        handler = self._handler(flow)
        if handler is None:
            return
        for peer, io in list(handler.transports.items()):
            if peer is not handler.client and io.handler is not None:
                io.handler.cancel("deadline")

    def _handler(self, flow: Flow) -> ConnectionHandler | None:
        return _proxyserver(self._master).connections.get(flow.client_conn.id)


def raw_target(request: http.Request) -> bytes:
    """The request target as it stood on the wire, without an absolute form's scheme and authority."""
    return request.data.path


def fields(headers: http.Headers) -> tuple[tuple[str, str], ...]:
    """All header fields in order, repeated ones too."""
    return tuple(
        (name.decode("utf-8", "surrogateescape"), value.decode("utf-8", "surrogateescape"))
        for name, value in headers.fields
    )


def direct(
    request: http.Request,
    origin: tuple[str, str, int],
    target: str,
    header_fields: tuple[tuple[bytes, bytes], ...],
    body: bytes,
) -> None:
    """Gives a request its destination at once; each public setter would look the headers through again.

    Args:
        request: the request.
        origin: scheme, host, port.
        target: path and query.
        header_fields: all header fields, `host` and `content-length` among them.
        body: the body.
    """
    data = request.data
    data.scheme, data.host, data.port = origin[0].encode(), origin[1], origin[2]
    data.authority = b""  # else an absolute-form target would be passed on as one
    data.path = target.encode()
    data.headers.fields = header_fields
    data.content = body
    data.trailers = None


def client_gone(flow: http.HTTPFlow) -> bool:
    """Whether the client has closed its side; the state tells in each version, `flow.error.msg` does not."""
    return not flow.client_conn.state & ConnectionState.CAN_READ


def request_too_large(flow: http.HTTPFlow) -> bool:
    """Whether the flow ended because the request body is over the limit."""
    return flow.error is not None and flow.error.msg.startswith(_LIMIT_WORDS)


def load(master: Master, *addons: object) -> None:
    """Loads the add-ons that a reverse proxy needs, and ours behind them, and calls their hooks directly.

    DisableH2C is not among them: `admission` refuses all upgrades but WebSocket's, `doors` HTTP/2's greeting.
    """
    add: Callable[..., None] = master.addons.add
    server: Callable[[], object] = Proxyserver
    add(
        core.Core(),
        server(),
        next_layer.NextLayer(),
        tlsconfig.TlsConfig(),
        *addons,
    )
    speed.call_in_place(dispatch.call_directly(cast(dispatch.Manager, master.addons)))


def stop(master: Master) -> None:
    """Ends `Master.run`."""
    shutdown: Callable[[], None] = master.shutdown
    shutdown()


def _proxyserver(master: Master) -> Proxyserver:
    get: Callable[[str], object] = master.addons.get
    server = get("proxyserver")
    if not isinstance(server, Proxyserver):
        raise RuntimeError("the proxyserver add-on is not loaded")
    return server


def listen_address(master: Master) -> tuple[str, int] | None:
    """Host and port the proxy listens on, or None where it does not listen."""
    for address in _proxyserver(master).listen_addrs():
        return str(address[0]), int(address[1])
    return None


def listen_failure(master: Master) -> str:
    """Why the proxy does not listen, in the operating system's words."""
    for server in _proxyserver(master).servers:
        fault = server.last_exception
        if isinstance(fault, OSError) and fault.errno:
            return os.strerror(fault.errno)
    return "the address cannot be used"


def unsent_bytes(master: Master) -> int:
    """How many bytes of answers still wait to be sent to clients."""
    total = 0
    for handler in list(_proxyserver(master).connections.values()):
        for peer, io in list(handler.transports.items()):
            transport = getattr(io.writer, "transport", None)
            if peer is handler.client and transport is not None:
                total += transport.get_write_buffer_size()
    return total
